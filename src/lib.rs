//! PostgreSQL migrations whose order is inferred from the SQL, refused before anything runs when they cannot work,
//! and followed by checks of the database's invariants.

pub mod catalog;
pub mod db;
pub mod diagnostic;
pub mod graph;
pub mod ledger;
pub mod model;
pub mod project;
pub mod sql;
pub mod verify;
