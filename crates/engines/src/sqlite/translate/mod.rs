//! PostgreSQL's SQL as SQLite's.
//!
//! A statement is parsed, and written anew from its tree, with the types of all that is in it:
//! what a value's type is decides what its operators mean, and what the client is told.
//!
//! - `syntax` makes the tree: what the parser does not know is taken out before (`unparsed`), what it wants in
//!   other words or in another order is put so (`arranged`).
//! - `query`, `select`, `from` and `grouping` write queries; `insert`, `update` and `delete` what changes rows.
//!   `scope` says what a name means there, and `current` what a cursor has to do with it.
//! - `expression` writes expressions, `typed` with their types: `operator` and `call` lead on to those of each kind.
//! - `definition` leads on to what changes the schema. SQLite alters little of a table, so its text is cut into words
//!   (`table_text`), changed, and the table made anew (`rebuild`), with all that depends on it (`dependency`).

mod alter;
mod alter_sequence;
mod arithmetic;
mod arranged;
mod array_call;
mod calendar;
mod call;
mod called;
mod cast;
mod collected;
mod comment;
mod constraint;
mod create_table;
mod current;
mod dated;
pub(super) mod declared;
mod default;
mod definition;
mod delete;
mod dependency;
mod draft;
mod drop;
pub(super) mod explain;
mod expression;
mod filter;
mod from;
mod grant;
mod grouping;
mod identity;
mod identity_options;
pub(super) mod in_use;
mod index;
pub(super) mod index_text;
mod insert;
mod json_call;
mod json_constructor;
mod jsonb;
mod label;
mod lent;
mod like_table;
pub(super) mod lock;
mod maintain;
mod measure_call;
mod name;
mod nearest;
mod operator;
mod ordered_set;
mod quantified;
mod query;
pub(super) mod reading;
pub(super) mod rebuild;
mod reference;
mod returning;
mod scalar;
mod scope;
mod select;
mod sequence;
mod sequence_options;
mod set_function;
mod set_item;
mod set_operation;
mod statistics;
mod subscript;
mod syntax;
mod table_text;
mod temporal;
mod translated;
mod typed;
mod unparsed;
mod update;
mod utility;
pub(super) mod validation;
mod view_refusal;

use std::borrow::Cow;
use std::rc::Rc;

use sqlparser::ast::Statement;
use trunkline_core::{Column, LentRelation, Notice, Oid, PgError, Result, Severity, SqlState};

use super::comment::Comments;
use super::fresh::made_fresh;
use super::schema::Schema;
use super::sequence::Sequence;
use super::types::Type;
use current::Current;
pub(super) use default::moment;
use dependency::Uses;
use explain::explain;
pub(crate) use filter::filter;
pub(super) use from::written;
use in_use::{Redefined, relations_of};
use lent::Lent;
use lock::Locking;
pub(super) use name::{quoted, table_name};
use reading::{PLAIN, Reading};
use scope::Cte;
use syntax::Parsed;
pub(super) use table_text::{inside, unquoted, words_of};
pub(crate) use translated::Translated;
use unparsed::Overriding;
use utility::Utility;
use validation::Validation;

/// A statement as a client sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'s> {
    pub(crate) sql: &'s str,
    /// The types of its parameters, 0 for those that the client leaves open.
    pub(crate) hints: &'s [Oid],
    /// Whether it may be the query of a cursor.
    pub(crate) is_cursor: bool,
    /// What it names that is not the engine's.
    pub(crate) lent: &'s [LentRelation],
}

impl Request<'_> {
    /// One of which nothing else is said.
    pub(crate) fn of(sql: &str) -> Request<'_> {
        Request { sql, hints: &[], is_cursor: false, lent: &[] }
    }
}

