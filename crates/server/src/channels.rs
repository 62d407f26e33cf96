//! The channels of LISTEN and NOTIFY, between the connections of one server.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use atomic_waker::AtomicWaker;

/// What NOTIFY says; what it takes counts for as long as somebody has it.
#[derive(Debug)]
pub(crate) struct Notification {
    /// The process that said it.
    pub(crate) pid: i32,
    pub(crate) channel: Box<str>,
    pub(crate) payload: Box<str>,
    waiting: Arc<AtomicUsize>,
}

/// What a notification takes in a mailbox, in bytes.
const LETTER: usize = 16;

impl Notification {
    fn size(&self) -> usize {
        size_of::<Notification>() + self.channel.len() + self.payload.len()
    }
}

impl Drop for Notification {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.size(), Ordering::Relaxed);
    }
}

impl PartialEq for Notification {
    fn eq(&self, other: &Notification) -> bool {
        self.channel == other.channel && self.payload == other.payload
    }
}

impl Eq for Notification {}

impl Hash for Notification {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.channel, &self.payload).hash(state);
    }
}

/// Who listens, by the name of the channel.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    listeners: Mutex<HashMap<Box<str>, Vec<Arc<Mailbox>>>>,
    /// What is said and not told yet, in bytes.
    waiting: Arc<AtomicUsize>,
}

/// What one listener has not been told yet.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    letters: Mutex<VecDeque<Arc<Notification>>>,
    /// Whether there are any: looked at before every ReadyForQuery.
    is_filled: AtomicBool,
    waker: AtomicWaker,
}

impl Channels {
    /// Something to say; `None` if more than `most` bytes would wait.
    pub(crate) fn notification(
        &self,
        pid: i32,
        channel: &str,
        payload: &str,
        most: usize,
    ) -> Option<Arc<Notification>> {
        let (channel, payload, waiting) = (channel.into(), payload.into(), self.waiting.clone());
        let notification = Notification { pid, channel, payload, waiting };
        // Dropped again, it counts no more.
        let before = self.waiting.fetch_add(notification.size(), Ordering::Relaxed);
        let is_too_much = before.saturating_add(notification.size()) > most;
        (!is_too_much).then(|| Arc::new(notification))
    }

    /// Counts what is not said yet as waiting; whether there is room for so many bytes.
    pub(crate) fn hold(&self, bytes: usize, most: usize) -> bool {
        let before = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let has_room = before.saturating_add(bytes) <= most;
        if !has_room {
            self.release(bytes);
        }
        has_room
    }

    /// Counts it no more.
    pub(crate) fn release(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether all who listen can be told.
    pub(crate) fn have_room<'n>(
        &self,
        notifications: impl Iterator<Item = &'n Arc<Notification>>,
        most: usize,
    ) -> bool {
        let listeners = self.lock();
        let letters = notifications.map(|said| listeners.get(&said.channel).map_or(0, Vec::len));
        let letters = letters.sum::<usize>().saturating_mul(LETTER);
        self.waiting.load(Ordering::Relaxed).saturating_add(letters) <= most
    }

    pub(crate) fn listen(&self, channel: &str, mailbox: &Arc<Mailbox>) {
        self.lock().entry(channel.into()).or_default().push(mailbox.clone());
    }

    pub(crate) fn unlisten(&self, channel: &str, mailbox: &Arc<Mailbox>) {
        let mut listeners = self.lock();
        if let Some(all) = listeners.get_mut(channel) {
            all.retain(|other| !Arc::ptr_eq(other, mailbox));
            if all.is_empty() {
                listeners.remove(channel);
            }
        }
    }

    /// Tells all who listen, in this order; how many times somebody was told.
    pub(crate) fn tell(&self, notifications: &[Arc<Notification>]) -> usize {
        // Under one lock: what two transactions say is not mixed.
        let listeners = self.lock();
        let mut told = 0;
        for notification in notifications {
            for mailbox in listeners.get(&notification.channel).into_iter().flatten() {
                self.waiting.fetch_add(LETTER, Ordering::Relaxed);
                mailbox.put(notification.clone());
                told += 1;
            }
        }
        told
    }

    /// Takes out what a listener has to be told, a part of it if it is more than `most` bytes.
    pub(crate) fn take(&self, mailbox: &Mailbox, most: usize) -> Vec<Arc<Notification>> {
        let mut letters = mailbox.lock();
        let (mut taken, mut size) = (Vec::new(), 0);
        while size < most
            && let Some(letter) = letters.pop_front()
        {
            size += letter.size();
            taken.push(letter);
        }
        mailbox.is_filled.store(!letters.is_empty(), Ordering::Release);
        self.waiting.fetch_sub(taken.len() * LETTER, Ordering::Relaxed);
        taken
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Vec<Arc<Mailbox>>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox {
    fn put(&self, letter: Arc<Notification>) {
        self.lock().push_back(letter);
        self.is_filled.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(crate) fn is_filled(&self) -> bool {
        self.is_filled.load(Ordering::Acquire)
    }

    /// Wakes this task when something comes: to be said before one looks.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Notification>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
