//! Where to listen.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use trunkline::Listener;

use crate::failure::Failure;

/// The port in the name of a Unix socket, where libpq looks by default.
const DEFAULT_PORT: u16 = 5432;

/// Listens on `HOST:PORT`, or on a Unix socket in `FOLDER[:PORT]`.
pub(crate) async fn listen(place: &str) -> Result<Vec<Listener>, Failure> {
    if place.contains('/') {
        let (folder, port) = folder_and_port(place)?;
        // From the root: libpq takes what begins with a slash for a folder.
        let folder = std::fs::canonicalize(folder).map_err(|error| explain(place, &error))?;
        if !folder.is_dir() {
            return Err(Failure::usage(format!("cannot listen in {place}: it is not a folder")));
        }
        let socket = Listener::unix(folder, port).await;
        return socket.map(|listener| vec![listener]).map_err(|error| explain(place, &error));
    }
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in resolve(place)? {
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
            Err(error) => return Err(explain(place, &error)),
        }
    }
    match failed.filter(|_| listeners.is_empty()) {
        Some(error) => Err(explain(place, &error)),
        None => Ok(listeners),
    }
}

fn resolve(place: &str) -> Result<impl Iterator<Item = SocketAddr>, Failure> {
    place.to_socket_addrs().map_err(|_| {
        let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
        let is_name = !host.is_empty() && !host.contains(':');
        if is_name && port.parse::<u16>().is_ok() {
            return Failure::runtime(format!(
                "cannot listen on {place}: no address is known of {host}; try 127.0.0.1 or 0.0.0.0"
            ));
        }
        let hint = match () {
            () if place.parse::<std::net::Ipv6Addr>().is_ok() => format!("[{place}]:{DEFAULT_PORT}"),
            () if place.parse::<u16>().is_ok() => format!("127.0.0.1:{place}"),
            () if is_name && port.is_empty() && !place.contains(':') => {
                format!("{host}:{DEFAULT_PORT}")
            }
            () => format!("127.0.0.1:{DEFAULT_PORT}"),
        };
        Failure::usage(format!(
            "cannot listen on {place:?}: say HOST:PORT, as in {hint}, or a folder with a slash, as in ./run"
        ))
    })
}

/// A folder, and the port for the name of the socket in it.
fn folder_and_port(place: &str) -> Result<(&Path, u16), Failure> {
    match place.rsplit_once(':') {
        // A folder may have a colon in its name.
        Some((folder, port)) if !Path::new(place).is_dir() && !port.contains('/') => {
            match port.parse::<u16>() {
                Ok(port) if port > 0 => Ok((Path::new(folder), port)),
                _ => Err(Failure::usage(format!(
                    "cannot listen in {place}: the port of a socket is a number from 1 to 65535, as in {folder}:{DEFAULT_PORT}"
                ))),
            }
        }
        _ => Ok((Path::new(place), DEFAULT_PORT)),
    }
}

fn explain(place: &str, error: &io::Error) -> Failure {
    let is_folder = place.contains('/');
    Failure::runtime(match error.kind() {
        // What is in the way of a socket's file has been named.
        io::ErrorKind::AddrInUse if is_folder => format!(
            "cannot listen in {place}: {error}; stop the other server or say another port, as in {}:5433",
            place.rsplit_once(':').map_or(place, |(folder, _)| folder),
        ),
        io::ErrorKind::AddrInUse => format!(
            "cannot listen on {place}: it is in use; stop the other server or say --listen 127.0.0.1:0 for any free port"
        ),
        io::ErrorKind::PermissionDenied if is_folder => {
            format!("cannot listen in {place}: permission denied; take a folder you may write to")
        }
        io::ErrorKind::PermissionDenied => {
            format!("cannot listen on {place}: permission denied; take a port above 1023")
        }
        io::ErrorKind::AddrNotAvailable => format!(
            "cannot listen on {place}: this machine has no such address; say 0.0.0.0 or [::] for all it has"
        ),
        io::ErrorKind::NotFound => {
            format!("cannot listen in {place}: there is no such folder; make it first")
        }
        io::ErrorKind::InvalidInput => format!(
            "cannot listen in {place}: the path of a socket has at most 107 bytes; take a shorter folder"
        ),
        _ => format!("cannot listen on {place}: {error}"),
    })
}
