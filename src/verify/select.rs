use super::VerifyError;
use super::builtin::{Builtin, catalogue};
use super::finding::Severity;
use crate::diagnostic::nearest;
use crate::model::glob;
use crate::project::checks::DeclaredCheck;

/// Which checks to run: those that one of the patterns matches, or without patterns every declared one and the built-in
/// ones that run by default or are at least so severe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a> {
    pub(super) patterns: &'a [String],
    pub(super) builtin: Severity,
}

impl Selection<'_> {
    pub(super) fn takes(self, id: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| glob::matches(pattern, id))
    }

    pub(super) fn takes_builtin(self, check: &Builtin) -> bool {
        if self.patterns.is_empty() {
            check.is_default() || check.severity >= self.builtin
        } else {
            self.takes(check.id)
        }
    }

    /// How many checks there are to evaluate.
    pub(super) fn count(self, declared: &[DeclaredCheck]) -> usize {
        catalogue().filter(|check| self.takes_builtin(check)).count()
            + declared.iter().filter(|check| self.takes(&check.id)).count()
    }

    /// The same for the id of a built-in check.
    pub(super) fn takes_builtin_id(self, id: &str) -> bool {
        catalogue().any(|check| check.id == id && self.takes_builtin(check))
    }

    /// An error for the first pattern that no id matches: a misspelt `--check` must not pass as "holds".
    pub(super) fn require(self, ids: &[&str]) -> Result<(), VerifyError> {
        let unmatched = self.patterns.iter().find(|pattern| !ids.iter().any(|id| glob::matches(pattern, id)));
        unmatched.map_or(Ok(()), |pattern| {
            Err(VerifyError::NoSuchCheck {
                pattern: pattern.clone(),
                near: nearest(pattern, ids.iter().copied()).map(str::to_owned),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_matches_nothing_is_an_error_with_the_near_id() {
        let patterns = ["sequence.behnd".to_owned()];
        let selection = Selection { patterns: &patterns, builtin: Severity::Error };
        let error = selection.require(&["sequence.behind"]).unwrap_err();
        assert!(matches!(error, VerifyError::NoSuchCheck { near: Some(near), .. } if near == "sequence.behind"));
    }
}
