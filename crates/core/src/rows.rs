//! Rows that write themselves.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use trunkline_proto::types::Value;

use crate::column::Column;
use crate::error::Result;
use crate::reply::CommandTag;
use crate::rowbuf::RowBuf;

/// A result: its columns and the source of its rows.
pub struct Rows {
    columns: Arc<[Column]>,
    source: Box<dyn RowSource>,
    /// Boxed, as what is rare: results are moved about.
    tag: Option<Box<CommandTag>>,
}

/// Where rows come from: asked for more whenever the client has taken what there was.
///
/// A source owns what it needs, may wait for it, and may fail after rows have been sent. A client
/// that reads slowly slows the source down, for nobody asks it while the socket is full.
pub trait RowSource: Send + 'static {
    /// Writes rows until [`RowBuf::is_full`] or until there are no more.
    ///
    /// [`Progress::More`] without a row written is allowed, but asks to be called again at once;
    /// a source with nothing to give yet returns `Pending` and wakes the task. After
    /// [`Progress::End`] or an error it is not called again.
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>>;
}

/// How far a source got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There may be more rows.
    More,
    /// That was the last row.
    End(CommandTag),
}

impl Rows {
    /// Rows from a source.
    pub fn from_source(columns: Arc<[Column]>, source: impl RowSource) -> Rows {
        Rows { columns, source: Box::new(source), tag: None }
    }

    /// Rows that are at hand: add them with [`row`](RowSet::row).
    #[allow(clippy::new_ret_no_self, reason = "a set of rows becomes `Rows` by itself")]
    pub fn new<C: Into<Column>>(columns: impl IntoIterator<Item = C>) -> RowSet {
        RowSet { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Rows of an iterator, made while they are sent.
    pub fn from_rows<R: IntoRow + 'static>(
        columns: Arc<[Column]>,
        rows: impl IntoIterator<Item = R, IntoIter: Send + 'static>,
    ) -> Rows {
        Rows::from_source(columns, Iter(rows.into_iter().map(IntoRow::into_row)))
    }

    /// Sets the words of CommandComplete, whatever the source says at its end.
    pub fn tagged(mut self, tag: CommandTag) -> Rows {
        self.tag = Some(Box::new(tag));
        self
    }

    /// The shape of the rows.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Asks the source; for the server.
    pub fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        rows: &mut RowBuf<'_>,
    ) -> Poll<Result<Progress>> {
        let progress = ready!(self.source.poll_fill(cx, rows))?;
        Poll::Ready(Ok(match (progress, &self.tag) {
            (Progress::End(_), Some(tag)) => Progress::End((**tag).clone()),
            (progress, _) => progress,
        }))
    }
}

impl Drop for Rows {
    /// A panic at the end of a source is not told to anybody: two at a time would end the process.
    fn drop(&mut self) {
        let source = std::mem::replace(&mut self.source, Box::new(Spent));
        let _ = catch_unwind(AssertUnwindSafe(|| drop(source)));
    }
}

/// Stands where a source was.
struct Spent;

impl RowSource for Spent {
    fn poll_fill(&mut self, _: &mut Context<'_>, _: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        Poll::Ready(Ok(Progress::End(CommandTag::select())))
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Rows in memory.
#[derive(Debug)]
pub struct RowSet {
    columns: Arc<[Column]>,
    rows: Vec<Vec<Value>>,
}

impl RowSet {
    /// Adds a row: a tuple or a `Vec<Value>`. A value that its column cannot hold, or a row of
    /// another length, becomes an error when it is sent.
    pub fn row(mut self, row: impl IntoRow) -> RowSet {
        self.rows.push(row.into_row());
        self
    }

    /// Adds many rows.
    pub fn rows<R: IntoRow>(mut self, rows: impl IntoIterator<Item = R>) -> RowSet {
        self.rows.extend(rows.into_iter().map(IntoRow::into_row));
        self
    }
}

impl From<RowSet> for Rows {
    fn from(set: RowSet) -> Rows {
        Rows::from_source(set.columns, Iter(set.rows.into_iter()))
    }
}

impl From<RowSet> for crate::Reply {
    fn from(set: RowSet) -> crate::Reply {
        crate::Reply::Rows(set.into())
    }
}

struct Iter<I>(I);

impl<I: Iterator<Item = Vec<Value>> + Send + 'static> RowSource for Iter<I> {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while !rows.is_full() {
            let Some(values) = self.0.next() else {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            };
            rows.row(|row| values.iter().try_for_each(|value| row.value(value)))?;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

/// A row made of Rust values.
pub trait IntoRow {
    /// The values, one a column.
    fn into_row(self) -> Vec<Value>;
}

impl IntoRow for Vec<Value> {
    fn into_row(self) -> Vec<Value> {
        self
    }
}

macro_rules! tuples {
    ($($($name:ident)+,)+) => {$(
        impl<$($name: Into<Value>),+> IntoRow for ($($name,)+) {
            #[allow(non_snake_case, reason = "the type's name is the variable's")]
            fn into_row(self) -> Vec<Value> {
                let ($($name,)+) = self;
                vec![$($name.into()),+]
            }
        }
    )+};
}

tuples! {
    A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G, A B C D E F G H,
}
