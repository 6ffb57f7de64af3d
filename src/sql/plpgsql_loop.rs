//! PL/pgSQL's loops: over what the text shows they are gone through one by one, otherwise once for all.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::names::{self, child, child_ident, children};
use super::plpgsql::{Body, assigned};
use super::rows::{self, Rows};
use super::value::{self, Environment, Values};
use crate::model::Ident;

/// Loops over known lists are gone through up to so many times in one body.
const MAX_ITERATIONS: usize = 256;

impl Body<'_, '_> {
    /// Any loop.
    pub fn repeats(&mut self, node: &SyntaxNode) {
        let variables: Vec<Ident> = children(node, K::PLPGSQL_FOR_VARIABLE)
            .filter_map(|it| child_ident(&it, K::PLPGSQL_VAR_NAME_REF))
            .collect();
        self.rec.variables.extend(variables.iter().cloned());
        if node.kind() == K::PLPGSQL_FOR_DYN_STMT {
            self.dynamic(node);
        }
        let Some(body) = child(node, K::PLPGSQL_BODY) else { return };
        for part in node.children().filter(|it| *it != body) {
            self.statement(&part);
        }
        let set = assigned(node);
        let rows = self.rows(node);
        let count = rows.as_ref().map_or(0, |it| it.list.len());
        let runs_text = body.descendants().any(|it| {
            matches!(it.kind(), K::PLPGSQL_DYN_EXECUTE_STMT | K::PLPGSQL_FOR_DYN_STMT | K::PLPGSQL_OPEN_EXECUTE)
        });
        match rows {
            Some(rows) if runs_text && count > 0 && self.iterations + count <= MAX_ITERATIONS => {
                self.iterations += count;
                let leaves = body.descendants().any(|it| {
                    matches!(it.kind(), K::PLPGSQL_EXIT_STMT | K::PLPGSQL_CONTINUE_STMT | K::PLPGSQL_RETURN_STMT)
                });
                let certain = rows.certain && !leaves;
                for row in &rows.list {
                    if !certain {
                        self.known.forget_all(&set);
                    }
                    self.bind(&variables, &rows.columns, row, node.kind() == K::PLPGSQL_FOR_I_STMT);
                    self.perhaps(!certain, |it| it.parts(&body));
                }
                if !certain {
                    self.known.forget_all(&set);
                }
            }
            rows => {
                self.known.forget_all(&set);
                if node.kind() == K::PLPGSQL_FOR_I_STMT {
                    let number = value::one(value::PLAIN);
                    self.bind(&variables, &[], &[number], true);
                } else if let Some(rows) = rows.filter(|it| !it.list.is_empty()) {
                    self.bind(&variables, &rows.columns, &rows.joined(), false);
                }
                self.perhaps(node.kind() != K::PLPGSQL_LOOP_STMT, |it| it.parts(&body));
                self.known.forget_all(&set);
            }
        }
        self.known.undeclare(variables.into_iter().filter(|_| node.kind() == K::PLPGSQL_FOR_I_STMT));
    }

    /// What a loop goes over, if the text shows it.
    fn rows(&self, node: &SyntaxNode) -> Option<Rows> {
        let single = |values: Vec<Values>| Rows {
            columns: vec![None],
            list: values.into_iter().map(|it| vec![it]).collect(),
            certain: true,
        };
        match node.kind() {
            K::PLPGSQL_FOR_I_STMT => {
                let range = child(node, K::PLPGSQL_FOR_RANGE)?;
                let reverse = names::has_token(node, K::REVERSE_KW);
                numbers(&self.known, &range, reverse).map(single)
            }
            K::PLPGSQL_FOR_EACH_STMT if child(node, K::PLPGSQL_FOR_EACH_SLICE).is_none() => {
                value::elements(&self.known, &child(node, K::PLPGSQL_EXPR)?).map(single)
            }
            K::PLPGSQL_FOR_QUERY_STMT => {
                rows::rows(&self.known, &node.children().find(|it| super::query::is_query(it.kind()))?)
            }
            _ => None,
        }
    }

    /// Gives the variables of a loop or `INTO` the values of one row.
    pub fn bind(&mut self, variables: &[Ident], columns: &[Option<Ident>], row: &[Values], number: bool) {
        match variables {
            [record] if !number && self.known.is_record(record) => {
                self.known.forget(record);
                for (column, values) in columns.iter().zip(row) {
                    if let Some(column) = column {
                        self.known.set(&[record.clone(), column.clone()], values);
                    }
                }
            }
            _ => {
                for (variable, values) in variables.iter().zip(row) {
                    if number {
                        self.known.declare_number(variable.clone());
                    }
                    self.known.set(std::slice::from_ref(variable), values);
                }
            }
        }
    }
}

/// The numbers of `FOR i IN a..b BY c`, if they are known and not too many.
fn numbers(env: &impl Environment, range: &SyntaxNode, reverse: bool) -> Option<Vec<Values>> {
    let bound = |it: &SyntaxNode| match value::evaluate(env, it).into_iter().collect::<Vec<_>>().as_slice() {
        [Some(text)] => text.parse::<i64>().ok(),
        _ => None,
    };
    let bounds: Option<Vec<i64>> = children(range, K::PLPGSQL_EXPR).map(|it| bound(&it)).collect();
    let (from, to, step) = match bounds?.as_slice() {
        [from, to] => (*from, *to, 1),
        [from, to, step] if *step > 0 => (*from, *to, *step),
        _ => return None,
    };
    let mut numbers = Vec::new();
    let mut at = from;
    while if reverse { at >= to } else { at <= to } {
        numbers.push(value::one(at.to_string()));
        at = at.checked_add(if reverse { -step } else { step }).filter(|_| numbers.len() <= MAX_ITERATIONS)?;
    }
    Some(numbers)
}
