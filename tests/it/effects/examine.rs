//! Runs a script on a server and compares what each statement does there with the effects read from its text.

use std::collections::BTreeSet;

use pgmigrate::diagnostic::Source;
use pgmigrate::model::{ObjectKind, ObjectName};
use pgmigrate::sql::{self, Action, Deed, Effect, Script, Statement};
use tokio_postgres::Client;

use super::catalog::{Catalog, Id, Object, rows};

/// What came of a script.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Where the effects and the server disagree.
    pub findings: Vec<String>,
    /// Statements that are opaque, or not, against a remark.
    pub misjudged: Vec<String>,
    /// Statements run.
    pub ran: usize,
    /// Statements that the server refused.
    pub failed: Vec<String>,
}

/// Examines every statement of the script that this server's version is for.
pub async fn examine(client: &Client, name: &str, text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let version = rows(client, "SHOW server_version_num").await.unwrap().remove(0).remove(0).unwrap();
    let text = for_version(name, text, version.parse::<u32>().unwrap() / 10_000);
    let source = Source::new(name, text);
    let (script, problems) = sql::parse(&source);
    for problem in problems {
        outcome.findings.push(format!(
            "{name}: not parsed: {} {:?}",
            problem.message,
            problem.labels.first().map(|it| it.span)
        ));
    }
    let mut before = Catalog::read(client).await.unwrap();
    for (at, statement) in script.statements.iter().enumerate() {
        let text = &source.text[statement.span.range()];
        let line = source.text[..statement.span.start()].matches('\n').count() + 1;
        let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(110).collect();
        let place = format!("{name}:{line}: {short}");
        if let Err(error) = client.simple_query(text).await {
            let message = error.as_db_error().map_or_else(|| error.to_string(), |it| it.message().to_owned());
            outcome.failed.push(format!("{place}: {message}"));
            if Catalog::read(client).await.is_err() {
                let _ = client.simple_query("ROLLBACK").await;
            }
            continue;
        }
        outcome.ran += 1;
        let Ok(after) = Catalog::read(client).await else { continue };
        let expected = remarks(&source.text, &script, at).any(|it| it == "opaque");
        if statement.opaque.is_some() == expected {
            let unseen = remarks(&source.text, &script, at).collect();
            let step = Step { script: &script, at, statement, before: &before, after: &after, unseen };
            let found = step.definitions(expected).into_iter().chain(step.references(expected));
            outcome
                .findings
                .extend(found.filter(|it| !step.unseen.contains(&it.as_str())).map(|it| format!("{place}\n    {it}")));
        } else {
            outcome.misjudged.push(format!("{place}\n    opaque: {:?}", statement.opaque));
        }
        before = after;
    }
    outcome
}

/// The text without the statements marked as being for other versions: `-- since 15`, `-- until 17`.
fn for_version(name: &str, text: &str, version: u32) -> String {
    let source = Source::new(name, text);
    let (script, _) = sql::parse(&source);
    let mut kept = text.to_owned().into_bytes();
    for (at, statement) in script.statements.iter().enumerate() {
        let runs = remarks(text, &script, at).all(|it| match it.split_once(' ') {
            Some(("since", first)) => version >= first.parse().unwrap(),
            Some(("until", last)) => version <= last.parse().unwrap(),
            _ => true,
        });
        if !runs {
            // With its remarks.
            let start = at.checked_sub(1).map_or(0, |it| script.statements[it].span.end() + 1);
            for byte in &mut kept[start..statement.span.end()] {
                *byte = if *byte == b'\n' { b'\n' } else { b' ' };
            }
        }
    }
    String::from_utf8(kept).unwrap()
}

/// The comments right before a statement.
fn remarks<'a>(text: &'a str, script: &Script, at: usize) -> impl Iterator<Item = &'a str> {
    let start = at.checked_sub(1).map_or(0, |it| script.statements[it].span.end());
    let gap = &text[start..script.statements[at].span.start()];
    gap.lines().filter_map(|it| it.trim().strip_prefix("-- "))
}

/// One statement, with what was there before and after it.
struct Step<'a> {
    script: &'a Script,
    at: usize,
    statement: &'a Statement,
    before: &'a Catalog,
    after: &'a Catalog,
    /// What need not be seen, as a remark says.
    unseen: Vec<&'a str>,
}

