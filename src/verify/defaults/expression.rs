/// Whether the server's text of a default is the transaction's time: `now()`, `CURRENT_TIMESTAMP` with or without a
/// precision, or `transaction_timestamp()`, with or without a cast.
///
/// `statement_timestamp()` and `clock_timestamp()` tell other times, and `timezone('utc', now())` another hour.
pub(in crate::verify) fn is_now(expression: &str) -> bool {
    let plain = bare(expression).to_ascii_lowercase();
    let plain = plain.strip_prefix("pg_catalog.").unwrap_or(&plain);
    let precise = plain.strip_prefix("current_timestamp(").and_then(|rest| rest.strip_suffix(')'));
    matches!(plain, "now()" | "current_timestamp" | "transaction_timestamp()")
        || precise.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether two texts of a default say the same, as far as text can tell: white space, case outside quotes, enclosing
/// parentheses and a final cast do not count.
pub(in crate::verify) fn same(declared: &str, actual: &str) -> bool {
    normal(bare(declared)) == normal(bare(actual))
}

/// Without enclosing parentheses and final casts.
fn bare(expression: &str) -> &str {
    let mut text = expression.trim();
    loop {
        let shorter = without_parentheses(text).or_else(|| without_cast(text)).map(str::trim);
        match shorter {
            Some(shorter) => text = shorter,
            None => return text,
        }
    }
}

fn without_parentheses(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    // "(a) + (b)" starts and ends with parentheses that don't belong together.
    let mut depth = 0_i32;
    let closes_early = outside_quotes(inner).any(|(_, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    });
    (!closes_early).then_some(inner)
}

fn without_cast(text: &str) -> Option<&str> {
    let mut depth = 0_i32;
    let mut last = None;
    let mut previous = None;
    for (at, c) in outside_quotes(text) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ':' && previous == Some(':') && depth == 0 {
            last = Some(at - 1);
        }
        previous = Some(c);
    }
    let (value, cast) = text.split_at(last?);
    let is_type = cast[2..].chars().all(|c| c.is_alphanumeric() || " _.\"()[],".contains(c));
    is_type.then_some(value)
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| {
        match quote {
            Some(open) if *c == open => quote = None,
            None if *c == '\'' || *c == '"' => quote = Some(*c),
            None => return true,
            Some(_) => {}
        }
        false
    })
}

fn normal(text: &str) -> String {
    let outside: std::collections::BTreeSet<usize> = outside_quotes(text).map(|(at, _)| at).collect();
    text.char_indices()
        .filter(|(at, c)| !(outside.contains(at) && c.is_whitespace()))
        .map(|(at, c)| if outside.contains(&at) { c.to_ascii_lowercase() } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transaction_s_time_has_a_few_names() {
        for text in [
            "now()",
            "CURRENT_TIMESTAMP",
            "CURRENT_TIMESTAMP(3)",
            "transaction_timestamp()",
            "(now())::timestamp without time zone",
            "(CURRENT_TIMESTAMP)::timestamp(3) without time zone",
        ] {
            assert!(is_now(text), "{text}");
        }
        for text in [
            "clock_timestamp()",
            "statement_timestamp()",
            "timezone('utc'::text, now())",
            "(now() + '01:00:00'::interval)",
            "'2020-01-01'::date",
            "CURRENT_DATE",
        ] {
            assert!(!is_now(text), "{text}");
        }
    }

    #[test]
    fn casts_spaces_and_case_do_not_tell_expressions_apart() {
        assert!(same("'active'", "'active'::text"));
        assert!(same("GEN_RANDOM_UUID()", "gen_random_uuid()"));
        assert!(same("1 + (2)", "(1 + (2))"));
        assert!(!same("'Active'", "'active'::text"));
        assert!(!same("(1) + (2)", "1 + 2"));
        assert!(!same("'a::b'", "'a'::text"));
    }
}
