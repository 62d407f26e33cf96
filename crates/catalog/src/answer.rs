//! Statements that the catalogs answer.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use trunkline_core::Run as Order;
use trunkline_core::types::Types;
use trunkline_core::{
    Access, Column, Columns, CommandTag, Format, Oid, PgError, Prepared, Progress, Reply, Result,
    RowBuf, RowSource, RowWriter, Rows, SqlState, Terms,
};

use crate::bind::{Bound, bind, needs_catalog};
use crate::datum::{Datum, Record, Row};
use crate::effort::effort;
use crate::facts::{base_of, element_of, type_facts};
use crate::io;
use crate::parse;
use crate::plan::{Body, Effort, Expr, Query};
use crate::run::{Run, check_text};
use crate::worker::{Work, timed};
use crate::world::{World, is_alias, is_shown_by};

/// A statement of the catalogs, ready to run.
#[derive(Debug)]
pub(crate) struct Answer {
    bound: Bound,
    columns: Arc<[Column]>,
    shows_inventory: bool,
}

impl Answer {
    /// Reads and binds a statement.
    pub(crate) fn prepare(sql: &str, hints: &[Oid]) -> Result<Answer> {
        Answer::prepare_within(sql, hints, None)
    }

    /// The same, of a statement that may name relations of the world.
    pub(crate) fn prepare_within(
        sql: &str,
        hints: &[Oid],
        world: Option<Arc<World>>,
    ) -> Result<Answer> {
        let query = parse::query(sql)?;
        let named = world.clone();
        let bound = stacker::maybe_grow(1 << 20, 16 << 20, || bind(sql, &query, hints, world));
        // A tree that is as deep as the text is long is taken down as it was built.
        let needed = sql.len().saturating_mul(256).clamp(128 << 10, 4 << 20);
        stacker::maybe_grow(needed, 32 << 20, || drop(query));
        let bound = bound?;
        let columns = bound.columns.iter().map(|column| {
            // Nobody is told of domains.
            let (base, typmod) = match (&named, type_facts(column.oid)) {
                (_, Some(known)) if known.kind == b'd' => (base_of(column.oid), known.typmod),
                (Some(world), None) => world.base_and_typmod(column.oid, column.typmod),
                _ => (column.oid, column.typmod),
            };
            let (relation, number) = column.origin.unwrap_or((0, 0));
            Column::new(&*column.name, base).typmod(typmod).origin(Oid(relation), number)
        });
        let columns = columns.collect();
        Ok(Answer { bound, columns, shows_inventory: is_shown_by(sql) })
    }

    /// The types of its parameters.
    pub(crate) fn parameters(&self) -> &[Oid] {
        &self.bound.parameters
    }

    /// What its rows have.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The types that are not built in which its values may be of.
    pub(crate) fn types(&self) -> &Types {
        &self.bound.types
    }

    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        self.bound.weight
    }

    /// What is run.
    pub(crate) fn query(&self) -> &Query {
        &self.bound.query
    }

    /// Whether it is one row of one function's.
    pub(crate) fn is_call(&self) -> bool {
        match &self.bound.query.body {
            Body::Select(select) => {
                select.sets.is_empty()
                    && select.group.is_none()
                    && matches!(&*select.project, [Expr::Call(_)])
            }
            _ => false,
        }
    }

    /// How the statement is described.
    pub(crate) fn described<S>(self: &Arc<Answer>, statement: S) -> Prepared<S> {
        let columns = Columns::Known(self.columns.clone());
        // Of what there is it hears when it is run, which may be after it was bound.
        let (shows_inventory, access) = (self.shows_inventory, Access::Live);
        let terms = Terms { shows_inventory, access, ..Terms::default() };
        Prepared::new(statement, columns).parameters(self.bound.parameters.clone()).terms(terms)
    }

    /// What it comes to, unless that takes long: most queries of the catalogs are done before a thread of
    /// their own would have begun.
    fn tried(&self, world: &Arc<World>, parameters: &[Datum]) -> Option<Result<Result<Vec<Row>>>> {
        let run = Run::trial(world.clone(), parameters.to_vec());
        let done = self.run(&run);
        (!run.is_over()).then_some(done)
    }

    fn run(&self, run: &Run) -> Result<Result<Vec<Row>>> {
        // What fails while PostgreSQL plans fails before the rows are described.
        run.constants(&self.bound.query)?;
        Ok(run.rows(&self.bound.query))
    }

    /// Runs it.
    pub(crate) async fn execute(
        self: &Arc<Answer>,
        world: Arc<World>,
        order: &Order,
    ) -> Result<Reply> {
        let parameters = values(&world, order)?;
        let effort = effort(&self.bound.query, &parameters);
        let tried = match effort {
            Effort::Long => self.tried(&world, &parameters),
            Effort::Short | Effort::Waiting => None,
        };
        let (answer, own) = (self.clone(), world.clone());
        let run = move |stop: Arc<AtomicBool>| answer.run(&Run::new(own, parameters, stop));
        let mut work = None;
        let rows = match (effort, tried) {
            (_, Some(tried)) => tried?,
            (Effort::Short, None) => run(Arc::default())?,
            (Effort::Long, None) => Work::start(run)?.await?,
            // The client hears of its columns before the wait.
            (Effort::Waiting, None) => {
                work = Some(Work::start(|stop| run(stop)?)?);
                Ok(Vec::new())
            }
        };
        let types = self.columns.iter().map(|column| column.type_oid).collect();
        let (rows, failure) = match rows {
            Ok(rows) => (rows.into_iter(), None),
            Err(error) => (Vec::new().into_iter(), Some(error)),
        };
        let source = Answered { world, types, work, rows, failure };
        Ok(Reply::Rows(Rows::from_source(self.columns.clone(), source)))
    }

    /// How many rows it comes to, and how long that takes.
    pub(crate) async fn measured(
        self: &Arc<Answer>,
        world: Arc<World>,
        order: &Order,
    ) -> Result<(usize, Duration)> {
        let (answer, parameters) = (self.clone(), values(&world, order)?);
        let work = Work::start(move |stop| {
            let (rows, took) = timed(|| answer.run(&Run::new(world, parameters, stop)));
            Ok((rows??.len(), took))
        });
        work?.await
    }
}

