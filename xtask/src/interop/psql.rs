//! psql: scripts whose whole output is compared with what psql printed against PostgreSQL 18.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::verdict::{Verdict, Verdicts};
use super::{Run, Version};
use crate::halt::Halt;
use crate::process;

const SCRIPT: Duration = Duration::from_secs(60);
/// From the signal to the end of the query.
const CANCEL: Duration = Duration::from_secs(1);
/// Runs for minutes unless it is cancelled.
const ENDLESS: &str = "select count(*) from items a cross join items b cross join items c \
                       where sin(a.price) + sin(b.price) + sin(c.price) > 4;\n";
/// What psql holds when it has read some hundred thousand rows.
const MID_RESULT_KIB: u64 = 65_536;
const POLL: Duration = Duration::from_millis(20);

pub(super) fn run(run: &Run<'_>, version: Version) -> Result<Verdicts, Halt> {
    let psql = run.clients_of(version)?.join("psql");
    let mut verdicts = Verdicts::default();
    for script in scripts(run, version)? {
        let name = script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        verdicts.record(name, compare(run, &psql, &script));
    }
    match run.target.secure_address() {
        None => {
            let why = "no server with a password".to_owned();
            verdicts.push(Verdict::Skip("scram_and_tls".into(), why));
        }
        Some((address, certificate)) => {
            let plain = format!("{address} sslmode=disable");
            let tls = format!(
                "{address} sslmode=verify-full channel_binding=require sslrootcert={}",
                certificate.display()
            );
            verdicts.record("scram", says_1000(&psql, &plain));
            verdicts.push(match says_1000(&psql, &tls) {
                Ok(()) => Verdict::Ok("scram_and_tls".into()),
                Err(why) if why.contains("SSL support is not compiled in") => {
                    Verdict::Skip("scram_and_tls".into(), "this psql is built without TLS".into())
                }
                Err(why) => Verdict::Fail("scram_and_tls".into(), why),
            });
        }
    }
    match interrupt(run, &psql) {
        Err(Halt::Skipped(why)) => verdicts.push(Verdict::Skip("interrupt".into(), why)),
        outcome => verdicts.record("interrupt", outcome.map_err(Halt::reason)),
    }
    verdicts.record("killed_in_mid_result", killed(run, &psql));
    Ok(verdicts)
}

/// `NAME.sql` for every psql, `NAME-18.sql` for psql 18 only.
fn scripts(run: &Run<'_>, version: Version) -> Result<Vec<PathBuf>, String> {
    let folder = run.workspace.path("interop/psql");
    let found = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut scripts: Vec<PathBuf> = found
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|file| file.extension().is_some_and(|ending| ending == "sql"))
        .filter(|file| {
            let only_18 = file.to_string_lossy().ends_with("-18.sql");
            !only_18 || version == Version::Pg18
        })
        .collect();
    scripts.sort();
    Ok(scripts)
}

fn start(run: &Run<'_>, psql: &Path, script: &Path, log: &Path) -> Result<Child, String> {
    let mut command = Command::new(psql);
    command.args(["-X", "-f"]).arg(script).arg(run.target.place.conninfo());
    command.env("LC_ALL", "C.UTF-8").env("PGCLIENTENCODING", "UTF8").env_remove("PAGER");
    command.current_dir(run.scratch.path());
    process::spawn_logged(&mut command, log)
}

fn compare(run: &Run<'_>, psql: &Path, script: &Path) -> Result<(), String> {
    let log = run.scratch.path().join("psql");
    process::wait(&mut start(run, psql, script, &log)?, SCRIPT)?.ok_or("no end after a minute")?;
    // psql names the script as it was given to it.
    let said = fs::read_to_string(&log).map_err(|error| error.to_string())?;
    let said = said.replace(&script.display().to_string(), "script");
    let expected = script.with_extension("out");
    if run.bless {
        return fs::write(&expected, said).map_err(|error| error.to_string());
    }
    let expected = fs::read_to_string(&expected)
        .map_err(|error| format!("{}: {error}", expected.display()))?;
    difference(&expected, &said).map_or(Ok(()), Err)
}

