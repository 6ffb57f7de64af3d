//! Connections: from what the user gave (flag, environment, configuration) to a [`Session`].
//!
//! [`Target::resolve`] decides once which database is meant and fills in every default, following libpq's rules for
//! connection strings, environment variables and password files. [`Session::connect`] then opens it: a server with the
//! encryption that `sslmode` asks for, or the embedded PostgreSQL.
//!
//! Passwords never reach `Debug`, `Display` or an error, not even when a connection string can't be read.

mod advice;
mod cancel;
mod connect;
mod conninfo;
#[cfg(feature = "embedded")]
mod embedded;
mod embedded_target;
mod endpoint;
mod environment;
mod error;
mod keyword;
mod notice;
mod origin;
mod parameters;
mod pgpass;
mod pooler;
mod retry;
mod secret;
mod server_error;
mod server_info;
mod server_target;
mod session;
mod ssl;
mod target;
#[cfg(test)]
mod target_tests;
mod tls;
mod unreadable_url;
mod url;
mod verifier;

pub use cancel::CancelToken;
pub use embedded_target::{EMBEDDED_VERSION, EmbeddedTarget};
pub use endpoint::{Endpoint, Host};
pub use environment::Environment;
pub use error::DbError;
pub use notice::Notice;
pub use origin::Origin;
pub use retry::{is_passing, pause_after};
pub use secret::Secret;
pub use server_error::{ServerError, connection_lost};
pub use server_info::ServerInfo;
pub use server_target::{ChannelBinding, DEFAULT_CONNECT_TIMEOUT, Keepalive, ServerTarget, SessionAttrs};
pub use session::Session;
pub use ssl::{RootCertificates, Ssl, SslMode};
pub use target::{Target, TargetInputs};
pub use unreadable_url::UnreadableUrl;
