//! Casts, and the type that several values have in common.

use rusqlite::types::Value as Stored;
use sqlparser::ast::{ArrayElemTypeDef, DataType, Expr, Interval, ObjectName};
use trunkline_core::types::{array_of, element_of};
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::TypeName;

use super::scope::Scope;
use super::typed::{Form, Typed, unread};
use super::{Translator, unsupported};
use crate::sqlite::functions::LOCAL;
use crate::sqlite::storage;
use crate::sqlite::types::Type;

/// The name of a type as a column without a name is called: `int4` of `integer`.
pub(super) fn type_word(written: &str) -> Option<String> {
    TypeName::parse(written).ok().map(|name| name.name)
}

/// The name of a type that has no key word of its own, for an array that of its elements.
fn named(data_type: &DataType) -> Option<&ObjectName> {
    match data_type {
        DataType::Custom(name, _) => Some(name),
        DataType::Array(
            ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::AngleBracket(element)
            | ArrayElemTypeDef::Parenthesis(element),
        ) => named(element),
        _ => None,
    }
}

impl Translator<'_> {
    /// The type of a name; 42704.
    pub(super) fn data_type(&self, data_type: &DataType) -> Result<Type> {
        let written = data_type.to_string();
        Type::parse(&written).ok_or_else(|| {
            let name = type_word(&written).unwrap_or_else(|| written.to_lowercase());
            let message = format!("type \"{name}\" does not exist");
            let error = PgError::new(SqlState::UNDEFINED_OBJECT, message);
            match named(data_type) {
                Some(name) => self.at(error, name),
                None => error,
            }
        })
    }

    pub(super) fn cast_expression(
        &mut self,
        expr: &Expr,
        data_type: &DataType,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        if let DataType::Regclass = data_type {
            return Err(self.at(unsupported("a cast to regclass"), expr));
        }
        let ty = self.data_type(data_type)?;
        if let Expr::Array(array) = expr
            && array.elem.is_empty()
        {
            return Ok(Typed::new("'{}'", ty));
        }
        let typed = self.expression(expr, scope)?;
        self.cast(typed, ty)
    }

    /// A value as another type: an explicit cast.
    pub(super) fn cast(&mut self, typed: Typed, ty: Type) -> Result<Typed> {
        if typed.is_unknown() {
            let settled = self.settle(typed, ty)?;
            if ty.announced_typmod() >= 0 || settled.ty.oid != ty.oid {
                return self.cast(settled, ty);
            }
            return Ok(settled);
        }
        if typed.is_decimal() && ty.oid == Oid::NUMERIC {
            return self.decimal(typed, ty);
        }
        if typed.is_decimal() && matches!(ty.oid, Oid::FLOAT4 | Oid::FLOAT8) {
            // 22003 for one that is none's, which SQLite would take for infinite or zero.
            let digits = typed.sql.trim_matches(['(', ')', '+', '\'']);
            let value = storage::literal(ty, digits, &self.reading.style)?;
            return Ok(Typed { sql: storage::written(&value), ty, ..typed });
        }
        if typed.ty.oid == Oid::JSONB && (ty.is_number() || ty.oid == Oid::BOOL) {
            return self.scalar_of_jsonb(typed, ty);
        }
        let place = typed.place;
        let (from, sql) = (typed.ty, &typed.sql);
        if from.oid == ty.oid && (ty.announced_typmod() < 0 || ty.typmod == from.typmod) {
            return Ok(typed);
        }
        if !castable(from, ty) {
            let message = format!("cannot cast type {} to {}", from.name(), ty.name());
            let error = PgError::new(SqlState::CANNOT_COERCE, message);
            return Err(error.position(place));
        }
        if let (Form::Sent(sent), Oid::NUMERIC, true) = (&typed.form, from.oid, ty.is_string()) {
            let text = Typed::new(sent.clone(), Type::TEXT);
            return self.cast(text, ty);
        }
        let fixed = from.scale().filter(|scale| from.oid == Oid::NUMERIC && *scale > 0);
        let (from, sql) = match fixed.filter(|_| ty.is_string()) {
            Some(scale) => (Type::TEXT, &format!("pg_fixed({sql}, {scale})")),
            None => (from, sql),
        };
        let ty = if ty == Type::NUMERIC && from.is_integer() { Type::scaled(0) } else { ty };
        let sql = match (from.oid, ty.oid) {
            _ if ty.announced_typmod() >= 0 => self.converted("pg_cast", sql, from, ty)?,
            _ if from.is_integer() && ty.oid == Oid::INT8 => sql.clone(),
            (Oid::INT2, Oid::INT4) => sql.clone(),
            _ if from.is_integer() && ty.oid == Oid::NUMERIC => sql.clone(),
            _ if from.is_integer() && matches!(ty.oid, Oid::FLOAT4 | Oid::FLOAT8) => {
                format!("CAST({sql} AS REAL)")
            }
            _ if from.is_integer() && ty.is_string() => format!("CAST({sql} AS TEXT)"),
            (Oid::FLOAT4, Oid::FLOAT8) => sql.clone(),
            (Oid::BOOL, Oid::INT4) => sql.clone(),
            _ if from.is_string() && ty.is_string() && from.oid != Oid::BPCHAR => sql.clone(),
            (Oid::BPCHAR, Oid::TEXT | Oid::VARCHAR) => format!("rtrim({sql}, ' ')"),
            (Oid::JSON | Oid::JSONB, _) if ty.is_string() => sql.clone(),
            (Oid::UUID, _) if ty.is_string() => sql.clone(),
            _ => self.converted("pg_cast", sql, from, ty)?,
        };
        Ok(Typed { place, not_null: typed.not_null, ..Typed::new(sql, ty) })
    }

    /// A decimal constant as a numeric, read before SQLite makes the nearest number of it.
    fn decimal(&mut self, typed: Typed, ty: Type) -> Result<Typed> {
        let digits = typed.sql.trim_matches(['(', ')', '+']);
        let value = storage::literal(ty, digits, &self.reading.style)?;
        let ty = if ty.typmod < 0 { typed.ty } else { ty };
        Ok(Typed { sql: storage::written(&value), ty, ..typed })
    }

    /// A value as the type that its surroundings want, where PostgreSQL casts without being told.
    pub(super) fn coerce(&mut self, typed: Typed, ty: Type) -> Result<Typed> {
        let typed = self.settle(typed, ty)?;
        if typed.ty.oid == ty.oid { Ok(typed) } else { self.cast(typed, Type::of(ty.oid)) }
    }

    /// A value beside one of this type in a comparison: numbers compare with each other as they
    /// are, and so do strings.
    pub(super) fn comparable(&mut self, typed: Typed, ty: Type) -> Result<Typed> {
        let typed = self.settle(typed, ty.operand())?;
        let alike = (typed.ty.is_number() && ty.is_number())
            || (typed.ty.is_string() && ty.is_string())
            || typed.ty.oid == ty.oid;
        if alike && typed.ty.oid == Oid::BPCHAR {
            // The spaces at the end of a char(n) do not count.
            return Ok(Typed { sql: format!("rtrim({}, ' ')", typed.sql), ..typed });
        }
        if alike { Ok(typed) } else { self.cast(typed, Type::of(ty.oid)) }
    }

    /// A value for a column: 42804 for a type that is not its own, and what does not fit is
    /// refused when it comes.
    pub(super) fn assign(&mut self, typed: Typed, column: &str, ty: Type) -> Result<Typed> {
        if let (Form::Literal(text), true, true) = (&typed.form, typed.is_unknown(), ty.typmod >= 0)
        {
            // What is no value of the type is told with its place, what is too long is not.
            let style = &self.reading.style;
            storage::literal(Type::of(ty.oid), text, style)
                .map_err(|error| unread(error, typed.place))?;
            let value = storage::literal(ty, text, style)?;
            if let (Stored::Text(kept), true) = (&value, ty.is_date_or_timestamp()) {
                storage::check_date(kept)?;
            }
            return Ok(Typed { form: Form::Number, ..Typed::new(storage::written(&value), ty) });
        }
        let typed = self.settle(typed, ty)?;
        let from = typed.ty;
        if typed.is_decimal() && ty.oid == Oid::NUMERIC {
            return self.decimal(typed, ty);
        }
        if !assignable(from, ty) {
            let message = format!(
                "column \"{column}\" is of type {} but expression is of type {}",
                ty.name(),
                from.name()
            );
            let error = PgError::new(SqlState::DATATYPE_MISMATCH, message)
                .hint("You will need to rewrite or cast the expression.");
            return Err(error.position(typed.place));
        }
        let fits = from.oid == ty.oid
            && (ty.typmod < 0 || (ty.typmod == from.typmod && typed.form == Form::Column));
        let narrow = matches!(ty.oid, Oid::INT2 | Oid::INT4) && typed.form == Form::Computed;
        let narrow = narrow || (ty.oid == Oid::NUMERIC && matches!(typed.form, Form::Parameter(_)));
        let narrow = narrow || (ty.is_date_or_timestamp() && self.may_be_unordered(&typed));
        if (fits && !narrow) || typed.sql == "NULL" {
            return Ok(typed);
        }
        if from.is_integer() && ty.oid == Oid::INT8 {
            return Ok(typed);
        }
        if let Form::Parameter(index) = typed.form {
            self.assigned.push((index, ty));
        }
        Ok(Typed::new(self.converted("pg_assign", &typed.sql, from, ty)?, ty))
    }

    /// A call of the function that makes one type of another, or assigns it.
    fn converted(&self, function: &str, sql: &str, from: Type, to: Type) -> Result<String> {
        let function = match dependence(from, to) {
            Look::Dated => self.local(function)?,
            Look::Printed if self.immutable.is_none() => self.local(function)?,
            Look::Printed | Look::Fixed => function.to_owned(),
        };
        Ok(format!("{function}({sql}, {}, {}, {})", from.oid.0, to.oid.0, to.typmod))
    }

    /// The name of the function that goes by the session's settings: 42P17 where nothing may.
    pub(super) fn local(&self, function: &str) -> Result<String> {
        match self.immutable {
            Some(message) => Err(PgError::new(SqlState::INVALID_OBJECT_DEFINITION, message)),
            None => Ok(function.replacen("pg_", LOCAL, 1)),
        }
    }

    /// The name of the function for a value of a type: only a moment is shown by the zone's clocks.
    pub(super) fn zoned(&self, function: &str, ty: Type) -> Result<String> {
        match ty.oid {
            Oid::TIMESTAMPTZ => self.local(function),
            _ => Ok(function.to_owned()),
        }
    }

    /// The type of several values together, as of UNION, CASE and IN; unknown if all are.
    pub(super) fn common_of(&self, values: &[&Typed]) -> Result<Type> {
        let mut common = Type::UNKNOWN;
        for value in values {
            if value.is_unknown() {
                continue;
            }
            common = match self.common(common, value.ty) {
                Some(ty) => ty,
                None => {
                    let message = format!(
                        "types {} and {} cannot be matched",
                        common.name(),
                        value.ty.name()
                    );
                    let error = PgError::new(SqlState::DATATYPE_MISMATCH, message);
                    return Err(error.position(value.place));
                }
            };
        }
        Ok(common)
    }

    /// The type that both can become without being told.
    pub(super) fn common(&self, left: Type, right: Type) -> Option<Type> {
        if left.oid == right.oid {
            return Some(match (left.typmod == right.typmod, left.scale() == right.scale()) {
                (true, _) => left,
                // Every value has the same digits, whatever was announced of it.
                (false, true) => left.computed(),
                (false, false) => Type::of(left.oid),
            });
        }
        let other = match (left.is_unknown(), right.is_unknown()) {
            (true, _) => return Some(right),
            (_, true) => return Some(left),
            _ => Type::of(right.oid),
        };
        if let (Some(a), Some(b)) = (rank(left.oid), rank(right.oid)) {
            return Some(if a >= b { Type::of(left.oid) } else { other });
        }
        if left.is_string() && right.is_string() {
            return Some(if left.oid == Oid::VARCHAR { other } else { Type::TEXT });
        }
        if left.is_date_or_timestamp() && right.is_date_or_timestamp() {
            let either = |oid| left.oid == oid || right.oid == oid;
            let wider = if either(Oid::TIMESTAMPTZ) { Oid::TIMESTAMPTZ } else { Oid::TIMESTAMP };
            return Some(Type::of(wider));
        }
        None
    }

    pub(super) fn interval(&mut self, interval: &Interval) -> Result<Typed> {
        let empty = Scope::default();
        let value = self.expression(&interval.value, &empty)?;
        let field = interval.leading_field.as_ref().map(|field| field.to_string().to_lowercase());
        match (&value.form, field) {
            (Form::Literal(text), Some(field)) => {
                let written = format!("{text} {field}");
                let kept =
                    storage::literal(Type::of(Oid::INTERVAL), &written, &self.reading.style)?;
                Ok(Typed::new(storage::written(&kept), Type::of(Oid::INTERVAL)))
            }
            _ => self.cast(value, Type::of(Oid::INTERVAL)),
        }
    }

    /// `ARRAY[…]`, in the text that PostgreSQL has for arrays.
    pub(super) fn array(&mut self, elements: &[Expr], scope: &Scope<'_>) -> Result<Typed> {
        if elements.is_empty() {
            let message = "cannot determine type of empty array";
            return Err(PgError::new(SqlState::INDETERMINATE_DATATYPE, message)
                .hint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."));
        }
        let mut typed = Vec::new();
        for element in elements {
            typed.push(self.expression(element, scope)?);
        }
        let all: Vec<&Typed> = typed.iter().collect();
        let ty = self.common_of(&all)?.or_text();
        let is_nested = element_of(ty.oid).is_some();
        let array = if is_nested { Some(ty.oid) } else { array_of(ty.oid) };
        let array = array.ok_or_else(|| unsupported("such an array"))?;
        let mut parts = vec![array.0.to_string()];
        for element in typed {
            parts.push(self.coerce(element, ty)?.sql);
        }
        let function = if is_nested { "pg_array_of_arrays" } else { "pg_array" };
        Ok(Typed::new(format!("{function}({})", parts.join(", ")), Type::of(array)))
    }
}

