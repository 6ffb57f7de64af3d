use serde::Serialize;
use similar::{Algorithm, ChangeTag, TextDiff};

use super::Paint;
use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::markdown::fenced;
use crate::snapshot::{Change, Comparison, Difference, Entry, Kind, Snapshot};

/// Lines around a change of a long definition.
const CONTEXT: usize = 2;
/// Partitions that are named before the rest is counted; JSON has them all.
const NAMED: usize = 3;

/// One of the two that were compared.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// How to call it.
    pub name: String,
    /// The server's major version.
    #[serde(rename = "postgresql")]
    pub major: u32,
}

/// A comparison, ready to be shown.
#[derive(Debug)]
pub struct ComparisonReport<'a> {
    /// The first.
    pub a: Compared,
    /// The second.
    pub b: Compared,
    /// In what they differ.
    pub comparison: &'a Comparison,
}

/// A line of a definition: the first's alone, the second's alone, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    A,
    B,
    Both,
}

type Line = (Mark, String);

impl Mark {
    const fn sign(self) -> char {
        match self {
            Self::A => '-',
            Self::B => '+',
            Self::Both => ' ',
        }
    }
}

impl ComparisonReport<'_> {
    /// For a terminal: by object, both definitions line by line.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        if self.comparison.is_equal() {
            return paint.good(&self.summary());
        }
        let painted = |(mark, line): &Line| match mark {
            Mark::A => paint.bad(&format!("- {line}")),
            Mark::B => paint.good(&format!("+ {line}")),
            Mark::Both => format!("  {line}"),
        };
        let mut parts = vec![self.sides().map(|line| painted(&line)).join("\n")];
        for group in self.groups() {
            let mut lines = Vec::new();
            if !is_whole(&group[0]) {
                lines.push(paint.strong(&object(&group[0])));
            }
            for difference in group {
                let heading = heading(difference);
                let indent = match (is_whole(difference), heading.is_empty()) {
                    (true, _) => "",
                    (false, true) => "  ",
                    (false, false) => "    ",
                };
                lines.extend((!heading.is_empty()).then(|| format!("  {heading}")));
                lines.extend(lines_of(difference).iter().map(|line| format!("{indent}{}", painted(line).trim_end())));
            }
            parts.push(lines.join("\n"));
        }
        parts.push(paint.bad(&self.summary()));
        parts.join("\n\n")
    }

    /// For a ticket.
    #[must_use]
    pub fn markdown(&self) -> String {
        let block = |lines: &[Line]| {
            let text: Vec<String> = lines.iter().map(|(mark, line)| format!("{} {line}", mark.sign())).collect();
            fenced("diff", &text.join("\n"))
        };
        if self.comparison.is_equal() {
            return self.summary();
        }
        let mut parts = vec![format!("**{}**", self.summary()), block(&self.sides())];
        for group in self.groups() {
            parts.push(format!("### {} `{}`", group[0].path[0].kind.word(), group[0].path[0].name));
            for difference in group {
                let heading = heading(difference);
                parts.extend((!heading.is_empty()).then_some(heading));
                parts.push(block(&lines_of(difference)));
            }
        }
        parts.join("\n\n")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonComparison<'a> {
            format: u32,
            a: &'a Compared,
            b: &'a Compared,
            equal: bool,
            ignored: usize,
            differences: Vec<JsonDifference<'a>>,
        }
        to_json(&JsonComparison {
            format: FORMAT,
            a: &self.a,
            b: &self.b,
            equal: self.comparison.is_equal(),
            ignored: self.comparison.ignored,
            differences: self.comparison.differences.iter().map(JsonDifference::from).collect(),
        })
    }

    fn sides(&self) -> [Line; 2] {
        let side = |side: &Compared| format!("{} (PostgreSQL {})", side.name, side.major);
        [(Mark::A, side(&self.a)), (Mark::B, side(&self.b))]
    }

    /// The differences of one object together.
    fn groups(&self) -> impl Iterator<Item = &[Difference]> {
        self.comparison.differences.chunk_by(|one, other| one.path[0] == other.path[0])
    }

    fn summary(&self) -> String {
        let ignored = match self.comparison.ignored {
            0 => String::new(),
            count => format!(" ({count} ignored)"),
        };
        match self.comparison.differences.len() {
            0 => format!("no difference between {} and {}{ignored}", self.a.name, self.b.name),
            count => format!("{count} difference{}{ignored}", plural(count)),
        }
    }
}

fn object(difference: &Difference) -> String {
    let root = &difference.path[0];
    format!("{} {}", root.kind.word(), root.name)
}

/// Whether only one side has the object: then its own lines name it.
const fn is_whole(difference: &Difference) -> bool {
    matches!((difference.path.len(), &difference.change), (1, Change::OnlyA(_) | Change::OnlyB(_)))
}

