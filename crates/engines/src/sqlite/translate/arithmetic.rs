//! Arithmetic, of which PostgreSQL refuses what is too large, and SQLite does not.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::Translator;
use super::operator::no_operator;
use super::scope::Scope;
use super::typed::{Form, Typed};
use crate::sqlite::types::Type;

/// More digits behind the point than a double has: nothing is rounded.
const ANY_SCALE: i32 = 400;

impl Translator<'_> {
    pub(super) fn unary(
        &mut self,
        op: &UnaryOperator,
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        if matches!(op, UnaryOperator::Minus | UnaryOperator::Plus)
            && let Some(powers) = signed_first(*op, expr)
        {
            return self.expression(&powers, scope);
        }
        if *op == UnaryOperator::Not {
            let inner = self.condition(expr, scope, "NOT")?;
            return Ok(Typed::boolean(format!("(NOT {inner})")));
        }
        let inner = self.expression(expr, scope)?;
        match op {
            UnaryOperator::Minus => self.negated(inner),
            UnaryOperator::Plus => {
                let inner = self.settle(inner, Type::FLOAT8)?;
                let form = if inner.form == Form::Number { Form::Number } else { Form::Computed };
                Ok(Typed { form, ..Typed::new(format!("(+{})", inner.sql), inner.ty.computed()) })
            }
            UnaryOperator::BitwiseNot if inner.ty.is_integer() => {
                Ok(Typed::new(format!("(~{})", inner.sql), inner.ty))
            }
            UnaryOperator::PGAbs if inner.ty.is_number() || inner.is_unknown() => {
                let inner = self.settle(inner, Type::FLOAT8)?;
                let ty = inner.ty.computed();
                Ok(self.checked(format!("abs({})", inner.sql), ty, &[&inner]))
            }
            UnaryOperator::PGSquareRoot | UnaryOperator::PGCubeRoot
                if inner.ty.is_number() || inner.is_unknown() =>
            {
                let inner = self.settle(inner, Type::FLOAT8)?;
                let is_square = matches!(op, UnaryOperator::PGSquareRoot);
                let function = if is_square { "pg_sqrt" } else { "pg_cbrt" };
                Ok(Typed::new(format!("{function}({})", inner.sql), Type::FLOAT8))
            }
            _ => {
                let message = format!("operator does not exist: {op} {}", inner.ty.name());
                let error = PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
                    "No operator matches the given name and argument type. \
                     You might need to add an explicit type cast.",
                );
                Err(self.at_operator_before(error, &op.to_string(), expr))
            }
        }
    }

    fn negated(&mut self, inner: Typed) -> Result<Typed> {
        let inner = self.settle(inner, Type::FLOAT8)?;
        let (sql, ty) = (&inner.sql, inner.ty.computed());
        if ty.oid == Oid::INTERVAL {
            return Ok(Typed::new(format!("pg_interval_times({sql}, -1)"), ty));
        }
        let minus = format!("(-{sql})");
        // NaN is kept as a text.
        if inner.form == Form::Number && !sql.starts_with('\'') {
            // -2147483648 is an integer, although 2147483648 is not.
            let ty = match sql.as_str() {
                "2147483648" => Type::INT4,
                "9223372036854775808" => Type::INT8,
                _ => ty,
            };
            return Ok(Typed { form: Form::Number, ..Typed::new(minus, ty) });
        }
        if let Form::Sent(sent) = &inner.form
            && ty.oid == Oid::NUMERIC
        {
            let form = Form::Sent(format!("pg_exact('*', {sent}, -1)"));
            return Ok(Typed { form, ..Typed::new(minus, ty) });
        }
        if matches!(ty.oid, Oid::FLOAT4 | Oid::FLOAT8) && self.is_checked {
            return Ok(Typed::new(format!("pg_float('*', {sql}, -1.0)"), ty));
        }
        Ok(self.checked(minus, ty, &[&inner]))
    }

    /// Something computed of these operands: 22003 if it is an integer that its type does not hold.
    ///
    /// What other programs are to evaluate, too, such as a CHECK, is left to SQLite.
    pub(super) fn checked(&self, sql: String, ty: Type, operands: &[&Typed]) -> Typed {
        if !ty.is_integer() || !self.is_checked {
            return Typed::new(sql, ty);
        }
        let checked = format!("pg_whole({sql}, {})", ty.oid.0);
        // A constant is worked out before any row, and refused then.
        let is_constant = operands.iter().all(|operand| operand.form == Form::Number);
        let form = if is_constant { Form::Computed } else { Form::Sent(sql) };
        Typed { form, ..Typed::new(checked, ty) }
    }

    pub(super) fn arithmetic(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        if left.ty.is_date_or_timestamp()
            || right.ty.is_date_or_timestamp()
            || left.ty.oid == Oid::INTERVAL
            || right.ty.oid == Oid::INTERVAL
        {
            return self.date_arithmetic(left, op, right, at);
        }
        let (left, right) = match (left.is_unknown(), right.is_unknown()) {
            (true, true) => {
                let message = format!("operator is not unique: unknown {op} unknown");
                let error = PgError::new(SqlState::AMBIGUOUS_FUNCTION, message).hint(
                    "Could not choose a best candidate operator. \
                     You might need to add explicit type casts.",
                );
                return Err(self.at_operator_before(error, &op.to_string(), at));
            }
            _ => self.settle_pair(left, right)?,
        };
        if !left.ty.is_number() || !right.ty.is_number() {
            return Err(self.no_operator_before(left.ty, &op.to_string(), right.ty, at));
        }
        let ty = match self.common(left.ty, right.ty).unwrap_or(left.ty).oid {
            // A real and another number are both read as double precision.
            Oid::FLOAT4 if left.ty.oid != right.ty.oid => Type::FLOAT8,
            oid => Type::of(oid),
        };
        Ok(if ty.is_integer() {
            self.of_integers(&left, op, &right, ty)
        } else if ty.oid == Oid::NUMERIC {
            self.of_numerics(&left, op, &right)
        } else {
            self.of_floats(&left, op, &right, ty)
        })
    }

    fn of_integers(&self, left: &Typed, op: &BinaryOperator, right: &Typed, ty: Type) -> Typed {
        if let Some(folded) = folded(left, op, right, ty) {
            return folded;
        }
        let (a, b) = (&left.sql, &right.sql);
        // By a number that is not zero, nor -1, SQLite divides as PostgreSQL does.
        let is_harmless = right.form == Form::Number
            && !b.contains('-')
            && b.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
        match op {
            BinaryOperator::Divide if is_harmless => Typed::new(format!("({a} / {b})"), ty),
            BinaryOperator::Modulo if is_harmless => Typed::new(format!("({a} % {b})"), ty),
            BinaryOperator::Divide => self.checked(format!("pg_div({a}, {b})"), ty, &[left, right]),
            BinaryOperator::Modulo => Typed::new(format!("pg_mod({a}, {b})"), ty),
            _ => self.checked(format!("({a} {op} {b})"), ty, &[left, right]),
        }
    }

    /// SQLite knows neither NaN nor what is too large.
    fn of_floats(&self, left: &Typed, op: &BinaryOperator, right: &Typed, ty: Type) -> Typed {
        let (a, b) = (&left.sql, &right.sql);
        let sql = match op {
            BinaryOperator::Divide => format!("pg_quotient({a}, {b})"),
            BinaryOperator::Modulo => format!("pg_remainder({a}, {b})"),
            _ if self.is_checked => format!("pg_float('{op}', {a}, {b})"),
            _ => format!("({a} {op} {b})"),
        };
        Typed::new(sql, ty)
    }

    /// SQLite computes with fifteen digits; what is sent has all of them, and the zeros that PostgreSQL shows.
    fn of_numerics(&self, left: &Typed, op: &BinaryOperator, right: &Typed) -> Typed {
        let (a, b) = (&left.sql, &right.sql);
        let sql = match op {
            BinaryOperator::Divide => format!("pg_quotient({a}, {b})"),
            BinaryOperator::Modulo => format!("pg_remainder({a}, {b})"),
            _ => format!("({a} {op} {b})"),
        };
        let scale = match (left.ty.scale(), right.ty.scale()) {
            (Some(a), Some(b)) => match op {
                BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Modulo => {
                    Some(a.max(b))
                }
                BinaryOperator::Multiply if a + b < 1000 => Some(a + b),
                _ => None,
            },
            _ => None,
        };
        let sql = match op {
            // What is computed by doubles is rounded to the digits that it has: 0.1 + 0.2 is 0.3.
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply
                if self.is_checked =>
            {
                format!("pg_numeric('{op}', {a}, {b}, {})", scale.unwrap_or(ANY_SCALE))
            }
            _ => sql,
        };
        let is_exact =
            |typed: &Typed| matches!(typed.form, Form::Sent(_)) || typed.ty.scale().is_some();
        let is_long =
            |typed: &Typed| matches!(typed.form, Form::Sent(_)) || typed.long_number().is_some();
        match scale {
            Some(scale) if is_long(left) || is_long(right) => {
                let sent = format!("pg_exact('{op}', {}, {})", left.exact(), right.exact());
                Typed { form: Form::Sent(sent), ..Typed::new(sql, Type::scaled(scale)) }
            }
            Some(scale) => Typed::new(sql, Type::scaled(scale)),
            None if is_exact(left) && is_exact(right) => {
                let sent = format!("pg_exact('{op}', {}, {})", left.exact(), right.exact());
                Typed { form: Form::Sent(sent), ..Typed::new(sql, Type::NUMERIC) }
            }
            None => Typed::new(sql, Type::NUMERIC),
        }
    }

    /// `^`: of a numeric a numeric, else a `double precision`.
    pub(super) fn powered(&mut self, left: Typed, right: Typed, at: &Expr) -> Result<Typed> {
        let (a, b) = (left.ty, right.ty);
        let is_numeric = |ty: Type| ty.oid == Oid::NUMERIC;
        let fits = |ty: Type| ty.is_unknown() || ty.is_integer() || is_numeric(ty);
        let ty = match (is_numeric(a) || is_numeric(b)) && fits(a) && fits(b) {
            true => Type::NUMERIC,
            false => Type::FLOAT8,
        };
        let (left, right) = (self.settle(left, ty)?, self.settle(right, ty)?);
        if !left.ty.is_number() || !right.ty.is_number() {
            return Err(self.no_operator_before(a, "^", b, at));
        }
        Ok(Typed::new(format!("pg_power({}, {})", left.sql, right.sql), ty))
    }

    /// `<<` and `>>`, by an integer.
    pub(super) fn shifted(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        let (a, b) = (left.ty, right.ty);
        let left = self.settle(left, Type::INT4)?;
        let right = self.settle(right, Type::INT4)?;
        if !left.ty.is_integer() || !matches!(right.ty.oid, Oid::INT2 | Oid::INT4) {
            return Err(self.no_operator_before(a, &op.to_string(), b, at));
        }
        let sql = format!("pg_shift('{op}', {}, {}, {})", left.sql, right.sql, left.ty.oid.0);
        Ok(Typed::new(sql, left.ty))
    }

    /// The type of a column that USING makes of two, as of `=`; 42883 if they cannot be compared.
    pub(super) fn merged_type(&self, left: Type, right: Type) -> Result<Type> {
        let Some(common) = self.common(left, right) else {
            return Err(no_operator(left, "=", right));
        };
        let typmod = if left.typmod == right.typmod { left.typmod } else { -1 };
        Ok(Type { oid: common.oid, typmod })
    }
}

