//! Values to text: for people, and as JSON and Markdown. Never async, never printing.

mod amendments;
mod blocker;
mod diagnostics;
mod doctor;
mod down;
mod duration;
mod failure;
mod fixes;
mod gap;
mod graph;
mod json;
mod paint;
mod plan_human;
mod plan_json;
mod plan_markdown;
mod status;
mod up;
mod verify;

pub use amendments::{AmendOutcome, Amendments};
pub use blocker::blocked_by;
pub use diagnostics::{JsonDiagnostic, JsonErrors, annotations, failure_to_json, to_human};
pub use doctor::Doctor;
pub use down::DownReport;
pub use duration::{ago, took};
pub use failure::{Who, explain, explain_catalog, explain_ledger};
pub use fixes::Fixes;
pub use graph::{Explanation, GraphReport, MOST_BOXES, Nodes, fits_mermaid};
pub use json::{FORMAT, made as made_to_json, to_json};
pub use paint::Paint;
pub use plan_human::{Detail, plan as plan_to_human, refusal as refusal_to_human};
pub use plan_json::plan as plan_to_json;
pub use plan_markdown::plan as plan_to_markdown;
pub use status::{History, Status};
pub use up::{Said, UpReport};
pub use verify::{json as verify_to_json, report as verify_to_human};
