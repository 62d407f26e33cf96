//! The server that the clients meet.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::clients::Work;
use super::place::Place;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Certificate, Cluster, Version};
use crate::workspace::Workspace;

pub(super) const DATABASE: &str = "interop";
/// May connect without a password.
pub(super) const GUEST: &str = "guest";
const SECURE_USER: &str = "interop";
const PASSWORD: &str = "secret";
const BANNER: Duration = Duration::from_secs(30);

/// A server that has the tables of `interop/data`, or makes databases to write to.
pub(super) struct Target {
    pub(super) kind: Kind,
    /// Where a password is asked for and TLS is offered.
    secure: Option<(u16, PathBuf)>,
    /// The port where the rules of `interop/rules` hold.
    rules: Option<u16>,
    pub(super) place: Place,
}

pub(super) enum Kind {
    Trunkline {
        binary: PathBuf,
        servers: Vec<Ours>,
    },
    /// Serves a file of its own to each client that writes.
    Sqlite(PathBuf),
    /// Kept for its end: dropping it stops the server.
    PostgreSql(Version, #[allow(dead_code)] Cluster),
    Given(String),
}

/// The user who has to prove who it is, in a file that only its owner can read.
fn users_file(scratch: &Path) -> Result<PathBuf, Halt> {
    let file = scratch.join("users.txt");
    let failed = |error| format!("{}: {error}", file.display());
    let mut open = fs::OpenOptions::new();
    let mut opened = open.write(true).create_new(true).mode(0o600).open(&file).map_err(failed)?;
    writeln!(opened, "\"{SECURE_USER}\" \"{PASSWORD}\"").map_err(failed)?;
    Ok(file)
}

/// One running `trunkline serve`.
pub(crate) struct Ours {
    child: Child,
    pub(crate) port: u16,
}

impl Target {
    pub(super) fn start(
        name: &str,
        workspace: &Workspace,
        cache: &Cache,
        scratch: &Path,
    ) -> Result<Self, Halt> {
        if let Some(version) = Version::named(name) {
            return Self::postgresql(version, workspace, cache, scratch);
        }
        match name {
            "trunkline" => Self::trunkline(workspace, scratch),
            "sqlite" => Ok(Self {
                kind: Kind::Sqlite(built(workspace)?),
                secure: None,
                rules: None,
                place: Place::local(0),
            }),
            _ => Self::given(name),
        }
    }

    fn trunkline(workspace: &Workspace, scratch: &Path) -> Result<Self, Halt> {
        let binary = built(workspace)?;
        let data = workspace.path("interop/data");
        let open = Ours::start(&binary, &data, scratch, &[])?;
        let tls = Certificate::make(scratch)?;
        let (certificate, key) = (tls.certificate.to_string_lossy(), tls.key.to_string_lossy());
        let users = users_file(scratch)?;
        let users = users.to_string_lossy();
        let flags = ["--users-file", &users, "--tls-cert", &certificate, "--tls-key", &key];
        let closed = Ours::start(&binary, &data, scratch, &flags)?;
        let ruled = Self::ruled(workspace, &binary, scratch, &tls)?;
        Ok(Self {
            place: Place::local(open.port),
            secure: Some((closed.port, tls.certificate)),
            rules: Some(ruled.port),
            kind: Kind::Trunkline { binary, servers: vec![open, closed, ruled] },
        })
    }

    /// With the rules of `interop/rules`, and users whose secrets are those of PostgreSQL's roles.
    fn ruled(
        workspace: &Workspace,
        binary: &Path,
        scratch: &Path,
        tls: &Certificate,
    ) -> Result<Ours, Halt> {
        let rules = workspace.path("interop/rules");
        let users = scratch.join("users-of-rules.txt");
        let failed = |error| format!("{}: {error}", users.display());
        fs::copy(rules.join("users.txt"), &users).map_err(failed)?;
        fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let files = [
            ("--hba", rules.join("pg_hba.conf")),
            ("--ident", rules.join("pg_ident.conf")),
            ("--users-file", users),
            ("--tls-cert", tls.certificate.clone()),
            ("--tls-key", tls.key.clone()),
            ("--tls-client-ca", tls.authority.clone()),
        ];
        let files = files.map(|(flag, file)| [flag.to_owned(), file.display().to_string()]);
        let flags: Vec<&str> = files.iter().flatten().map(String::as_str).collect();
        Ours::start(binary, &workspace.path("interop/data"), scratch, &flags)
    }

    fn postgresql(
        version: Version,
        workspace: &Workspace,
        cache: &Cache,
        scratch: &Path,
    ) -> Result<Self, Halt> {
        let tls = Certificate::make(scratch)?;
        let cluster = Cluster::start(version, cache, Some(&tls))?;
        let psql = version.clients(cache)?.join("psql");
        let superuser = |database: &str| {
            let mut command = Command::new(&psql);
            command.current_dir(workspace.path("interop")).arg("-Xqv").arg("ON_ERROR_STOP=1");
            command.arg(format!(
                "host=127.0.0.1 port={} user=postgres dbname={database}",
                cluster.port
            ));
            command
        };
        process::output(
            superuser("postgres").args(["-c", &format!("create database {DATABASE}")]),
        )?;
        process::output(superuser(DATABASE).args(["-f", "postgres/schema.sql"]))?;
        Ok(Self {
            place: Place::local(cluster.port),
            secure: Some((cluster.port, tls.certificate)),
            rules: Some(cluster.port),
            kind: Kind::PostgreSql(version, cluster),
        })
    }

