//! Functions and operators of dates and times.

use sqlparser::ast::{BinaryOperator, Expr};
use trunkline_core::{Oid, Result};

use super::operator::no_operator;
use super::scope::Scope;
use super::typed::{Form, Typed};
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

const TIMESTAMPTZ: Type = Type::of(Oid::TIMESTAMPTZ);
const TIMESTAMP: Type = Type::of(Oid::TIMESTAMP);
const DATE: Type = Type::of(Oid::DATE);
const TIME: Type = Type::of(Oid::TIME);
const INTERVAL: Type = Type::of(Oid::INTERVAL);

impl Translator<'_> {
    pub(super) fn time_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        if let (
            "now"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "clock_timestamp"
            | "current_timestamp"
            | "localtimestamp"
            | "current_date"
            | "localtime",
            0 | 1,
        ) = (name, values.len())
        {
            return self.present(name, values).map(Some);
        }
        // Its type is a time with a zone, which SQLite keeps none of.
        if name == "current_time" {
            return Err(unsupported("current_time"));
        }
        let mut values = values.into_iter();
        Ok(Some(match (name, values.len()) {
            ("date_trunc", 2 | 3) => {
                let (Some(field), Some(value)) = (values.next(), values.next()) else {
                    return Ok(None);
                };
                let field = self.settle_text(field)?;
                let value = self.settle(value, TIMESTAMPTZ)?;
                let zone = values.next();
                let to_moment = zone.is_some() || value.ty.oid == Oid::DATE;
                let ty = if to_moment { TIMESTAMPTZ } else { Type::of(value.ty.oid) };
                let value = self.coerce(value, ty)?;
                let zone = match zone {
                    Some(zone) => format!(", {}", self.settle_text(zone)?.sql),
                    None => String::new(),
                };
                let function = self.zoned("pg_date_trunc", ty)?;
                let (field, value, oid) = (field.sql, value.sql, ty.oid.0);
                Typed::new(format!("{function}({field}, {value}, {oid}{zone})"), ty)
            }
            ("date_part", 2) => {
                let (Some(field), Some(value)) = (values.next(), values.next()) else {
                    return Ok(None);
                };
                let Form::Literal(field) = field.form else {
                    return Err(unsupported("date_part of a field that is no constant"));
                };
                let value = self.settle(value, TIMESTAMPTZ)?;
                self.date_part(&field.to_lowercase(), value, Type::FLOAT8)?
            }
            ("to_timestamp", 1) => {
                let Some(value) = values.next() else { return Ok(None) };
                let value = self.settle(value, Type::FLOAT8)?;
                Typed::new(format!("pg_to_timestamp({})", value.sql), TIMESTAMPTZ)
            }
            ("to_date" | "to_timestamp", 2) => {
                let ty = if name == "to_date" { DATE } else { TIMESTAMPTZ };
                let values: Vec<Typed> = values.collect();
                if !values.iter().all(|value| value.is_unknown() || value.ty.is_string()) {
                    return Ok(None);
                }
                let function = self.zoned("pg_from_char", ty)?;
                let arguments = self.arguments(values, &[Type::TEXT])?;
                Typed::new(format!("{function}({arguments}, {})", ty.oid.0), ty)
            }
            ("to_char", 2) => {
                let (Some(value), Some(format)) = (values.next(), values.next()) else {
                    return Ok(None);
                };
                let value = self.settle(value, TIMESTAMPTZ)?;
                // A date is the midnight of the session's zone.
                let is_date = value.ty.oid == Oid::DATE;
                let value = if is_date { self.cast(value, TIMESTAMPTZ)? } else { value };
                let is_time = matches!(value.ty.oid, Oid::TIME | Oid::INTERVAL);
                let is_number = value.ty.is_number() && value.ty.oid != Oid::OID;
                if !(value.ty.is_date_or_timestamp() || is_time || is_number) {
                    return Err(unsupported("to_char of this type"));
                }
                let format = self.settle_text(format)?;
                let function = self.zoned("pg_to_char", value.ty)?;
                let oid = value.ty.oid.0;
                let sql = format!("{function}({}, {}, {oid})", value.sql, format.sql);
                Typed::new(sql, Type::TEXT)
            }
            ("timezone", 2) => {
                let (Some(zone), Some(value)) = (values.next(), values.next()) else {
                    return Ok(None);
                };
                return self.by_zone(value, zone).map(Some);
            }
            _ => return self.calendar_call(name, values.collect()),
        }))
    }

    /// The functions that tell the time; a number is how many digits of a second they are to tell.
    pub(super) fn present(&mut self, name: &str, values: Vec<Typed>) -> Result<Typed> {
        let digits = values.first().map_or(-1, |digits| digits.sql.parse().unwrap_or(-1).min(6));
        let ty = match name {
            "current_date" => DATE,
            "localtimestamp" => TIMESTAMP,
            "localtime" => TIME,
            _ => TIMESTAMPTZ,
        };
        // Nothing that lasts may depend on the time.
        self.local("pg_now")?;
        let function = if name == "clock_timestamp" { "pg_clock()" } else { "pg_now()" };
        let told = Typed { not_null: true, ..Typed::new(function, TIMESTAMPTZ) };
        self.cast(told, Type { oid: ty.oid, typmod: digits })
    }

    /// `extract(field FROM value)`
    pub(super) fn date_part(&mut self, field: &str, value: Typed, ty: Type) -> Result<Typed> {
        let field = crate::sqlite::storage::quoted(field);
        let function = self.zoned("pg_date_part", value.ty)?;
        let sql = format!("{function}({field}, {}, {})", value.sql, value.ty.oid.0);
        // A REAL has all of a second's digits, but SQLite's fifteen do not reach behind an epoch's point.
        let form = match ty.scale() {
            Some(scale) if ty.oid == Oid::NUMERIC => {
                Form::Sent(format!("pg_fixed({sql}, {scale})"))
            }
            _ => Form::Computed,
        };
        Ok(Typed { form, ..Typed::new(sql, ty) })
    }

    /// A zone makes a `timestamptz` of a `timestamp`, and the other way round.
    pub(super) fn at_time_zone(
        &mut self,
        timestamp: &Expr,
        zone: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let value = self.expression(timestamp, scope)?;
        let zone = self.expression(zone, scope)?;
        self.by_zone(value, zone).map_err(|error| self.at(error, timestamp))
    }

    fn by_zone(&mut self, value: Typed, zone: Typed) -> Result<Typed> {
        let value = self.settle(value, TIMESTAMPTZ)?;
        let zone = self.settle_text(zone)?;
        let zone = match zone.ty.oid {
            Oid::INTERVAL => format!("('INTERVAL ''' || {} || '''')", zone.sql),
            _ => zone.sql,
        };
        let value = if value.ty.oid == Oid::DATE { self.cast(value, TIMESTAMPTZ)? } else { value };
        let ty = match value.ty.oid {
            Oid::TIMESTAMPTZ => TIMESTAMP,
            Oid::TIMESTAMP => TIMESTAMPTZ,
            _ => return Err(unsupported("AT TIME ZONE of such a value")),
        };
        let sql = format!("pg_timezone({zone}, {}, {})", value.sql, value.ty.oid.0);
        Ok(Typed::new(sql, ty))
    }

    /// `+`, `-`, `*` and `/` where a date, a timestamp or an interval is on either side.
    pub(super) fn date_arithmetic(
        &mut self,
        left: Typed,
        op: &BinaryOperator,
        right: Typed,
        at: &Expr,
    ) -> Result<Typed> {
        let wanted = |other: Type| match (op, other.oid) {
            (BinaryOperator::Minus, _) => other,
            (BinaryOperator::Plus, Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::INTERVAL) => INTERVAL,
            (BinaryOperator::Plus, _) => Type::INT4,
            _ => Type::FLOAT8,
        };
        // `timestamp - '1 day'` is read as an interval by PostgreSQL only when it is cast.
        let left = self.settle(left, wanted(right.ty))?;
        let right = self.settle(right, wanted(left.ty))?;
        let (l, r) = (left.ty, right.ty);
        let zoned = |ty: Type| if ty.oid == Oid::DATE { TIMESTAMP } else { Type::of(ty.oid) };
        let add = self.zoned("pg_time_add", if l.oid == Oid::TIMESTAMPTZ { l } else { r })?;
        let call = |function: &str, a: &Typed, b: &Typed, ty: Type| {
            let sql = format!("{function}({}, {}, {})", a.sql, b.sql, a.ty.oid.0);
            Ok(Typed::new(sql, ty))
        };
        let times = |span: &Typed, factor: &str| {
            Typed::new(format!("pg_interval_times({}, {factor})", span.sql), INTERVAL)
        };
        let plus = matches!(op, BinaryOperator::Plus);
        let minus = matches!(op, BinaryOperator::Minus);
        match (l.oid, r.oid) {
            (Oid::DATE, _) if r.is_integer() && plus => call("pg_date_add", &left, &right, DATE),
            (_, Oid::DATE) if l.is_integer() && plus => call("pg_date_add", &right, &left, DATE),
            (Oid::DATE, _) if r.is_integer() && minus => {
                let right = Typed::new(format!("(-{})", right.sql), r);
                call("pg_date_add", &left, &right, DATE)
            }
            (Oid::DATE, Oid::TIME) | (Oid::TIME, Oid::DATE) if plus => {
                let (date, time) = if l.oid == Oid::DATE { (left, right) } else { (right, left) };
                let (date, time) = (self.cast(date, TIMESTAMP)?, self.cast(time, INTERVAL)?);
                call("pg_time_add", &date, &time, TIMESTAMP)
            }
            (Oid::DATE, Oid::DATE) if minus => call("pg_date_diff", &left, &right, Type::INT4),
            (_, Oid::INTERVAL) if l.is_date_or_timestamp() && plus => {
                call(&add, &left, &right, zoned(l))
            }
            (Oid::INTERVAL, _) if r.is_date_or_timestamp() && plus => {
                call(&add, &right, &left, zoned(r))
            }
            (_, Oid::INTERVAL) if l.is_date_or_timestamp() && minus => {
                call(&add, &left, &times(&right, "-1"), zoned(l))
            }
            _ if l.is_date_or_timestamp() && r.is_date_or_timestamp() && minus => {
                let ty = self.common(l, r).unwrap_or(TIMESTAMP);
                let (left, right) = (self.cast(left, ty)?, self.cast(right, ty)?);
                call("pg_time_diff", &left, &right, INTERVAL)
            }
            (Oid::INTERVAL, Oid::INTERVAL) if plus => {
                call("pg_interval_add", &left, &right, INTERVAL)
            }
            (Oid::INTERVAL, Oid::INTERVAL) if minus => {
                call("pg_interval_add", &left, &times(&right, "-1"), INTERVAL)
            }
            (Oid::INTERVAL, _) if r.is_number() && matches!(op, BinaryOperator::Multiply) => {
                Ok(times(&left, &right.sql))
            }
            (_, Oid::INTERVAL) if l.is_number() && matches!(op, BinaryOperator::Multiply) => {
                Ok(times(&right, &left.sql))
            }
            (Oid::INTERVAL, _) if r.is_number() && matches!(op, BinaryOperator::Divide) => {
                let sql = format!("pg_interval_div({}, {})", left.sql, right.sql);
                Ok(Typed::new(sql, INTERVAL))
            }
            _ => Err(self.at(no_operator(l, &op.to_string(), r), at)),
        }
    }
}
