//! Tests against real servers: a private PostgreSQL from the system's packages, and the embedded one.
//!
//! One binary, so that all tests of a run share one server. Run with `cargo test --test it`.

mod connections;
mod embedded;
mod harness;
mod support;
