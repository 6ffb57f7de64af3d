use crate::diagnostic::Diagnostic;
use crate::ledger::{Identity, Ledger};

/// A warning where the ledger was written in another database: this one is a copy.
#[must_use]
pub fn copy(ledger: &Ledger) -> Option<Diagnostic> {
    let Identity { database_oid, system_identifier } = ledger.copied_from.as_ref()?;
    let cluster = system_identifier.as_ref().map(|it| format!(" of cluster {it}")).unwrap_or_default();
    Some(
        Diagnostic::warning("M517", "this database is a copy: its ledger was written in another one")
            .note(format!("the ledger was written in the database with oid {database_oid}{cluster}"))
            .note("a lease that came with it is void; what is applied and what was interrupted holds here as well")
            .help(
                "a restore may leave sequences behind their data and lose defaults: run `migrate verify \
                 --fix-sequences --fix-defaults`",
            ),
    )
}
