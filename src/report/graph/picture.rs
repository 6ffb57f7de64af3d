use std::collections::{BTreeMap, BTreeSet};

use super::{GraphReport, Nodes, label};
use crate::graph::{ReasonKind, Role};
use crate::plan;
use crate::report::gap::creations;

/// What every picture shows, whatever draws it.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// Each after everything it must follow.
    pub nodes: Vec<Node>,
    pub edges: Vec<Arrow>,
    /// One sentence for those who can't see it.
    pub description: String,
    /// What is to be said of boxes without arrows.
    pub loose: &'static str,
}

/// A box.
#[derive(Debug)]
pub(super) struct Node {
    pub kind: NodeKind,
    pub opaque: bool,
    pub pending: bool,
    /// What it is called.
    pub name: String,
    /// What else there is room for.
    pub detail: String,
    /// Everything.
    pub tooltip: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NodeKind {
    Migration,
    Repeatable,
    Object,
    Missing,
}

/// An arrow from what comes first to what comes after.
#[derive(Debug)]
pub(super) struct Arrow {
    pub before: usize,
    pub after: usize,
    pub kind: ReasonKind,
    pub label: String,
    pub tooltip: String,
}

impl Picture {
    pub fn of(report: &GraphReport<'_>) -> Self {
        let mut picture = Self::default();
        let mut at: BTreeMap<usize, usize> = BTreeMap::new();
        for missing in &report.unprovided.missing {
            let needed_by: BTreeSet<_> = missing.needed_at.iter().map(|(id, _)| id.as_str()).collect();
            picture.nodes.push(Node {
                kind: NodeKind::Missing,
                opaque: false,
                pending: false,
                name: missing.object.path(),
                detail: format!("missing {}", missing.object.kind),
                tooltip: format!(
                    "{}: not provided by any migration; needed by {}",
                    missing.object,
                    needed_by.into_iter().collect::<Vec<_>>().join(", ")
                ),
            });
        }
        let objects = if report.nodes == Nodes::Objects { created_by(report) } else { BTreeMap::new() };
        let mut object_at: BTreeMap<usize, usize> = BTreeMap::new();
        for node in report.in_order() {
            at.insert(node, picture.nodes.len());
            picture.nodes.push(migration(report, node));
            for object in objects.get(&node).into_iter().flatten() {
                object_at.insert(*object, picture.nodes.len());
                let name = &report.objects.names[*object];
                picture.nodes.push(Node {
                    kind: NodeKind::Object,
                    opaque: false,
                    pending: false,
                    name: name.path(),
                    detail: name.kind.to_string(),
                    tooltip: format!("{name}, created by {}", report.id(node)),
                });
            }
        }
        for (missing, it) in report.unprovided.missing.iter().enumerate() {
            let needs = it.needed_at.iter().filter_map(|(id, _)| at.iter().find(|(node, _)| report.id(**node) == id));
            for (node, after) in needs.collect::<BTreeMap<_, _>>() {
                picture.edges.push(Arrow {
                    before: missing,
                    after: *after,
                    kind: ReasonKind::Requires,
                    label: String::new(),
                    tooltip: format!("{} needs {}", report.id(*node), it.object),
                });
            }
        }
        match report.nodes {
            Nodes::Migrations => picture.migration_arrows(report, &at),
            Nodes::Objects => picture.object_arrows(report, &at, &object_at),
        }
        let whole = report.shown.len() == report.migrations.len();
        picture.loose = if whole { "free of all others:" } else { "joined to none of these:" };
        picture.description =
            format!("{} migrations; an arrow leads from what runs first to what must run after it", report.shown.len());
        picture
    }

    fn migration_arrows(&mut self, report: &GraphReport<'_>, at: &BTreeMap<usize, usize>) {
        for edge in report.reduced() {
            let Some(kind) = plan::most_telling(&edge.reasons).map(|it| it.kind) else { continue };
            self.edges.push(Arrow {
                before: at[&edge.to],
                after: at[&edge.from],
                kind,
                label: label(&edge.reasons),
                tooltip: format!(
                    "{} after {}: it {}",
                    report.id(edge.from),
                    report.id(edge.to),
                    plan::summary(&edge.reasons)
                ),
            });
        }
    }

    /// From an object's creator to the object, and from there to everyone else who touches it.
    fn object_arrows(
        &mut self,
        report: &GraphReport<'_>,
        at: &BTreeMap<usize, usize>,
        object_at: &BTreeMap<usize, usize>,
    ) {
        for (node, place) in at {
            for touch in &report.objects.touches[*node] {
                let (Some(object), name) = (object_at.get(&touch.object), &report.objects.names[touch.object]) else {
                    continue;
                };
                let own = report.objects.creators[touch.object] == *node;
                let (before, after) = if own { (*place, *object) } else { (*object, *place) };
                if before < after {
                    let kind = if touch.role == Role::Changes { ReasonKind::Conflict } else { ReasonKind::Requires };
                    let tooltip = format!("{} {} {name}", report.id(*node), touch.role.as_str());
                    let label = if touch.role == Role::Changes { touch.role.as_str() } else { "" }.to_owned();
                    self.edges.push(Arrow { before, after, kind, label, tooltip });
                }
            }
        }
    }
}

/// The objects to show, by the migration to show that creates them.
fn created_by(report: &GraphReport<'_>) -> BTreeMap<usize, BTreeSet<usize>> {
    let touched = report.shown.iter().flat_map(|it| &report.objects.touches[*it]);
    let mut by: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for touch in touched {
        by.entry(report.objects.creators[touch.object]).or_default().insert(touch.object);
    }
    by
}

fn migration(report: &GraphReport<'_>, node: usize) -> Node {
    let migration = &report.migrations[node];
    let creates = report.graph.creations(node).map(creations).unwrap_or_default();
    let opaque = report.graph.opaque(node);
    let mut tooltip = vec![format!("{} ({})", migration.id, migration.source.path)];
    if !creates.is_empty() {
        tooltip.push(format!("creates {creates}"));
    }
    tooltip.extend(opaque.map(|(why, span)| format!("opaque: {why}, at {}", migration.source.place(span.start()))));
    let version = match migration.version {
        Some(_) => migration.id.as_str().split("__").next().unwrap_or_default().to_owned(),
        None => "repeatable".to_owned(),
    };
    let pending = report.is_pending(node);
    let marks = [Some(version), opaque.map(|_| "opaque".to_owned()), pending.then(|| "pending".to_owned())];
    Node {
        kind: if migration.version.is_some() { NodeKind::Migration } else { NodeKind::Repeatable },
        opaque: opaque.is_some(),
        pending,
        name: migration.name.clone(),
        detail: marks.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        tooltip: tooltip.join("\n"),
    }
}
