//! T28: what `trunkline serve` opens when clients name files that are none of its data.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::line::Line;
use super::{Extent, block_on, has_strace};
use crate::child::own_folder;
use crate::client::{Client, Fault, Target};

/// Statements that name a file where `{}` stands; each is to be refused.
const ATTEMPTS: &[&str] = &[
    "attach '{}' as other",
    "attach database '{}' as other",
    "vacuum into '{}'",
    "vacuum main into '{}'",
    "pragma temp_store_directory = '{}'",
    "pragma main.journal_mode = '{}'",
    "create virtual table v using csv(filename = '{}')",
    "create external table x stored as csv location '{}'",
    "create table x using '{}'",
    "create tablespace x location '{}'",
    "create extension \"{}\"",
    "load '{}'",
    "select load_extension('{}')",
    "select load_extension('{}', 'main')",
    "select readfile('{}')",
    "select writefile('{}', 'x')",
    "select edit('x', '{}')",
    "select pg_read_file('{}')",
    "select pg_ls_dir('{}')",
    "select lo_import('{}')",
    "select * from \"{}\"",
    "select * from read_csv('{}')",
    "select * from read_parquet('{}')",
    "select * from parquet_metadata('{}')",
    "copy (select 1) to '{}'",
    "copy (select 1) to program 'touch {}'",
    "copy t from '{}'",
    "copy t from program 'cat {}'",
];

/// Files that are none of the server's, as seen from its folder; `{}` stands for the folder around it.
const FILES: &[&str] = &[
    "{}/secret.csv",
    "{}/data/../secret.csv",
    "../secret.csv",
    "file:{}/secret.csv?mode=ro",
    "file://{}/secret.csv",
    "/etc/passwd",
    "/proc/self/environ",
    "https://127.0.0.1/secret.csv",
    "s3://bucket/secret.csv",
];

/// Calls that open, make, move or run a file, or reach another machine.
const CALLS: &[&str] = &[
    "open",
    "openat",
    "openat2",
    "creat",
    "execve",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "truncate",
    "connect",
];

/// How many processors there are, which a query in many parts asks.
const PROCESSORS: &str = "/sys/devices/system/cpu/";

/// T28: a database of SQLite and a folder of files, by turns.
pub(super) fn opens(_: Extent) -> Result<Vec<Line>, String> {
    if !has_strace() {
        return Ok(vec![Line::skipped("T28", "sandbox", "no strace on the PATH")]);
    }
    let mut lines = Vec::new();
    for (name, data, flags) in [
        ("sandbox, SQLite", "data/app.db", ["--writable"].as_slice()),
        ("sandbox, a folder", "data", &[]),
    ] {
        let mut traced = Traced::start(data, flags)?;
        let refused = block_on(traced.refused())?;
        traced.stop();
        let attempts = ATTEMPTS.len() * FILES.len();
        lines.push(Line::new("T28", name).exactly(refused, attempts, "attempts refused").exactly(
            traced.opened()?.len(),
            0,
            "opened outside",
        ));
    }
    Ok(lines)
}

/// `trunkline serve` whose calls are written down.
struct Traced {
    child: Child,
    folder: PathBuf,
    port: u16,
    /// So many calls were made before it listened: to load itself.
    before: usize,
}

impl Traced {
    fn start(data: &str, flags: &[&str]) -> Result<Traced, String> {
        let folder = own_folder()?;
        let failed = |error: std::io::Error| format!("cannot start trunkline: {error}");
        std::fs::create_dir_all(folder.join("data")).map_err(failed)?;
        for name in ["secret.csv", "data/t.csv"] {
            std::fs::write(folder.join(name), "a\n1\n").map_err(failed)?;
        }
        let program = std::env::current_exe().map_err(failed)?.with_file_name("trunkline");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=%file,connect", "-o"]).arg(folder.join("trace"));
        command.arg(program).arg("serve").arg(folder.join(data)).args(flags);
        command.args(["--listen", "127.0.0.1:0", "--database", "bench"]);
        command.current_dir(folder.join("data")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut traced = Traced { child, folder, port: 0, before: 0 };
        let port =
            |line: String| line.strip_prefix("listening on ")?.rsplit(':').next()?.parse().ok();
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        traced.port = lines.find_map(port).ok_or("trunkline does not listen")?;
        // Who reads on keeps the server from waiting for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        traced.before = traced.calls()?.len();
        Ok(traced)
    }

    /// Makes all attempts; how many were refused.
    async fn refused(&self) -> Result<usize, String> {
        let target = Target::new(([127, 0, 0, 1], self.port).into());
        let mut client = Client::login(&target).await?;
        let around = self.folder.to_string_lossy();
        let mut refused = 0;
        for file in FILES.iter().map(|file| file.replace("{}", &around)) {
            for sql in ATTEMPTS.iter().map(|attempt| attempt.replace("{}", &file)) {
                match client.ask(&sql).await {
                    Err(Fault::Refused(_)) => refused += 1,
                    Err(fault) => return Err(format!("{sql}: {fault}")),
                    Ok(_) => eprintln!("obeyed: {sql}"),
                }
            }
        }
        client.leave().await?;
        Ok(refused)
    }

    /// What it opened since it listens that is not its own.
    fn opened(&self) -> Result<Vec<String>, String> {
        let data = self.folder.join("data");
        let is_foreign = |call: &&String| {
            // A rename has two.
            let mut paths = call.split('"').skip(1).step_by(2).map(Path::new).peekable();
            let is_own = |path: &Path| path.starts_with(&data) || path.starts_with(PROCESSORS);
            call.contains("/../") || paths.peek().is_none() || !paths.all(is_own)
        };
        let calls = self.calls()?;
        let opened: Vec<_> = calls.iter().skip(self.before).filter(is_foreign).cloned().collect();
        opened.iter().for_each(|call| eprintln!("outside: {call}"));
        Ok(opened)
    }

    /// Ends the server, unless it has ended.
    fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // A signal for strace itself would leave the server alive: it is the first that calls.
        let trace = std::fs::read_to_string(self.folder.join("trace")).unwrap_or_default();
        if let Some(process) = trace.split(' ').next() {
            let _ = Command::new("kill").arg(process).status();
        }
        let _ = self.child.wait();
    }

    /// The calls that were written down and matter here, without the number of their thread.
    fn calls(&self) -> Result<Vec<String>, String> {
        let path = self.folder.join("trace");
        let trace = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let call = |line: &str| {
            let call = line.split_once(' ')?.1.trim_start();
            CALLS.contains(&call.split_once('(')?.0).then(|| call.to_owned())
        };
        Ok(trace.lines().filter_map(call).collect())
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
