//! Expressions.

use sqlparser::ast::{self, AccessExpr, BinaryOperator, Subscript, UnaryOperator};
use trunkline_core::{Oid, Result, SqlState};

use super::resolve::{Found, operator};
use super::typed::type_name;
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{at, mismatch, syntax, unsupported};
use crate::facts::{CastContext, array_of, element_of};
use crate::functions;
use crate::plan::{Calling, Expr, Function, Index, Quantified, SubqueryKind};

impl Binder {
    /// Binds an expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Result<Typed> {
        self.deeper(|binder| binder.expr_inner(expr))
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Result<Box<Expr>> {
        Ok(Box::new(self.expr(expr)?.expr))
    }

    fn boolean(expr: Expr) -> Typed {
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
                let (oid, typmod) = self.data_type(&typed.data_type, 0)?;
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
                let (value, low, high) = (self.expr(expr)?, self.expr(low)?, self.expr(high)?);
                let from = self.operate(">=", vec![value.clone(), low])?.expr;
                let to = self.operate("<=", vec![value, high])?.expr;
                let both = Expr::And(vec![from, to]);
                Ok(Self::boolean(if *negated { Expr::Not(Box::new(both)) } else { both }))
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
            E::Array(array) => self.list(&array.elem),
            E::Tuple(items) => self.row(items),
            E::Function(function) => self.function(function),
            E::Position { expr, r#in } => self.special("position", &[r#in, expr]),
            E::Substring { expr, substring_from, substring_for, .. } => {
                let mut arguments = vec![&**expr];
                arguments.extend(substring_from.as_deref());
                arguments.extend(substring_for.as_deref());
                self.special("substring", &arguments)
            }
            E::Trim { expr, trim_where, trim_what, trim_characters } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    Some(ast::TrimWhereField::Both) | None => "btrim",
                };
                let mut arguments = vec![&**expr];
                arguments.extend(trim_what.as_deref());
                arguments.extend(trim_characters.iter().flatten());
                self.special(name, &arguments)
            }
            E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut arguments = vec![&**expr, overlay_what, overlay_from];
                arguments.extend(overlay_for.as_deref());
                self.special("overlay", &arguments)
            }
            E::Ceil { expr, .. } => self.special("ceil", &[expr]),
            E::Floor { expr, .. } => self.special("floor", &[expr]),
            other => {
                Err(unsupported(0, &format!("the expression {}", shortened(&other.to_string()))))
            }
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
        let (sides, _) = self.unify(sides, "IS DISTINCT FROM")?;
        let mut sides = sides.into_iter();
        let pair = (
            sides.next().unwrap_or(Expr::Const(Datum::Null)),
            sides.next().unwrap_or(Expr::Const(Datum::Null)),
        );
        Ok(Self::boolean(Expr::Distinct { sides: Box::new(pair), negated }))
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

    fn in_list(&mut self, value: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Typed> {
        let value = self.expr(value)?;
        let items: Vec<Typed> = list.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let types: Vec<Oid> = std::iter::once(&value).chain(&items).map(|one| one.oid).collect();
        let is_simple = super::resolve::common_type(&types).is_some() && value.oid != Oid::RECORD;
        if is_simple {
            let mut all = vec![value];
            all.extend(items);
            let (mut all, _) = self.unify(all, "IN")?;
            let list = all.split_off(1);
            let of = Box::new(all.pop().unwrap_or(Expr::Const(Datum::Null)));
            return Ok(Self::boolean(Expr::In { of, list, negated }));
        }
        let any = items
            .into_iter()
            .map(|item| Ok(self.operate("=", vec![value.clone(), item])?.expr))
            .collect::<Result<_>>()?;
        let any = Expr::Or(any);
        Ok(Self::boolean(if negated { Expr::Not(Box::new(any)) } else { any }))
    }

    fn in_query(&mut self, value: &ast::Expr, query: &ast::Query) -> Result<Typed> {
        if let ast::Expr::Tuple(items) = value {
            let values: Vec<Typed> =
                items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
            let (query, columns) = self.subquery(query)?;
            if columns.len() != values.len() {
                let few = if columns.len() < values.len() { "few" } else { "many" };
                return Err(syntax(0, format!("subquery has too {few} columns")));
            }
            let values = values.into_iter().zip(&columns);
            let values = values.map(|(value, column)| Ok(self.coerce(value, column.oid)?.expr));
            let kind = SubqueryKind::RowIn(values.collect::<Result<_>>()?);
            return Ok(Self::boolean(Expr::Subquery { kind, query }));
        }
        let value = self.expr(value)?;
        self.quantified_query(value, "=", query, false)
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
        let kind = SubqueryKind::Quantified { value, function, types, all };
        Ok(Self::boolean(Expr::Subquery { kind, query }))
    }

    /// An operator that gives a truth value, and the types it takes.
    fn comparison(
        &mut self,
        name: &str,
        types: &[Oid],
        place: usize,
    ) -> Result<(Function, Vec<Oid>)> {
        let chosen = match operator(name, types) {
            Found::One(chosen) if chosen.result == Oid::BOOL => chosen,
            _ => return Err(no_operator(name, types, place)),
        };
        let function = functions::operator(chosen.what)
            .ok_or_else(|| unsupported(place, &format!("operator {name}")))?;
        Ok((function, chosen.arguments))
    }

    fn quantified(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed> {
        let name = operator_name(op).ok_or_else(|| unsupported(0, "this operator"))?;
        let value = self.expr(left)?;
        let mut right = right;
        while let ast::Expr::Nested(inner) = right {
            right = inner;
        }
        if let ast::Expr::Subquery(query) = right {
            return self.quantified_query(value, &name, query, all);
        }
        let array = self.expr(right)?;
        let element = match element_of(array.oid) {
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
        let array = match array_of(two) {
            Some(to) if element != two || array.oid == Oid::UNKNOWN => self.coerce(array, to)?.expr,
            _ => array.expr,
        };
        Ok(Self::boolean(Expr::Quantified(Box::new(Quantified {
            value,
            array,
            function,
            types,
            all,
        }))))
    }

    fn binary(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed> {
        match op {
            BinaryOperator::And => self.chain(left, right, true),
            BinaryOperator::Or => self.chain(left, right, false),
            op => {
                let name =
                    operator_name(op).ok_or_else(|| unsupported(0, &format!("operator {op}")))?;
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                if left.oid == Oid::RECORD && right.oid == Oid::RECORD {
                    return self.compare_rows(&name, left, right);
                }
                self.operate(&name, vec![left, right])
            }
        }
    }

    /// AND and OR of any length, without depth.
    fn chain(&mut self, left: &ast::Expr, right: &ast::Expr, and: bool) -> Result<Typed> {
        let (mut parts, mut rest) = (vec![right], left);
        while let ast::Expr::BinaryOp { left, op, right } = rest {
            let is_same =
                matches!((op, and), (BinaryOperator::And, true) | (BinaryOperator::Or, false));
            if !is_same {
                break;
            }
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        let clause = if and { "AND" } else { "OR" };
        let mut all = Vec::with_capacity(parts.len());
        for part in parts.into_iter().rev() {
            let part = self.expr(part)?;
            match self.condition(part, clause)? {
                Expr::And(inner) if and => all.extend(inner),
                part => all.push(part),
            }
        }
        Ok(Self::boolean(if and { Expr::And(all) } else { Expr::Or(all) }))
    }

    fn compare_rows(&mut self, name: &str, left: Typed, right: Typed) -> Result<Typed> {
        match (left.expr, right.expr, name) {
            (Expr::Row(one), Expr::Row(two), "=" | "<>") if one.len() == two.len() => {
                let fields = |typed: &Option<super::Fields>, place: usize| {
                    typed
                        .as_ref()
                        .and_then(|fields| fields.get(place))
                        .map_or(Oid::UNKNOWN, |(_, oid)| *oid)
                };
                let mut all = Vec::new();
                for (place, (one, two)) in one.into_iter().zip(two).enumerate() {
                    let one = Typed::new(one, fields(&left.fields, place));
                    let two = Typed::new(two, fields(&right.fields, place));
                    all.push(self.operate("=", vec![one, two])?.expr);
                }
                let equal = Expr::And(all);
                Ok(Self::boolean(if name == "=" { equal } else { Expr::Not(Box::new(equal)) }))
            }
            (one, two, name) => {
                let function = functions::comparison(name)
                    .ok_or_else(|| unsupported(left.place, "this comparison of rows"))?;
                Ok(Self::boolean(Expr::Call(Box::new(Calling {
                    function,
                    arguments: vec![one, two],
                    types: vec![Oid::RECORD; 2],
                    result: Oid::BOOL,
                    strict: true,
                    is_equality: name == "=",
                }))))
            }
        }
    }

    fn unary(&mut self, op: UnaryOperator, of: &ast::Expr) -> Result<Typed> {
        if op == UnaryOperator::Not {
            let of = self.expr(of)?;
            return Ok(Self::boolean(Expr::Not(Box::new(self.condition(of, "NOT")?))));
        }
        let of = self.expr(of)?;
        match (op, &of.expr) {
            // A number with its sign is a constant.
            (UnaryOperator::Minus, Expr::Const(Datum::Int(value))) if *value != i64::MIN => {
                let value = -value;
                let oid = if of.oid == Oid::INT8 && i32::try_from(value).is_ok() {
                    Oid::INT4
                } else {
                    of.oid
                };
                Ok(Typed::new(Expr::Const(Datum::Int(value)), oid).placed(of.place))
            }
            _ => self.operate(&op.to_string(), vec![of]),
        }
    }

    /// An operator and its operands.
    pub(super) fn operate(&mut self, name: &str, operands: Vec<Typed>) -> Result<Typed> {
        let types: Vec<Oid> = operands.iter().map(|operand| operand.oid).collect();
        let place = operands.first().map_or(0, |operand| operand.place);
        // Where the operator itself stands the tree does not tell.
        let chosen = match operator(name, &types) {
            Found::One(chosen) => chosen,
            Found::None => return Err(no_operator(name, &types, 0)),
            Found::Many => {
                let message = format!("operator is not unique: {}", signature(name, &types));
                return Err(at(0, SqlState::AMBIGUOUS_FUNCTION, message));
            }
        };
        let Some(function) = functions::operator(chosen.what) else {
            return Err(unsupported(
                place,
                &format!("operator {}", signature(name, &chosen.arguments)),
            ));
        };
        let arguments = operands.into_iter().zip(&chosen.arguments);
        let arguments = arguments.map(|(operand, to)| Ok(self.coerce(operand, *to)?.expr));
        let call = Calling {
            function,
            arguments: arguments.collect::<Result<_>>()?,
            types: chosen.arguments,
            result: chosen.result,
            // Arrays and strings are joined with what there is.
            strict: !functions::takes_null(chosen.what),
            is_equality: name == "=",
        };
        Ok(Typed::new(Expr::Call(Box::new(call)), chosen.result).placed(place))
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
        let (items, oid) = self.unify(items, "ARRAY")?;
        // An array of arrays is one of more dimensions.
        let oid = if element_of(oid).is_some() { Some(oid) } else { array_of(oid) };
        let oid =
            oid.ok_or_else(|| mismatch(0, "could not find array type for data type record"))?;
        Ok(Typed::new(Expr::List(items), oid))
    }

    /// `ROW(…)`
    pub(super) fn row(&mut self, items: &[ast::Expr]) -> Result<Typed> {
        let items: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect::<Result<_>>()?;
        let fields = items.iter().enumerate();
        let fields =
            fields.map(|(place, item)| (format!("f{}", place + 1).into(), item.oid)).collect();
        let items = items.into_iter().map(|item| item.expr).collect();
        Ok(Typed::new(Expr::Row(items), Oid::RECORD).fields(fields))
    }

    /// `value[1]`, `value[1:2]`, `(row).field`
    fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr]) -> Result<Typed> {
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
                    value = self.field(value, ident)?
                }
                AccessExpr::Dot(_) => return Err(unsupported(value.place, "this field")),
                AccessExpr::Subscript(subscript) => indexes.push(self.index(subscript)?),
            }
        }
        if indexes.is_empty() {
            return Ok(value);
        }
        let Some(element) = element_of(value.oid) else {
            let message = format!(
                "cannot subscript type {} because it does not support subscripting",
                type_name(value.oid)
            );
            return Err(mismatch(value.place, message));
        };
        let is_slice = indexes.iter().any(|index| matches!(index, Index::Slice(..)));
        let oid = match (is_slice, array_of(element)) {
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

    pub(super) fn field(&mut self, value: Typed, ident: &ast::Ident) -> Result<Typed> {
        let name = super::scope::folded(ident);
        let place = self.place(ident.span);
        let fields = value.fields.clone().unwrap_or_default();
        match fields.iter().position(|(own, _)| **own == *name) {
            Some(index) => {
                let oid = fields.get(index).map_or(Oid::TEXT, |(_, oid)| *oid);
                Ok(Typed::new(Expr::Field(Box::new(value.expr), index), oid).placed(place))
            }
            None => {
                let message = format!("could not identify column \"{name}\" in record data type");
                Err(at(place, SqlState::UNDEFINED_COLUMN, message))
            }
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn signature(name: &str, types: &[Oid]) -> String {
    match types {
        [one, two] => format!("{} {name} {}", type_name(*one), type_name(*two)),
        [one] => format!("{name} {}", type_name(*one)),
        _ => name.to_owned(),
    }
}

fn no_operator(name: &str, types: &[Oid], place: usize) -> trunkline_core::PgError {
    let message = format!("operator does not exist: {}", signature(name, types));
    let hint = match types.len() {
        1 => {
            "No operator matches the given name and argument type. You might need to add an explicit type cast."
        }
        _ => {
            "No operator matches the given name and argument types. You might need to add explicit type casts."
        }
    };
    at(place, SqlState::UNDEFINED_FUNCTION, message).hint(hint)
}

/// The name of an operator as `pg_operator` has it.
fn operator_name(op: &BinaryOperator) -> Option<String> {
    Some(match op {
        BinaryOperator::PGCustomBinaryOperator(parts) => match parts.last()?.as_str() {
            "!=" => "<>".to_owned(),
            name => name.to_owned(),
        },
        BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor => return None,
        BinaryOperator::NotEq => "<>".to_owned(),
        op => op.to_string(),
    })
}
