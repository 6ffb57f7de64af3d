use crate::graph::{Reason, ReasonKind};
use crate::model::{ObjectKind, ObjectName};

/// A reason in words that follow "it".
#[must_use]
pub fn words_for(reason: &Reason) -> String {
    let object = reason.object.as_deref().map_or_else(|| "something".to_owned(), object);
    match reason.kind {
        ReasonKind::Requires => format!("needs {object}"),
        ReasonKind::Conflict => format!("changes or depends on {object}, as the other does"),
        ReasonKind::Rows => format!("reads or writes rows of {object} that the other writes"),
        ReasonKind::Declared => "requires it by its header".to_owned(),
        ReasonKind::Opaque => "may touch the same things: one of them can't be analysed".to_owned(),
    }
}

/// The reason that tells a person most: tables before what they consist of, schemas last.
#[must_use]
pub fn most_telling(reasons: &[Reason]) -> Option<&Reason> {
    let telling = |reason: &&Reason| match reason.object.as_ref().map(|object| object.kind) {
        Some(ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView) => 0,
        Some(ObjectKind::Schema) => 2,
        _ => 1,
    };
    reasons.iter().min_by_key(|reason| (reason.kind, telling(reason)))
}

/// The most telling of several reasons in words that follow "it", and how many more there are.
#[must_use]
pub fn summary(reasons: &[Reason]) -> String {
    match (most_telling(reasons), reasons.len()) {
        (None, _) => String::new(),
        (Some(reason), 1) => words_for(reason),
        (Some(reason), count) => format!("{} (and {} more)", words_for(reason), count - 1),
    }
}

/// An object by its name; a key that only its columns tell ([`crate::sql::Effect`]) has none.
#[must_use]
pub fn object(name: &ObjectName) -> String {
    let table = || ObjectName { member: None, ..name.clone() }.path();
    match (name.kind, &name.member) {
        (ObjectKind::Index, Some(key)) if key.as_str() == "(primary key)" => format!("the primary key of {}", table()),
        (ObjectKind::Index, Some(key)) => format!("a unique key {} of {}", key.as_str(), table()),
        _ => name.to_string(),
    }
}
