/// Words, quoted names, strings and runs of white space, and everything else character by character, with their places.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = if is_word(first) {
            dollar_quoted(rest).unwrap_or_else(|| run(is_word))
        } else if first.is_whitespace() {
            run(char::is_whitespace)
        } else if matches!(first, '"' | '\'') {
            // A doubled quote ends one token and begins the next, in both texts alike.
            rest[1..].find(first).map_or(rest.len(), |at| at + 2)
        } else {
            first.len_utf8()
        };
        let place = at;
        at += length;
        Some((place, &rest[..length]))
    })
}

/// Whether the character may stand in a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() && !c.is_whitespace()
}

/// The length of the body between dollar signs that begins the text.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = text.strip_prefix('$')?.find('$').map(|at| &text[..at + 2])?;
    let is_tag = tag[1..tag.len() - 1].chars().all(|c| c.is_ascii_alphabetic());
    let end = text[tag.len()..].find(tag).filter(|_| is_tag)?;
    Some(end + 2 * tag.len())
}
