//! Tests against real servers: a private PostgreSQL from the system's packages, and the embedded one.
//!
//! One binary, so that all tests of a run share one server. Run with `cargo test --test it`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "clippy.toml allows them in functions marked as tests only, and a harness has others"
)]
#![allow(clippy::too_many_lines, reason = "a test that shows a whole document is as long as the document")]

mod adopt;
mod approval;
mod architecture;
mod bad_input;
mod baseline;
mod before_commit;
mod blocks;
mod boundaries;
mod built_in;
mod cases;
mod connections;
mod copied;
mod copy_data;
mod crash;
mod diff;
mod doctor;
mod down;
mod effects;
mod embedded;
mod example;
mod following;
mod fuzz;
mod graph;
mod halfway;
mod harness;
mod hostile;
mod hygiene;
mod jobs;
mod kill_points;
mod late;
mod ledger;
mod locks;
mod modes;
mod odd;
mod orders;
mod output;
mod pooler;
mod prerequisites;
mod readme;
mod repair;
mod roles;
mod search_path;
mod set_off;
mod snapshot;
mod snapshot_file;
mod snapshot_rare;
mod standing;
mod support;
mod taken;
mod together;
mod up;
mod verify_builtin;
mod verify_catalogue;
mod verify_declared;
mod verify_defaults;
mod verify_explicit_ids;
mod verify_ledger;
mod verify_project;
mod verify_reports;
mod verify_sequences;
mod verify_settings;
mod verify_shapes;
mod verify_support;
mod verify_unreadable;
