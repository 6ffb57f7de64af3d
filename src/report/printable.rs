use std::borrow::Cow;
use std::fmt::Write as _;

use super::Paint;

/// The text with whatever would act on a terminal made visible: control characters but line breaks and tabs, and those that
/// change the direction of writing. Rows, names and the server's messages hold what anybody has put there.
///
/// Of a coloured text the colours stay.
#[must_use]
pub fn printable(text: &str, paint: Paint) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(acts) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = if paint == Paint::Colour { colour(rest) } else { None };
        let width = kept.unwrap_or_else(|| rest.chars().next().map_or(rest.len(), char::len_utf8));
        let (head, tail) = rest.split_at(width);
        if kept.is_some() {
            shown.push_str(head);
        } else {
            // Writing to a string can't fail.
            let _ = write!(shown, "{}", head.escape_default());
        }
        rest = tail;
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// The same on one line, for a value within a sentence.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    printable(text, Paint::Plain).replace('\n', "\\n").replace('\t', "\\t")
}

fn acts(character: char) -> bool {
    let directs = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    directs || character.is_control() && !matches!(character, '\n' | '\t')
}

/// The length of the sequence that begins the text, if it is one that colours a text visibly, or ends that.
fn colour(text: &str) -> Option<usize> {
    let (code, _) = text.strip_prefix("\u{1b}[")?.split_once('m')?;
    let visible = matches!(code, "0" | "1" | "2" | "31" | "32" | "33" | "34" | "35" | "36" | "37")
        || matches!(code, "91" | "92" | "93" | "94" | "95" | "96" | "97");
    visible.then(|| "\u{1b}[m".len() + code.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown() {
        let text = "a\u{1b}[8mb\rc\u{202e}d\u{9b}2Je\tf\ng é 名";
        let expected = "a\\u{1b}[8mb\\rc\\u{202e}d\\u{9b}2Je\tf\ng é 名";
        assert_eq!(printable(text, Paint::Plain), expected);
        assert_eq!(printable(text, Paint::Colour), expected);
        assert_eq!(on_one_line("a\nb\tc\u{7}"), "a\\nb\\tc\\u{7}");
        assert_eq!(printable("\u{1b}", Paint::Colour), "\\u{1b}");
        assert_eq!(printable("\u{1b}[é", Paint::Colour), "\\u{1b}[é");
    }

    #[test]
    fn our_own_colours_stay_where_there_are_any() {
        let bad = Paint::Colour.bad("violated");
        assert_eq!(printable(&bad, Paint::Colour), bad);
        assert!(!printable(&bad, Paint::Plain).contains('\u{1b}'));
        for painted in [Paint::Colour.strong("a"), Paint::Colour.careful("a"), Paint::Colour.faint("a")] {
            assert_eq!(printable(&painted, Paint::Colour), painted);
        }
    }
}
