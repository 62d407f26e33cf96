//! Where a client connects: to the tables that all read, or to an empty database of its own.

use std::path::Path;
use std::process::Command;

use super::target::{DATABASE, GUEST, Kind, Ours, Target};
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;

/// A database of a server that asks this user for no password.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) database: String,
}

impl Place {
    /// The one that every server of ours serves.
    pub(super) fn local(port: u16) -> Self {
        Self { host: "127.0.0.1".into(), port, user: GUEST.into(), database: DATABASE.into() }
    }

    /// What psql and pgbench want to know.
    pub(super) fn conninfo(&self) -> String {
        let Self { host, port, user, database } = self;
        format!("host={host} port={port} user={user} dbname={database} sslmode=disable")
    }

    /// What the programs in `interop/` read.
    pub(super) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("INTEROP_HOST", self.host.clone()),
            ("INTEROP_PORT", self.port.to_string()),
            ("INTEROP_USER", self.user.clone()),
            ("INTEROP_DATABASE", self.database.clone()),
        ]
    }
}

/// A database of one client's own; dropping it ends the server, if it has one of its own, too.
pub(super) struct Fresh {
    pub(super) place: Place,
    server: Option<Ours>,
}

impl Fresh {
    /// An empty database of this name; what was given is taken as it is.
    pub(super) fn make(
        target: &Target,
        name: &str,
        cache: &Cache,
        scratch: &Path,
    ) -> Result<Self, Halt> {
        match &target.kind {
            Kind::Trunkline { .. } => Err(Halt::Skipped("only of what can be written to".into())),
            Kind::Given(_) => Ok(Self { place: target.place.clone(), server: None }),
            Kind::Sqlite(binary) => {
                let file = scratch.join(format!("{name}.db"));
                let server = Ours::start(binary, &file, scratch, &["--writable"])?;
                Ok(Self { place: Place::local(server.port), server: Some(server) })
            }
            Kind::PostgreSql(version, _) => {
                let place = Place { database: name.into(), ..target.place.clone() };
                let superuser = Place { user: "postgres".into(), ..target.place.clone() };
                let mut psql = Command::new(version.clients(cache)?.join("psql"));
                psql.arg("-Xq").arg(superuser.conninfo()).arg("-c");
                psql.arg(format!("create database \"{name}\" owner \"{}\"", place.user));
                process::output(&mut psql)?;
                Ok(Self { place, server: None })
            }
        }
    }

    /// How its own server ended, if it did: it may not before its time.
    pub(super) fn ended(&mut self) -> Option<String> {
        self.server.as_mut()?.ended()
    }
}
