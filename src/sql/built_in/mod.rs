//! What PostgreSQL and well-known extensions bring with them, so that `now()` is no missing prerequisite.
//!
//! `scripts/built-in-catalogue` writes two of the lists from real servers: `objects.txt`, what each supported major has
//! in a new database, and `extensions.txt`, what the extensions of `contrib` bring. `syntax.txt` holds what only the
//! grammar knows, and `other_extensions.txt` a few members of extensions beyond `contrib`; both are written by hand.
//! They decide only what can be decided without a database; with one at hand, its catalog has the last word.

mod majors;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use majors::Majors;

use crate::model::{Ident, ObjectKind, ObjectName};

/// Kinds that have lists; routines count as functions, relations as tables and all types as types.
const LISTED: [ObjectKind; 18] = [
    ObjectKind::AccessMethod,
    ObjectKind::Collation,
    ObjectKind::Conversion,
    ObjectKind::EventTrigger,
    ObjectKind::ForeignDataWrapper,
    ObjectKind::Function,
    ObjectKind::Language,
    ObjectKind::Operator,
    ObjectKind::OperatorClass,
    ObjectKind::OperatorFamily,
    ObjectKind::Role,
    ObjectKind::Schema,
    ObjectKind::Table,
    ObjectKind::TextSearchConfiguration,
    ObjectKind::TextSearchDictionary,
    ObjectKind::TextSearchParser,
    ObjectKind::TextSearchTemplate,
    ObjectKind::Type,
];

type Listed = (ObjectKind, &'static str);

static OBJECTS: LazyLock<BTreeMap<Listed, Majors>> = LazyLock::new(|| {
    let lists = [include_str!("objects.txt"), include_str!("syntax.txt")];
    lists.into_iter().flat_map(entries).map(|(_, listed, majors)| (listed, majors)).collect()
});

/// Members to the extensions that have them.
static MEMBERS: LazyLock<BTreeMap<Listed, Vec<&str>>> = LazyLock::new(|| {
    let mut members = BTreeMap::<Listed, Vec<&str>>::new();
    for list in [include_str!("extensions.txt"), include_str!("other_extensions.txt")] {
        for (extension, listed, _) in entries(list) {
            members.entry(listed).or_default().push(extension);
        }
    }
    members
});

/// The entries of a list: its extension (empty for the server's own), kind and name, and the majors that have it.
///
/// A heading in brackets says extension and kind, each line below it a name and the majors.
fn entries(list: &'static str) -> impl Iterator<Item = (&'static str, Listed, Majors)> {
    let mut heading = None;
    list.lines().filter_map(move |line| {
        if let Some(words) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            heading = kind_named(words).map(|kind| ("", kind)).or_else(|| {
                let (extension, words) = words.split_once(' ')?;
                Some((extension, kind_named(words)?))
            });
            return None;
        }
        let (extension, kind) = heading?;
        let mut words = line.split(' ');
        let name = words.next().filter(|it| !it.is_empty())?;
        Some((extension, (kind, name), Majors::parse(words.next())))
    })
}

fn kind_named(words: &str) -> Option<ObjectKind> {
    match words {
        "aggregate" | "procedure" | "window function" => Some(ObjectKind::Function),
        "view" | "sequence" => Some(ObjectKind::Table),
        _ => LISTED.into_iter().find(|it| it.as_str() == words),
    }
}

const fn listed_as(kind: ObjectKind) -> ObjectKind {
    match kind {
        ObjectKind::Procedure | ObjectKind::Aggregate => ObjectKind::Function,
        ObjectKind::Domain | ObjectKind::Enum => ObjectKind::Type,
        ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::ForeignTable | ObjectKind::Column => {
            ObjectKind::Table
        }
        kind => kind,
    }
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
    let kind = listed_as(object.kind);
    matches!(kind, ObjectKind::Function | ObjectKind::Operator) && is_built_in(kind, &object.name)
}

/// The supported majors that have an object of this name built in; a column counts as its relation.
fn majors(kind: ObjectKind, name: &str) -> Option<Majors> {
    let found = OBJECTS.get(&(listed_as(kind), name)).copied();
    // A relation's row type is a type.
    found.or_else(|| OBJECTS.get(&(ObjectKind::Table, name)).copied().filter(|_| kind == ObjectKind::Type))
}

