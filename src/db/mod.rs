//! Connections: from what the user gave (flag, environment, configuration) to a [`Session`].

mod session;

pub use session::{DbError, Session};
