//! Accepting clients, each in a task of its own.

use std::sync::Arc;

use tokio::task::JoinSet;
use trunkline_core::Engine;

use crate::auth::Origin;
use crate::listener::Listener;
use crate::login::login;
use crate::server::{AFTER_CANCEL, Phase, Shared};
use crate::throttle::Throttle;

/// Accepts clients until the server stops; all of them end with this task.
pub(crate) async fn accept<E: Engine>(
    shared: Arc<Shared<E>>,
    listener: Arc<Listener>,
    must_encrypt: bool,
) {
    let mut phase = shared.phase.subscribe();
    let mut connections = JoinSet::new();
    let log = Throttle::new(1);
    loop {
        let coming = async {
            shared.lobby.passable().await;
            listener.accept(&shared.limits, &log).await
        };
        let (stream, address) = tokio::select! {
            accepted = coming => accepted,
            Some(_) = connections.join_next() => continue,
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => break,
        };
        let seat = address.map(|address| {
            let room = shared.clients.available_permits().saturating_add(shared.limits.logins);
            shared.lobby.enter(address, room)
        });
        let shared = shared.clone();
        let origin = Origin { address, must_encrypt };
        // Boxed: what a login needs is not carried along by a connection that lives for days.
        let coming = Box::pin(async move { login(&shared, stream, origin, seat).await });
        connections.spawn(async {
            if let Some(connection) = coming.await {
                connection.serve().await;
            }
        });
    }
    // Closed before anybody hears that the server has stopped, by the end of `phase`.
    drop(listener);
    let _ = tokio::time::timeout(AFTER_CANCEL, connections.shutdown()).await;
}
