use serde::Serialize;

use super::GraphReport;
use super::json::{JsonEdge, edge as json_edge};
use crate::diagnostic::{Label, render_note};
use crate::graph::{Edge, Reason, ReasonKind, Role};
use crate::plan;
use crate::report::Paint;
use crate::report::json::{FORMAT, to_json};

/// Reasons shown with their places for each step; the others are counted.
const MOST_REASONS: usize = 4;

/// Why one of two migrations must run after the other, or that neither must.
#[derive(Debug)]
pub struct Explanation<'a> {
    report: &'a GraphReport<'a>,
    /// The one that runs later, where the graph orders them.
    later: usize,
    earlier: usize,
    /// The shortest chain of edges from the later to the earlier; empty if they are independent.
    chain: Vec<&'a Edge>,
}

impl<'a> Explanation<'a> {
    /// Explains how `a` and `b` are ordered, whichever comes first.
    #[must_use]
    pub fn between(report: &'a GraphReport<'a>, a: usize, b: usize) -> Self {
        let graph = report.graph;
        let (forth, back) = (graph.reasons_between(a, b), graph.reasons_between(b, a));
        let (later, earlier, chain) = if forth.is_empty() { (b, a, back) } else { (a, b, forth) };
        Self { report, later, earlier, chain }
    }

    fn headline(&self) -> String {
        let (later, earlier) = (self.report.id(self.later), self.report.id(self.earlier));
        match self.chain.len() {
            0 => {
                let (a, b) = (self.report.id(self.earlier), self.report.id(self.later));
                format!("`{a}` and `{b}` are independent: they may run in either order")
            }
            1 => format!("`{later}` must run after `{earlier}`"),
            count => format!("`{later}` must run after `{earlier}`, by way of {} between them", count - 1),
        }
    }

