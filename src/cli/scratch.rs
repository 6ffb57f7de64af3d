//! What the project's migrations make of an empty database, on a server of its own or in a database that is dropped again.

use super::apply::{self, Patience};
use super::assemble::{self, Wish};
use super::context::{self, Context, close};
use super::global::Global;
use super::interrupt::Interrupts;
use super::output::Output;
use super::progress::Progress;
use super::{Stopped, exit, schema};
use crate::db::{DbError, EMBEDDED_VERSION, EmbeddedTarget, Session, Target};
use crate::diagnostic::Diagnostic;
use crate::execute::Outcome;
use crate::model::Ident;
use crate::plan::{Commits, LatePolicy};
use crate::project::{Project, VerifyWhen};
use crate::snapshot::Snapshot;

/// The schema that the project's migrations make, and how to call it.
pub async fn migrations(server: Option<&str>, global: &Global, output: &Output) -> Result<(Snapshot, String), Stopped> {
    let mut project = context::load_project(global)?;
    // Checks are for databases with data.
    project.config.up.verify = VerifyWhen::Off;
    let name = match project.migrations.len() {
        1 => "the migration".to_owned(),
        count => format!("the {count} migrations"),
    };
    // From here on a signal must not leave a database behind.
    let mut interrupts = apply::listen()?;
    let snapshot = match server {
        None => embedded(project, &mut interrupts, output).await?,
        Some(url) => on_server(url, project, &mut interrupts, output).await?,
    };
    Ok((snapshot, name))
}

async fn embedded(project: Project, interrupts: &mut Interrupts, output: &Output) -> Result<Snapshot, Stopped> {
    let directory = tempfile::Builder::new().prefix("migrate-").tempdir().map_err(|error| {
        let diagnostic = Diagnostic::error("M806", format!("there is no place for an embedded server: {error}"));
        Stopped::new(exit::CONNECTION, diagnostic)
    })?;
    let target = Target::Embedded(EmbeddedTarget::new(directory.path()));
    made_of(project, target, interrupts, output).await.map_err(|mut stopped| {
        let note = format!("on an embedded PostgreSQL {EMBEDDED_VERSION}; `--scratch URL` takes a server of yours");
        if let Some(first) = stopped.diagnostics.first_mut() {
            first.notes.push(note);
        }
        stopped
    })
}

async fn on_server(
    url: &str,
    project: Project,
    interrupts: &mut Interrupts,
    output: &Output,
) -> Result<Snapshot, Stopped> {
    let target = schema::server(url)?;
    let session = context::connect(&target, output).await?;
    let name = Ident::exact(&format!("migrate_scratch_{:08x}", fastrand::u32(..)));
    let run = async |sql: String| {
        session.client().batch_execute(&sql).await.map_err(|error| {
            let because = DbError::from(error);
            let diagnostic =
                Diagnostic::error("M807", format!("there can be no scratch database on {target}: {because}"));
            Stopped::new(exit::CONNECTION, diagnostic.help("the role of `--scratch` needs CREATEDB"))
        })
    };
    run(format!("CREATE DATABASE {}", name.quoted())).await?;
    let mut own = target.clone();
    if let Target::Server(server) = &mut own {
        name.as_str().clone_into(&mut server.database);
    }
    let snapshot = made_of(project, own, interrupts, output).await;
    if run(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name.quoted())).await.is_err() {
        let left =
            Diagnostic::warning("M807", format!("the scratch database `{name}` could not be dropped on {target}"));
        output.diagnostics(&[left.help("drop it by hand")]);
    }
    close(session, output).await;
    snapshot
}

async fn made_of(
    project: Project,
    target: Target,
    interrupts: &mut Interrupts,
    output: &Output,
) -> Result<Snapshot, Stopped> {
    let mut session = Session::connect(&target).await.map_err(|error| {
        let diagnostic = error.to_diagnostic();
        match target {
            Target::Embedded(_) => {
                Stopped::new(exit::CONNECTION, diagnostic.help("give a server with `--scratch URL`"))
            }
            Target::Server(_) => Stopped::new(exit::CONNECTION, diagnostic),
        }
    })?;
    let context = Context::on(project, target);
    let made = match apply(&context, &mut session, interrupts, output).await {
        Ok(()) => schema::read(&session, &context.project.config.ledger_schema).await,
        Err(stopped) => Err(stopped),
    };
    close(session, output).await;
    made
}

/// Applies all migrations.
async fn apply(
    context: &Context,
    session: &mut Session,
    interrupts: &mut Interrupts,
    output: &Output,
) -> Result<(), Stopped> {
    let output = output.silent();
    let wish = Wish { to: None, late: LatePolicy::Proven, commits: Commits::Each };
    let plan = assemble::plan(context, session, wish).await?.plan;
    let plan = plan.approve().map_err(|refused| {
        let refusal = Diagnostic::error("M806", "the migrations can't be applied to an empty database").help(
            "what the environment provides must be there: `--scratch URL` takes a server whose new databases have it",
        );
        Stopped::with(exit::REFUSED, std::iter::once(refusal).chain(refused.problems()).collect())
    })?;
    if plan.steps().is_empty() {
        return Ok(());
    }
    let mut progress = Progress::new(&output, plan.steps());
    let applied = Patience::default().apply(context, session, &mut [], &plan, interrupts, &mut progress).await;
    match applied {
        (_, Ok(Outcome::Applied)) => Ok(()),
        (_, Ok(Outcome::Overtaken)) => {
            let diagnostic = Diagnostic::error("M806", "somebody else has used the scratch database");
            Err(Stopped::new(exit::CONNECTION, diagnostic))
        }
        (applied, Err(error)) => {
            let diagnostics = context.explain(&error, applied.len(), session);
            Err(Stopped::with(apply::exit_code(&error), diagnostics))
        }
    }
}
