//! The live connections: who may be cancelled by which key, and who must go at shutdown.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Duration;

use atomic_waker::AtomicWaker;
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use trunkline_core::advisory::{
    AdvisoryKey, AdvisoryLock, AdvisoryMode, AdvisoryRequest, AdvisoryWait,
};
use trunkline_core::{
    Backends, Client, Identity, PgError, Result, Signal, SqlState, settings::Settings,
};

use crate::cancels::WRONG_KEYS;
use crate::channels::Channels;
use crate::locks::AdvisoryLocks;
use crate::session::notify::queue_is_full;

/// All connections that are past their startup.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    connections: Mutex<HashSet<Registered>>,
    channels: Arc<Channels>,
    /// What may wait for listeners, in bytes.
    notifications: usize,
    locks: AdvisoryLocks,
    /// Set at shutdown, so that who comes late goes too.
    closing: AtomicBool,
}

/// A connection by its pid.
#[derive(Clone, Debug)]
struct Registered(Arc<Handle>);

impl Borrow<i32> for Registered {
    fn borrow(&self) -> &i32 {
        &self.0.pid
    }
}

impl Hash for Registered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.pid.hash(state);
    }
}

impl PartialEq for Registered {
    fn eq(&self, other: &Registered) -> bool {
        self.0.pid == other.0.pid
    }
}

impl Eq for Registered {}

/// What other tasks may do to a connection.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) pid: i32,
    key: Key,
    state: AtomicU8,
    terminate: AtomicBool,
    waker: AtomicWaker,
    /// Whose it is, once it has proved that.
    client: OnceLock<Client>,
    /// Those that came within a second, and when the first of them did. Boxed: mostly there are none.
    wrong_keys: Mutex<Option<Box<(Instant, u32)>>>,
}

/// The secret of a CancelRequest: 4 bytes in protocol 3.0, 32 in 3.2.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Short([u8; 4]),
    Long(Box<[u8; 32]>),
}

impl Key {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Key::Short(key) => key,
            Key::Long(key) => key.as_slice(),
        }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// What came of a cancel; for the log, its sender is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something was cancelled, unless the connection was idle.
    RightKey,
    WrongKey,
    /// So many wrong keys came for it within a second that no key is looked at.
    Besieged,
    /// There is no connection of this pid.
    Nobody,
}

/// Above all pids: tools give them the seven digits that Linux has for them at most.
const PIDS: i32 = 1 << 22;

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const CANCELED: u8 = 2;
const ENDED: u8 = 3;

impl Handle {
    /// A statement starts: from now on a cancel means this one.
    pub(crate) fn start(&self) {
        self.state.store(RUNNING, Ordering::Release);
    }

    /// The statement is over: a cancel that comes now hits nothing, and is not remembered.
    pub(crate) fn finish(&self) {
        self.state.store(IDLE, Ordering::Release);
    }

    /// Why the running statement must end now, if it must.
    pub(crate) fn canceled(&self) -> Option<PgError> {
        match self.state.load(Ordering::Acquire) {
            CANCELED => Some(PgError::canceled()),
            ENDED => Some(terminated()),
            _ => None,
        }
    }

    /// Whether the connection must end.
    pub(crate) fn is_terminated(&self) -> bool {
        self.terminate.load(Ordering::Acquire)
    }

