//! What stands between a socket and the engine, and its change while the server runs.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::auth::Auth;
use crate::listener::Listener;
use crate::tls::Tls;

/// How clients prove who they are, and what TLS they are offered.
#[derive(Clone, Debug)]
pub(crate) struct Guards {
    pub(crate) auth: Auth,
    pub(crate) tls: Option<Tls>,
    /// Whether clients may do without where others can reach us, and send passwords in clear.
    pub(crate) insecure: bool,
    pub(crate) require_tls: bool,
}

impl Guards {
    /// Whether it is safe to serve clients of this socket.
    pub(crate) fn check(&self, listener: &Listener) -> io::Result<()> {
        let Some(address) = tcp_address(listener)? else { return Ok(()) };
        if self.require_tls && self.tls.is_none() {
            let message = "TLS is required, but there is no certificate for it";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let knows_clients = self.tls.as_ref().is_none_or(Tls::knows_clients);
        if self.auth.asks_for_certificates() && !knows_clients {
            let message = "client certificates are asked for, but there is no authority for them";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        if let (Some(line), None) = (self.auth.first_rule_of_tls(), &self.tls) {
            tracing::warn!(line, "this rule is for TLS and fits nobody: there is no certificate");
        }
        if self.insecure || address.ip().is_loopback() {
            return Ok(());
        }
        let missing = match (self.auth.believes_strangers(), self.tls.is_some()) {
            (true, _) => "authentication",
            (false, false) => "TLS",
            (false, true) => return Ok(()),
        };
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("refusing to listen on {address}, which others can reach, without {missing}"),
        ))
    }

    /// Whether clients of this socket must speak TLS.
    pub(crate) fn must_encrypt(&self, listener: &Listener) -> io::Result<bool> {
        let Some(address) = tcp_address(listener)? else { return Ok(false) };
        Ok(self.require_tls || !(self.insecure || address.ip().is_loopback()))
    }
}

/// The address whose guards are to be checked; `None` only for a Unix socket, which needs none.
fn tcp_address(listener: &Listener) -> io::Result<Option<SocketAddr>> {
    match listener {
        Listener::Tcp(listener) => listener.local_addr().map(Some),
        Listener::Unix(_) => Ok(None),
    }
}

/// The guards that are on duty, and the sockets they guard.
#[derive(Debug)]
pub(crate) struct OnDuty(Mutex<Duty>);

#[derive(Debug)]
struct Duty {
    guards: Arc<Guards>,
    listeners: Vec<Weak<Listener>>,
}

impl OnDuty {
    pub(crate) fn new(guards: Guards) -> OnDuty {
        OnDuty(Mutex::new(Duty { guards: Arc::new(guards), listeners: Vec::new() }))
    }

    /// Those of this moment: a login keeps them to its end, whatever is changed meanwhile.
    pub(crate) fn now(&self) -> Arc<Guards> {
        self.lock().guards.clone()
    }

    /// Guards one more socket; whether its clients must speak TLS.
    pub(crate) fn guard(&self, listener: &Arc<Listener>) -> io::Result<bool> {
        let mut duty = self.lock();
        duty.guards.check(listener)?;
        duty.listeners.retain(|listener| listener.strong_count() > 0);
        duty.listeners.push(Arc::downgrade(listener));
        duty.guards.must_encrypt(listener)
    }

    /// Takes over by these, for all sockets or for none.
    pub(crate) fn relieve(&self, auth: Auth, tls: Option<Tls>) -> io::Result<()> {
        let mut duty = self.lock();
        let guards = Guards { auth, tls, ..Guards::clone(&duty.guards) };
        duty.listeners.iter().filter_map(Weak::upgrade).try_for_each(|at| guards.check(&at))?;
        duty.guards = Arc::new(guards);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Duty> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
