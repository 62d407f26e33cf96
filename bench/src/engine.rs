//! The engine of the server that is measured: rows out of nothing, naps, panics, and what it has
//! seen of them.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::time::{Sleep, sleep};
use trunkline::{
    Client, Column, Columns, CommandTag, CopyField, CopyIn, CopyRow, CopySink, CopyTarget, Engine,
    Oid, PgError, Prepared, Progress, Reply, Result, RowBuf, RowSource, Rows, Run, Session,
    SqlState,
};

/// What lives now, and what has been.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    pub(crate) sessions: AtomicU64,
    pub(crate) running: AtomicU64,
    pub(crate) started: AtomicU64,
    pub(crate) finished: AtomicU64,
    /// Lines that a log would have.
    pub(crate) lines: AtomicU64,
}

pub(crate) static GAUGES: LazyLock<Gauges> = LazyLock::new(Gauges::default);

static COLUMN: LazyLock<Arc<[Column]>> =
    LazyLock::new(|| Arc::new([Column::new("answer", Oid::TEXT)]));

/// One row of `rows N` in text.
static THOUSAND: LazyLock<String> = LazyLock::new(|| "x".repeat(1000));

pub(crate) struct Figures;

impl Engine for Figures {
    type Session = FiguresSession;

    async fn open(&self, _: Client) -> Result<FiguresSession> {
        GAUGES.sessions.fetch_add(1, SeqCst);
        Ok(FiguresSession { history: Arc::default() })
    }
}

pub(crate) struct FiguresSession {
    history: Arc<Mutex<String>>,
}

impl Drop for FiguresSession {
    fn drop(&mut self) {
        GAUGES.sessions.fetch_sub(1, SeqCst);
    }
}

/// What can be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Statement {
    /// `select 1`.
    One,
    /// `rows N`: so many rows of a thousand bytes.
    Rows(u64),
    /// `nap MILLISECONDS TICKET`: the ticket, later; kept in the history.
    Nap(u64, u64),
    /// `panic WHERE`.
    Panic(Place),
    /// `gauges`: their values in words.
    Gauges,
    /// `history`: ticket, start and end of each nap of this session.
    History,
}

/// Where a statement panics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Execute,
    Rows,
}

impl Session for FiguresSession {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, _: &[Oid]) -> Result<Prepared<Statement>> {
        let mut words = sql.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let statement = match verb {
            "select" => Statement::One,
            "rows" => Statement::Rows(number()),
            "nap" => Statement::Nap(number(), number()),
            "panic" => match sql {
                "panic execute" => Statement::Panic(Place::Execute),
                "panic rows" => Statement::Panic(Place::Rows),
                _ => panic!("asked for: {sql}"),
            },
            "gauges" => Statement::Gauges,
            "history" => Statement::History,
            _ => return Err(PgError::new(SqlState::SYNTAX_ERROR, "no such statement")),
        };
        Ok(Prepared::new(statement, Columns::Known(COLUMN.clone())))
    }

    async fn execute(&mut self, statement: &Statement, _: Run) -> Result<Reply> {
        Ok(match *statement {
            Statement::One => row("1"),
            Statement::Rows(rows) => {
                Reply::Rows(Rows::from_source(COLUMN.clone(), Nothing { left: rows }))
            }
            Statement::Nap(milliseconds, ticket) => {
                let nap = Nap::start(ticket, self.history.clone());
                sleep(Duration::from_millis(milliseconds)).await;
                nap.finish();
                row(ticket.to_string())
            }
            Statement::Panic(Place::Execute) => panic!("asked for, while it executes"),
            Statement::Panic(Place::Rows) => {
                Reply::Rows(Rows::from_source(COLUMN.clone(), Panicking))
            }
            Statement::Gauges => row(gauges()),
            Statement::History => {
                let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
                row(history.clone())
            }
        })
    }

    async fn copy_in(&mut self, _: CopyTarget<'_>) -> Result<CopyIn> {
        GAUGES.running.fetch_add(1, SeqCst);
        // The first pause comes at once.
        let hole = Hole { rows: 0, bytes: 1, pauses: 0, pause: None };
        Ok(CopyIn::new(COLUMN.clone(), hole))
    }
}

/// A COPY takes a pause each time that it has taken so many bytes.
pub(crate) const SLOW: u64 = 500 << 20;

/// Takes rows and keeps none of them.
struct Hole {
    rows: u64,
    bytes: u64,
    pauses: u64,
    pause: Option<Pin<Box<Sleep>>>,
}

impl CopySink for Hole {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.bytes > self.pauses * SLOW {
            self.pauses += 1;
            self.pause = Some(Box::pin(sleep(Duration::from_secs(1))));
        }
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(Ok(()))
    }

    fn push(&mut self, row: &CopyRow<'_>) -> Result<()> {
        self.rows += 1;
        if let Some(CopyField::Value(value)) = row.get(0) {
            self.bytes += value.bytes.map_or(0, <[u8]>::len) as u64;
        }
        Ok(())
    }

    fn poll_finish(&mut self, _: &mut Context<'_>) -> Poll<Result<u64>> {
        GAUGES.finished.fetch_add(1, SeqCst);
        Poll::Ready(Ok(self.rows))
    }
}

impl Drop for Hole {
    fn drop(&mut self) {
        GAUGES.running.fetch_sub(1, SeqCst);
    }
}

fn row(text: impl Into<String>) -> Reply {
    Rows::new([("answer", Oid::TEXT)]).row((text.into(),)).into()
}

/// The gauges as `name=value`, in the order that the parent reads.
pub(crate) fn gauges() -> String {
    let Gauges { sessions, running, started, finished, lines } = &*GAUGES;
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks() as u64;
    let [sessions, running, started, finished, lines] =
        [sessions, running, started, finished, lines].map(|gauge| gauge.load(SeqCst));
    [tasks, sessions, running, started, finished, lines].map(|value| value.to_string()).join(" ")
}

/// A nap that is over, or was broken off, when it is dropped.
struct Nap {
    ticket: u64,
    start: u128,
    history: Arc<Mutex<String>>,
}

impl Nap {
    fn start(ticket: u64, history: Arc<Mutex<String>>) -> Nap {
        GAUGES.running.fetch_add(1, SeqCst);
        GAUGES.started.fetch_add(1, SeqCst);
        Nap { ticket, start: now(), history }
    }

    fn finish(self) {
        GAUGES.finished.fetch_add(1, SeqCst);
    }
}

impl Drop for Nap {
    fn drop(&mut self) {
        GAUGES.running.fetch_sub(1, SeqCst);
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(history, "{} {} {} ", self.ticket, self.start, now());
    }
}

/// The clock that this process and its clients share, in nanoseconds.
pub(crate) fn now() -> u128 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos()
}

/// Rows that nobody has stored.
struct Nothing {
    left: u64,
}

impl RowSource for Nothing {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while !rows.is_full() {
            if self.left == 0 {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            }
            rows.row(|row| {
                row.text(&THOUSAND);
                Ok(())
            })?;
            self.left -= 1;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

/// Rows that panic after the first.
struct Panicking;

impl RowSource for Panicking {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        rows.row(|row| {
            row.text("soon");
            Ok(())
        })?;
        panic!("asked for, while its rows are read")
    }
}
