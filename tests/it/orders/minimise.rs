use super::ground::Ground;
use super::oracle::{BadOrder, Baseline, Outcome, outcome};
use super::project::{File, Project};

/// Takes away migrations, then statements, as long as `still_wrong` holds and version order applies.
pub fn minimise(
    ground: &mut Ground,
    files: &[File],
    still_wrong: &mut dyn FnMut(&mut Ground, &Project) -> bool,
) -> Option<Project> {
    let mut wrong = |ground: &mut Ground, files: Vec<File>| {
        let project = Project::infer(files);
        let applies = |ground: &mut Ground| Baseline::stable(ground, &project).is_ok();
        (still_wrong(ground, &project) && applies(ground)).then_some(project)
    };
    let mut best = wrong(ground, files.to_vec())?;
    let mut step = best.len().div_ceil(2);
    loop {
        let mut start = 0;
        while start < best.len() {
            let end = (start + step).min(best.len());
            let mut fewer = best.files.clone();
            fewer.drain(start..end);
            match (!fewer.is_empty()).then(|| wrong(ground, fewer)).flatten() {
                Some(smaller) => best = smaller,
                None => start = end,
            }
        }
        if step == 1 {
            break;
        }
        step = step.div_ceil(2);
    }
    for node in 0..best.len() {
        let mut at = 0;
        while at < best.scripts[node].statements.len() && best.scripts[node].statements.len() > 1 {
            let mut files = best.files.clone();
            let span = best.scripts[node].statements[at].span;
            let end = files[node].text[span.end()..].find(';').map_or(span.end(), |it| span.end() + it + 1);
            files[node].text.replace_range(span.start()..end, "");
            match wrong(ground, files) {
                Some(smaller) => best = smaller,
                None => at += 1,
            }
        }
    }
    Some(best)
}

/// The smallest part of a project in which what is left of the order is still allowed and still wrong in the same way.
pub fn minimise_order(ground: &mut Ground, project: &Project, bad: &BadOrder) -> Option<(Project, BadOrder)> {
    let stems: Vec<String> = bad.order.iter().map(|it| project.files[*it].stem.clone()).collect();
    let left_of = |project: &Project| -> Vec<usize> {
        stems.iter().filter_map(|stem| project.files.iter().position(|it| it.stem == *stem)).collect()
    };
    let fails = matches!(bad.outcome, Outcome::Fails(..));
    let check = |ground: &mut Ground, project: &Project| {
        let order = left_of(project);
        if !project.allows(&order) || !project.errors().is_empty() {
            return None;
        }
        // The bad order first where it has to fail: it mostly ends early.
        if fails {
            return ground.apply(project, &order).err().map(|(node, error)| Outcome::Fails(node, error));
        }
        let baseline = Baseline::stable(ground, project).ok()?;
        outcome(ground, project, &baseline, &order).filter(|it| matches!(it, Outcome::Differs(_)))
    };
    let minimal = minimise(ground, &project.files, &mut |ground, project| check(ground, project).is_some())?;
    let outcome = check(ground, &minimal)?;
    let bad = BadOrder { choice: bad.choice, order: left_of(&minimal), outcome };
    Some((minimal, bad))
}
