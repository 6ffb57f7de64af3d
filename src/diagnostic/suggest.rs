/// The candidate closest to `word`, if one is close enough to be what was meant.
///
/// Close enough: the edit distance (with transpositions) is at most a third of the longer word.
/// Ties go to the first candidate, so callers pass them in a stable order.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= word.chars().count().max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        assert_eq!(nearest("lock_timout", ["lock_timeout", "statement_timeout"]), Some("lock_timeout"));
        assert_eq!(nearest("user", ["users", "cards"]), Some("users"));
        assert_eq!(nearest("zebra", ["lock_timeout"]), None);
    }
}
