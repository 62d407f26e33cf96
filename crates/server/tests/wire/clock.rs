//! A server whose clock stands still while its client does something, and jumps to whatever is
//! awaited when nobody does: the same on a machine that has no time.

use std::net::SocketAddr;

use tokio::time::{Duration, Instant};
use trunkline::{Engine, Listener, Server};

/// Starts a server in this runtime, whose clock is to be paused.
pub(crate) async fn start<E: Engine>(server: &Server<E>) -> SocketAddr {
    let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = listener.local_address().expect("a TCP address");
    let server = server.clone();
    tokio::spawn(async move { server.serve(listener).await });
    address
}

/// Does what a client does, in no time.
pub(crate) async fn client<T: Send + 'static>(does: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(does).await.expect("no panic")
}

/// Waits until the server has nothing to do but wait.
pub(crate) async fn idle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Shuts down, and tells how long it took by this clock.
pub(crate) async fn shut_down<E: Engine>(server: &Server<E>) -> Duration {
    let start = Instant::now();
    server.shutdown().await;
    start.elapsed()
}
