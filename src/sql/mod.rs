//! SQL text to statements, and statements to their effects, locks and transaction needs. Pure.
//!
//! The only place that knows the parser. [`parse`] reads one file; everything else here serves it.

mod abridge;
mod alter;
mod alter_table;
mod built_in;
mod calls;
mod catalog_query;
mod constraint;
mod create;
mod create_table;
mod definition;
mod depth;
mod dispatch;
mod dml;
mod dynamic;
mod effect;
mod expression;
mod locks;
mod membership;
mod names;
mod naming;
mod new_row;
mod parse;
mod prepared;
mod privilege;
mod psql;
mod query;
mod record;
mod rollback;
#[macro_use]
mod routine;
mod plpgsql;
mod plpgsql_into;
mod plpgsql_loop;
mod rows;
mod search_path;
mod settings;
mod split;
mod statement;
mod tag;
mod tokens;
mod transaction;
mod value;
mod variables;

pub use built_in::{extensions_overloading, extensions_providing, is_overloaded, may_be_built_in};
pub use effect::{Action, Deed, Effect};
pub use parse::{parse, parse_all};
pub use psql::copy_target;
pub use search_path::{SearchPath, Surroundings};
pub use statement::{
    Body, ConcurrentIndex, Control, Creation, Lock, Locks, Move, Opaque, Rare, Script, Statement, Transaction,
};
pub use tokens::{normalised_checksum, without_strings};

#[cfg(test)]
mod tests;
