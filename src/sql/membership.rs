//! Roles: who is a member of whom, what belongs to whom, and in whose name a server is used.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::Action;
use super::expression::{expression, parts, role};
use super::names::{self, child, ident, span};
use super::record::Recorder;
use crate::model::{Ident, ObjectKind, ObjectName};

/// `GRANT a TO b` and `REVOKE a FROM b`: changes what is said of `b`.
pub(super) fn grant(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    parts(rec, node);
    for members in names::children(node, K::ROLE_REF_LIST) {
        changed(rec, &members);
    }
}

/// The options of `CREATE ROLE`, and `ADD USER` and `DROP USER` of `ALTER GROUP`: make or unmake members.
pub(super) fn members(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let lists = [K::ROLE_OPTION_ROLE, K::ROLE_OPTION_USER, K::ROLE_OPTION_ADMIN, K::ADD_USERS, K::DROP_USERS];
    for list in node.descendants().filter(|it| lists.contains(&it.kind())) {
        changed(rec, &list);
    }
}

fn changed(rec: &mut Recorder<'_>, holder: &SyntaxNode) {
    for name in holder.descendants().filter(|it| it.kind() == K::ROLE_NAME_REF) {
        if let Some(name) = ident(&name).filter(|it| it.as_str() != "public") {
            rec.effect(Action::Annotates, ObjectName::global(ObjectKind::Role, name), span(holder));
        }
    }
}

/// `DROP OWNED` and `REASSIGN OWNED`: which objects that are depends on who ran the earlier migrations.
pub(super) fn owned(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for reference in node.descendants().filter(|it| it.kind() == K::ROLE_REF) {
        role(rec, &reference);
    }
    rec.cascade |= child(node, K::CASCADE).is_some();
    rec.opaque(format!("{} acts on whatever belongs to a role", super::tag::tag(node)));
}

/// `CREATE`, `ALTER` and `DROP USER MAPPING`: named by its server and role.
pub(super) fn user_mapping(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let if_exists = child(node, K::IF_EXISTS).is_some();
    let Some(reference) = names::descendant(node, K::SERVER_REF) else { return };
    let Some(server) = ident(&reference).map(|it| ObjectName::global(ObjectKind::ForeignServer, it)) else { return };
    for holder in node.children().filter(|it| matches!(it.kind(), K::USER_MAPPING_ROLE | K::ROLE_REF) && !if_exists) {
        expression(rec, &holder);
    }
    let role = names::descendant(node, K::ROLE_NAME_REF)
        .and_then(|it| ident(&it))
        .unwrap_or_else(|| Ident::exact("current_user"));
    let mapping = server.member(ObjectKind::UserMapping, role);
    rec.target(server.clone(), span(&reference), if_exists);
    if node.kind() == K::CREATE_USER_MAPPING {
        return rec.creates(mapping, span(node), Some(&server));
    }
    rec.target(mapping.clone(), span(node), if_exists);
    rec.effect(if node.kind() == K::DROP_USER_MAPPING { Action::Drops } else { Action::Alters }, mapping, span(node));
}
