//! What a trigger's function makes of the row it is for.

use std::collections::BTreeSet;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::names;
use super::plpgsql_into::without_into;
use crate::model::Ident;

/// The columns of `NEW` that a PL/pgSQL body may change, and more rather than less; `*` stands for any.
pub(super) fn changes(root: &SyntaxNode) -> BTreeSet<Ident> {
    let any = || [Ident::exact("*")].into();
    let mut changed = BTreeSet::new();
    for it in root.descendants() {
        match it.kind() {
            K::PLPGSQL_ASSIGN_TARGET | K::PLPGSQL_INTO_TARGET | K::PLPGSQL_FOR_VARIABLE | K::PLPGSQL_DIAG_TARGET => {
                let path: Vec<Ident> = it.children().filter_map(|it| names::last_ident(&it)).collect();
                changed.extend(column(&path));
            }
            // The parser doesn't read `SELECT … INTO`.
            K::ERROR => match without_into(&it.text().to_string()) {
                Some(plain) => changed.extend(plain.targets.iter().filter_map(|it| column(&names::path_in_text(it)))),
                None => return any(),
            },
            // It may go by another name, be an argument that is given back, or not be what is returned.
            K::CALL | K::INTO_CLAUSE | K::PLPGSQL_ALIAS_TARGET if mentions_new(&it) => return any(),
            K::PLPGSQL_RETURN_STMT => {
                let text = it.text().to_string().to_ascii_lowercase();
                let returned = super::tokens::significant(&text).nth(1).map(|(_, word)| word);
                let words = super::tokens::significant(&text).filter(|(_, word)| *word != ";").count();
                if words > 2 || !matches!(returned, Some("new" | "old" | "null")) {
                    return any();
                }
            }
            _ => {}
        }
    }
    changed
}

fn is_new(name: &Ident) -> bool {
    name.as_str() == "new"
}

fn mentions_new(node: &SyntaxNode) -> bool {
    node.descendants().filter_map(|it| names::ident(&it)).any(|it| is_new(&it))
}

/// What an assignment to this path changes of `NEW`.
///
/// The function's name may stand before it: `NEW` belongs to the block that every function has around its own (18,
/// documentation of PL/pgSQL, "Structure of PL/pgSQL").
fn column(path: &[Ident]) -> Option<Ident> {
    let path = path.get(1..).filter(|it| it.first().is_some_and(is_new)).unwrap_or(path);
    let (first, rest) = path.split_first()?;
    is_new(first).then(|| rest.first().cloned().unwrap_or_else(|| Ident::exact("*")))
}
