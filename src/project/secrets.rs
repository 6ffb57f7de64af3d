//! What excerpts of `migrate.toml` must not show.

/// The text with its passwords blotted out, each byte at its place: a URL's up to the last `@` of the line, and whatever follows
/// the word `password`. Broken files are shown too, so it goes by lines and not by what TOML makes of them.
pub(super) fn blotted(text: &str) -> String {
    text.split_inclusive('\n').map(line).collect()
}

fn line(text: &str) -> String {
    let in_url = || {
        let credentials = text.find("://")? + "://".len();
        let end = text.rfind('@').filter(|at| *at > credentials)?;
        let start = credentials + text[credentials..end].find(':')? + 1;
        Some(start..end)
    };
    let in_key = || {
        let key = text.to_ascii_lowercase().find("password")?;
        let start = key + text[key..].find('=')? + 1;
        Some(start..text.len())
    };
    let hidden = [in_url(), in_key()];
    let is_hidden = |at: usize| hidden.iter().flatten().any(|it| it.contains(&at));
    let blot = |(at, letter): (usize, char)| {
        let shown = !is_hidden(at) || letter.is_whitespace() || matches!(letter, '"' | '\'');
        if shown { letter.to_string() } else { "*".repeat(letter.len_utf8()) }
    };
    text.char_indices().map(blot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_blotted_out_and_all_else_stays_in_its_place() {
        for (text, shown) in [
            ("url = \"postgres://deploy:pa\\ss@db/shop\"\n", "url = \"postgres://deploy:*****@db/shop\"\n"),
            ("urll = 'postgres://u:a@b\u{e9}@h/d'", "urll = 'postgres://u:*****@h/d'"),
            ("url = \"host=h Password=se cret\"", "url = \"host=h Password=** ****\""),
            ("password = \"hunter2\"", "password = \"*******\""),
            ("url = \"postgres://h/d\" # a@b", "url = \"postgres://h/d\" # a@b"),
            ("lock_timeout = \"2s\"", "lock_timeout = \"2s\""),
        ] {
            assert_eq!(blotted(text), shown);
            assert_eq!(blotted(text).len(), text.len());
        }
    }
}
