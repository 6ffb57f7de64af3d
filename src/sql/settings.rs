//! `SET search_path` and its kin: settings that change what later names mean.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::SearchPath;
use super::expression::string;
use super::names::{self, child, ident};
use super::record::Recorder;
use super::search_path::in_setting;
use crate::model::Ident;

/// Makes the schemas of this setting the ones searched.
pub(super) fn set_search_path(rec: &mut Recorder<'_>, setting: &str, local: bool) {
    remember_path(rec, local);
    rec.session.path = in_setting(setting, rec.session.user.as_ref());
}

/// A local setting ends with the transaction; any other ends the local one.
fn remember_path(rec: &mut Recorder<'_>, local: bool) {
    if local {
        let path = rec.session.path.clone();
        rec.session.path_before_local.get_or_insert(path);
    } else {
        rec.session.path_before_local = None;
    }
}

fn reset_search_path(rec: &mut Recorder<'_>) {
    remember_path(rec, false);
    rec.session.path = rec.session.surroundings.path.of_user(rec.session.user.as_ref());
}

/// `SET ROLE`, `SET SESSION AUTHORIZATION` and their `RESET`: `"$user"` in the path stands for the schema of that role from
/// here on. Whether there is one, the graph knows.
pub(super) fn set_user(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let named = node.children().find_map(|it| match it.kind() {
        K::ROLE_REF => names::descendant(&it, K::ROLE_NAME_REF).and_then(|it| ident(&it)),
        K::LITERAL => string(&it).map(|text| Ident::exact(&text)),
        _ => None,
    });
    let named = named.filter(|it| it.as_str() != "none");
    let session = &mut *rec.session;
    session.user = named.or_else(|| session.surroundings.user.clone());
    if child(node, K::LOCAL_SCOPE).is_none() {
        session.lasting_user.clone_from(&session.user);
    }
    session.path = session.path.of_user(session.user.as_ref());
}

/// `SET … search_path` and `SET SCHEMA '…'`.
pub(super) fn set(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let local = child(node, K::LOCAL_SCOPE).is_some();
    if let Some(value) =
        child(node, K::SET_SCHEMA_VALUE).and_then(|it| child(&it, K::LITERAL)).and_then(|it| string(&it))
    {
        remember_path(rec, local);
        rec.session.path = SearchPath::of([Ident::exact(&value)], rec.session.user.as_ref());
    }
    let Some(config) = child(node, K::SET_CONFIG) else { return };
    let Some(value) = child(&config, K::TO_CONFIG_VALUE) else { return };
    if names_setting(&config, "check_function_bodies") {
        let text = value.text().to_string().to_ascii_lowercase();
        rec.session.checks_bodies = !["off", "false", "no", "0"].iter().any(|it| text.contains(it));
    }
    if !names_search_path(&config) {
        return;
    }
    if names::has_token(&value, K::DEFAULT_KW) {
        return reset_search_path(rec);
    }
    remember_path(rec, local);
    rec.session.path = schemas(&value, rec.session.user.as_ref());
}

/// `RESET search_path`, `RESET ALL`, `DISCARD ALL`.
pub(super) fn reset(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if names::descendant(node, K::DISCARD_ALL).is_some() {
        rec.session.user.clone_from(&rec.session.surroundings.user);
        rec.session.lasting_user.clone_from(&rec.session.surroundings.user);
    }
    if names_search_path(node) || node.descendants().any(|it| matches!(it.kind(), K::ALL | K::DISCARD_ALL)) {
        reset_search_path(rec);
    }
}

/// Whether the setting named at or below `node` is `search_path`.
pub(super) fn names_search_path(node: &SyntaxNode) -> bool {
    names_setting(node, "search_path")
}

fn names_setting(node: &SyntaxNode, setting: &str) -> bool {
    names::descendant(node, K::CONFIG_PARAMETER_REF)
        .and_then(|it| names::path(&it).pop())
        .is_some_and(|name| name.as_str() == setting)
}

/// The schemas in the value of a `SET search_path`: a string is one name, as it stands.
pub(super) fn schemas(value: &SyntaxNode, user: Option<&Ident>) -> SearchPath {
    let named = value.children().filter_map(|it| match it.kind() {
        K::LITERAL => string(&it).map(|text| Ident::exact(&text)),
        _ => ident(&it),
    });
    SearchPath::of(named, user)
}
