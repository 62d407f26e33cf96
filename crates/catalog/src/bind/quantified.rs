//! IN, ANY and ALL: one value against many.

use sqlparser::ast::{self, BinaryOperator};
use trunkline_core::{Oid, Result, SqlState};

use super::operate::{no_operator, operator_name};
use super::resolve::{Found, operator};
use super::select::without_parentheses;
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{at, syntax, unsupported};
use crate::functions;
use crate::plan::{Expr, Function, Quantified, SetId, SubqueryKind};

/// A list of no more than these is gone through each time.
const SHORT: usize = 8;

/// Whether an expression is the same for all rows of a statement.
fn stays(expr: &Expr) -> bool {
    match expr {
        Expr::Const(_) | Expr::Param(_) => true,
        Expr::Cast { of, .. } => stays(of),
        _ => false,
    }
}

/// Whether equal values of these types are the same.
fn are_plain(types: &[Oid]) -> bool {
    types.iter().all(|oid| {
        matches!(
            *oid,
            Oid::OID
                | Oid::INT2
                | Oid::INT4
                | Oid::INT8
                | Oid::TEXT
                | Oid::NAME
                | Oid::VARCHAR
                | Oid::CHAR
                | Oid::REGCLASS
                | Oid::REGTYPE
                | Oid::REGPROC
        )
    })
}

/// What a row consists of that is written as one, with ROW or without.
fn row_items(value: &ast::Expr) -> Option<Vec<&ast::Expr>> {
    match without_parentheses(value) {
        ast::Expr::Tuple(items) => Some(items.iter().collect()),
        ast::Expr::Function(call) => {
            let [ast::ObjectNamePart::Identifier(name)] = call.name.0.as_slice() else {
                return None;
            };
            let ast::FunctionArguments::List(list) = &call.args else { return None };
            let is_row = name.quote_style.is_none() && name.value.eq_ignore_ascii_case("row");
            let item = |one| match one {
                &ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ref item)) => Some(item),
                _ => None,
            };
            is_row.then(|| list.args.iter().map(item).collect())?
        }
        _ => None,
    }
}

impl Binder {
    pub(super) fn in_list(
        &mut self,
        value: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
    ) -> Result<Typed> {
        let value = self.expr(value)?;
        let items: Vec<Typed> = list.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let types: Vec<Oid> = std::iter::once(&value).chain(&items).map(|one| one.oid).collect();
        // Equal values of jsonb and of `character(n)` may look different.
        let is_alike = |oid: &Oid| !matches!(*oid, Oid::RECORD | Oid::JSONB | Oid::BPCHAR);
        let is_simple = super::resolve::common_type(&types).is_some() && types.iter().all(is_alike);
        if is_simple {
            let mut all = vec![value];
            all.extend(items);
            let (mut all, _) = self.unify(all, "IN")?;
            let list = all.split_off(1);
            let of = Box::new(all.pop().unwrap_or(Expr::Const(Datum::Null)));
            let is_kept = list.len() > SHORT && list.iter().all(stays);
            let set = is_kept.then(|| SetId(self.id()));
            return Ok(Self::boolean(Expr::In { of, list, negated, set }));
        }
        let any = items
            .into_iter()
            .map(|item| {
                let value = value.clone();
                let is_row = |one: &Typed| matches!(one.expr, Expr::Row(..));
                Ok(match is_row(&value) && is_row(&item) {
                    true => self.compare_rows("=", value, item)?.expr,
                    false => self.operate("=", vec![value, item])?.expr,
                })
            })
            .collect::<Result<_>>()?;
        let any = Expr::Or(any);
        Ok(Self::boolean(if negated { Expr::Not(Box::new(any)) } else { any }))
    }

    pub(super) fn in_query(&mut self, value: &ast::Expr, query: &ast::Query) -> Result<Typed> {
        if let Some(items) = row_items(value) {
            return self.row_in_query(&items, query);
        }
        let value = self.expr(value)?;
        self.quantified_query(value, "=", query, false)
    }

