//! Tests against a real server; each has a database of its own.

mod verify_builtin;
mod verify_declared;
mod verify_defaults;
mod verify_sequences;
mod verify_support;
