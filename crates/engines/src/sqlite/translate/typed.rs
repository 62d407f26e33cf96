//! Expressions of SQLite with the types that PostgreSQL gives them.

use trunkline_core::types::{ValueError, element_of};
use trunkline_core::{Oid, PgError, Result};

use super::Translator;
use crate::sqlite::storage;
use crate::sqlite::types::Type;

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) sql: String,
    pub(super) ty: Type,
    pub(super) form: Form,
    /// Where it stands in the statement, in characters from 1; 0 if that is not known.
    pub(super) place: usize,
    /// Whether it is known not to be NULL.
    pub(super) not_null: bool,
    /// The table and the column that it is, if it is nothing else.
    pub(super) origin: Option<(Oid, i16)>,
}

/// What an expression is, where that matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// Anything that is computed.
    Computed,
    /// The same, and what is sent of it where nothing is done with it any more: an integer whose range is
    /// looked at then, or a numeric as the text of all its digits.
    Sent(String),
    /// A column: it holds only what its type can.
    Column,
    /// A string constant without a type.
    Literal(String),
    /// A number as it was written.
    Number,
    /// NULL without a type.
    Null,
    /// A parameter, by its index.
    Parameter(usize),
    /// A whole row, in the words of JSON.
    Row,
}

/// How many digits every REAL has.
const KEPT_DIGITS: usize = 15;

impl Typed {
    pub(super) fn new(sql: impl Into<String>, ty: Type) -> Typed {
        Typed { sql: sql.into(), ty, form: Form::Computed, place: 0, not_null: false, origin: None }
    }

    pub(super) fn boolean(sql: impl Into<String>) -> Typed {
        Typed::new(sql, Type::BOOL)
    }

    /// A numeric as a text with all its digits, or as a number that has no others.
    pub(super) fn exact(&self) -> String {
        if let Some(digits) = self.long_number() {
            return storage::quoted(digits);
        }
        match (&self.form, self.ty.scale()) {
            (Form::Sent(sent), _) if self.ty.oid == Oid::NUMERIC => sent.clone(),
            (_, Some(scale)) if scale > 0 => format!("pg_fixed({}, {scale})", self.sql),
            _ => self.sql.clone(),
        }
    }

    /// The digits of a constant that has more of them than SQLite keeps of a number.
    pub(super) fn long_number(&self) -> Option<&str> {
        let digits = self.sql.trim_matches(['(', ')', '+']);
        let is_long = digits.bytes().filter(u8::is_ascii_digit).count() > KEPT_DIGITS;
        (self.is_decimal() && is_long && !digits.contains('\'')).then_some(digits)
    }

    /// As a key of ORDER BY or GROUP BY, where SQLite takes a number for the place of a column.
    pub(super) fn key(self) -> String {
        if self.form == Form::Number { "NULL".to_owned() } else { self.ordered() }
    }

    /// As it is put in order and compared: what is kept as a text that is ordered otherwise has a key.
    pub(super) fn ordered(&self) -> String {
        match has_key(self.ty) {
            true => format!("pg_order({}, {})", self.sql, self.ty.oid.0),
            false => self.sql.clone(),
        }
    }

    /// Whether it is a constant with a point.
    pub(super) fn is_decimal(&self) -> bool {
        self.form == Form::Number && self.ty.oid == Oid::NUMERIC
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.ty.is_unknown()
    }
}

impl Translator<'_> {
    /// Gives a type to what has none yet: a literal is read as one, a parameter is announced as one.
    ///
    /// 22P02 and its kin for a literal that is not of the type.
    pub(super) fn settle(&mut self, typed: Typed, ty: Type) -> Result<Typed> {
        if !typed.is_unknown() {
            return Ok(typed);
        }
        match &typed.form {
            Form::Literal(text) => {
                let plain = Type::of(ty.oid);
                let value = storage::literal(plain, text, &self.reading.style)
                    .map_err(|error| unread(error, typed.place))?;
                let sql = storage::written(&value);
                let plain = match written_scale(text.trim()) {
                    Some(scale) if ty.oid == Oid::NUMERIC => Type::scaled(scale),
                    _ => plain,
                };
                Ok(Typed { sql, ty: plain, form: Form::Number, not_null: true, ..typed })
            }
            Form::Parameter(index) => {
                let known = match self.parameters.get_mut(*index) {
                    Some(known) if known.is_unknown() => {
                        *known = Type::of(ty.oid);
                        *known
                    }
                    Some(known) => *known,
                    None => ty,
                };
                Ok(Typed { ty: known, ..typed })
            }
            _ => Ok(Typed { ty: Type::of(ty.oid), ..typed }),
        }
    }

    /// What nothing gave a type is `text`.
    pub(super) fn settle_text(&mut self, typed: Typed) -> Result<Typed> {
        self.settle(typed, Type::TEXT)
    }

    /// Gives both the type of the other where one has none; two without are texts.
    pub(super) fn settle_pair(&mut self, left: Typed, right: Typed) -> Result<(Typed, Typed)> {
        Ok(match (left.is_unknown(), right.is_unknown()) {
            (true, false) => (self.settle(left, right.ty.operand())?, right),
            (false, true) => {
                let ty = left.ty.operand();
                (left, self.settle(right, ty)?)
            }
            (true, true) => (self.settle_text(left)?, self.settle_text(right)?),
            (false, false) => (left, right),
        })
    }
}

/// Whether values of a type are kept as texts that SQLite would put in another order.
pub(super) fn has_key(ty: Type) -> bool {
    matches!(ty.oid, Oid::INTERVAL | Oid::JSONB) || element_of(ty.oid).is_some()
}

/// A literal that is not of its type, and where it stands.
pub(super) fn unread(error: ValueError, place: usize) -> PgError {
    PgError::from(error).position(place)
}

/// The digits behind the point of a number as it is written: two of `1.50`, none of `1e3`.
pub(super) fn written_scale(digits: &str) -> Option<i32> {
    let (number, exponent) = match digits.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let behind = number.split_once('.').map_or(0, |(_, behind)| behind.len());
    let scale = i32::try_from(behind).ok()?.checked_sub(exponent)?.max(0);
    (scale < 1000).then_some(scale)
}
