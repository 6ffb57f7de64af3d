use std::collections::BTreeSet;

use super::{External, Files, graph, infer, project};
use crate::diagnostic::Source;

/// What is inferred of a project on disk, its edges left out: for trying real projects by hand.
#[test]
#[ignore = "needs a project's directory in MIGRATIONS"]
fn survey() {
    let Ok(dir) = std::env::var("MIGRATIONS") else { return };
    let files = project(&dir);
    let (mut statements, mut opaque) = (0, 0);
    for (id, text) in &files {
        let source = Source::new(id.as_str(), text.as_str());
        let (script, problems) = crate::sql::parse(&source);
        for it in problems {
            println!("{} {} {}", it.code, it.place().unwrap(), it.message);
        }
        for it in &script.statements {
            statements += 1;
            if let Some(reason) = &it.opaque {
                opaque += 1;
                println!("opaque {} {}: {reason}", source.place(it.span.start), it.tag);
            }
        }
    }
    let readable = files.iter().filter(|(_, text)| crate::sql::parse(&Source::new("", text.as_str())).1.is_empty());
    let list: Vec<(&str, &str)> = readable.map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let shown = graph(&list);
    let verbose = std::env::var("EDGES").is_ok();
    shown.lines().filter(|it| verbose || !it.contains(" after ")).for_each(|it| println!("{it}"));
    let files = Files::new(&list);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let barriers: Vec<&str> = (0..list.len()).filter(|it| graph.opaque(*it).is_some()).map(|it| list[it].0).collect();
    for it in 0..list.len() {
        if let Some((reason, _)) = graph.opaque(it) {
            println!("barrier {} {reason}", list[it].0);
        }
    }
    let (free, all) = graph.freedom();
    println!("{} files, {statements} statements, {opaque} opaque, {} barriers, freedom {free}/{all}, {} edges", list.len(), barriers.len(), graph.edges().len());
}

/// Random orders that respect the graph, one a line, to be applied to a server by hand.
#[test]
#[ignore = "needs a project's directory in MIGRATIONS"]
fn topological_orders() {
    let Ok(dir) = std::env::var("MIGRATIONS") else { return };
    let files = project(&dir);
    let list: Vec<(&str, &str)> = files.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let files = Files::new(&list);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let mut seed = 1_u64;
    for _ in 0..20 {
        let (mut done, mut left): (BTreeSet<usize>, BTreeSet<usize>) = (BTreeSet::new(), (0..list.len()).collect());
        let mut names = Vec::new();
        while !left.is_empty() {
            let waits = |node: usize| graph.edges().iter().any(|it| it.from == node && !done.contains(&it.to));
            let ready: Vec<usize> = left.iter().copied().filter(|it| !waits(*it)).collect();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let next = ready[usize::try_from(seed >> 33).unwrap() % ready.len()];
            left.remove(&next);
            done.insert(next);
            names.push(list[next].0);
        }
        println!("ORDER {}", names.join(" "));
    }
}
