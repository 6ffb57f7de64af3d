use super::builtin::{self, Builtin};
use super::finding::{CheckResult, Skipped};
use super::reader::{Reader, share};
use super::select::Selection;
use super::sequences::{self, Discovery};
use super::{Progress, Request};

/// What is asked of the catalog alone.
enum Question {
    Check(&'static Builtin),
    Sequences,
}

enum Answer {
    Check(CheckResult),
    Sequences(Discovery),
}

/// Evaluates the selected built-in checks that ask only the catalog, and finds the sequences `with_sequences`. The readers
/// share the questions.
pub(super) async fn ask(
    readers: &[Reader<'_>],
    request: &Request<'_>,
    selection: Selection<'_>,
    with_sequences: bool,
) -> ((Vec<CheckResult>, Vec<Skipped>), Option<Discovery>) {
    let major = readers.first().map_or(0, |reader| reader.major);
    let (due, skipped) = builtin::due(selection, major);
    for _ in &skipped {
        (request.progress)(Progress::Checked);
    }
    let mut questions: Vec<Question> = due.into_iter().map(Question::Check).collect();
    if with_sequences {
        // It takes longest, and what comes first must come first.
        questions.insert(questions.len().min(1), Question::Sequences);
    }
    let answers = share(readers, questions.len(), async |reader, index| match questions[index] {
        Question::Check(check) => {
            let result = builtin::evaluate(reader, request, check).await;
            (request.progress)(Progress::Checked);
            Answer::Check(result)
        }
        Question::Sequences => Answer::Sequences(sequences::discover(reader, request, None).await),
    });
    let (mut results, mut discovery) = (Vec::new(), None);
    for answer in answers.await {
        match answer {
            Answer::Check(result) => results.push(result),
            Answer::Sequences(found) => discovery = Some(found),
        }
    }
    ((results, skipped), discovery)
}