/// What of the object differs, and where; empty for the object itself.
fn heading(difference: &Difference) -> String {
    let member = match (&difference.change, difference.path.len()) {
        (_, 1) => return String::new(),
        // Their own lines name what only one has.
        (Change::OnlyA(_) | Change::OnlyB(_), 2) if difference.partitions.is_empty() && difference.following == 0 => {
            return String::new();
        }
        _ => difference.member(),
    };
    let (count, following) = (difference.partitions.len(), difference.following);
    if difference.kind() == Kind::Partition && count > 0 {
        return format!("{count} partition{}", plural(count));
    }
    let mut text = member;
    if count > 0 {
        let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
        let names = difference.partitions.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        text = format!("{text} of {count} partition{} ({names}{more})", plural(count));
    }
    if following > 0 {
        text = format!("{text}, with {following} partition{} as their parent", plural(following));
    }
    text
}

fn lines_of(difference: &Difference) -> Vec<Line> {
    let (mark, text) = match &difference.change {
        Change::OnlyA(text) => (Mark::A, text),
        Change::OnlyB(text) => (Mark::B, text),
        Change::Differs { a, b } => return changed(a, b),
    };
    folded(text).into_iter().map(|line| (mark, line)).collect()
}

/// The lines, of many partitions only the number.
fn folded(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_partition =
        |line: &&str| line.trim_start().starts_with("partition ") && !line.trim_start().starts_with("partition by:");
    let mut folded = Vec::new();
    for run in lines.chunk_by(|one, other| is_partition(one) && is_partition(other)) {
        if run.len() > NAMED && is_partition(&run[0]) {
            folded.extend(run.iter().take(NAMED).map(|line| (*line).to_owned()));
            let indent = run[0].len() - run[0].trim_start().len();
            folded.push(format!("{}… and {} more partitions", " ".repeat(indent), run.len() - NAMED));
        } else {
            folded.extend(run.iter().map(|line| (*line).to_owned()));
        }
    }
    folded
}

/// Two definitions: whole where they are short, only the changed lines and those near them where they are long.
fn changed(a: &str, b: &str) -> Vec<Line> {
    let whole = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    if !a.contains('\n') && !b.contains('\n') {
        return vec![(Mark::A, whole(a)), (Mark::B, whole(b))];
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(a, b);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push((Mark::Both, "…".to_owned()));
        }
        lines.extend(group.iter().flat_map(|op| diff.iter_changes(op)).map(|change| {
            let mark = match change.tag() {
                ChangeTag::Delete => Mark::A,
                ChangeTag::Insert => Mark::B,
                ChangeTag::Equal => Mark::Both,
            };
            (mark, change.value().trim_end_matches('\n').to_owned())
        }));
    }
    lines
}

#[derive(Debug, Serialize)]
struct JsonDifference<'a> {
    /// Such as `table public.cards`.
    object: String,
    /// Such as `column`.
    kind: &'static str,
    /// Such as `public.cards.name`.
    path: String,
    change: &'static str,
    /// The definition, or what only this side has in its text form.
    a: Option<&'a str>,
    b: Option<&'a str>,
    /// The partitions where this is so; empty if it is so of the object itself.
    partitions: &'a [String],
    /// How many partitions follow, because they are as their parent.
    following_partitions: usize,
}

impl<'a> From<&'a Difference> for JsonDifference<'a> {
    fn from(difference: &'a Difference) -> Self {
        let (change, a, b) = match &difference.change {
            Change::OnlyA(text) => ("only in a", Some(text.as_str()), None),
            Change::OnlyB(text) => ("only in b", None, Some(text.as_str())),
            Change::Differs { a, b } => ("differs", Some(a.as_str()), Some(b.as_str())),
        };
        Self {
            object: object(difference),
            kind: difference.kind().word(),
            path: difference.dotted(),
            change,
            a,
            b,
            partitions: &difference.partitions,
            following_partitions: difference.following,
        }
    }
}

/// A snapshot as JSON.
#[must_use]
pub fn snapshot_json(snapshot: &Snapshot, target: &str) -> String {
    #[derive(Serialize)]
    struct JsonSnapshot<'a> {
        format: u32,
        target: &'a str,
        postgresql: u32,
        objects: Vec<JsonEntry<'a>>,
    }
    let objects = snapshot.entries.iter().map(JsonEntry::from).collect();
    to_json(&JsonSnapshot { format: FORMAT, target, postgresql: snapshot.major, objects })
}

#[derive(Debug, Serialize)]
struct JsonEntry<'a> {
    kind: &'static str,
    name: &'a str,
    definition: &'a str,
    entries: Vec<JsonEntry<'a>>,
}

impl<'a> From<&'a Entry> for JsonEntry<'a> {
    fn from(entry: &'a Entry) -> Self {
        let entries = entry.entries.iter().map(Self::from).collect();
        Self { kind: entry.kind.word(), name: &entry.name, definition: &entry.definition, entries }
    }
}