/// The first line that is not as expected.
pub(crate) fn difference(expected: &str, said: &str) -> Option<String> {
    let mut pair = (expected.lines(), said.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (pair.0.next(), pair.1.next()) {
            (None, None) => return None,
            (expected, said) if expected == said => {}
            (expected, said) => {
                let shown =
                    |line: Option<&str>| line.map_or("the end".into(), |l| format!("{l:?}"));
                return Some(format!(
                    "line {number} of the output: expected {}, found {}",
                    shown(expected),
                    shown(said)
                ));
            }
        }
    }
}

fn says_1000(psql: &Path, conninfo: &str) -> Result<(), String> {
    let mut command = Command::new(psql);
    command.args(["-X", "-A", "-t", "-c", "select count(*) from items", conninfo]);
    match process::output(&mut command)?.trim() {
        "1000" => Ok(()),
        other => Err(format!("found {other}, expected 1000")),
    }
}

/// Ctrl-C at a terminal: psql sends a cancel request, and the session goes on.
fn interrupt(run: &Run<'_>, psql: &Path) -> Result<(), Halt> {
    let log = run.scratch.path().join("interrupt");
    let mut terminal = Command::new(process::require("script")?);
    let conninfo = run.target.place.conninfo();
    terminal.args(["-qefc", &format!("{} -X -n '{conninfo}'", psql.display()), "/dev/null"]);
    terminal.env("TERM", "dumb").env_remove("PAGER");
    let mut child = process::spawn_spoken_to(&mut terminal, &log)?;
    let outcome = interrupted(&mut child, &log);
    process::stop(&mut child, "TERM");
    Ok(outcome?)
}

fn interrupted(child: &mut Child, log: &Path) -> Result<(), String> {
    let said = || fs::read_to_string(log).unwrap_or_default();
    let mut keys = child.stdin.take().ok_or("no keyboard")?;
    let mut press = |text: &str| {
        let pressed = keys.write_all(text.as_bytes()).and_then(|()| keys.flush());
        pressed.map_err(|error| format!("{error}: {}", said()))
    };
    let cancelled = || said().contains("canceling statement due to user request");
    let mut took = Duration::MAX;
    // Before the query has begun, Ctrl-C only clears the line: then all of it again.
    for _ in 0..20 {
        press(ENDLESS)?;
        thread::sleep(Duration::from_millis(500));
        let pressed = Instant::now();
        press("\u{3}")?;
        if wait_for(2 * CANCEL, cancelled).is_some() {
            took = pressed.elapsed();
            break;
        }
    }
    if took > CANCEL {
        return Err(format!("not cancelled within {CANCEL:?}: {}", said()));
    }
    press("select 'al' || 'ive';\n\\q\n")?;
    wait_for(SCRIPT, || said().contains("alive")).ok_or_else(|| format!("no session: {}", said()))
}

/// A client that dies while it reads must not hurt anybody else.
fn killed(run: &Run<'_>, psql: &Path) -> Result<(), String> {
    let (script, log) = (run.scratch.path().join("flood.sql"), run.scratch.path().join("flood"));
    let flood = "select a.id, b.name, c.name from items a cross join items b cross join items c;\n";
    fs::write(&script, flood).map_err(|error| error.to_string())?;
    let mut child = start(run, psql, &script, &log)?;
    // psql prints nothing before it has all: that rows come in is seen by its memory.
    let _ = wait_for(SCRIPT, || resident_kib(&child).is_none_or(|kib| kib > MID_RESULT_KIB));
    let early = child.try_wait().map_err(|error| error.to_string())?;
    let _ = child.kill();
    let _ = child.wait();
    if early.is_some() {
        return Err(format!(
            "psql ended by itself: {}",
            fs::read_to_string(&log).unwrap_or_default()
        ));
    }
    says_1000(psql, &run.target.place.conninfo())
}

fn resident_kib(child: &Child) -> Option<u64> {
    let mut ps = Command::new("ps");
    process::output(ps.args(["-o", "rss=", "-p", &child.id().to_string()]))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn wait_for(limit: Duration, mut done: impl FnMut() -> bool) -> Option<()> {
    let deadline = Instant::now() + limit;
    while !done() {
        if Instant::now() > deadline {
            return None;
        }
        thread::sleep(POLL);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        let told = difference("a\nb\n", "a\nc\n").unwrap();
        assert_eq!(told, "line 2 of the output: expected \"b\", found \"c\"");
        assert!(difference("a\n", "a\nb\n").unwrap().contains("expected the end"));
        assert!(difference("a\nb\n", "a\n").unwrap().contains("found the end"));
    }
}
