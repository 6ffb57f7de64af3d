//! What is made of functions and operators: aggregates, operators and their classes and families, casts, transforms, base
//! types, text search objects; and the operators that expressions use.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::{SyntaxElement, SyntaxNode};

use super::expression::{expression, parts};
use super::names::{self, child, ident, span};
use super::record::{Recorder, When};
use super::{Action, built_in};
use crate::model::{Ident, Interned, ObjectKind, ObjectName, Span};

/// The symbol and schema of an operator that a node names: `OP`, `CUSTOM_OP`, `OPERATOR_CALL`, or an expression around it.
fn operator(node: &SyntaxNode) -> Option<ObjectName> {
    let call = if node.kind() == K::OPERATOR_CALL { Some(node.clone()) } else { child(node, K::OPERATOR_CALL) };
    let holder = call
        .and_then(|it| child(&it, K::OP))
        .or_else(|| child(node, K::OP))
        .or_else(|| child(node, K::CUSTOM_OP))
        .unwrap_or_else(|| node.clone());
    let named = child(&holder, K::CUSTOM_OP).unwrap_or_else(|| holder.clone());
    let tokens = named.children_with_tokens().filter_map(SyntaxElement::into_token).filter(|it| !it.kind().is_trivia());
    let symbol: String = tokens.map(|it| it.text().to_owned()).filter(|it| is_symbol(it)).collect();
    // The last part of the path is the symbol itself, and empty.
    let schema = child(&holder, K::PATH_REF).and_then(|it| {
        let parts = it.descendants().filter(|it| it.kind() == K::PATH_SEGMENT_REF).filter_map(|it| ident(&it));
        parts.last()
    });
    let name = Ident::exact(&symbol);
    (!symbol.is_empty()).then_some(ObjectName {
        kind: ObjectKind::Operator,
        schema,
        name,
        member: None,
        arguments: None,
    })
}

fn is_symbol(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| "+-*/<>=~!@#%^&|`?".contains(it))
}

/// An operator that is used: one with a name of its own is required, one that is overloaded only mentioned.
pub(super) fn uses_operator(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(object) = operator(node) else { return };
    if object.schema.is_none() && built_in::is_built_in(ObjectKind::Operator, &object.name) {
        rec.mention(object.name, span(node));
    } else {
        rec.effect(Action::Requires, object.clone(), span(node));
        if rec.when == When::Now && matches!(node.kind(), K::BIN_EXPR | K::PREFIX_EXPR | K::POSTFIX_EXPR) {
            rec.effect(Action::Calls, object, span(node));
        }
    }
}

/// An operator with its operands, as `DROP`, `ALTER` and `COMMENT` name it.
pub(super) fn signature(node: &SyntaxNode) -> Option<ObjectName> {
    let mut object = operator(node)?;
    let operands = node.children().filter(|it| !matches!(it.kind(), K::OP | K::CUSTOM_OP)).map(|it| written(&it));
    let mut operands: Vec<String> = operands.collect();
    if names::has_token(node, K::NONE_KW) {
        operands.insert(0, "none".to_owned());
    }
    object.arguments = Some(Interned::new(&operands.join(", ")));
    Some(object)
}

fn written(node: &SyntaxNode) -> String {
    node.text().to_string().to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A cast or transform: it has no name but what it is for.
pub(super) fn nameless(node: &SyntaxNode) -> Option<ObjectName> {
    let kind = match node.kind() {
        K::OBJECT_CAST | K::CREATE_CAST | K::DROP_CAST => ObjectKind::Cast,
        K::OBJECT_TRANSFORM | K::CREATE_TRANSFORM | K::DROP_TRANSFORM => ObjectKind::Transform,
        _ => return None,
    };
    let holder = child(node, K::CAST_SIG).unwrap_or_else(|| node.clone());
    let parts = holder.children().filter(|it| it.kind() == K::LANGUAGE_REF || super::routine::is_type(it.kind()));
    let parts: Vec<String> = parts.map(|it| written(&it)).collect();
    Some(ObjectName::global(kind, Ident::exact(&format!("({})", parts.join(" AS ")))))
}

/// `CREATE` and `DROP` of casts and transforms.
pub(super) fn cast_or_transform(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(object) = nameless(node) else { return };
    let drops = matches!(node.kind(), K::DROP_CAST | K::DROP_TRANSFORM);
    let before = rec.conditional;
    rec.conditional |= child(node, K::IF_EXISTS).is_some();
    rec.cascade |= child(node, K::CASCADE).is_some();
    let bound = rec.bind();
    parts(rec, node);
    rec.when = bound;
    if object.kind == ObjectKind::Cast {
        rec.opaque("a cast takes part in expressions that don't name it");
    }
    if drops {
        rec.effect(Action::Requires, object.clone(), span(node));
        rec.effect(Action::Drops, object, span(node));
    } else {
        rec.creates(object, span(node), None);
    }
    rec.conditional = before;
}

/// `CREATE AGGREGATE`.
pub(super) fn aggregate(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::AGGREGATE_NAME) else { return };
    let before = rec.bind();
    if let Some(parameters) = child(node, K::PARAM_LIST) {
        parts(rec, &parameters);
    }
    attributes(rec, node);
    rec.when = before;
    if let Some(mut object) = rec.new_name(ObjectKind::Aggregate, &names::path(&name), span(&name)) {
        object.arguments = child(node, K::PARAM_LIST).map(|it| Interned::new(&super::routine::identity_arguments(&it)));
        rec.creates(object, span(&name), None);
    }
}

