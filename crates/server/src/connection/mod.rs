//! One client, after its login: events in, replies out.

mod calls;
mod describing;
mod extended;
mod foreign;
mod fruitless;
mod function_call;
pub(crate) mod guard;
mod inventory;
pub(crate) mod io;
mod portals;
mod room;
mod simple;
mod telling;
mod timeouts;
pub(crate) mod timers;
mod values;
pub(crate) mod watch;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::consume_budget;
use trunkline_core::types::TextStyle;
use trunkline_core::{Client, Encoding, Language, PgError, Result, Session};
use trunkline_proto::backend::{self, Event};
use trunkline_proto::{Misuse, PeerError};
use trunkline_sql::Backslashes;

use self::describing::{Described, Describing};
pub(crate) use self::extended::cannot_be_run;
pub(crate) use self::foreign::Foreign;
use self::fruitless::{Fruitless, PAUSE};
use self::guard::{Guarded, guarded};
use self::inventory::PlanChoice;
pub(crate) use self::inventory::now;
use self::io::Io;
use self::portals::Statements;
pub(crate) use self::portals::{CursorOptions, Plan, Portal, PortalState, Portals, Statement};
pub(crate) use self::simple::no_parameter;
pub(crate) use self::telling::peer_error;
pub(crate) use self::values::ResultFormats;
use self::watch::{Interrupt, unbroken};
use crate::buffers::CHUNK;
use crate::limits::Limits;
use crate::places::Place;
use crate::registry::{Entry, terminated};
use crate::session::notify::Listening;
use crate::session::transaction::Transaction;

/// A connection that may send queries.
pub(crate) struct Connection<S: Session> {
    pub(crate) io: Io,
    pub(crate) protocol: backend::Connection,
    // Fields are dropped in this order: rows before the session that they run in.
    pub(crate) portals: Portals<S::Statement>,
    /// What the Bind that is heard now takes of the statement that was run to describe it.
    described: Option<Box<Described>>,
    pub(crate) statements: Statements<S::Statement>,
    /// The statement whose description waits for the next message. Boxed, as what most have not.
    describing: Option<Box<Describing<S::Statement>>>,
    pub(crate) session: Guarded<S>,
    pub(crate) client: Client,
    pub(crate) entry: Entry,
    pub(crate) limits: Arc<Limits>,
    pub(crate) transaction: Transaction,
    /// What it has to do with LISTEN and NOTIFY. Boxed, as what most have not.
    pub(crate) listening: Option<Box<Listening>>,
    language: Language,
    /// Whether the client waits for what is in the send buffer.
    flush: bool,
    /// Whether ReadyForQuery was the last word between us.
    resting: bool,
    /// Whether some timeout is set.
    timed: bool,
    /// How values look as text, and when that was seen: see [`Client::changes`].
    style: Arc<TextStyle>,
    /// The encoding that the client speaks, as of then.
    encoding: Encoding,
    /// What backslashes mean in strings, seen then, too.
    backslashes: Backslashes,
    /// Which plans are asked for, seen then, too.
    plan_choice: PlanChoice,
    seen: usize,
    fruitless: Fruitless,
    /// One of the server's places for clients, given back when the connection ends.
    _place: Place,
}

/// Why a message could not be answered as hoped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The client is told, and the connection goes on unless the error is fatal.
    Error(PgError),
    /// There is nobody left to tell.
    Gone,
}

impl Stop {
    /// The engine counts positions from its statement on, the client from the start of the text.
    pub(crate) fn behind(self, text: &str, start: usize) -> Stop {
        match self {
            Stop::Error(error) => {
                let before = text.get(..start).unwrap_or_default();
                Stop::Error(error.shifted(before.chars().count()))
            }
            Stop::Gone => Stop::Gone,
        }
    }

    /// The engine's position is one in a statement that the client has not sent.
    pub(crate) fn unplaced(self) -> Stop {
        match self {
            Stop::Error(error) => Stop::Error(error.unplaced()),
            Stop::Gone => Stop::Gone,
        }
    }
}

