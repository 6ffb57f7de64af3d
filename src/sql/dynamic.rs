//! SQL that is put together when it runs: each text it can be is read like any other, and where a hole in it lands
//! shows how far what isn't known can reach.

use squawk_lexer::TokenKind;
use squawk_syntax::ast;

use super::record::Recorder;
use super::routine::MAX_DEPTH;
use super::value::{self, ANYTHING, PLAIN, Values};
use super::{Action, Deed, Effect, Move, Opaque, depth, dispatch, tokens};
use crate::model::{Ident, ObjectKind, ObjectName, Span};

/// Identifiers this long may have lost their hole to the cut at 63 bytes.
const MAX_NAME_BYTES: usize = 56;

/// Runs what an `EXECUTE` can be given, at its place.
pub(super) fn run(rec: &mut Recorder<'_>, texts: &Values, place: Span) {
    // EXECUTE of NULL is an error.
    let texts: Vec<&String> = texts.iter().flatten().collect();
    let outer = rec.conditional;
    rec.conditional |= texts.len() > 1;
    for text in texts {
        match filled(text) {
            Some(sql) => read(rec, &sql, place),
            None => rec.opaque("EXECUTE of a string that the text doesn't show"),
        }
    }
    rec.conditional = outer;
}

/// The text with its numbers filled in, if what is left of its holes are names and data.
fn filled(text: &str) -> Option<String> {
    if text.contains(ANYTHING) {
        return None;
    }
    if !value::has_holes(text) {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for (_, kind, token) in tokens::tokens(text) {
        let name = matches!(kind, TokenKind::Ident | TokenKind::QuotedIdent { .. });
        if name && value::has_holes(token) && token.len() > MAX_NAME_BYTES {
            return None;
        }
        if name && token.chars().all(|it| it == PLAIN) { out.push('0') } else { out.push_str(token) }
    }
    Some(out)
}

fn read(rec: &mut Recorder<'_>, sql: &str, place: Span) {
    if rec.depth >= MAX_DEPTH || depth::estimate(sql, 0).0 > depth::SHALLOW {
        return rec.opaque("EXECUTE of a string nested too deeply to follow");
    }
    let parsed = ast::SourceFile::parse(sql);
    if !parsed.errors().is_empty() {
        return rec.opaque("EXECUTE of a string that is not understood");
    }
    let root = parsed.syntax_node();
    rec.embedded(
        |inner| {
            for statement in root.children() {
                dispatch::dispatch(inner, &statement);
            }
            if value::has_holes(sql) {
                settle(inner);
            }
        },
        |_| place,
    );
}

/// What a name with a hole in it may mean.
enum Reach {
    /// Nothing that migrations depend on.
    Nothing,
    /// Some member of this object.
    Member(ObjectName),
    /// Anything in these schemas.
    Schemas(Vec<Ident>),
    /// Anything at all.
    Everything,
}

/// Replaces effects on names with holes by effects on all that they may mean.
fn settle(rec: &mut Recorder<'_>) {
    let mut moves = std::mem::take(&mut rec.moves).into_iter().peekable();
    for (at, effect) in std::mem::take(&mut rec.effects).into_iter().enumerate() {
        while let Some(it) = moves.next_if(|it| it.after <= at) {
            moved(rec, it);
        }
        if !is_open(&effect.object) && !effect.part_of.as_deref().is_some_and(is_open) {
            rec.effects.push(effect);
            continue;
        }
        if effect.action == Action::Updates || effect.action.is_of_foreign_key() {
            // Of a table whose name is open, its other effects say that it may be any.
            let (object, part_of) = (known((*effect.object).clone()), effect.part_of.as_deref().cloned().map(known));
            if !is_open(&object) && !part_of.as_ref().is_some_and(is_open) {
                let effect = effect.with(|it| it.part_of = part_of.map(Into::into));
                rec.effects.push(Effect { object: object.into(), ..effect });
            }
            continue;
        }
        let reads =
            matches!(effect.action, Action::Requires | Action::RequiresLater | Action::ReadsShape | Action::Names);
        match reach(&effect) {
            Reach::Member(object) if reads => {
                let effect = effect.with(|it| (it.action, it.part_of) = (Action::ReadsShape, None));
                rec.effects.push(Effect { object: object.into(), ..effect });
            }
            reach => apply(rec, reach, &effect),
        }
    }
    for it in moves {
        moved(rec, it);
    }
    if let Some(body) = &mut rec.body {
        let effects = body.effects.len();
        body.effects.retain(|it| !is_open(&it.object) && !it.part_of.as_deref().is_some_and(is_open));
        if body.effects.len() < effects || body.moves.iter().any(is_open_move) {
            body.moves.retain(|it| !is_open_move(it));
            body.opaque.get_or_insert_with(|| Opaque::new("its body holds what the text doesn't show"));
        }
    }
    let is_known = |name: &Ident| !value::has_holes(name.as_str());
    if !rec.session.path.iter().all(is_known) {
        rec.session.path = rec.session.path.iter().filter(|it| is_known(it)).cloned().collect();
        rec.opaque("EXECUTE sets a search_path that the text doesn't show");
    }
    rec.session.temporary.retain(is_known);
    rec.session.created.retain(|(schema, name)| is_known(schema) && is_known(name));
}

fn is_open(object: &ObjectName) -> bool {
    let parts = object.schema.iter().chain([&object.name]).chain(&object.member);
    parts.into_iter().any(|it| value::has_holes(it.as_str()))
}

/// The table instead of columns of it that may be any.
fn known(object: ObjectName) -> ObjectName {
    let open = object.member.as_ref().is_some_and(|it| value::has_holes(it.as_str()));
    if open { ObjectName { kind: ObjectKind::Table, member: None, ..object } } else { object }
}

fn is_open_move(it: &Move) -> bool {
    is_open(&it.from) || it.name.iter().chain(&it.schema).any(|it| value::has_holes(it.as_str()))
}

fn reach(effect: &Effect) -> Reach {
    let object = &effect.object;
    let open = |it: &Ident| value::has_holes(it.as_str());
    if object.schema.as_ref().is_some_and(open) {
        return Reach::Everything;
    }
    if !object.kind.lives_in_schema() && object.member.is_none() {
        let alters = effect.action == Action::Alters && object.kind != ObjectKind::Database;
        let defines = alters || matches!(effect.action, Action::Creates | Action::Drops);
        let bystander = matches!(object.kind, ObjectKind::Role | ObjectKind::Database | ObjectKind::Tablespace);
        return if bystander && !defines { Reach::Nothing } else { Reach::Everything };
    }
    if object.member.as_ref().is_some_and(open) && !open(&object.name) {
        let kind = match object.kind {
            ObjectKind::EnumLabel => ObjectKind::Type,
            ObjectKind::UserMapping => ObjectKind::ForeignServer,
            _ => ObjectKind::Table,
        };
        return Reach::Member(ObjectName { kind, member: None, ..ObjectName::clone(object) });
    }
    let schema = object.schema.clone().or_else(|| effect.part_of.as_ref()?.schema.clone());
    if schema.as_ref().is_some_and(open) {
        return Reach::Everything;
    }
    Reach::Schemas(schema.map_or_else(|| effect.search_path.to_vec(), |it| vec![it]))
}

fn apply(rec: &mut Recorder<'_>, reach: Reach, effect: &Effect) {
    let objects = match reach {
        Reach::Nothing => Vec::new(),
        Reach::Member(object) => vec![object],
        Reach::Schemas(schemas) => schemas.into_iter().map(|it| ObjectName::global(ObjectKind::Schema, it)).collect(),
        Reach::Everything => return rec.opaque("EXECUTE on an object that may be anywhere"),
    };
    for object in objects {
        if rec.effects.last().is_some_and(|it| it.action == Action::MayChange && it.object == object) {
            continue;
        }
        let effect = effect.clone().with(|it| (it.action, it.part_of) = (Action::MayChange, None));
        rec.effects.push(Effect { object: object.into(), ..effect });
    }
}

/// A rename with a hole: a member's stays with its owner, anything else may clash with all in its schema.
fn moved(rec: &mut Recorder<'_>, it: Move) {
    if !is_open_move(&it) {
        let after = rec.effects.len();
        return rec.moves.push(Move { after, ..it });
    }
    if it.schema.as_ref().is_some_and(|it| value::has_holes(it.as_str())) {
        return rec.opaque("EXECUTE on an object that may be anywhere");
    }
    let hole = Ident::exact(&value::NAME.to_string());
    let object = match &it.from.member {
        Some(_) => ObjectName { member: Some(hole), ..it.from },
        None => ObjectName { name: hole, ..it.from },
    };
    let search_path = rec.session.path.clone();
    let (action, part_of) = (Action::Alters, None);
    let deed = Deed { action, search_path, part_of, unless_exists: false, conditional: true };
    let effect = Effect::new(deed, object, it.span);
    apply(rec, reach(&effect), &effect);
    apply(rec, Reach::Schemas(it.schema.into_iter().collect()), &effect);
}
