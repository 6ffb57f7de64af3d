//! `ALTER`, `DROP` and `COMMENT` of objects that exist.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::alter_table::{moves, renamed, set_schema};
use super::expression::{expression, parts, string};
use super::names::{self, child, ident, span};
use super::record::Recorder;
use super::{Action, Effect};
use crate::model::{Ident, Interned, ObjectKind, ObjectName, Shared, Span};

/// The kind of object a reference node names.
pub(super) const fn referenced_kind(kind: K) -> Option<ObjectKind> {
    Some(match kind {
        K::TABLE_NAME_REF | K::RELATION_NAME_REF | K::VIEW_REF => ObjectKind::Table,
        K::SEQUENCE_REF => ObjectKind::Sequence,
        K::INDEX_REF => ObjectKind::Index,
        K::TYPE_NAME_REF => ObjectKind::Type,
        K::DOMAIN_REF => ObjectKind::Domain,
        K::FUNCTION_SIG | K::ROUTINE_SIG | K::AGGREGATE => ObjectKind::Function,
        K::OP_SIG | K::OBJECT_OPERATOR => ObjectKind::Operator,
        K::PROCEDURE_SIG => ObjectKind::Procedure,
        K::SCHEMA_REF => ObjectKind::Schema,
        K::EXTENSION_REF => ObjectKind::Extension,
        K::ROLE_REF => ObjectKind::Role,
        K::SERVER_REF => ObjectKind::ForeignServer,
        K::FOREIGN_DATA_WRAPPER_REF => ObjectKind::ForeignDataWrapper,
        K::PUBLICATION_REF => ObjectKind::Publication,
        K::SUBSCRIPTION_REF => ObjectKind::Subscription,
        K::EVENT_TRIGGER_REF => ObjectKind::EventTrigger,
        K::COLLATION_REF => ObjectKind::Collation,
        K::CONVERSION_REF => ObjectKind::Conversion,
        K::STATISTICS_REF => ObjectKind::Statistics,
        K::LANGUAGE_REF => ObjectKind::Language,
        K::ACCESS_METHOD_REF => ObjectKind::AccessMethod,
        K::TABLESPACE_REF => ObjectKind::Tablespace,
        K::DATABASE_REF => ObjectKind::Database,
        K::OP_CLASS_REF => ObjectKind::OperatorClass,
        K::OP_FAMILY_REF => ObjectKind::OperatorFamily,
        K::TEXT_SEARCH_CONFIGURATION_REF => ObjectKind::TextSearchConfiguration,
        K::TEXT_SEARCH_DICTIONARY_REF => ObjectKind::TextSearchDictionary,
        K::TEXT_SEARCH_PARSER_REF => ObjectKind::TextSearchParser,
        K::TEXT_SEARCH_TEMPLATE_REF => ObjectKind::TextSearchTemplate,
        _ => return None,
    })
}

/// The object a reference node names, with a routine's arguments as written.
pub(super) fn referenced(node: &SyntaxNode) -> Option<ObjectName> {
    let kind = referenced_kind(node.kind())?;
    if kind == ObjectKind::Operator {
        return super::definition::signature(node);
    }
    if kind == ObjectKind::Role {
        let name = names::descendant(node, K::ROLE_NAME_REF).and_then(|it| ident(&it))?;
        return Some(ObjectName::global(kind, name));
    }
    let mut object = names::object(kind, &names::path(node))?;
    if let Some(parameters) = child(node, K::PARAM_LIST) {
        object.arguments = Some(Interned::new(&super::routine::identity_arguments(&parameters)));
    }
    Some(object)
}

/// The types in a routine's argument list have to be there, or the routine isn't found.
pub(super) fn signature(rec: &mut Recorder<'_>, reference: &SyntaxNode, if_exists: bool) {
    if let Some(parameters) = child(reference, K::PARAM_LIST) {
        let before = rec.conditional;
        rec.conditional |= if_exists;
        parts(rec, &parameters);
        rec.conditional = before;
    }
}

