use std::slice::from_ref;

use super::discover::{Feed, Sequence, Treatment};
use crate::verify::fix_options::{ExplicitIds, FixOptions};

/// The tables whose rows tell how far the sequence must be, locked against writers where open transactions may hold
/// explicit ids. They come before the sequence: the other order deadlocks with INSERT.
pub(super) fn table_locks(sequence: &Sequence, options: &FixOptions) -> Vec<String> {
    if options.explicit_ids == ExplicitIds::Committed {
        return Vec::new();
    }
    let tells = |feed: &&Feed| {
        feed.treatment == Treatment::Read
            || matches!(feed.treatment, Treatment::Expression | Treatment::Ambiguous) && sequence.value_sql.is_some()
    };
    let lock = |feed: &Feed| format!("LOCK TABLE {} IN SHARE MODE", feed.table.quoted());
    sequence.feeds.iter().filter(tells).map(lock).collect()
}

/// What moves the sequence, after the locks of its tables.
pub(super) fn locking_tables(sequence: &Sequence, statements: &[String], options: &FixOptions) -> Vec<String> {
    let locks = table_locks(sequence, options);
    match statements {
        _ if locks.is_empty() => statements.to_vec(),
        [begin, moving @ ..] if sequence.rights.own => [from_ref(begin), &locks, moving].concat(),
        moving => [&["BEGIN".to_owned()], &locks[..], moving, &["COMMIT".to_owned()]].concat(),
    }
}