    fn row_in_query(&mut self, items: &[&ast::Expr], query: &ast::Query) -> Result<Typed> {
        let values: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let (query, columns) = self.subquery(query)?;
        if columns.len() != values.len() {
            let few = if columns.len() < values.len() { "few" } else { "many" };
            return Err(syntax(0, format!("subquery has too {few} columns")));
        }
        let (mut row, mut equal) = (Vec::new(), Vec::new());
        for (value, column) in values.into_iter().zip(&columns) {
            // A literal that a query gives is a text.
            let of = if column.oid == Oid::UNKNOWN { Oid::TEXT } else { column.oid };
            let (function, types) = self.comparison("=", &[value.oid, of], value.place)?;
            row.push(self.coerce(value, types.first().copied().unwrap_or(of))?.expr);
            equal.push((function, types));
        }
        let kind = SubqueryKind::RowIn(row, equal);
        Ok(Self::boolean(Expr::Subquery { kind, query }))
    }

    fn quantified_query(
        &mut self,
        value: Typed,
        name: &str,
        query: &ast::Query,
        all: bool,
    ) -> Result<Typed> {
        let (query, columns) = self.subquery(query)?;
        let [column] = columns.as_slice() else {
            return Err(syntax(value.place, "subquery has too many columns"));
        };
        let (function, types) = self.comparison(name, &[value.oid, column.oid], value.place)?;
        let to = types.first().copied().unwrap_or(Oid::TEXT);
        let value = Box::new(self.coerce(value, to)?.expr);
        let is_in = name == "=" && !all;
        let set = (is_in && !query.is_correlated && are_plain(&types)).then(|| SetId(self.id()));
        let kind = SubqueryKind::Quantified { value, function, types, all, is_in, set };
        Ok(Self::boolean(Expr::Subquery { kind, query }))
    }

    /// An operator that gives a truth value, and the types it takes.
    fn comparison(
        &mut self,
        name: &str,
        types: &[Oid],
        place: usize,
    ) -> Result<(Function, Vec<Oid>)> {
        if let Some(of) = types.iter().find(|oid| self.is_compared(**oid))
            && let Some(function) = functions::comparison(name)
            && types.iter().all(|oid| [*of, Oid::UNKNOWN].contains(oid))
        {
            return Ok((function, vec![*of; types.len()]));
        }
        let chosen = match operator(name, types) {
            Found::One(chosen) if chosen.result == Oid::BOOL => chosen,
            _ => return Err(no_operator(name, types, place)),
        };
        let function = functions::operator(chosen.what)
            .ok_or_else(|| unsupported(place, &format!("operator {name}")))?;
        Ok((function, chosen.arguments))
    }

    pub(super) fn quantified(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed> {
        let name = operator_name(op).ok_or_else(|| unsupported(0, "this operator"))?;
        let right = without_parentheses(right);
        if let (ast::Expr::Subquery(query), Some(items)) = (right, row_items(left)) {
            return match (&*name, all) {
                ("=", false) => self.row_in_query(&items, query),
                ("<>", true) => {
                    let found = self.row_in_query(&items, query)?;
                    Ok(Self::boolean(Expr::Not(Box::new(found.expr))))
                }
                _ => Err(unsupported(0, "this comparison of a row with those of a query")),
            };
        }
        let value = self.expr(left)?;
        if let ast::Expr::Subquery(query) = right {
            return self.quantified_query(value, &name, query, all);
        }
        let array = self.expr(right)?;
        let element = match self.element_type(array.oid) {
            Some(element) => element,
            None if array.oid == Oid::UNKNOWN => value.oid,
            None => {
                let message = "op ANY/ALL (array) requires array on right side";
                return Err(at(array.place, SqlState::WRONG_OBJECT_TYPE, message));
            }
        };
        let (function, types) = self.comparison(&name, &[value.oid, element], value.place)?;
        let (one, two) = match types.as_slice() {
            [one, two] => (*one, *two),
            _ => (Oid::TEXT, Oid::TEXT),
        };
        let value = self.coerce(value, one)?.expr;
        let array = match self.array_type(two) {
            Some(to) if element != two || array.oid == Oid::UNKNOWN => self.coerce(array, to)?.expr,
            _ => array.expr,
        };
        let is_in = name == "=" && !all;
        let set = (is_in && stays(&array) && are_plain(&types)).then(|| SetId(self.id()));
        Ok(Self::boolean(Expr::Quantified(Box::new(Quantified {
            value,
            array,
            function,
            types,
            all,
            is_in,
            set,
        }))))
    }
}
