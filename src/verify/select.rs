use super::VerifyError;
use crate::diagnostic::nearest;

/// Which checks to run: all, or those that one of the patterns matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a>(pub(super) &'a [String]);

impl Selection<'_> {
    pub(super) fn takes(self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern, id))
    }

    /// An error for the first pattern that no id matches: a misspelt `--check` must not pass as "holds".
    pub(super) fn require(self, ids: &[&str]) -> Result<(), VerifyError> {
        let unmatched = self.0.iter().find(|pattern| !ids.iter().any(|id| matches(pattern, id)));
        unmatched.map_or(Ok(()), |pattern| {
            Err(VerifyError::NoSuchCheck {
                pattern: pattern.clone(),
                near: nearest(pattern, ids.iter().copied()).map(str::to_owned),
            })
        })
    }
}

/// `*` stands for any run of characters, `?` for one.
fn matches(pattern: &str, id: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => id.is_empty(),
        Some('*') => {
            let after = rest.as_str();
            (0..=id.len()).filter(|at| id.is_char_boundary(*at)).any(|at| matches(after, &id[at..]))
        }
        Some(wanted) => {
            let mut remaining = id.chars();
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

    #[test]
    fn a_pattern_that_matches_nothing_is_an_error_with_the_near_id() {
        let patterns = ["sequence.behnd".to_owned()];
        let error = Selection(&patterns).require(&["sequence.behind"]).unwrap_err();
        assert!(matches!(error, VerifyError::NoSuchCheck { near: Some(near), .. } if near == "sequence.behind"));
    }
}
