//! The server: an engine, its guards, and the sockets it serves.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use trunkline_core::settings::Settings;
use trunkline_core::types::Types;
use trunkline_core::{Engine, PgError};

use crate::accept::accept;
use crate::auth::Auth;
use crate::cancels::WrongKeys;
use crate::guards::{Guards, OnDuty};
use crate::guesses::Guesses;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::lobby::Lobby;
use crate::places::Places;
use crate::registry::Registry;
use crate::session::notify::{notification, queue_is_full};
use crate::throttle::Throttle;
use crate::tls::Tls;

/// Serves an engine to every client that comes to a socket, without asking who it is.
///
/// The ten-line server. Grown up servers begin with [`Server::builder`].
///
/// # Errors
///
/// As for [`Server::serve`].
pub async fn serve<E: Engine>(listener: impl Into<Listener>, engine: E) -> io::Result<()> {
    Server::builder(engine).build().serve(listener).await
}

/// An engine with its guards; cheap to clone, and each clone may serve another socket.
#[derive(Debug)]
pub struct Server<E> {
    shared: Arc<Shared<E>>,
}

impl<E> Clone for Server<E> {
    fn clone(&self) -> Server<E> {
        Server { shared: self.shared.clone() }
    }
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared<E> {
    pub(crate) engine: E,
    pub(crate) guards: OnDuty,
    pub(crate) limits: Arc<Limits>,
    /// What sessions start with, before their clients say otherwise.
    pub(crate) settings: Settings,
    pub(crate) registry: Arc<Registry>,
    /// One permit for each client that is past its login.
    pub(crate) clients: Arc<Semaphore>,
    /// Whose they may be.
    pub(crate) places: Arc<Places>,
    /// Seats for those who are not: strangers cannot crowd out users.
    pub(crate) lobby: Arc<Lobby>,
    /// The wrong keys of cancels.
    pub(crate) wrong_keys: WrongKeys,
    /// The wrong passwords.
    pub(crate) guesses: Guesses,
    /// For what the log hears of strangers: they decide how often.
    pub(crate) complaints: Throttle,
    pub(crate) phase: watch::Sender<Phase>,
}

impl<E> Shared<E> {
    /// Whether nobody is let in any more.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.phase.borrow() != Phase::Serving
    }

    /// Tells the log why somebody may not come in, unless it has heard enough of that.
    pub(crate) fn refused(&self, address: Option<SocketAddr>, why: &str) {
        if let Some(left_out) = self.complaints.admit() {
            tracing::warn!(?address, why, left_out, "login refused");
        }
    }
}

/// The life of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Serving,
    /// Who is there may finish; who comes is told so.
    Draining,
    Stopped,
}

/// Makes a [`Server`].
#[derive(Debug)]
pub struct ServerBuilder<E> {
    engine: E,
    guards: Guards,
    limits: Limits,
    settings: Settings,
}

impl<E: Engine> ServerBuilder<E> {
    /// Sets how clients prove who they are; [`Auth::trust`] unless set.
    pub fn auth(mut self, auth: Auth) -> ServerBuilder<E> {
        self.guards.auth = auth;
        self
    }

    /// Offers TLS. Clients on Unix sockets are told that there is none.
    ///
    /// On an address that others can reach, whoever has to prove who it is must also speak TLS:
    /// see [`require_tls`](ServerBuilder::require_tls).
    pub fn tls(mut self, tls: Tls) -> ServerBuilder<E> {
        self.guards.tls = Some(tls);
        self
    }

    /// Sets what clients may take.
    pub fn limits(mut self, limits: Limits) -> ServerBuilder<E> {
        self.limits = limits;
        self
    }

    /// Makes types known that are not built in, to all sessions: enums, composite types, domains,
    /// ranges, `hstore`, `vector`.
    ///
    /// An engine whose databases have different ones says so itself: [`Client::set_types`].
    ///
    /// [`Client::set_types`]: trunkline_core::Client::set_types
    pub fn types(mut self, types: Types) -> ServerBuilder<E> {
        self.settings.set_types(types);
        self
    }

    /// Refuses clients without TLS on every TCP port, on loopback too: FATAL 28000 before they are
    /// asked for a password, as PostgreSQL with only `hostssl` lines in `pg_hba.conf`.
    ///
    /// Unless this is said, TLS is required on addresses that others can reach, and offered on
    /// loopback. Unix sockets never need it.
    pub fn require_tls(mut self) -> ServerBuilder<E> {
        self.guards.require_tls = true;
        self
    }

    /// Allows to listen on a public address without authentication or without TLS, and clients to
    /// do without TLS there; and everywhere to send a password in clear without TLS, where a rule
    /// asks for one.
    pub fn danger_listen_insecurely(mut self) -> ServerBuilder<E> {
        self.guards.insecure = true;
        self
    }

    /// The server.
    pub fn build(self) -> Server<E> {
        let permits = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        let shared = Shared {
            engine: self.engine,
            guards: OnDuty::new(self.guards),
            registry: Arc::new(Registry::new(self.limits.notifications)),
            clients: permits(self.limits.connections),
            places: Arc::default(),
            lobby: Arc::default(),
            wrong_keys: WrongKeys::default(),
            guesses: Guesses::new(self.limits.guesses),
            complaints: Throttle::new(COMPLAINTS),
            limits: Arc::new(self.limits),
            settings: self.settings,
            phase: watch::Sender::new(Phase::Serving),
        };
        Server { shared: Arc::new(shared) }
    }
}

