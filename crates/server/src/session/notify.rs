//! LISTEN, UNLISTEN and NOTIFY: what is said holds when the transaction is committed.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::task::Context;

use trunkline_core::{PgError, Result, Session, SqlState, check_notification};
use trunkline_proto::backend::TransactionStatus;
use trunkline_proto::message::NotificationResponse;
use trunkline_sql::statement::Which;

use crate::buffers::CHUNK;
use crate::channels::{Channels, Mailbox, Notification};
use crate::connection::watch::watch;
use crate::connection::{Connection, Stop};

/// What a session has said and heard of channels; most sessions have none.
#[derive(Debug)]
pub(crate) struct Listening {
    channels: Arc<Channels>,
    mailbox: Arc<Mailbox>,
    listens: BTreeSet<Box<str>>,
    /// What LISTEN and UNLISTEN of the transaction ask for, each with how many savepoints there were.
    asked: Vec<(usize, Asked)>,
    /// The channels of which it is heard already, for the transaction is about to be kept.
    early: Vec<Box<str>>,
    /// What NOTIFY of the transaction says, once each.
    said: Vec<(usize, Arc<Notification>)>,
    known: HashSet<Arc<Notification>>,
}

#[derive(Debug)]
enum Asked {
    Listen(Box<str>),
    Unlisten(Which),
}

impl Asked {
    /// Whether it makes nothing of what was asked before.
    fn is_of(&self, before: &Asked) -> bool {
        self.channel().is_none_or(|channel| before.channel() == Some(channel))
    }

    /// The channel it is about; `None` is all of them.
    fn channel(&self) -> Option<&str> {
        match self {
            Asked::Listen(channel) => Some(channel),
            Asked::Unlisten(Which::Named(channel)) => Some(channel),
            Asked::Unlisten(Which::All) => None,
        }
    }
}

/// Takes a channel out of some; whether it was among them.
fn take(channels: &mut Vec<Box<str>>, channel: &str) -> bool {
    let place = channels.iter().position(|other| **other == *channel);
    place.map(|place| channels.swap_remove(place)).is_some()
}

impl Listening {
    fn new(channels: Arc<Channels>) -> Listening {
        Listening {
            channels,
            mailbox: Arc::default(),
            listens: BTreeSet::new(),
            asked: Vec::new(),
            early: Vec::new(),
            said: Vec::new(),
            known: HashSet::new(),
        }
    }

    /// The transaction is about to be kept. From here on nothing that others say is missed.
    ///
    /// # Errors
    ///
    /// 54000 if too much waits already.
    fn prepare(&mut self, most: usize) -> Result<()> {
        if !self.channels.have_room(self.said.iter().map(|(_, said)| said), most) {
            return Err(queue_is_full());
        }
        for (_, asked) in &self.asked {
            if let Asked::Listen(channel) = asked
                && !self.listens.contains(channel)
                && !self.early.contains(channel)
            {
                self.channels.listen(channel, &self.mailbox);
                self.early.push(channel.clone());
            }
        }
        Ok(())
    }

