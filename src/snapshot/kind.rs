/// What an [`super::Entry`] is, in the order in which a snapshot lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "their words say it")]
pub enum Kind {
    Schema,
    Extension,
    Language,
    ForeignDataWrapper,
    /// A foreign server; without a name, the one that a foreign table is on.
    Server,
    UserMapping,
    Collation,
    Conversion,
    Enum,
    Domain,
    Type,
    Sequence,
    Table,
    ForeignTable,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Operator,
    OperatorFamily,
    OperatorClass,
    Cast,
    Transform,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    Statistics,
    EventTrigger,
    Publication,
    Subscription,
    DefaultPrivileges,
    Persistence,
    PartitionBy,
    OfType,
    Inherits,
    AccessMethod,
    Options,
    ReplicaIdentity,
    RowSecurity,
    OwnedBy,
    Owner,
    Comment,
    Query,
    Column,
    Label,
    Constraint,
    Index,
    Trigger,
    Rule,
    Policy,
    /// Of a partition: its grants are those of its parent.
    Grants,
    Grant,
    Revoke,
    Partition,
    /// In comparisons only: the columns are the same, their order is not.
    ColumnOrder,
    /// In comparisons only: the labels are the same, their order is not.
    LabelOrder,
}

const WORDS: [(Kind, &str); 56] = [
    (Kind::Schema, "schema"),
    (Kind::Extension, "extension"),
    (Kind::Language, "language"),
    (Kind::ForeignDataWrapper, "foreign-data wrapper"),
    (Kind::Server, "server"),
    (Kind::UserMapping, "user mapping"),
    (Kind::Collation, "collation"),
    (Kind::Conversion, "conversion"),
    (Kind::Enum, "enum"),
    (Kind::Domain, "domain"),
    (Kind::Type, "type"),
    (Kind::Sequence, "sequence"),
    (Kind::Table, "table"),
    (Kind::ForeignTable, "foreign table"),
    (Kind::View, "view"),
    (Kind::MaterializedView, "materialized view"),
    (Kind::Function, "function"),
    (Kind::Procedure, "procedure"),
    (Kind::Aggregate, "aggregate"),
    (Kind::Operator, "operator"),
    (Kind::OperatorFamily, "operator family"),
    (Kind::OperatorClass, "operator class"),
    (Kind::Cast, "cast"),
    (Kind::Transform, "transform"),
    (Kind::TextSearchParser, "text search parser"),
    (Kind::TextSearchTemplate, "text search template"),
    (Kind::TextSearchDictionary, "text search dictionary"),
    (Kind::TextSearchConfiguration, "text search configuration"),
    (Kind::Statistics, "statistics"),
    (Kind::EventTrigger, "event trigger"),
    (Kind::Publication, "publication"),
    (Kind::Subscription, "subscription"),
    (Kind::DefaultPrivileges, "default privileges"),
    (Kind::Persistence, "persistence"),
    (Kind::PartitionBy, "partition by"),
    (Kind::OfType, "of type"),
    (Kind::Inherits, "inherits"),
    (Kind::AccessMethod, "access method"),
    (Kind::Options, "options"),
    (Kind::ReplicaIdentity, "replica identity"),
    (Kind::RowSecurity, "row security"),
    (Kind::OwnedBy, "owned by"),
    (Kind::Owner, "owner"),
    (Kind::Comment, "comment"),
    (Kind::Column, "column"),
    (Kind::Label, "label"),
    (Kind::Constraint, "constraint"),
    (Kind::Index, "index"),
    (Kind::Trigger, "trigger"),
    (Kind::Rule, "rule"),
    (Kind::Policy, "policy"),
    (Kind::Grants, "grants"),
    (Kind::Query, "query"),
    (Kind::Grant, "grant"),
    (Kind::Revoke, "revoke"),
    (Kind::Partition, "partition"),
];

impl Kind {
    /// The word for it, in the text form and in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ColumnOrder => "column order",
            Self::LabelOrder => "label order",
            kind => WORDS.iter().find(|(it, _)| *it == kind).map_or("", |(_, word)| word),
        }
    }

    /// The kind with this word.
    pub(super) fn of(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, it)| *it == word).map(|(kind, _)| *kind)
    }

    /// The kind whose word, the longest possible, begins the text, which goes on with a space, a colon or not at all.
    pub(super) fn beginning(text: &str) -> Option<(Self, &'static str)> {
        let begins =
            |word: &str| text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']));
        WORDS
            .iter()
            .filter(|(_, word)| begins(word))
            .max_by_key(|(_, word)| word.len())
            .map(|(kind, word)| (*kind, *word))
    }

    /// Every word of the text form.
    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(_, word)| *word)
    }

    /// How the order of such entries in one object is called, if it means something.
    pub(super) const fn order(self) -> Option<Self> {
        match self {
            Self::Column => Some(Self::ColumnOrder),
            Self::Label => Some(Self::LabelOrder),
            _ => None,
        }
    }

    /// Whether a partition may have what its parent has of this kind without being told of.
    pub(super) const fn is_inherited(self) -> bool {
        matches!(self, Self::Column | Self::Constraint | Self::Index | Self::Trigger | Self::Grant | Self::Revoke)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_word_and_the_longest_word_wins() {
        for (kind, word) in WORDS {
            assert_eq!((Kind::of(word), kind.word()), (Some(kind), word));
        }
        assert_eq!(Kind::beginning("partition by: LIST (a)"), Some((Kind::PartitionBy, "partition by")));
        assert_eq!(Kind::beginning("partition public.p"), Some((Kind::Partition, "partition")));
        assert_eq!(Kind::beginning("tables"), None);
    }
}
