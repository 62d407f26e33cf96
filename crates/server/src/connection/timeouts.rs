//! Which of the client's messages start and stop the timers of a connection.
//!
//! As PostgreSQL: a statement is timed from the first Parse, Bind, Describe or Execute since the
//! last Execute that was complete, and each statement of a string by itself.

use trunkline_core::settings::Timeouts;
use trunkline_core::{ActivityState, Session};
use trunkline_proto::backend::{Event, TransactionStatus};

use super::inventory::now;
use super::timers::{Due, sooner};
use super::{Connection, Next, after};
use crate::limits::Limits;

/// What a client has set, within what the server lets it.
pub(super) fn heeded(set: Option<Timeouts>, limits: &Limits) -> Timeouts {
    set.unwrap_or_default().within(&limits.max_timeouts)
}

impl<S: Session> Connection<S> {
    fn timeouts(&self) -> Timeouts {
        heeded(self.client.timeouts(), &self.limits)
    }

    /// A message has come; what has run out before it is told in its place.
    pub(super) fn heard(&mut self, event: &Event<&[u8]>) -> Option<Due> {
        if self.resting && self.transaction.status() == TransactionStatus::Idle {
            self.tell_time();
        }
        self.resting = false;
        self.io.timers.wake();
        let due = self.io.timers.overdue();
        let runs =
            !matches!(event, Event::Close(_) | Event::Sync | Event::Flush | Event::Terminate);
        if due.is_none() && runs {
            self.begin_timing();
        }
        due
    }

    /// Tells what has run out; `None` if the message is to be answered all the same.
    pub(super) async fn late(&mut self, due: Due, event: &Event<&[u8]>) -> Option<Next> {
        if matches!(event, Event::Terminate) {
            return None;
        }
        let mut told = self.fail(&due.into_error()).await;
        if told.is_ok() && matches!(event, Event::Sync) {
            return None;
        }
        if self.protocol.owes_ready() {
            told = told.and_then(|()| self.ready());
        }
        Some(after(&told))
    }

    /// Something is about to run.
    pub(super) fn begin_timing(&mut self) {
        if self.timed {
            let set = self.timeouts();
            self.io.timers.begin(&set);
        }
    }

    /// A statement is complete.
    pub(super) fn end_timing(&mut self) {
        let goes_on = self.transaction.is_open();
        self.time_on(goes_on);
    }

    /// A statement is complete, or all of them are; what was set meanwhile holds.
    fn time_on(&mut self, goes_on: bool) {
        if !self.timed && self.io.timers.are_off() && !self.has_news() {
            return;
        }
        let set = self.timeouts();
        self.timed = !set.is_none();
        self.io.timers.complete(&set, goes_on);
    }

    /// ReadyForQuery is next, and then the client is awaited.
    pub(super) fn rest(&mut self) {
        self.resting = true;
        let state = match self.transaction.status() {
            TransactionStatus::Idle => ActivityState::Idle,
            TransactionStatus::InTransaction => ActivityState::IdleInTransaction,
            TransactionStatus::Failed => ActivityState::IdleInFailedTransaction,
        };
        self.client.tell_end(state, now());
        match self.transaction.is_failed() {
            true => self.io.timers.stop(),
            false => self.time_on(self.transaction.status() != TransactionStatus::Idle),
        }
    }

    /// Waits for the client, as long as it may take.
    pub(super) fn await_client(&mut self) {
        let mut idle = None;
        if self.timed && self.resting {
            let set = self.timeouts();
            let (timeout, due) = match self.transaction.status() {
                TransactionStatus::Idle => (set.idle_session, Due::IdleSession),
                _ if !sooner(set.idle_in_transaction, set.transaction) => {
                    (Default::default(), Due::IdleInTransaction)
                }
                _ => (set.idle_in_transaction, Due::IdleInTransaction),
            };
            idle = (!timeout.is_zero()).then_some((timeout, due));
        }
        self.io.timers.rest(idle);
    }
}
