//! The server: an engine, its guards, and the sockets it serves.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use trunkline_core::Engine;

use crate::auth::Auth;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::login::login;
use crate::registry::Registry;
use crate::stream::Stream;
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
    pub(crate) auth: Auth,
    pub(crate) tls: Option<Tls>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) registry: Arc<Registry>,
    /// One permit for each client that is past its login.
    pub(crate) clients: Arc<Semaphore>,
    /// One permit for each socket that is not: strangers cannot crowd out users.
    logins: Arc<Semaphore>,
    insecure: bool,
    stopping: watch::Sender<bool>,
}

/// Makes a [`Server`].
#[derive(Debug)]
pub struct ServerBuilder<E> {
    engine: E,
    auth: Auth,
    tls: Option<Tls>,
    limits: Limits,
    insecure: bool,
}

impl<E: Engine> ServerBuilder<E> {
    /// Sets how clients prove who they are; [`Auth::trust`] unless set.
    pub fn auth(mut self, auth: Auth) -> ServerBuilder<E> {
        self.auth = auth;
        self
    }

    /// Offers TLS. Clients on Unix sockets are told that there is none.
    pub fn tls(mut self, tls: Tls) -> ServerBuilder<E> {
        self.tls = Some(tls);
        self
    }

    /// Sets what clients may take.
    pub fn limits(mut self, limits: Limits) -> ServerBuilder<E> {
        self.limits = limits;
        self
    }

    /// Allows to listen on a public address without authentication or without TLS.
    pub fn danger_listen_insecurely(mut self) -> ServerBuilder<E> {
        self.insecure = true;
        self
    }

    /// The server.
    pub fn build(self) -> Server<E> {
        let permits = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        let shared = Shared {
            engine: self.engine,
            auth: self.auth,
            tls: self.tls,
            registry: Arc::default(),
            clients: permits(self.limits.connections),
            logins: permits(self.limits.logins),
            limits: Arc::new(self.limits),
            insecure: self.insecure,
            stopping: watch::Sender::new(false),
        };
        Server { shared: Arc::new(shared) }
    }
}

impl<E: Engine> Server<E> {
    /// A server of this engine: trust, no TLS, safe limits.
    pub fn builder(engine: E) -> ServerBuilder<E> {
        ServerBuilder {
            engine,
            auth: Auth::trust(),
            tls: None,
            limits: Limits::default(),
            insecure: false,
        }
    }

    /// Accepts clients until [`shutdown`](Server::shutdown).
    ///
    /// # Errors
    ///
    /// `PermissionDenied` for an address that others can reach, unless clients must prove who they
    /// are and TLS is offered, or [`ServerBuilder::danger_listen_insecurely`] was said.
    pub async fn serve(&self, listener: impl Into<Listener>) -> io::Result<()> {
        let listener = listener.into();
        self.check(&listener)?;
        // A task of its own: on a worker, new connections need no wake-up of another thread.
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(self.shared.clone(), listener));
        let ended = accepting.join_next().await;
        ended.unwrap_or(Ok(())).map_err(io::Error::other)
    }

    /// Stops accepting, sends idle clients away, waits for running statements, at most
    /// [`Limits::drain`], and then cancels them.
    pub async fn shutdown(&self) {
        let shared = &self.shared;
        shared.stopping.send_replace(true);
        shared.registry.terminate_all();
        let everyone = u32::try_from(shared.limits.connections).unwrap_or(u32::MAX);
        let gone = shared.clients.acquire_many(everyone);
        if tokio::time::timeout(shared.limits.drain, gone).await.is_err() {
            shared.registry.cancel_all();
            let gone = shared.clients.acquire_many(everyone);
            let _ = tokio::time::timeout(AFTER_CANCEL, gone).await;
        }
    }

    /// Whether it is safe to serve clients of this socket.
    ///
    /// # Errors
    ///
    /// As for [`serve`](Server::serve).
    pub fn check(&self, listener: &Listener) -> io::Result<()> {
        let shared = &self.shared;
        let Some(address) = listener.local_address() else { return Ok(()) };
        if shared.insecure || address.ip().is_loopback() {
            return Ok(());
        }
        let missing = match (shared.auth.is_trust(), shared.tls.is_some()) {
            (true, _) => "authentication",
            (false, false) => "TLS",
            (false, true) => return Ok(()),
        };
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("refusing to listen on {address}, which others can reach, without {missing}"),
        ))
    }
}

/// Accepts clients until the server stops.
async fn accept<E: Engine>(shared: Arc<Shared<E>>, listener: Listener) {
    let mut stopping = shared.stopping.subscribe();
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        // Too many who have not said who they are: this one is not even heard.
        let Ok(permit) = shared.logins.clone().try_acquire_owned() else {
            tracing::warn!("too many connections are logging in: one is dropped");
            continue;
        };
        tokio::spawn(attend(shared.clone(), stream, address, permit));
    }
}

/// How long a cancelled statement may take to stop at shutdown.
const AFTER_CANCEL: Duration = Duration::from_secs(1);

/// Serves one client from its first byte to its last.
async fn attend<E: Engine>(
    shared: Arc<Shared<E>>,
    stream: Stream,
    address: Option<SocketAddr>,
    login_permit: OwnedSemaphorePermit,
) {
    // Boxed: what a login needs is not carried along by a connection that lives for days.
    let login = Box::pin(login(&shared, stream, address));
    let connected = tokio::time::timeout(shared.limits.login, login).await;
    drop(login_permit);
    drop(shared);
    if let Ok(Some(mut connection)) = connected {
        connection.serve().await;
    }
}
