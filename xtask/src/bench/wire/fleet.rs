//! The servers that are measured, started when they are first wanted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::bench::load::{self, Place};
use crate::bench::peers::{self, Peers};
use crate::bench::postgresql::PostgreSql;
use crate::bench::processors;
use crate::bench::started::Started;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::servers::{Certificate, Scratch, free_port};
use crate::workspace::Workspace;

/// Sockets for thousands of clients.
const FILES: &str = "ulimit -n 20000; exec \"$@\"";

/// Whose server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    Ours,
    Pgwire,
    PostgreSql,
    /// Answers that were made before.
    Ceiling,
    /// Rows that are really encoded.
    Encoding,
}

/// How clients come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Plain,
    Tls,
    Scram,
}

impl Peer {
    pub(super) fn name(self) -> &'static str {
        match self {
            Peer::Ours => "trunkline",
            Peer::Pgwire => "pgwire 0.42.1",
            Peer::PostgreSql => "PostgreSQL 15",
            Peer::Ceiling => "ceiling",
            Peer::Encoding => "encoding ceiling",
        }
    }
}

impl Way {
    /// What the client has to say for it.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Way::Plain => &[],
            Way::Tls => &["--tls"],
            Way::Scram => &["--user", "bench_scram", "--password", "secret"],
        }
    }
}

/// Servers have one processor for themselves, and the client another.
pub(super) struct Pinned {
    pub(super) servers: String,
    pub(super) client: String,
}

impl Pinned {
    /// The first two that are ours; none if there is one, or no `taskset`.
    fn find() -> Option<Pinned> {
        let is_one = thread::available_parallelism().is_ok_and(|count| count.get() == 1);
        if is_one || process::require("taskset").is_err() {
            return None;
        }
        let mut own = processors::own().into_iter();
        Some(Pinned { servers: own.next()?, client: own.next()? })
    }
}

/// All servers, gone when dropped.
pub(super) struct Fleet<'a> {
    cache: &'a Cache,
    rows: PathBuf,
    ours: PathBuf,
    peers: Peers,
    certificate: Certificate,
    running: BTreeMap<(Peer, Way), Started>,
    postgresql: Option<PostgreSql>,
    pinned: Option<Pinned>,
    scratch: Scratch,
}

impl<'a> Fleet<'a> {
    /// Builds all programs.
    pub(super) fn new(workspace: &Workspace, cache: &'a Cache) -> Result<Self, Halt> {
        let peers = Peers::build(workspace, cache)?;
        let build = ["-p", "trunkline", "--example", "bench_server"];
        let built = peers::build_alike(workspace, &build)?;
        let scratch = Scratch::new("bench")?;
        Ok(Self {
            cache,
            rows: workspace.path("bench/postgresql/rows.sql"),
            ours: built.join("examples/bench_server"),
            peers,
            certificate: Certificate::make(scratch.path())?,
            running: BTreeMap::new(),
            postgresql: None,
            pinned: Pinned::find(),
            scratch,
        })
    }

    pub(super) fn pinned(&self) -> Option<&Pinned> {
        self.pinned.as_ref()
    }

    /// Measures a server once; returns what the client has printed.
    ///
    /// A single client that waits for each answer shares the server's processor: there is never
    /// work for two. Clients that only come, to stay, are not pinned.
    pub(super) fn measure(
        &mut self,
        (peer, way): (Peer, Way),
        is_alone: bool,
        words: &[&str],
    ) -> Result<String, Halt> {
        let place = self.place(peer, way)?;
        let processor = match (words.first(), &self.pinned) {
            (Some(&"idle"), _) | (_, None) => None,
            (_, Some(pinned)) if is_alone => Some(pinned.servers.as_str()),
            (_, Some(pinned)) => Some(pinned.client.as_str()),
        };
        let words = [words, way.words()].concat();
        Ok(load::run(&self.peers.load, processor, place, &words)?)
    }

    /// Ends a server, so that the next measurement meets a new one.
    pub(super) fn end(&mut self, peer: Peer, way: Way) {
        self.running.remove(&(peer, way));
    }

    fn place(&mut self, peer: Peer, way: Way) -> Result<Place, Halt> {
        if peer == Peer::PostgreSql {
            return self.postgresql();
        }
        if let Some(running) = self.running.get(&(peer, way)) {
            return Ok(running.place);
        }
        let port = free_port()?;
        let (program, more): (&Path, &[&str]) = match peer {
            Peer::Pgwire => (&self.peers.pgwire, &[]),
            Peer::Ceiling => (&self.peers.ceiling, &[]),
            Peer::Encoding => (&self.peers.ceiling, &["--encode"]),
            Peer::Ours | Peer::PostgreSql => (&self.ours, &[]),
        };
        let mut server = Command::new("sh");
        server.args(["-c", FILES, "sh"]);
        if let Some(pinned) = &self.pinned {
            server.args(["taskset", "-c", &pinned.servers]);
        }
        server.arg(program).args(["--port", &port.to_string()]).args(more);
        match way {
            Way::Plain => {}
            Way::Tls => {
                server.arg("--tls").arg(&self.certificate.certificate).arg(&self.certificate.key);
            }
            Way::Scram => {
                server.arg("--scram");
            }
        }
        let log = self.scratch.path().join(format!("{port}.log"));
        let started = Started::new(&mut server, port, &log)?;
        let place = started.place;
        self.running.insert((peer, way), started);
        Ok(place)
    }

    fn postgresql(&mut self) -> Result<Place, Halt> {
        if let Some(running) = &self.postgresql {
            return Ok(running.place());
        }
        let server = PostgreSql::start(self.cache, Some(&self.certificate))?;
        server.run(&self.rows)?;
        let place = server.place();
        if let Some(Pinned { servers, .. }) = &self.pinned {
            let mut pin = Command::new("taskset");
            process::output(pin.args(["-a", "-c", "-p", servers, &place.process.to_string()]))?;
        }
        self.postgresql = Some(server);
        Ok(place)
    }
}
