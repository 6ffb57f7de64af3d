//! The test that decides: any order that the inferred graph allows applies, and makes the same database.

mod claims;
mod example;
mod generate;
mod generated;
mod ground;
mod minimise;
mod necessity;
mod oracle;
mod project;
mod real;
mod schedule;
mod snapshot;
