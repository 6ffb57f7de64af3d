use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checks::{self, Checks};
use super::disk::{files, read};
use super::sections::sections;
use super::{Config, Down, FileName, Header, Migration, MigrationKind, ParsedName};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Checksum, MigrationId, Span, Version};

/// A project as it stands on disk.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Its directory.
    pub root: PathBuf,
    /// `migrate.toml`, or the defaults.
    pub config: Config,
    /// In version order, repeatables last.
    pub migrations: Vec<Migration>,
    /// Everything declared in `checks/`.
    pub checks: Checks,
}

impl Project {
    /// Loads the project in `root`, reporting every problem with its files.
    ///
    /// With an error among the diagnostics the project is incomplete and must not be run.
    #[must_use]
    pub fn load(root: &Path) -> (Self, Vec<Diagnostic>) {
        let (config, diagnostics) = Config::load(root);
        Self::load_with(root, config, diagnostics)
    }

    /// Loads the project in `root` but for its configuration, which [`Config::load`] has read with these problems.
    #[must_use]
    pub fn load_with(root: &Path, config: Config, mut diagnostics: Vec<Diagnostic>) -> (Self, Vec<Diagnostic>) {
        let migrations = load_migrations(root, &config.migrations_dir, &mut diagnostics);
        let checks = load_checks(root, &config, &mut diagnostics);
        (Self { root: root.to_owned(), config, migrations, checks }, diagnostics)
    }

    /// Loads what checks of a database need from the project in `root`: its configuration and what it declares, but none of
    /// its migrations.
    #[must_use]
    pub fn load_checks(root: &Path) -> (Self, Vec<Diagnostic>) {
        let (config, mut diagnostics) = Config::load(root);
        let dir = &config.migrations_dir;
        if !["migrate.toml", "checks", dir].iter().any(|entry| root.join(entry).exists()) {
            let what = format!("no `migrate.toml`, no `checks` and no `{dir}`");
            let message = format!("there is no project in `{}`: {what}", root.display());
            diagnostics.push(
                Diagnostic::error("M100", message)
                    .help("run `migrate init` to make one here, or point `--project` at one"),
            );
        }
        let checks = load_checks(root, &config, &mut diagnostics);
        (Self { root: root.to_owned(), config, migrations: Vec::new(), checks }, diagnostics)
    }

    /// The project directory for a command run in `start`: the nearest one upwards that has a `migrate.toml`,
    /// or else a `migrations` directory.
    #[must_use]
    pub fn find(start: &Path) -> Option<PathBuf> {
        let with = |entry: &str| start.ancestors().find(|dir| dir.join(entry).exists()).map(Path::to_owned);
        with("migrate.toml").or_else(|| with("migrations"))
    }
}

impl Config {
    /// Reads `migrate.toml` in `root`, reporting every problem with it; a project without one has the defaults.
    #[must_use]
    pub fn load(root: &Path) -> (Self, Vec<Diagnostic>) {
        let path = root.join("migrate.toml");
        let mut diagnostics = Vec::new();
        if !path.exists() {
            return (Self::default(), diagnostics);
        }
        match read(&path, "migrate.toml") {
            Ok((source, _)) => (Self::parse(&source, &mut diagnostics), diagnostics),
            Err(diagnostic) => (Self::default(), vec![diagnostic]),
        }
    }
}

