//! Transaction control within a file: what is rolled back has not happened, and `SET LOCAL` ends with its transaction.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::names::child_ident;
use super::record::Session;
use super::{Action, Statement};
use crate::model::Ident;

/// A place to go back to.
#[derive(Debug)]
struct Mark {
    /// The savepoint's name; `None` for the transaction's start.
    name: Option<Ident>,
    /// How many statements stand before it.
    statements: usize,
    session: Session,
}

/// The transaction block a file may have open, and its savepoints.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    /// Reads a statement if it is transaction control.
    pub fn control(&mut self, session: &mut Session, statements: &mut [Statement], node: &SyntaxNode) {
        let name = child_ident(node, K::SAVEPOINT).or_else(|| child_ident(node, K::SAVEPOINT_REF));
        let find = |marks: &[Mark]| marks.iter().rposition(|it| it.name.is_some() && it.name == name);
        match node.kind() {
            K::BEGIN | K::SAVEPOINT_CREATE => {
                self.0.push(Mark { name, statements: statements.len(), session: session.clone() });
            }
            K::RELEASE_SAVEPOINT => self.0.truncate(find(&self.0).unwrap_or(self.0.len())),
            K::ROLLBACK_TO_SAVEPOINT => {
                if let Some(at) = find(&self.0) {
                    self.0.truncate(at + 1);
                    self.0[at].go_back(session, statements);
                }
            }
            K::ROLLBACK_TRANSACTION => {
                if let Some(start) = self.0.first().filter(|it| it.name.is_none()) {
                    start.go_back(session, statements);
                }
                self.end(session);
            }
            K::COMMIT_TRANSACTION => self.end(session),
            _ => {}
        }
    }

    fn end(&mut self, session: &mut Session) {
        if let Some(path) = session.path_before_local.take() {
            session.path = path;
        }
        session.user.clone_from(&session.lasting_user);
        session.path = session.path.of_user(session.user.as_ref());
        self.0.clear();
    }
}

impl Mark {
    /// Prepared statements stay, everything else is as it was. What the statements needed they did need.
    fn go_back(&self, session: &mut Session, statements: &mut [Statement]) {
        let now = std::mem::replace(session, self.session.clone());
        session.prepared = now.prepared;
        session.mentions = now.mentions;
        for statement in &mut statements[self.statements..] {
            statement.change(|it| it.moves.clear());
            let mut effects = std::mem::take(&mut statement.effects).into_vec();
            effects.retain_mut(|it| match it.action {
                Action::Creates
                | Action::Alters
                | Action::Joins
                | Action::Leaves
                | Action::Names
                | Action::Annotates
                | Action::Drops
                | Action::WritesRows
                | Action::Inserts
                | Action::Updates
                | Action::Deletes
                | Action::Truncates
                | Action::Refers
                | Action::CascadesDelete
                | Action::ClearsOnDelete
                | Action::CascadesUpdate => false,
                // It may have been one of these statements that made it.
                Action::Requires | Action::ReadsShape => {
                    it.change(|it| it.action = Action::RequiresLater);
                    true
                }
                _ => true,
            });
            statement.effects = effects.into();
        }
    }
}
