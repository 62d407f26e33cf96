//! Parts of values: elements of arrays, fields of rows.

use sqlparser::ast::{self, AccessExpr, Subscript};
use trunkline_core::{Oid, Result};

use super::scope::folded;
use super::{Binder, Typed};
use crate::error::{mismatch, unsupported};
use crate::facts::CastContext;
use crate::plan::{Expr, Index};

impl Binder {
    /// `value[1]`, `value[1:2]`, `(row).field`
    pub(super) fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr]) -> Result<Typed> {
        // `a.b[1]` comes as `a` with two accesses.
        if let ast::Expr::Identifier(first) = root {
            let mut parts = vec![first.clone()];
            let names = chain.iter().map_while(|access| match access {
                AccessExpr::Dot(ast::Expr::Identifier(ident)) => Some(ident.clone()),
                _ => None,
            });
            parts.extend(names);
            let rest = chain.get(parts.len() - 1..).unwrap_or_default();
            let value = if parts.len() > 1 {
                self.compound(&parts)?
            } else {
                self.identifier_or_keyword(first)?
            };
            return self.follow(value, rest);
        }
        let value = self.expr(root)?;
        self.follow(value, chain)
    }

    fn follow(&mut self, mut value: Typed, chain: &[AccessExpr]) -> Result<Typed> {
        let mut indexes = Vec::new();
        for access in chain {
            match access {
                AccessExpr::Dot(ast::Expr::Identifier(ident)) => {
                    value = self.subscripted(value, std::mem::take(&mut indexes))?;
                    value = self.field(value, &folded(ident))?;
                }
                AccessExpr::Dot(_) => return Err(unsupported(value.place, "this field")),
                AccessExpr::Subscript(subscript) => indexes.push(self.index(subscript)?),
            }
        }
        self.subscripted(value, indexes)
    }

    /// `value[1]`, `value[1:2]`
    fn subscripted(&mut self, value: Typed, indexes: Vec<Index>) -> Result<Typed> {
        if indexes.is_empty() {
            return Ok(value);
        }
        self.register(value.oid)?;
        // A name is an array of its bytes.
        let letter = (value.oid == Oid::NAME).then_some(Oid::CHAR);
        let Some(element) = letter.or_else(|| self.element_type(value.oid)) else {
            let message = format!(
                "cannot subscript type {} because it does not support subscripting",
                self.type_names(&[value.oid])
            );
            return Err(mismatch(value.place, message));
        };
        let is_slice = indexes.iter().any(|index| matches!(index, Index::Slice(..)));
        if is_slice && letter.is_some() {
            return Err(unsupported(value.place, "a slice of a name"));
        }
        let oid = match (is_slice, self.array_type(element)) {
            (true, Some(array)) => array,
            _ => element,
        };
        let place = value.place;
        let of = Box::new(value.expr);
        Ok(Typed::new(Expr::Subscript { of, indexes }, oid).placed(place))
    }

    fn index(&mut self, subscript: &Subscript) -> Result<Index> {
        let mut bound = |bound: &ast::Expr| -> Result<Expr> {
            let bound = self.expr(bound)?;
            Ok(self.convert(bound, Oid::INT4, -1, CastContext::Assignment)?.expr)
        };
        Ok(match subscript {
            Subscript::Index { index } => Index::One(bound(index)?),
            Subscript::Slice { lower_bound, upper_bound, .. } => {
                let from = lower_bound.as_ref().map(&mut bound).transpose()?;
                Index::Slice(from, upper_bound.as_ref().map(bound).transpose()?)
            }
        })
    }
}
