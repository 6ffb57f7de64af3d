//! PostgreSQL migrations whose order is inferred from the SQL, refused before anything runs when they cannot work,
//! and followed by checks of the database's invariants.
//!
//! Data flows one way, from floor to floor; ARCHITECTURE.md shows the floors and what must not be on them.

pub mod model;

pub mod diagnostic;

pub mod project;

pub mod sql;

pub mod graph;

pub mod db;

pub mod catalog;

pub mod ledger;

pub mod snapshot;

pub mod verify;

pub mod plan;

pub mod execute;

pub mod report;

pub mod cli;