/// `ALTER` of one object: required, altered, and renamed or moved if the action says so.
pub(super) fn alter(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if matches!(node.kind(), K::ALTER_ROLE | K::ALTER_USER) && names::has_token(node, K::ALL_KW) {
        // Defaults of later sessions.
        return;
    }
    let Some(reference) = node.children().find(|it| referenced_kind(it.kind()).is_some()) else {
        rec.opaque(format!("{} is not understood yet", super::tag::tag(node)));
        return parts(rec, node);
    };
    let Some(object) = referenced(&reference) else { return };
    signature(rec, &reference, child(node, K::IF_EXISTS).is_some());
    let place = span(&reference);
    if !matches!(object.kind, ObjectKind::Database | ObjectKind::Language) {
        rec.target(object.clone(), place, child(node, K::IF_EXISTS).is_some());
    }
    rec.effect(Action::Alters, object.clone(), place);
    if object.kind == ObjectKind::EventTrigger && !node.children().any(|it| is_owner_or_rename(it.kind())) {
        rec.opaque("an event trigger runs with every later definition");
    }
    for action in node.children().filter(|it| *it != reference) {
        alter_action(rec, &object, &action);
    }
}

fn alter_action(rec: &mut Recorder<'_>, object: &ObjectName, action: &SyntaxNode) {
    rec.unless_exists = child(action, K::IF_NOT_EXISTS).is_some();
    match action.kind() {
        K::SET_SCHEMA => set_schema(rec, object, action),
        K::ADD_VALUE => add_value(rec, object, action),
        K::RENAME_VALUE => rename_value(rec, object, action),
        K::OPTION_OWNED_BY => owned_by(rec, object, action),
        kind if is_rename(kind) => renamed(rec, object, action),
        K::SET_OPTIONS if matches!(object.kind, ObjectKind::Type | ObjectKind::Operator) => {
            let before = rec.bind();
            super::definition::attributes(rec, action);
            rec.when = before;
        }
        // `SET` of a routine, a role or a database is of its own sessions and calls, not of this one; the publications of
        // a subscription are on the other server.
        K::FUNC_OPTION_LIST
        | K::SET_CONFIG_PARAM
        | K::RESET_CONFIG_PARAM
        | K::SET_OPTIONS
        | K::RESET_OPTIONS
        | K::ADD_PUBLICATION
        | K::SET_PUBLICATION
        | K::DROP_SUBSCRIPTION_PUBLICATION => {}
        K::ADD_USERS | K::DROP_USERS => {
            parts(rec, action);
            super::membership::members(rec, action);
        }
        K::ATTACH_INDEX_PARTITION => attach_index(rec, object, action),
        K::FDW_OPTION_LIST => super::definition::with_handlers(rec, action),
        _ if object.kind == ObjectKind::Domain => domain_action(rec, object, action),
        _ => {
            let before = rec.bind();
            expression(rec, action);
            rec.when = before;
        }
    }
}

/// The index becomes a part of the partitioned one.
fn attach_index(rec: &mut Recorder<'_>, whole: &ObjectName, action: &SyntaxNode) {
    let Some(reference) = child(action, K::INDEX_REF) else { return };
    if let Some(part) = names::object(ObjectKind::Index, &names::path(&reference)) {
        rec.effect(Action::Requires, part.clone(), span(&reference));
        rec.effect(Action::Alters, part.clone(), span(&reference));
        if let Some(effect) = rec.effects.iter_mut().rfind(|it| it.action == Action::Alters && it.object == part) {
            effect.change(|it| it.part_of = Some(Shared::new(whole)));
        }
    }
}

fn domain_action(rec: &mut Recorder<'_>, domain: &ObjectName, action: &SyntaxNode) {
    let before = rec.bind();
    rec.variables.insert(Ident::exact("value"));
    expression(rec, action);
    rec.when = before;
    if let Some(check) = child(action, K::CHECK_CONSTRAINT) {
        super::create::domain_constraint(rec, domain, &check);
    }
    let Some(reference) = child(action, K::CONSTRAINT_NAME_REF) else { return };
    let Some(name) = names::path(&reference).pop() else { return };
    let constraint = domain.member(ObjectKind::Constraint, name);
    rec.target(constraint.clone(), span(&reference), child(action, K::IF_EXISTS).is_some());
    match action.kind() {
        K::DROP_CONSTRAINT => {
            rec.cascade |= child(action, K::CASCADE).is_some();
            rec.effect(Action::Drops, constraint, span(&reference));
        }
        K::RENAME_CONSTRAINT => {
            moves(rec, constraint, None, names::child_ident(action, K::CONSTRAINT_NAME), span(&reference));
        }
        _ => rec.effect(Action::Alters, constraint, span(&reference)),
    }
}

