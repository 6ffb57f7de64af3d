//! `SELECT … INTO variable` and `RETURNING … INTO variable`, which the parser does not read.

/// A statement without its `INTO`, of the same length, and the variables that stood there, as written.
pub(super) struct Plain {
    pub text: String,
    pub targets: Vec<String>,
}

/// Blanks out `INTO [STRICT] targets`; `None` if there is none.
pub(super) fn without_into(text: &str) -> Option<Plain> {
    let tokens: Vec<(usize, &str)> = super::tokens::significant(text).collect();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|(_, text)| text.eq_ignore_ascii_case(word));
    let mut open = 0_usize;
    let mut into = None;
    for at in 1..tokens.len() {
        open = if is(at, "(") { open + 1 } else { open.saturating_sub(usize::from(is(at, ")"))) };
        if open == 0 && is(at, "into") && !is(at - 1, "insert") && !is(at - 1, "merge") {
            into = Some(at);
            break;
        }
    }
    let into = into?;
    let mut end = into + 1;
    if is(end, "strict") {
        end += 1;
    }
    let mut targets = Vec::new();
    loop {
        let from = end;
        end += 1;
        while is(end, ".") {
            end += 2;
        }
        while is(end, "[") {
            while end < tokens.len() && !is(end, "]") {
                end += 1;
            }
            end += 1;
        }
        targets.push(tokens.get(from..end.min(tokens.len()))?.iter().map(|(_, it)| *it).collect());
        if !is(end, ",") {
            break;
        }
        end += 1;
    }
    let from = tokens.get(into)?.0;
    let to = tokens.get(end).map_or(text.len(), |(start, _)| *start);
    let blank: String = text.get(from..to)?.chars().flat_map(|it| std::iter::repeat_n(' ', it.len_utf8())).collect();
    Some(Plain { text: [text.get(..from)?, &blank, text.get(to..)?].concat(), targets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_out_into_and_keeps_the_length() {
        let plain = without_into("select a into strict v, r.x from t;").unwrap();
        assert_eq!(plain.text, "select a                    from t;");
        assert_eq!(plain.targets, ["v", "r.x"]);
        let plain = without_into("insert into t values (1) returning id into v;").unwrap();
        assert_eq!(plain.text, "insert into t values (1) returning id       ;");
        assert!(without_into("insert into t values (1);").is_none());
    }
}