/// The values of a statement's parameters.
fn values(world: &World, order: &Order) -> Result<Vec<Datum>> {
    let style = world.client.reading_style();
    let parameters = order.params.iter().map(|param| {
        match (io::from_param(&param, &style)?, param.type_oid) {
            // `regclass` and its kin come by name.
            (Datum::Text(text), oid) if needs_catalog(oid) => world.parse(oid, &text),
            (value, _) => Ok(value),
        }
    });
    parameters.collect()
}

/// Rows on their way to the client.
struct Answered {
    world: Arc<World>,
    types: Vec<Oid>,
    /// Where they come from, if they are not there yet.
    work: Option<Work<Vec<Row>>>,
    rows: std::vec::IntoIter<Row>,
    /// What is told instead of them.
    failure: Option<PgError>,
}

impl RowSource for Answered {
    fn poll_fill(&mut self, cx: &mut Context<'_>, out: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        if let Some(work) = &mut self.work {
            let worked = ready!(Pin::new(work).poll(cx));
            self.work = None;
            self.rows = worked?.into_iter();
        }
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Err(error));
        }
        if self.rows.len() == 0 {
            return Poll::Ready(Ok(Progress::End(CommandTag::select())));
        }
        while !out.is_full() {
            let Some(row) = self.rows.next() else { break };
            let (world, types) = (&self.world, &self.types);
            out.row(|out| {
                let mut written = 0;
                for (value, oid) in row.iter().zip(types) {
                    write(world, value, *oid, out, &mut written)?;
                }
                Ok(())
            })?;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

/// Writes a value; `written` counts what the row has of texts that are made of records and arrays.
fn write(
    world: &World,
    value: &Datum,
    oid: Oid,
    out: &mut RowWriter<'_>,
    written: &mut usize,
) -> Result<()> {
    match (value, out.format()) {
        (Datum::Null, _) => out.null(),
        (Datum::Text(text), Format::Text) => out.text(text),
        (value, Format::Text) if is_named(value, oid) => {
            let text = world.text(value, oid)?;
            *written += text.len();
            check_text(*written)?;
            out.text(&text);
        }
        (Datum::Label(label), _) => out.text(&label.text),
        (Datum::Record(record), Format::Binary) => write_record(world, record, out)?,
        (_, Format::Binary) if !can_be_sent(oid) => {
            let name = type_facts(oid).map_or_else(String::new, |known| known.name.to_string());
            let message = format!("no binary output function available for type {name}");
            return Err(PgError::new(SqlState::UNDEFINED_FUNCTION, message));
        }
        (Datum::Text(_), Format::Binary) if oid == Oid::VOID => out.bytes(&[]),
        (value, _) => out.value(&io::to_value(value, oid, &world.style.types))?,
    }
    Ok(())
}

/// Whether the text of a value is what something is called, or has that in it.
fn is_named(value: &Datum, oid: Oid) -> bool {
    match value {
        // Most cells are these: nothing has to be known of their types.
        Datum::Bool(_) | Datum::Int(_) | Datum::Oid(_) => is_alias(oid),
        Datum::Record(_) => true,
        _ => {
            let part = element_of(oid).unwrap_or(oid);
            let kind = type_facts(part).map(|known| known.kind);
            is_alias(part) || part == Oid::RECORD || kind == Some(b'c')
        }
    }
}

fn write_record(world: &World, record: &Record, out: &mut RowWriter<'_>) -> Result<()> {
    let value = |field, oid| io::to_value(field, oid, &world.style.types);
    let fields: Vec<_> =
        record.iter().map(|(_, oid, field)| (base_of(oid), value(field, oid))).collect();
    out.bytes(&io::record_bytes(&fields, &world.style)?);
    Ok(())
}

/// Whether a type has a binary form.
fn can_be_sent(oid: Oid) -> bool {
    !type_facts(element_of(oid).unwrap_or(oid))
        .is_some_and(|known| matches!(&*known.name, "aclitem"))
}
