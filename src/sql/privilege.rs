//! `GRANT`, `REVOKE` and default privileges.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::Action;
use super::alter::{referenced, referenced_kind, signature};
use super::expression::{self, parts};
use super::names::{self, child, ident, span};
use super::record::Recorder;
use crate::model::{Ident, ObjectKind, ObjectName};

/// `GRANT` and `REVOKE`.
pub(super) fn privileges(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let objects = child(node, K::ON_PRIVILEGE_OBJECTS_CLAUSE).and_then(|it| it.children().next());
    for part in node.children().filter(|it| it.kind() != K::ON_PRIVILEGE_OBJECTS_CLAUSE) {
        match part.kind() {
            K::REVOKE_COMMAND_LIST if objects.is_some() => {}
            K::ALL_PRIVILEGES => {}
            _ => parts(rec, &part),
        }
    }
    let Some(objects) = objects else { return super::membership::grant(rec, node) };
    let whole_schemas = matches!(
        objects.kind(),
        K::PRIVILEGE_ALL_FUNCTIONS_IN_SCHEMA
            | K::PRIVILEGE_ALL_PROCEDURES_IN_SCHEMA
            | K::PRIVILEGE_ALL_ROUTINES_IN_SCHEMA
            | K::PRIVILEGE_ALL_SEQUENCES_IN_SCHEMA
            | K::PRIVILEGE_ALL_TABLES_IN_SCHEMA
    );
    let references = objects.descendants().filter(|it| referenced_kind(it.kind()).is_some());
    for reference in references {
        let Some(object) = referenced(&reference) else { continue };
        let place = span(&reference);
        signature(rec, &reference, false);
        if object.kind == ObjectKind::Table {
            for column in node.descendants().filter(|it| it.kind() == K::COLUMN_REF_LIST).flat_map(|it| it.children()) {
                if let Some(name) = names::path(&column).pop() {
                    rec.requires_column(&object, &name, span(&column));
                }
            }
        }
        if whole_schemas {
            rec.requires_schema(&object.name, place);
            rec.reads_shape(object, place);
        } else if object.kind == ObjectKind::Schema {
            rec.requires_schema(&object.name, place);
            rec.effect(Action::Annotates, object, place);
        } else {
            if matches!(object.kind, ObjectKind::Database | ObjectKind::Language) {
                // They are there, or come from outside.
            } else if object.kind == ObjectKind::Type {
                rec.requires_type(&names::path(&reference), place);
            } else {
                rec.effect(Action::Requires, object.clone(), place);
            }
            rec.effect(Action::Annotates, object, place);
        }
    }
}

/// `ALTER DEFAULT PRIVILEGES`: acts on whatever is created later, so it stands in order with every creation there.
pub(super) fn default_privileges(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let schemas: Vec<SyntaxNode> =
        child(node, K::IN_SCHEMAS).iter().flat_map(|it| it.children().collect::<Vec<_>>()).collect();
    if schemas.is_empty() {
        rec.reads_shape(ObjectName::global(ObjectKind::Schema, Ident::exact("*")), span(node));
    }
    for schema in schemas {
        if let Some(name) = ident(&schema) {
            rec.requires_schema(&name, span(&schema));
            rec.reads_shape(ObjectName::global(ObjectKind::Schema, name), span(&schema));
        }
    }
    // The words for privileges look like roles.
    let lists = node.descendants().filter(|it| it.kind() == K::ROLE_REF_LIST);
    for part in lists.flat_map(|it| names::children(&it, K::ROLE_REF).collect::<Vec<_>>()) {
        expression::role(rec, &part);
    }
}
