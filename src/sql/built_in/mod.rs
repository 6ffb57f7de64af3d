//! What PostgreSQL and well-known extensions bring with them, so that `now()` is no missing prerequisite.
//!
//! The lists are the names in `pg_catalog` of PostgreSQL 15 (functions whose arguments and result are not `internal`),
//! the ones that 16 to 18 added, and the members of the extensions in `contrib` and a few beyond it. They decide only
//! what can be decided without a database; with one at hand, its catalog has the last word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::model::{Ident, ObjectKind, ObjectName};

static FUNCTIONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| words(include_str!("functions.txt")));
static NEWER_FUNCTIONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| words(include_str!("newer_functions.txt")));
static TYPES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| words(include_str!("types.txt")));
static OPERATOR_CLASSES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| words(include_str!("opclasses.txt")));
static EXTENSIONS: LazyLock<BTreeMap<(&str, &str), Vec<&str>>> = LazyLock::new(extension_members);

fn words(text: &'static str) -> BTreeSet<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// Kinds an extension's members are listed under; the longer words first, because they contain blanks.
const MEMBER_KINDS: [&str; 8] =
    ["foreign-data wrapper", "operator class", "access method", "function", "language", "schema", "table", "type"];

/// (kind, member) to the extensions that have it.
fn extension_members() -> BTreeMap<(&'static str, &'static str), Vec<&'static str>> {
    let mut members = BTreeMap::<_, Vec<_>>::new();
    for line in include_str!("extensions.txt").lines() {
        let Some((extension, rest)) = line.split_once(' ') else { continue };
        for kind in MEMBER_KINDS {
            let Some(names) = rest.strip_prefix(kind) else { continue };
            for name in names.split_ascii_whitespace() {
                members.entry((kind, name)).or_default().push(extension);
            }
            break;
        }
    }
    members
}

/// Whether every supported PostgreSQL has a function of this name in `pg_catalog`.
pub(super) fn is_function(name: &Ident) -> bool {
    FUNCTIONS.contains(name.as_str())
}

/// The extensions that an extension of `contrib`, or a common one, builds on (`requires` in its control file).
pub(super) fn required_extensions(name: &str) -> &'static [&'static str] {
    match name {
        "earthdistance" => &["cube"],
        "pgrouting" | "postgis_raster" | "postgis_sfcgal" | "postgis_topology" => &["postgis"],
        "postgis_tiger_geocoder" => &["postgis", "fuzzystrmatch"],
        "hstore_plperl" => &["hstore", "plperl"],
        "hstore_plpython3u" => &["hstore", "plpython3u"],
        "bool_plperl" | "jsonb_plperl" => &["plperl"],
        "jsonb_plpython3u" => &["plpython3u"],
        "ltree_plpython3u" => &["ltree", "plpython3u"],
        _ => &[],
    }
}

/// Whether an object defined by a migration overloads or hides a built-in function or operator.
pub fn is_overloaded(object: &ObjectName) -> bool {
    match object.kind {
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate => is_function(&object.name),
        ObjectKind::Operator => super::definition::is_built_in_operator(&object.name),
        _ => false,
    }
}

/// Whether `pg_catalog` has a type of this name.
pub(super) fn is_type(name: &Ident) -> bool {
    TYPES.contains(name.as_str())
}

/// Whether `pg_catalog` has an operator class of this name.
pub(super) fn is_operator_class(name: &Ident) -> bool {
    OPERATOR_CLASSES.contains(name.as_str())
}

/// Whether a schema belongs to the system: what is in it needs no migration.
pub(super) fn is_system_schema(schema: &Ident) -> bool {
    let name = schema.as_str();
    name == "information_schema"
        || name.starts_with("pg_catalog")
        || name.starts_with("pg_toast")
        || is_temporary(schema)
}

/// Whether a schema is the session's own for temporary objects.
pub(super) fn is_temporary(schema: &Ident) -> bool {
    schema.as_str().starts_with("pg_temp")
}

/// Whether some supported PostgreSQL has this object built in although others have not, or although the lists of this
/// crate can't tell: collations of the operating system, functions new in PostgreSQL 16 to 18.
pub fn may_be_built_in(object: &ObjectName) -> bool {
    if object.schema.is_some() {
        return false;
    }
    match object.kind {
        ObjectKind::Function => NEWER_FUNCTIONS.contains(object.name.as_str()),
        ObjectKind::Collation
        | ObjectKind::AccessMethod
        | ObjectKind::Language
        | ObjectKind::TextSearchConfiguration
        | ObjectKind::TextSearchDictionary
        | ObjectKind::TextSearchParser
        | ObjectKind::TextSearchTemplate => true,
        _ => false,
    }
}

/// The extensions known to provide this object, in alphabetical order.
pub fn extensions_providing(object: &ObjectName) -> Vec<&'static str> {
    if let Some(schema) = &object.schema
        && let Some(extensions) = EXTENSIONS.get(&("schema", schema.as_str()))
    {
        return extensions.clone();
    }
    let kind = match object.kind {
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate => "function",
        ObjectKind::Type | ObjectKind::Domain | ObjectKind::Enum => "type",
        ObjectKind::Table | ObjectKind::View => "table",
        kind => kind.as_str(),
    };
    let found = EXTENSIONS.get(&(kind, object.name.as_str())).cloned().unwrap_or_default();
    if found.is_empty() && kind == "function" && object.name.as_str().starts_with("st_") {
        return vec!["postgis"];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_built_in_and_what_an_extension_brings() {
        assert!(is_function(&Ident::exact("now")) && is_function(&Ident::exact("gen_random_uuid")));
        assert!(!is_function(&Ident::exact("uuidv7")) && is_type(&Ident::exact("jsonb")));
        let function = |name| ObjectName::global(ObjectKind::Function, Ident::exact(name));
        assert!(may_be_built_in(&function("uuidv7")) && !may_be_built_in(&function("frobnicate")));
        assert_eq!(extensions_providing(&function("uuid_generate_v4")), ["uuid-ossp"]);
        assert_eq!(extensions_providing(&function("st_distance")), ["postgis"]);
        assert!(is_operator_class(&Ident::exact("text_pattern_ops")));
    }
}