    /// For a terminal: each step with both places.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let mut parts = vec![paint.strong(&self.headline())];
        parts.extend(self.chain.iter().map(|edge| self.step(edge, paint)));
        if self.chain.is_empty() {
            parts.extend([self.earlier, self.later].map(|node| {
                let lines =
                    self.touched(node).into_iter().map(|(role, names)| format!("  {} {names}", paint.faint(role)));
                let lines: Vec<String> = lines.collect();
                format!("{}\n{}", paint.strong(self.report.id(node).as_str()), lines.join("\n"))
            }));
            parts.push(self.in_common());
        }
        parts.join("\n\n")
    }

    /// For a ticket or a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut parts = vec![format!("**{}**", self.headline())];
        parts.extend(self.chain.iter().map(|edge| format!("```\n{}\n```", self.step(edge, Paint::Plain))));
        if self.chain.is_empty() {
            let rows = [self.earlier, self.later].map(|node| {
                let cells: Vec<String> =
                    self.touched(node).into_iter().map(|(role, names)| format!("{role} {names}")).collect();
                format!("| `{}` | {} |", self.report.id(node), cells.join("<br>").replace('|', "\\|"))
            });
            parts.push(format!("| migration | what it touches |\n|---|---|\n{}", rows.join("\n")));
            parts.push(self.in_common());
        }
        parts.join("\n\n")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonExplanation<'a> {
            format: u32,
            independent: bool,
            /// In no particular order if they are independent.
            later: &'a str,
            earlier: &'a str,
            chain: Vec<JsonEdge<'a>>,
            touches: Vec<JsonTouches<'a>>,
        }
        #[derive(Serialize)]
        struct JsonTouches<'a> {
            id: &'a str,
            creates: Vec<String>,
            changes: Vec<String>,
            needs: Vec<String>,
        }
        let names = |node: usize, role: Role| {
            self.report.objects.touched(node, role).map(ToString::to_string).collect::<Vec<_>>()
        };
        to_json(&JsonExplanation {
            format: FORMAT,
            independent: self.chain.is_empty(),
            later: self.report.id(self.later).as_str(),
            earlier: self.report.id(self.earlier).as_str(),
            chain: self.chain.iter().map(|edge| json_edge(self.report, edge, None)).collect(),
            touches: [self.earlier, self.later]
                .into_iter()
                .map(|node| JsonTouches {
                    id: self.report.id(node).as_str(),
                    creates: names(node, Role::Creates),
                    changes: names(node, Role::Changes),
                    needs: names(node, Role::Needs),
                })
                .collect(),
        })
    }

    /// One edge with the places of its reasons, the most telling first.
    fn step(&self, edge: &Edge, paint: Paint) -> String {
        let first = plan::most_telling(&edge.reasons);
        let others = edge.reasons.iter().filter(|it| first.is_none_or(|first| *it != first));
        let reasons: Vec<&Reason> = first.into_iter().chain(others).collect();
        let mut labels: Vec<Label> = Vec::new();
        for reason in reasons.iter().take(MOST_REASONS) {
            for label in self.places(edge, reason) {
                match labels.iter_mut().find(|it| it.span == label.span && it.source.path == label.source.path) {
                    Some(known) => known.text = format!("{}, {}", known.text, label.text),
                    None => labels.push(label),
                }
            }
        }
        let title = format!(
            "`{}` follows `{}`: it {}",
            self.report.id(edge.from),
            self.report.id(edge.to),
            plan::summary(&edge.reasons)
        );
        let shown = render_note(&title, &labels, &paint.renderer());
        match reasons.len().checked_sub(MOST_REASONS + 1) {
            None => shown,
            Some(0) => format!("{shown}\nand for one more reason (--format json has all)"),
            Some(more) => format!("{shown}\nand for {} more reasons (--format json has all)", more + 1),
        }
    }

    /// Where the later migration shows a reason, and where the earlier.
    fn places(&self, edge: &Edge, reason: &Reason) -> impl Iterator<Item = Label> {
        let object = reason.object.as_deref().map_or_else(|| "something".to_owned(), plan::object_in_words);
        let (from, to) = match reason.kind {
            ReasonKind::Requires => (format!("needs {object}"), format!("provides {object}")),
            ReasonKind::Conflict => (format!("touches {object}"), format!("touches {object} first")),
            ReasonKind::Rows => (format!("uses rows of {object}"), format!("uses rows of {object} first")),
            ReasonKind::Declared => ("declared here".to_owned(), String::new()),
            ReasonKind::Opaque => ("can't be analysed".to_owned(), "can't be analysed".to_owned()),
        };
        let label = |node: usize, span: Option<_>, text: String| {
            let source = self.report.migrations[node].source.clone();
            span.map(|span| Label { source, span, text })
        };
        [label(edge.from, reason.from_span, from), label(edge.to, reason.to_span, to)].into_iter().flatten()
    }

    fn touched(&self, node: usize) -> Vec<(&'static str, String)> {
        let roles = [Role::Creates, Role::Changes, Role::Needs].into_iter().filter_map(|role| {
            let names: Vec<String> = self.report.objects.touched(node, role).map(ToString::to_string).collect();
            (!names.is_empty()).then(|| (role.as_str(), names.join(", ")))
        });
        let roles: Vec<_> = roles.collect();
        if roles.is_empty() { vec![("touches", "nothing that a migration creates".to_owned())] } else { roles }
    }

    /// What both need and neither changes, so that one sees it was thought of.
    fn in_common(&self) -> String {
        let touches = &self.report.objects.touches;
        let both: Vec<String> = touches[self.earlier]
            .iter()
            .filter(|it| touches[self.later].iter().any(|other| other.object == it.object))
            .map(|it| self.report.objects.names[it.object].to_string())
            .collect();
        if both.is_empty() {
            "They have nothing in common.".to_owned()
        } else {
            format!("What they have in common neither changes in a way that the other minds: {}", both.join(", "))
        }
    }
}
