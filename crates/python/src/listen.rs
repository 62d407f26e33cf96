//! Where a server listens.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use trunkline::Listener;

/// The port in the name of a Unix socket, where libpq looks by default.
const DEFAULT_PORT: u16 = 5432;

/// Listens on `HOST:PORT`, or on a Unix socket in a folder, `FOLDER[:PORT]`: what has a slash is one.
///
/// # Errors
///
/// Those of the system; `InvalidInput` for what is neither.
pub(crate) async fn listen(place: &str) -> io::Result<Vec<Listener>> {
    if place.contains('/') {
        let (folder, port) = match place.rsplit_once(':') {
            Some((folder, port)) if !port.contains('/') && !Path::new(place).is_dir() => {
                (folder, port.parse().map_err(|_| wrong(place))?)
            }
            _ => (place, DEFAULT_PORT),
        };
        // From the root: libpq takes what begins with a slash for a folder.
        let folder = std::fs::canonicalize(folder)?;
        return Ok(vec![Listener::unix(folder, port).await?]);
    }
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in place.to_socket_addrs().map_err(|_| wrong(place))? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let (mut listeners, mut failed) = (Vec::new(), None);
    for address in addresses {
        match Listener::tcp(address).await {
            Ok(listener) => listeners.push(listener),
            // A name can stand for addresses that this machine does not have, as ::1.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => failed = Some(error),
            Err(error) => return Err(io::Error::new(error.kind(), format!("{place}: {error}"))),
        }
    }
    match failed.filter(|_| listeners.is_empty()) {
        Some(error) => Err(error),
        None => Ok(listeners),
    }
}

fn wrong(place: &str) -> io::Error {
    let message = format!("cannot listen on {place:?}: say HOST:PORT, or a folder with a slash");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
