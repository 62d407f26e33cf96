//! Functions of rows in the list of a SELECT.
//!
//! `SELECT id, unnest(tags) FROM t` gives a row for each element: what it gives is what it would give as the
//! last item of FROM.

use sqlparser::ast::{
    Expr, Function, FunctionArguments, GroupByExpr, Ident, Select, SelectItem, TableAlias,
    TableFactor, TableFunctionArgs, TableWithJoins,
};
use trunkline_core::Result;

use super::name::parts;
use super::{Translator, unsupported};

/// The alias of such a function in FROM, which no client can know.
pub(super) const LISTED: &str = "listed:rows";

/// A function that gives rows of one column, and what the column is called.
fn column_of(function: &Function) -> Option<&'static str> {
    let name = parts(&function.name).ok()?.pop()?;
    match name.as_str() {
        "generate_series"
        | "unnest"
        | "jsonb_object_keys"
        | "json_object_keys"
        | "regexp_matches"
        | "regexp_split_to_table"
        | "string_to_table" => Some(LISTED),
        "jsonb_array_elements"
        | "jsonb_array_elements_text"
        | "json_array_elements"
        | "json_array_elements_text" => Some("value"),
        _ => None,
    }
}

/// The first such function in an expression, which its column takes the place of.
fn taken(expr: &mut Expr) -> Option<Function> {
    match expr {
        Expr::Function(function) => {
            let column = column_of(function)?;
            let idents = [LISTED, column].map(|name| Ident::with_quote('"', name));
            let put = Expr::CompoundIdentifier(idents.to_vec());
            match std::mem::replace(expr, put) {
                Expr::Function(function) => Some(function),
                _ => None,
            }
        }
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => taken(expr),
        Expr::BinaryOp { left, right, .. } => taken(left).or_else(|| taken(right)),
        _ => None,
    }
}

impl Translator<'_> {
    /// The query with its function of rows in FROM; `None` if its list has none.
    ///
    /// 0A000 for several of them, and beside groups, of which there would be rows again.
    pub(super) fn with_listed_rows(&self, select: &Select) -> Result<Option<Select>> {
        let mut found = None;
        let mut items = Vec::with_capacity(select.projection.len());
        for item in &select.projection {
            let (expr, name) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, Ident::with_quote('"', self.name_of(expr))),
                SelectItem::ExprWithAlias { expr, alias } => (expr, alias.clone()),
                other => {
                    items.push(other.clone());
                    continue;
                }
            };
            let mut changed = expr.clone();
            let Some(function) = taken(&mut changed) else {
                items.push(item.clone());
                continue;
            };
            if found.is_some() || taken(&mut changed).is_some() {
                let error = unsupported("more than one function of rows in a list");
                return Err(self.at(error, &function.name));
            }
            found = Some(function);
            items.push(SelectItem::ExprWithAlias { expr: changed, alias: name });
        }
        let Some(function) = found else { return Ok(None) };
        let is_grouped = select.having.is_some()
            || matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if !keys.is_empty());
        if is_grouped {
            let error = unsupported("a function of rows in a list beside groups");
            return Err(self.at(error, &function.name));
        }
        let FunctionArguments::List(list) = function.args else { return Ok(None) };
        let name = Ident::with_quote('"', LISTED);
        let relation = TableFactor::Table {
            name: function.name,
            alias: Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None }),
            args: Some(TableFunctionArgs { args: list.args, settings: None }),
            with_hints: Vec::new(),
            version: None,
            with_ordinality: false,
            partitions: Vec::new(),
            json_path: None,
            sample: None,
            index_hints: Vec::new(),
        };
        let mut changed = select.clone();
        changed.projection = items;
        changed.from.push(TableWithJoins { relation, joins: Vec::new() });
        Ok(Some(changed))
    }
}
