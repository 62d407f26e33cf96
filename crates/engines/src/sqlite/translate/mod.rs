//! PostgreSQL's SQL as SQLite's.
//!
//! A statement is parsed, and written anew from its tree, with the types of all that is in it:
//! what a value's type is decides what its operators mean, and what the client is told.

mod alter;
mod call;
mod cast;
mod create_table;
pub(super) mod declared;
mod default;
mod definition;
mod delete;
mod draft;
mod expression;
mod from;
mod insert;
mod label;
mod name;
mod operator;
mod query;
mod rebuild;
mod returning;
mod scalar;
mod scope;
mod select;
mod sequence;
mod syntax;
mod table_text;
mod temporal;
mod typed;
mod update;

use std::borrow::Cow;
use std::rc::Rc;

use sqlparser::ast::Statement;
use trunkline_core::{Column, Oid, PgError, Result, SqlState};

use super::schema::Schema;
use super::sequence::Sequence;
use super::types::Type;
use scope::Cte;

/// A statement in SQLite's words.
#[derive(Clone, Debug)]
pub(crate) struct Translated {
    /// Statements of SQLite, to be run in order and together; only the last may return rows.
    /// Their parameters are `?1`, `?2`, ….
    pub(crate) steps: Vec<String>,
    /// The types of `$1`, `$2`, ….
    pub(crate) parameters: Vec<Oid>,
    /// The shape of the rows, if there are any; a modifier may be a computed scale.
    pub(crate) columns: Option<Vec<Column>>,
    /// The words of CommandComplete.
    pub(crate) tag: Cow<'static, str>,
    /// Whether the number of rows that were changed follows them.
    pub(crate) counts: bool,
    /// Whether it changes anything.
    pub(crate) writes: bool,
    /// The sequences that it may take numbers from.
    pub(crate) sequences: Vec<Sequence>,
    /// Whether it is a query without FROM: PostgreSQL knows what it says before any row.
    pub(crate) constant: bool,
}

/// Translates one statement; `hints` are the types of its parameters that the client names, 0 for
/// those that it leaves open.
///
/// Errors are PostgreSQL's: 42601 for what cannot be parsed, 42P01, 42703, 42883 and 42702 for
/// names, 42804 for types, and 0A000 for what SQLite cannot do.
pub(crate) fn translate(sql: &str, schema: &Schema, hints: &[Oid]) -> Result<Translated> {
    let statement = syntax::parse(sql)?;
    let mut translator = Translator::new(sql, schema, hints);
    let done = translator.statement(&statement)?;
    let parameters = translator.parameter_types()?;
    Ok(Translated {
        steps: done.steps,
        parameters,
        columns: done.columns,
        tag: done.tag,
        counts: done.counts,
        writes: done.writes || !translator.sequences.is_empty(),
        sequences: translator.sequences,
        constant: !translator.volatile
            && matches!(&statement, Statement::Query(query) if query::is_constant(query)),
    })
}

/// Whether a text is a statement: 42601 if it is not.
pub(crate) fn check(sql: &str) -> Result<()> {
    syntax::parse(sql).map(drop)
}

/// The types of the columns of a query, such as a view's, if it can be translated.
pub(super) fn types_of(sql: &str, schema: &Schema) -> Option<Vec<Type>> {
    let translated = translate(sql, schema, &[]).ok()?;
    let columns = translated.columns?;
    let of = |c: &Column| Type { oid: c.type_oid, typmod: c.typmod };
    Some(columns.iter().map(|column| of(column).as_announced()).collect())
}

/// What became of a statement, but for its parameters.
struct Done {
    steps: Vec<String>,
    columns: Option<Vec<Column>>,
    tag: Cow<'static, str>,
    counts: bool,
    writes: bool,
}

impl Done {
    /// Statements that change the schema.
    fn definition(tag: &'static str, steps: Vec<String>) -> Done {
        Done { steps, columns: None, tag: tag.into(), counts: false, writes: true }
    }
}

/// The translation of one statement.
struct Translator<'a> {
    sql: &'a str,
    /// How many characters are before each line.
    lines: Rc<[usize]>,
    schema: &'a Schema,
    /// The types of the parameters, unknown until their surroundings tell.
    parameters: Vec<Type>,
    /// The names of WITH that can be seen, the innermost last.
    ctes: Vec<Cte>,
    /// How many expressions and queries are within each other.
    depth: usize,
    /// The sequences that it needs.
    sequences: Vec<Sequence>,
    /// Whether something in it is worked out only when it runs, though all of it is constant.
    volatile: bool,
}

/// How deep they may be: the stack is finite, and so is SQLite's patience.
const DEPTH: usize = 120;

impl<'a> Translator<'a> {
    fn new(sql: &'a str, schema: &'a Schema, hints: &[Oid]) -> Translator<'a> {
        let parameters = hints
            .iter()
            .map(|hint| if hint.0 == 0 { Type::UNKNOWN } else { Type::of(*hint) })
            .collect();
        let lines = name::lines_of(sql).into();
        Translator {
            sql,
            lines,
            schema,
            parameters,
            ctes: Vec::new(),
            depth: 0,
            sequences: Vec::new(),
            volatile: false,
        }
    }

    /// Goes a level down for what is within an expression or a query: 54001 if it is too deep.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= DEPTH {
            let message = "stack depth limit exceeded";
            return Err(PgError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    fn statement(&mut self, statement: &Statement) -> Result<Done> {
        match statement {
            Statement::Query(query) => self.query_statement(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            other => self.definition(other),
        }
    }

    /// A parameter that nothing gave a type is `text`; one that is not there at all is in the way.
    fn parameter_types(&self) -> Result<Vec<Oid>> {
        let of = |ty: &Type| if ty.is_unknown() { Oid::TEXT } else { ty.oid };
        Ok(self.parameters.iter().map(of).collect())
    }
}

/// 0A000: what SQLite cannot do, or this translation does not.
fn unsupported(what: &str) -> PgError {
    PgError::unsupported(format!("{what} is not supported by the SQLite engine"))
}

/// The words in capitals that a statement begins with, at most three.
fn first_words(statement: &str) -> String {
    let words = statement.split_whitespace().take(3);
    let keywords = words.take_while(|word| word.bytes().all(|byte| byte.is_ascii_uppercase()));
    keywords.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