impl Step<'_> {
    fn some(&self, test: impl Fn(&Effect) -> bool) -> bool {
        self.statement.effects.iter().any(test)
    }

    fn moved(&self, object: &Object) -> bool {
        self.statement.moves.iter().any(|it| {
            let path = self
                .statement
                .effects
                .first()
                .map_or_else(|| std::iter::empty().collect(), |it| it.search_path.clone());
            let part_of = None;
            let action = Action::Alters;
            let deed = Deed { action, search_path: path, part_of, unless_exists: false, conditional: false };
            let effect = Effect::new(deed, it.from.clone(), it.span);
            object.is(&effect) || object.belongs_to(&effect) || object.lives_in(&effect)
        })
    }

    /// Created, changed and dropped objects, and what the effects say of them.
    fn definitions(&self, opaque: bool) -> Vec<String> {
        let mut found = Vec::new();
        if !opaque {
            found.extend(self.created().chain(self.changed()).chain(self.dropped()));
        }
        for effect in &self.statement.effects {
            if effect.object.name.as_str().starts_with("pg_temp") || is_stand_in(effect) {
                continue;
            }
            let there = self.after.has(effect);
            match effect.action {
                // Before PostgreSQL 18 a NOT NULL has no name of its own.
                Action::Creates if !there && effect.object.kind.as_str() != "constraint" && !self.is_moot(effect) => {
                    found.push(format!("creates {}, which is not there", effect.object));
                }
                Action::Drops if there && !self.some(|it| it.action == Action::Creates) && !self.overloaded(effect) => {
                    found.push(format!("drops {}, which is there", effect.object));
                }
                _ => {}
            }
        }
        found
    }

    /// A member of a relation that was there before `IF NOT EXISTS`, or that is not there under `IF EXISTS`.
    fn is_moot(&self, effect: &Effect) -> bool {
        let owner = on_owner(effect);
        let created = self.some(|it| {
            it.action == Action::Creates && it.object.name == owner.object.name && it.object.member.is_none()
        });
        effect.object.member.is_some() && (!self.after.has(&owner) || created && self.before.has(&owner))
    }

    fn overloaded(&self, effect: &Effect) -> bool {
        let count = |catalog: &Catalog| catalog.objects.values().filter(|it| it.is(effect)).count();
        count(self.before) > count(self.after)
    }

    fn created(&self) -> impl Iterator<Item = String> {
        let old: BTreeSet<String> = self.before.objects.values().map(ToString::to_string).collect();
        let new = self.after.objects.iter().filter(|(id, it)| !it.along && !self.before.objects.contains_key(id));
        // REINDEX CONCURRENTLY puts another index in the place of the old one.
        let new = new.filter(move |(_, it)| self.statement.tag.as_str() != "REINDEX" || !old.contains(&it.to_string()));
        new.filter(|(_, it)| {
            !self.some(|effect| {
                let all_columns =
                    it.kind == "column" && effect.object.member.as_ref().is_some_and(|it| it.as_str() == "*");
                effect.action == Action::Creates && (it.is(effect) || all_columns && it.belongs_to(&on_owner(effect)))
            }) && !self.moved(it)
        })
        .filter(|(id, _)| {
            // Named by nobody: what LIKE copies, and what an extension's members bring.
            let mut wholes = self.after.wholes(**id);
            !wholes.any(|it| {
                it.along && it.kind != "column" || self.unseen.contains(&"parts not seen") && self.touches(it)
            })
        })
        .map(|(_, it)| format!("not seen: creates {it}"))
    }

    fn changed(&self) -> impl Iterator<Item = String> {
        let old = |id: &Id| self.before.objects.get(id);
        let differs = self.after.objects.iter().filter_map(move |(id, it)| Some((id, it, old(id)?)));
        let differs = differs.filter(|(_, it, old)| {
            !old.along
                && (it.digest != old.digest
                    || it.name != old.name
                    || it.member != old.member
                    || it.schema != old.schema)
        });
        differs
            .filter(|(id, it, old)| {
                !self.touches(old) && !self.touches(it) && !self.before.wholes(**id).any(|it| self.touches(it))
            })
            .map(|(_, it, _)| format!("not seen: alters {it}"))
    }

    /// Whether the statement is seen to change the object or what it belongs to.
    fn touches(&self, object: &Object) -> bool {
        let writes = |effect: &Effect| {
            matches!(
                effect.action,
                Action::Alters
                    | Action::Joins
                    | Action::Leaves
                    | Action::Annotates
                    | Action::Creates
                    | Action::Drops
                    | Action::WritesRows
            )
        };
        self.some(|effect| {
            writes(effect) && (object.is(effect) || object.belongs_to(effect))
                || effect.action == Action::ReadsShape && object.lives_in(effect)
        }) || self.moved(object)
    }

    fn dropped(&self) -> impl Iterator<Item = String> {
        let gone = self.before.objects.iter().filter(|(id, it)| !it.along && !self.after.objects.contains_key(id));
        let gone = gone.filter(|_| self.statement.tag.as_str() != "REINDEX");
        let drops = |object: &Object| {
            self.some(|it| {
                matches!(it.action, Action::Drops) && (object.is(it) || object.belongs_to(it) || object.lives_in(it))
            })
        };
        // What falls with what, by CASCADE, is the graph's to know.
        gone.filter(move |(_, it)| !drops(it) && !self.statement.cascade)
            .filter(move |(id, it)| {
                !self.before.wholes(**id).any(|it| drops(it) || self.touches(it)) && !self.touches(it)
            })
            .map(|(_, it)| format!("not seen: drops {it}"))
    }

    /// What the new and changed objects refer to must be among the effects; what the effects need must be there.
    fn references(&self, opaque: bool) -> Vec<String> {
        let mut found = BTreeSet::new();
        if opaque || self.statement.tag.as_str() == "REINDEX" {
            // Built anew, it refers to what it referred to.
            return Vec::new();
        }
        let mut known = None;
        for (from, to, how) in self.after.depends.difference(&self.before.depends) {
            let Some(object) = self.after.objects.get(to).filter(|_| self.before.objects.contains_key(to)) else {
                continue;
            };
            let known = known.get_or_insert_with(|| self.needed());
            let along = self.after.objects.get(from).is_some_and(|it| it.along && it.kind != "column");
            let refers = matches!(how.as_str(), "n" | "a" | "x" | "shared o" | "shared a" | "shared r" | "shared t");
            if refers && !along && !self.is_implied(object) && !known.contains(to) {
                let by = self.after.objects.get(from).map_or_else(|| format!("{from:?}"), ToString::to_string);
                found.insert(format!("not seen: {by} refers to {object} ({how})"));
            }
        }
        for effect in self.statement.effects.iter().filter(|it| it.action == Action::Requires && !is_stand_in(it)) {
            if !self.before.has(effect) && !self.after.has(effect) {
                found.insert(format!("requires {}, which was not there", effect.object));
            }
        }
        found.into_iter().collect()
    }

    /// The role that an earlier statement took on, and what is mentioned by a name that is built in as well.
    fn is_implied(&self, object: &Object) -> bool {
        let name = object.name.as_deref().unwrap_or_default();
        let earlier = &self.script.statements[..self.at];
        let taking = earlier.iter().filter(|it| matches!(it.tag.as_str(), "SET ROLE" | "SET SESSION AUTHORIZATION"));
        object.kind == "role" && taking.flat_map(|it| &it.effects).any(|it| it.object.name.as_str() == name)
            || matches!(object.kind.as_str(), "function" | "operator")
                && self.script.mentions.iter().any(|(it, _)| it.as_str() == name)
    }

    /// What the effects refer to, and what that in turn can't be there without.
    fn needed(&self) -> BTreeSet<Id> {
        let all = self.before.objects.iter().chain(&self.after.objects);
        let named = all.filter(|(id, it)| {
            self.refers_to(it) || it.kind == "index" && self.after.wholes(**id).any(|it| self.refers_to(it))
        });
        let mut all: BTreeSet<Id> = named.map(|(id, _)| *id).collect();
        let mut open: Vec<Id> = all.iter().copied().collect();
        while let Some(next) = open.pop() {
            let parts = self.before.referred_by(next).filter(|(from, ..)| next.2 == 0 || from.2 == next.2);
            // A row type is all columns of its table.
            let columns = parts.clone().filter(|(_, to, _)| to.2 == 0).flat_map(|(_, to, _)| {
                self.before.objects.range((to.0, to.1, 1)..=(to.0, to.1, i32::MAX)).map(|(id, _)| *id)
            });
            let columns: Vec<Id> = columns.collect();
            open.extend(parts.map(|(_, to, _)| *to).chain(columns).filter(|it| all.insert(*it)));
        }
        all
    }

    fn refers_to(&self, object: &Object) -> bool {
        self.some(|effect| {
            // What an extension brings is there once it is.
            let brought = object.along && effect.object.kind == ObjectKind::Extension;
            if object.name.is_some() && object.name.as_deref() != Some(effect.object.name.as_str()) {
                return brought;
            }
            let whole = effect.action != Action::Requires && effect.action != Action::RequiresLater;
            let owner = Object { member: None, kind: String::from("table"), ..object.clone() };
            let member_of = object.member.is_none() && effect.object.member.is_some() && owner.is(&on_owner(effect));
            let key = matches!(object.kind.as_str(), "constraint" | "index");
            // A key is made of columns and stands behind a constraint or an index.
            let of_key = is_stand_in(effect) && object.belongs_to(&on_owner(effect));
            // A composite type's attributes change with the type.
            let attribute = object.kind == "column" && object.along && object.belongs_to(effect);
            object.is(effect)
                || object.belongs_to(effect) && (whole || key)
                || member_of
                || of_key
                || attribute
                || brought
        }) || self.moved(object)
    }
}

/// A name that stands for what has none: all columns, a key over some columns, every schema.
fn is_stand_in(effect: &Effect) -> bool {
    let name = effect.object.member.as_ref().unwrap_or(&effect.object.name).as_str();
    name == "*" || name.starts_with('(')
}

/// The effect on the relation that its object is a member of.
fn on_owner(effect: &Effect) -> Effect {
    let owner = ObjectName { kind: ObjectKind::Table, member: None, ..ObjectName::clone(&effect.object) };
    Effect { object: owner.into(), ..effect.clone() }
}
