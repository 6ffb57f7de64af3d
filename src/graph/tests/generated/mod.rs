//! What generated projects got wrong, in short.

mod columns;
mod conditions;
mod names;
mod sequences;
mod types;
mod uses;

use super::graph;
