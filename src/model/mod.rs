//! The words every other stage shares: identifiers, object names, versions, checksums, lock modes and spans.
//!
//! Lowest floor: no IO, no clock, no dependency on any other module of this crate.

mod checksum;
mod fingerprint;
pub mod glob;
mod ident;
mod interned;
mod lock;
mod migration;
mod namespace;
mod object;
mod pool;
mod span;
mod timeout;
mod version;

pub use checksum::{Checksum, UnreadableChecksum};
pub use fingerprint::Fingerprint;
pub use ident::Ident;
pub use interned::Interned;
pub use lock::LockMode;
pub use migration::MigrationId;
pub use namespace::Namespace;
pub use object::{ObjectKind, ObjectName};
pub use pool::{Pool, Pooled, Shared};
pub use span::Span;
pub use timeout::{LockTimeout, StatementTimeout, UnreadableDuration, parse_duration};
pub use version::{UnreadableVersion, Version};