impl From<PgError> for Stop {
    fn from(error: PgError) -> Stop {
        Stop::Error(error)
    }
}

impl From<Misuse> for Stop {
    fn from(misuse: Misuse) -> Stop {
        Stop::Error(PgError::internal("internal error").source(misuse))
    }
}

impl From<std::io::Error> for Stop {
    fn from(_: std::io::Error) -> Stop {
        Stop::Gone
    }
}

/// What is left to do after an event.
enum Next {
    Go,
    Close,
}

impl<S: Session> Connection<S> {
    pub(crate) fn new(
        mut io: Io,
        protocol: backend::Connection,
        session: S,
        client: Client,
        entry: Entry,
        limits: Arc<Limits>,
        place: Place,
    ) -> Connection<S> {
        // An engine that cannot even say that speaks SQL, and will panic again.
        let language = guarded(|| session.language()).unwrap_or_default();
        let timed = !timeouts::heeded(client.timeouts(), &limits).is_none();
        // What was said while the engine opened is news.
        let seen = client.changes().wrapping_sub(1);
        let (style, encoding) = (client.style(), client.encoding());
        let backslashes = client.backslashes();
        io.interrupts = client.interrupts();
        Connection {
            io,
            protocol,
            session: Guarded::new(session),
            client,
            entry,
            limits,
            transaction: Transaction::default(),
            statements: Statements::default(),
            portals: Portals::default(),
            listening: None,
            language,
            // The greeting is still in the send buffer.
            flush: true,
            resting: true,
            timed,
            style,
            encoding,
            backslashes,
            plan_choice: PlanChoice::default(),
            seen,
            fruitless: Fruitless::default(),
            describing: None,
            described: None,
            _place: place,
        }
    }

    /// Serves the client until it leaves, breaks the protocol, or the server shuts down.
    pub(crate) async fn serve(self: Box<Self>) {
        let mut connection = self;
        loop {
            let goes_on;
            (connection, goes_on) = room::run(connection.answer_burst()).await;
            if !goes_on || connection.wait().await.is_err() {
                break;
            }
        }
        connection.portals.close_all();
        if !connection.flush {
            // As in PostgreSQL: what nobody waited for is not sent any more.
            connection.io.output.clear();
        }
        // Boxed, as what comes once.
        Box::pin(connection.io.close()).await;
    }

    /// Answers what has come; whether there may be more.
    async fn answer_burst(mut self: Box<Self>) -> (Box<Self>, bool) {
        loop {
            // Messages borrow what has come: what comes meanwhile goes elsewhere.
            let input = std::mem::take(&mut self.io.input);
            let mut rest = &input[..];
            let goes_on = self.work(&mut rest).await;
            let taken = input.len() - rest.len();
            if !self.io.put_back(input, taken) || !goes_on {
                return (self, goes_on);
            }
        }
    }

    /// Answers the messages at the front of `input`.
    async fn work(&mut self, input: &mut &[u8]) -> bool {
        let mut turns = 0_u8;
        loop {
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(16) {
                // Who sends without pause, and nothing that is waited for, leaves others their turn.
                consume_budget().await;
            }
            let received = self.protocol.receive(input);
            self.io.follows(input);
            if self.fruitless.skip(self.protocol.take_skipped(), self.io.sends_on())
                && Box::pin(self.hold_back()).await.is_err()
            {
                return false;
            }
            if self.describing.is_some() && !matches!(received, Ok(None)) {
                let event = received.as_ref().ok().and_then(Option::as_ref);
                match Box::pin(self.describe_before(event)).await {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(_) => return false,
                }
            }
            let event = match received {
                Ok(Some(event)) => event,
                Ok(None) => return true,
                Err(error) => match Box::pin(self.fail_to_read(&error)).await {
                    Next::Go => continue,
                    Next::Close => return false,
                },
            };
            self.fruitless.count();
            self.entry.start();
            let late = match self.heard(&event) {
                Some(due) => Box::pin(self.late(due, &event)).await,
                None => None,
            };
            let next = match late {
                Some(next) => next,
                None => match self.answer_at_once(&event) {
                    Some(Ok(())) => Next::Go,
                    Some(stopped) => Box::pin(self.answered(stopped)).await,
                    None => {
                        // The engine may be at it for long, and never wait.
                        consume_budget().await;
                        self.answer(&event, input).await
                    }
                },
            };
            self.entry.finish();
            // Much was asked, and nothing awaited: what is sent takes no memory.
            if self.io.output.len() >= CHUNK && self.flush().await.is_err() {
                return false;
            }
            match next {
                // A client that never pauses is sent away between two statements.
                Next::Go if self.entry.is_terminated() && !self.protocol.owes_ready() => {
                    let _ = self.tell(&terminated());
                    return false;
                }
                Next::Go => {}
                Next::Close => return false,
            }
        }
    }

