//! The rows that a query in a loop or `INTO` gives, where the text shows them.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::catalog_query;
use super::expression::dotted;
use super::names::{self, child, child_ident, has_token};
use super::value::{self, Environment, Values};
use crate::model::Ident;

/// Rows whose columns have the same names.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub columns: Vec<Option<Ident>>,
    pub list: Vec<Vec<Values>>,
    /// Each of them comes, in this order; otherwise some may, any number of times.
    pub certain: bool,
}

impl Rows {
    /// One row that stands for all.
    pub fn joined(&self) -> Vec<Values> {
        let width = self.list.first().map_or(0, Vec::len);
        (0..width).map(|at| self.list.iter().filter_map(|row| row.get(at)).flatten().cloned().collect()).collect()
    }
}

/// The rows of a query, if the text shows what they can be.
pub(super) fn rows(env: &impl Environment, query: &SyntaxNode) -> Option<Rows> {
    match query.kind() {
        K::PAREN_SELECT | K::PAREN_EXPR => rows(env, &query.children().next()?),
        K::VALUES => Some(listed(env, query)),
        K::COMPOUND_SELECT => {
            let mut operands = query.children().filter(|it| super::query::is_query(it.kind()));
            let (mut left, right) = (rows(env, &operands.next()?)?, rows(env, &operands.next()?)?);
            left.list.extend(right.list);
            left.certain = false;
            Some(left)
        }
        K::SELECT | K::PLPGSQL_EXPR => select(env, query),
        _ => None,
    }
}

fn listed(env: &impl Environment, values: &SyntaxNode) -> Rows {
    let list = child(values, K::ROW_LIST);
    let rows: Vec<Vec<Values>> = list
        .iter()
        .flat_map(|it| names::children(it, K::ROW).collect::<Vec<_>>())
        .map(|row| row.children().map(|it| value::evaluate(env, &it)).collect())
        .collect();
    let width = rows.first().map_or(0, Vec::len);
    let columns = (1..=width).map(|it| Some(Ident::exact(&format!("column{it}")))).collect();
    Rows { columns, list: rows, certain: true }
}

fn select(env: &impl Environment, query: &SyntaxNode) -> Option<Rows> {
    if let Some(columns) = catalog_query::result(env, query) {
        let (columns, row) = columns.into_iter().unzip();
        return Some(Rows { columns, list: vec![row], certain: false });
    }
    let list = child(query, K::SELECT_CLAUSE)
        .and_then(|it| child(&it, K::TARGET_LIST))
        .or_else(|| child(query, K::TARGET_LIST))?;
    let targets: Vec<SyntaxNode> = names::children(&list, K::TARGET).collect();
    let plain = query
        .children()
        .all(|it| matches!(it.kind(), K::SELECT_CLAUSE | K::TARGET_LIST | K::FROM_CLAUSE | K::ORDER_BY_CLAUSE));
    let Some(from) = child(query, K::FROM_CLAUSE) else { return Some(without_from(env, &targets, plain)) };
    let mut items = from.children();
    let (item, None) = (items.next()?, items.next()) else { return None };
    let source = from_item(env, &item)?;
    if targets.iter().any(|it| has_token(it, K::STAR)) {
        return Some(Rows { certain: source.certain && plain, ..source }).filter(|_| targets.len() == 1);
    }
    let picked: Option<Vec<(Option<Ident>, usize)>> = targets
        .iter()
        .map(|target| {
            let (mut path, false) = dotted(&target.children().next()?)? else { return None };
            let column = path.pop();
            let at = source.columns.iter().position(|it| *it == column)?;
            Some((named(target).or(column), at))
        })
        .collect();
    let picked = picked?;
    let rows = source
        .list
        .iter()
        .map(|row| picked.iter().map(|(_, at)| row.get(*at).cloned().unwrap_or_else(value::anything)).collect());
    Some(Rows {
        list: rows.collect(),
        columns: picked.into_iter().map(|(name, _)| name).collect(),
        certain: source.certain && plain && child(query, K::ORDER_BY_CLAUSE).is_none(),
    })
}

fn named(target: &SyntaxNode) -> Option<Ident> {
    child(target, K::AS_NAME).and_then(|it| child_ident(&it, K::COLUMN_NAME))
}

fn without_from(env: &impl Environment, targets: &[SyntaxNode], plain: bool) -> Rows {
    if let [target] = targets
        && let Some(of) = target.children().next()
        && let Some(elements) = unnested(env, &of)
    {
        let name = named(target).or_else(|| Some(Ident::exact("unnest")));
        return Rows { columns: vec![name], list: elements.into_iter().map(|it| vec![it]).collect(), certain: plain };
    }
    let row =
        targets.iter().map(|it| it.children().next().map_or_else(value::anything, |it| value::evaluate(env, &it)));
    let row: Vec<Values> = row.collect();
    let certain = plain && !row.contains(&value::anything());
    Rows { columns: targets.iter().map(named).collect(), list: vec![row], certain }
}

/// The elements that `unnest(ARRAY[…])` gives.
fn unnested(env: &impl Environment, call: &SyntaxNode) -> Option<Vec<Values>> {
    let (path, false) = dotted(&call.children().next()?)? else { return None };
    let arguments = child(call, K::ARG_LIST).filter(|_| path.last().is_some_and(|it| it.as_str() == "unnest"))?;
    let mut arguments = arguments.children();
    let (only, None) = (arguments.next()?, arguments.next()) else { return None };
    value::elements(env, &only)
}

/// `(VALUES …) AS t (a, b)` and `unnest(…) AS t (a)`.
fn from_item(env: &impl Environment, item: &SyntaxNode) -> Option<Rows> {
    let mut source = match item.kind() {
        K::PAREN_FROM_ITEM => rows(env, &item.children().next()?)?,
        K::FUNCTION_FROM_ITEM => {
            let call = names::descendant(item, K::CALL_EXPR).unwrap_or_else(|| item.clone());
            let list = unnested(env, &call)?.into_iter().map(|it| vec![it]).collect();
            Rows { columns: vec![Some(Ident::exact("unnest"))], list, certain: true }
        }
        _ => return None,
    };
    let Some(alias) = child(item, K::FROM_ALIAS) else { return Some(source) };
    if let Some(columns) = child(&alias, K::COLUMN_LIST) {
        for (column, name) in source.columns.iter_mut().zip(names::children(&columns, K::COLUMN_NAME)) {
            *column = names::ident(&name);
        }
    } else if item.kind() == K::FUNCTION_FROM_ITEM {
        source.columns = vec![child_ident(&alias, K::TABLE_ALIAS)];
    }
    Some(source)
}
