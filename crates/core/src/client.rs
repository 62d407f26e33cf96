//! Who is connected.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trunkline_proto::types::{TextStyle, Types};
use trunkline_proto::{Encoding, SqlState};
use trunkline_sql::Backslashes;

use crate::activity::{Activity, ActivityState};
use crate::attachment::Attachment;
use crate::backends::{Alone, Backends};
use crate::error::{Notice, PgError, Result};
use crate::interrupts::Interrupts;
use crate::published::Published;
use crate::settings::{Settings, Timeouts};

/// How many notices of a statement wait for its end.
const NOTICES: usize = 1_000;

/// What no time is: nobody has told yet.
const UNTOLD: i64 = i64::MIN;

/// A connected client, as its engine session sees it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<SessionView>);

/// The facts of a session that its engine may read while it runs.
#[derive(Debug)]
struct SessionView {
    identity: Identity,
    settings: Mutex<Settings>,
    /// When the transaction began.
    time: AtomicI64,
    activity: Mutex<Activity>,
    notices: Mutex<Vec<Notice>>,
    published: Mutex<Published>,
    changes: AtomicUsize,
    backends: Arc<dyn Backends>,
    /// Whether it may hold advisory locks.
    is_locking: AtomicBool,
    interrupts: Interrupts,
    /// What of the engine's it alone has; 0 is nothing.
    writing: AtomicU64,
}

impl Drop for SessionView {
    fn drop(&mut self) {
        let published = self.published.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.backends.release_notification(published.size());
    }
}

/// Who a client is and how it came.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Identity {
    /// The user it has proved to be, or claims to be under trust.
    pub user: Box<str>,
    /// The database it asked for; the user's name when it asked for none.
    pub database: Box<str>,
    /// What `pg_backend_pid()` answers.
    pub pid: i32,
    /// Its address; `None` for a Unix socket.
    pub address: Option<SocketAddr>,
    /// The address of the server's socket that it came to; `None` for a Unix socket.
    pub server_address: Option<SocketAddr>,
    /// Whether TLS protects the connection.
    pub encrypted: bool,
    /// The name by which it asked for the server in TLS (SNI), in lower case; `None` if it gave none.
    pub server_name: Option<Box<str>>,
    /// What was left for its session while it came in.
    pub attachment: Attachment,
}

impl Identity {
    /// A client in this very process, as tests need it.
    pub fn new(user: impl Into<Box<str>>, database: impl Into<Box<str>>) -> Identity {
        Identity {
            user: user.into(),
            database: database.into(),
            pid: 1,
            address: None,
            server_address: None,
            encrypted: false,
            server_name: None,
            attachment: Attachment::default(),
        }
    }
}

impl Client {
    /// A client with the settings it starts with, and no others beside it.
    pub fn new(identity: Identity, settings: Settings) -> Client {
        Client::among(Arc::new(Alone), identity, settings)
    }

    /// A client among others, with the settings it starts with.
    pub fn among(backends: Arc<dyn Backends>, identity: Identity, settings: Settings) -> Client {
        Client(Arc::new(SessionView {
            identity,
            settings: Mutex::new(settings),
            time: AtomicI64::new(UNTOLD),
            activity: Mutex::default(),
            notices: Mutex::default(),
            published: Mutex::default(),
            changes: AtomicUsize::new(0),
            backends,
            is_locking: AtomicBool::new(false),
            interrupts: Interrupts::default(),
            writing: AtomicU64::new(0),
        }))
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Who else is connected.
    pub fn backends(&self) -> &Arc<dyn Backends> {
        &self.0.backends
    }

    /// Whether it may hold advisory locks: it has asked for one.
    #[inline]
    pub fn is_locking(&self) -> bool {
        self.0.is_locking.load(Ordering::Relaxed)
    }

    pub(crate) fn set_locking(&self) {
        self.0.is_locking.store(true, Ordering::Relaxed);
    }

    /// How many blocks and savepoints it is within.
    pub(crate) fn depth(&self) -> usize {
        self.look().depth()
    }

    /// The session's settings, locked while the guard lives: never hold it across an await.
    pub fn settings(&self) -> MutexGuard<'_, Settings> {
        let settings = self.look();
        self.change();
        settings
    }

    /// The value of a setting as SHOW prints it; `None` for a name that is not known.
    ///
    /// Who only wants to know asks here: whoever has [`settings`](Client::settings) may have changed them.
    pub fn setting(&self, name: &str) -> Option<String> {
        self.look().get(name).map(Cow::into_owned)
    }

