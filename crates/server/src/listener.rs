//! Where clients come in.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpListener;

use crate::limits::Limits;
use crate::stream::Stream;
use crate::throttle::Throttle;
use crate::unix::UnixSocket;

/// Connections that wait to be accepted, before the kernel turns more away.
pub(crate) const BACKLOG: u32 = 4096;

/// A socket that accepts clients.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A Unix socket; its file goes with it.
    Unix(UnixSocket),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Listener {
        Listener::Tcp(listener)
    }
}

impl Listener {
    /// Listens on a TCP port; port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// Those of the system: a port in use, an address that is not ours.
    pub async fn tcp(address: SocketAddr) -> io::Result<Listener> {
        let socket = match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Listener::Tcp(socket.listen(BACKLOG)?))
    }

    /// Listens on the Unix socket `.s.PGSQL.PORT` in a folder, where libpq looks for it. Only the
    /// owner may connect (mode 0600).
    ///
    /// A file that a dead server left behind is replaced; one that is no socket, or on which a
    /// server still answers, is not touched. The file goes with the listener, or earlier with the
    /// future of [`Server::serve`](crate::Server::serve).
    ///
    /// # Errors
    ///
    /// `AddrInUse` if a server answers there or the file is no socket; else those of the system.
    pub async fn unix(folder: impl AsRef<Path>, port: u16) -> io::Result<Listener> {
        UnixSocket::bind(folder.as_ref(), port).await.map(Listener::Unix)
    }

    /// The address, with the port that the system chose; `None` for a Unix socket, and where the
    /// system does not tell it.
    pub fn local_address(&self) -> Option<SocketAddr> {
        match self {
            Listener::Tcp(listener) => listener.local_addr().ok(),
            Listener::Unix(_) => None,
        }
    }

    /// The file of a Unix socket.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Listener::Tcp(_) => None,
            Listener::Unix(socket) => Some(socket.path()),
        }
    }

    /// Removes the file of a Unix socket, if it is still its own.
    pub(crate) fn remove_file(&self) {
        if let Listener::Unix(socket) = self {
            socket.remove_file();
        }
    }

    /// Has the clients to come watched over.
    pub(crate) fn watch_over(&self, limits: &Limits) {
        if let Listener::Tcp(listener) = self {
            watch_over(&SockRef::from(listener), limits);
        }
    }

    /// Waits for a client, over errors that are only of the moment.
    pub(crate) async fn accept(
        &self,
        limits: &Limits,
        log: &Throttle,
    ) -> (Stream, Option<SocketAddr>) {
        loop {
            let accepted = match self {
                Listener::Tcp(listener) => listener.accept().await.map(|(stream, address)| {
                    if !INHERITED {
                        watch_over(&SockRef::from(&stream), limits);
                    }
                    (Stream::Tcp(stream), Some(address))
                }),
                Listener::Unix(socket) => {
                    socket.accept().await.map(|stream| (Stream::Unix(stream), None))
                }
            };
            match accepted {
                Ok(accepted) => return accepted,
                Err(error) if is_of_one_client(&error) => {}
                Err(error) => {
                    // Out of file descriptors or memory: serve those who are here, then look again.
                    if log.admit().is_some() {
                        tracing::warn!(%error, "cannot accept a connection");
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// Whether clients have what is set of their listener, which saves six system calls for each.
const INHERITED: bool = cfg!(target_os = "linux");

/// Has the system send replies at once, for they are written whole, and find out when a client is lost
/// without a word.
fn watch_over(socket: &SockRef<'_>, limits: &Limits) {
    let _ = socket.set_tcp_nodelay(true);
    let mut keepalive = TcpKeepalive::new();
    if !limits.tcp_keepalives_idle.is_zero() {
        keepalive = keepalive.with_time(limits.tcp_keepalives_idle);
    }
    if !limits.tcp_keepalives_interval.is_zero() {
        keepalive = keepalive.with_interval(limits.tcp_keepalives_interval);
    }
    if limits.tcp_keepalives_count > 0 {
        keepalive = keepalive.with_retries(limits.tcp_keepalives_count);
    }
    let _ = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    if !limits.tcp_user_timeout.is_zero() {
        let _ = socket.set_tcp_user_timeout(Some(limits.tcp_user_timeout));
    }
}

/// Whether only the client that was about to come is lost.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// What the system knows of a client of this server: idle, interval, count, user timeout.
    async fn watched(limits: &Limits) -> (Duration, Duration, u32, Option<Duration>) {
        let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        listener.watch_over(limits);
        let address = listener.local_address().expect("a TCP address");
        let _client = std::net::TcpStream::connect(address).expect("it listens");
        let (stream, _) = listener.accept(limits, &Throttle::new(1)).await;
        let Stream::Tcp(stream) = stream else { panic!("no TCP") };
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("a mode") && socket.tcp_nodelay().expect("a mode"));
        (
            socket.tcp_keepalive_time().expect("a time"),
            socket.tcp_keepalive_interval().expect("a time"),
            socket.tcp_keepalive_retries().expect("a count"),
            socket.tcp_user_timeout().expect("a time"),
        )
    }

    #[tokio::test]
    async fn a_client_that_is_lost_is_found_out_about() {
        let seconds = Duration::from_secs;
        let mut limits = Limits::default();
        let found = watched(&limits).await;
        assert_eq!(found, (seconds(60), seconds(10), 6, Some(seconds(60))));
        limits.tcp_keepalives_idle = seconds(5);
        limits.tcp_keepalives_count = 2;
        limits.tcp_user_timeout = Duration::ZERO;
        assert_eq!(watched(&limits).await, (seconds(5), seconds(10), 2, None));
    }
}
