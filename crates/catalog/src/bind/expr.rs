//! Expressions.

use sqlparser::ast::{self, Spanned as _};
use trunkline_core::{Oid, Result, SqlState};

use super::types::interval_modifier;
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{MOST_COLUMNS, at, mismatch, syntax, unsupported};
use crate::facts::{CastContext, Volatility, array_of, element_of, is_vector, type_facts};
use crate::functions;
use crate::grammar;
use crate::plan::{Calling, Effort, Expr, SubqueryKind};
use crate::syntax::symmetric;

impl Binder {
    /// Binds an expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Result<Typed> {
        self.deeper(|binder| binder.expr_inner(expr))
    }

    pub(super) fn boxed(&mut self, expr: &ast::Expr) -> Result<Box<Expr>> {
        Ok(Box::new(self.expr(expr)?.expr))
    }

    pub(super) fn boolean(expr: Expr) -> Typed {
        Typed::new(expr, Oid::BOOL)
    }

    fn expr_inner(&mut self, expr: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        match expr {
            E::Identifier(ident) => self.identifier_or_keyword(ident),
            E::CompoundIdentifier(parts) => self.compound(parts),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Nested(inner) => self.expr(inner),
            E::Value(value) => self.literal(value),
            E::TypedString(typed) => {
                let place = match &typed.data_type {
                    ast::DataType::Custom(name, _) => self.place(name.span()),
                    _ => 0,
                };
                let (oid, typmod) = self.data_type(&typed.data_type, place)?;
                let value = self.literal(&typed.value)?;
                self.convert(value, oid, typmod, CastContext::Explicit)
            }
            E::Cast { expr, data_type, .. } => {
                let value = self.expr(expr)?;
                let place = value.place;
                let (oid, typmod) = self.data_type(data_type, place)?;
                self.convert(value, oid, typmod, CastContext::Explicit)
            }
            E::Collate { expr, .. } => self.expr(expr),
            E::IsNull(of) => {
                Ok(Self::boolean(Expr::IsNull { of: self.boxed(of)?, negated: false }))
            }
            E::IsNotNull(of) => {
                Ok(Self::boolean(Expr::IsNull { of: self.boxed(of)?, negated: true }))
            }
            E::IsTrue(of) => self.is_bool(of, true, false),
            E::IsNotTrue(of) => self.is_bool(of, true, true),
            E::IsFalse(of) => self.is_bool(of, false, false),
            E::IsNotFalse(of) => self.is_bool(of, false, true),
            E::IsUnknown(of) => {
                Ok(Self::boolean(Expr::IsNull { of: self.boxed(of)?, negated: false }))
            }
            E::IsNotUnknown(of) => {
                Ok(Self::boolean(Expr::IsNull { of: self.boxed(of)?, negated: true }))
            }
            E::IsDistinctFrom(one, two) => self.distinct(one, two, false),
            E::IsNotDistinctFrom(one, two) => self.distinct(one, two, true),
            E::Between { expr, negated, low, high } => {
                let found = self.between(expr, low, high)?;
                Ok(Self::boolean(if *negated { Expr::Not(Box::new(found)) } else { found }))
            }
            E::Like { negated, expr, pattern, any: false, escape_char } => {
                self.like(expr, pattern, escape_char.as_ref(), if *negated { "!~~" } else { "~~" })
            }
            E::ILike { negated, expr, pattern, any: false, escape_char } => self.like(
                expr,
                pattern,
                escape_char.as_ref(),
                if *negated { "!~~*" } else { "~~*" },
            ),
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            E::InSubquery { expr, subquery, negated } => {
                let found = self.in_query(expr, subquery)?;
                Ok(if *negated { Self::boolean(Expr::Not(Box::new(found.expr))) } else { found })
            }
            E::Exists { subquery, negated } => {
                let (query, _) = self.subquery(subquery)?;
                let exists = Expr::Subquery { kind: SubqueryKind::Exists, query };
                Ok(Self::boolean(if *negated { Expr::Not(Box::new(exists)) } else { exists }))
            }
            E::Subquery(query) => {
                let (query, columns) = self.subquery(query)?;
                let [column] = columns.as_slice() else {
                    return Err(syntax(0, "subquery must return only one column"));
                };
                let mut typed =
                    Typed::new(Expr::Subquery { kind: SubqueryKind::Scalar, query }, column.oid);
                typed.fields.clone_from(&column.fields);
                self.known(typed)
            }
            E::AnyOp { left, compare_op, right, .. } => {
                self.quantified(left, compare_op, right, false)
            }
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::UnaryOp { op, expr } => self.unary(*op, expr),
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            E::QualifiedWildcard(name, _) => self.whole_row(name),
            E::Array(array) => self.list(&array.elem),
            E::Tuple(items) => self.row(items),
            E::Function(function) => self.function(function),
            E::Interval(interval) => {
                let value = self.expr(&interval.value)?;
                let typmod = interval_modifier(interval);
                self.convert(value, Oid::INTERVAL, typmod, CastContext::Explicit)
            }
            E::SimilarTo { negated, expr, pattern, escape_char } => {
                let value = self.expr(expr)?;
                let mut arguments = vec![self.expr(pattern)?];
                if let Some(escape) = escape_char {
                    arguments.push(self.literal(escape)?);
                }
                let pattern = self.call_named(None, "similar_to_escape", arguments, value.place)?;
                self.operate(if *negated { "!~" } else { "~" }, vec![value, pattern])
            }
            other => match grammar::call(other) {
                Some(call) => self.grammar_call(&call),
                None => {
                    // Errors of this kind are counted by their words: no constant may be among these.
                    let kind = format!("{other:?}");
                    let kind = kind.split(|one: char| !one.is_alphanumeric()).next();
                    let what = format!("the expression {}", kind.unwrap_or_default());
                    Err(unsupported(0, &what).detail(shortened(&other.to_string())))
                }
            },
        }
    }

    /// A value that is unknown although it is no literal is text.
    fn known(&mut self, typed: Typed) -> Result<Typed> {
        if typed.oid == Oid::UNKNOWN {
            self.convert(typed, Oid::TEXT, -1, CastContext::Implicit)
        } else {
            Ok(typed)
        }
    }

    fn is_bool(&mut self, of: &ast::Expr, value: bool, negated: bool) -> Result<Typed> {
        let of = self.expr(of)?;
        let of = Box::new(self.condition(of, "IS TRUE")?);
        Ok(Self::boolean(Expr::IsBool { of, value, negated }))
    }

    fn distinct(&mut self, one: &ast::Expr, two: &ast::Expr, negated: bool) -> Result<Typed> {
        let sides = vec![self.expr(one)?, self.expr(two)?];
        let (sides, oid) = self.unify(sides, "IS DISTINCT FROM")?;
        self.check_compared(type_facts(oid).is_none())?;
        let mut sides = sides.into_iter().map(|side| {
            let side = Typed::new(side, oid);
            Self::order_of(&side).unwrap_or(side).expr
        });
        let pair = (
            sides.next().unwrap_or(Expr::Const(Datum::Null)),
            sides.next().unwrap_or(Expr::Const(Datum::Null)),
        );
        Ok(Self::boolean(Expr::Distinct { sides: Box::new(pair), negated }))
    }

    fn between(&mut self, value: &ast::Expr, low: &ast::Expr, high: &ast::Expr) -> Result<Expr> {
        let (low, is_symmetric) = symmetric(low);
        let (value, low, high) = (self.expr(value)?, self.expr(low)?, self.expr(high)?);
        let mut within = |low: Typed, high: Typed| -> Result<Expr> {
            let from = self.operate(">=", vec![value.clone(), low])?.expr;
            let to = self.operate("<=", vec![value.clone(), high])?.expr;
            Ok(Expr::And(vec![from, to]))
        };
        if !is_symmetric {
            return within(low, high);
        }
        Ok(Expr::Or(vec![within(low.clone(), high.clone())?, within(high, low)?]))
    }

    fn like(
        &mut self,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::ValueWithSpan>,
        name: &str,
    ) -> Result<Typed> {
        let (value, mut pattern) = (self.expr(value)?, self.expr(pattern)?);
        if let Some(escape) = escape {
            let escape = self.literal(escape)?;
            pattern = self.call_named(None, "like_escape", vec![pattern, escape], 0)?;
        }
        self.operate(name, vec![value, pattern])
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let operand = operand.map(|operand| self.expr(operand)).transpose()?;
        let (mut tests, mut results) = (Vec::new(), Vec::new());
        for arm in conditions {
            let condition = self.expr(&arm.condition)?;
            tests.push(match &operand {
                Some(operand) => self.operate("=", vec![operand.clone(), condition])?.expr,
                None => self.condition(condition, "CASE/WHEN")?,
            });
            results.push(self.expr(&arm.result)?);
        }
        // PostgreSQL looks at ELSE first.
        let has_otherwise = otherwise.is_some();
        if let Some(otherwise) = otherwise {
            results.insert(0, self.expr(otherwise)?);
        }
        let (mut results, oid) = self.unify(results, "CASE")?;
        let otherwise = has_otherwise.then(|| Box::new(results.remove(0)));
        let arms = tests.into_iter().zip(results).collect();
        Ok(Typed::new(Expr::Case { arms, otherwise }, oid))
    }

    /// `ARRAY[…]`
    fn list(&mut self, items: &[ast::Expr]) -> Result<Typed> {
        let items: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        if items.is_empty() {
            return Ok(Typed::new(Expr::List(Vec::new()), Oid::TEXT_ARRAY));
        }
        let (items, element) = self.unify(items, "ARRAY")?;
        let oid = self
            .list_type(element)
            .ok_or_else(|| mismatch(0, "could not find array type for data type record"))?;
        Ok(Typed::new(Self::array_of_items(items, element, oid), oid))
    }

    /// An array of the type `array` of these elements.
    pub(super) fn array_of_items(items: Vec<Expr>, element: Oid, array: Oid) -> Expr {
        if !is_vector(element) {
            return Expr::List(items);
        }
        Expr::Call(Box::new(Calling {
            function: functions::list_of_vectors,
            types: vec![element; items.len()],
            arguments: items,
            result: array,
            strict: false,
            volatility: Volatility::Immutable,
            effort: Effort::Short,
            is_equality: false,
        }))
    }

    /// The type of a list of values of this type: an array of arrays is one of more dimensions, but for vectors, which
    /// are elements.
    pub(super) fn list_type(&self, oid: Oid) -> Option<Oid> {
        match self.element_type(oid) {
            Some(_) if !is_vector(oid) => Some(oid),
            _ => self.array_type(oid),
        }
    }

    /// The type of arrays of a type, built in or of the snapshot.
    pub(super) fn array_type(&self, oid: Oid) -> Option<Oid> {
        array_of(oid).or_else(|| self.types.array_of(oid))
    }

    /// The type of what an array has.
    pub(super) fn element_type(&self, oid: Oid) -> Option<Oid> {
        element_of(oid).or_else(|| self.types.element_of(oid))
    }

    /// `ROW(…)`
    pub(super) fn row(&mut self, items: &[ast::Expr]) -> Result<Typed> {
        if items.len() > MOST_COLUMNS {
            let message = format!("ROW expressions can have at most {MOST_COLUMNS} entries");
            return Err(at(0, SqlState::TOO_MANY_COLUMNS, message));
        }
        let items: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let fields = items.iter().enumerate();
        let fields: super::Fields =
            fields.map(|(place, item)| (format!("f{}", place + 1).into(), item.oid)).collect();
        let items = items.into_iter().map(|item| item.expr).collect();
        Ok(Typed::new(Expr::Row(items, fields.clone()), Oid::RECORD).fields(fields))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
