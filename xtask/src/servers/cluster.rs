//! One running server of PostgreSQL with a data folder of its own, gone when dropped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::{Account, Certificate, Scratch, Version};
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;

/// What our own server reads, too.
const RULES: &str = include_str!("../../../interop/rules/pg_hba.conf");
const MAPS: &str = include_str!("../../../interop/rules/pg_ident.conf");

const START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A server on 127.0.0.1 with the roles `postgres` and `guest` (trusted) and whoever has a password.
pub(crate) struct Cluster {
    pub(crate) port: u16,
    child: Child,
    /// Kept for its end, too: dropping it removes the data folder.
    scratch: Scratch,
}

impl Cluster {
    pub(crate) fn start(
        version: Version,
        cache: &Cache,
        tls: Option<&Certificate>,
    ) -> Result<Self, Halt> {
        Self::start_with(version, cache, tls, "", "")
    }

    /// The same with more settings, which win, and more rules, which come last.
    pub(crate) fn start_with(
        version: Version,
        cache: &Cache,
        tls: Option<&Certificate>,
        settings: &str,
        rules: &str,
    ) -> Result<Self, Halt> {
        let bin = version.server(cache)?;
        let account = Account::unprivileged()?;
        let scratch = Scratch::new(version.name())?;
        Account::give(account, scratch.path())?;
        let data = scratch.path().join("data");
        let mut initdb = Command::new(bin.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        initdb.args(["--no-sync", "--pgdata"]).arg(&data).current_dir(scratch.path());
        Account::run_under(account, &mut initdb);
        process::output(&mut initdb)?;
        if let Some(tls) = tls {
            lay_certificate(tls, &data, account)?;
        }
        // Another program may take the free port before the server does.
        for _ in 0..5 {
            let port = free_port()?;
            configure(&data, scratch.path(), port, tls.is_some(), [settings, rules])?;
            let mut postgres = Command::new(bin.join("postgres"));
            postgres.arg("-D").arg(&data).current_dir(scratch.path());
            Account::run_under(account, &mut postgres);
            let log = scratch.path().join("log");
            let mut child = process::spawn_logged(&mut postgres, &log)?;
            if answers(&mut child, &data)? {
                return Ok(Self { port, child, scratch });
            }
            process::stop(&mut child, "INT");
            let said = fs::read_to_string(&log).unwrap_or_default();
            if !said.contains("could not bind") {
                return Err(Halt::Failed(format!("{} does not start:\n{said}", version.name())));
            }
        }
        Err(Halt::Failed(format!("{}: no free port", version.name())))
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The folder of its Unix socket.
    pub(crate) fn sockets(&self) -> &Path {
        self.scratch.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        process::stop(&mut self.child, "INT");
    }
}

/// PostgreSQL wants its key closed to everybody else.
fn lay_certificate(tls: &Certificate, data: &Path, account: Option<Account>) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let authority = (&tls.authority, "authority.crt");
    for (from, name) in [(&tls.certificate, "server.crt"), (&tls.key, "server.key"), authority] {
        let to: PathBuf = data.join(name);
        let failed = |error: std::io::Error| format!("{}: {error}", to.display());
        fs::copy(from, &to).map_err(failed)?;
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        Account::give(account, &to)?;
    }
    Ok(())
}

/// Waits for the line with which the server says that it accepts connections.
fn answers(child: &mut Child, data: &Path) -> Result<bool, String> {
    let deadline = Instant::now() + START;
    while Instant::now() < deadline {
        if child.try_wait().map_err(|error| error.to_string())?.is_some() {
            return Ok(false);
        }
        let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if status.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(true);
        }
        thread::sleep(POLL);
    }
    Ok(false)
}

fn configure(
    data: &Path,
    sockets: &Path,
    port: u16,
    tls: bool,
    [settings, rules]: [&str; 2],
) -> Result<(), String> {
    let write = |name: &str, text: String| {
        fs::write(data.join(name), text).map_err(|error| format!("{name}: {error}"))
    };
    write(
        "postgresql.auto.conf",
        format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
             max_connections = 200\nfsync = off\ntimezone = 'UTC'\n{}{settings}",
            sockets.display(),
            if tls { "ssl = on\nssl_ca_file = 'authority.crt'\n" } else { "" },
        ),
    )?;
    write("pg_ident.conf", MAPS.into())?;
    write(
        "pg_hba.conf",
        format!(
            "local all postgres,guest trust\nhost all postgres,guest 127.0.0.1/32 trust\n{}\
             host interop,postgres,\"no such\" all 127.0.0.1/32 scram-sha-256\n\
             host replication postgres 127.0.0.1/32 trust\n{rules}",
            // Lines of certificates stop a server without TLS.
            if tls { RULES } else { "" },
        ),
    )
}

/// A port below the range from which clients get theirs, so that no client holds it.
pub(crate) fn free_port() -> Result<u16, String> {
    let start = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or(0);
    (start..32_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or_else(|| "no free port on 127.0.0.1".into())
}
