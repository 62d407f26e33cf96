//! Expressions.

use sqlparser::ast::{self, AccessExpr, Subscript, Value};
use trunkline_core::{Oid, Result};

use super::operator::negated;
use super::tree::{Case, Index, Kind, Node, Sublink, SublinkKind};
use super::{Analyzer, unknown};
use crate::bind::folded;
use crate::error::{mismatch, no_column, syntax};
use crate::facts::CastContext;

impl Analyzer<'_> {
    /// Analyzes an expression.
    pub(super) fn expression(&mut self, expr: &ast::Expr) -> Result<Node> {
        self.deeper(|analyzer| analyzer.expression_within(expr))
    }

    fn expression_within(&mut self, expr: &ast::Expr) -> Result<Node> {
        use ast::Expr as E;
        match expr {
            E::Identifier(ident) => match keyword(ident) {
                Some(node) => Ok(node),
                None => self.identifier(ident),
            },
            E::CompoundIdentifier(parts) => self.compound(parts),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Nested(inner) => self.expression(inner),
            E::Value(ast::ValueWithSpan { value: Value::Placeholder(name), .. }) => {
                self.parameter(name)
            }
            E::Value(value) => literal(&value.value),
            E::TypedString(typed) => {
                let value = literal(&typed.value.value)?;
                self.cast(value, &typed.data_type)
            }
            E::Interval(interval) if interval.leading_field.is_none() => {
                let value = self.expression(&interval.value)?;
                self.convert(value, Oid::INTERVAL, -1, CastContext::Explicit, false)
            }
            E::Cast { expr, data_type, .. } => self.cast_expression(expr, data_type),
            E::Collate { expr, collation } => {
                let of = self.expression(expr)?;
                let of = if of.is_unknown() { self.coerce(of, Oid::TEXT)? } else { of };
                let (oid, typmod) = (of.oid, of.typmod);
                let collation = collation.to_string();
                Ok(Node { kind: Kind::Collate { of: Box::new(of), collation }, oid, typmod })
            }
            E::IsNull(of) => self.null_test(of, false),
            E::IsNotNull(of) => self.null_test(of, true),
            E::IsTrue(of) => self.truth_test(of, "IS TRUE"),
            E::IsNotTrue(of) => self.truth_test(of, "IS NOT TRUE"),
            E::IsFalse(of) => self.truth_test(of, "IS FALSE"),
            E::IsNotFalse(of) => self.truth_test(of, "IS NOT FALSE"),
            E::IsUnknown(of) => self.truth_test(of, "IS UNKNOWN"),
            E::IsNotUnknown(of) => self.truth_test(of, "IS NOT UNKNOWN"),
            E::IsDistinctFrom(one, two) => self.distinct(one, two, false),
            E::IsNotDistinctFrom(one, two) => self.distinct(one, two, true),
            E::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            E::Like { negated, expr, pattern, any: false, escape_char } => {
                let name = if *negated { "!~~" } else { "~~" };
                self.like(expr, pattern, escape_char.as_ref(), name)
            }
            E::ILike { negated, expr, pattern, any: false, escape_char } => {
                let name = if *negated { "!~~*" } else { "~~*" };
                self.like(expr, pattern, escape_char.as_ref(), name)
            }
            E::SimilarTo { negated, expr, pattern, escape_char } => {
                self.similar(expr, pattern, escape_char.as_ref(), *negated)
            }
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            E::InSubquery { expr, subquery, negated: is_negated } => {
                let found = self.in_query(expr, subquery)?;
                Ok(if *is_negated { negated(found) } else { found })
            }
            E::Exists { subquery, negated: is_negated } => {
                let query = self.subquery(subquery)?;
                let sublink = Sublink { kind: SublinkKind::Exists, query };
                let exists = Node::boolean(Kind::Sublink(Box::new(sublink)));
                Ok(if *is_negated { negated(exists) } else { exists })
            }
            E::Subquery(query) => self.scalar(query),
            E::AnyOp { left, compare_op, right, .. } => {
                self.quantified(left, compare_op, right, false)
            }
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::UnaryOp { op, expr } => self.unary(*op, expr),
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            E::QualifiedWildcard(name, _) => match name.0.last().and_then(|part| part.as_ident()) {
                Some(alias) => self.whole_row(alias),
                None => unknown("this row"),
            },
            E::Array(array) => self.array(&array.elem),
            E::Tuple(items) => self.tuple(items),
            E::Function(function) => self.function(function),
            other => self.grammar(other),
        }
    }

    /// `$1`
    fn parameter(&self, name: &str) -> Result<Node> {
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let oid = number.and_then(|number| self.parameters.get(number.checked_sub(1)?));
        match number.zip(oid) {
            Some((number, oid)) => Ok(Node::new(Kind::Param(number), *oid)),
            None => unknown("this kind of constant"),
        }
    }

    fn cast(&mut self, value: Node, data_type: &ast::DataType) -> Result<Node> {
        let (oid, typmod) = self.names.type_named(&data_type.to_string())?;
        self.convert(value, oid, typmod, CastContext::Explicit, false)
    }

    /// A cast; of an array in brackets each element is cast.
    fn cast_expression(&mut self, expr: &ast::Expr, data_type: &ast::DataType) -> Result<Node> {
        let mut inner = expr;
        while let ast::Expr::Nested(of) = inner {
            inner = of;
        }
        let ast::Expr::Array(array) = inner else {
            let value = self.expression(expr)?;
            return self.cast(value, data_type);
        };
        let (oid, typmod) = self.names.type_named(&data_type.to_string())?;
        let Some(element) = self.names.element_of(oid) else {
            let value = self.expression(expr)?;
            return self.cast(value, data_type);
        };
        let items = array.elem.iter().map(|item| {
            let item = self.expression(item)?;
            self.convert(item, element, typmod, CastContext::Explicit, false)
        });
        let items: Vec<Node> = items.collect::<Result<_>>()?;
        let base = self.names.base_of(oid).0;
        let array = Node { kind: Kind::Array(items), oid: base, typmod };
        self.convert(array, oid, typmod, CastContext::Explicit, false)
    }

    fn null_test(&mut self, of: &ast::Expr, negated: bool) -> Result<Node> {
        let of = self.expression(of)?;
        let of = if of.is_unknown() { self.coerce(of, Oid::TEXT)? } else { of };
        Ok(Node::boolean(Kind::NullTest { of: Box::new(of), negated }))
    }

    fn truth_test(&mut self, of: &ast::Expr, words: &'static str) -> Result<Node> {
        let of = self.expression(of)?;
        let of = Box::new(self.condition(of, words)?);
        Ok(Node::boolean(Kind::TruthTest { of, words }))
    }

    fn distinct(&mut self, one: &ast::Expr, two: &ast::Expr, is_not: bool) -> Result<Node> {
        let (one, two) = (self.expression(one)?, self.expression(two)?);
        // With NULL it is another way to ask for that.
        for (value, other) in [(&one, &two), (&two, &one)] {
            if value.is_unknown() && value.kind == Kind::Const(None) {
                let of = Box::new(other.clone());
                return Ok(Node::boolean(Kind::NullTest { of, negated: !is_not }));
            }
        }
        let compared = self.operate("=", one, two)?;
        match compared.kind {
            Kind::Operator { operands, .. } => match <[Node; 2]>::try_from(operands) {
                Ok([one, two]) => {
                    let distinct = Node::boolean(Kind::Distinct(Box::new((one, two))));
                    Ok(if is_not { negated(distinct) } else { distinct })
                }
                Err(_) => unknown("IS DISTINCT FROM"),
            },
            _ => unknown("IS DISTINCT FROM of rows"),
        }
    }

    fn like(
        &mut self,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::ValueWithSpan>,
        name: &str,
    ) -> Result<Node> {
        let (value, mut pattern) = (self.expression(value)?, self.expression(pattern)?);
        if let Some(escape) = escape {
            pattern =
                self.call_named(None, "like_escape", vec![pattern, literal(&escape.value)?])?;
        }
        self.operate(name, value, pattern)
    }

    fn similar(
        &mut self,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::ValueWithSpan>,
        is_negated: bool,
    ) -> Result<Node> {
        let value = self.expression(value)?;
        let mut arguments = vec![self.expression(pattern)?];
        if let Some(escape) = escape {
            arguments.push(literal(&escape.value)?);
        }
        let pattern = self.call_named(None, "similar_to_escape", arguments)?;
        self.operate(if is_negated { "!~" } else { "~" }, value, pattern)
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Node> {
        let mut operand = operand.map(|operand| self.expression(operand)).transpose()?;
        if let Some(of) = operand.take() {
            operand = Some(if of.is_unknown() { self.coerce(of, Oid::TEXT)? } else { of });
        }
        let (mut tests, mut results) = (Vec::new(), Vec::new());
        for arm in conditions {
            let condition = self.expression(&arm.condition)?;
            tests.push(match &operand {
                Some(of) => {
                    let place = Node { kind: Kind::CaseOperand, oid: of.oid, typmod: of.typmod };
                    let compared = self.operate("=", place, condition)?;
                    match compared.kind {
                        Kind::Operator { mut operands, .. } if operands.len() == 2 => {
                            operands.remove(1)
                        }
                        _ => return unknown("this CASE"),
                    }
                }
                None => self.condition(condition, "CASE/WHEN")?,
            });
            results.push(self.expression(&arm.result)?);
        }
        // PostgreSQL looks at ELSE first.
        let otherwise = match otherwise {
            Some(otherwise) => self.expression(otherwise)?,
            None => Node::new(Kind::Const(None), Oid::UNKNOWN),
        };
        results.insert(0, otherwise);
        let (mut results, oid, typmod) = self.unify(results, "CASE")?;
        let otherwise = results.remove(0);
        let arms = tests.into_iter().zip(results).collect();
        Ok(Node { kind: Kind::Case(Box::new(Case { operand, arms, otherwise })), oid, typmod })
    }

    /// `ARRAY[…]`
    fn array(&mut self, items: &[ast::Expr]) -> Result<Node> {
        if items.is_empty() {
            return Err(mismatch(0, "cannot determine type of empty array"));
        }
        let items = items.iter().map(|item| self.expression(item)).collect::<Result<_>>()?;
        let (items, oid, typmod) = self.unify(items, "ARRAY")?;
        // An array of arrays is one of more dimensions.
        let is_array = self.names.element_of(oid).is_some();
        let array = if is_array { Some(oid) } else { self.names.array_of(oid) };
        let Some(oid) = array else { return unknown("an array of this type") };
        Ok(Node { kind: Kind::Array(items), oid, typmod })
    }

    /// `ROW(…)`
    pub(super) fn tuple(&mut self, items: &[ast::Expr]) -> Result<Node> {
        let items = items.iter().map(|item| self.expression(item)).collect::<Result<_>>()?;
        Ok(Node::new(Kind::Tuple(items), Oid::RECORD))
    }

    fn scalar(&mut self, query: &ast::Query) -> Result<Node> {
        let mut query = self.subquery(query)?;
        let mut shown = query.targets_mut().iter_mut().filter(|target| !target.hidden);
        let (Some(target), None) = (shown.next(), shown.next()) else {
            return Err(syntax(0, "subquery must return only one column"));
        };
        if target.node.is_unknown() {
            target.node = self.coerce(target.node.clone(), Oid::TEXT)?;
        }
        let (oid, typmod) = (target.node.oid, target.node.typmod);
        let sublink = Sublink { kind: SublinkKind::Scalar, query };
        Ok(Node { kind: Kind::Sublink(Box::new(sublink)), oid, typmod })
    }

    /// `value[1]`, `value[1:2]`, `(row).field`
    fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr]) -> Result<Node> {
        // `a.b[1]` comes as `a` with two accesses.
        let (mut value, rest) = match root {
            ast::Expr::Identifier(first) => {
                let mut parts = vec![first.clone()];
                parts.extend(chain.iter().map_while(|access| match access {
                    AccessExpr::Dot(ast::Expr::Identifier(ident)) => Some(ident.clone()),
                    _ => None,
                }));
                let value =
                    if parts.len() > 1 { self.compound(&parts)? } else { self.identifier(first)? };
                (value, chain.get(parts.len() - 1..).unwrap_or_default())
            }
            root => (self.expression(root)?, chain),
        };
        let mut indexes = Vec::new();
        for access in rest {
            match access {
                AccessExpr::Dot(ast::Expr::Identifier(ident)) => {
                    if !indexes.is_empty() {
                        value = self.subscripted(value, std::mem::take(&mut indexes))?;
                    }
                    value = self.field(value, ident)?;
                }
                AccessExpr::Dot(_) => return unknown("this field"),
                AccessExpr::Subscript(subscript) => indexes.push(subscript),
            }
        }
        if indexes.is_empty() { Ok(value) } else { self.subscripted(value, indexes) }
    }

    fn subscripted(&mut self, value: Node, subscripts: Vec<&Subscript>) -> Result<Node> {
        let is_json = self.names.base_of(value.oid).0 == Oid::JSONB;
        let Some(element) = self.names.element_of(value.oid).or(is_json.then_some(Oid::JSONB))
        else {
            return Err(mismatch(0, "cannot subscript this type"));
        };
        let mut bound = |bound: &ast::Expr| -> Result<Node> {
            let bound = self.expression(bound)?;
            if is_json {
                let to = if bound.is_unknown() { Oid::TEXT } else { bound.oid };
                return self.coerce(bound, to);
            }
            self.convert(bound, Oid::INT4, -1, CastContext::Assignment, true)
        };
        let mut indexes = Vec::new();
        for subscript in subscripts {
            indexes.push(match subscript {
                Subscript::Index { index } => Index::One(bound(index)?),
                Subscript::Slice { lower_bound, upper_bound, .. } => {
                    let from = lower_bound.as_ref().map(&mut bound).transpose()?;
                    Index::Slice(from, upper_bound.as_ref().map(&mut bound).transpose()?)
                }
            });
        }
        let is_slice = indexes.iter().any(|index| matches!(index, Index::Slice(..)));
        let (oid, typmod) =
            if is_slice { (value.oid, value.typmod) } else { (element, value.typmod) };
        Ok(Node { kind: Kind::Subscript { of: Box::new(value), indexes }, oid, typmod })
    }

    pub(super) fn field(&mut self, value: Node, ident: &ast::Ident) -> Result<Node> {
        let name = folded(ident);
        if let Kind::Row { level, item } = value.kind {
            let place = self.scopes.len().checked_sub(1 + level);
            let of = place.and_then(|place| self.scopes.get(place)?.items.get(item));
            let index = of.and_then(|of| of.columns.iter().position(|one| *one.name == *name));
            if let (Some(of), Some(index)) = (of, index)
                && let Some(column) = of.columns.get(index)
            {
                let kind = Kind::Column { level, item, column: index };
                return Ok(Node { kind, oid: column.oid, typmod: column.typmod });
            }
        }
        let fields = self.names.fields_of(value.oid);
        match fields.into_iter().find(|(own, ..)| **own == *name) {
            Some((name, oid, typmod)) => {
                Ok(Node { kind: Kind::Field { of: Box::new(value), name }, oid, typmod })
            }
            None => Err(no_column(0, &format!("\"{name}\""))),
        }
    }
}

