use serde::Serialize;

use super::json::{FORMAT, to_json};
use super::{Paint, ago};
use crate::db::ServerInfo;
use crate::ledger::{Counter, CounterStanding, Health, Ledger};
use crate::model::Ident;

/// How far the clocks may differ before it is worth a word: times are shown to the second, and leases go by the server's.
const SKEW_SECONDS: i64 = 5;

/// What was examined about a database, and what is not fine.
#[derive(Debug, Serialize)]
pub struct Doctor<'a> {
    format: u32,
    target: &'a str,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    about: &'static str,
    verdict: Finding,
    message: String,
    help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    Ok,
    Note,
    Problem,
}

impl<'a> Doctor<'a> {
    /// Judges what was read. `ledger` is the ledger, or why it can't be read; `counters` are its columns that number rows.
    #[must_use]
    pub fn examine(
        target: &'a str,
        server: &ServerInfo,
        schema: &Ident,
        health: &Health,
        ledger: Result<&Ledger, String>,
        counters: &[Counter],
    ) -> Self {
        let role = Ident::exact(&server.user);
        let mut items = vec![
            Item::ok("server", format!("PostgreSQL {}", server.version)),
            tls(server, health),
            pooler(server),
            writable(server),
            clock(health),
            names(server),
            ledger_item(server, schema, &role, health, &ledger, counters),
        ];
        items.extend(ledger.as_ref().ok().map(|it| lease(it)));
        items.extend(ledger.ok().and_then(half_done));
        items.push(if health.sees_others {
            Item::ok("activity", "who blocks a migration is shown with its query".to_owned())
        } else {
            let help = format!("GRANT pg_read_all_stats TO {}", role.quoted());
            Item::note("activity", "who blocks a migration is shown without role and query".to_owned()).help(help)
        });
        Self { format: FORMAT, target, items }
    }

    /// Whether migrations can be applied.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.items.iter().all(|item| item.verdict != Finding::Problem)
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        to_json(self)
    }

    /// For people: a line for each item, with what to do below it.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let mut lines = vec![self.target.to_owned(), String::new()];
        for item in &self.items {
            let verdict = match item.verdict {
                Finding::Ok => paint.good("ok     "),
                Finding::Note => paint.careful("note   "),
                Finding::Problem => paint.bad("problem"),
            };
            lines.push(format!("  {verdict}  {:<9} {}", item.about, item.message));
            lines.extend(item.help.as_ref().map(|help| format!("                     {help}")));
        }
        lines.join("\n")
    }
}

impl Item {
    const fn new(about: &'static str, verdict: Finding, message: String) -> Self {
        Self { about, verdict, message, help: None }
    }

    const fn ok(about: &'static str, message: String) -> Self {
        Self::new(about, Finding::Ok, message)
    }

    const fn note(about: &'static str, message: String) -> Self {
        Self::new(about, Finding::Note, message)
    }

    const fn problem(about: &'static str, message: String) -> Self {
        Self::new(about, Finding::Problem, message)
    }

    fn help(self, help: String) -> Self {
        Self { help: Some(help), ..self }
    }
}

fn tls(server: &ServerInfo, health: &Health) -> Item {
    let where_ = if server.pooled { " between the pooler and the server" } else { "" };
    match &health.tls {
        Some(version) => Item::ok("tls", format!("{version}{where_}")),
        None => Item::ok("tls", format!("not encrypted{where_}")),
    }
}

fn pooler(server: &ServerInfo) -> Item {
    if !server.pooled {
        return Item::ok("pooler", "none: the server itself answers".to_owned());
    }
    let message = "a pooler answers in the server's name: the lease of a run that is killed frees after a minute instead \
                   of at once, and a statement outside a transaction gets no timeout and no `SET` of its file";
    Item::note("pooler", message.to_owned()).help("connect to the server itself for migrations, if you can".to_owned())
}

fn writable(server: &ServerInfo) -> Item {
    if server.in_recovery {
        let help = "connect to the primary (`target_session_attrs=read-write` with several hosts)".to_owned();
        Item::problem("writable", "a standby: nothing can be applied here".to_owned()).help(help)
    } else if server.read_only {
        let message = "transactions are read-only by default here (`default_transaction_read_only`)".to_owned();
        let help =
            format!("ALTER ROLE {} SET default_transaction_read_only = off", Ident::exact(&server.user).quoted());
        Item::problem("writable", message).help(help)
    } else {
        Item::ok("writable", "a primary".to_owned())
    }
}

fn clock(health: &Health) -> Item {
    let skew = health.server_time.duration_since(health.own_time).as_secs();
    if skew.abs() <= SKEW_SECONDS {
        return Item::ok("clock", "agrees with this machine's".to_owned());
    }
    let side = if skew > 0 { "ahead" } else { "behind" };
    Item::note("clock", format!("the server's is {} s {side}; times shown are the server's", skew.abs()))
}

