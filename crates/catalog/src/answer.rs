//! Statements that the catalogs answer.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use trunkline_core::Run as Order;
use trunkline_core::types::{TextStyle, Types};
use trunkline_core::{
    Access, Column, Columns, CommandTag, Format, Oid, PgError, Prepared, Progress, Reply, Result,
    RowBuf, RowSource, RowWriter, Rows, SqlState, Terms,
};

use crate::bind::{Bound, bind, needs_catalog};
use crate::datum::{Datum, Record, Row};
use crate::effort::effort;
use crate::facts::{base_of, element_of, type_facts};
use crate::feed::{Fed, Feed, Piece, Unread, feed};
use crate::io;
use crate::parse;
use crate::plan::{Body, Effort, Expr, Query};
use crate::refusals::Refusals;
use crate::run::{Portion, RowCell, Run, check_text};
use crate::worker::{Work, timed};
use crate::world::{World, is_alias, is_shown_by};

/// A statement of the catalogs, ready to run.
#[derive(Debug)]
pub(crate) struct Answer {
    bound: Bound,
    columns: Arc<[Column]>,
    shows_inventory: bool,
    /// Whether it took long when it was last run: it is not tried then.
    is_long: AtomicBool,
}

impl Answer {
    /// Reads and binds a statement, whatever a session has set.
    pub(crate) fn prepare(sql: &str, hints: &[Oid]) -> Result<Answer> {
        Answer::prepare_within(sql, hints, Arc::default(), None)
    }