/// Whether every supported PostgreSQL has an object of this name built in; a column counts as its relation.
pub(super) fn is_built_in(kind: ObjectKind, name: &Ident) -> bool {
    majors(kind, name.as_str()) == Some(Majors::ALL)
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

/// That some supported PostgreSQL has this object built in although others have not, in words: "it is built in from
/// PostgreSQL 18". Of a collation that the lists don't know, that the operating system may have it.
pub fn may_be_built_in(object: &ObjectName) -> Option<String> {
    if object.schema.as_ref().is_some_and(|it| it.as_str() != "pg_catalog") {
        return None;
    }
    match majors(object.kind, object.name.as_str()) {
        Some(Majors::ALL) => None,
        Some(some) => Some(format!("it is built in {some}")),
        None if object.kind == ObjectKind::Collation => Some("the operating system may have it".to_owned()),
        None => None,
    }
}

/// The extensions known to provide this object, in alphabetical order.
pub fn extensions_providing(object: &ObjectName) -> Vec<&'static str> {
    let own_schema = object.schema.as_ref().and_then(|schema| MEMBERS.get(&(ObjectKind::Schema, schema.as_str())));
    if let Some(extensions) = own_schema {
        return extensions.clone();
    }
    let kind = listed_as(object.kind);
    let found = MEMBERS.get(&(kind, object.name.as_str())).cloned().unwrap_or_default();
    if found.is_empty() && kind == ObjectKind::Function && object.name.as_str().starts_with("st_") {
        return vec!["postgis"];
    }
    found
}

/// The extensions of `contrib` whose operators of this built-in name take values of built-in types alone: nothing else
/// tells that they are meant.
pub fn extensions_overloading(operator: &Ident) -> &'static [&'static str] {
    match operator.as_str() {
        "%" => &["pg_trgm"],
        "<->" => &["btree_gist", "pg_trgm"],
        "#" | "&" | "+" | "-" | "|" => &["intarray"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: ObjectKind, name: &str) -> ObjectName {
        ObjectName::global(kind, Ident::exact(name))
    }

    #[test]
    fn every_line_of_the_lists_is_an_entry() {
        let lists = [
            include_str!("objects.txt"),
            include_str!("syntax.txt"),
            include_str!("extensions.txt"),
            include_str!("other_extensions.txt"),
        ];
        for list in lists {
            let names = list.lines().filter(|it| !it.is_empty() && !it.starts_with('[')).count();
            assert_eq!(entries(list).count(), names);
            assert!(names > 30);
        }
    }

    #[test]
    fn knows_what_every_version_has() {
        use ObjectKind as O;
        for (kind, name) in [
            (O::Function, "now"),
            (O::Aggregate, "max"),
            (O::Function, "row_number"),
            (O::Function, "coalesce"),
            (O::Type, "jsonb"),
            (O::Type, "integer"),
            (O::Type, "_text"),
            (O::Type, "pg_class"),
            (O::OperatorClass, "text_pattern_ops"),
            (O::Collation, "C"),
            (O::View, "pg_roles"),
            (O::Role, "pg_monitor"),
            (O::Language, "plpgsql"),
            (O::TextSearchConfiguration, "english"),
            (O::Operator, "@>"),
        ] {
            assert!(is_built_in(kind, &Ident::exact(name)), "{kind} {name}");
        }
        assert!(!is_built_in(O::Function, &Ident::exact("uuidv7")));
        assert!(!is_built_in(O::Function, &Ident::exact("jsonb")));
    }

    #[test]
    fn says_which_versions_have_it_where_not_all_have() {
        let says = |kind, name| may_be_built_in(&object(kind, name));
        assert_eq!(says(ObjectKind::Function, "uuidv7").unwrap(), "it is built in from PostgreSQL 18");
        assert_eq!(says(ObjectKind::Function, "pg_start_backup").unwrap(), "it is built in up to PostgreSQL 14");
        assert_eq!(says(ObjectKind::Collation, "de_DE").unwrap(), "the operating system may have it");
        assert_eq!(says(ObjectKind::Function, "now"), None);
        assert_eq!(says(ObjectKind::Function, "frobnicate"), None);
    }

    #[test]
    fn knows_which_extension_brings_what() {
        use ObjectKind as O;
        assert_eq!(extensions_providing(&object(O::Function, "uuid_generate_v4")), ["uuid-ossp"]);
        assert_eq!(extensions_providing(&object(O::OperatorClass, "gin_trgm_ops")), ["pg_trgm"]);
        assert_eq!(extensions_providing(&object(O::Type, "citext")), ["citext"]);
        assert_eq!(extensions_providing(&object(O::Language, "plpython3u")), ["plpython3u"]);
        assert_eq!(extensions_providing(&object(O::Function, "st_distance")), ["postgis"]);
        let scheduled = ObjectName::qualified(O::Function, Ident::exact("cron"), Ident::exact("schedule"));
        assert_eq!(extensions_providing(&scheduled), ["pg_cron"]);
    }
}