/// Whether a value looks as the session's settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// All look at it alike.
    Fixed,
    /// Settings change its text, but PostgreSQL lets a file depend on that: floats and bytes.
    Printed,
    /// A date or a time, or what has such in it.
    Dated,
}

fn look(oid: Oid) -> Look {
    match oid {
        Oid::BOOL | Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::OID | Oid::NUMERIC => Look::Fixed,
        Oid::UNKNOWN | Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME => Look::Fixed,
        Oid::UUID | Oid::JSON | Oid::JSONB => Look::Fixed,
        Oid::FLOAT4 | Oid::FLOAT8 | Oid::BYTEA => Look::Printed,
        oid => element_of(oid).map_or(Look::Dated, look),
    }
}

/// Whether a cast goes by the session's settings.
fn dependence(from: Type, to: Type) -> Look {
    let is_text = |ty: Type| ty.is_string() || ty.is_unknown();
    let is_moment = |ty: Type| ty.oid == Oid::TIMESTAMPTZ;
    match (is_text(from), is_text(to)) {
        (false, true) => look(from.oid),
        (true, false) if look(to.oid) == Look::Dated => Look::Dated,
        (false, false) if is_moment(from) != is_moment(to) => Look::Dated,
        _ => Look::Fixed,
    }
}

/// The order in which numbers become each other.
fn rank(oid: Oid) -> Option<u8> {
    Some(match oid {
        Oid::INT2 => 1,
        Oid::INT4 => 2,
        Oid::OID => 3,
        Oid::INT8 => 4,
        Oid::NUMERIC => 5,
        Oid::FLOAT4 => 6,
        Oid::FLOAT8 => 7,
        _ => return None,
    })
}

