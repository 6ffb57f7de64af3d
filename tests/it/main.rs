//! Tests against a real server; each has a database of its own.

// Clippy takes only functions marked as tests for tests, and these helpers stand or fall with them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod verify_builtin;
mod verify_declared;
mod verify_defaults;
mod verify_sequences;
mod verify_support;