/// What the grammar knows without parentheses.
pub(super) fn keyword(ident: &ast::Ident) -> Option<Node> {
    if ident.quote_style.is_some() {
        return None;
    }
    keyword_named(&ident.value, None)
}

/// `CURRENT_TIMESTAMP` and its kin, perhaps with a number of digits.
pub(super) fn keyword_named(name: &str, digits: Option<i32>) -> Option<Node> {
    let name = name.to_ascii_uppercase();
    let oid = match name.as_str() {
        "CURRENT_DATE" => Oid::DATE,
        "CURRENT_TIME" => Oid::TIMETZ,
        "CURRENT_TIMESTAMP" => Oid::TIMESTAMPTZ,
        "LOCALTIME" => Oid::TIME,
        "LOCALTIMESTAMP" => Oid::TIMESTAMP,
        "CURRENT_ROLE" | "CURRENT_USER" | "USER" | "SESSION_USER" | "CURRENT_CATALOG"
        | "CURRENT_SCHEMA" => Oid::NAME,
        "SYSTEM_USER" => Oid::TEXT,
        _ => return None,
    };
    let shown = match digits {
        Some(digits) => format!("{name}({digits})"),
        None => name,
    };
    Some(Node { kind: Kind::Keyword(shown), oid, typmod: digits.unwrap_or(-1) })
}