fn names(server: &ServerInfo) -> Item {
    let Some((first, others)) = server.schemas.split_first() else {
        let message = format!("no schema of `search_path` ({}) is there: names need one", server.search_path);
        return Item::note("names", message);
    };
    let new = format!("without a schema, new ones go to {}", Ident::exact(first).quoted());
    let others: Vec<String> = others.iter().map(|it| Ident::exact(it).quoted()).collect();
    let then = if others.is_empty() {
        String::new()
    } else {
        format!(", old ones are found there or in {}", others.join(", "))
    };
    if server.may_create {
        return Item::ok("names", new + &then);
    }
    let grant =
        format!("GRANT CREATE ON SCHEMA {} TO {}", Ident::exact(first).quoted(), Ident::exact(&server.user).quoted());
    Item::note("names", format!("{new}{then}; this role may create nothing there"))
        .help(format!("if migrations are to: {grant}"))
}

fn ledger_item(
    server: &ServerInfo,
    schema: &Ident,
    role: &Ident,
    health: &Health,
    ledger: &Result<&Ledger, String>,
    counters: &[Counter],
) -> Item {
    let name = schema;
    let (schema, role) = (schema.quoted(), role.quoted());
    let Some(owner) = &health.owner else {
        if health.may_create_schemas {
            return Item::ok("ledger", format!("none yet: the first `migrate up` makes schema {schema}"));
        }
        let help = format!("GRANT CREATE ON DATABASE {} TO {role}", Ident::exact(&server.database).quoted());
        return Item::problem("ledger", "none yet, and this role may not make its schema".to_owned()).help(help);
    };
    if !health.may_use {
        let message = format!("schema {schema} belongs to `{owner}` and this role may not use it");
        return Item::problem("ledger", message).help(format!("GRANT USAGE ON SCHEMA {schema} TO {role}"));
    }
    if !health.lacks.is_empty() {
        let lacks = health.lacks.join(", ");
        return Item::problem("ledger", format!("this role lacks {lacks} on tables of schema {schema}"))
            .help(format!("GRANT {lacks} ON ALL TABLES IN SCHEMA {schema} TO {role}"));
    }
    match ledger {
        Err(error) => Item::problem("ledger", error.clone()),
        Ok(ledger) if !ledger.installed && !health.may_create => {
            Item::problem("ledger", format!("schema {schema} is empty, and this role may not make tables in it"))
                .help(format!("GRANT CREATE ON SCHEMA {schema} TO {role}"))
        }
        Ok(ledger) if !ledger.installed => {
            Item::ok("ledger", format!("none yet: the first `migrate up` makes its tables in schema {schema}"))
        }
        Ok(ledger) => uncountable(name, &role, counters).unwrap_or_else(|| {
            Item::ok("ledger", format!("schema {schema}, {} migrations applied", ledger.applied.len()))
        }),
    }
}

/// What a restore of single tables has done to the ledger's own numbers.
fn uncountable(schema: &Ident, role: &str, counters: &[Counter]) -> Option<Item> {
    let (mut wrong, mut remedies) = (Vec::new(), Vec::new());
    for counter in counters {
        let column = format!("{}.{}", counter.table, counter.column);
        wrong.push(match counter.standing {
            CounterStanding::Behind { next, greatest } => {
                format!("the next `{column}` is {next}, and {greatest} is used")
            }
            CounterStanding::Lost => format!("nothing numbers `{column}` any more"),
            CounterStanding::Ahead | CounterStanding::Unreadable => continue,
        });
        remedies.push(counter.remedy(schema));
    }
    if !wrong.is_empty() {
        let message = format!("a restore has left it incomplete, and the next run fails: {}", wrong.join("; "));
        return Some(Item::problem("ledger", message).help(remedies.join("; ")));
    }
    let unreadable = counters.iter().any(|it| it.standing == CounterStanding::Unreadable);
    unreadable.then(|| {
        Item::note("ledger", "whether its sequences are ahead of its rows can't be seen by this role".to_owned())
            .help(format!("GRANT SELECT ON ALL SEQUENCES IN SCHEMA {} TO {role}", schema.quoted()))
    })
}

/// What a run has begun and not brought to its end, unless it is just running.
fn half_done(ledger: &Ledger) -> Option<Item> {
    if ledger.lease.as_ref().is_some_and(|it| !it.expired) {
        return None;
    }
    let mut begun: Vec<&str> = ledger.intents.iter().map(|it| it.migration.as_str()).collect();
    begun.sort_unstable();
    begun.dedup();
    if begun.is_empty() {
        return None;
    }
    let message = format!("left half-way by a run that stopped: {}", begun.join(", "));
    Some(Item::note("steps", message).help("`migrate status` tells how each stands and what to do".to_owned()))
}

fn lease(ledger: &Ledger) -> Item {
    match &ledger.lease {
        None => Item::ok("lease", "free".to_owned()),
        Some(holder) if holder.expired => Item::note(
            "lease",
            format!(
                "expired: {} stopped renewing it, taken {}; the next run takes over",
                holder.name,
                ago(holder.since)
            ),
        ),
        Some(holder) => Item::note("lease", format!("held by {} since {}", holder.name, ago(holder.since))),
    }
}