/// Translates one statement. Its constants stay what they are read as, like PostgreSQL's.
///
/// Errors are PostgreSQL's: 42601 for what cannot be parsed, 42P01, 42703, 42883 and 42702 for
/// names, 42804 for types, and 0A000 for what SQLite cannot do.
pub(crate) fn translate(
    request: Request<'_>,
    schema: &Schema,
    reading: &Reading,
) -> Result<Translated> {
    let Request { sql, hints, is_cursor, lent } = request;
    if let Some((explain, statement)) = explain(sql)? {
        let request = Request { sql: &statement, is_cursor: false, ..request };
        return translate(request, schema, reading).map(|translated| translated.explained(explain));
    }
    let mut translator = Translator::new(sql, schema, hints, reading);
    translator.lent = Lent::new(lent, sql, hints);
    if let Some(utility) = Utility::parse(sql)? {
        let done = translator.utility(&utility)?;
        return translator.translated(done, None);
    }
    let Parsed { statement, cursor, overriding, has_no_data, like } = syntax::parse(sql)?;
    translator.current = Current { is_query: is_cursor, cursor, ..Current::default() };
    translator.overriding = overriding;
    translator.has_no_data = has_no_data;
    translator.like = like;
    let done = translator.statement(&statement)?;
    translator.translated(done, Some(&statement))
}

/// Whether a text is a statement: 42601 if it is not.
pub(crate) fn check(sql: &str) -> Result<()> {
    if let Some((_, statement)) = explain(sql)? {
        return syntax::parse(&statement).map(drop);
    }
    match Utility::parse(sql)? {
        Some(_) => Ok(()),
        None => syntax::parse(sql).map(drop),
    }
}

/// The types of the columns of a query, such as a view's, if it can be translated.
pub(super) fn types_of(sql: &str, schema: &Schema) -> Option<Vec<Type>> {
    let translated = translate(Request::of(sql), schema, &PLAIN).ok()?;
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
#[derive(Clone)]
struct Translator<'a> {
    sql: &'a str,
    /// How many characters are before each line.
    lines: Rc<[usize]>,
    schema: &'a Schema,
    reading: &'a Reading,
    /// Whether what is written must be the same in every session, as an index must.
    immutable: Option<&'static str>,
    /// Whether a function of the session is called, which nothing can that stays in the file.
    calls_session: bool,
    /// The places of BETWEEN, once somebody has asked.
    betweens: Option<Vec<(usize, bool)>>,
    /// Whether there is a BETWEEN SYMMETRIC, a word that definitions do not keep.
    is_symmetric: bool,
    /// Whether it is a default, which calls none but those that only tell something.
    is_default: bool,
    /// The types of the parameters, unknown until their surroundings tell.
    parameters: Vec<Type>,
    /// Those that are put into columns as they are, where they may not fit.
    assigned: Vec<(usize, Type)>,
    /// The names of WITH that can be seen, the innermost last.
    ctes: Vec<Cte>,
    /// What the outermost of its queries that locks rows says of that.
    locking: Option<Locking>,
    /// How many expressions and queries are within each other.
    depth: usize,
    /// What it needs of the tables, for those who want to know.
    uses: Uses,
    notices: Vec<Notice>,
    validations: Vec<Validation>,
    /// Whether what is too large for its type is looked for.
    is_checked: bool,
    /// Whether the query that comes next gives what is sent.
    is_sent: bool,
    /// The comments of the main database and of the temporary one, where they may be others behind it.
    comments: Option<[Comments; 2]>,
    /// The table of which it may affect no row twice.
    once: Option<String>,
    /// What it has to do with a cursor.
    current: Current,
    overriding: Option<Overriding>,
    lent: Lent<'a>,
    /// Whether a table that a query makes gets none of its rows.
    has_no_data: bool,
    /// What a table that is made like another has besides its columns.
    like: Vec<(bool, String)>,
    /// The sequences that it needs.
    sequences: Vec<Sequence>,
    /// The first function that takes a number of one.
    taking: Option<&'static str>,
    /// Whether the rows that it changes are of a temporary table.
    is_temporary: bool,
    /// The tables that it defines otherwise, or empties.
    redefined: Vec<Redefined>,
    /// Whether something in it is worked out only when it runs, though all of it is constant.
    volatile: bool,
}

/// How deep they may be: the stack is finite, and so is SQLite's patience.
const DEPTH: usize = 120;

