//! `trunkline.sql`: the forgiving parser, for Python.
//!
//! Where tokens and statements end is decided by `trunkline-sql`, as is what a statement is about;
//! here the clauses of plain statements are read (`clauses`, `condition`, `value`, over a `parser`
//! that passes over what it does not know), columns are named (`name`), and objects are made
//! (`convert`) of the shapes read (`model`).

mod clauses;
mod condition;
mod convert;
mod model;
mod name;
mod parser;
mod value;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use trunkline_sql::statement::{SetValue, Which, select_into};
use trunkline_sql::{
    KeywordCategory, Lexer, Mention, Outline, Reader, SessionStatement, Span, StatementKind,
    TokenKind, keyword_category,
};

use convert::Maker;

/// Makes the submodule `sql` of the extension, so that it can be imported by its full name.
pub(crate) fn register(parent: &Bound<'_, PyModule>) -> PyResult<()> {
    let module = PyModule::new(parent.py(), "sql")?;
    module.add_function(wrap_pyfunction!(split, &module)?)?;
    module.add_function(wrap_pyfunction!(parse, &module)?)?;
    module.add_function(wrap_pyfunction!(quote_identifier, &module)?)?;
    module.add_function(wrap_pyfunction!(quote_literal, &module)?)?;
    parent.add_submodule(&module)?;
    let modules = parent.py().import("sys")?.getattr("modules")?;
    modules.set_item("trunkline._trunkline.sql", module)
}

/// The statements of a text, without the semicolons that end them, as PostgreSQL splits it.
///
/// White space around them is left out; comments before and within a statement are part of it.
#[pyfunction]
#[pyo3(signature = (text, /))]
fn split(text: &str) -> Vec<&str> {
    trunkline_sql::split(text).map(|statement| statement.text()).collect()
}

/// A name as it must be written to be read back: PostgreSQL's `quote_ident`.
#[pyfunction]
#[pyo3(signature = (name, /))]
fn quote_identifier(name: &str) -> String {
    trunkline_sql::quote_identifier(name).into_owned()
}

/// A text as a string constant: PostgreSQL's `quote_literal`.
#[pyfunction]
#[pyo3(signature = (value, /))]
fn quote_literal(value: &str) -> String {
    trunkline_sql::quote_literal(value)
}

/// What one statement is about, and the clauses of a plain one.
///
/// Never fails for what it does not know. A text of more than one statement is a ValueError, as is
/// a str with a lone surrogate.
#[pyfunction]
#[pyo3(signature = (text, /))]
fn parse<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let mut statements = trunkline_sql::split(text);
    let first = statements.next();
    if statements.next().is_some() {
        return Err(PyValueError::new_err("the text has more than one statement"));
    }
    let maker = Maker::new(py, text)?;
    let lexer = first.as_ref().map_or_else(|| Lexer::new(""), |first| first.lexer());
    let written = first.as_ref().map_or("", |first| first.text());
    let outline = Outline::of(lexer.clone());
    let clauses = clauses::read(lexer.clone());
    let (name, value) = first.as_ref().and_then(setting).unzip();
    let mut fields = vec![
        maker.any(written)?,
        maker.any(kind(outline.kind))?,
        maker.any(outline.command_tag)?,
        maker.tuple(&outline.tables, |table| {
            let alias = alias(&lexer, outline.kind, table);
            let (schema, name) = (table.schema.as_deref(), &*table.name);
            let fields = [
                maker.any(name)?,
                maker.any(schema)?,
                maker.any(alias)?,
                maker.any(table.is_target)?,
            ];
            maker.make("Table", &fields)
        })?,
        maker.tuple(&outline.functions, |function| {
            let (schema, name) = (function.schema.as_deref(), &*function.name);
            maker.make("Function", &[maker.any(name)?, maker.any(schema)?])
        })?,
        maker.any(outline.is_read_only)?,
        maker.any(returns_rows(written, &lexer, &outline))?,
        maker.any(outline.parameters)?,
    ];
    fields.extend(maker.clauses(&clauses)?);
    fields.push(maker.any(name)?);
    fields.push(match value.flatten().as_deref() {
        Some([value]) => maker.any(value)?,
        Some(values) => maker.tuple(values, |value| maker.any(value))?,
        None => maker.any(None::<&str>)?,
    });
    fields.push(maker.any(clauses.is_simple)?);
    maker.make("Statement", &fields)
}

fn kind(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Empty => "empty",
        StatementKind::Select => "select",
        StatementKind::Insert => "insert",
        StatementKind::Update => "update",
        StatementKind::Delete => "delete",
        StatementKind::Merge => "merge",
        StatementKind::Copy => "copy",
        StatementKind::Truncate => "truncate",
        StatementKind::Explain => "explain",
        StatementKind::Call => "call",
        StatementKind::Do => "do",
        StatementKind::Definition => "definition",
        StatementKind::Session => "session",
        _ => "other",
    }
}

/// The setting that SET or SHOW names, and what it is set to.
fn setting(statement: &trunkline_sql::Statement<'_>) -> Option<(String, Option<Vec<String>>)> {
    match statement.recognise()?.ok()? {
        SessionStatement::Show(Which::Named(name)) => Some((name, None)),
        SessionStatement::Show(Which::All) => Some(("all".to_owned(), None)),
        SessionStatement::Set(set) => Some(match set.value {
            SetValue::List(values) => (set.name, Some(values)),
            SetValue::Interval { value, .. } => (set.name, Some(vec![value])),
            _ => (set.name, None),
        }),
        _ => None,
    }
}

/// Whether it answers with rows, by its kind and by RETURNING.
fn returns_rows(text: &str, lexer: &Lexer<'_>, outline: &Outline<'_>) -> bool {
    match outline.kind {
        StatementKind::Select => select_into(text).is_none(),
        StatementKind::Explain => true,
        StatementKind::Session => matches!(outline.command_tag, "SHOW" | "FETCH"),
        StatementKind::Insert
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge => has_returning(lexer.clone()),
        _ => false,
    }
}

/// Whether RETURNING stands outside of all parentheses.
pub(crate) fn has_returning(lexer: Lexer<'_>) -> bool {
    let source = lexer.source();
    let (mut depth, mut is_label) = (0_usize, false);
    for token in lexer.filter(|token| token.kind.is_significant()) {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ if depth == 0 && !is_label && token.is_word(source, "returning") => return true,
            _ => {}
        }
        is_label = token.kind == TokenKind::Dot || token.is_word(source, "as");
    }
    false
}

/// The alias behind a table, in the statements whose tables may have one.
fn alias(lexer: &Lexer<'_>, kind: StatementKind, table: &Mention<'_>) -> Option<String> {
    let without_as = match kind {
        StatementKind::Insert => !table.is_target,
        StatementKind::Select
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge => true,
        StatementKind::Explain | StatementKind::Session => !table.is_target,
        _ => return None,
    };
    let behind = Span::new(table.span.end, lexer.end());
    let mut reader = Reader::new(lexer.clone().within(behind));
    if reader.eat("as") {
        return reader.name().ok();
    }
    let category = keyword_category(reader.word());
    let is_word = category.is_none_or(|category| category == KeywordCategory::Unreserved);
    if without_as && is_word && !reader.at("set") { reader.name().ok() } else { None }
}
