//! What the plan needs to know of the live database: which of the wanted objects exist, and what comes nearest
//! to those that don't. Read with one set-based query, then immutable.

mod found;
mod snapshot;

pub use found::Found;
pub use snapshot::{Catalog, CatalogError, Presence, Wanted};