const fn is_owner_or_rename(kind: K) -> bool {
    matches!(kind, K::OWNER_TO | K::EVENT_TRIGGER_RENAME_TO)
}

fn is_rename(kind: K) -> bool {
    format!("{kind:?}").ends_with("_RENAME_TO")
}

fn add_value(rec: &mut Recorder<'_>, owner: &ObjectName, action: &SyntaxNode) {
    let Some(literal) = child(action, K::LITERAL) else { return };
    let Some(label) = string(&literal) else { return };
    let owner_label = |text: &str| owner.member(ObjectKind::EnumLabel, Ident::exact(text));
    for position in action.children().filter(|it| matches!(it.kind(), K::BEFORE_VALUE | K::AFTER_VALUE)) {
        if let Some((text, place)) = child(&position, K::LITERAL).and_then(|it| Some((string(&it)?, span(&it)))) {
            rec.effect(Action::Requires, owner_label(&text), place);
        }
    }
    rec.creates(owner_label(&label), span(&literal), Some(owner));
}

fn rename_value(rec: &mut Recorder<'_>, owner: &ObjectName, action: &SyntaxNode) {
    let labels: Vec<_> = names::children(action, K::LITERAL).filter_map(|it| Some((string(&it)?, span(&it)))).collect();
    if let [(from, place), (to, _)] = labels.as_slice() {
        let from = owner.member(ObjectKind::EnumLabel, Ident::exact(from));
        rec.effect(Action::Requires, from.clone(), *place);
        moves(rec, from, None, Some(Ident::exact(to)), *place);
    }
}

fn owned_by(rec: &mut Recorder<'_>, sequence: &ObjectName, action: &SyntaxNode) {
    expression(rec, action);
    let reference = names::descendant(action, K::QUALIFIED_COLUMN_NAME_REF).map(|it| names::path(&it));
    let owner = reference.as_ref().and_then(|it| it.split_last()).map(|(_, owner)| owner);
    let table = owner.and_then(|it| names::object(ObjectKind::Table, it));
    let alters = |it: &&mut Effect| it.action == Action::Alters && it.object == *sequence;
    if let Some(effect) = rec.effects.iter_mut().find(alters) {
        effect.change(|it| match table {
            // Recorded as a part of its table from here on: dropping the table drops it.
            Some(table) => it.part_of = Some(table.into()),
            None if reference.is_none() => it.action = Action::Leaves,
            None => {}
        });
    }
}

/// `DROP` of any number of objects of one kind.
pub(super) fn drop(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let if_exists = child(node, K::IF_EXISTS).is_some();
    rec.cascade |= child(node, K::CASCADE).is_some();
    let holder = node
        .children()
        .find(|it| {
            matches!(it.kind(), K::FUNCTION_SIG_LIST | K::PROCEDURE_SIG_LIST | K::ROUTINE_SIG_LIST | K::OP_SIG_LIST)
        })
        .unwrap_or_else(|| node.clone());
    let mut understood = false;
    for reference in holder.children() {
        let Some(object) = referenced(&reference) else { continue };
        understood = true;
        if object.schema.is_none() && rec.session.temporary.contains(&object.name) {
            rec.session.temporary.remove(&object.name);
            continue;
        }
        signature(rec, &reference, if_exists);
        rec.target(object.clone(), span(&reference), if_exists);
        if object.kind == ObjectKind::EventTrigger {
            rec.opaque("an event trigger runs with every later definition");
        }
        rec.effect(Action::Drops, object, span(&reference));
    }
    if !understood {
        rec.opaque(format!("{} is not understood yet", super::tag::tag(node)));
    }
}

/// `DROP TRIGGER`, `DROP POLICY`, `DROP RULE`: members of a relation.
pub(super) fn drop_member(rec: &mut Recorder<'_>, kind: ObjectKind, node: &SyntaxNode) {
    let if_exists = child(node, K::IF_EXISTS).is_some();
    let references = [K::TRIGGER_REF, K::POLICY_REF, K::RULE_REF];
    let Some(reference) = node.children().find(|it| references.contains(&it.kind())) else { return };
    let Some(on) = node.children().find(|it| matches!(it.kind(), K::ON_RELATION | K::ON_TABLE)) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&on)) else { return };
    let Some(name) = ident(&reference) else { return };
    let at = names::descendant(&on, K::PATH_REF).map_or_else(|| span(&on), |it| span(&it));
    rec.target(table.clone(), at, if_exists);
    rec.effect(Action::Alters, table.clone(), at);
    let member = table.member(kind, name);
    rec.target(member.clone(), span(&reference), if_exists);
    rec.effect(Action::Drops, member, span(&reference));
}

