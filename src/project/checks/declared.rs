use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::diagnostic::Source;
use crate::model::{Ident, ObjectName, Span, StatementTimeout};

/// How much a check's violation matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Somebody should look.
    Warning,
    /// The database does not do what it is there for.
    #[default]
    Error,
}

impl Severity {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One `[[check]]`, or one file of `checks/*.sql`: an id and what it claims of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredCheck {
    /// Unique in the project.
    pub id: String,
    /// The file.
    pub source: Arc<Source>,
    /// Where the id stands in the file.
    pub span: Span,
    /// Evaluated only once this migration is applied: an id, a version or a name.
    pub after: Option<String>,
    /// What a violation means.
    pub severity: Severity,
    /// Most rows shown of a `violations` query.
    pub limit: usize,
    /// How long each of its queries may run; `None` is the run's own limit.
    pub timeout: Option<StatementTimeout>,
    /// Said instead of the tool's own title.
    pub message: Option<String>,
    /// What must be true; never empty.
    pub claims: Vec<Claim>,
}

/// One thing that must be true of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// These exist, each of exactly its kind.
    Exist(Vec<ObjectName>),
    /// These do not exist.
    Absent(Vec<ObjectName>),
    /// An enum with these labels.
    Enum(ObjectName, EnumLabels),
    /// An extension, at this version or later.
    Extension(Ident, Option<String>),
    /// Policies and row security.
    Policies(PolicyClaim),
    /// Triggers.
    Triggers(TriggerClaim),
    /// A column's type, nullability and default.
    Column(ColumnClaim),
    /// A unique index usable by `ON CONFLICT` on exactly these columns of the table.
    Unique(ObjectName, Vec<Ident>),
    /// No unique index whose key columns are a subset of these columns of the table.
    AllowDuplicates(ObjectName, Vec<Ident>),
    /// A foreign key.
    ForeignKey(ForeignKeyClaim),
    /// Privileges of a role.
    Grant(GrantClaim),
    /// A query that returns no row.
    Violations(DeclaredQuery),
}

/// What an enum's labels must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnumLabels {
    /// Exactly these, in this order.
    Exactly(Vec<String>),
    /// This many.
    Count(usize),
}

/// Whether row security must be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RlsState {
    /// `ENABLE ROW LEVEL SECURITY`.
    Enabled,
    /// Also `FORCE`, so that it binds the table's owner.
    Forced,
}

/// `policies = { on, total, rls }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyClaim {
    /// The tables.
    pub on: Vec<ObjectName>,
    /// How many policies they have together.
    pub total: Option<u64>,
    /// The state of row security on each.
    pub rls: Option<RlsState>,
}

/// `triggers = { on, functions, enabled }`: on each table a trigger for each function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerClaim {
    /// The tables.
    pub on: Vec<ObjectName>,
    /// The functions; without a schema, of any schema.
    pub functions: Vec<ObjectName>,
    /// Whether the triggers must fire in ordinary sessions, or must not.
    pub enabled: Option<bool>,
}

/// `column = …` and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnClaim {
    /// The column (member of its table).
    pub column: ObjectName,
    /// Its type, as SQL writes it.
    pub data_type: Option<String>,
    /// Whether it must, or must not, be `NOT NULL`.
    pub not_null: Option<bool>,
    /// Its default.
    pub default: Option<DeclaredDefault>,
    /// Whether every partition must be as declared too.
    pub partitions_same: bool,
    /// Whether `--fix-defaults` may set the default.
    pub fix: FixPolicy,
}

/// What a column's default must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredDefault {
    /// `nextval` of this sequence.
    Sequence(ObjectName),
    /// The transaction's time: `now()`, `CURRENT_TIMESTAMP` or `transaction_timestamp()`, with or without a cast.
    Now,
    /// This expression.
    Expression(String),
}

/// What `--fix-defaults` does about a declared default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FixPolicy {
    /// Sets it.
    #[default]
    Automatic,
    /// Leaves it; the statements are shown.
    Shown,
}

/// `foreign_keys = [{ columns, references, to }]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyClaim {
    /// The referencing table.
    pub table: ObjectName,
    /// Its columns, in the key's order.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub references: ObjectName,
    /// `cascade`, `set null`, `set default`, `restrict` or `no action`.
    pub on_delete: Option<String>,
}

/// `grants = [{ role, privilege, on }]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantClaim {
    /// The role.
    pub role: Ident,
    /// The privileges, upper case.
    pub privileges: Vec<String>,
    /// The tables, views or sequences.
    pub on: Vec<ObjectName>,
}

/// A query whose rows are violations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredQuery {
    /// The query, without a final semicolon.
    pub sql: String,
    /// Where its first byte stands in the check's file, when the file holds it verbatim.
    pub offset: Option<usize>,
}