    /// Answers a message that cannot be read.
    async fn fail_to_read(&mut self, error: &PeerError) -> Next {
        if error.is_fatal() {
            self.part(error);
            return Next::Close;
        }
        self.fruitless.count();
        let mut told = self.fail(&peer_error(error)).await;
        // A Query that could not be read still ends with ReadyForQuery.
        if self.protocol.owes_ready() {
            told = told.and_then(|()| self.ready());
        }
        after(&told)
    }

    /// Sends what the client waits for, and lets it wait for more.
    async fn hold_back(&mut self) -> Result<(), Stop> {
        self.fruitless.clear();
        if self.flush {
            self.flush().await?;
            self.flush = false;
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    /// Sends what the client waits for, then waits for the client.
    ///
    /// No futures within futures: this one every idle connection holds.
    async fn wait(&mut self) -> Result<(), Stop> {
        let before = self.io.input.len();
        let mut is_awaited = false;
        poll_fn(|cx| {
            self.poll_unless_terminated(cx, |own, cx| {
                loop {
                    if own.flush {
                        ready!(own.io.poll_send(cx))?;
                        own.flush = false;
                        if own.io.input.len() > before {
                            // What came meanwhile may be all that the client has to say.
                            return Poll::Ready(Ok(()));
                        }
                    }
                    if !own.resting || !own.poll_notifications(cx)? {
                        break;
                    }
                    own.flush = true;
                }
                if !is_awaited {
                    own.await_client();
                    is_awaited = true;
                }
                Poll::Ready(match ready!(own.io.poll_fill_in_time(cx)) {
                    Ok(Ok(true)) => Ok(()),
                    Ok(Ok(false) | Err(_)) => Err(Stop::Gone),
                    Err(due) => own.refuse(&due.into_error()),
                })
            })
        })
        .await
    }

    /// Writes the send buffer, unless the server shuts down: then the client hears that, if it
    /// takes it soon.
    pub(crate) async fn flush(&mut self) -> Result<(), Stop> {
        let send = |own: &mut Self, cx: &mut Context<'_>| own.io.poll_send(cx).map_err(Stop::from);
        poll_fn(|cx| self.poll_unless_terminated(cx, send)).await
    }

    /// Goes on with something, but not beyond the order to end, of which the client is told.
    pub(crate) fn poll_unless_terminated(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Self, &mut Context<'_>) -> Poll<Result<(), Stop>>,
    ) -> Poll<Result<(), Stop>> {
        if !self.entry.is_terminated() {
            if let Poll::Ready(done) = poll(self, cx) {
                return Poll::Ready(done);
            }
            self.entry.register(cx.waker());
            // The order may have come just before.
            if !self.entry.is_terminated() {
                return Poll::Pending;
            }
        }
        let _ = self.tell(&terminated());
        Poll::Ready(Err(Stop::Gone))
    }

    /// Answers one message of the client, which has sent `ahead` what is behind it.
    async fn answer(&mut self, event: &Event<&[u8]>, ahead: &mut &[u8]) -> Next {
        let answered = match event {
            Event::Query(query) => return self.query(query.sql.as_bytes(), ahead).await,
            Event::Parse(parse) => self.parse(parse).await,
            Event::Bind(bind) => Box::pin(self.bind_again(bind)).await,
            Event::Describe(describe) => Box::pin(self.describe_by_running(describe)).await,
            Event::Execute(execute) => self.execute(execute, ahead).await,
            Event::Sync => self.sync().await,
            Event::Terminate => return Next::Close,
            Event::FunctionCall(call) => {
                return self.function_call(call.function(), Ok(call)).await;
            }
            Event::MalformedCall { function, arguments, error } => {
                let (given, error) = (arguments.map(usize::from), *error);
                return self.function_call(*function, Err((given, error))).await;
            }
            // What belongs to a COPY its command takes.
            _ => Err(PgError::internal("unexpected message").fatal().into()),
        };
        self.answered(answered).await
    }

    /// Answers what waits for nothing, as most messages of the extended protocol do; `None` is for
    /// [`answer`](Self::answer).
    fn answer_at_once(&mut self, event: &Event<&[u8]>) -> Option<Result<(), Stop>> {
        match event {
            Event::Bind(bind) => match self.bind(bind, false) {
                Ok(true) => Some(Ok(())),
                Ok(false) => None,
                Err(stop) => Some(Err(stop)),
            },
            Event::MalformedBind(malformed) => Some(self.refuse_bind(malformed)),
            Event::Close(close) => Some(self.close(close)),
            Event::Describe(describe) => match self.describe_known(describe) {
                Ok(true) => Some(Ok(())),
                Ok(false) => None,
                Err(stop) => Some(Err(stop)),
            },
            Event::Flush => {
                self.flush = true;
                Some(Ok(()))
            }
            Event::Sync if !self.transaction.is_implicit() => {
                self.end_portals();
                Some(self.synced())
            }
            _ => None,
        }
    }

    async fn answered(&mut self, answered: Result<(), Stop>) -> Next {
        match answered {
            Ok(()) => Next::Go,
            Err(Stop::Gone) => Next::Close,
            Err(Stop::Error(error)) => after(&self.fail(&error).await),
        }
    }

    /// Tells the client of an error, which also ends or fails the transaction.
    async fn fail(&mut self, error: &PgError) -> Result<(), Stop> {
        self.io.timers.stop();
        self.refuse(error)?;
        match self.abort().await {
            Err(Stop::Error(error)) => self.refuse(&error),
            aborted => aborted,
        }
    }

    /// Between two statements of a long string: what is sent takes no memory, a cancel is heard, and
    /// other connections have their turn.
    async fn pause(&mut self) -> Result<(), Stop> {
        if self.io.output.len() >= CHUNK {
            self.flush().await?;
        }
        consume_budget().await;
        let overdue = || self.io.timers.overdue().map(|due| due.into_error());
        if let Some(error) = self.entry.canceled().or_else(overdue) {
            return Err(error.into());
        }
        self.begin_timing();
        Ok(())
    }

    /// What becomes of a call that was cut short: it is waited for. Boxed, as what is rare.
    pub(crate) fn interrupted(
        &mut self,
        interrupt: Interrupt,
    ) -> Pin<Box<dyn Future<Output = Stop> + Send + '_>> {
        Box::pin(async {
            if self.client.is_locking() {
                self.entry.locks().hurry(self.entry.pid());
            }
            let settled = match &interrupt {
                Interrupt::Panicked => Ok(()),
                _ => unbroken(|| self.session.settle()).await,
            };
            self.io.interrupts.resume();
            let interrupt = settled.err().unwrap_or(interrupt);
            interrupt.into_error().map_or(Stop::Gone, Stop::Error)
        })
    }

    /// The outcome of a call that was watched.
    pub(crate) async fn settled<T>(
        &mut self,
        outcome: Result<Result<T>, Interrupt>,
    ) -> Result<T, Stop> {
        match outcome {
            Ok(result) => result.map_err(Stop::Error),
            Err(interrupt) => Err(self.interrupted(interrupt).await),
        }
    }
}

/// A connection that could not be told its answer is closed.
fn after(answered: &Result<(), Stop>) -> Next {
    if answered.is_ok() { Next::Go } else { Next::Close }
}