impl<E: Engine> Server<E> {
    /// A server of this engine: trust, no TLS, safe limits.
    pub fn builder(engine: E) -> ServerBuilder<E> {
        let guards = Guards { auth: Auth::trust(), tls: None, insecure: false, require_tls: false };
        let (limits, settings) = (Limits::default(), Settings::default());
        ServerBuilder { engine, guards, limits, settings }
    }

    /// Accepts clients until [`shutdown`](Server::shutdown), and ends when they are gone. Dropped
    /// before, it ends them at once; the file of a Unix socket goes with it in any case.
    ///
    /// # Errors
    ///
    /// `PermissionDenied` for an address that others can reach, unless clients must prove who they
    /// are and TLS is offered, or [`ServerBuilder::danger_listen_insecurely`] was said;
    /// `InvalidInput` if TLS is required and there is no certificate; those of the system if it
    /// does not tell the address.
    pub async fn serve(&self, listener: impl Into<Listener>) -> io::Result<()> {
        let listener = Arc::new(listener.into());
        let must_encrypt = self.shared.guards.guard(&listener)?;
        listener.watch_over(&self.shared.limits);
        let _file = OwnFile(Arc::downgrade(&listener));
        // A task of its own: on a worker, new connections need no wake-up of another thread.
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(self.shared.clone(), listener, must_encrypt));
        let ended = accepting.join_next().await;
        ended.unwrap_or(Ok(())).map_err(io::Error::other)
    }

    /// Lets nobody in, sends idle clients away, waits for running statements, at most
    /// [`Limits::drain`], then cancels them; what is not gone a second later is dropped.
    ///
    /// Who comes meanwhile is told so: FATAL 57P03. Afterwards nobody listens.
    pub async fn shutdown(&self) {
        let shared = &self.shared;
        shared.phase.send_if_modified(|phase| {
            let serving = *phase == Phase::Serving;
            if serving {
                *phase = Phase::Draining;
            }
            serving
        });
        shared.registry.terminate_all();
        let everyone = u32::try_from(shared.limits.connections).unwrap_or(u32::MAX);
        let gone = shared.clients.acquire_many(everyone);
        if tokio::time::timeout(shared.limits.drain, gone).await.is_err() {
            shared.registry.cancel_all();
            let gone = shared.clients.acquire_many(everyone);
            let _ = tokio::time::timeout(AFTER_CANCEL, gone).await;
        }
        shared.phase.send_replace(Phase::Stopped);
        // Those who accept look at the phase until their connections are gone.
        shared.phase.closed().await;
    }

    /// Changes how clients prove who they are and the certificate they see, both at once; who is
    /// connected, or logging in, goes on as before.
    ///
    /// # Errors
    ///
    /// As for [`serve`](Server::serve), if one of the sockets that are served would not be safe any
    /// more: then nothing has changed.
    pub fn reload(&self, auth: Auth, tls: Option<Tls>) -> io::Result<()> {
        self.shared.guards.relieve(auth, tls)
    }

    /// Tells something to all clients that LISTEN to a channel, as NOTIFY of a transaction that is
    /// committed at once; how many were told. They see it as said by process 0.
    ///
    /// A client hears it when it is in no transaction and nothing of its runs.
    ///
    /// # Errors
    ///
    /// `22023` for a channel without a name or of more than 63 bytes, or a payload of 8,000 bytes or
    /// more; `54000` if too much waits for clients that do not take it: [`Limits::notifications`].
    pub fn notify(&self, channel: &str, payload: &str) -> Result<usize, PgError> {
        let (channels, most) = (self.shared.registry.channels(), self.shared.limits.notifications);
        let said = [notification(channels, (0, channel, payload), most)?];
        match channels.have_room(said.iter(), most) {
            true => Ok(channels.tell(&said)),
            false => Err(queue_is_full()),
        }
    }

    /// Whether it is safe to serve clients of this socket.
    ///
    /// # Errors
    ///
    /// As for [`serve`](Server::serve).
    pub fn check(&self, listener: &Listener) -> io::Result<()> {
        self.shared.guards.now().check(listener)
    }
}

/// The listener of a server that somebody waits for: its file goes when nobody waits any more.
struct OwnFile(Weak<Listener>);

impl Drop for OwnFile {
    fn drop(&mut self) {
        if let Some(listener) = self.0.upgrade() {
            listener.remove_file();
        }
    }
}

/// Lines a second in the log about failed logins and cancels.
pub(crate) const COMPLAINTS: u32 = 10;

/// How long a cancelled statement may take to stop at shutdown.
pub(crate) const AFTER_CANCEL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;

    use trunkline_core::{Query, Result, RowSet, Rows, query_fn};

    use super::*;

    async fn nothing(_: Query) -> Result<RowSet> {
        Ok(Rows::new([("nothing", trunkline_core::Oid::TEXT)]).row(("",)))
    }

    #[tokio::test]
    async fn a_port_whose_address_is_not_known_is_not_taken_for_a_unix_socket() {
        // A Unix socket that is called a TCP port: the system tells no IP address of it.
        let name = format!("trunkline-{}-no-address", std::process::id());
        let path = std::env::temp_dir().join(name);
        let socket = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
        std::fs::remove_file(&path).expect("its file");
        socket.set_nonblocking(true).expect("a mode");
        let socket = std::net::TcpListener::from(OwnedFd::from(socket));
        let listener = tokio::net::TcpListener::from_std(socket).expect("a listener").into();
        let server = Server::builder(query_fn(nothing)).build();
        assert!(server.check(&listener).is_err());
        assert!(server.shared.guards.now().must_encrypt(&listener).is_err());
    }
}