    /// Wakes this task when something is asked of the connection.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    pub(crate) fn cancel(&self) {
        self.interrupt(CANCELED);
    }

    /// Ends what is running, if something is.
    fn interrupt(&self, state: u8) {
        let running =
            self.state.compare_exchange(RUNNING, state, Ordering::AcqRel, Ordering::Acquire);
        if running.is_ok() {
            self.waker.wake();
        }
    }

    pub(crate) fn terminate(&self) {
        self.terminate.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// The last word to a client that is sent away.
pub(crate) fn terminated() -> PgError {
    let message = "terminating connection due to administrator command";
    PgError::new(SqlState::ADMIN_SHUTDOWN, message).fatal()
}

impl Registry {
    /// Of nobody yet; so many bytes may wait for listeners.
    pub(crate) fn new(notifications: usize) -> Registry {
        Registry { notifications, ..Registry::default() }
    }

    pub(crate) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Enters a connection under a pid of its own; it leaves when the entry is dropped.
    pub(crate) fn enter(self: &Arc<Self>, long_key: bool) -> std::io::Result<Entry> {
        // One call for both: randomness costs a system call.
        let mut bytes = [0; 36];
        let length = if long_key { 36 } else { 8 };
        random(bytes.get_mut(..length).unwrap_or_default())?;
        let [a, b, c, d, secret @ ..] = bytes;
        let key = match secret.first_chunk() {
            Some(short) if !long_key => Key::Short(*short),
            _ => Key::Long(Box::new(secret)),
        };
        let mut connections = self.connections();
        // As a pid looks; the next free one if it is taken.
        let mut pid = (i32::from_be_bytes([a, b, c, d]) % PIDS).abs().max(1);
        while connections.contains(&pid) {
            pid = ((pid + 1) % PIDS).max(1);
        }
        let handle = Arc::new(Handle {
            pid,
            key,
            state: AtomicU8::new(IDLE),
            terminate: AtomicBool::new(self.closing.load(Ordering::Acquire)),
            waker: AtomicWaker::new(),
            client: OnceLock::new(),
            wrong_keys: Mutex::default(),
        });
        connections.insert(Registered(handle.clone()));
        Ok(Entry { registry: self.clone(), handle })
    }

    /// Cancels what the connection of this pid runs, if the key is its key.
    pub(crate) fn cancel(&self, pid: i32, key: &[u8]) -> Outcome {
        let Some(Registered(handle)) = self.connections().get(&pid).cloned() else {
            return Outcome::Nobody;
        };
        let mut wrong_keys = handle.wrong_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = wrong_keys.take_if(|wrong| wrong.0.elapsed() >= Duration::from_secs(1));
        let (since, count) = wrong_keys.as_deref().copied().unwrap_or((Instant::now(), 0));
        if count >= WRONG_KEYS {
            return Outcome::Besieged;
        }
        if !bool::from(handle.key.as_bytes().ct_eq(key)) {
            *wrong_keys = Some(Box::new((since, count + 1)));
            return Outcome::WrongKey;
        }
        drop(wrong_keys);
        handle.cancel();
        Outcome::RightKey
    }

    /// Asks every connection to end, now and those that still come.
    pub(crate) fn terminate_all(&self) {
        self.closing.store(true, Ordering::Release);
        let handles: Vec<_> = self.connections().iter().cloned().collect();
        for Registered(handle) in handles {
            handle.terminate();
        }
    }

    /// Cancels every running statement.
    pub(crate) fn cancel_all(&self) {
        let handles: Vec<_> = self.connections().iter().cloned().collect();
        for Registered(handle) in handles {
            handle.cancel();
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashSet<Registered>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backends for Registry {
    fn find(&self, pid: i32) -> Option<Client> {
        self.connections().get(&pid)?.0.client.get().cloned()
    }

    fn all(&self) -> Vec<Client> {
        let handles: Vec<_> = self.connections().iter().cloned().collect();
        handles.iter().filter_map(|Registered(handle)| handle.client.get().cloned()).collect()
    }

    fn signal(&self, pid: i32, signal: Signal) {
        let Some(Registered(handle)) = self.connections().get(&pid).cloned() else { return };
        match signal {
            Signal::Cancel => handle.cancel(),
            Signal::Terminate => {
                handle.interrupt(ENDED);
                handle.terminate();
            }
        }
    }

    fn lock(&self, request: AdvisoryRequest, wait: AdvisoryWait<'_>) -> Result<bool> {
        self.locks.lock(request, wait, || self.connections().contains(&request.pid))
    }

    fn unlock(&self, pid: i32, key: &AdvisoryKey, mode: AdvisoryMode) -> bool {
        self.locks.unlock(pid, key, mode)
    }

    fn unlock_all(&self, pid: i32) {
        self.locks.unlock_all(pid);
    }

    fn deadlock(&self, pid: i32, holder: i32) -> Option<PgError> {
        self.locks.deadlock(pid, holder)
    }

    fn locks(&self) -> Vec<AdvisoryLock> {
        self.locks.all()
    }

    fn hold_notification(&self, bytes: usize) -> Result<()> {
        match self.channels.hold(bytes, self.notifications) {
            true => Ok(()),
            false => Err(queue_is_full()),
        }
    }

    fn release_notification(&self, bytes: usize) {
        self.channels.release(bytes);
    }
}

/// A connection's place in the registry.
#[derive(Debug)]
pub(crate) struct Entry {
    registry: Arc<Registry>,
    handle: Arc<Handle>,
}

impl Entry {
    pub(crate) fn pid(&self) -> i32 {
        self.handle.pid
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.handle.key.as_bytes()
    }

    /// The client of this connection, whom others may find from now on.
    pub(crate) fn client(&self, identity: Identity, settings: Settings) -> Client {
        let make = || Client::among(self.registry.clone(), identity, settings);
        self.handle.client.get_or_init(make).clone()
    }

    /// The advisory locks of all connections.
    pub(crate) fn locks(&self) -> &AdvisoryLocks {
        &self.registry.locks
    }

    /// Where connections of this server hear of each other.
    pub(crate) fn channels(&self) -> &Arc<Channels> {
        &self.registry.channels
    }
}

impl std::ops::Deref for Entry {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.registry.connections().remove(&self.handle.pid);
        self.registry.locks.leave(self.handle.pid);
    }
}

/// Fills a buffer with randomness of the operating system.
pub(crate) fn random(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_key_that_many_guess_is_looked_at_again_after_a_second() {
        let registry = Arc::new(Registry::default());
        let [one, other] = [(); 2].map(|()| registry.enter(false).expect("an entry"));
        let guess = |entry: &Entry| {
            let wrong: Vec<u8> = entry.key().iter().map(|byte| byte ^ 1).collect();
            registry.cancel(entry.pid(), &wrong)
        };
        assert!((0..WRONG_KEYS).all(|_| guess(&one) == Outcome::WrongKey));
        assert_eq!(guess(&one), Outcome::Besieged);
        assert_eq!(registry.cancel(one.pid(), one.key()), Outcome::Besieged);
        assert_eq!(registry.cancel(other.pid(), other.key()), Outcome::RightKey);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(registry.cancel(one.pid(), one.key()), Outcome::RightKey);
        assert_eq!(guess(&one), Outcome::WrongKey);
    }

    #[test]
    fn what_is_published_counts_until_it_is_taken() {
        let registry = Arc::new(Registry::new(10_000));
        let entry = registry.enter(false).expect("an entry");
        let client = entry.client(Identity::new("somebody", "db"), Settings::default());
        let payload = "p".repeat(1_000);
        let fill = || {
            let say = |number| client.publish("c", &format!("{number}{payload}"));
            let refused = (0..100).map(say).find_map(Result::err).expect("it is too much");
            assert_eq!(refused.sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
        };
        fill();
        // What is said already takes no more room.
        client.publish("c", &format!("0{payload}")).expect("nothing new");
        let first = client.take_published();
        assert!((8..10).contains(&first.len()), "{}", first.len());
        fill();
        assert_eq!(client.take_published(), first);
        fill();
        drop((client, entry));
        assert!(registry.channels.hold(10_000, 10_000), "a session takes it along");
    }
}
