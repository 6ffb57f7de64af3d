use crate::model::{Ident, ObjectKind, ObjectName};
use crate::verify::finding::{Fix, Repair};

/// Defaults to put back for one column, on its table and on partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultRepair {
    /// The column of the table, or of the root of the partitions.
    pub column: ObjectName,
    /// One for each table, the root first: it restores service with one lock.
    pub steps: Vec<DefaultStep>,
    /// The sequence that must belong to the column again.
    pub owns: Option<ObjectName>,
    /// The sequence that the root's default draws from, which must be ahead of the column before it does.
    pub draws: Option<ObjectName>,
}

/// One table's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultStep {
    /// The table or partition.
    pub table: ObjectName,
    /// The column.
    pub column: Ident,
    /// The default.
    pub expression: String,
}

impl DefaultStep {
    pub(in crate::verify) fn new(table: &ObjectName, column: &ObjectName, expression: &str) -> Self {
        let column = column.member.clone().unwrap_or_else(|| column.name.clone());
        Self { table: table.clone(), column, expression: expression.to_owned() }
    }

    pub(in crate::verify) fn on_root(column: &ObjectName, expression: &str) -> Self {
        Self::new(&table_of(column), column, expression)
    }

    /// `ONLY`, because without it the statement locks every partition at once.
    pub(super) fn statement(&self) -> String {
        let (table, column) = (self.table.quoted(), self.column.quoted());
        format!("ALTER TABLE ONLY {table} ALTER COLUMN {column} SET DEFAULT {}", self.expression)
    }
}

impl DefaultRepair {
    pub(in crate::verify) fn new(column: &ObjectName, steps: Vec<DefaultStep>) -> Self {
        Self { column: column.clone(), steps, owns: None, draws: None }
    }

    /// Everything it runs, each in a transaction of its own.
    pub fn statements(&self) -> Vec<String> {
        self.steps.iter().map(DefaultStep::statement).chain(self.ownership()).collect()
    }

    pub(super) fn ownership(&self) -> Option<String> {
        let sequence = self.owns.as_ref()?;
        Some(format!("ALTER SEQUENCE {} OWNED BY {}", sequence.quoted(), self.column.quoted()))
    }

    fn lock(&self) -> String {
        if self.steps.is_empty() {
            "SHARE ROW EXCLUSIVE on the sequence".to_owned()
        } else {
            "ACCESS EXCLUSIVE on one table at a time, catalog only".to_owned()
        }
    }

    /// The fix that `--fix-defaults` makes.
    pub(in crate::verify) fn automatic(self) -> Fix {
        Fix::Automatic {
            flag: "--fix-defaults",
            statements: self.statements(),
            lock: self.lock(),
            repair: Box::new(Repair::Default(self)),
        }
    }

    /// The fix that is left to a person.
    pub(in crate::verify) fn shown(self) -> Fix {
        Fix::Sql { statements: self.statements(), lock: self.lock() }
    }
}

fn table_of(column: &ObjectName) -> ObjectName {
    ObjectName { kind: ObjectKind::Table, member: None, ..column.clone() }
}

/// `nextval` of `sequence`, bound to its oid when the default is set.
pub(in crate::verify) fn nextval(sequence: &ObjectName) -> String {
    format!("pg_catalog.nextval('{}'::pg_catalog.regclass)", sequence.quoted().replace('\'', "''"))
}
