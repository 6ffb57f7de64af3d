use std::collections::BTreeSet;
use std::sync::Arc;

use super::amend::read_ledger;
use super::context::Context;
use super::exit;
use super::{Stopped, awaited};
use crate::catalog::{Catalog, CatalogError, Wanted};
use crate::db::{ServerInfo, Session};
use crate::diagnostic::{Diagnostic, Severity, Source, nearest};
use crate::graph::{self, Declared, External, Made, MigrationGraph};
use crate::ledger::Ledger;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::plan::{self, Asked, Commits, LatePolicy, Plan, PlanInput, Standing, wanted};
use crate::project::{Migration, Project};
use crate::report;
use crate::sql::{self, Action, Script, Surroundings};

/// What is asked of the plan.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// `--to`: an id, a version or a name.
    pub to: Option<&'a str>,
    /// What is done about late migrations.
    pub late: LatePolicy,
    /// When the migrations are to be committed.
    pub commits: Commits,
}

impl<'a> Wish<'a> {
    /// What an approved plan was asked for.
    pub fn of(asked: &'a Asked) -> Self {
        Self { to: asked.to.as_deref(), late: asked.late, commits: asked.commits }
    }
}

/// A plan with what its report needs besides.
#[derive(Debug)]
pub struct Assembled {
    /// The plan.
    pub plan: Plan,
    /// Relations that the plan itself creates: locks on them hold up nobody.
    pub new: BTreeSet<ObjectName>,
    /// The ledger it was made of.
    pub ledger: Ledger,
    /// Warnings about the files.
    pub warnings: Vec<Diagnostic>,
}

/// Makes the plan for a database: reads the ledger, and only if something is to be done parses the files.
pub async fn plan(context: &Context, session: &Session, wish: Wish<'_>) -> Result<Assembled, Stopped> {
    let assembled = plan_once(context, session, wish).await?;
    if !assembled.plan.is_refused() || !moved_on(context, session, &assembled.ledger).await? {
        return Ok(assembled);
    }
    // Again, with a ledger and a catalog of one moment.
    let run = async |sql| session.client().batch_execute(sql).await.map_err(|error| unread(&error.into()));
    run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    let again = plan_once(context, session, wish).await;
    run("ROLLBACK").await?;
    again
}

/// Whether another run has changed the ledger since a plan was made of it: then the plan compares an old ledger with a newer
/// catalog, and its refusal means nothing.
pub async fn moved_on(context: &Context, session: &Session, planned: &Ledger) -> Result<bool, Stopped> {
    let ledger = read_ledger(context, session).await?;
    Ok(ledger.applied != planned.applied || ledger.intents != planned.intents)
}

fn unread(error: &CatalogError) -> Stopped {
    Stopped::new(exit::CONNECTION, report::explain_catalog(error))
}

async fn plan_once(context: &Context, session: &Session, wish: Wish<'_>) -> Result<Assembled, Stopped> {
    let project = &context.project;
    let ledger = read_ledger(context, session).await?;
    let standing = Standing::compare(&project.migrations, &ledger);
    let target = wish.to.map(|text| find(&project.migrations, text)).transpose()?;
    if standing.pending.is_empty() {
        let plan = plan::nothing_pending(project, &ledger, &standing);
        let mut warnings = awaited::unknown(project, &ledger);
        warnings.extend(plan.warnings.iter().cloned());
        return Ok(Assembled { plan, new: BTreeSet::new(), ledger, warnings });
    }
    let Understood { scripts, graph, mut warnings, .. } = understand(project, Some(session.server()))?;
    let selected = target.map_or_else(
        || standing.pending.iter().copied().collect(),
        |target| plan::select_to(project, &graph, &standing.pending, target),
    );
    let order: Vec<usize> = graph.ordered(&selected).collect();
    let claims = graph::claims(&nodes(project, &scripts, &undeclared(project)), &order);
    let wanted = everything_wanted(&graph, &selected);
    let fields = wanted.iter().filter_map(plan::as_field);
    let unwanted: Vec<Wanted> = claims.iter().map(|it| Wanted::exactly(it.object.clone())).chain(fields).collect();
    let catalog = Catalog::read(session, &wanted, &unwanted).await.map_err(|error| unread(&error))?;
    let input = PlanInput {
        project,
        scripts: &scripts,
        graph: &graph,
        reduced: &graph.reduced(),
        ledger: &ledger,
        standing: &standing,
        catalog: &catalog,
        selected: &selected,
        claims: &claims,
        late: wish.late,
        commits: wish.commits,
    };
    let plan = plan::build(&input);
    warnings.extend(awaited::unknown(project, &ledger));
    warnings.extend(plan.warnings.iter().cloned());
    Ok(Assembled { plan, new: created(&scripts, &selected), ledger, warnings })
}

