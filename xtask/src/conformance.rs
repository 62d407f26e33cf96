//! Dialogues and the matrix of messages: PostgreSQL 15 and 18 and a server of ours, message for message.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Certificate, Cluster, Scratch, Version};
use crate::workspace::Workspace;

/// The users that have to give a password, `secret`: by SCRAM, by MD5, and in clear.
const USERS: [(&str, &str); 3] =
    [("--password", "closed"), ("--md5", "hashed"), ("--cleartext", "clear")];

/// Starts the servers, has them compared, and says the sums.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<String, Halt> {
    let cache = Cache::find()?;
    let scratch = Scratch::new("conformance")?;
    let tls = Certificate::make(scratch.path())?;
    let mut build = workspace.cargo(&["build", "--quiet", "-p", "trunkline-conformance"]);
    process::succeed(build.args(["--bins", "--examples"]))?;
    let programs = workspace.target().join("debug");
    let mut runner = Command::new(programs.join("trunkline-conformance"));
    runner.current_dir(workspace.path("conformance"));
    // Kept to the end: dropping one stops its server.
    let mut clusters = Vec::new();
    let record = arguments.iter().any(|argument| argument == "--record");
    // The newest first: what it answers is what others differ from.
    for version in Version::ALL.into_iter().rev() {
        let cluster = match Cluster::start(version, &cache, Some(&tls)) {
            Err(Halt::Skipped(why)) => {
                println!("without {}: {why}", version.name());
                continue;
            }
            cluster => cluster?,
        };
        let (port, name) = (cluster.port, version.name());
        let psql = version.clients(&cache)?.join("psql");
        let mut psql = Command::new(psql);
        // One who is believed, but is no superuser.
        psql.args(["-Xq", "-c", "create role guest login"]);
        for (way, user) in USERS {
            let hash = if way == "--md5" { "md5" } else { "scram-sha-256" };
            psql.args(["-c", &format!("set password_encryption = '{hash}'")]);
            psql.args(["-c", &format!("create role {user} login password 'secret'")]);
        }
        process::output(psql.arg(format!("host=127.0.0.1 port={port} user=postgres")))?;
        let as_what = if record { "--record" } else { "--postgres" };
        runner.args([as_what, &format!("{name}={}", tcp("postgres", port))]);
        with_passwords(&mut runner, port);
        runner.args(["--unix", &unix(&cluster.sockets().display(), port)]);
        clusters.push(cluster);
    }
    let arguments: Vec<&String> = arguments.iter().filter(|word| *word != "--record").collect();
    if record {
        process::succeed(runner.args(arguments))?;
        return Ok("recorded".into());
    }
    let mut server = Command::new(programs.join("examples/conformance_server"));
    server.arg("postgres").arg(scratch.path()).args([&tls.certificate, &tls.key]);
    let ours = Ours::start(&mut server)?;
    runner.args(["--dsn", &format!("ours={}", tcp("postgres", ours.open))]);
    with_passwords(&mut runner, ours.closed);
    runner.args(["--unix", &unix(&scratch.path().display(), 5432), "--exceptions"]);
    if arguments.iter().all(|word| *word == "--brief") {
        runner.arg("--matrix");
    }
    process::succeed(runner.args(arguments))?;
    Ok(String::new())
}

fn tcp(user: &str, port: u16) -> String {
    format!("postgres://{user}@127.0.0.1:{port}/postgres")
}

fn with_passwords(runner: &mut Command, port: u16) {
    for (way, user) in USERS {
        runner.args([way, &tcp(&format!("{user}:secret"), port)]);
    }
}

fn unix(folder: &dyn std::fmt::Display, port: u16) -> String {
    format!("postgres://postgres@/postgres?host={folder}&port={port}")
}

/// The server of ours that stands behind the dialogues.
struct Ours {
    child: Child,
    open: u16,
    closed: u16,
}

impl Ours {
    fn start(server: &mut Command) -> Result<Self, Halt> {
        let child = server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| format!("conformance_server: {error}"))?;
        let mut ours = Self { child, open: 0, closed: 0 };
        let stdout = ours.child.stdout.take().ok_or_else(|| "no standard output".to_owned())?;
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.rsplit(':').next().and_then(|port| port.parse().ok());
            match line.split(' ').next() {
                Some("open") => ours.open = port.unwrap_or_default(),
                Some("closed") => ours.closed = port.unwrap_or_default(),
                _ => {}
            }
            if ours.closed != 0 {
                return Ok(ours);
            }
        }
        Err(Halt::Failed("conformance_server did not start".into()))
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        process::stop(&mut self.child, "TERM");
    }
}