/// `CREATE OPERATOR`.
pub(super) fn create_operator(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::OP) else { return };
    let before = rec.bind();
    attributes(rec, node);
    rec.when = before;
    let Some(object) = operator(node) else { return };
    let path: Vec<Ident> = object.schema.iter().chain([&object.name]).cloned().collect();
    if let Some(object) = rec.new_name(ObjectKind::Operator, &path, span(&name)) {
        let operand = |key: &str| {
            options(node)
                .find(|(name, _)| name.as_str() == key)
                .map_or_else(|| "none".to_owned(), |(_, value)| written(&value))
        };
        let arguments = Some(Interned::new(&[operand("leftarg"), operand("rightarg")].join(", ")));
        rec.creates(ObjectName { arguments, ..object }, span(&name), None);
    }
}

/// `CREATE OPERATOR CLASS` and `CREATE OPERATOR FAMILY`.
pub(super) fn operator_class(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let class = child(node, K::OP_CLASS_NAME);
    let kind = if class.is_some() { ObjectKind::OperatorClass } else { ObjectKind::OperatorFamily };
    let Some(name) = class.or_else(|| child(node, K::OP_FAMILY_NAME)) else { return };
    let before = rec.bind();
    parts(rec, node);
    rec.when = before;
    if names::has_token(node, K::DEFAULT_KW) {
        rec.opaque("a default operator class takes part in sorts and indexes that don't name it");
    }
    let Some(object) = rec.new_name(kind, &names::path(&name), span(&name)) else { return };
    let family = names::descendant(node, K::OP_FAMILY_REF).filter(|_| kind == ObjectKind::OperatorClass);
    if let Some(family) = family.and_then(|it| names::object(ObjectKind::OperatorFamily, &names::path(&it))) {
        rec.effect(Action::Alters, family, span(node));
    } else if kind == ObjectKind::OperatorClass {
        // Without a family it gets one of its own name.
        rec.creates(ObjectName { kind: ObjectKind::OperatorFamily, ..object.clone() }, span(&name), Some(&object));
    }
    rec.creates(object, span(&name), None);
}

/// The attributes of a definition: `(SFUNC = f, STYPE = t)`.
pub(super) fn options(node: &SyntaxNode) -> impl Iterator<Item = (Ident, SyntaxNode)> {
    let all = node.descendants().filter(|it| it.kind() == K::ATTRIBUTE_OPTION);
    all.filter_map(|it| {
        let name = Ident::folded(child(&it, K::ATTRIBUTE_NAME)?.text().to_string().trim());
        Some((name, child(&it, K::ATTRIBUTE_VALUE)?))
    })
}

/// What the attributes of a definition refer to.
pub(super) fn attributes(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for (name, value) in options(node) {
        attribute(rec, node.kind(), name.as_str(), &value);
    }
}