/// `ALTER TRIGGER` and `ALTER RULE`: members of a relation.
pub(super) fn alter_member(rec: &mut Recorder<'_>, kind: ObjectKind, node: &SyntaxNode) {
    let references = [K::TRIGGER_REF, K::RULE_REF];
    let Some(reference) = node.children().find(|it| references.contains(&it.kind())) else { return };
    let Some(table) = child(node, K::ON_RELATION).and_then(|it| names::object(ObjectKind::Table, &names::path(&it)))
    else {
        return;
    };
    let Some(name) = ident(&reference) else { return };
    let member = table.member(kind, name);
    rec.effect(Action::Requires, table, span(&reference));
    rec.effect(Action::Requires, member.clone(), span(&reference));
    rec.effect(Action::Alters, member.clone(), span(&reference));
    for action in node.children() {
        match action.kind() {
            kind if is_rename(kind) => renamed(rec, &member, &action),
            K::DEPENDS_ON_EXTENSION | K::NO_DEPENDS_ON_EXTENSION => expression(rec, &action),
            _ => {}
        }
    }
}

/// `COMMENT ON` and `SECURITY LABEL`: the object is required and altered.
pub(super) fn comment(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(target) = node.children().find(|it| it.kind() != K::LITERAL) else { return };
    let Some((object, place)) = commented(&target) else {
        return parts(rec, &target);
    };
    for part in target.children() {
        signature(rec, &part, false);
    }
    if object.member.is_some() {
        let domain = names::descendant(&target, K::DOMAIN_REF).is_some();
        let kind = if domain { ObjectKind::Domain } else { ObjectKind::Table };
        rec.effect(Action::Requires, ObjectName { kind, member: None, ..object.clone() }, place);
    }
    let path: Vec<Ident> = object.schema.iter().chain([&object.name]).cloned().collect();
    if object.kind == ObjectKind::Type {
        rec.requires_type(&path, place);
    } else if object.kind == ObjectKind::Function {
        let before = rec.bind();
        rec.requires_function(&path, place);
        rec.when = before;
    } else if !matches!(object.kind, ObjectKind::Language | ObjectKind::Database) {
        rec.effect(Action::Requires, object.clone(), place);
    }
    rec.effect(Action::Annotates, object, place);
}

fn commented(target: &SyntaxNode) -> Option<(ObjectName, Span)> {
    let on_table = |kind, reference| {
        let member = child(target, reference)?;
        let relations = [K::TABLE_NAME_REF, K::RELATION_NAME_REF, K::DOMAIN_REF];
        let table = target.children().find(|it| relations.contains(&it.kind()))?;
        let owner = names::object(ObjectKind::Table, &names::path(&table))?;
        Some((owner.member(kind, names::path(&member).pop()?), span(&member)))
    };
    match target.kind() {
        K::OBJECT_COLUMN => {
            let reference = child(target, K::QUALIFIED_COLUMN_NAME_REF)?;
            let path = names::path(&reference);
            Some((names::column(&path).filter(|_| path.len() > 1)?, span(&reference)))
        }
        K::OBJECT_CONSTRAINT => on_table(ObjectKind::Constraint, K::CONSTRAINT_NAME_REF),
        K::OBJECT_POLICY => on_table(ObjectKind::Policy, K::POLICY_REF),
        K::OBJECT_TRIGGER => on_table(ObjectKind::Trigger, K::TRIGGER_REF),
        K::OBJECT_RULE => on_table(ObjectKind::Rule, K::RULE_REF),
        K::OBJECT_LARGE_OBJECT => None,
        K::OBJECT_CAST | K::OBJECT_TRANSFORM => Some((super::definition::nameless(target)?, span(target))),
        K::OBJECT_OPERATOR => Some((referenced(target)?, span(target))),
        _ => {
            let reference = target.children().find(|it| referenced_kind(it.kind()).is_some())?;
            Some((referenced(&reference)?, span(&reference)))
        }
    }
}
