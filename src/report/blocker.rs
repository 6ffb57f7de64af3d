use super::took;
use crate::execute::Blocker;

/// Who is in the way of a lock, in one line.
#[must_use]
pub fn blocked_by(blocker: &Blocker) -> String {
    let lock = lock(blocker);
    let Some(pid) = blocker.pid else {
        return format!("blocked by a prepared transaction (`SELECT * FROM pg_prepared_xacts`){lock}");
    };
    let state = match (&blocker.state, blocker.age) {
        (Some(state), Some(age)) => Some(format!("{state}, transaction open for {}", took(age))),
        (state, _) => state.clone(),
    };
    let about: Vec<String> = blocker.user.iter().chain(&blocker.application).cloned().chain(state).collect();
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    let query = blocker.query.as_ref().map(|query| format!(": {query}")).unwrap_or_default();
    format!("blocked by pid {pid}{about}{lock}{query}")
}

fn lock(blocker: &Blocker) -> String {
    let Some(mode) = &blocker.mode else { return String::new() };
    let verb = if blocker.holds { "holds" } else { "waits ahead for" };
    let on = blocker.relation.as_ref().map(|relation| format!(" on {relation}")).unwrap_or_default();
    format!(", which {verb} {}{on}", words(mode))
}

/// `AccessShareLock` as the documentation writes it: `ACCESS SHARE`.
fn words(mode: &str) -> String {
    let mode = mode.strip_suffix("Lock").unwrap_or(mode);
    let mut words = String::new();
    for c in mode.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_uppercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_blocker_is_told_with_all_that_is_known() {
        let blocker = Blocker {
            pid: Some(7),
            user: Some("app".to_owned()),
            application: Some("psql".to_owned()),
            state: Some("idle in transaction".to_owned()),
            age: Some(Duration::from_secs(90)),
            query: Some("SELECT 1".to_owned()),
            mode: Some("ShareUpdateExclusiveLock".to_owned()),
            holds: true,
            relation: Some("public.a".to_owned()),
        };
        assert_eq!(
            blocked_by(&blocker),
            "blocked by pid 7 (app, psql, idle in transaction, transaction open for 1 min 30 s), which holds SHARE UPDATE \
             EXCLUSIVE on public.a: SELECT 1"
        );
        let prepared = Blocker { pid: None, mode: None, relation: None, ..blocker };
        assert_eq!(blocked_by(&prepared), "blocked by a prepared transaction (`SELECT * FROM pg_prepared_xacts`)");
    }
}
