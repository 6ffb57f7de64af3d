//! PL/pgSQL bodies: the SQL in them, and what only shows when they run.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::dispatch;
use super::expression::{expression, parts};
use super::names::{child, child_ident, children, ident, span};
use super::record::Recorder;
use super::routine::literal_sql;
use crate::model::{Ident, Span};

/// Reads a body from its root.
pub(super) fn body(rec: &mut Recorder<'_>, root: &SyntaxNode) {
    for name in ["found", "sqlstate", "sqlerrm", "new", "old", "tg_op", "tg_table_name", "tg_argv"] {
        rec.variables.insert(Ident::exact(name));
    }
    if child(root, K::PLPGSQL_BLOCK).is_none() {
        rec.opaque("its PL/pgSQL is not understood");
    }
    for part in root.children() {
        statement(rec, &part);
    }
}

fn statement(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    match node.kind() {
        K::PLPGSQL_BLOCK => block(rec, node),
        K::PLPGSQL_DECLARE_SECTION => declarations(rec, node),
        K::PLPGSQL_IF_STMT
        | K::PLPGSQL_ELSIF_CLAUSE
        | K::PLPGSQL_CASE_STMT
        | K::PLPGSQL_CASE_WHEN
        | K::PLPGSQL_WHILE_STMT
        | K::PLPGSQL_FOR_I_STMT
        | K::PLPGSQL_FOR_EACH_STMT
        | K::PLPGSQL_FOR_CURSOR_STMT
        | K::PLPGSQL_FOR_QUERY_STMT => conditionally(rec, node),
        K::PLPGSQL_FOR_DYN_STMT => {
            dynamic(rec, node);
            conditionally(rec, node);
        }
        K::PLPGSQL_DYN_EXECUTE_STMT | K::PLPGSQL_RETURN_QUERY_EXECUTE_STMT | K::PLPGSQL_OPEN_EXECUTE => {
            dynamic(rec, node);
            parts(rec, node);
        }
        K::PLPGSQL_EXPR => expression(rec, node),
        K::ERROR => not_parsed(rec, node),
        kind if ast::Stmt::can_cast(kind) => dispatch::dispatch(rec, node),
        K::PLPGSQL_COMMIT_STMT | K::PLPGSQL_ROLLBACK_STMT => rec.opaque("it controls transactions"),
        _ => {
            for part in node.children() {
                statement(rec, &part);
            }
        }
    }
}

fn block(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let handlers = child(node, K::PLPGSQL_EXCEPTION_SECTION);
    // `WHEN duplicate_object` says that it may be there already, not that what it needs may be missing.
    let only_duplicates = handlers
        .iter()
        .flat_map(SyntaxNode::descendants)
        .filter(|it| it.kind() == K::PLPGSQL_CONDITION)
        .all(|it| ident(&it).is_some_and(|name| name.as_str().starts_with("duplicate_")));
    let outer = rec.conditional;
    for part in node.children() {
        match part.kind() {
            K::PLPGSQL_EXCEPTION_SECTION => rec.conditional = true,
            _ => rec.conditional = outer || (handlers.is_some() && !only_duplicates),
        }
        statement(rec, &part);
    }
    rec.conditional = outer;
}

fn declarations(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for declaration in node.children() {
        rec.variables.extend(child_ident(&declaration, K::PLPGSQL_VAR_NAME));
        for part in declaration.children() {
            match part.kind() {
                K::PLPGSQL_VAR_NAME | K::PLPGSQL_ALIAS_TARGET => {}
                kind if ast::Stmt::can_cast(kind) => dispatch::dispatch(rec, &part),
                _ => expression(rec, &part),
            }
        }
    }
}

/// The condition or query is evaluated in any case; the bodies below perhaps never.
fn conditionally(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for variable in children(node, K::PLPGSQL_FOR_VARIABLE) {
        rec.variables.extend(child_ident(&variable, K::PLPGSQL_VAR_NAME_REF));
    }
    for part in node.children() {
        let bodies = [K::PLPGSQL_BODY, K::PLPGSQL_ELSIF_CLAUSE, K::PLPGSQL_ELSE_CLAUSE, K::PLPGSQL_CASE_WHEN];
        let outer = rec.conditional;
        rec.conditional |= bodies.contains(&part.kind());
        statement(rec, &part);
        rec.conditional = outer;
    }
}

/// `EXECUTE`: a literal is read like any SQL, anything else is opaque.
fn dynamic(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(query) = child(node, K::PLPGSQL_EXPR) else { return };
    let targets: Vec<SyntaxNode> = query
        .children()
        .flat_map(|it| it.children().collect::<Vec<_>>())
        .flat_map(|it| it.children().collect::<Vec<_>>())
        .collect();
    match targets.as_slice() {
        [literal] if literal.kind() == K::LITERAL => literal_sql(rec, literal),
        _ => rec.opaque("EXECUTE of a string that is put together when it runs"),
    }
}

/// What the parser could not read: `SELECT … INTO variable` and `RETURNING … INTO variable`.
///
/// Without the `INTO` it is plain SQL, so that is blanked out and the rest read again.
fn not_parsed(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let text = node.text().to_string();
    let Some(plain) = without_into(&text) else {
        return rec.opaque("a statement in its PL/pgSQL is not understood");
    };
    let parsed = ast::SourceFile::parse(&plain);
    if !parsed.errors().is_empty() {
        return rec.opaque("a statement in its PL/pgSQL is not understood");
    }
    let (root, start) = (parsed.syntax_node(), span(node).start());
    let depth = rec.depth;
    rec.depth = depth.saturating_sub(1);
    rec.embedded(
        |inner| {
            for part in root.children() {
                dispatch::dispatch(inner, &part);
            }
        },
        |place: Span| place.shifted(start),
    );
    rec.depth = depth;
}

/// The text with `INTO [STRICT] targets` blanked out, of the same length; `None` if there is none.
fn without_into(text: &str) -> Option<String> {
    let tokens: Vec<(usize, &str)> = super::tokens::significant(text).collect();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|(_, text)| text.eq_ignore_ascii_case(word));
    let into = (1..tokens.len()).find(|at| is(*at, "into") && !is(at - 1, "insert") && !is(at - 1, "merge"))?;
    let mut end = into + 1;
    if is(end, "strict") {
        end += 1;
    }
    loop {
        end += 1;
        while is(end, ".") {
            end += 2;
        }
        while is(end, "[") {
            while end < tokens.len() && !is(end, "]") {
                end += 1;
            }
            end += 1;
        }
        if !is(end, ",") {
            break;
        }
        end += 1;
    }
    let from = tokens.get(into)?.0;
    let to = tokens.get(end).map_or(text.len(), |(start, _)| *start);
    let blank: String = text.get(from..to)?.chars().flat_map(|it| std::iter::repeat_n(' ', it.len_utf8())).collect();
    Some([text.get(..from)?, &blank, text.get(to..)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_out_into_and_keeps_the_length() {
        assert_eq!(without_into("select a into strict v, r.x from t;").unwrap(), "select a                    from t;");
        assert_eq!(
            without_into("insert into t values (1) returning id into v;").unwrap(),
            "insert into t values (1) returning id       ;"
        );
        assert_eq!(without_into("insert into t values (1);"), None);
    }
}