fn attribute(rec: &mut Recorder<'_>, statement: K, name: &str, value: &SyntaxNode) {
    let (path, place) = (names::path(value), span(value));
    let other = match name {
        "stype" | "mstype" | "basetype" | "leftarg" | "rightarg" | "subtype" | "element" | "like" => {
            return parts(rec, value);
        }
        "sortop" => return uses_operator(rec, value),
        // Either may be defined later: PostgreSQL makes a shell of the other.
        "commutator" | "negator" => return softly(rec, |rec| uses_operator(rec, value)),
        "collation" => ObjectKind::Collation,
        "subtype_opclass" => ObjectKind::OperatorClass,
        "copy" => ObjectKind::TextSearchConfiguration,
        "parser" => ObjectKind::TextSearchParser,
        "template" => ObjectKind::TextSearchTemplate,
        "sfunc" | "finalfunc" | "combinefunc" | "serialfunc" | "deserialfunc" | "msfunc" | "minvfunc"
        | "mfinalfunc" | "function" | "procedure" | "restrict" | "join" | "input" | "output" | "receive" | "send"
        | "typmod_in" | "typmod_out" | "analyze" | "subscript" | "canonical" | "subtype_diff" | "start"
        | "gettoken" | "end" | "lextypes" | "headline" | "init" | "lexize"
            if !matches!(statement, K::CREATE_TEXT_SEARCH_DICTIONARY) =>
        {
            return internal_function(rec, &path, place);
        }
        _ => return,
    };
    match other {
        ObjectKind::OperatorClass => super::expression::operator_class_named(rec, &path, place),
        ObjectKind::Collation => super::expression::reference_named(rec, other, &path, place),
        _ => text_search(rec, other, &path, place),
    }
}

/// A function that the server itself calls. Of `pg_catalog` they are too many to know, so one without a schema is only
/// required if somebody defines it.
pub(super) fn internal_function(rec: &mut Recorder<'_>, path: &[Ident], place: Span) {
    if path.len() > 1 {
        rec.requires_function(path, place);
    } else {
        softly(rec, |rec| rec.requires_function(path, place));
    }
}

/// A text search object; without a schema it is most likely one of `pg_catalog`.
pub(super) fn text_search(rec: &mut Recorder<'_>, kind: ObjectKind, path: &[Ident], place: Span) {
    let Some(object) = names::object(kind, path) else { return };
    if object.schema.is_some() {
        rec.effect(Action::Requires, object, place);
    } else {
        softly(rec, |rec| rec.effect(Action::Requires, object, place));
    }
}

/// Records requirements that are none if nobody provides the object.
pub(super) fn softly(rec: &mut Recorder<'_>, record: impl FnOnce(&mut Recorder<'_>)) {
    let before = std::mem::replace(&mut rec.conditional, true);
    record(rec);
    rec.conditional = before;
}

/// Text search objects, and what else is made of attributes.
pub(super) fn of_attributes(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let before = rec.bind();
    attributes(rec, node);
    rec.when = before;
    super::create::named(rec, kind, name_kind, node);
}

/// `CREATE LANGUAGE`, `CREATE ACCESS METHOD`, `CREATE CONVERSION`, `CREATE FOREIGN DATA WRAPPER`: functions of the server's own
/// kind stand behind them.
pub(super) fn with_handlers(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let before = if rec.when == When::Now { rec.bind() } else { rec.when };
    for function in node.descendants().filter(|it| it.kind() == K::FUNCTION_NAME_REF) {
        internal_function(rec, &names::path(&function), span(&function));
    }
    rec.when = before;
}

/// `IMPORT FOREIGN SCHEMA`: without `LIMIT TO` only the other server knows what it makes.
pub(super) fn import_foreign_schema(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(server) = child(node, K::SERVER_CLAUSE) {
        expression(rec, &server);
    }
    let Some(schema) = child(node, K::INTO_SCHEMA).and_then(|it| names::child_ident(&it, K::SCHEMA_REF)) else {
        return;
    };
    rec.requires_schema(&schema, span(node));
    let Some(tables) = child(node, K::LIMIT_TO_TABLES) else {
        return rec.opaque("imports foreign tables that it does not name");
    };
    for reference in tables.children() {
        let Some(name) = names::path(&reference).pop() else { continue };
        let table = ObjectName::qualified(ObjectKind::ForeignTable, schema.clone(), name);
        rec.creates(table.clone(), span(&reference), None);
        rec.creates(table.member(ObjectKind::Column, Ident::exact("*")), span(&reference), Some(&table));
    }
}

/// Whether what reads as a table of a publication is one more schema: `TABLES IN SCHEMA a, b`.
pub(super) fn continues_schemas(node: &SyntaxNode) -> bool {
    let named = |it: &SyntaxNode| it.kind() == K::PUBLICATION_OBJECT_TABLE && !names::has_token(it, K::TABLE_KW);
    let mut list = std::iter::successors(Some(node.clone()), SyntaxNode::prev_sibling);
    list.find(|it| !named(it)).is_some_and(|it| {
        matches!(it.kind(), K::PUBLICATION_OBJECT_TABLES_IN_SCHEMA | K::PUBLICATION_OBJECT_CURRENT_SCHEMA)
    })
}