impl<'a> Translator<'a> {
    fn new(
        sql: &'a str,
        schema: &'a Schema,
        hints: &[Oid],
        reading: &'a Reading,
    ) -> Translator<'a> {
        let parameters = hints
            .iter()
            .map(|hint| if hint.0 == 0 { Type::UNKNOWN } else { Type::of(*hint) })
            .collect();
        let lines = name::lines_of(sql).into();
        Translator {
            sql,
            lines,
            schema,
            reading,
            immutable: None,
            calls_session: false,
            betweens: None,
            is_symmetric: false,
            is_default: false,
            parameters,
            assigned: Vec::new(),
            ctes: Vec::new(),
            locking: None,
            depth: 0,
            uses: Uses::new(),
            notices: Vec::new(),
            validations: Vec::new(),
            is_checked: true,
            is_sent: false,
            comments: None,
            once: None,
            current: Current::default(),
            overriding: None,
            lent: Lent::default(),
            has_no_data: false,
            like: Vec::new(),
            sequences: Vec::new(),
            taking: None,
            is_temporary: false,
            redefined: Vec::new(),
            volatile: false,
        }
    }

    /// A notice for when the statement runs.
    fn notice(&mut self, sqlstate: SqlState, message: String) {
        self.notices.push(Notice::new(Severity::Notice, sqlstate, message));
    }

    /// The same with a DETAIL.
    fn detailed_notice(&mut self, message: String, detail: String) {
        let notice = Notice::new(Severity::Notice, SqlState::SUCCESSFUL_COMPLETION, message);
        self.notices.push(notice.field(b'D', detail));
    }

    /// Tells of what is not there, or there already, that nothing is done about it.
    fn skip(&mut self, sqlstate: SqlState, what: &str) {
        self.notice(sqlstate, format!("{what}, skipping"));
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
            other => {
                // Other programs are to evaluate it, too.
                self.is_checked = false;
                let mut done = self.definition(other)?;
                if !done.steps.is_empty() {
                    done.steps.splice(..0, self.comment_steps());
                }
                Ok(done)
            }
        }
    }

    /// What became of it, with what was learnt on the way.
    fn translated(mut self, done: Done, statement: Option<&Statement>) -> Result<Translated> {
        let parameters = self.parameter_types()?;
        let locking = statement.and_then(|statement| self.locking_of(statement));
        Ok(Translated {
            steps: done.steps,
            parameters,
            assigned: self.assigned,
            columns: done.columns,
            tag: done.tag,
            counts: done.counts,
            writes: done.writes || !self.sequences.is_empty(),
            is_temporary: self.is_temporary,
            sequences: self.sequences,
            taking: self.taking,
            locking,
            calls_session: self.calls_session,
            borrows: self.lent.is_read,
            constant: !self.volatile
                && matches!(statement, Some(Statement::Query(query)) if query::is_constant(query)),
            notices: self.notices,
            validations: self.validations,
            fresh: statement.map(|one| made_fresh(one, self.schema)).unwrap_or_default(),
            reads: if done.writes { Vec::new() } else { relations_of(&self.uses) },
            redefined: self.redefined,
            key: self.current.key,
            row: self.current.row,
            once: self.once,
            keeps_keys: self.current.keeps_keys,
            explain: None,
        })
    }

    /// The types of the parameters: 42P18 for one that nothing gave a type.
    fn parameter_types(&self) -> Result<Vec<Oid>> {
        let of = |(index, ty): (usize, &Type)| {
            if ty.is_unknown() {
                return Err(indeterminate(index));
            }
            Ok(ty.oid)
        };
        self.parameters.iter().enumerate().map(of).collect()
    }
}

/// The highest number that PostgreSQL takes for that of a parameter.
const NUMBERS: usize = 268_435_455;

/// 42P18: the parameter at this index has no type.
fn indeterminate(index: usize) -> PgError {
    let message =
        format!("could not determine data type of parameter ${}", index.saturating_add(1));
    PgError::new(SqlState::INDETERMINATE_DATATYPE, message)
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
