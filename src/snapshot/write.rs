use std::fmt::Write as _;

use super::{Entry, FORMAT, Snapshot};

impl Snapshot {
    /// The text form: one line for each entry, indented below what it belongs to, so that a changed column is one changed
    /// line. A definition of several lines stands below its entry, each line behind a bar.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("migrate snapshot {FORMAT}\nfrom PostgreSQL {}\n", self.major);
        for entry in &self.entries {
            text.push('\n');
            write(entry, 0, &mut text);
        }
        text
    }
}

impl Entry {
    /// The entry and what belongs to it as the text form has them, not indented.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        write(self, 0, &mut text);
        text
    }
}

fn write(entry: &Entry, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let name = escaped(&entry.name);
    let space = if name.is_empty() { "" } else { " " };
    // Writing to a string can't fail.
    let _ = write!(text, "{indent}{}{space}{name}", entry.kind.word());
    let definition = &entry.definition;
    if definition.is_empty() {
        text.push('\n');
    } else if definition.contains('\n') {
        text.push_str(":\n");
        for line in definition.split('\n') {
            let space = if line.is_empty() { "" } else { " " };
            let _ = writeln!(text, "{indent}  |{space}{line}");
        }
    } else {
        let _ = writeln!(text, ": {definition}");
    }
    for below in &entry.entries {
        write(below, depth + 1, text);
    }
}

/// The name on one line.
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => text.extend(c.escape_unicode()),
            c => text.push(c),
        }
    }
    text
}
