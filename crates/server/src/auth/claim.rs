//! Who a client says it is, and where it comes from: what rules look at.

use std::net::{IpAddr, SocketAddr};

use trunkline_core::{PgError, SqlState};
use trunkline_proto::backend::{Login, Replication};

/// Where a client comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// `None` on a Unix socket.
    pub(crate) address: Option<SocketAddr>,
    /// Whether it may only come in by TLS.
    pub(crate) must_encrypt: bool,
}

/// 28P01: the password is wrong, or there is no such user.
pub(super) fn wrong_password(user: &str) -> PgError {
    let message = format!("password authentication failed for user \"{user}\"");
    PgError::new(SqlState::INVALID_PASSWORD, message)
}

/// A client that has said who it is and has proved nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    pub(super) user: &'a str,
    pub(super) database: &'a str,
    pub(super) replication: Replication,
    /// `None` on a Unix socket; an IPv4 address that came by IPv6 is one of IPv4.
    pub(super) address: Option<IpAddr>,
    pub(super) encrypted: bool,
}

impl<'a> Claim<'a> {
    pub(super) fn new(login: &'a Login, from: Origin) -> Claim<'a> {
        Claim {
            user: login.user(),
            database: login.database(),
            replication: login.replication(),
            address: from.address.map(|address| address.ip().to_canonical()),
            encrypted: login.is_encrypted(),
        }
    }

    /// Whether nobody on the way can read what is said.
    pub(super) fn is_private(&self) -> bool {
        self.encrypted || self.address.is_none()
    }

    /// No rule fits it.
    pub(super) fn unknown(&self) -> PgError {
        refused(match self.replication {
            Replication::Physical => {
                format!("no pg_hba.conf entry for replication connection from {}", self.told())
            }
            _ => format!("no pg_hba.conf entry for {}", self.told()),
        })
    }

    /// The rule that fits it says so.
    pub(super) fn rejected(&self) -> PgError {
        refused(match self.replication {
            Replication::Physical => {
                format!("pg_hba.conf rejects replication connection for {}", self.told())
            }
            _ => format!("pg_hba.conf rejects connection for {}", self.told()),
        })
    }

    /// What it shows is not enough for this method.
    pub(super) fn failed(&self, method: &str) -> PgError {
        refused(format!("{method} authentication failed for user \"{}\"", self.user))
    }

    /// It would have to encrypt what it says: what PostgreSQL tells where `pg_hba.conf` has only a
    /// line of `hostssl`, in our words.
    pub(super) fn in_clear(&self) -> PgError {
        refused(format!("connections without TLS are not accepted: {}", self.told()))
            .hint("Connect with sslmode=require.")
    }

    fn told(&self) -> String {
        let host = match self.address {
            Some(address) => address.to_string(),
            None => "[local]".to_owned(),
        };
        let database = match self.replication {
            Replication::Physical => String::new(),
            _ => format!(", database \"{}\"", self.database),
        };
        let encryption = if self.encrypted { "SSL encryption" } else { "no encryption" };
        format!("host \"{host}\", user \"{}\"{database}, {encryption}", self.user)
    }
}

/// FATAL 28000.
pub(super) fn refused(message: String) -> PgError {
    PgError::new(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message)
}
