//! Names that come near: singular and plural, case, camel case against underscores, and plain slips.

use crate::diagnostic::nearest;

/// The candidate that `word` most likely stands for; the earlier one of equals.
pub(super) fn nearest_name<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let stem = stem(word);
    let same = candidates.iter().copied().find(|it| self::stem(it) == stem);
    // The edit distance is quadratic in the length; most candidates fall out by their length alone.
    let longest = |it: &str| it.len().max(word.len());
    let close = candidates.iter().copied().filter(|it| it.len().abs_diff(word.len()) * 3 <= longest(it));
    same.or_else(|| nearest(word, close))
}

/// What remains of a name without case, underscores and the ending of its plural: `UserAccounts` is `useraccount`.
fn stem(name: &str) -> String {
    let plain: String = name.chars().filter(|it| *it != '_').flat_map(char::to_lowercase).collect();
    for (plural, singular) in [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")] {
        if let Some(start) = plain.strip_suffix(plural) {
            return format!("{start}{singular}");
        }
    }
    plain.strip_suffix('s').filter(|it| !it.ends_with('s')).unwrap_or(&plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_plural_and_case_are_the_same_word() {
        assert_eq!(nearest_name("User", &["uses", "users"]), Some("users"));
        assert_eq!(nearest_name("company", &["companies"]), Some("companies"));
        assert_eq!(nearest_name("userAccounts", &["user_account"]), Some("user_account"));
        assert_eq!(nearest_name("class", &["clas", "classes"]), Some("classes"));
        assert_eq!(nearest_name("organisation", &["organization"]), Some("organization"));
        assert_eq!(nearest_name("orders", &["invoices"]), None);
    }
}
