//! The engine path: TPC-H's lineitem from Parquet through `trunkline serve` to a client that
//! throws it away, beside DataFusion alone, another server on DataFusion, and PostgreSQL's COPY.

mod data;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::figures::{Goal, Report, rounded};
use super::load::{self, Place, Seen};
use super::peers::Peers;
use super::postgresql::PostgreSql;
use super::started::Started;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::interop::Ours;
use crate::process;
use crate::servers::{Scratch, free_port};
use crate::workspace::Workspace;

const TABLE: &str = "select * from lineitem";
const COPY: &str = "copy (select * from lineitem) to stdout";
/// What the ceiling is asked, and how many rows it has.
const ROWS: (&str, &str) = ("select * from rows", "1000000");

/// Our programs: with all packages that CI builds at once, so that DataFusion is not built for
/// another choice of features.
const BUILD: &[&str] = &[
    "build",
    "--release",
    "--quiet",
    "-p",
    "trunkline-arrow",
    "-p",
    "trunkline-datafusion",
    "-p",
    "trunkline-cli",
    "--bins",
    "--example",
    "scan_speed",
];

/// Formats, and how the client asks for them.
const FORMATS: [(&str, &str); 2] = [("text", "simple"), ("binary", "extended")];

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// DataFusion's scan, with one partition or its own number of them.
    OnePartition,
    Scan,
    Ours(&'static str),
    Peer(&'static str),
    Copy,
    /// Rows that are encoded and sent, and nothing else: bytes a second count.
    Ceiling(&'static str),
}

/// What was seen of each, or why it was not.
type All = BTreeMap<What, Result<Seen, String>>;

pub(super) fn task(workspace: &Workspace, words: &[&str]) -> Result<(), String> {
    let rounds = match words {
        [] => 3,
        ["--rounds", count] => count.parse().ok().filter(|count| *count > 0).ok_or("--rounds N")?,
        _ => return Err(format!("lineitem does not know {}", words.join(" "))),
    };
    let seen = measure(workspace, rounds).map_err(Halt::reason)?;
    tell(&seen).print()
}

fn measure(workspace: &Workspace, rounds: u32) -> Result<All, Halt> {
    let cache = Cache::find()?;
    let bench = Bench::start(workspace, &cache)?;
    let mut seen = All::new();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        let mut add = |what, printed| add(&mut seen, what, printed);
        add(What::OnePartition, bench.scan(Some("1")));
        add(What::Scan, bench.scan(None));
        for (format, mode) in FORMATS {
            let ours = Place { port: bench.ours.port, process: bench.ours.pid() };
            let guest = ["--user", "guest", "--database", "interop"];
            add(What::Ours(format), bench.drain(ours, mode, TABLE, &guest));
            add(What::Peer(format), bench.drain(bench.peer.place, mode, TABLE, &[]));
            add(What::Ceiling(format), bench.send(mode));
        }
        add(What::Copy, bench.drain(bench.postgresql.place(), "simple", COPY, &[]));
    }
    Ok(seen)
}

/// What fails once is no figure, whatever other rounds say; the others are measured all the same.
fn add(all: &mut All, what: What, printed: Result<String, String>) {
    let seen = all.entry(what).or_insert_with(|| Ok(Seen::default()));
    let Ok(values) = seen else { return };
    if let Err(why) = printed.and_then(|printed| values.read(&printed)) {
        eprintln!("{what:?}: {why}");
        *seen = Err(why);
    }
}

/// Everything that is measured, running.
struct Bench {
    load: PathBuf,
    scan: PathBuf,
    file: PathBuf,
    ours: Ours,
    peer: Started,
    ceiling: Started,
    postgresql: PostgreSql,
    _scratch: Scratch,
}

impl Bench {
    fn start(workspace: &Workspace, cache: &Cache) -> Result<Self, Halt> {
        let generator = data::Generator::install(cache)?;
        let folder = generator.parquet(cache)?;
        let file = folder.join("lineitem.parquet");
        let peers = Peers::build(workspace, cache)?;
        let peer = data::peer(workspace, cache)?;
        process::succeed(&mut workspace.cargo(BUILD))?;
        let scratch = Scratch::new("lineitem")?;
        let log = |name: &str| scratch.path().join(name);
        let port = free_port()?;
        let mut server = Command::new(&peer);
        server.args(["-p", &port.to_string(), "--parquet"]);
        server.arg(format!("lineitem:{}", file.display()));
        let peer = Started::new(&mut server, port, &log("peer.log"))?;
        let port = free_port()?;
        let mut server = Command::new(&peers.ceiling);
        server.args(["--encode", "--port", &port.to_string()]);
        let ceiling = Started::new(&mut server, port, &log("ceiling.log"))?;
        let built = workspace.target().join("release");
        let ours = Ours::start(&built.join("trunkline"), &folder, scratch.path(), &[])?;
        let postgresql = PostgreSql::start(cache, None)?;
        postgresql.run(&generator.script(workspace, scratch.path())?)?;
        let scan = built.join("examples/scan_speed");
        Ok(Self {
            load: peers.load,
            scan,
            file,
            ours,
            peer,
            ceiling,
            postgresql,
            _scratch: scratch,
        })
    }

    fn scan(&self, partitions: Option<&str>) -> Result<String, String> {
        process::output(Command::new(&self.scan).arg(&self.file).args(partitions))
    }

    fn drain(&self, place: Place, mode: &str, sql: &str, more: &[&str]) -> Result<String, String> {
        self.load(place, mode, (sql, data::ROWS), more)
    }

    fn send(&self, mode: &str) -> Result<String, String> {
        self.load(self.ceiling.place, mode, ROWS, &[])
    }

    fn load(
        &self,
        place: Place,
        mode: &str,
        (sql, rows): (&str, &str),
        more: &[&str],
    ) -> Result<String, String> {
        let once = ["bulk", "--times", "1", "--mode", mode, "--sql", sql, "--expect", rows];
        load::run(&self.load, None, place, &[&once, more].concat())
    }
}

fn tell(seen: &All) -> Report {
    let value = |what, name| match seen.get(&what) {
        Some(Ok(seen)) => seen.value(name),
        _ => f64::NAN,
    };
    let mut report = Report::new(false);
    let scan = value(What::Scan, "seconds");
    let rows = value(What::Scan, "rows");
    report.line(&format!(
        "lineitem of TPC-H at scale 1: {} rows from Parquet; nothing is pinned",
        rounded(rows)
    ));
    for (name, what) in [("1 partition", What::OnePartition), ("its own number", What::Scan)] {
        let seconds = format!("{} s", rounded(value(what, "seconds")));
        report.line(&format!("DataFusion's scan, {name:<16}{seconds:>12}"));
    }
    let copy = value(What::Copy, "seconds");
    report.line(&format!("PostgreSQL 15, COPY TO STDOUT      {:>12}", rounded(copy) + " s"));
    for (format, _) in FORMATS {
        let (ours, peer) = (What::Ours(format), What::Peer(format));
        let seconds = value(ours, "seconds");
        let sending = value(ours, "bytes") / 1e6 / value(What::Ceiling(format), "mb_s");
        report.line(&format!("{format}: {} MB", rounded(value(ours, "bytes") / 1e6)));
        for (name, seconds) in [
            ("trunkline serve", seconds),
            ("the ceiling's time to send it", sending),
            (data::PEER, value(peer, "seconds")),
        ] {
            report.line(&format!("  {name:<33}{:>12}", rounded(seconds) + " s"));
        }
        // What was not answered whole is no figure.
        let complete = [value(ours, "rows"), value(peer, "rows")].map(|found| found / rows);
        let goals: [(&str, f64, &[Goal]); 4] = [
            ("of scan and sending together", seconds / (scan + sending), &[Goal::at_most(1.25)]),
            (
                "the rate of the peer",
                value(ours, "rate") / value(peer, "rate"),
                &[Goal::at_least(3.0)],
            ),
            ("the speed of COPY", copy / seconds, &[Goal::at_least(1.0)]),
            ("of the rows", complete[0].min(complete[1]), &[Goal::at_least(1.0)]),
        ];
        for (name, times, goals) in goals {
            report.judged(&format!("  {name:<33}"), times, "x", goals);
        }
    }
    for (what, seen) in seen {
        if let Err(why) = seen {
            report.failed(&format!("{what:?} "), why);
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_time_is_held_against_scan_and_sending() {
        let mut seen = All::new();
        let mut add = |what, printed: &str| super::add(&mut seen, what, Ok(printed.to_owned()));
        add(What::Scan, r#"{"seconds":1.0,"rows":6000}"#);
        add(What::Copy, r#"{"seconds":5.0}"#);
        for format in ["text", "binary"] {
            let ours = r#"{"seconds":2.5,"rows":6000,"rate":2400,"bytes":1e9}"#;
            add(What::Ours(format), ours);
            add(What::Peer(format), r#"{"seconds":10,"rows":6000,"rate":600}"#);
            add(What::Ceiling(format), r#"{"mb_s":1000}"#);
        }
        let told = tell(&seen).close().unwrap();
        let lines: Vec<&str> = told.lines().filter(|line| line.contains("goal")).collect();
        assert_eq!(lines.len(), 8);
        assert!(lines[0].ends_with("1.25x   goal <= 1.25 holds"), "{told}");
        assert!(lines[1].ends_with("4x   goal >= 3 holds"), "{told}");
        assert!(lines[2].ends_with("2x   goal >= 1 holds"), "{told}");
        super::add(&mut seen, What::Ours("text"), Ok(r#"{"rows":1}"#.to_owned()));
        assert!(tell(&seen).close().is_err());
    }

    #[test]
    fn what_fails_in_one_round_is_missed() {
        let mut seen = All::new();
        let line = || Ok(r#"{"seconds":1.0}"#.to_owned());
        add(&mut seen, What::OnePartition, line());
        add(&mut seen, What::Copy, line());
        add(&mut seen, What::Copy, Err("it ended".to_owned()));
        add(&mut seen, What::Copy, line());
        let told = tell(&seen).close().unwrap_err();
        assert!(told.contains("PostgreSQL 15, COPY TO STDOUT             NaN s\n"), "{told}");
        assert!(told.contains("Copy failed: it ended\n"), "{told}");
        // 8 goals, and the failure.
        assert!(told.ends_with("\n0 hold, 9 missed, 0 not measured\n"), "{told}");
    }
}
