//! Pieces of Markdown that hold whatever text they are given: identifiers may have any character, and rows come from the data.

/// The text as code within a line or a cell of a table, one line whatever it holds.
///
/// GitHub's tables split at a `|` in code too, and a backslash before it counts as its escape; a backtick ends code. Text
/// with one of these is spelt with character references instead of a code span.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let awkward = text.contains("\\|") || text.trim() != text || text.chars().any(|c| c == '`' || c.is_control());
    if !awkward {
        return format!("`{}`", text.replace('|', "\\|"));
    }
    let spelt = text.chars().fold(String::new(), |spelt, c| match c {
        c if c.is_alphanumeric() => spelt + c.encode_utf8(&mut [0; 4]),
        c if " .,:;=()/+-".contains(c) => spelt + c.encode_utf8(&mut [0; 4]),
        c if c.is_control() => spelt + &c.escape_default().to_string().replace('\\', "&#92;"),
        c => spelt + &format!("&#{};", u32::from(c)),
    });
    format!("<code>{spelt}</code>")
}

/// The text as it stands where nothing in it means anything in Markdown, else as code.
pub(super) fn prose(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " .,:;?()'\"/%=+-…".contains(c);
    let inner = |at: usize| {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        word(text[..at].chars().next_back()) && word(text[at + 1..].chars().next())
    };
    let plain = text.char_indices().all(|(at, c)| harmless(c) || c == '_' && inner(at));
    if plain { text.to_owned() } else { code(text) }
}

/// A block of code, in a fence longer than any in the text.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{text}\n{fence}")
}

/// A table of cells that are Markdown already.
pub(super) fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let head = [line(&header.map(str::to_owned)), format!("|{}", "---|".repeat(N))];
    head.into_iter().chain(rows.map(|row| line(&row))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code_on_one_line_whatever_it_holds() {
        assert_eq!(code("public.t"), "`public.t`");
        assert_eq!(code("a|b"), r"`a\|b`");
        assert_eq!(code(r"a\|b"), "<code>a&#92;&#124;b</code>");
        assert_eq!(code("a`b<c>"), "<code>a&#96;b&#60;c&#62;</code>");
        assert_eq!(code("two\nlines"), "<code>two&#92;nlines</code>");
        assert_eq!(code(" x"), "<code> x</code>");
    }

    #[test]
    fn prose_with_meaning_in_markdown_becomes_code() {
        assert_eq!(prose("maximum of public.my_table.id is 3"), "maximum of public.my_table.id is 3");
        assert_eq!(prose("asks @team"), "`asks @team`");
        assert_eq!(prose("is _so_"), "`is _so_`");
        assert_eq!(prose("<b>"), "`<b>`");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        assert_eq!(fenced("sql", "````"), "`````sql\n````\n`````");
    }
}
