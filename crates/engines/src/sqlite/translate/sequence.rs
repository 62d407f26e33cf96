//! The functions that ask sequences for numbers.

use std::borrow::Cow;

use sqlparser::ast::Expr;
use trunkline_core::catalog::Numbers;
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::Lexer;

use super::name::{no_column_of, no_relation, quoted};
use super::scope::{Output, Scope};
use super::typed::{Form, Typed};
use super::{Translator, unsupported};
use crate::sqlite::schema::PUBLIC;
use crate::sqlite::sequence::Sequence;
use crate::sqlite::storage;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// The name of the sequence of a column, `public.t_id_seq`, or NULL.
    pub(super) fn serial_sequence(&self, values: &[Typed]) -> Result<Typed> {
        let forms: Vec<&Form> = values.iter().map(|value| &value.form).collect();
        let [Form::Literal(table), Form::Literal(column)] = forms.as_slice() else {
            return Err(unsupported("pg_get_serial_sequence of what is no constant"));
        };
        let (_, name) = qualified(table);
        let relation = self.schema.relation(&name).ok_or_else(|| no_relation(table))?;
        let Some((_, column)) = relation.column(column) else {
            return Err(no_column_of(relation, column));
        };
        let owned = self.schema.owned_by(relation, Some(column));
        let Some(sequence) = owned.first() else { return Ok(Typed::new("NULL", Type::TEXT)) };
        let name = format!("public.{}", trunkline_sql::quote_identifier(&sequence.name));
        let typed = Typed::new(storage::quoted(&name), Type::TEXT);
        Ok(Typed { form: Form::Literal(name), ..typed })
    }

    /// The sequence of a default that is `nextval('name')`.
    pub(super) fn next_of(&mut self, default: &Expr) -> Result<Option<Sequence>> {
        let Expr::Function(call) = default else { return Ok(None) };
        if super::name::parts(&call.name)?.last().is_none_or(|name| name != "nextval") {
            return Ok(None);
        }
        let used = self.sequences.len();
        self.expression(default, &Scope::default())?;
        let found = self.sequences.get(used).cloned();
        // A definition takes no number.
        self.taking = None;
        self.sequences.truncate(used);
        Ok(found)
    }

    /// `nextval`, `currval` or `setval`, of a sequence that is named: which one is read before the
    /// statement begins.
    pub(super) fn sequence_call(&mut self, function: &str, values: Vec<Typed>) -> Result<Typed> {
        self.volatile = true;
        let mut values = values.into_iter();
        let Some(sequence) = values.next() else { return Err(unsupported(function)) };
        let text = match &sequence.form {
            Form::Literal(text) => text,
            Form::Computed if sequence.sql == "NULL" => return Ok(Typed::new("NULL", Type::INT8)),
            _ => return Err(unsupported("the name of a sequence that is no constant")),
        };
        let (schema, name) = qualified(text);
        let is_visible = schema.is_some() || self.reading.path.finds_public;
        let found = match schema.as_deref() {
            None => self.schema.sequence(None, &name),
            Some("public") => self.schema.sequence(Some(false), &name),
            Some("pg_temp") => self.schema.sequence(Some(true), &name),
            Some(_) => None,
        };
        let found = found.filter(|one| is_visible || one.database == "temp").ok_or_else(|| {
            let message = format!("relation \"{text}\" does not exist");
            let error = PgError::new(SqlState::UNDEFINED_TABLE, message);
            if sequence.place > 0 { error.position(sequence.place) } else { error }
        })?;
        let mut arguments = vec![storage::quoted(&found.place())];
        match function {
            "currval" => arguments.push(storage::quoted(&found.name)),
            _ => {
                let function = if function == "setval" { "setval()" } else { "nextval()" };
                self.taking.get_or_insert(function);
                self.sequences.push(found);
            }
        }
        if function == "setval" {
            let given: Vec<Typed> = values.collect();
            let count = given.len();
            arguments.push(self.arguments(given, &[Type::INT8, Type::BOOL])?);
            if count == 1 {
                arguments.push("1".to_owned());
            }
        }
        Ok(Typed::new(format!("pg_{function}({})", arguments.join(", ")), Type::INT8))
    }
}

/// What drops a sequence, unless SQLite counts it, which forgets it with its table.
pub(super) fn dropped_sequence(sequence: &Sequence) -> Option<String> {
    let Sequence { name, database, key_of, .. } = sequence;
    key_of.is_none().then(|| format!("DROP TABLE {database}.{}", quoted(name)))
}

/// The row of a sequence that SQLite counts, which has no table of its own, and its columns.
pub(super) fn counted(sequence: &Sequence) -> (String, Vec<Output>) {
    let table = storage::quoted(sequence.key_of.as_deref().unwrap_or_default());
    let sql = format!(
        "SELECT coalesce(nullif(max(seq), 0), {}) AS last_value, 0 AS log_cnt, \
         coalesce(max(seq), 0) <> 0 AS is_called FROM {}.sqlite_sequence WHERE name = {table}",
        sequence.options.start, sequence.database
    );
    let columns =
        [("last_value", Type::INT8, 1), ("log_cnt", Type::INT8, 2), ("is_called", Type::BOOL, 3)];
    let oid = Numbers::default().sequence(PUBLIC, &sequence.name);
    let output = |(name, ty, number): (&str, Type, i16)| Output {
        name: name.to_owned(),
        inner: name.to_owned(),
        ty,
        origin: Some((oid, number)),
    };
    (sql, columns.map(output).into())
}

/// What has a sequence begin again.
pub(super) fn restarted(sequence: &Sequence) -> String {
    let Sequence { name, options, database, key_of } = sequence;
    match key_of {
        Some(table) => {
            let table = storage::quoted(table);
            format!("DELETE FROM {database}.sqlite_sequence WHERE name = {table}")
        }
        None => format!(
            "UPDATE {database}.{} SET last_value = {}, is_called = 0",
            quoted(name),
            options.start
        ),
    }
}

/// The schema and the name in a text, folded: `public."A_id_seq"`.
fn qualified(text: &str) -> (Option<String>, String) {
    let mut names: Vec<String> = Vec::new();
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next_significant() {
        names.extend(token.identifier(text).map(Cow::into_owned).ok());
    }
    let name = names.pop().unwrap_or_default();
    (names.pop(), name)
}
