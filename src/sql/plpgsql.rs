//! PL/pgSQL bodies: the SQL in them, and what only shows when they run.
//!
//! A body is read as it would run, with what the text tells of its variables ([`super::value`]): branches are joined,
//! loops over lists that the text shows are gone through one by one, and what a loop of unknown length assigns is
//! unknown in it and after it.

use std::collections::BTreeSet;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::expression::{expression, parts};
use super::names::{self, child, child_ident, children, ident, span};
use super::plpgsql_into::without_into;
use super::record::Recorder;
use super::routine::literal_sql;
use super::rows;
use super::value::{self, Values};
use super::variables::Variables;
use super::{catalog_query, dispatch, dynamic};
use crate::model::{Ident, Span};

/// Reads a body from its root.
pub(super) fn body(rec: &mut Recorder<'_>, root: &SyntaxNode) {
    for name in ["found", "sqlstate", "sqlerrm", "new", "old", "tg_op", "tg_table_name", "tg_argv"] {
        rec.variables.insert(Ident::exact(name));
    }
    if child(root, K::PLPGSQL_BLOCK).is_none() {
        rec.opaque("its PL/pgSQL is not understood");
    }
    let schema = rec.session.path.first().cloned();
    let mut body = Body { rec, known: Variables::new(schema), left: false, iterations: 0 };
    for part in root.children() {
        body.statement(&part);
    }
}

/// A body as far as it was read.
pub(super) struct Body<'r, 'a> {
    pub rec: &'r mut Recorder<'a>,
    pub known: Variables,
    /// A `RETURN` or `EXIT` may have skipped what follows.
    left: bool,
    /// How often loops were gone through.
    pub iterations: usize,
}

impl Body<'_, '_> {
    pub fn statement(&mut self, node: &SyntaxNode) {
        let clear = self.rec.opaque.is_none();
        self.run(node);
        if let Some(opaque) = self.rec.opaque.as_mut().filter(|_| clear) {
            opaque.span.get_or_insert_with(|| span(node));
        }
        self.rec.conditional |= self.left;
    }

    fn run(&mut self, node: &SyntaxNode) {
        match node.kind() {
            K::PLPGSQL_BLOCK => self.block(node),
            K::PLPGSQL_DECLARE_SECTION => self.declarations(node),
            K::PLPGSQL_IF_STMT | K::PLPGSQL_CASE_STMT => self.branches(node),
            K::PLPGSQL_LOOP_STMT
            | K::PLPGSQL_WHILE_STMT
            | K::PLPGSQL_FOR_I_STMT
            | K::PLPGSQL_FOR_EACH_STMT
            | K::PLPGSQL_FOR_CURSOR_STMT
            | K::PLPGSQL_FOR_DYN_STMT
            | K::PLPGSQL_FOR_QUERY_STMT => self.repeats(node),
            K::PLPGSQL_DYN_EXECUTE_STMT | K::PLPGSQL_RETURN_QUERY_EXECUTE_STMT | K::PLPGSQL_OPEN_EXECUTE => {
                self.dynamic(node);
                self.plain(node);
            }
            K::PLPGSQL_ASSIGN_STMT => self.assignment(node),
            K::PLPGSQL_EXPR => self.expression(node),
            K::ARG_LIST => parts(self.rec, node),
            K::PLPGSQL_RETURN_STMT | K::PLPGSQL_EXIT_STMT => {
                self.parts(node);
                self.left |= self.rec.conditional;
            }
            K::ERROR => self.not_parsed(node),
            kind if ast::Stmt::can_cast(kind) => self.sql(node),
            // What came before it may have been undone.
            K::PLPGSQL_ROLLBACK_STMT => self.left = true,
            _ => self.plain(node),
        }
    }

    pub fn parts(&mut self, node: &SyntaxNode) {
        for part in node.children() {
            self.statement(&part);
        }
    }

    /// A statement without statements inside: what it assigns is not known.
    fn plain(&mut self, node: &SyntaxNode) {
        self.parts(node);
        if node.kind() != K::PLPGSQL_BODY {
            self.known.forget_all(&assigned(node));
        }
    }

    /// Runs something that may not be reached.
    pub fn perhaps(&mut self, conditional: bool, run: impl FnOnce(&mut Self)) {
        let outer = self.rec.conditional;
        self.rec.conditional |= conditional;
        run(self);
        self.rec.conditional = outer || self.left;
    }

    fn sql(&mut self, node: &SyntaxNode) {
        catalog_query::reads(self.rec, &self.known, node);
        dispatch::dispatch(self.rec, node);
        if node.kind() == K::CALL {
            self.known.forget_all(&assigned(node));
        }
    }

    fn expression(&mut self, node: &SyntaxNode) {
        catalog_query::reads(self.rec, &self.known, node);
        expression(self.rec, node);
    }