/// Whether `CAST` has a way; text has one to and from everything.
fn castable(from: Type, to: Type) -> bool {
    let zoned = |ty: Type| ty.is_date_or_timestamp();
    from.is_string()
        || to.is_string()
        || from.oid == to.oid
        || (from.is_number() && to.is_number())
        || (zoned(from) && zoned(to))
        || matches!(
            (from.oid, to.oid),
            (Oid::BOOL, Oid::INT4)
                | (Oid::INT4, Oid::BOOL)
                | (Oid::JSON, Oid::JSONB)
                | (Oid::JSONB, Oid::JSON)
                | (Oid::TIMESTAMP | Oid::TIMESTAMPTZ, Oid::TIME)
                | (Oid::TIME, Oid::INTERVAL)
                | (Oid::INTERVAL, Oid::TIME)
        )
        || (array_like(from) && array_like(to))
}

fn array_like(ty: Type) -> bool {
    trunkline_core::types::element_of(ty.oid).is_some()
}

/// Whether a column takes such a value without a cast being written.
fn assignable(from: Type, to: Type) -> bool {
    from.oid == to.oid
        || to.is_string()
        || (from.is_number() && to.is_number())
        || (from.is_date_or_timestamp() && to.is_date_or_timestamp())
        || matches!((from.oid, to.oid), (Oid::JSON, Oid::JSONB) | (Oid::JSONB, Oid::JSON))
        || (array_like(from) && array_like(to))
}
