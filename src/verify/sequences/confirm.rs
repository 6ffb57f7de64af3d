use super::{SequenceFix, SequenceOutcome, SequenceState, Status};
use crate::verify::finding::Report;

/// Puts down what a report made after the fixes says of each sequence: one that is not seen to be ahead is not fixed.
pub fn confirm_sequences(fixes: &mut [SequenceFix], after: &Report) {
    for fix in fixes.iter_mut().filter(|it| it.outcome != SequenceOutcome::Planned) {
        // They are in the order of their sequences.
        let rows = &after.sequences[after.sequences.partition_point(|row| row.sequence < fix.sequence)..];
        fix.after = rows.iter().take_while(|row| row.sequence == fix.sequence).cloned().collect();
        let behind = fix.after.iter().any(|row| row.status == Status::Behind);
        let ahead = fix.after.iter().all(|row| matches!(row.status, Status::InSync | Status::NotChecked(_)));
        if fix.outcome == SequenceOutcome::Fixed && (!ahead || fix.after.is_empty()) {
            fix.outcome = if behind { SequenceOutcome::StillBehind } else { unconfirmed(&fix.after) };
        }
    }
}

/// It was moved, and what was read afterwards does not show it ahead.
fn unconfirmed(after: &[SequenceState]) -> SequenceOutcome {
    let why = after.iter().find_map(|row| match &row.status {
        Status::NotVerified(reason) => Some(reason.as_str()),
        Status::Exhausted => Some("the sequence has no value left by now"),
        Status::Overflow => Some("the column's type has no value left by now"),
        Status::InSync | Status::Behind | Status::NotChecked(_) => None,
    });
    SequenceOutcome::Refused {
        reason: format!("moved, but not seen to be ahead: {}", why.unwrap_or("it was not there any more")),
        help: Some("`migrate verify --check sequence.behind` looks again".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Ident, ObjectKind, ObjectName};
    use crate::verify::sequences::blank;

    #[test]
    fn what_is_not_seen_to_be_ahead_says_why() {
        let name = ObjectName::qualified(ObjectKind::Sequence, Ident::exact("public"), Ident::exact("s"));
        let said = |after: &[SequenceState]| match unconfirmed(after) {
            SequenceOutcome::Refused { reason, help: Some(_) } => reason,
            other => format!("{other:?}"),
        };
        let locked = SequenceState { status: Status::NotVerified("locked".to_owned()), ..blank(&name) };
        assert_eq!(said(&[locked]), "moved, but not seen to be ahead: locked");
        let full = SequenceState { status: Status::Exhausted, ..blank(&name) };
        assert_eq!(
            said(&[blank(&name), full]),
            "moved, but not seen to be ahead: the sequence has no value left by now"
        );
        assert_eq!(said(&[]), "moved, but not seen to be ahead: it was not there any more");
    }
}
