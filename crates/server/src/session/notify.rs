//! LISTEN, UNLISTEN and NOTIFY: what is said holds when the transaction is committed.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::task::Context;

use trunkline_core::{PgError, Result, Session, SqlState};
use trunkline_proto::message::NotificationResponse;
use trunkline_sql::statement::Which;

use crate::buffers::CHUNK;
use crate::channels::{Channels, Mailbox, Notification};
use crate::connection::{Connection, Stop};

/// The longest payload and one byte more, as in PostgreSQL.
pub(crate) const PAYLOAD: usize = 8_000;

/// What a session has said and heard of channels; most sessions have none.
#[derive(Debug)]
pub(crate) struct Listening {
    channels: Arc<Channels>,
    mailbox: Arc<Mailbox>,
    listens: BTreeSet<Box<str>>,
    /// What LISTEN and UNLISTEN of the transaction ask for, each with how many savepoints there were.
    asked: Vec<(usize, Asked)>,
    /// What NOTIFY of the transaction says, once each, and how much that is in bytes.
    said: Vec<(usize, Arc<Notification>)>,
    known: HashSet<Arc<Notification>>,
    size: usize,
}

#[derive(Debug)]
enum Asked {
    Listen(Box<str>),
    Unlisten(Which),
}

impl Listening {
    fn new(channels: Arc<Channels>) -> Listening {
        Listening {
            channels,
            mailbox: Arc::default(),
            listens: BTreeSet::new(),
            asked: Vec::new(),
            said: Vec::new(),
            known: HashSet::new(),
            size: 0,
        }
    }

    /// The transaction is kept: others hear of it.
    fn commit(&mut self) {
        for (_, asked) in std::mem::take(&mut self.asked) {
            match asked {
                Asked::Listen(channel) => {
                    if self.listens.insert(channel.clone()) {
                        self.channels.listen(&channel, &self.mailbox);
                    }
                }
                Asked::Unlisten(Which::Named(channel)) => {
                    if self.listens.remove(channel.as_str()) {
                        self.channels.unlisten(&channel, &self.mailbox);
                    }
                }
                Asked::Unlisten(Which::All) => self.leave(),
            }
        }
        let said: Vec<_> =
            std::mem::take(&mut self.said).into_iter().map(|(_, said)| said).collect();
        self.channels.tell(&said);
        (self.known, self.size) = (HashSet::new(), 0);
    }

    fn leave(&mut self) {
        for channel in std::mem::take(&mut self.listens) {
            self.channels.unlisten(&channel, &self.mailbox);
        }
    }

    /// Forgets what was said behind this many savepoints.
    fn rollback_to(&mut self, depth: usize) {
        self.asked.retain(|(at, _)| *at <= depth);
        self.said.retain(|(at, _)| *at <= depth);
        self.known = self.said.iter().map(|(_, said)| said.clone()).collect();
        self.size = self.known.iter().map(|said| said.size()).sum();
    }

    fn rollback(&mut self) {
        self.asked.clear();
        self.said.clear();
        (self.known, self.size) = (HashSet::new(), 0);
    }

    /// The savepoint at a place is released: what was said behind it now belongs before it.
    fn release(&mut self, place: usize) {
        let asked = self.asked.iter_mut().map(|(at, _)| at);
        for at in asked.chain(self.said.iter_mut().map(|(at, _)| at)) {
            *at = (*at).min(place);
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.leave();
        // What nobody will hear waits no more.
        self.channels.take(&self.mailbox, usize::MAX);
    }
}

impl<S: Session> Connection<S> {
    /// Answers LISTEN.
    pub(super) fn listen(&mut self, channel: &str) -> Result<()> {
        let most = self.limits.channels;
        let (part, depth) = self.take_part();
        // Each LISTEN counts, even of a channel that is listened to: it waits for the commit.
        if part.listens.len() + part.asked.len() >= most {
            let error = PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                "too many channels are listened to",
            );
            return Err(error.detail(format!("A connection may listen to {most} channels.")));
        }
        part.asked.push((depth, Asked::Listen(channel.into())));
        self.end_of_notify();
        Ok(())
    }

