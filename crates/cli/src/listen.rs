//! Where to listen.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use trunkline::Listener;

use crate::failure::Failure;

/// The port in the name of a Unix socket, where libpq looks by default.
pub(crate) const DEFAULT_PORT: u16 = 5432;

/// Listens on `HOST:PORT`, or on a Unix socket in a folder.
pub(crate) async fn listen(place: &str) -> Result<Vec<Listener>, Failure> {
    if place.contains('/') {
        let socket = Listener::unix(Path::new(place), DEFAULT_PORT).await;
        return socket.map(|listener| vec![listener]).map_err(|error| explain(place, &error));
    }
    let addresses: Vec<SocketAddr> = place
        .to_socket_addrs()
        .map_err(|_| {
            Failure::usage(format!(
                "cannot listen on {place:?}: say HOST:PORT, as in 127.0.0.1:5432, or a folder with a slash, as in ./run"
            ))
        })?
        .collect();
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(Listener::tcp(address).await.map_err(|error| explain(place, &error))?);
    }
    Ok(listeners)
}

fn explain(place: &str, error: &io::Error) -> Failure {
    Failure::runtime(match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "cannot listen on {place}: it is in use; stop the other server or say --listen 127.0.0.1:0 for any free port"
        ),
        io::ErrorKind::PermissionDenied => {
            format!(
                "cannot listen on {place}: permission denied; take a port above 1023 or a folder you may write to"
            )
        }
        io::ErrorKind::NotFound => format!("cannot listen in {place}: there is no such folder"),
        _ => format!("cannot listen on {place}: {error}"),
    })
}