/// What the files alone tell.
#[derive(Debug)]
pub struct Understood {
    /// The statements of each migration.
    pub scripts: Vec<Script>,
    /// What must run after what.
    pub graph: MigrationGraph,
    /// Warnings about the files.
    pub warnings: Vec<Diagnostic>,
    external: External,
}

/// Parses every file and infers the graph, as for the session that is to run them, where there is one.
pub fn understand(project: &Project, server: Option<&ServerInfo>) -> Result<Understood, Stopped> {
    let sources: Vec<&Arc<Source>> = project.migrations.iter().map(|it| &it.source).collect();
    let surroundings = server.map(surroundings).unwrap_or_default();
    let (scripts, mut diagnostics) = sql::parse_all(&sources, &surroundings);
    let external = external(project, &scripts, &surroundings, server);
    for migration in &project.migrations {
        leave_to_postgresql(migration, &mut diagnostics);
    }
    stop_on_errors(&diagnostics)?;
    let declared: Vec<Vec<Declared>> = project.migrations.iter().map(declared).collect();
    let (graph, found) = graph::infer(&nodes(project, &scripts, &declared), &external);
    diagnostics.extend(found);
    stop_on_errors(&diagnostics)?;
    Ok(Understood { scripts, graph, warnings: diagnostics, external })
}

/// What names without a schema mean to a session.
pub fn surroundings(server: &ServerInfo) -> Surroundings {
    let user = server.schemas.contains(&server.user).then(|| Ident::exact(&server.user));
    Surroundings::of(&server.search_path, user)
}

/// What is there once these migrations have run, as far as their text tells.
pub fn made(project: &Project, understood: &Understood, these: &BTreeSet<usize>) -> Vec<Made> {
    let order: Vec<usize> = understood.graph.ordered(these).collect();
    graph::made(&nodes(project, &understood.scripts, &undeclared(project)), &understood.external, &order)
}

/// For what the declared dependencies don't matter to.
fn undeclared(project: &Project) -> Vec<Vec<Declared>> {
    vec![Vec::new(); project.migrations.len()]
}

fn nodes<'a>(project: &'a Project, scripts: &'a [Script], declared: &'a [Vec<Declared>]) -> Vec<graph::Node<'a>> {
    let nodes = project.migrations.iter().zip(scripts).zip(declared);
    nodes
        .map(|((migration, script), requires)| graph::Node {
            id: &migration.id,
            name: &migration.name,
            version: migration.version.as_ref(),
            source: &migration.source,
            script,
            requires,
            provides: &migration.header.provides,
        })
        .collect()
}

/// In a migration declared opaque, what the parser can't read is for PostgreSQL to judge.
fn leave_to_postgresql(migration: &Migration, diagnostics: &mut Vec<Diagnostic>) {
    let Some(declared) = migration.header.opaque else { return };
    let here = |it: &Diagnostic| it.labels.first().is_some_and(|it| Arc::ptr_eq(&it.source, &migration.source));
    let mut is_needed = false;
    for problem in diagnostics.iter_mut().filter(|it| it.code == "M201" && here(it)) {
        problem.severity = Severity::Warning;
        problem.help = Some("nothing is known of the statement: what it needs belongs in `requires`".to_owned());
        is_needed = true;
    }
    if !is_needed {
        let unneeded = Diagnostic::warning("M206", format!("the parser can read all of `{}`", migration.id));
        diagnostics.push(unneeded.label(&migration.source, declared, "").help("remove `opaque = true`"));
    }
}

