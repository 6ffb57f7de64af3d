//! The graph of the migrations: as a list, as JSON, and as pictures.

mod dot;
mod explain;
mod human;
mod json;
mod layout;
mod mermaid;
mod picture;
mod rows;
mod svg;

use std::collections::BTreeSet;

pub use explain::Explanation;
pub use mermaid::fits as fits_mermaid;

use super::Paint;
use crate::graph::{Edge, MigrationGraph, Objects, Reason};
use crate::model::MigrationId;
use crate::plan::{self, Unprovided};
use crate::project::Migration;

/// What stands for a node in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// The migrations, joined by what must run before what.
    Migrations,
    /// The migrations and the objects between them.
    Objects,
}

/// A picture with more boxes than this serves nobody.
pub const MOST_BOXES: usize = 2_000;

/// The graph, or a part of it, ready to be shown.
#[derive(Debug)]
pub struct GraphReport<'a> {
    /// Every migration of the project.
    pub migrations: &'a [Migration],
    /// Their graph.
    pub graph: &'a MigrationGraph,
    /// What they do to which objects.
    pub objects: &'a Objects,
    /// What they need and none provides.
    pub unprovided: &'a Unprovided,
    /// The migrations to show.
    pub shown: &'a BTreeSet<usize>,
    /// The pending ones, where a database was asked.
    pub pending: Option<&'a BTreeSet<usize>>,
    /// What stands for a node.
    pub nodes: Nodes,
}

impl GraphReport<'_> {
    /// For a terminal.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        human::list(self, paint)
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::document(self)
    }

    /// A Mermaid flowchart, without the fence that Markdown puts around it.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::flowchart(&picture::Picture::of(self))
    }

    /// A Graphviz document.
    #[must_use]
    pub fn dot(&self) -> String {
        dot::digraph(&picture::Picture::of(self))
    }

    /// A drawing.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::drawing(&picture::Picture::of(self))
    }

    /// Why there is nothing to show, if there isn't.
    #[must_use]
    pub fn nothing(&self) -> Option<&'static str> {
        match self.pending {
            _ if !self.shown.is_empty() => None,
            _ if self.migrations.is_empty() => Some("there are no migrations"),
            Some(pending) if pending.is_empty() => Some("nothing pending"),
            _ => Some("nothing pending is that near"),
        }
    }

    /// How many boxes a picture has.
    #[must_use]
    pub fn boxes(&self) -> usize {
        picture::Picture::of(self).nodes.len()
    }

    /// The migrations to show, in the order in which they run.
    fn in_order(&self) -> impl Iterator<Item = usize> {
        self.graph.ordered(self.shown)
    }

    /// The edges among those to show that don't follow from others.
    fn reduced(&self) -> Vec<&Edge> {
        let mut edges = self.graph.reduced();
        edges.retain(|it| self.shown.contains(&it.from) && self.shown.contains(&it.to));
        edges
    }

    fn id(&self, node: usize) -> &MigrationId {
        &self.migrations[node].id
    }

    fn is_pending(&self, node: usize) -> bool {
        self.pending.is_some_and(|it| it.contains(&node))
    }
}

/// A few words for an edge: what the later migration needs, or what both contend for.
fn label(reasons: &[Reason]) -> String {
    let Some(reason) = plan::most_telling(reasons) else { return String::new() };
    reason.object.as_deref().map_or_else(|| reason.kind.as_str().to_owned(), plan::object_in_words)
}

#[cfg(test)]
mod tests;
