//! What migrations claim is not there when they begin, wherever in version order that is.

use pgmigrate::graph::Claim;
use pgmigrate::model::{ObjectKind, ObjectName};

use super::ground::{Ground, Session};
use super::project::Project;
use super::schedule::Choice;

/// How many claims there were, and those whose name was taken though all goes well.
pub fn examine(ground: &mut Ground, project: &Project) -> (usize, Vec<String>) {
    let order = Choice::Version.order(project);
    let (mut count, mut wrong) = (0, Vec::new());
    ground.renew();
    for (at, node) in order.iter().enumerate() {
        for claim in project.claims(&order[at..]) {
            count += 1;
            if is_there(ground.session(), &claim) {
                let (claimer, first) = (&project.files[claim.node].stem, &project.files[*node].stem);
                wrong.push(format!("{} of {claimer} is there before {first}", claim.object));
            }
        }
        if ground.apply_next(project, *node).is_err() {
            break;
        }
    }
    (count, wrong)
}

fn is_there(session: &Session, claim: &Claim) -> bool {
    let object = &claim.object;
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let whole = literal(&ObjectName { member: None, ..object.clone() }.quoted());
    let name = literal(object.member.as_ref().unwrap_or(&object.name).as_str());
    let query = match object.kind {
        ObjectKind::Column => {
            format!("pg_attribute WHERE attrelid = to_regclass({whole}) AND attname = {name} AND NOT attisdropped")
        }
        ObjectKind::Constraint => format!("pg_constraint WHERE conrelid = to_regclass({whole}) AND conname = {name}"),
        ObjectKind::Trigger => format!("pg_trigger WHERE tgrelid = to_regclass({whole}) AND tgname = {name}"),
        ObjectKind::Policy => format!("pg_policy WHERE polrelid = to_regclass({whole}) AND polname = {name}"),
        ObjectKind::EnumLabel => format!("pg_enum WHERE enumtypid = to_regtype({whole}) AND enumlabel = {name}"),
        ObjectKind::Schema => format!("pg_namespace WHERE nspname = {name}"),
        ObjectKind::Extension => format!("pg_extension WHERE extname = {name}"),
        // Roles belong to the server, and other projects have made some.
        ObjectKind::Role => return false,
        ObjectKind::Type | ObjectKind::Enum | ObjectKind::Domain => format!("pg_type WHERE oid = to_regtype({whole})"),
        // The plan takes no index or sequence for a table once something has gone that may have taken it along.
        _ if claim.loose => format!("pg_class WHERE oid = to_regclass({whole}) AND relkind NOT IN ('i', 'I', 'S')"),
        _ => format!("pg_class WHERE oid = to_regclass({whole})"),
    };
    !session.must(&format!("SELECT 1 FROM {query}")).is_empty()
}