    /// Whether the session may become a role: there are no others than its own.
    ///
    /// # Errors
    ///
    /// 22023, as of a role that does not exist.
    pub fn check_role(&self, role: &str) -> Result<()> {
        if *role == *self.identity().user || role == "none" {
            return Ok(());
        }
        let message = format!("role \"{role}\" does not exist");
        Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message))
    }

    /// The schemas that `search_path` names, whether or not there are such; `$user` is the user's name.
    pub fn search_path(&self) -> Vec<String> {
        let mut names = self.look().search_path();
        for name in names.iter_mut().filter(|name| *name == "$user") {
            *name = self.identity().user.to_string();
        }
        names
    }

    /// Makes types known that are not built in, instead of those that the server was given: an engine
    /// says so when it opens the session, and again when they change. From the next statement on
    /// parameters and columns of these types are read, checked and written as PostgreSQL does.
    pub fn set_types(&self, types: Types) {
        self.settings().set_types(types);
    }

    /// How values look as text by the session's settings, and which types are known.
    pub fn style(&self) -> Arc<TextStyle> {
        self.look().style()
    }

    /// What backslashes mean in the strings of statements.
    pub fn backslashes(&self) -> Backslashes {
        self.look().backslashes()
    }

    /// How values look, and when the transaction began: for who reads what the client wrote, where `now`
    /// and `today` mean that.
    pub fn reading_style(&self) -> Arc<TextStyle> {
        let style = self.style();
        match self.transaction_time() {
            None => style,
            now => Arc::new(TextStyle { now, ..TextStyle::clone(&style) }),
        }
    }

    /// Tells when the transaction began, in microseconds since 2000-01-01 UTC; for the server, which
    /// has a clock. It is what `now()` means, and `now` and `today` in what is read.
    pub fn tell_time(&self, micros: i64) {
        self.0.time.store(micros, Ordering::Relaxed);
    }

    /// When the transaction began, in microseconds since 2000-01-01 UTC; `None` if nobody has told.
    pub fn transaction_time(&self) -> Option<i64> {
        Some(self.0.time.load(Ordering::Relaxed)).filter(|time| *time != UNTOLD)
    }

    /// What the session does, as far as the server has told.
    pub fn activity(&self) -> Activity {
        self.at().clone()
    }

    /// Tells when the client came; for the server. All times are as in [`tell_time`](Client::tell_time).
    pub fn tell_began(&self, now: i64) {
        let mut activity = self.at();
        activity.began = Some(now);
        activity.change(ActivityState::Idle, now);
    }

    /// Tells that a statement starts; for the server.
    pub fn tell_start(&self, state: ActivityState, query: &str, now: i64) {
        self.at().start(state, query, now);
    }

    /// Tells what the session is at behind its statement; for the server.
    pub fn tell_end(&self, state: ActivityState, now: i64) {
        self.at().change(state, now);
    }

    /// The encoding that the client speaks; everything here is UTF-8.
    pub fn encoding(&self) -> Encoding {
        self.look().encoding()
    }

    /// Whether its statement can still be stopped.
    pub fn interrupts(&self) -> Interrupts {
        self.0.interrupts.clone()
    }

    /// For an engine: what no other session may write to until this one's transaction ends, by a number of
    /// its own; 0 for nothing. Whoever waits for that asks for a [`deadlock`](Client::deadlock).
    pub fn set_writing(&self, what: u64) {
        self.0.writing.store(what, Ordering::Relaxed);
    }

    /// What no other session may write to.
    pub(crate) fn writing(&self) -> u64 {
        self.0.writing.load(Ordering::Relaxed)
    }

    /// From here on the settings know what they were, for a rollback; nothing changes by that.
    pub fn begin(&self) {
        self.look().begin();
    }

    /// What the session has set of its timeouts; `None` if all of them are off.
    pub fn timeouts(&self) -> Option<Timeouts> {
        self.look().timeouts()
    }

    /// A number that is another one whenever there may be a notice to send, or a setting that has
    /// changed; for the server, which looks at neither while it stays the same.
    #[inline]
    pub fn changes(&self) -> usize {
        self.0.changes.load(Ordering::Acquire)
    }

    /// Sends a notice; it reaches the client before the running statement's CommandComplete.
    ///
    /// Of one statement 1,000 are kept: what it says beyond would only fill the memory.
    pub fn notify(&self, notice: Notice) {
        let mut notices = self.notices();
        self.change();
        match notices.len() {
            0..NOTICES => notices.push(notice),
            NOTICES => notices.push(Notice::warning(
                SqlState::WARNING,
                "further notices of this statement are left out",
            )),
            _ => {}
        }
    }

    /// Says something on a channel, as NOTIFY does: listeners hear of it when the transaction is kept.
    ///
    /// # Errors
    ///
    /// Those of [`check_notification`]; 54000 if too much waits for listeners, as [`Backends::hold_notification`]
    /// knows.
    pub fn publish(&self, channel: &str, payload: &str) -> Result<()> {
        check_notification(channel, payload)?;
        let said = (channel.to_owned(), payload.to_owned());
        let mut waiting = self.published();
        let Some(cost) = waiting.cost(&said) else { return Ok(()) };
        self.backends().hold_notification(cost)?;
        self.change();
        waiting.keep(said, cost);
        Ok(())
    }

    /// Takes what was published since, for the server.
    pub fn take_published(&self) -> Vec<(String, String)> {
        let published = std::mem::take(&mut *self.published());
        self.backends().release_notification(published.size());
        published.into_vec()
    }

    /// Takes the notices that wait to be sent, without those below `client_min_messages`; for the
    /// server.
    pub fn take_notices(&self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut *self.notices());
        if !notices.is_empty() {
            let settings = self.look();
            let least = settings.get("client_min_messages").unwrap_or_default();
            notices.retain(|notice| notice.is_wanted(&least));
        }
        notices
    }

    /// Said under the lock of what changes: who sees the new number and locks sees the change.
    fn change(&self) {
        self.0.changes.fetch_add(1, Ordering::Release);
    }

    fn look(&self) -> MutexGuard<'_, Settings> {
        self.0.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self) -> MutexGuard<'_, Activity> {
        self.0.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn published(&self) -> MutexGuard<'_, Published> {
        self.0.published.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notices(&self) -> MutexGuard<'_, Vec<Notice>> {
        self.0.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks what NOTIFY is to say.
///
/// # Errors
///
/// 22023 for a channel without a name, or for a name or a payload that is too long.
pub fn check_notification(channel: &str, payload: &str) -> Result<()> {
    let message = match (channel.len(), payload.len()) {
        (0, _) => "channel name cannot be empty",
        (64.., _) => "channel name too long",
        (_, 8_000..) => "payload string too long",
        _ => return Ok(()),
    };
    Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message))
}
