//! Sequences: CREATE and DROP SEQUENCE, and the functions that ask them for numbers.

use std::borrow::Cow;

use sqlparser::ast::{DataType, Expr, ObjectName, SequenceOptions};
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::Lexer;

use super::name::{no_column_of, no_relation, quoted};
use super::scope::Scope;
use super::typed::{Form, Typed};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Column, Relation, sequence_table};
use crate::sqlite::sequence::{Options, Sequence};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

impl Translator<'_> {
    pub(super) fn create_sequence(
        &mut self,
        name: &ObjectName,
        temporary: bool,
        if_not_exists: bool,
        data_type: Option<&DataType>,
        options: &[SequenceOptions],
    ) -> Result<Done> {
        let (in_temporary, plain) =
            self.defined_name(name).map_err(|error| self.at(error, name))?;
        let temporary = temporary || in_temporary;
        if !temporary {
            self.check_place(name)?;
        }
        let name = plain;
        if self.is_taken(&name, if_not_exists)? {
            return Ok(Done::definition("CREATE SEQUENCE", Vec::new()));
        }
        let ty = data_type.map_or(Ok(Type::INT8), |data_type| self.data_type(data_type))?;
        let options = sequence_options(ty, options)?;
        let database = if temporary { "temp" } else { "main" };
        Ok(Done::definition("CREATE SEQUENCE", sequence_steps(database, &name, &options)))
    }

    /// What drops sequences: 2BP01 for one that a column takes its numbers from.
    pub(super) fn sequence_drops(&self, names: &[String], cascade: bool) -> Result<Vec<String>> {
        let mut steps = Vec::new();
        for name in names {
            let sequence = self.schema.sequence(None, name);
            let user = self.schema.relations().iter().find_map(|table| {
                let uses = |own: &Column| own.sequence.is_some() && own.sequence == sequence;
                Some((table, table.columns.iter().find(|column| uses(column))?))
            });
            if let Some((table, column)) = user {
                if cascade {
                    return Err(unsupported("DROP … CASCADE of the sequence of a column"));
                }
                let message =
                    format!("cannot drop sequence {name} because other objects depend on it");
                let detail = format!(
                    "default value for column {} of table {} depends on sequence {name}",
                    column.name, table.name
                );
                return Err(PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
                    .detail(detail)
                    .hint("Use DROP ... CASCADE to drop the dependent objects too."));
            }
            let relation = self.schema.relation(name);
            steps.extend(relation.map(|one| format!("DROP TABLE {}", super::from::written(one))));
        }
        Ok(steps)
    }

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
        let sequence = relation.sequence_name(column).filter(|_| column.serial());
        let Some(sequence) = sequence else { return Ok(Typed::new("NULL", Type::TEXT)) };
        let name = format!("public.{}", trunkline_sql::quote_identifier(&sequence));
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
            _ => self.sequences.push(found),
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

/// The sequences that go with a table.
pub(super) fn owned_tables(relation: &Relation) -> Vec<String> {
    let own = relation.columns.iter().filter_map(|column| {
        let numbers = column.numbers().filter(|numbers| numbers.kind.owns_sequence())?;
        Some(format!("{}.{}", relation.database(), quoted(numbers.sequence?)))
    });
    own.collect()
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

/// What makes the table of a sequence.
pub(super) fn sequence_steps(database: &str, name: &str, options: &Options) -> Vec<String> {
    let table = format!("{database}.{}", quoted(name));
    vec![
        format!("CREATE TABLE {table} {}", sequence_table(options)),
        format!("INSERT INTO {table} VALUES ({}, 0, 0)", options.start),
    ]
}

/// The options of CREATE SEQUENCE, or of an identity column: 22023 for what cannot be.
pub(super) fn sequence_options(ty: Type, given: &[SequenceOptions]) -> Result<Options> {
    let refused = |message: String| PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    if !matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
        return Err(refused("sequence type must be smallint, integer, or bigint".to_owned()));
    }
    let mut options = Options::of(ty.oid);
    let (mut minimum, mut maximum, mut start) = (None, None, None);
    for option in given {
        match option {
            SequenceOptions::IncrementBy(by, _) => options.increment = number(by)?,
            SequenceOptions::MinValue(value) => minimum = value.as_ref().map(number).transpose()?,
            SequenceOptions::MaxValue(value) => maximum = value.as_ref().map(number).transpose()?,
            SequenceOptions::StartWith(at, _) => start = Some(number(at)?),
            SequenceOptions::Cycle(without) => options.cycle = !without,
            SequenceOptions::Cache(_) => {}
        }
    }
    if options.increment == 0 {
        return Err(refused("INCREMENT must not be zero".to_owned()));
    }
    let (least, greatest) = Options::limits(ty.oid);
    let (low, high) = if options.increment > 0 { (1, greatest) } else { (least, -1) };
    options.minimum = minimum.unwrap_or(low);
    options.maximum = maximum.unwrap_or(high);
    for (word, value) in [("MINVALUE", options.minimum), ("MAXVALUE", options.maximum)] {
        if !(least..=greatest).contains(&value) {
            let ty = ty.name();
            let message = format!("{word} ({value}) is out of range for sequence data type {ty}");
            return Err(refused(message));
        }
    }
    let Options { minimum, maximum, .. } = options;
    if minimum >= maximum {
        return Err(refused(format!(
            "MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})"
        )));
    }
    options.start = start.unwrap_or(if options.increment > 0 { minimum } else { maximum });
    let start = options.start;
    if start < minimum {
        let message = format!("START value ({start}) cannot be less than MINVALUE ({minimum})");
        return Err(refused(message));
    }
    if start > maximum {
        let message = format!("START value ({start}) cannot be greater than MAXVALUE ({maximum})");
        return Err(refused(message));
    }
    Ok(options)
}

fn number(expr: &Expr) -> Result<i64> {
    let written = expr.to_string().replace(' ', "");
    written.parse().map_err(|_| {
        let message = format!("value \"{written}\" is out of range for type bigint");
        PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
    })
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
