//! `PREPARE` and `EXECUTE` within one file.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::expression::expression;
use super::names::{child, child_ident, span};
use super::record::Recorder;
use super::{Action, Effect, query};

/// `PREPARE`: what it names has to be there now; what it does, it does when it is executed.
pub(super) fn prepare(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child_ident(node, K::PREPARED_STATEMENT) else { return };
    if let Some(parameters) = child(node, K::PARAM_LIST) {
        expression(rec, &parameters);
    }
    let first = rec.effects.len();
    for statement in node.children().filter(|it| query::is_query(it.kind())) {
        query::query(rec, &statement);
    }
    let recorded = rec.effects.split_off(first);
    rec.effects.extend(recorded.iter().filter(|it| it.action == Action::Requires).cloned());
    rec.session.prepared.insert(name, recorded);
}

/// `EXECUTE`: the effects of the prepared statement.
pub(super) fn execute(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(arguments) = child(node, K::ARG_LIST) {
        expression(rec, &arguments);
    }
    let prepared = child_ident(node, K::PREPARED_STATEMENT_REF).and_then(|it| rec.session.prepared.get(&it).cloned());
    match prepared {
        Some(effects) => rec.effects.extend(effects.into_iter().map(|it| Effect { span: span(node), ..it })),
        None => rec.opaque("EXECUTE of a statement that another session prepared"),
    }
}

/// `DEALLOCATE`.
pub(super) fn deallocate(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    match child_ident(node, K::PREPARED_STATEMENT_REF) {
        Some(name) => drop(rec.session.prepared.remove(&name)),
        None => rec.session.prepared.clear(),
    }
}