/// `-a ^ b` as PostgreSQL reads it: a sign binds closer than a power.
fn signed_first(sign: UnaryOperator, expr: &Expr) -> Option<Expr> {
    let Expr::BinaryOp { left, op: BinaryOperator::PGExp, right } = expr else { return None };
    let left =
        signed_first(sign, left).unwrap_or_else(|| Expr::UnaryOp { op: sign, expr: left.clone() });
    Some(Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::PGExp, right: right.clone() })
}

/// What two constants come to, if it is in range: a long chain of them is no deep tree then.
fn folded(left: &Typed, op: &BinaryOperator, right: &Typed, ty: Type) -> Option<Typed> {
    let number = |typed: &Typed| {
        let digits = typed.sql.trim_matches(['(', ')']);
        (typed.form == Form::Number).then(|| digits.parse::<i64>().ok()).flatten()
    };
    let (a, b) = (number(left)?, number(right)?);
    let result = match op {
        BinaryOperator::Plus => a.checked_add(b)?,
        BinaryOperator::Minus => a.checked_sub(b)?,
        BinaryOperator::Multiply => a.checked_mul(b)?,
        _ => return None,
    };
    let is_in_range = match ty.oid {
        Oid::INT2 => i16::try_from(result).is_ok(),
        Oid::INT4 => i32::try_from(result).is_ok(),
        // SQLite reads the smallest one as a REAL.
        _ => result > i64::MIN,
    };
    let sql = if result < 0 { format!("({result})") } else { result.to_string() };
    is_in_range.then(|| Typed { form: Form::Number, ..Typed::new(sql, ty) })
}
