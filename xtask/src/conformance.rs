//! Dialogues, the matrix of messages and session scripts: PostgreSQL 15 and 18 and servers of ours, compared message
//! for message.

use std::collections::BTreeMap;
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
    let start_runner = || {
        let mut runner = Command::new(programs.join("trunkline-conformance"));
        runner.current_dir(workspace.path("conformance"));
        runner
    };
    let (mut runner, mut scripts) = (start_runner(), start_runner());
    scripts.args(["--sessions", "sessions"]);
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
        for runner in [&mut runner, &mut scripts] {
            runner.args([as_what, &format!("{name}={}", tcp("postgres", port))]);
        }
        with_passwords(&mut runner, port);
        runner.args(["--unix", &unix(&cluster.sockets().display(), port)]);
        clusters.push(cluster);
    }
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|word| *word != "--record").collect();
    let (of_dialogues, of_scripts) = (words(&arguments, false), words(&arguments, true));
    if !record {
        let mut server = Command::new(programs.join("examples/conformance_server"));
        server.arg("postgres").arg(scratch.path()).args([&tls.certificate, &tls.key]);
        let ours = Ours::start(&mut server, &["open", "closed"])?;
        runner.args(["--dsn", &format!("ours={}", tcp("postgres", ours.port("open")))]);
        with_passwords(&mut runner, ours.port("closed"));
        runner.args(["--unix", &unix(&scratch.path().display(), 5432), "--exceptions"]);
        if arguments.iter().all(|word| *word == "--brief") {
            runner.arg("--matrix");
        }
        let mut server = Command::new(programs.join("examples/sqlite_server"));
        let sqlite = Ours::start(server.arg(scratch.path()), &["sessions"])?;
        scripts.args(["--dsn", &format!("ours={}", tcp("postgres", sqlite.port("sessions")))]);
        scripts.arg("--exceptions");
        return run(runner, of_dialogues).and(run(scripts, of_scripts)).map(|()| String::new());
    }
    run(runner, of_dialogues)?;
    run(scripts, of_scripts)?;
    Ok("recorded".into())
}

fn run(mut runner: Command, words: Option<Vec<&str>>) -> Result<(), Halt> {
    words.map_or(Ok(()), |words| Ok(process::succeed(runner.args(words))?))
}

/// What one of the two runs is told: the scripts' files are in `sessions`. A run of none of the files is left out.
fn words<'a>(arguments: &[&'a str], of_scripts: bool) -> Option<Vec<&'a str>> {
    let mut words = Vec::new();
    let (mut files, mut wanted) = (0, 0);
    let mut before = "";
    for word in arguments {
        let is_file = !word.starts_with('-') && before != "--only";
        let is_ours = word.starts_with("sessions/") == of_scripts;
        files += usize::from(is_file);
        wanted += usize::from(is_file && is_ours);
        if !is_file || is_ours {
            words.push(*word);
        }
        before = word;
    }
    (files == 0 || wanted > 0).then_some(words)
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

/// A server of ours, and the ports that it has said, by their names.
struct Ours {
    child: Child,
    ports: BTreeMap<String, u16>,
}

impl Ours {
    fn start(server: &mut Command, names: &[&str]) -> Result<Self, Halt> {
        let child = server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| format!("{}: {error}", names.join(" ")))?;
        let mut ours = Self { child, ports: BTreeMap::new() };
        let stdout = ours.child.stdout.take().ok_or_else(|| "no standard output".to_owned())?;
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.rsplit(':').next().and_then(|port| port.parse().ok());
            if let (Some((name, _)), Some(port)) = (line.split_once(' '), port) {
                ours.ports.insert(name.to_owned(), port);
            }
            if names.iter().all(|name| ours.ports.contains_key(*name)) {
                return Ok(ours);
            }
        }
        Err(Halt::Failed(format!("no server of ours says {}", names.join(" "))))
    }

    fn port(&self, name: &str) -> u16 {
        self.ports.get(name).copied().unwrap_or_default()
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        process::stop(&mut self.child, "TERM");
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn files_are_played_by_those_who_can() {
        assert_eq!(words(&["--brief"], true), Some(vec!["--brief"]));
        let mixed = ["--only", "x", "dialogues/a.txt", "sessions/b.txt"];
        assert_eq!(words(&mixed, true), Some(vec!["--only", "x", "sessions/b.txt"]));
        assert_eq!(words(&mixed, false), Some(vec!["--only", "x", "dialogues/a.txt"]));
        assert_eq!(words(&["dialogues/a.txt"], true), None);
    }
}
