//! Expressions.

use sqlparser::ast::{
    CaseWhen, DateTimeField, Expr, ObjectName, Query, TrimWhereField, Value, ValueWithSpan,
};
use trunkline_core::types::{array_of, element_of, name_of};
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::Lexer;

use super::call::no_function;
use super::called::is_session_word;
use super::insert::is_default;
use super::name::{folded, quoted};
use super::scope::Scope;
use super::typed::{Form, Typed, written_scale};
use super::{NUMBERS, Translator, indeterminate, unsupported};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

/// The longest statement that SQLite takes, in bytes.
const LONGEST: usize = 16 << 20;

impl Translator<'_> {
    pub(super) fn expression(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed> {
        let before = scope.grouping.count();
        let typed = self.deeper(|translator| translator.any_expression(expr, scope))?;
        // What is written twice doubles with each level; SQLite takes no more than this.
        if typed.sql.len() > LONGEST {
            let message = "statement is too complex";
            return Err(PgError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
        }
        scope.grouping.settle_key(&typed.sql, before);
        Ok(typed)
    }

    fn any_expression(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed> {
        match expr {
            Expr::Identifier(ident) if is_session_word(ident) => {
                let called = self.session_call(&folded(ident), Vec::new())?;
                called.ok_or_else(|| no_function(&folded(ident), &[]))
            }
            Expr::Identifier(_) if is_default(expr) => {
                let message = "DEFAULT is not allowed in this context";
                Err(self.at(PgError::new(SqlState::SYNTAX_ERROR, message), expr))
            }
            Expr::Identifier(ident) => self.column(ident, scope).map(|column| self.used(column)),
            Expr::CompoundIdentifier(idents) => {
                self.qualified(idents, scope).map(|column| self.used(column))
            }
            Expr::Value(value) => self.value(value),
            Expr::Nested(inner) => {
                let inner = self.expression(inner, scope)?;
                Ok(Typed { sql: format!("({})", inner.sql), ..inner })
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, scope),
            Expr::UnaryOp { op, expr } => self.unary(op, expr, scope),
            Expr::IsNull(inner) => self.test(inner, "IS NULL", scope),
            Expr::IsNotNull(inner) => self.test(inner, "IS NOT NULL", scope),
            Expr::IsTrue(inner) => self.truth(inner, "IS TRUE", scope),
            Expr::IsNotTrue(inner) => self.truth(inner, "IS NOT TRUE", scope),
            Expr::IsFalse(inner) => self.truth(inner, "IS FALSE", scope),
            Expr::IsNotFalse(inner) => self.truth(inner, "IS NOT FALSE", scope),
            Expr::IsUnknown(inner) => self.truth(inner, "IS NULL", scope),
            Expr::IsNotUnknown(inner) => self.truth(inner, "IS NOT NULL", scope),
            Expr::IsDistinctFrom(left, right) => self.compare(left, "IS NOT", right, scope),
            Expr::IsNotDistinctFrom(left, right) => self.compare(left, "IS", right, scope),
            Expr::Between { expr, negated, low, high } => {
                self.between(expr, *negated, low, high, scope)
            }
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated, scope),
            Expr::InSubquery { expr, subquery, negated } => {
                let not = if *negated { "NOT " } else { "" };
                self.in_query(expr, subquery, not, scope)
            }
            Expr::AnyOp { left, compare_op, right, .. } => {
                self.any_or_all(left, compare_op, right, true, scope)
            }
            Expr::AllOp { left, compare_op, right } => {
                self.any_or_all(left, compare_op, right, false, scope)
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                self.like("pg_like", *negated, expr, pattern, escape_char.as_ref(), scope)
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like("pg_ilike", *negated, expr, pattern, escape_char.as_ref(), scope)
            }
            Expr::SimilarTo { negated, expr, pattern, escape_char: None } => {
                self.like("pg_similar", *negated, expr, pattern, None, scope)
            }
            Expr::Exists { subquery, negated } => {
                let queried = self.query(subquery, Some(scope), None)?;
                let not = if *negated { "NOT " } else { "" };
                Ok(Typed::boolean(format!("({not}EXISTS ({}))", queried.sql)))
            }
            Expr::Subquery(query) => self.scalar(query, scope),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), scope)
            }
            Expr::Cast { expr, data_type, .. } => self.cast_expression(expr, data_type, scope),
            Expr::TypedString(string) => {
                let value = Expr::Value(string.value.clone());
                self.cast_expression(&value, &string.data_type, scope)
            }
            Expr::Interval(interval) => self.interval(interval),
            Expr::Function(function) => self.call(function, scope),
            Expr::Extract { field, expr, .. } => self.extract(field, expr, scope),
            Expr::Ceil { expr, .. } => self.call_plain("ceil", &[expr], scope),
            Expr::Floor { expr, .. } => self.call_plain("floor", &[expr], scope),
            Expr::Position { expr, r#in } => self.call_plain("strpos", &[r#in, expr], scope),
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let one = Expr::value(Value::Number("1".to_owned(), false));
                let from = substring_from.as_deref().unwrap_or(&one);
                match substring_for {
                    Some(length) => self.call_plain("substring", &[expr, from, length], scope),
                    None => self.call_plain("substring", &[expr, from], scope),
                }
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "btrim",
                };
                let what = trim_what.as_deref();
                match what.or_else(|| trim_characters.as_ref()?.first()) {
                    Some(what) => self.call_plain(name, &[expr, what], scope),
                    None => self.call_plain(name, &[expr], scope),
                }
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut arguments: Vec<&Expr> = vec![expr, overlay_what, overlay_from];
                arguments.extend(overlay_for.as_deref());
                self.call_plain("overlay", &arguments, scope)
            }
            Expr::Tuple(items) => {
                let mut parts = Vec::new();
                for item in items {
                    let item = self.expression(item, scope)?;
                    parts.push(self.settle_text(item)?.sql);
                }
                Ok(Typed::new(format!("({})", parts.join(", ")), Type::of(Oid::RECORD)))
            }
            Expr::Array(array) => self.array(&array.elem, scope),
            Expr::Collate { expr, .. } => self.expression(expr, scope),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.subscripted(root, access_chain, scope)
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.at_time_zone(timestamp, time_zone, scope)
            }
            other => Err(self.at(unsupported("such an expression"), other)),
        }
    }

    fn value(&mut self, value: &ValueWithSpan) -> Result<Typed> {
        let place = self.place_at(value.span.start);
        let literal = |text: &str| Typed {
            sql: storage::quoted(text),
            ty: Type::UNKNOWN,
            form: Form::Literal(text.to_owned()),
            place,
            not_null: true,
            origin: None,
        };
        Ok(match &value.value {
            Value::Number(digits, _) => {
                let digits = digits.replace('_', "");
                let ty = if digits.parse::<i32>().is_ok() {
                    Type::INT4
                } else if digits.parse::<i64>().is_ok() {
                    Type::INT8
                } else {
                    written_scale(&digits).map_or(Type::NUMERIC, Type::scaled)
                };
                Typed { place, form: Form::Number, not_null: true, ..Typed::new(digits, ty) }
            }
            Value::SingleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::UnicodeStringLiteral(text)
            | Value::NationalStringLiteral(text) => literal(text),
            Value::DollarQuotedString(text) => literal(&text.value),
            Value::Boolean(value) => {
                let sql = if *value { "1" } else { "0" };
                Typed { place, not_null: true, form: Form::Number, ..Typed::boolean(sql) }
            }
            Value::Null => Typed { place, form: Form::Null, ..Typed::new("NULL", Type::UNKNOWN) },
            Value::Placeholder(name) => return self.parameter(name, place),
            _ => return Err(unsupported("such a constant")),
        })
    }

    fn parameter(&mut self, name: &str, place: usize) -> Result<Typed> {
        let number = name.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok());
        let Some(number) = number.filter(|number| (1..=65_535).contains(number)) else {
            if number.is_some_and(|number| (65_536..=NUMBERS).contains(&number)) {
                // Nobody can bind so many, and somewhere in front of it is one of which nothing is said.
                let known = self.parameters.iter().take_while(|ty| !ty.is_unknown()).count();
                return Err(indeterminate(known));
            }
            // The parser knows parameters of others, too.
            let error = match name.starts_with(':') {
                true => PgError::new(SqlState::SYNTAX_ERROR, "syntax error at or near \":\""),
                false => {
                    let message = format!("there is no parameter {name}");
                    PgError::new(SqlState::UNDEFINED_PARAMETER, message)
                }
            };
            return Err(error.position(place));
        };
        if self.parameters.len() < number {
            self.parameters.resize(number, Type::UNKNOWN);
        }
        let ty = self.parameters.get(number - 1).copied().unwrap_or(Type::UNKNOWN);
        if !ty.is_unknown() && name_of(ty.oid).is_none() {
            let message = format!("cache lookup failed for type {}", ty.oid.0);
            return Err(PgError::internal(message));
        }
        let sql = format!("?{number}");
        let form = Form::Parameter(number - 1);
        Ok(Typed { form, place, ..Typed::new(sql, ty) })
    }

    /// `IS NULL` and its opposite, of anything.
    fn test(&mut self, inner: &Expr, test: &str, scope: &Scope<'_>) -> Result<Typed> {
        let inner = self.expression(inner, scope)?;
        // This gives no parameter a type.
        let inner = match inner.form {
            Form::Parameter(_) => inner,
            _ => self.settle_text(inner)?,
        };
        Ok(Typed { not_null: true, ..Typed::boolean(format!("({} {test})", inner.sql)) })
    }

    /// `IS TRUE` and its kin, of a boolean.
    fn truth(&mut self, inner: &Expr, test: &str, scope: &Scope<'_>) -> Result<Typed> {
        let inner = self.condition(inner, scope, test)?;
        Ok(Typed { not_null: true, ..Typed::boolean(format!("({inner} {test})")) })
    }

    fn between(
        &mut self,
        expr: &Expr,
        negated: bool,
        low: &Expr,
        high: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let is_symmetric = self.is_behind_symmetric(low);
        let value = self.expression(expr, scope)?;
        let low = self.expression(low, scope)?;
        let high = self.expression(high, scope)?;
        let ty = self.common_of(&[&value, &low, &high])?.or_text();
        let value = self.comparable(value, ty)?;
        let low = self.comparable(low, ty)?;
        let high = self.comparable(high, ty)?;
        let not = if negated { "NOT " } else { "" };
        let [value, low, high] = match ty.is_date_or_timestamp() {
            true => self.date_keys([&value, &low, &high]),
            false => [value.ordered(), low.ordered(), high.ordered()],
        };
        Ok(Typed::boolean(match is_symmetric {
            true => format!(
                "({not}({value} BETWEEN {low} AND {high} OR {value} BETWEEN {high} AND {low}))"
            ),
            false => format!("({value} {not}BETWEEN {low} AND {high})"),
        }))
    }

    /// Whether the word SYMMETRIC stands behind the BETWEEN of a bound, where the parser does not see it.
    fn is_behind_symmetric(&mut self, low: &Expr) -> bool {
        let at = self.place(low);
        let sql = self.sql;
        let betweens = self.betweens.get_or_insert_with(|| betweens(sql));
        let last = betweens.partition_point(|(place, _)| *place < at).checked_sub(1);
        let is_symmetric =
            last.and_then(|last| betweens.get(last)).is_some_and(|(_, is_symmetric)| *is_symmetric);
        self.is_symmetric |= is_symmetric;
        is_symmetric
    }

    pub(super) fn in_list(
        &mut self,
        expr: &Expr,
        list: &[Expr],
        negated: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let not = if negated { "NOT " } else { "" };
        if let Expr::Tuple(items) = expr {
            let mut rows = Vec::new();
            for row in list {
                let equal = self.rows_compare(items, "=", row, scope)?;
                rows.push(equal);
            }
            return Ok(Typed::boolean(format!("({not}({}))", rows.join(" OR "))));
        }
        let value = self.expression(expr, scope)?;
        let mut items = Vec::new();
        for item in list {
            items.push(self.expression(item, scope)?);
        }
        let all: Vec<&Typed> = std::iter::once(&value).chain(&items).collect();
        let ty = self.common_of(&all)?.or_text();
        let value = self.comparable(value, ty)?;
        let mut parts = Vec::new();
        for item in items {
            parts.push(self.comparable(item, ty)?.ordered());
        }
        Ok(Typed::boolean(format!("({} {not}IN ({}))", value.ordered(), parts.join(", "))))
    }

    /// An array of a call of unnest, and the type of its elements.
    pub(super) fn array_and_element(&mut self, typed: Typed, at: &Expr) -> Result<(Typed, Type)> {
        let typed = self.settle(typed, Type::of(Oid::TEXT_ARRAY))?;
        let Some(element) = element_of(typed.ty.oid) else {
            let message = format!("function unnest({}) does not exist", typed.ty.name());
            return Err(self.at(PgError::new(SqlState::UNDEFINED_FUNCTION, message), at));
        };
        Ok((typed, Type::of(element)))
    }

    fn like(
        &mut self,
        function: &str,
        negated: bool,
        expr: &Expr,
        pattern: &Expr,
        escape: Option<&ValueWithSpan>,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let text = self.expression(expr, scope)?;
        let text = self.settle_text(text)?;
        let pattern = self.expression(pattern, scope)?;
        let pattern = self.settle_text(pattern)?;
        if !text.ty.is_string() || !pattern.ty.is_string() {
            let word = match (function, negated) {
                ("pg_like", false) => "~~",
                ("pg_like", true) => "!~~",
                (_, false) => "~~*",
                (_, true) => "!~~*",
            };
            return Err(self.at(super::operator::no_operator(text.ty, word, pattern.ty), expr));
        }
        let escape = match escape {
            Some(escape) => {
                let escape = self.value(escape)?;
                format!(", {}", self.settle_text(escape)?.sql)
            }
            None => String::new(),
        };
        let not = if negated { "NOT " } else { "" };
        Ok(Typed::boolean(format!("({not}{function}({}, {}{escape}))", text.sql, pattern.sql)))
    }

    fn scalar(&mut self, query: &Query, scope: &Scope<'_>) -> Result<Typed> {
        let queried = self.query(query, Some(scope), None)?;
        let [output] = queried.outputs.as_slice() else {
            let message = "subquery must return only one column";
            let error = PgError::new(SqlState::SYNTAX_ERROR, message);
            return Err(self.at(error, query));
        };
        if queried.is_single {
            return Ok(Typed::new(format!("({})", queried.sql), output.ty));
        }
        // SQLite takes the first row of several.
        let sql = format!(
            "(SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN max({0}) ELSE pg_raise('21000', \
             'more than one row returned by a subquery used as an expression') END \
             FROM (SELECT {0} FROM ({1}) LIMIT 2))",
            quoted(&output.inner),
            queried.sql
        );
        Ok(Typed::new(sql, output.ty))
    }

    /// `ARRAY(SELECT …)`: in the order of its rows, and `{}` of none.
    pub(super) fn array_of_query(
        &mut self,
        query: &Query,
        name: &ObjectName,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let queried = self.query(query, Some(scope), None)?;
        let [output] = queried.outputs.as_slice() else {
            let message = "subquery must return only one column";
            let error = PgError::new(SqlState::SYNTAX_ERROR, message);
            return Err(self.at(error, name));
        };
        let Some(array) = array_of(output.ty.oid) else {
            return Err(self.at(unsupported("an array of such a query"), name));
        };
        let sql = format!(
            "(SELECT coalesce(pg_array_agg(pg_array_element_text({}, {})), '{{}}') FROM ({}))",
            quoted(&output.inner),
            output.ty.oid.0,
            queried.sql
        );
        Ok(Typed::new(sql, Type::of(array)))
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            tests.push(match operand {
                Some(operand) => self.compare(operand, "=", &when.condition, scope)?.sql,
                None => self.condition(&when.condition, scope, "CASE/WHEN")?,
            });
            results.push(self.expression(&when.result, scope)?);
        }
        if let Some(otherwise) = otherwise {
            results.push(self.expression(otherwise, scope)?);
        }
        let all: Vec<&Typed> = results.iter().collect();
        let ty = self.common_of(&all)?;
        let (mut sql, mut sent) = (String::from("CASE"), String::from("CASE"));
        let mut tests = tests.into_iter();
        for result in results {
            let result = if ty.is_unknown() { result } else { self.coerce(result, ty)? };
            let words = match tests.next() {
                Some(test) => format!(" WHEN {test} THEN "),
                None => " ELSE ".to_owned(),
            };
            sql.push_str(&format!("{words}{}", result.sql));
            sent.push_str(&format!("{words}{}", result.exact()));
        }
        let ty = ty.or_text();
        let typed = Typed::new(format!("({sql} END)"), ty);
        // Each result has a scale of its own.
        if ty.oid == Oid::NUMERIC && ty.scale().is_none() {
            return Ok(Typed { form: Form::Sent(format!("({sent} END)")), ..typed });
        }
        Ok(typed)
    }

    fn extract(&mut self, field: &DateTimeField, expr: &Expr, scope: &Scope<'_>) -> Result<Typed> {
        let field = field.to_string().to_lowercase();
        let typed = self.expression(expr, scope)?;
        let typed = self.settle(typed, Type::of(Oid::TIMESTAMPTZ))?;
        let is_of_day =
            field.contains("hour") || field.contains("minute") || field.contains("second");
        if typed.ty.oid == Oid::DATE && (is_of_day || field == "timezone") {
            let message = format!("unit \"{field}\" not supported for type date");
            return Err(PgError::unsupported(message));
        }
        let ty = match field.as_str() {
            "epoch" if typed.ty.oid == Oid::DATE => Type::scaled(0),
            "epoch" | "second" => Type::scaled(6),
            "millisecond" | "milliseconds" => Type::scaled(3),
            _ => Type::NUMERIC,
        };
        self.date_part(&field, typed, ty)
    }
}

/// Where each BETWEEN of a text stands, in characters from 1, and whether SYMMETRIC is behind it.
fn betweens(sql: &str) -> Vec<(usize, bool)> {
    let (mut found, mut characters, mut counted) = (Vec::new(), 0, 0);
    let mut lexer = Lexer::new(sql);
    let mut open = None;
    while let Some(token) = lexer.next_significant() {
        if let Some(place) = open.take() {
            found.push((place, token.is_word(sql, "symmetric")));
        }
        if token.is_word(sql, "between") {
            let start = token.span.start;
            characters += sql.get(counted..start).map_or(0, |text| text.chars().count());
            counted = start;
            open = Some(characters + 1);
        }
    }
    found
}
