//! Users, rules and certificates that change while the server runs.

use std::future::pending;
use std::sync::Arc;

use tokio::task::JoinSet;
use trunkline::{Auth, Engine, Server};

use crate::access::{Access, Loaded};
use crate::failure::Failure;

/// Reads the files when it is asked to, aside: a file may hang, and many passwords take seconds to
/// hash.
pub(crate) struct Reloads {
    access: Arc<Access>,
    /// What was taken last.
    auth: Auth,
    /// One at most.
    reading: JoinSet<Result<Loaded, Failure>>,
    /// Whether files may have changed after they were read.
    again: bool,
}

impl Reloads {
    pub(crate) fn new(access: Access, auth: Auth) -> Reloads {
        Reloads { access: Arc::new(access), auth, reading: JoinSet::new(), again: false }
    }

    /// Begins to read; what is being read is read once more, and the log is warned: where a file
    /// hangs, nothing more comes of it.
    pub(crate) fn ask(&mut self) {
        if !self.reading.is_empty() {
            tracing::warn!(
                "users, rules and certificates are still being read: they are read again after that; if it does not end, a file hangs"
            );
            self.again = true;
            return;
        }
        let (access, auth) = (self.access.clone(), self.auth.clone());
        self.reading.spawn_blocking(move || access.load(&auth));
    }

    /// Waits until everything is read, and uses all of it or nothing.
    pub(crate) async fn done<E: Engine>(&mut self, server: &Server<E>) {
        let Some(read) = self.reading.join_next().await else { return pending().await };
        let read = read.unwrap_or_else(|error| Err(Failure::runtime(error.to_string())));
        let taken = read.and_then(|Loaded { auth, tls, .. }| {
            let reloaded = server.reload(auth.clone(), tls);
            reloaded.map(|()| auth).map_err(|error| Failure::usage(error.to_string()))
        });
        match taken {
            Ok(auth) => {
                self.auth = auth;
                tracing::info!("users, rules and certificates were read again");
            }
            Err(why) => tracing::error!(%why, "nothing is reloaded: what was read before stays"),
        }
        if std::mem::take(&mut self.again) {
            self.ask();
        }
    }
}