    /// Answers UNLISTEN.
    pub(super) fn unlisten(&mut self, what: &Which) {
        if self.listening.is_some() {
            let (part, depth) = self.take_part();
            part.asked.push((depth, Asked::Unlisten(what.clone())));
            self.end_of_notify();
        }
    }

    /// Answers NOTIFY.
    pub(super) fn notify(&mut self, channel: &str, payload: &str) -> Result<()> {
        let (pid, most) = (self.client.identity().pid, self.limits.notifications);
        let notification = notification(pid, channel, payload)?;
        let (part, depth) = self.take_part();
        if part.channels.waiting().saturating_add(part.size) >= most {
            return Err(queue_is_full());
        }
        if part.known.insert(notification.clone()) {
            part.size += notification.size();
            part.said.push((depth, notification));
        }
        self.end_of_notify();
        Ok(())
    }

    fn take_part(&mut self) -> (&mut Listening, usize) {
        let depth = self.transaction.depth();
        let channels = self.entry.channels();
        (self.listening.get_or_insert_with(|| Box::new(Listening::new(channels.clone()))), depth)
    }

    /// Where each statement is a transaction, this one is over.
    fn end_of_notify(&mut self) {
        if !self.transaction.is_block() && !self.transaction.is_implicit() {
            self.commit_notify();
        }
    }

    pub(super) fn commit_notify(&mut self) {
        if let Some(part) = &mut self.listening {
            part.commit();
        }
    }

    pub(super) fn rollback_notify(&mut self) {
        if let Some(part) = &mut self.listening {
            part.rollback();
        }
    }

    pub(super) fn release_notify(&mut self, place: usize) {
        if let Some(part) = &mut self.listening {
            part.release(place);
        }
    }

    pub(super) fn rollback_notify_to(&mut self, place: usize) {
        if let Some(part) = &mut self.listening {
            part.rollback_to(place);
        }
    }

    /// Tells what others have said, unless a transaction is under way; whether there was something.
    ///
    /// A chunk of it at a time: what is left is told when that is sent.
    pub(crate) fn tell_notifications(&mut self) -> Result<bool, Stop> {
        let Some(part) = self.listening.as_ref().filter(|part| part.mailbox.is_filled()) else {
            return Ok(false);
        };
        if self.transaction.is_block() {
            return Ok(false);
        }
        for letter in part.channels.take(&part.mailbox, CHUNK) {
            let Notification { pid, channel, payload } = &*letter;
            let response =
                NotificationResponse { process_id: *pid, channel: &**channel, payload: &**payload };
            self.protocol.send(&response, self.io.output())?;
        }
        Ok(true)
    }

    /// The same while nothing is asked; this task is woken when there is something.
    pub(crate) fn poll_notifications(&mut self, cx: &mut Context<'_>) -> Result<bool, Stop> {
        match &self.listening {
            Some(part) => part.mailbox.register(cx.waker()),
            None => return Ok(false),
        }
        self.tell_notifications()
    }
}

/// Something to say on a channel.
///
/// # Errors
///
/// 22023, in PostgreSQL's words.
pub(crate) fn notification(pid: i32, channel: &str, payload: &str) -> Result<Arc<Notification>> {
    let wrong = |what| Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, what));
    if channel.is_empty() {
        return wrong("channel name cannot be empty");
    }
    if channel.len() > 63 {
        return wrong("channel name too long");
    }
    if payload.len() >= PAYLOAD {
        return wrong("payload string too long");
    }
    let (channel, payload) = (channel.into(), payload.into());
    Ok(Arc::new(Notification { pid, channel, payload }))
}

pub(crate) fn queue_is_full() -> PgError {
    PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many notifications in the NOTIFY queue")
}
