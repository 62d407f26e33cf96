//! `a[1]`, `a[2:3]` and `document['name']`, and functions of arrays.

use sqlparser::ast::{AccessExpr, BinaryOperator, Expr, Subscript};
use trunkline_core::types::{array_of, element_of};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// Elements of an array, or members of a document.
    ///
    /// # Errors
    ///
    /// 42804 for what has neither.
    pub(super) fn subscripted(
        &mut self,
        root: &Expr,
        chain: &[AccessExpr],
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let (named, chain) = column_of(root, chain);
        let root = named.as_ref().unwrap_or(root);
        let typed = self.expression(root, scope)?;
        if typed.ty.oid == Oid::JSONB {
            return self.member(typed, root, chain, scope);
        }
        let Some(element) = element_of(typed.ty.oid) else {
            let message = format!(
                "cannot subscript type {} because it does not support subscripting",
                typed.ty.name()
            );
            return Err(self.at(PgError::new(SqlState::DATATYPE_MISMATCH, message), root));
        };
        let of = typed.ty.oid.0;
        if let [
            AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride: None }),
        ] = chain
        {
            let mut bounds = Vec::new();
            for (bound, all) in [(lower_bound, "1"), (upper_bound, "2147483647")] {
                bounds.push(match bound {
                    Some(bound) => self.subscript(bound, scope)?,
                    None => all.to_owned(),
                });
            }
            let sql = format!("pg_array_slice({}, {of}, {})", typed.sql, bounds.join(", "));
            return Ok(Typed::new(sql, typed.ty));
        }
        let mut sql = format!("pg_array_element({}, {of}", typed.sql);
        for access in chain {
            let AccessExpr::Subscript(Subscript::Index { index }) = access else {
                return Err(self.at(unsupported("such a subscript"), root));
            };
            sql.push_str(&format!(", {}", self.subscript(index, scope)?));
        }
        sql.push(')');
        Ok(Typed::new(sql, Type::of(element)))
    }

    fn subscript(&mut self, index: &Expr, scope: &Scope<'_>) -> Result<String> {
        let typed = self.expression(index, scope)?;
        let typed = self.settle(typed, Type::INT4)?;
        if typed.ty.is_integer() {
            return Ok(typed.sql);
        }
        let error =
            PgError::new(SqlState::DATATYPE_MISMATCH, "array subscript must have type integer");
        Err(self.at(error, index))
    }

    /// A document's subscripts are its operator `->`, one behind the other.
    fn member(
        &mut self,
        document: Typed,
        root: &Expr,
        chain: &[AccessExpr],
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let mut typed = document;
        for access in chain {
            let AccessExpr::Subscript(Subscript::Index { index }) = access else {
                let message = "jsonb subscript does not support slices";
                return Err(self.at(PgError::new(SqlState::DATATYPE_MISMATCH, message), root));
            };
            let name = self.expression(index, scope)?;
            typed = self.json_member(typed, &BinaryOperator::Arrow, name, index)?;
        }
        Ok(typed)
    }

    /// `cardinality` and `array_length`; `None` if there is none of the name and arguments.
    pub(super) fn array_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let function = match (name, values.len()) {
            ("cardinality", 1) => "pg_cardinality",
            ("array_length", 2) => "pg_array_length",
            _ => return Ok(None),
        };
        let mut values = values.into_iter();
        let Some(array) = values.next().filter(|array| element_of(array.ty.oid).is_some()) else {
            return Ok(None);
        };
        let mut sql = format!("{function}({}, {}", array.sql, array.ty.oid.0);
        for value in values {
            sql.push_str(&format!(", {}", self.settle(value, Type::INT4)?.sql));
        }
        sql.push(')');
        Ok(Some(Typed::new(sql, Type::INT4)))
    }

    /// `array_to_string(array, between [, null])`
    pub(super) fn array_to_string(&mut self, values: Vec<Typed>) -> Result<Option<Typed>> {
        let mut values = values.into_iter();
        let Some(array) = values.next().filter(|array| element_of(array.ty.oid).is_some()) else {
            return Ok(None);
        };
        let mut sql = format!("pg_array_to_string({}, {}", array.sql, array.ty.oid.0);
        for value in values {
            sql.push_str(&format!(", {}", self.settle_text(value)?.sql));
        }
        sql.push(')');
        Ok(Some(Typed::new(sql, Type::TEXT)))
    }

    /// `||` where a side is an array: elements behind elements.
    pub(super) fn arrays_joined(&mut self, left: Typed, right: Typed, at: &Expr) -> Result<Typed> {
        let (a, b) = (left.ty, right.ty);
        let (of_left, of_right) = (element_of(a.oid), element_of(b.oid));
        // What has no type yet is an array, as the other side is one.
        let common = match (of_left, of_right) {
            (Some(of), None) if right.is_unknown() => Some(Type::of(of)),
            (None, Some(of)) if left.is_unknown() => Some(Type::of(of)),
            _ => self.common(of_left.map_or(a, Type::of), of_right.map_or(b, Type::of)),
        };
        let Some((element, array)) = common.and_then(|one| Some((one.oid, array_of(one.oid)?)))
        else {
            return Err(self.no_operator_before(a, "||", b, at));
        };
        let side = |of: Option<Oid>, typed: &Typed| match of.is_some() || typed.is_unknown() {
            true => Type::of(array),
            false => Type::of(element),
        };
        let (to_left, to_right) = (side(of_left, &left), side(of_right, &right));
        let function = match (to_left.oid == array, to_right.oid == array) {
            (true, true) => "pg_array_cat",
            (true, false) => "pg_array_append",
            _ => "pg_array_prepend",
        };
        let (left, right) = (self.settle(left, to_left)?, self.settle(right, to_right)?);
        let (left, right) = (self.cast(left, to_left)?, self.cast(right, to_right)?);
        let sql = format!("{function}({}, {}, {})", left.sql, right.sql, array.0);
        Ok(Typed::new(sql, Type::of(array)))
    }
}

/// The column of `t.a[1]`, which the parser takes for a field of a column `t`, and what is behind it.
fn column_of<'e>(root: &Expr, chain: &'e [AccessExpr]) -> (Option<Expr>, &'e [AccessExpr]) {
    let Expr::Identifier(first) = root else { return (None, chain) };
    let mut idents = vec![first.clone()];
    idents.extend(chain.iter().map_while(|access| match access {
        AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident.clone()),
        _ => None,
    }));
    let behind = chain.get(idents.len() - 1..).unwrap_or_default();
    ((idents.len() > 1).then_some(Expr::CompoundIdentifier(idents)), behind)
}
