use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{GraphReport, Nodes};
use crate::diagnostic::Place;
use crate::graph::{Edge, Reason, Role};
use crate::model::{MigrationId, Span};
use crate::report::json::{FORMAT, to_json};
use crate::report::plan_json::{JsonMissing, missing};

#[derive(Debug, Serialize)]
struct JsonGraph<'a> {
    format: u32,
    /// In the order in which they run.
    migrations: Vec<JsonMigration<'a>>,
    edges: Vec<JsonEdge<'a>>,
    missing: Vec<JsonMissing<'a>>,
    assumed: Vec<JsonAssumed<'a>>,
    freedom: JsonFreedom,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<JsonObject<'a>>>,
}

#[derive(Debug, Serialize)]
struct JsonMigration<'a> {
    id: &'a str,
    version: Option<&'a str>,
    name: &'a str,
    path: &'a str,
    opaque: bool,
    opaque_because: Option<&'a str>,
    opaque_at: Option<JsonPlace>,
    /// Not known unless a database was asked.
    pending: Option<bool>,
    provides: Vec<String>,
    requires: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonEdge<'a> {
    from: &'a str,
    to: &'a str,
    /// It doesn't follow from other edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    reduced: Option<bool>,
    reasons: Vec<JsonReason>,
}

#[derive(Debug, Serialize)]
struct JsonReason {
    kind: &'static str,
    object: Option<String>,
    from_at: Option<JsonPlace>,
    to_at: Option<JsonPlace>,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonPlace {
    path: String,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct JsonAssumed<'a> {
    object: String,
    needed_by: &'a str,
    because: &'a str,
}

#[derive(Debug, Serialize)]
struct JsonFreedom {
    unordered: usize,
    pairs: usize,
}

#[derive(Debug, Serialize)]
struct JsonObject<'a> {
    object: String,
    kind: &'static str,
    touched_by: Vec<JsonTouch<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonTouch<'a> {
    id: &'a str,
    role: &'static str,
    at: JsonPlace,
}

impl From<Place> for JsonPlace {
    fn from(place: Place) -> Self {
        Self { path: place.path, line: place.line, column: place.column }
    }
}

/// The graph as JSON.
pub(super) fn document(report: &GraphReport<'_>) -> String {
    let kept: BTreeSet<(usize, usize)> = report.reduced().into_iter().map(|it| (it.from, it.to)).collect();
    let shown = |it: &&Edge| report.shown.contains(&it.from) && report.shown.contains(&it.to);
    let (unordered, pairs) = report.graph.freedom();
    let mut unprovided: BTreeMap<&MigrationId, BTreeSet<String>> = BTreeMap::new();
    for missing in &report.unprovided.missing {
        for (id, _) in &missing.needed_at {
            unprovided.entry(id).or_default().insert(missing.object.to_string());
        }
    }
    to_json(&JsonGraph {
        format: FORMAT,
        migrations: report.in_order().map(|it| migration(report, it, unprovided.get(report.id(it)))).collect(),
        edges: report
            .graph
            .edges()
            .iter()
            .filter(shown)
            .map(|it| edge(report, it, Some(kept.contains(&(it.from, it.to)))))
            .collect(),
        missing: missing(&report.unprovided.missing),
        assumed: report
            .unprovided
            .assumed
            .iter()
            .map(|(object, id, because)| JsonAssumed { object: object.to_string(), needed_by: id.as_str(), because })
            .collect(),
        freedom: JsonFreedom { unordered, pairs },
        objects: (report.nodes == Nodes::Objects).then(|| objects(report)),
    })
}

fn migration<'a>(report: &GraphReport<'a>, node: usize, unprovided: Option<&BTreeSet<String>>) -> JsonMigration<'a> {
    let migration = &report.migrations[node];
    let opaque = report.graph.opaque(node);
    JsonMigration {
        id: migration.id.as_str(),
        version: migration.version.as_ref().map(crate::model::Version::as_str),
        name: &migration.name,
        path: &migration.source.path,
        opaque: opaque.is_some(),
        opaque_because: opaque.map(|(because, _)| because.as_str()),
        opaque_at: opaque.map(|(_, span)| migration.source.place(span.start()).into()),
        pending: report.pending.map(|it| it.contains(&node)),
        provides: report.objects.touched(node, Role::Creates).map(ToString::to_string).collect(),
        requires: [Role::Changes, Role::Needs]
            .into_iter()
            .flat_map(|role| report.objects.touched(node, role))
            .map(ToString::to_string)
            .chain(unprovided.into_iter().flatten().cloned())
            .collect(),
    }
}

/// An edge with its reasons and both places of each.
pub(super) fn edge<'a>(report: &GraphReport<'a>, edge: &Edge, reduced: Option<bool>) -> JsonEdge<'a> {
    let place = |node: usize, span: Option<Span>| {
        span.map(|span| JsonPlace::from(report.migrations[node].source.place(span.start())))
    };
    let reason = |it: &Reason| JsonReason {
        kind: it.kind.as_str(),
        object: it.object.as_ref().map(ToString::to_string),
        from_at: place(edge.from, it.from_span),
        to_at: place(edge.to, it.to_span),
    };
    JsonEdge {
        from: report.migrations[edge.from].id.as_str(),
        to: report.migrations[edge.to].id.as_str(),
        reduced,
        reasons: edge.reasons.iter().map(reason).collect(),
    }
}

fn objects<'a>(report: &GraphReport<'a>) -> Vec<JsonObject<'a>> {
    let mut touched: Vec<Vec<JsonTouch<'a>>> = report.objects.names.iter().map(|_| Vec::new()).collect();
    for node in report.in_order() {
        for touch in &report.objects.touches[node] {
            touched[touch.object].push(JsonTouch {
                id: report.migrations[node].id.as_str(),
                role: touch.role.as_str(),
                at: report.migrations[node].source.place(touch.span.start()).into(),
            });
        }
    }
    let named = report.objects.names.iter().zip(touched).filter(|(_, it)| !it.is_empty());
    named
        .map(|(name, touched_by)| JsonObject { object: name.to_string(), kind: name.kind.as_str(), touched_by })
        .collect()
}
