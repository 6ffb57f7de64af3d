//! SQL text to statements, and statements to their effects, locks and transaction needs. Pure.

mod effect;
mod statement;

pub use effect::{Action, Effect};
pub use statement::{ConcurrentIndex, Lock, Script, Statement, Transaction};
