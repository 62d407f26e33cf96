//! Where a server is: `postgres://user:password@host:port/database`, or `postgres://user@/database?host=/folder&port=5432`.

use std::io;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::str::FromStr;
use std::time::Duration;

use crate::stream::Stream;

/// An address with who comes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dsn {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
    host: String,
    port: u16,
}

impl FromStr for Dsn {
    type Err = String;

    fn from_str(text: &str) -> Result<Dsn, String> {
        let wrong = || format!("{text}: not postgres://user@host:port/database");
        let rest = text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://"));
        let (user, rest) = rest.and_then(|rest| rest.split_once('@')).ok_or_else(wrong)?;
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (database, options) = path.split_once('?').unwrap_or((path, ""));
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "5432"));
        let (mut host, mut port) = (host, port);
        for (name, value) in options.split('&').filter_map(|option| option.split_once('=')) {
            match name {
                "host" => host = value,
                "port" => port = value,
                _ => return Err(format!("{text}: {name} is not known")),
            }
        }
        let database = if database.is_empty() { user } else { database };
        Ok(Dsn {
            user: user.into(),
            password: password.into(),
            database: database.into(),
            host: if host.is_empty() { "127.0.0.1".into() } else { host.into() },
            port: port.parse().map_err(|_| wrong())?,
        })
    }
}

impl Dsn {
    /// A socket on which nothing has been said.
    pub(crate) fn connect(&self, patience: Duration) -> io::Result<Stream> {
        if self.host.starts_with('/') {
            let path = format!("{}/.s.PGSQL.{}", self.host, self.port);
            let socket = UnixStream::connect(path)?;
            socket.set_read_timeout(Some(patience))?;
            socket.set_write_timeout(Some(patience))?;
            return Ok(Stream::Unix(socket));
        }
        let socket = TcpStream::connect((self.host.as_str(), self.port))?;
        socket.set_read_timeout(Some(patience))?;
        socket.set_write_timeout(Some(patience))?;
        socket.set_nodelay(true)?;
        Ok(Stream::Tcp(socket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_and_folders_are_told_apart() {
        let dsn: Dsn = "postgres://me@127.0.0.1:5433/db".parse().unwrap();
        let found = (dsn.user.as_str(), dsn.database.as_str(), dsn.host.as_str(), dsn.port);
        assert_eq!(found, ("me", "db", "127.0.0.1", 5433));
        let dsn: Dsn = "postgresql://me:too@/?host=/run/pg&port=7".parse().unwrap();
        let found = (dsn.database.as_str(), dsn.host.as_str(), dsn.port);
        assert_eq!(found, ("me", "/run/pg", 7));
        assert_eq!((dsn.user.as_str(), dsn.password.as_str()), ("me", "too"));
        assert!("host=x".parse::<Dsn>().is_err());
        assert!("postgres://me@h:x/db".parse::<Dsn>().is_err());
    }
}
