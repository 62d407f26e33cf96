//! When a statement, a transaction or a session has taken too long, as PostgreSQL counts it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use trunkline_core::settings::Timeouts;
use trunkline_core::{PgError, SqlState};

use crate::stream::HangUp;

/// The timers of a connection; none, and no memory, unless a timeout is set and something is timed.
///
/// What tells of the end of a client of which nothing is read lives here, too: both are rare, and go
/// when the client is awaited.
#[derive(Debug, Default)]
pub(crate) struct Timers(Option<Pin<Box<Running>>>);

pin_project! {
    #[derive(Debug)]
    struct Running {
        statement: Option<Instant>,
        transaction: Option<Instant>,
        // What `transaction_timeout` was when it last meant something.
        known: Duration,
        // Whether a transaction is open, timed or not.
        in_transaction: bool,
        idle: Option<(Instant, Due)>,
        hang_up: Option<Box<HangUp>>,
        // Whether the client has said all that it will say.
        heard_all: bool,
        // Known to the runtime only once something had to be waited for.
        #[pin]
        sleep: Sleep,
    }
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Statement,
    Transaction,
    IdleInTransaction,
    IdleSession,
}

impl Due {
    /// What the client is told.
    pub(crate) fn into_error(self) -> PgError {
        let (sqlstate, message) = match self {
            Due::Statement => {
                let message = "canceling statement due to statement timeout";
                return PgError::new(SqlState::QUERY_CANCELED, message);
            }
            Due::Transaction => {
                (SqlState::TRANSACTION_TIMEOUT, "terminating connection due to transaction timeout")
            }
            Due::IdleInTransaction => (
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                "terminating connection due to idle-in-transaction timeout",
            ),
            Due::IdleSession => (
                SqlState::IDLE_SESSION_TIMEOUT,
                "terminating connection due to idle-session timeout",
            ),
        };
        PgError::new(sqlstate, message).fatal()
    }
}

impl Timers {
    pub(crate) fn are_off(&self) -> bool {
        self.0.is_none()
    }

    /// A message that runs something is here: its statement, and a transaction that begins with
    /// it, are timed from now on, unless they are already.
    pub(crate) fn begin(&mut self, set: &Timeouts) {
        let now = Instant::now();
        let timers = self.running().project();
        if !*timers.in_transaction {
            *timers.in_transaction = true;
            *timers.known = set.transaction;
            *timers.transaction = after(now, set.transaction);
        }
        *timers.statement = match sooner(set.statement, set.transaction) {
            true => timers.statement.or_else(|| after(now, set.statement)),
            false => None,
        };
    }

    /// A statement is complete; what it set holds from now on. `goes_on` is whether its
    /// transaction does.
    pub(crate) fn complete(&mut self, set: &Timeouts, goes_on: bool) {
        if self.are_off() && (set.transaction.is_zero() || !goes_on) {
            return;
        }
        let timers = self.running().project();
        *timers.statement = None;
        *timers.in_transaction = goes_on;
        if !goes_on || set.transaction.is_zero() {
            *timers.transaction = None;
        } else if timers.transaction.is_none() && *timers.known != set.transaction {
            // Set within the transaction: the time runs from here.
            *timers.transaction = after(Instant::now(), set.transaction);
        }
        *timers.known = set.transaction;
    }

    /// Nothing is timed any more: after an error, to the end of the transaction. PostgreSQL, too,
    /// forgets the timeout of a transaction that goes back to a savepoint.
    pub(crate) fn stop(&mut self) {
        if let Some(timers) = &mut self.0 {
            let timers = timers.as_mut().project();
            (*timers.statement, *timers.transaction, *timers.idle) = (None, None, None);
        }
    }

    /// The transaction is over, though its block goes on: AND CHAIN.
    pub(crate) fn end_transaction(&mut self) {
        if let Some(timers) = &mut self.0 {
            let timers = timers.as_mut().project();
            (*timers.transaction, *timers.known) = (None, Duration::ZERO);
        }
    }

