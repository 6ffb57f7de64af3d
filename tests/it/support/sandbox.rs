use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Database;
use super::output::Output;

/// A temporary project in which the real binary runs, seeing nothing of the machine it runs on.
pub struct Sandbox {
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
    limit: Duration,
}

impl Sandbox {
    /// An empty project with the embedded server as its database.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("migrate-it-").tempdir().unwrap();
        for folder in ["project", "home"] {
            std::fs::create_dir(directory.path().join(folder)).unwrap();
        }
        Self { directory, environment: Vec::new(), limit: Duration::from_mins(1) }
    }

    /// The same with this database.
    pub fn on(self, database: &Database) -> Self {
        self.env("DATABASE_URL", &database.url())
    }

    /// The same with a variable for every command.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another limit for each command; one minute otherwise.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The project's root.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    /// Writes a file of the project, with its folders.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Runs `migrate` with these arguments in the project.
    pub fn migrate(&self, arguments: &[&str]) -> Output {
        self.migrate_with_stdin(arguments, "")
    }

    /// The same with text on standard input.
    pub fn migrate_with_stdin(&self, arguments: &[&str], stdin: &str) -> Output {
        let shown = std::iter::once("migrate").chain(arguments.iter().copied()).collect::<Vec<_>>().join(" ");
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
        command.args(arguments);
        self.run(&shown, command, stdin)
    }

    /// A program set up as the sandbox runs it, for tests that talk to it while it runs.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear();
        command.envs([("PATH", "/usr/bin:/bin"), ("TZ", "UTC"), ("LC_ALL", "C"), ("NO_COLOR", "1")]);
        command.env("HOME", self.directory.path().join("home"));
        // Shared, because unpacking the embedded server takes longer than most tests.
        command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end; one that does not end in time fails the test with what it printed.
    pub fn run(&self, shown: &str, mut command: Command, stdin: &str) -> Output {
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // A program that does not read its input is no failure.
        let _ = input.write_all(stdin.as_bytes());
        drop(input);
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let started = Instant::now();
        let mut in_time = true;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > self.limit {
                in_time = false;
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
        let output = Output::new(shown, &stdout, &stderr, status, self.directory.path());
        assert!(in_time, "still running after {:?}:\n{output}", self.limit);
        output
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}
