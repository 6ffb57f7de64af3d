use std::fmt::Write as _;

use super::*;
use crate::diagnostic::Source;

mod bodies;
mod dynamic;
mod footprints;
mod hostile;
mod locks;
mod plpgsql;
mod rows;
mod tables;

/// Everything a snippet does, one effect a line, with the places in the text.
fn effects(text: &str) -> String {
    let source = Source::new("t.sql", text);
    let (script, problems) = parse(&source);
    let mut out = String::new();
    for problem in &problems {
        writeln!(out, "{} {}", problem.code, problem.message).unwrap();
    }
    for statement in &script.statements {
        write_effects(&mut out, &source, "", &statement.effects, &statement.moves, statement.opaque);
        if let Some(body) = &statement.body {
            write_effects(&mut out, &source, "when called ", &body.effects, &body.moves, body.opaque);
        }
    }
    out
}

fn write_effects(
    out: &mut String,
    source: &Source,
    when: &str,
    effects: &[Effect],
    moves: &[Move],
    opaque: Option<Opaque>,
) {
    for effect in effects {
        let place = source.place(effect.span.start());
        write!(out, "{when}{} {}", effect.action.as_str(), effect.object).unwrap();
        if let Some(whole) = &effect.part_of
            && effect.object.member.is_none()
        {
            write!(out, " (of {})", whole.path()).unwrap();
        }
        writeln!(out, " @ {}:{}", place.line, place.column).unwrap();
    }
    for it in moves {
        let to = it.schema.iter().chain(&it.name).map(ToString::to_string).collect::<Vec<_>>();
        writeln!(out, "{when}moves {} to {}", it.from, to.join(".")).unwrap();
    }
    if let Some(Opaque { reason, span }) = opaque {
        let place = span.map(|it| source.place(it.start())).map(|it| format!(" @ {}:{}", it.line, it.column));
        writeln!(out, "{when}opaque: {reason}{}", place.unwrap_or_default()).unwrap();
    }
}
