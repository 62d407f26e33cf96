//! Rows of a COPY FROM, on their way into an engine.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};

use trunkline_proto::copy::{CopyError, Field, Row, clipped};
use trunkline_proto::types::{Scalar, TextStyle, Value, ValueError};
use trunkline_proto::{Format, Oid, SqlState};
use trunkline_sql::statement::QualifiedName;

use crate::column::Column;
use crate::error::{PgError, Result};
use crate::prepared::Param;

/// Where the rows of a COPY FROM are to go.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CopyTarget<'a> {
    /// The table.
    pub table: &'a QualifiedName,
    /// The columns that are given, in that order; `None` is all of them.
    pub columns: Option<&'a [String]>,
    /// `WHERE condition`: an expression, as written; rows that do not meet it are left out.
    pub condition: Option<&'a str>,
    /// `FREEZE`: nobody else may have seen the table, be it that it was made or emptied in this very
    /// subtransaction; an engine that knows of another refuses it with 55000, when the first row could come.
    pub freeze: bool,
}

impl<'a> CopyTarget<'a> {
    /// All columns of a table, without a condition.
    pub fn new(table: &'a QualifiedName) -> CopyTarget<'a> {
        CopyTarget { table, columns: None, condition: None, freeze: false }
    }
}

/// What an engine says to a COPY FROM: the columns it takes, and what takes the rows.
pub struct CopyIn {
    columns: Arc<[Column]>,
    defaults: Box<[bool]>,
    is_temporary: bool,
    sink: Box<dyn CopySink>,
}

/// Takes the rows of a COPY FROM.
///
/// The server reads COPY's options and formats, and the values: what comes here is of its column's
/// type. Nothing of it may be seen before [`poll_finish`](CopySink::poll_finish) is done; dropped
/// earlier, or after an error, nothing of it stays. No other call of the session is made meanwhile.
pub trait CopySink: Send + 'static {
    /// Waits until a row can be taken: a sink that is slow slows the client down.
    ///
    /// # Errors
    ///
    /// What is wrong with rows that were taken before, with [their place](copy_place) as context.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>>;

    /// Takes a row; called once after each time that it was ready.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with its place as context.
    fn push(&mut self, row: &CopyRow<'_>) -> Result<()>;

    /// Stores the rows; how many they were, which is what the command tag says.
    ///
    /// # Errors
    ///
    /// As of [`poll_ready`](CopySink::poll_ready).
    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<u64>>;
}

impl CopyIn {
    /// Rows of these columns, none of which has a default, go to a sink.
    pub fn new(columns: Arc<[Column]>, sink: impl CopySink) -> CopyIn {
        CopyIn { columns, defaults: Box::default(), is_temporary: false, sink: Box::new(sink) }
    }

    /// Says whether they go into a temporary table: into one a transaction that is READ ONLY lets them.
    pub fn temporary(mut self, is_temporary: bool) -> CopyIn {
        self.is_temporary = is_temporary;
        self
    }

    /// Whether the rows go into a temporary table.
    pub fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// Says of each column whether it has a default: where the option DEFAULT is given, its marker may
    /// stand there. The columns that are left out of the COPY are the sink's matter.
    pub fn defaults(mut self, defaults: impl IntoIterator<Item = bool>) -> CopyIn {
        self.defaults = defaults.into_iter().collect();
        self
    }

    /// What the fields of a row are.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Whether a column has a default.
    pub fn has_default(&self, column: usize) -> bool {
        self.defaults.get(column).copied().unwrap_or(false)
    }

    /// What takes the rows; for the server.
    pub fn sink(&mut self) -> &mut dyn CopySink {
        &mut *self.sink
    }
}

impl Drop for CopyIn {
    /// A panic at the end of a sink is not told to anybody: two at a time would end the process.
    fn drop(&mut self) {
        let sink = std::mem::replace(&mut self.sink, Box::new(Spent));
        let _ = catch_unwind(AssertUnwindSafe(|| drop(sink)));
    }
}

/// Stands where a sink was.
struct Spent;

impl CopySink for Spent {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn push(&mut self, _: &CopyRow<'_>) -> Result<()> {
        Ok(())
    }

    fn poll_finish(&mut self, _: &mut Context<'_>) -> Poll<Result<u64>> {
        Poll::Ready(Ok(0))
    }
}

impl fmt::Debug for CopyIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyIn").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// A row of a COPY FROM, every field of which was read and found sound.
#[derive(Clone, Copy, Debug)]
pub struct CopyRow<'a> {
    row: &'a Row<'a>,
    columns: &'a [Column],
    format: Format,
    /// Whether all was found sound, and not something left for the engine to know.
    checked: bool,
    /// What was read of each field.
    scalars: &'a [Option<Scalar>],
}

