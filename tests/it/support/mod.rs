//! The harness: a private server, a database for each test, and a sandboxed project to run the binary in.

pub mod certificates;
pub mod cutter;
pub mod database;
pub mod output;
pub mod pooler;
pub mod sandbox;
pub mod server;

pub use cutter::behind_cutter;
pub use database::Database;
pub use pooler::Pooler;
pub use sandbox::Sandbox;
pub use server::{PrivateServer, client_program};

/// Runs a future to its end on a thread and runtime of its own, so that it works inside async tests too.
pub fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    std::thread::scope(|scope| {
        let thread = scope
            .spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future));
        match thread.join() {
            Ok(output) => output,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
