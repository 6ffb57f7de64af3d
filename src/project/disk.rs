use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::diagnostic::{Diagnostic, Source};
use crate::model::Checksum;

/// Reads one file as UTF-8, without its byte-order mark; the checksum is of its bytes as they are.
pub(super) fn read(path: &Path, shown: &str) -> Result<(Arc<Source>, Checksum), Diagnostic> {
    let bytes =
        std::fs::read(path).map_err(|error| Diagnostic::error("M102", format!("`{shown}` can't be read: {error}")))?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let help = format!("convert it, for example with `iconv -f UTF-16 -t UTF-8 {shown}`");
        return Err(Diagnostic::error("M103", format!("`{shown}` is UTF-16, not UTF-8")).help(help));
    }
    let checksum = Checksum::of(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..=good].split(|b| *b == b'\n').count();
        Diagnostic::error(
            "M103",
            format!("`{shown}` is not UTF-8: byte 0x{:02X} on line {line}", error.as_bytes()[good]),
        )
        .help(format!("convert it, for example with `iconv -f LATIN1 -t UTF-8 {shown}`"))
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok((Source::new(shown, text), checksum))
}

/// Every file below `dir` with the path to show, in path order; unreadable directories and link loops are reported.
pub(super) fn files(root: &Path, dir: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<(PathBuf, String)> {
    let base = root.join(dir);
    if !base.is_dir() {
        diagnostics.push(
            Diagnostic::error("M100", format!("there is no directory `{dir}` in `{}`", root.display()))
                .help("run `migrate init` to make a project here, or point `--project` at one"),
        );
        return Vec::new();
    }
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(&base).follow_links(true) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let below = entry.path().strip_prefix(&base).unwrap_or(entry.path());
                let shown = std::iter::once(dir.to_owned())
                    .chain(below.iter().map(|part| part.to_string_lossy().into_owned()))
                    .collect::<Vec<_>>()
                    .join("/");
                files.push((entry.path().to_owned(), shown));
            }
            Ok(_) => {}
            Err(error) => {
                let path =
                    error.path().map(|p| p.strip_prefix(root).unwrap_or(p).display().to_string()).unwrap_or_default();
                let because = match (error.loop_ancestor(), error.io_error()) {
                    (Some(_), _) => "it is a symbolic link to a directory that contains it".to_owned(),
                    (None, Some(io)) => io.to_string(),
                    (None, None) => error.to_string(),
                };
                problems.push(format!("`{path}` can't be read: {because}"));
            }
        }
    }
    // All at once: the walk's own sorting takes both paths apart at each comparison.
    files.sort_unstable_by(|(_, one): &(_, String), (_, other)| one.cmp(other));
    problems.sort_unstable();
    diagnostics.extend(problems.into_iter().map(|problem| Diagnostic::error("M102", problem)));
    files
}
