//! What the plan needs to know of the live database: which of the wanted objects exist, and what comes nearest
//! to those that don't. Read with one set-based query, and a second one if something is missing; then immutable.

mod found;
mod near;
mod snapshot;

pub use snapshot::{Catalog, CatalogError, Presence, Wanted};