/// A field of such a row.
#[derive(Clone, Copy, Debug)]
pub enum CopyField<'a> {
    /// The column's default, as the marker of the option DEFAULT asks for it.
    Default,
    /// A value, or NULL.
    Value(Param<'a>),
}

/// What is wrong with a row.
#[derive(Debug)]
pub enum CopyFlaw {
    /// It is none of this format and these columns.
    Row(CopyError),
    /// The type of a column, counted from 0, refuses its value: such a row can be left out.
    Value(usize, ValueError),
}

impl<'a> CopyRow<'a> {
    /// Reads each field of a row by its column's type; for the server, which gives it the room for
    /// what was read, so that no row needs a new one.
    ///
    /// # Errors
    ///
    /// That of the first field that is missing or refused.
    pub fn read(
        row: &'a Row<'a>,
        columns: &'a [Column],
        format: Format,
        style: &TextStyle,
        scalars: &'a mut Vec<Option<Scalar>>,
    ) -> Result<CopyRow<'a>, CopyFlaw> {
        let mut checked = true;
        scalars.clear();
        for (index, column) in columns.iter().enumerate() {
            scalars.push(match row.field(index).map_err(CopyFlaw::Row)? {
                Field::Null | Field::Default => None,
                Field::Value(bytes) => match read_field(column, format, bytes, style) {
                    Ok(scalar) => scalar,
                    // What is not known here, such as what `now` is, an engine may know.
                    Err(error) if error.sqlstate() == SqlState::FEATURE_NOT_SUPPORTED => {
                        checked = false;
                        None
                    }
                    Err(error) => return Err(CopyFlaw::Value(index, error)),
                },
            });
        }
        Ok(CopyRow { row, columns, format, checked, scalars })
    }

    /// The field of a column, counted from 0; `None` beyond the last.
    pub fn get(&self, column: usize) -> Option<CopyField<'a>> {
        let type_oid = self.columns.get(column)?.type_oid;
        let value = |bytes| {
            CopyField::Value(Param { type_oid, format: self.format, bytes, checked: self.checked })
        };
        Some(match self.row.field(column).ok()? {
            Field::Default => CopyField::Default,
            Field::Null => value(None),
            Field::Value(bytes) => value(Some(bytes)),
        })
    }

    /// The value of a column, counted from 0, as it was read already; `None` for NULL, for the column's
    /// default, and for what is not kept: [`get`](CopyRow::get) has them all.
    #[inline]
    pub fn scalar(&self, column: usize) -> Option<Scalar> {
        self.scalars.get(column).copied().flatten()
    }

    /// All fields, in the order of the columns.
    pub fn iter(&self) -> impl Iterator<Item = CopyField<'a>> {
        (0..self.columns.len()).map_while(|column| self.get(column))
    }

    /// The text of its line; none of a binary row.
    pub fn text(&self) -> Option<&'a [u8]> {
        self.row.text()
    }

    /// The line it ends at, or the number of a binary row, counted from 1.
    pub fn line(&self) -> u64 {
        self.row.line()
    }
}

/// Looks at a field, and keeps it if it needs no memory of its own.
fn read_field(
    column: &Column,
    format: Format,
    bytes: &[u8],
    style: &TextStyle,
) -> Result<Option<Scalar>, ValueError> {
    if let Some(scalar) = Scalar::decode(column.type_oid, format, bytes, style)? {
        return Ok(Some(scalar));
    }
    // The text of a field is UTF-8 without zeros: more is not asked of a string.
    let is_string = matches!(column.type_oid, Oid::TEXT | Oid::VARCHAR);
    if !(is_string && format == Format::Text) {
        Value::check(column.type_oid, format, bytes, style)?;
    }
    let of = (column.type_oid, column.typmod);
    Value::check_fits(of, format, bytes, style).map(|()| None)
}

/// The context of an error about a row: `COPY t, line 3`.
pub fn copy_place(table: &QualifiedName, line: u64) -> String {
    format!("COPY {}, line {line}", table.name)
}

/// The context of an error about a row as a whole: `COPY t, line 3: "its text"`.
pub fn copy_line(table: &QualifiedName, line: u64, text: &[u8]) -> String {
    format!("{}: \"{}\"", copy_place(table, line), clipped(text))
}

/// 0A000, for engines that take no rows.
pub(crate) fn unsupported() -> PgError {
    PgError::unsupported("COPY FROM is not supported")
}
