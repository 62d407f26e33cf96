//! What a statement is about, as far as its tokens tell.

mod scan;
mod tag;
mod word;

use std::borrow::Cow;

use crate::lexer::Lexer;
use crate::token::Span;

/// What a statement does, which tables it names and which parameters it takes: a best effort, by
/// token, that never fails.
///
/// It knows no dialect and checks nothing, so it serves routing, statistics and hints; it is no
/// proof, and no guard of security may rest on it.
///
/// ```
/// use trunkline_sql::{StatementKind, outline};
/// let outline = outline("with a as (select * from s.t) select * from a join u using (id)");
/// assert_eq!(outline.kind, StatementKind::Select);
/// let names: Vec<_> = outline.tables.iter().map(|table| &*table.name).collect();
/// assert_eq!(names, ["t", "u"]);
/// ```
pub fn outline(source: &str) -> Outline<'_> {
    Outline::of(Lexer::new(source))
}

/// The outline of a statement: see [`outline`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outline<'a> {
    /// What it does. Behind `WITH …`, what the main statement does.
    pub kind: StatementKind,
    /// The command tag that PostgreSQL would give, without counts; empty if the verb is unknown.
    ///
    /// VALUES, TABLE, `CREATE TABLE AS` and `CREATE MATERIALIZED VIEW` that copy rows say `SELECT`.
    pub command_tag: &'static str,
    /// The tables it names, in the order of the text, without the names of its WITH queries.
    pub tables: Vec<Mention<'a>>,
    /// The functions it calls by name, in the order of the text. What the grammar knows by key
    /// word, such as `coalesce`, is not here.
    pub functions: Vec<Mention<'a>>,
    /// Whether it seems to change nothing. A function may still change anything.
    pub is_read_only: bool,
    /// The highest number of its parameters, 0 if it has none.
    pub parameters: u32,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatementKind {
    /// No statement at all: only white space and comments.
    Empty,
    /// SELECT, VALUES or TABLE.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// MERGE.
    Merge,
    /// COPY.
    Copy,
    /// TRUNCATE.
    Truncate,
    /// EXPLAIN.
    Explain,
    /// CALL.
    Call,
    /// DO.
    Do,
    /// CREATE, ALTER, DROP, COMMENT, GRANT and what else defines objects and rights.
    Definition,
    /// A statement of the session: see [`recognise`](crate::recognise).
    Session,
    /// Anything else.
    Other,
}

/// A table or function that a statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mention<'a> {
    /// The schema, if one is named.
    pub schema: Option<Cow<'a, str>>,
    /// The name, folded as PostgreSQL does.
    pub name: Cow<'a, str>,
    /// Whether the statement writes to it.
    pub is_target: bool,
    /// Where the whole name stands.
    pub span: Span,
}

impl<'a> Outline<'a> {
    /// The outline of the statement that a lexer is about to read.
    pub fn of(lexer: Lexer<'a>) -> Self {
        let verb = tag::verb(lexer.clone());
        let found = scan::Scan::run(lexer, verb);
        let reads = matches!(verb.kind, StatementKind::Empty | StatementKind::Select)
            || verb.kind == StatementKind::Session && verb.tag != "NOTIFY"
            || verb.kind == StatementKind::Copy
            || verb.kind == StatementKind::Explain;
        let changes = found.changes && (verb.kind != StatementKind::Explain || verb.analyze);
        Self {
            kind: found.kind.unwrap_or(verb.kind),
            command_tag: found.tag.unwrap_or(verb.tag),
            tables: found.tables,
            functions: found.functions,
            is_read_only: reads && !changes,
            parameters: found.parameters,
        }
    }
}

#[cfg(test)]
mod tests;
