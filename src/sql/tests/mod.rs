use std::fmt::Write as _;

use super::*;
use crate::diagnostic::Source;

mod footprints;
mod hostile;
mod locks;
mod rows;

/// Everything a snippet does, one effect a line, with the places in the text.
fn effects(text: &str) -> String {
    let source = Source::new("t.sql", text);
    let (script, problems) = parse(&source);
    let mut out = String::new();
    for problem in &problems {
        writeln!(out, "{} {}", problem.code, problem.message).unwrap();
    }
    for statement in &script.statements {
        for effect in &statement.effects {
            let place = source.place(effect.span.start());
            write!(out, "{} {}", effect.action.as_str(), effect.object).unwrap();
            if let Some(whole) = &effect.part_of
                && effect.object.member.is_none()
            {
                write!(out, " (of {})", whole.path()).unwrap();
            }
            writeln!(out, " @ {}:{}", place.line, place.column).unwrap();
        }
        for it in &statement.moves {
            let to = it.schema.iter().chain(&it.name).map(ToString::to_string).collect::<Vec<_>>();
            writeln!(out, "moves {} to {}", it.from, to.join(".")).unwrap();
        }
        if let Some(reason) = &statement.opaque {
            writeln!(out, "opaque: {reason}").unwrap();
        }
        if let Some(reason) = &statement.body_opaque {
            writeln!(out, "opaque when called: {reason}").unwrap();
        }
    }
    out
}
