use super::GraphReport;
use crate::plan;
use crate::report::Paint;
use crate::report::gap::{facts, places, plural};

/// The order with the reasons, what can't be analysed, what is missing.
pub(super) fn list(report: &GraphReport<'_>, paint: Paint) -> String {
    let reduced = report.reduced();
    let mut followed: Vec<Vec<usize>> = vec![Vec::new(); report.migrations.len()];
    for (at, edge) in reduced.iter().enumerate() {
        followed[edge.from].push(at);
    }
    let mut parts = vec![headline(report, paint)];
    let order: Vec<String> = report
        .in_order()
        .map(|node| {
            let mut marks = Vec::new();
            if report.graph.opaque(node).is_some() {
                marks.push(paint.careful("opaque"));
            }
            if report.is_pending(node) {
                marks.push(paint.good("pending"));
            }
            let marks = if marks.is_empty() { String::new() } else { format!("  {}", marks.join(", ")) };
            let mut lines = vec![format!("  {}{marks}", paint.strong(report.id(node).as_str()))];
            lines.extend(followed[node].iter().map(|at| {
                let edge = reduced[*at];
                format!("      {} `{}`: {}", paint.faint("after"), report.id(edge.to), plan::summary(&edge.reasons))
            }));
            lines.join("\n")
        })
        .collect();
    if !order.is_empty() {
        parts.push(order.join("\n"));
    }
    parts.extend(opaque(report, paint));
    parts.extend(missing(report, paint));
    parts.join("\n\n")
}

fn headline(report: &GraphReport<'_>, paint: Paint) -> String {
    let (all, shown) = (report.migrations.len(), report.shown.len());
    let of_all = if shown == all { String::new() } else { format!(" of {all}") };
    if let Some(why) = report.nothing() {
        return format!("{} {why}", paint.strong("graph:"));
    }
    let (unordered, pairs) = report.graph.freedom();
    let free = match (unordered * 100).checked_div(pairs) {
        Some(0) if unordered > 0 => "; under 1 % of all pairs may run in either order".to_owned(),
        Some(0) => "; no pair may run in another order".to_owned(),
        Some(share) => format!("; {share} % of all pairs may run in either order"),
        None => String::new(),
    };
    format!(
        "{} {shown}{of_all} migration{}, in the order in which they run{free}",
        paint.strong("graph:"),
        plural(shown)
    )
}

fn opaque(report: &GraphReport<'_>, paint: Paint) -> Option<String> {
    let lines: Vec<String> = report
        .in_order()
        .filter_map(|node| {
            let (why, span) = report.graph.opaque(node)?;
            let place = report.migrations[node].source.place(span.start());
            Some(format!("  {}: {why}\n      {}", report.id(node), paint.faint(&place.to_string())))
        })
        .collect();
    let head = paint.careful("opaque: what these do can't be known from their text, so nothing passes them");
    (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
}

fn missing(report: &GraphReport<'_>, paint: Paint) -> Option<String> {
    let unprovided = report.unprovided;
    let mut lines = Vec::new();
    for object in &unprovided.missing {
        lines.push(format!("  {}", paint.strong(&object.object.to_string())));
        lines.extend(facts(object).into_iter().map(|fact| format!("      {fact}")));
        lines.extend(places(object).into_iter().map(|place| format!("      {}", paint.faint(&place))));
    }
    let mut parts = Vec::new();
    if !lines.is_empty() {
        parts.push(format!("{}\n{}", paint.bad("missing: not provided by any migration"), lines.join("\n")));
    }
    let assumed: Vec<String> = unprovided
        .assumed
        .iter()
        .map(|(object, id, why)| format!("  {object}, for {id}: {}", paint.faint(why)))
        .collect();
    if !assumed.is_empty() {
        parts.push(format!("{}\n{}", paint.careful("assumed to be there"), assumed.join("\n")));
    }
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}