pub fn stop_on_errors(diagnostics: &[Diagnostic]) -> Result<(), Stopped> {
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(Stopped::with(exit::PROJECT, diagnostics.to_vec()));
    }
    Ok(())
}

/// The migration that a person means by an id, a version or a name.
pub fn find(migrations: &[Migration], text: &str) -> Result<usize, Stopped> {
    let version = crate::model::Version::parse(text.trim_start_matches(['V', 'U'])).ok();
    let matches =
        |m: &Migration| m.id.as_str() == text || m.name == text || (version.is_some() && m.version == version);
    if let Some(found) = migrations.iter().position(matches) {
        return Ok(found);
    }
    Err(unknown(migrations, text))
}

/// That nothing goes by this id, version or name.
pub fn unknown(migrations: &[Migration], text: &str) -> Stopped {
    let known = migrations.iter().map(|m| m.id.as_str()).chain(migrations.iter().map(|m| m.name.as_str()));
    let help = nearest(text, known).map_or_else(
        || "give an id, a name or a version; `migrate graph` lists them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Stopped::new(exit::USAGE, Diagnostic::error("M001", format!("there is no migration `{text}`")).help(help))
}

/// All prerequisites, and the schemas they live in, for the gap report.
fn everything_wanted(graph: &MigrationGraph, selected: &BTreeSet<usize>) -> Vec<Wanted> {
    let mut prerequisites = graph.prerequisites(selected);
    prerequisites.extend(graph.outside(selected));
    prerequisites.extend(graph.unprovided_in_bodies(selected));
    let names = prerequisites.iter().flat_map(|p| std::iter::once(&p.object).chain(&p.candidates));
    let schemas: BTreeSet<Ident> = names.filter_map(|name| name.schema.clone()).collect();
    let schemas = schemas.into_iter().map(|schema| Wanted::exactly(ObjectName::global(ObjectKind::Schema, schema)));
    prerequisites.iter().map(wanted).chain(schemas).collect()
}

/// Everything the selected migrations create or rename; a name without schema stands for the same name in any.
fn created(scripts: &[Script], selected: &BTreeSet<usize>) -> BTreeSet<ObjectName> {
    let statements = selected.iter().flat_map(|i| &scripts[*i].statements);
    let mut objects = BTreeSet::new();
    for statement in statements {
        let made =
            statement.effects.iter().filter(|e| e.action == Action::Creates).map(|e| ObjectName::clone(&e.object));
        let moved = statement.moves.iter().filter(|it| it.from.member.is_none()).map(|it| ObjectName {
            schema: it.schema.clone().or_else(|| it.from.schema.clone()),
            name: it.name.clone().unwrap_or_else(|| it.from.name.clone()),
            ..it.from.clone()
        });
        for object in made.chain(moved) {
            objects.insert(ObjectName { schema: None, ..object.clone() });
            objects.insert(object);
        }
    }
    objects
}

fn declared(migration: &Migration) -> Vec<Declared> {
    let requires = migration.header.requires.iter();
    requires.map(|at| Declared { text: at.value.clone(), span: at.span }).collect()
}

fn external(
    project: &Project,
    scripts: &[Script],
    surroundings: &Surroundings,
    server: Option<&ServerInfo>,
) -> External {
    let is_there = |it: &Ident| server.is_some_and(|server| server.schemas.iter().any(|there| there == it.as_str()));
    let session = surroundings.path.iter().filter(|_| server.is_some());
    // Where the text sets a role, it tells nothing of a schema called after that role.
    let effects = scripts.iter().flat_map(|it| &it.statements).flat_map(|it| &it.effects);
    let roles = effects.filter_map(|it| it.search_path.user_schema());
    External {
        // A run makes the ledger before anything else.
        schemas: project.config.external_schemas.iter().chain([&project.config.ledger_schema]).cloned().collect(),
        objects: project.config.external_objects.clone(),
        absent: session.chain(roles).filter(|it| !is_there(it)).cloned().collect(),
    }
}