    fn block(&mut self, node: &SyntaxNode) {
        let handlers = child(node, K::PLPGSQL_EXCEPTION_SECTION);
        // `WHEN duplicate_object` says that it may be there already, not that what it needs may be missing.
        let only_duplicates = handlers
            .iter()
            .flat_map(SyntaxNode::descendants)
            .filter(|it| it.kind() == K::PLPGSQL_CONDITION)
            .all(|it| ident(&it).is_some_and(|name| name.as_str().starts_with("duplicate_")));
        let caught = handlers.is_some() && !only_duplicates;
        for part in node.children().filter(|it| it.kind() != K::PLPGSQL_EXCEPTION_SECTION) {
            self.perhaps(caught, |it| it.statement(&part));
        }
        if let Some(handlers) = &handlers {
            let after = self.known.clone();
            self.known.forget_all(&assigned(node));
            for handler in children(handlers, K::PLPGSQL_EXCEPTION_HANDLER) {
                self.perhaps(true, |it| it.parts(&handler));
            }
            self.known.forget_all(&assigned(node));
            self.known.join(&after);
        }
        if child(node, K::PLPGSQL_LABEL).is_some() {
            // `EXIT label` may have skipped assignments.
            self.known.forget_all(&assigned(node));
        }
        for section in children(node, K::PLPGSQL_DECLARE_SECTION) {
            self.known.undeclare(section.children().filter_map(|it| child_ident(&it, K::PLPGSQL_VAR_NAME)));
        }
    }

    fn declarations(&mut self, node: &SyntaxNode) {
        for declaration in node.children() {
            let name = child_ident(&declaration, K::PLPGSQL_VAR_NAME);
            self.rec.variables.extend(name.clone());
            let arguments = declaration.descendants().filter(|it| it.kind() == K::PLPGSQL_CURSOR_ARG);
            self.rec.variables.extend(arguments.filter_map(|it| child_ident(&it, K::PLPGSQL_VAR_NAME)));
            for part in declaration.children() {
                match part.kind() {
                    K::PLPGSQL_VAR_NAME | K::PLPGSQL_ALIAS_TARGET => {}
                    kind if ast::Stmt::can_cast(kind) => dispatch::dispatch(self.rec, &part),
                    _ => self.expression(&part),
                }
            }
            let Some(name) = name else { continue };
            match (declaration.kind(), child(&declaration, K::PLPGSQL_ALIAS_TARGET)) {
                (K::PLPGSQL_VAR_DECL, _) => {
                    let type_node = declaration.children().nth(1);
                    self.known.declare(name.clone(), type_node.as_ref());
                    let start = child(&declaration, K::PLPGSQL_VAR_INIT).and_then(|it| child(&it, K::PLPGSQL_EXPR));
                    match start {
                        Some(expression) => self.assign(&[name], &expression),
                        None => self.known.set(&[name], &BTreeSet::from([None])),
                    }
                }
                (_, Some(target)) => self.known.alias(name, names::path(&target)),
                _ => {}
            }
        }
    }

    fn assignment(&mut self, node: &SyntaxNode) {
        if let Some(expression) = child(node, K::PLPGSQL_EXPR) {
            self.expression(&expression);
            match child(node, K::PLPGSQL_ASSIGN_TARGET) {
                Some(target) if child(&target, K::INDEX_ACCESSOR).is_none() => {
                    let path: Vec<Ident> = target.children().filter_map(|it| names::last_ident(&it)).collect();
                    self.assign(&path, &expression);
                }
                _ => self.known.forget_all(&assigned(node)),
            }
        }
    }

    /// Gives a variable what an expression may be worth: a value, an array, or a query's one row.
    fn assign(&mut self, to: &[Ident], expression: &SyntaxNode) {
        let only = expression.descendants().find(|it| super::query::is_query(it.kind()) && it != expression);
        let query = only.or_else(|| child(expression, K::FROM_CLAUSE).map(|_| expression.clone()));
        let whole = |query: &SyntaxNode| {
            query == expression
                || query.ancestors().take_while(|it| it != expression).all(|it| {
                    matches!(it.kind(), K::PAREN_EXPR | K::PAREN_SELECT | K::TARGET | K::TARGET_LIST) || it == *query
                })
        };
        let values = match query {
            Some(query) if whole(&query) => {
                let found = rows::rows(&self.known, &query).unwrap_or_default();
                let mut values: Values = found.list.iter().filter_map(|row| row.first()).flatten().cloned().collect();
                values.insert(None);
                if found.list.is_empty() { value::anything() } else { values }
            }
            Some(_) => value::anything(),
            None => value::evaluate(&self.known, expression),
        };
        let array = value::elements(&self.known, expression);
        self.known.set(to, &values);
        self.known.set_array(to, array);
    }