    /// The transaction is kept: others hear of it.
    fn commit(&mut self) {
        let mut early = std::mem::take(&mut self.early);
        for (_, asked) in std::mem::take(&mut self.asked) {
            match asked {
                Asked::Listen(channel) => {
                    if self.listens.insert(channel.clone()) && !take(&mut early, &channel) {
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
        self.known = HashSet::new();
    }

    /// The channels that are listened to.
    pub(crate) fn channels(&self) -> impl Iterator<Item = &str> {
        self.listens.iter().map(|channel| &**channel)
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
    }

    fn rollback(&mut self) {
        self.asked.clear();
        self.said.clear();
        self.known = HashSet::new();
        for channel in std::mem::take(&mut self.early) {
            self.channels.unlisten(&channel, &self.mailbox);
        }
    }

    /// Whether it listens to a channel, or may when the transaction is kept.
    fn is_concerned(&self, channel: &str) -> bool {
        let asks = |(_, asked): &(usize, Asked)| matches!(asked, Asked::Listen(other) if **other == *channel);
        self.listens.contains(channel) || self.asked.iter().any(asks)
    }

    /// Whether the last word on what is to be left says so already: behind a savepoint it need not be said again.
    fn is_left(&self, what: &Which) -> bool {
        let is_about = |asked: &Asked| match (asked.channel(), what) {
            (Some(channel), Which::Named(name)) => *channel == **name,
            _ => true,
        };
        let last = self.asked.iter().map(|(_, asked)| asked).rfind(|asked| is_about(asked));
        match (last, what) {
            (Some(Asked::Unlisten(left)), Which::All) => *left == Which::All,
            (Some(Asked::Unlisten(_)), Which::Named(_)) => true,
            _ => false,
        }
    }

    /// Asks for something when the transaction is kept; of one channel the last word counts.
    fn ask(&mut self, depth: usize, asked: Asked) {
        self.asked.retain(|(at, before)| *at != depth || !asked.is_of(before));
        self.asked.push((depth, asked));
    }

    /// Asks to leave when the transaction is kept, unless that changes nothing; whether it did.
    fn ask_to_leave(&mut self, depth: usize, what: &Which) -> bool {
        let is_concerned = match what {
            Which::All => !self.listens.is_empty() || !self.asked.is_empty(),
            Which::Named(channel) => self.is_concerned(channel),
        };
        let asks = is_concerned && !self.is_left(what);
        if asks {
            self.ask(depth, Asked::Unlisten(what.clone()));
        }
        asks
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
        self.rollback();
        // What nobody will hear waits no more.
        self.channels.take(&self.mailbox, usize::MAX);
    }
}

impl<S: Session> Connection<S> {
    /// Answers LISTEN.
    pub(super) fn listen(&mut self, channel: &str) -> Result<()> {
        let most = self.limits.channels;
        let (part, depth) = self.take_part();
        if part.listens.len() + part.asked.len() >= most {
            let error = PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                "too many channels are listened to",
            );
            return Err(error.detail(format!("A connection may listen to {most} channels.")));
        }
        part.ask(depth, Asked::Listen(channel.into()));
        self.end_of_notify()
    }

    /// Answers UNLISTEN.
    pub(super) fn unlisten(&mut self, what: &Which) {
        if self.listening.is_some() {
            let (part, depth) = self.take_part();
            if part.ask_to_leave(depth, what) {
                // Nothing is said, so nothing can be too much.
                let _ = self.end_of_notify();
            }
        }
    }

    /// Answers NOTIFY.
    pub(super) async fn notify(&mut self, channel: &str, payload: &str) -> Result<(), Stop> {
        check_notification(channel, payload)?;
        let (io, session) = (&mut self.io, &mut self.session);
        let heard = watch(io, &self.entry, || session.notify(channel, payload)).await;
        self.settled(heard).await?;
        self.say(channel, payload)?;
        Ok(self.end_of_notify()?)
    }

    /// Keeps what is to be told when the transaction is kept.
    fn say(&mut self, channel: &str, payload: &str) -> Result<()> {
        let (pid, most) = (self.client.identity().pid, self.limits.notifications);
        let notification = notification(self.entry.channels(), (pid, channel, payload), most)?;
        let (part, depth) = self.take_part();
        if part.known.insert(notification.clone()) {
            part.said.push((depth, notification));
        }
        Ok(())
    }

    /// Says what the engine published while it ran a statement that is done.
    #[cold]
    pub(crate) fn notify_published(&mut self) -> Result<()> {
        for (channel, payload) in self.client.take_published() {
            self.say(&channel, &payload)?;
        }
        self.end_of_notify()
    }

    fn take_part(&mut self) -> (&mut Listening, usize) {
        let depth = self.transaction.depth();
        let channels = self.entry.channels();
        (self.listening.get_or_insert_with(|| Box::new(Listening::new(channels.clone()))), depth)
    }

    /// Where each statement is a transaction, this one is over.
    fn end_of_notify(&mut self) -> Result<()> {
        if !self.transaction.is_block() && !self.transaction.is_implicit() {
            self.prepare_notify().inspect_err(|_| self.rollback_notify())?;
            self.commit_notify();
        }
        Ok(())
    }

    pub(super) fn prepare_notify(&mut self) -> Result<()> {
        let most = self.limits.notifications;
        self.listening.as_mut().map_or(Ok(()), |part| part.prepare(most))
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
        if self.transaction.status() != TransactionStatus::Idle {
            return Ok(false);
        }
        for letter in part.channels.take(&part.mailbox, CHUNK) {
            if !part.listens.contains(&letter.channel) {
                // It has left since.
                continue;
            }
            let encoding = self.encoding();
            let channel = &*encoding.encoded_with_marks(&letter.channel);
            let payload = &*encoding.encoded_with_marks(&letter.payload);
            let response = NotificationResponse { process_id: letter.pid, channel, payload };
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

/// Something to say: by this process, on this channel, this payload.
///
/// # Errors
///
/// 22023, in PostgreSQL's words; 54000 if more than `most` bytes would wait.
pub(crate) fn notification(
    channels: &Channels,
    (pid, channel, payload): (i32, &str, &str),
    most: usize,
) -> Result<Arc<Notification>> {
    check_notification(channel, payload)?;
    channels.notification(pid, channel, payload, most).ok_or_else(queue_is_full)
}

pub(crate) fn queue_is_full() -> PgError {
    PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many notifications in the NOTIFY queue")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_leave_behind_many_savepoints_is_asked_once() {
        let mut part = Listening::new(Arc::default());
        part.ask(0, Asked::Listen("a".into()));
        part.ask(0, Asked::Listen("b".into()));
        part.commit();
        let named = Which::Named("a".to_owned());
        for depth in 0..100 {
            part.ask_to_leave(depth, &named);
            part.ask_to_leave(depth, &Which::All);
        }
        assert_eq!(part.asked.len(), 1, "{:?}", part.asked);
        // Behind a LISTEN it means something again, and a savepoint takes back what was said behind it.
        part.ask(101, Asked::Listen("a".into()));
        assert!(part.ask_to_leave(102, &named));
        assert!(!part.ask_to_leave(103, &named));
        part.rollback_to(101);
        part.commit();
        assert_eq!(part.channels().collect::<Vec<_>>(), ["a"]);
    }
}