    /// The client is awaited. It may be for the rest of a message: then the time runs on.
    pub(crate) fn rest(&mut self, idle: Option<(Duration, Due)>) {
        if let Some(timers) = &mut self.0 {
            *timers.as_mut().project().hang_up = None;
        }
        if let Some((timeout, due)) = idle {
            let timers = self.running().project();
            if timers.idle.is_none() {
                *timers.idle = after(Instant::now(), timeout).map(|at| (at, due));
            }
            return;
        }
        let is_idle = |timers: &Pin<Box<Running>>| {
            timers.statement.is_none() && !timers.in_transaction && timers.idle.is_none()
        };
        if self.0.as_ref().is_some_and(is_idle) {
            self.0 = None;
        }
    }

    /// A message has come.
    pub(crate) fn wake(&mut self) {
        if let Some(timers) = &mut self.0 {
            *timers.as_mut().project().idle = None;
        }
    }

    /// What has run out while nobody waited.
    pub(crate) fn overdue(&self) -> Option<Due> {
        let timers = self.0.as_ref()?;
        let (at, due) = timers.of_statement()?;
        (at <= Instant::now()).then_some(due)
    }

    /// Ready when a statement that runs has taken too long, or its transaction.
    pub(crate) fn poll_statement(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        self.poll(Running::of_statement, cx)
    }

    /// Ready when the client has taken too long. A statement's time may have run out meanwhile, but
    /// as in PostgreSQL that is told when its next message comes.
    pub(crate) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        self.poll(Running::of_rest, cx)
    }

    /// The client has said its last word, though it may still listen.
    pub(crate) fn hear_all(&mut self) {
        *self.running().project().heard_all = true;
    }

    pub(crate) fn has_heard_all(&self) -> bool {
        self.0.as_ref().is_some_and(|timers| timers.heard_all)
    }

    /// Ready when the client has hung up, as what `make` makes tells: when it says nothing more, and if that
    /// is known when it does not even listen.
    pub(crate) fn poll_hang_up(
        &mut self,
        make: impl FnOnce() -> Option<Box<HangUp>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let timers = self.running().project();
        if timers.hang_up.is_none() {
            *timers.hang_up = make();
        }
        match timers.hang_up {
            // Without a file descriptor it cannot be known: who says nothing more is taken for gone.
            None if *timers.heard_all => Poll::Ready(()),
            None => Poll::Pending,
            Some(hang_up) if *timers.heard_all => hang_up.poll_gone(cx),
            Some(hang_up) => hang_up.poll_end(cx),
        }
    }

    fn poll(
        &mut self,
        next: fn(&Running) -> Option<(Instant, Due)>,
        cx: &mut Context<'_>,
    ) -> Poll<Due> {
        let Some(timers) = &mut self.0 else { return Poll::Pending };
        let Some((at, due)) = next(timers) else { return Poll::Pending };
        let mut sleep = timers.as_mut().project().sleep;
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.poll(cx).map(|()| due)
    }

    fn running(&mut self) -> Pin<&mut Running> {
        let new = || {
            Box::pin(Running {
                statement: None,
                transaction: None,
                known: Duration::ZERO,
                in_transaction: false,
                idle: None,
                hang_up: None,
                heard_all: false,
                sleep: sleep_until(Instant::now()),
            })
        };
        self.0.get_or_insert_with(new).as_mut()
    }
}

impl Running {
    fn of_statement(&self) -> Option<(Instant, Due)> {
        let statement = self.statement.map(|at| (at, Due::Statement));
        first(statement, self.transaction.map(|at| (at, Due::Transaction)))
    }

    fn of_rest(&self) -> Option<(Instant, Due)> {
        first(self.idle, self.transaction.map(|at| (at, Due::Transaction)))
    }
}

/// Whether a timeout is set that comes before that of the transaction: later it means nothing.
pub(super) fn sooner(timeout: Duration, transaction: Duration) -> bool {
    !timeout.is_zero() && (transaction.is_zero() || timeout < transaction)
}

fn first(one: Option<(Instant, Due)>, other: Option<(Instant, Due)>) -> Option<(Instant, Due)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.0 < one.0 { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn after(now: Instant, timeout: Duration) -> Option<Instant> {
    if timeout.is_zero() { None } else { now.checked_add(timeout) }
}