    /// `IF` and `CASE`: what is known after it is what all branches agree on.
    fn branches(&mut self, node: &SyntaxNode) {
        let before = self.known.clone();
        let mut after: Option<Variables> = None;
        let mut complete = node.kind() == K::PLPGSQL_CASE_STMT;
        for part in node.children() {
            match part.kind() {
                K::PLPGSQL_BODY | K::PLPGSQL_ELSE_CLAUSE => {
                    complete |= part.kind() == K::PLPGSQL_ELSE_CLAUSE;
                    self.branch(&part, &before, &mut after);
                }
                K::PLPGSQL_ELSIF_CLAUSE | K::PLPGSQL_CASE_WHEN => {
                    for inner in part.children() {
                        if inner.kind() == K::PLPGSQL_BODY {
                            self.branch(&inner, &before, &mut after);
                        } else {
                            self.perhaps(true, |it| it.statement(&inner));
                        }
                    }
                }
                _ => self.statement(&part),
            }
        }
        match after {
            Some(after) if complete => self.known = after,
            Some(after) => self.known.join(&after),
            None => {}
        }
    }

    fn branch(&mut self, body: &SyntaxNode, before: &Variables, after: &mut Option<Variables>) {
        self.perhaps(true, |it| it.parts(body));
        let end = std::mem::replace(&mut self.known, before.clone());
        match after {
            Some(after) => after.join(&end),
            None => *after = Some(end),
        }
    }

    /// `EXECUTE`: a literal is read like any SQL, anything else as each text it can be.
    pub fn dynamic(&mut self, node: &SyntaxNode) {
        let Some(query) = child(node, K::PLPGSQL_EXPR) else { return };
        let targets: Vec<SyntaxNode> = query
            .children()
            .flat_map(|it| it.children().collect::<Vec<_>>())
            .flat_map(|it| it.children().collect::<Vec<_>>())
            .collect();
        match targets.as_slice() {
            [literal] if literal.kind() == K::LITERAL => literal_sql(self.rec, literal),
            _ => dynamic::run(self.rec, &value::evaluate(&self.known, &query), span(&query)),
        }
        self.known.set_current_schema(self.rec.session.path.first().cloned());
    }

    /// What the parser could not read: `SELECT … INTO variable` and `RETURNING … INTO variable`.
    ///
    /// Without the `INTO` it is plain SQL, so that is blanked out and the rest read again.
    fn not_parsed(&mut self, node: &SyntaxNode) {
        let text = node.text().to_string();
        let plain = without_into(&text);
        let parsed = plain.as_ref().map(|it| ast::SourceFile::parse(&it.text)).filter(|it| it.errors().is_empty());
        let (Some(plain), Some(parsed)) = (plain, parsed) else {
            self.known = Variables::new(None);
            return self.rec.opaque("a statement in its PL/pgSQL is not understood");
        };
        let (root, start) = (parsed.syntax_node(), span(node).start());
        let depth = self.rec.depth;
        self.rec.depth = depth.saturating_sub(1);
        let known = &self.known;
        self.rec.embedded(
            |inner| {
                for part in root.children() {
                    catalog_query::reads(inner, known, &part);
                    dispatch::dispatch(inner, &part);
                }
            },
            |place: Span| place.shifted(start),
        );
        self.rec.depth = depth;
        let found = root.children().next().and_then(|it| rows::rows(&self.known, &it));
        let targets: Vec<Vec<Ident>> = plain.targets.iter().map(|it| names::path_in_text(it)).collect();
        for target in &targets {
            self.known.forget_all(&target.iter().cloned().collect());
        }
        let variables: Option<Vec<Ident>> =
            targets.into_iter().map(|it| <[Ident; 1]>::try_from(it).ok().map(|[it]| it)).collect();
        if let (Some(variables), Some(rows)) = (variables, found.filter(|it| !it.list.is_empty())) {
            let mut row = rows.joined();
            for values in &mut row {
                values.insert(None);
            }
            self.bind(&variables, &rows.columns, &row, false);
        }
    }
}

/// Every name that is assigned to at or below a node, and more rather than less.
pub(super) fn assigned(node: &SyntaxNode) -> BTreeSet<Ident> {
    let mut found = BTreeSet::new();
    for it in node.descendants() {
        match it.kind() {
            K::PLPGSQL_ASSIGN_TARGET
            | K::PLPGSQL_INTO_TARGET
            | K::PLPGSQL_FOR_VARIABLE
            | K::PLPGSQL_DIAG_TARGET
            | K::PLPGSQL_VAR_DECL
            | K::PLPGSQL_CURSOR_VARIABLE_REF => found.extend(it.descendants().filter_map(|it| names::last_ident(&it))),
            K::CALL => found.extend(it.descendants().filter(|it| it.kind() == K::NAME_REF).filter_map(|it| ident(&it))),
            K::ERROR => {
                let targets = without_into(&it.text().to_string()).map(|it| it.targets).unwrap_or_default();
                found.extend(targets.iter().flat_map(|it| names::path_in_text(it)));
            }
            _ => {}
        }
    }
    found
}