/// A constant as it is written.
pub(super) fn literal(value: &Value) -> Result<Node> {
    let unknown_type = |text: &str| Node::new(Kind::Const(Some(text.into())), Oid::UNKNOWN);
    Ok(match value {
        Value::Number(text, _) => number(text),
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::UnicodeStringLiteral(text)
        | Value::NationalStringLiteral(text) => unknown_type(text),
        Value::DollarQuotedString(text) => unknown_type(&text.value),
        Value::Boolean(value) => {
            Node::boolean(Kind::Const(Some(if *value { "t" } else { "f" }.into())))
        }
        Value::Null => Node::new(Kind::Const(None), Oid::UNKNOWN),
        Value::SingleQuotedByteStringLiteral(bits) => {
            Node::new(Kind::Const(Some(bits.as_str().into())), Oid::BIT)
        }
        _ => return unknown("this kind of constant"),
    })
}

/// A number: of the smallest type that holds it.
pub(super) fn number(text: &str) -> Node {
    let text = text.replace('_', "");
    let oid = match text.parse::<i64>() {
        Ok(value) if i32::try_from(value).is_ok() => Oid::INT4,
        Ok(_) => Oid::INT8,
        Err(_) => Oid::NUMERIC,
    };
    let written = match oid {
        Oid::NUMERIC => match trunkline_core::types::Numeric::parse(&text) {
            Ok(value) => value.to_string(),
            Err(_) => text,
        },
        _ => text.parse::<i64>().map_or(text, |value| value.to_string()),
    };
    Node::new(Kind::Const(Some(written.as_str().into())), oid)
}