    /// `postgresql://user@host:port/database`: a server that somebody else runs, without a password.
    fn given(dsn: &str) -> Result<Self, Halt> {
        let wrong = || Halt::Failed(format!("{dsn}: not postgresql://user@host:port/database"));
        let rest = dsn.strip_prefix("postgresql://").ok_or_else(wrong)?;
        let (user, rest) = rest.split_once('@').ok_or_else(wrong)?;
        let (address, database) = rest.split_once('/').ok_or_else(wrong)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        Ok(Self {
            kind: Kind::Given(dsn.into()),
            secure: None,
            rules: None,
            place: Place {
                host: host.into(),
                port: port.parse().map_err(|_| wrong())?,
                user: user.into(),
                database: database.into(),
            },
        })
    }

    pub(super) fn name(&self) -> &str {
        match &self.kind {
            Kind::Trunkline { .. } => "trunkline",
            Kind::Sqlite(_) => "trunkline on SQLite",
            Kind::PostgreSql(version, _) => version.name(),
            Kind::Given(dsn) => dsn,
        }
    }

    /// Whether clients of this work are run when none is named.
    pub(super) fn invites(&self, work: Work) -> bool {
        match self.kind {
            Kind::PostgreSql(..) => true,
            Kind::Sqlite(_) => work == Work::Writes,
            Kind::Trunkline { .. } | Kind::Given(_) => work == Work::Reads,
        }
    }

    /// Where a password is asked for, as libpq's keywords, and the certificate that is shown there.
    pub(super) fn secure_address(&self) -> Option<(String, &Path)> {
        let (port, certificate) = self.secure.as_ref()?;
        let address = format!(
            "host={} port={port} user={SECURE_USER} password={PASSWORD} dbname={}",
            self.place.host, self.place.database
        );
        Some((address, certificate))
    }

    /// What the programs in `interop/` read.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = Vec::from(self.place.environment());
        if let Some((port, certificate)) = &self.secure {
            variables.extend([
                ("INTEROP_SECURE_PORT", port.to_string()),
                ("INTEROP_SECURE_USER", SECURE_USER.into()),
                ("INTEROP_PASSWORD", PASSWORD.into()),
                ("INTEROP_CA", certificate.display().to_string()),
            ]);
        }
        if let Some((port, certificate)) = self.rules.zip(self.secure.as_ref().map(|(_, c)| c)) {
            let clients = certificate.parent().unwrap_or(certificate).display().to_string();
            variables.push(("INTEROP_RULES_PORT", port.to_string()));
            variables.push(("INTEROP_CLIENTS", clients));
        }
        variables
    }

    /// Our program, to start it on other data.
    pub(super) fn binary(&self) -> Result<&Path, Halt> {
        match &self.kind {
            Kind::Trunkline { binary, .. } => Ok(binary),
            _ => Err(Halt::Skipped("only of trunkline".into())),
        }
    }

    /// How one of our servers ended, if one did: none may before its time.
    pub(super) fn ended(&mut self) -> Option<String> {
        let Kind::Trunkline { servers, .. } = &mut self.kind else { return None };
        servers.iter_mut().find_map(Ours::ended)
    }
}

/// Our program, if it was built.
pub(crate) fn built(workspace: &Workspace) -> Result<PathBuf, Halt> {
    let binary = workspace.target().join("release/trunkline");
    if !binary.is_file() {
        let build = "cargo build --release -p trunkline-cli";
        return Err(Halt::Failed(format!("{}: first {build}", binary.display())));
    }
    Ok(binary)
}

impl Ours {
    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn start(
        binary: &Path,
        data: &Path,
        scratch: &Path,
        flags: &[&str],
    ) -> Result<Self, Halt> {
        Self::start_as(DATABASE, binary, data, scratch, flags)
    }

    /// The same with a database of this name.
    pub(crate) fn start_as(
        database: &str,
        binary: &Path,
        data: &Path,
        scratch: &Path,
        flags: &[&str],
    ) -> Result<Self, Halt> {
        let mut serve = Command::new(binary);
        serve.arg("serve").arg(data).args(["--listen", "127.0.0.1:0", "--database", database]);
        // As PostgreSQL starts.
        serve.args(["--statement-timeout", "0"]);
        serve.args(flags).current_dir(scratch).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = serve.spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        let stdout = child.stdout.take().ok_or_else(|| "no standard output".to_owned())?;
        let (tell, told) = mpsc::channel();
        // Reads to the end, so that the server never waits for us.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(port) = port(&line) {
                    let _ = tell.send(port);
                }
            }
        });
        match told.recv_timeout(BANNER) {
            Ok(port) => Ok(Self { child, port }),
            Err(_) => {
                process::stop(&mut child, "TERM");
                Err(Halt::Failed("trunkline serve printed no line `listening on`".into()))
            }
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        process::stop(&mut self.child, "TERM");
    }
}

fn port(line: &str) -> Option<u16> {
    line.trim().strip_prefix("listening on ")?.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_tells_the_port() {
        assert_eq!(port("listening on 127.0.0.1:40123"), Some(40123));
        assert_eq!(port("  psql  psql \"host=127.0.0.1 port=1\""), None);
    }

    #[test]
    fn a_given_server_is_taken_apart() {
        let target = Target::given("postgresql://me@127.0.0.1:5433/db").unwrap();
        assert_eq!(
            target.place.conninfo(),
            "host=127.0.0.1 port=5433 user=me dbname=db sslmode=disable"
        );
        assert!(Target::given("pg19").is_err());
    }
}
