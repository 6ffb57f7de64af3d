use super::tokens::{is_word, tokens};

/// The text with casts of array constructors as the server reads them: of each element.
///
/// `(ARRAY[a, b])::text[]` is how it writes the cast of an array that an operator's argument needs. Read back, the cast is
/// one of the elements, and is written `ARRAY[(a)::text, (b)::text]` from then on (`transformTypeCast` in
/// `src/backend/parser/parse_expr.c`): the same definition reads differently once it was dumped and restored.
pub(super) fn elementwise(text: &str) -> String {
    let mut text = text.to_owned();
    let places: Vec<(usize, bool)> = tokens(&text).map(|(at, token)| (at, token == "(")).collect();
    // From the end, so that what stands within an element has been written before it.
    for (at, _) in places.into_iter().rev().filter(|(_, opens)| *opens) {
        if let Some((length, elements)) = cast_array(&text[at..]) {
            text.replace_range(at..at + length, &elements);
        }
    }
    text
}

/// The length of the cast of an array constructor that begins the text, and the constructor with the cast in its elements.
fn cast_array(text: &str) -> Option<(usize, String)> {
    let (array, after) = text.strip_prefix('(').and_then(constructor)?;
    let cast = after.strip_prefix(")::")?;
    let element = array_of(cast)?;
    Some((text.len() - cast.len() + element.len() + "[]".len(), with_cast(array, element)?))
}

/// The type of the elements, where the text begins with an array type.
fn array_of(text: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, token) in tokens(text) {
        match token {
            "[" => return text[at..].starts_with("[]").then(|| &text[..at]),
            "(" => depth += 1,
            ")" => depth -= 1,
            "." | " " | "," => {}
            // Key words are written in capitals, and names with capitals in quotes.
            _ if token.starts_with('"') => {}
            _ if token.starts_with(is_word) && !token.contains(|c: char| c.is_ascii_uppercase()) => {}
            _ => return None,
        }
        if depth < 0 {
            return None;
        }
    }
    None
}

/// The array constructor that begins the text, and what follows it.
fn constructor(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, token) in tokens(text.strip_prefix("ARRAY").filter(|it| it.starts_with('['))?) {
        match token {
            "[" | "(" => depth += 1,
            "]" | ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(text.split_at("ARRAY".len() + at + token.len()));
        }
    }
    None
}

/// The constructor with the cast in its elements; in those of its elements where they are constructors themselves.
fn with_cast(array: &str, element: &str) -> Option<String> {
    let inside = array.strip_prefix("ARRAY[")?.strip_suffix(']')?;
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, token) in tokens(inside) {
        match token {
            "[" | "(" => depth += 1,
            "]" | ")" => depth -= 1,
            "," if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let cast = |part: &str| {
        let part = part.trim_start();
        match constructor(part) {
            Some((_, "")) => with_cast(part, element),
            _ => Some(format!("({part})::{element}")),
        }
    };
    Some(format!("ARRAY[{}]", parts.into_iter().map(cast).collect::<Option<Vec<_>>>()?.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cast_of_an_array_constructor_is_that_of_its_elements() {
        for (whole, each) in [
            (
                "ANY ((ARRAY['a'::character varying, ']'::character varying])::text[])",
                "ANY (ARRAY[('a'::character varying)::text, (']'::character varying)::text])",
            ),
            ("((ARRAY[f(1, 2), x])::public.\"T[]\"[])", "(ARRAY[(f(1, 2))::public.\"T[]\", (x)::public.\"T[]\"])"),
            ("(ARRAY[x])::character varying(5)[]", "ARRAY[(x)::character varying(5)]"),
            ("(ARRAY[ARRAY[x, y], z])::text[]", "ARRAY[ARRAY[(x)::text, (y)::text], (z)::text]"),
            ("(ARRAY[f((ARRAY[x])::a[])])::b[]", "ARRAY[(f(ARRAY[(x)::a]))::b]"),
        ] {
            assert_eq!(elementwise(whole), each);
            assert_eq!(elementwise(each), each);
        }
        for kept in [
            "(ARRAY[x])::text",
            "(ARRAY[x])::a AND (y)::text[]",
            "(ARRAY[x])::a) + (y)::text[]",
            "(ARRAY(SELECT x))::text[]",
            "((ARRAY[x]))::text[]",
            "'(ARRAY[x])::text[]'",
            "AS $function$(ARRAY[x])::text[]$function$",
        ] {
            assert_eq!(elementwise(kept), kept);
        }
    }
}