fn load_migrations(root: &Path, dir: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Migration> {
    let mut migrations: Vec<Migration> = Vec::new();
    let mut downs: BTreeMap<MigrationId, Arc<Source>> = BTreeMap::new();
    for (path, shown) in files(root, dir, diagnostics) {
        let mut names = shown[dir.len() + 1..].rsplit('/');
        let file = names.next().unwrap_or_default();
        match FileName::parse(names.next(), file) {
            FileName::Ignored => {}
            FileName::Unreadable { because, suggestion } => {
                let help = suggestion.map_or_else(
                    || "name it like `V0003__users_extended.sql`".to_owned(),
                    |name| format!("rename it to `{name}`, or move it out of `{dir}/`"),
                );
                diagnostics.push(
                    Diagnostic::error("M101", format!("`{shown}` is not a migration's name: {because}")).help(help),
                );
            }
            FileName::Down(id) => match read(&path, &shown) {
                Ok((source, _)) => reverts(&id, source, &mut downs, diagnostics),
                Err(diagnostic) => diagnostics.push(diagnostic),
            },
            FileName::Migration(name) => match read(&path, &shown) {
                Ok((source, checksum)) => {
                    let parts = sections(&source, diagnostics);
                    let (source, down) = parts.map_or((source, None), |it| (it.up, it.down));
                    if let Some(down) = down {
                        reverts(&name.id, down, &mut downs, diagnostics);
                    }
                    migrations.push(migration(name, source, checksum, diagnostics));
                }
                Err(diagnostic) => diagnostics.push(diagnostic),
            },
        }
    }
    migrations.sort_by(|a, b| a.order_key().cmp(&b.order_key()));
    report_duplicates(&migrations, diagnostics);
    for (id, down) in downs {
        match migrations.iter_mut().find(|migration| migration.id == id) {
            Some(migration) => {
                let header = Header::parse(&down, diagnostics);
                migration.down = Some(Box::new(Down { source: down, header }));
            }
            None => diagnostics.push(
                Diagnostic::error("M107", format!("`{}` reverts `{id}`, which is not here", down.path))
                    .help(format!("rename it after the migration it reverts, or restore `{id}.sql`")),
            ),
        }
    }
    migrations
}

fn reverts(
    id: &MigrationId,
    down: Arc<Source>,
    downs: &mut BTreeMap<MigrationId, Arc<Source>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let path = down.path.clone();
    if let Some(first) = downs.insert(id.clone(), down) {
        diagnostics.push(
            Diagnostic::error("M106", format!("`{id}` is reverted twice"))
                .note(format!("`{}` and `{path}`", first.path))
                .help("delete one of them"),
        );
    }
}

fn migration(
    name: ParsedName,
    source: Arc<Source>,
    checksum: Checksum,
    diagnostics: &mut Vec<Diagnostic>,
) -> Migration {
    if source.text.trim().is_empty() {
        diagnostics.push(
            Diagnostic::error("M104", format!("`{}` is empty", source.path))
                .label(&source, Span::default(), "")
                .help("write its SQL or delete it; a comment alone makes a deliberate no-op"),
        );
    }
    let header = Header::parse(&source, diagnostics);
    Migration {
        id: name.id,
        kind: name.kind,
        version: name.version,
        name: name.name,
        source,
        checksum,
        header,
        down: None,
    }
}

/// Reads `checks/*.toml` and `checks/*.sql`; a project without the directory declares none.
fn load_checks(root: &Path, config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Checks {
    const DIR: &str = "checks";
    if !root.join(DIR).is_dir() {
        return Checks { accept: config.accept.clone(), ..Checks::default() };
    }
    let mut sources = Vec::new();
    for (path, shown) in files(root, DIR, diagnostics) {
        let wanted = path.extension().is_some_and(|extension| extension == "toml" || extension == "sql");
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if wanted && !hidden {
            match read(&path, &shown) {
                Ok((source, _)) => sources.push(source),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
    }
    let (mut checks, problems) = checks::parse(&sources);
    diagnostics.extend(problems);
    checks.accept.extend(config.accept.iter().cloned());
    checks
}

fn report_duplicates(migrations: &[Migration], diagnostics: &mut Vec<Diagnostic>) {
    let mut versions: BTreeMap<&Version, &Migration> = BTreeMap::new();
    let mut ids: BTreeMap<&MigrationId, &Migration> = BTreeMap::new();
    for migration in migrations {
        if let Some(first) = ids.insert(&migration.id, migration) {
            diagnostics.push(
                Diagnostic::error("M106", format!("two files have the id `{}`", migration.id))
                    .note(format!("`{}` and `{}`", first.source.path, migration.source.path))
                    .help("rename one of them"),
            );
            continue;
        }
        let Some(version) = &migration.version else { continue };
        if let Some(first) = versions.insert(version, migration) {
            let [undo, other] =
                if migration.kind == MigrationKind::Unordered { [migration, first] } else { [first, migration] };
            let help = if undo.name == other.name && undo.kind != other.kind {
                format!("if `{}` reverts the other, as in Flyway, name it `{}.down.sql`", undo.id, other.id)
            } else {
                "give one of them a version that no other has".to_owned()
            };
            diagnostics.push(
                Diagnostic::error("M105", format!("two migrations have version {version}"))
                    .note(format!("`{}` and `{}`", first.source.path, migration.source.path))
                    .help(help),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use annotate_snippets::Renderer;

    use super::*;
    use crate::diagnostic::render;

    /// Loads a project of these files and shows ids in order, then the problems.
    fn check(files: &[(&str, &[u8])]) -> String {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("migrations")).unwrap();
        for (path, bytes) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        show(dir.path())
    }

    fn show(root: &Path) -> String {
        let (project, diagnostics) = Project::load(root);
        let mut lines: Vec<_> = project
            .migrations
            .iter()
            .map(|m| format!("{}{}", m.id, if m.down.is_some() { " (down)" } else { "" }))
            .collect();
        lines.extend(diagnostics.iter().map(|d| render(d, &Renderer::plain())));
        lines.join("\n").replace(&root.display().to_string(), "[project]")
    }

    #[test]
    fn orders_by_version_with_repeatables_last_and_finds_downs_in_subdirectories() {
        insta::assert_snapshot!(check(&[
            ("migrations/V10__c.sql", b"SELECT 1;"),
            ("migrations/V9__b.sql", b"SELECT 1;"),
            ("migrations/V9__b.down.sql", b"SELECT 1;"),
            ("migrations/2026/V20260102030405__d.sql", b"SELECT 1;"),
            ("migrations/V1.5__a.sql", b"SELECT 1;"),
            ("migrations/R__views.sql", b"SELECT 1;"),
            ("migrations/README.md", b"words"),
        ]), @"
        V1.5__a
        V9__b (down)
        V10__c
        V20260102030405__d
        R__views
        ");
    }

    #[test]
    fn duplicate_versions_and_ids_are_refused() {
        insta::assert_snapshot!(check(&[
            ("migrations/V1__a.sql", b"SELECT 1;"),
            ("migrations/V01__b.sql", b"SELECT 1;"),
            ("migrations/V2__c.sql", b"SELECT 1;"),
            ("migrations/U2__c.sql", b"SELECT 1;"),
            ("migrations/x/V3__d.sql", b"SELECT 1;"),
            ("migrations/y/V3__d.sql", b"SELECT 1;"),
        ]), @"
        V01__b
        V1__a
        U2__c
        V2__c
        V3__d
        V3__d
        error[M105]: two migrations have version 1
         = note: `migrations/V01__b.sql` and `migrations/V1__a.sql`
         = help: give one of them a version that no other has
        error[M105]: two migrations have version 2
         = note: `migrations/U2__c.sql` and `migrations/V2__c.sql`
         = help: if `U2__c` reverts the other, as in Flyway, name it `V2__c.down.sql`
        error[M106]: two files have the id `V3__d`
         = note: `migrations/x/V3__d.sql` and `migrations/y/V3__d.sql`
         = help: rename one of them
        ");
    }

    #[test]
    fn bad_names_bad_text_and_empty_files_are_each_reported() {
        insta::assert_snapshot!(check(&[
            ("migrations/V1_a.sql", b"SELECT 1;"),
            ("migrations/V2__latin.sql", b"SELECT 1;\n-- caf\xe9\n"),
            ("migrations/V3__empty.sql", b" \r\n"),
            ("migrations/V4__comment_only.sql", b"-- nothing to do here\n"),
            ("migrations/V5__gone.down.sql", b"SELECT 1;"),
            ("migrations/V6__utf16.sql", b"\xff\xfeS\0"),
        ]), @"
        V3__empty
        V4__comment_only
        error[M101]: `migrations/V1_a.sql` is not a migration's name: it has no `__` between version and name
         = help: rename it to `V1__a.sql`, or move it out of `migrations/`
        error[M103]: `migrations/V2__latin.sql` is not UTF-8: byte 0xE9 on line 2
         = help: convert it, for example with `iconv -f LATIN1 -t UTF-8 migrations/V2__latin.sql`
        error[M104]: `migrations/V3__empty.sql` is empty
         --> migrations/V3__empty.sql:1:1
          |
        1 |  
          | ^
          |
          = help: write its SQL or delete it; a comment alone makes a deliberate no-op
        error[M103]: `migrations/V6__utf16.sql` is UTF-16, not UTF-8
         = help: convert it, for example with `iconv -f UTF-16 -t UTF-8 migrations/V6__utf16.sql`
        error[M107]: `migrations/V5__gone.down.sql` reverts `V5__gone`, which is not here
         = help: rename it after the migration it reverts, or restore `V5__gone.sql`
        ");
    }

    #[test]
    fn a_byte_order_mark_and_crlf_do_not_show() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("migrations")).unwrap();
        fs::write(
            dir.path().join("migrations/V1__a.sql"),
            "\u{feff}-- [migrate]\r\n-- requires = [\"b\"]\r\nSELECT 1;\r\n",
        )
        .unwrap();
        let (project, diagnostics) = Project::load(dir.path());
        assert_eq!(diagnostics, []);
        assert!(project.migrations[0].source.text.starts_with("-- [migrate]"));
        assert_eq!(project.migrations[0].header.requires[0].value, "b");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_loop_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("migrations/sub")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("migrations"), dir.path().join("migrations/sub/up")).unwrap();
        insta::assert_snapshot!(show(dir.path()), @"error[M102]: `migrations/sub/up` can't be read: it is a symbolic link to a directory that contains it");
    }

    #[test]
    fn a_missing_directory_says_how_to_make_one() {
        let dir = tempfile::tempdir().unwrap();
        insta::assert_snapshot!(show(dir.path()), @"
        error[M100]: there is no directory `migrations` in `[project]`
         = help: run `migrate init` to make a project here, or point `--project` at one
        ");
    }

    #[test]
    fn ten_thousand_files_load_in_order() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("migrations")).unwrap();
        for n in (1..=10_000).rev() {
            fs::write(dir.path().join(format!("migrations/V{n}__m.sql")), "SELECT 1;").unwrap();
        }
        let (project, diagnostics) = Project::load(dir.path());
        assert_eq!(diagnostics, []);
        assert_eq!(project.migrations.len(), 10_000);
        assert!(project.migrations.is_sorted_by_key(|m| m.version.clone()));
    }
}
