//! Patterns for names: `*` stands for any run of characters, `?` for one.

/// Whether the pattern matches the whole text.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let after = rest.as_str();
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(after, &text[at..]))
        }
        Some(wanted) => {
            let mut remaining = text.chars();
            remaining.next().is_some_and(|c| wanted == '?' || wanted == c) && matches(rest.as_str(), remaining.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_takes_any_run_of_characters() {
        assert!(matches("sync.*", "sync.rls"));
        assert!(matches("*", ""));
        assert!(matches("*.default*", "mapping.default"));
        assert!(matches("s?nc.rls", "sync.rls"));
        assert!(!matches("sync.*", "async.rls"));
        assert!(!matches("sync", "sync.rls"));
    }
}
