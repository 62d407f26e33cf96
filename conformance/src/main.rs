//! Holds a server to PostgreSQL's protocol, message for message.

mod backend;
mod dialogue;
mod dsn;
mod frontend;
mod link;
mod matrix;
mod play;
mod record;
mod report;
mod scripts;
mod secrets;
mod server;
mod stream;
mod text;
mod types;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use dialogue::File;
use scripts::Scripts;
use server::Server;

const USAGE: &str = "\
trunkline-conformance [SERVER …] [--only NAME] [--brief] [FILE …]
    plays dialogues to servers; without FILE those of the current folder's dialogues/
  SERVER is one of
    --dsn [NAME=]DSN       a server that is held to the protocol
    --postgres [NAME=]DSN  a PostgreSQL, in whose version's words
  and behind it, of the same server
    --password DSN         by a user who has to give a password by SCRAM
    --md5 DSN              by MD5
    --cleartext DSN        in clear, within TLS
    --unix DSN             by a Unix socket
    --exceptions           it is trunkline: what the files say of it holds
  --only NAME              the dialogues whose names begin so
  --matrix                 besides, every message in every state, compared with the newest PostgreSQL given
  --sessions FOLDER        the scripts of this folder instead, each with its tables made for it; a server that is no
                           PostgreSQL must have a database of any name, empty, for whoever asks for it
  --brief                  the sums and what differs, not every dialogue
trunkline-conformance --record DSN [--password DSN] … [FILE …]
    writes what this PostgreSQL answers into the files
DSN is postgres://user:password@host:port/database or postgres://user@/database?host=/folder&port=5432";

/// How long a server may take for one reply.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was asked for.
#[derive(Default)]
struct Order {
    servers: Vec<Server>,
    record: bool,
    brief: bool,
    matrix: bool,
    sessions: Option<PathBuf>,
    only: String,
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match order(std::env::args().skip(1)).and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn order(mut words: impl Iterator<Item = String>) -> Result<Order, String> {
    let mut order = Order::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value\n{USAGE}"));
        match word.as_str() {
            "--dsn" | "--postgres" | "--record" => {
                let value = value()?;
                let (name, dsn) = match value.split_once('=') {
                    Some((name, dsn)) if !name.contains(':') => (name, dsn),
                    _ => ("server", value.as_str()),
                };
                order.record |= word == "--record";
                order.servers.push(Server::new(name, dsn.parse()?, word != "--dsn"));
            }
            "--password" | "--md5" | "--cleartext" | "--unix" | "--exceptions" => {
                let dsn = if word == "--exceptions" { None } else { Some(value()?.parse()?) };
                let server = order.servers.last_mut().ok_or_else(|| format!("{word} of what?"))?;
                match word.as_str() {
                    "--password" => server.password = dsn,
                    "--md5" => server.md5 = dsn,
                    "--cleartext" => server.cleartext = dsn,
                    "--unix" => server.unix = dsn,
                    _ => server.has_exceptions = true,
                }
            }
            "--brief" => order.brief = true,
            "--matrix" => order.matrix = true,
            "--sessions" => order.sessions = Some(value()?.into()),
            "--only" => order.only = value()?,
            flag if flag.starts_with('-') => return Err(format!("no flag {flag}\n{USAGE}")),
            file => order.files.push(file.into()),
        }
    }
    if order.servers.is_empty() {
        return Err(USAGE.into());
    }
    if order.files.is_empty() {
        order.files = all(order.sessions.as_deref().unwrap_or(Path::new("dialogues")))?;
        order.files.retain(|path| order.sessions.is_none() || Scripts::is_script(path));
    }
    Ok(order)
}

/// The files of a folder by name.
fn all(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let found = std::fs::read_dir(folder).map_err(failed)?;
    let paths = found.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// Whether every server did as PostgreSQL.
fn run(mut order: Order) -> Result<bool, String> {
    let scripts = order.sessions.as_deref().map(Scripts::read).transpose()?.map(Arc::new);
    let mut files = Vec::new();
    for path in &order.files {
        let failed = |why: String| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let file = File::parse(&text).map_err(failed)?;
        files.push(file);
    }
    let whole = order.only.is_empty();
    if let Some(fault) = scripts.as_ref().filter(|_| whole).and_then(|all| all.fault(&files)) {
        return Err(fault);
    }
    for file in &mut files {
        file.dialogues.retain(|dialogue| dialogue.name.starts_with(&order.only));
    }
    for server in &mut order.servers {
        server.meet(PATIENCE)?;
        if let Some(scripts) = &scripts {
            server.play_scripts(scripts, PATIENCE)?;
        }
    }
    if order.record {
        return record_all(&order, files);
    }
    let mut good = report::report(&files.iter().collect::<Vec<_>>(), &order.servers, order.brief);
    if order.matrix {
        good &= matrix::report(&order.servers, order.brief);
    }
    Ok(good)
}

fn record_all(order: &Order, files: Vec<File>) -> Result<bool, String> {
    if !order.only.is_empty() {
        return Err("--record writes whole files".into());
    }
    let mut good = true;
    for (path, mut file) in order.files.iter().zip(files) {
        for server in &order.servers {
            for failure in record::record(&mut file, server, PATIENCE) {
                eprintln!("{}: {failure}", path.display());
                good = false;
            }
        }
        std::fs::write(path, file.text()).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(good)
}