    /// The same of a session's statement, which may name relations of the world; `style` is how its constants are read.
    pub(crate) fn prepare_within(
        sql: &str,
        hints: &[Oid],
        style: Arc<TextStyle>,
        world: Option<Arc<World>>,
    ) -> Result<Answer> {
        let query = parse::query(sql)?;
        let named = world.clone();
        let bound =
            stacker::maybe_grow(1 << 20, 16 << 20, || bind(sql, &query, hints, style, world));
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
        Ok(Answer {
            bound,
            columns,
            shows_inventory: is_shown_by(sql),
            is_long: AtomicBool::default(),
        })
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

    /// Whether it means something else in a session with other settings, or later.
    pub(crate) fn is_of_session(&self) -> bool {
        self.bound.is_of_session
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
        Prepared::new(statement, columns).terms(terms)
    }

    /// What it comes to, unless that takes long: most queries of the catalogs are done before a thread of
    /// their own would have begun.
    fn tried(
        &self,
        world: &Arc<World>,
        parameters: &[Datum],
        unread: &Arc<Unread>,
    ) -> Option<Result<Result<Piece<Portion>>>> {
        if self.is_long.load(Ordering::Relaxed) {
            return None;
        }
        let run = Run::trial(world.clone(), parameters.to_vec());
        let done = self.run(&run, unread);
        self.is_long.store(run.is_long(), Ordering::Relaxed);
        (!run.is_over()).then_some(done)
    }

    fn run(&self, run: &Run, unread: &Arc<Unread>) -> Result<Result<Piece<Portion>>> {
        // What fails while PostgreSQL plans fails before the rows are described.
        run.constants(&self.bound.query)?;
        Ok(self.made(run, unread).map(|rows| unread.piece(rows.into(), run.held())))
    }

    /// All of its rows, which somebody may leave as they are.
    fn made(&self, run: &Run, unread: &Unread) -> Result<Vec<Row>> {
        let rows = run.rows(&self.bound.query)?;
        run.check_bytes(unread.bytes().saturating_add(run.held()))?;
        Ok(rows)
    }

    /// Runs it on a thread of its own.
    fn begin(
        self: &Arc<Answer>,
        world: Arc<World>,
        parameters: Vec<Datum>,
        unread: &Arc<Unread>,
    ) -> Result<Running> {
        let (feed, portions) = feed(unread.clone());
        let answer = self.clone();
        let work = Work::start(move |stop| {
            let run = Run::new(world, parameters, stop);
            run.constants(&answer.bound.query)?;
            let fed = answer.feed(&run, &feed);
            if fed.is_ok() {
                // Of few tables, or with other parameters, it may be short again.
                answer.is_long.store(run.is_long(), Ordering::Relaxed);
            }
            Ok(fed)
        })?;
        Ok(Running { portions, work })
    }

    /// Hands on its rows, and fails behind those that came before.
    fn feed(&self, run: &Run, feed: &Feed<Portion>) -> Result<()> {
        let query = &self.bound.query;
        // What it does beside has been done when the client hears of the first row.
        if is_volatile(query) {
            feed.give(self.made(run, feed.unread())?.into(), run.held());
            return Ok(());
        }
        run.gather(query, &mut |portion, bytes| {
            // A session holds no more with many statements that it reads in parts than with one.
            run.check_bytes(feed.unread().bytes().saturating_add(bytes))?;
            let taken = feed.give(portion, bytes);
            run.release(taken.unwrap_or_default());
            Ok(taken.is_some())
        })
    }

    /// Runs it; its parameters are those of the order, or else constants of its text. What is refused while its
    /// rows are told is counted.
    pub(crate) async fn execute(
        self: &Arc<Answer>,
        world: Arc<World>,
        order: &Order,
        constants: &[Datum],
        refusals: Arc<Refusals>,
        unread: Arc<Unread>,
    ) -> Result<Reply> {
        let mut parameters = values(&world, order)?;
        parameters.extend_from_slice(constants);
        let types = self.columns.iter().map(|column| column.type_oid).collect();
        let rows = unread.piece(Portion::from(Vec::new()), 0);
        let mut source =
            Answered { world: world.clone(), types, running: None, rows, failure: None, refusals };
        match effort(&self.bound.query, &parameters) {
            Effort::Short => {
                let run = Run::new(world, parameters, Arc::default());
                source.take(self.run(&run, &unread)?);
            }
            // The client hears of its columns before the wait.
            Effort::Waiting => source.running = Some(self.begin(world, parameters, &unread)?),
            Effort::Long => match self.tried(&world, &parameters, &unread) {
                Some(tried) => source.take(tried?),
                None => {
                    let mut running = self.begin(world, parameters, &unread)?;
                    let first = poll_fn(|cx| running.poll_next(cx)).await?;
                    match first {
                        Ok(Some(portion)) => {
                            (source.rows, source.running) = (portion, Some(running));
                        }
                        Ok(None) => {}
                        Err(error) => source.failure = Some(error),
                    }
                }
            },
        }
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
            let run = Run::new(world, parameters, stop);
            let (rows, took) = timed(|| run.rows(&answer.bound.query));
            Ok((rows?.len(), took))
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

/// A statement that is run on a thread of its own.
struct Running {
    portions: Fed<Portion>,
    work: Work<Result<()>>,
}

impl Running {
    /// The next rows; nothing behind the last ones. Of the errors the outer one is told before any row.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Result<Option<Piece<Portion>>>>> {
        match ready!(self.portions.poll_next(cx)) {
            Some(portion) => Poll::Ready(Ok(Ok(Some(portion)))),
            None => Pin::new(&mut self.work).poll(cx).map_ok(|done| done.map(|()| None)),
        }
    }
}

/// Rows on their way to the client.
struct Answered {
    world: Arc<World>,
    types: Vec<Oid>,
    /// Where more of them come from.
    running: Option<Running>,
    rows: Piece<Portion>,
    /// What is told behind them.
    failure: Option<PgError>,
    refusals: Arc<Refusals>,
}

impl RowSource for Answered {
    fn poll_fill(&mut self, cx: &mut Context<'_>, out: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        self.fill(cx, out).map(|filled| self.refusals.count(filled))
    }
}

impl Answered {
    fn take(&mut self, portion: Result<Piece<Portion>>) {
        match portion {
            Ok(portion) => self.rows = portion,
            Err(error) => self.failure = Some(error),
        }
    }

    fn fill(&mut self, cx: &mut Context<'_>, out: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        let mut is_begun = false;
        while !out.is_full() {
            if !self.rows.of.is_empty() {
                is_begun = true;
                let (world, rows) = (&self.world, &mut self.rows.of);
                let (mut types, mut written) = (self.types.iter(), 0);
                out.row(|out| {
                    rows.tell(|cell| {
                        let Some(oid) = types.next().copied() else { return Ok(()) };
                        match (cell, out.format()) {
                            (RowCell::Text(text), Format::Text) => {
                                out.text(text);
                                Ok(())
                            }
                            (RowCell::Text(_), _) => {
                                write(world, &cell.into(), oid, out, &mut written)
                            }
                            (RowCell::Is(value), _) => write(world, value, oid, out, &mut written),
                        }
                    })
                })?;
                continue;
            }
            if let Some(error) = self.failure.take() {
                return Poll::Ready(Err(error));
            }
            let next = match &mut self.running {
                Some(running) => ready!(running.poll_next(cx))??,
                None => None,
            };
            let Some(portion) = next else {
                self.running = None;
                // Between its last rows and its end a statement hears that it was cancelled, perhaps by itself.
                return Poll::Ready(Ok(match is_begun {
                    true => Progress::More,
                    false => Progress::End(CommandTag::select()),
                }));
            };
            self.rows = portion;
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
        (Datum::Record(record), Format::Binary) if type_facts(oid).is_some() => {
            write_record(world, record, out)?
        }
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

/// Whether a query does something beside giving rows.
fn is_volatile(query: &Query) -> bool {
    let mut is_volatile = false;
    query.walk(0, &mut |expr, _| is_volatile |= expr.is_volatile());
    is_volatile
}

/// Whether a type has a binary form.
fn can_be_sent(oid: Oid) -> bool {
    !type_facts(element_of(oid).unwrap_or(oid))
        .is_some_and(|known| matches!(&*known.name, "aclitem"))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;

    use trunkline_core::testkit::block_on;

    use super::Answer;
    use crate::feed::Unread;
    use crate::world::{World, world_of};

    #[test]
    fn what_took_long_is_not_tried_until_it_is_short_again() {
        let sql =
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname < relname || 'x' || 'y'";
        let answer = Arc::new(Answer::prepare(sql, &[]).expect(sql));
        let (many, few, unread) = (world_of(5_000), world_of(5), Arc::<Unread>::default());
        let is_tried = |world| answer.tried(world, &[], &unread).is_some();
        assert!(is_tried(&few) && !is_tried(&many) && !is_tried(&few));
        let run = |world: &Arc<World>| {
            let mut running = answer.begin(world.clone(), Vec::new(), &unread).expect("a thread");
            let mut next = || block_on(poll_fn(|cx| running.poll_next(cx))).expect("a run");
            while next().expect("rows").is_some() {}
        };
        run(&many);
        assert!(!is_tried(&few));
        run(&few);
        assert!(is_tried(&few));
    }
}
