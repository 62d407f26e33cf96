//! Functions that make JSON, and whole rows as their arguments.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr};
use trunkline_core::types::element_of;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::Translator;
use super::name::folded;
use super::scope::{Found, Scope};
use super::typed::{Form, Typed};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

const JSON: Type = Type::of(Oid::JSON);
const JSONB: Type = Type::of(Oid::JSONB);

/// Whether a function takes whole rows, and makes JSON of them.
pub(super) fn takes_rows(name: &str) -> bool {
    matches!(name, "row_to_json" | "to_json" | "to_jsonb" | "json_agg" | "jsonb_agg")
        || matches!(name, "json_build_object" | "jsonb_build_object")
        || matches!(name, "json_build_array" | "jsonb_build_array")
}

impl Translator<'_> {
    /// A row of FROM that is an argument, by its alias or as `ROW(…)`: an object of its columns.
    pub(super) fn whole_row(
        &mut self,
        arg: &FunctionArg,
        scope: &Scope<'_>,
    ) -> Result<Option<Typed>> {
        let source = match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(ident))) => {
                let name = folded(ident);
                match scope.find(&name) {
                    Found::None => scope.source(&name),
                    _ => None,
                }
            }
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(function))) => {
                return self.row_of(function, scope);
            }
            FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(name)) => {
                scope.source(&super::name::shown(name))
            }
            _ => None,
        };
        let Some(source) = source else { return Ok(None) };
        let (mut members, mut known) = (Vec::new(), Vec::new());
        for column in &source.columns {
            self.uses.extend(column.origin);
            scope.grouping.note(source, column, 0, false);
            let value = self.json_words(column.typed(0))?;
            members.push(format!("{}, {value}", storage::quoted(&column.name)));
            known.push(column.sql.clone());
        }
        // A row that an outer join made up is NULL; one that is there has a place.
        let place = source.system.iter().find(|column| column.name == "ctid");
        let is_missing = match (place, known.as_slice()) {
            (Some(place), _) => format!("{} IS NULL", place.sql),
            (None, []) => "0".to_owned(),
            (None, known) => {
                let tests: Vec<String> = known.iter().map(|sql| format!("{sql} IS NULL")).collect();
                tests.join(" AND ")
            }
        };
        let row = format!("pg_json_row({})", members.join(", "));
        let sql = format!("CASE WHEN {is_missing} THEN NULL ELSE {row} END");
        Ok(Some(Typed { form: Form::Row, ..Typed::new(sql, Type::of(Oid::RECORD)) }))
    }

    /// `ROW(a, b)`, whose columns are called `f1`, `f2`, ….
    fn row_of(&mut self, function: &Function, scope: &Scope<'_>) -> Result<Option<Typed>> {
        let Some(items) = super::operator::row_items(&Expr::Function(function.clone())) else {
            return Ok(None);
        };
        let mut members = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let value = self.expression(item, scope)?;
            members.push(format!("'f{}', {}", place + 1, self.json_words(value)?));
        }
        let sql = format!("pg_json_row({})", members.join(", "));
        Ok(Some(Typed { form: Form::Row, ..Typed::new(sql, Type::of(Oid::RECORD)) }))
    }

    /// A value in the words of JSON.
    pub(super) fn json_words(&mut self, value: Typed) -> Result<String> {
        if value.form == Form::Row {
            return Ok(value.sql);
        }
        let value = self.settle_text(value)?;
        if matches!(value.ty.oid, Oid::JSON | Oid::JSONB) {
            return Ok(value.sql);
        }
        let function = self.zoned("pg_json", value.ty)?;
        Ok(format!("{function}({}, {})", value.exact(), value.ty.oid.0))
    }

    /// The call of such a function, or `None` if there is none of the name and arguments.
    pub(super) fn json_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let is_row = values.first().is_some_and(|value| value.form == Form::Row);
        let ty = if name.contains("jsonb") { JSONB } else { JSON };
        let sql = match (name, values.len()) {
            ("row_to_json", 1) if !is_row => return Ok(None),
            ("row_to_json" | "to_json" | "to_jsonb", 1) => {
                let mut words = String::new();
                for value in values {
                    if value.is_unknown() {
                        let message = "could not determine polymorphic type because input has type \
                                       unknown";
                        return Err(PgError::new(SqlState::DATATYPE_MISMATCH, message));
                    }
                    words = self.json_words(value)?;
                }
                words
            }
            ("json_build_object" | "jsonb_build_object", count) => {
                if count % 2 == 1 {
                    let message = "argument list must have even number of elements";
                    let error = PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
                    return Err(error.hint(format!(
                        "The arguments of {name}() must consist of alternating keys and values."
                    )));
                }
                let mut parts = Vec::new();
                for (place, value) in values.into_iter().enumerate() {
                    parts.push(match place % 2 {
                        0 => self.name_of_member(value)?,
                        _ => self.json_words(value)?,
                    });
                }
                format!("pg_json_object({})", parts.join(", "))
            }
            ("json_build_array" | "jsonb_build_array", _) => {
                let mut parts = Vec::new();
                for value in values {
                    parts.push(self.json_words(value)?);
                }
                format!("pg_json_array({})", parts.join(", "))
            }
            _ => return Ok(None),
        };
        let sql = if ty == JSONB { format!("pg_jsonb({sql})") } else { sql };
        Ok(Some(Typed::new(sql, ty)))
    }

    /// `jsonb_typeof` and `jsonb_array_length`
    pub(super) fn json_fact(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let ty = if name.starts_with("jsonb") { JSONB } else { JSON };
        let Some(value) = values.into_iter().next() else { return Ok(None) };
        let value = self.settle(value, ty)?;
        if value.ty.oid != ty.oid {
            return Ok(None);
        }
        let (function, result) = match name.ends_with("typeof") {
            true => ("pg_json_typeof", Type::TEXT),
            false => ("pg_json_array_length", Type::INT4),
        };
        Ok(Some(Typed::new(format!("{function}({})", value.sql), result)))
    }

    /// A number or a boolean of a document: 22023 if it is neither.
    pub(super) fn scalar_of_jsonb(&mut self, document: Typed, ty: Type) -> Result<Typed> {
        let name = ty.name();
        let sql = format!("pg_jsonb_scalar({}, {}, '{name}')", document.sql, ty.oid.0);
        let as_number = Typed::new(sql, if ty.oid == Oid::BOOL { ty } else { Type::NUMERIC });
        if ty.oid == Oid::BOOL || ty == Type::NUMERIC {
            return Ok(as_number);
        }
        self.cast(as_number, ty)
    }

    /// A name of a member: anything, as a text.
    pub(super) fn name_of_member(&mut self, value: Typed) -> Result<String> {
        let value = self.settle_text(value)?;
        Ok(self.cast(value, Type::TEXT)?.sql)
    }
}

/// Whether elements of `json_agg` stand in lines of their own.
pub(super) fn stands_alone(value: &Typed) -> bool {
    value.form == Form::Row || element_of(value.ty.oid).is_some()
}
