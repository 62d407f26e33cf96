//! Running other programs: what they said, or one line that says what failed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::halt::Halt;

/// How long a server may take to end by itself.
const END: Duration = Duration::from_secs(10);

/// Standard output of a command that succeeded.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}\n{}", shown(command), output.status, said.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{}: not UTF-8", shown(command)))
}

/// Runs a command whose output goes to the terminal.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("{}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", shown(command))) }
}

/// Starts a command in the background; both its outputs go to a file.
pub(crate) fn spawn_logged(command: &mut Command, log: &Path) -> Result<Child, String> {
    spawn(command.stdin(Stdio::null()), log)
}

/// The same with an open standard input.
pub(crate) fn spawn_spoken_to(command: &mut Command, log: &Path) -> Result<Child, String> {
    spawn(command.stdin(Stdio::piped()), log)
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", log.display());
    let output = File::create(log).map_err(failed)?;
    let errors = output.try_clone().map_err(failed)?;
    let child = command.stdout(output).stderr(errors).spawn();
    child.map_err(|error| format!("{}: {error}", shown(command)))
}

/// Waits for a process, and ends it when it takes too long: then there is no status.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, String> {
    let ended = ends_within(child, limit)?;
    if ended.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    Ok(ended)
}

fn ends_within(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, String> {
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
            ended => return Ok(ended),
        }
    }
}

/// Asks one process to end, by signal, and makes it end when it does not.
pub(crate) fn stop(child: &mut Child, signal: &str) {
    if signalled(child, signal).is_err() || !matches!(ends_within(child, END), Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Sends one signal to one process of ours.
pub(crate) fn signalled(child: &Child, signal: &str) -> Result<(), String> {
    let mut kill = Command::new("kill");
    output(kill.arg(format!("-{signal}")).arg(child.id().to_string())).map(drop)
}

/// Where the shell would find a program; without it the task is skipped.
pub(crate) fn require(program: &str) -> Result<PathBuf, Halt> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .ok_or_else(|| Halt::Skipped(format!("no {program} on the PATH")))
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_says_what_it_said() {
        let failure = output(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(failure.contains("why") && failure.contains('3'), "{failure}");
        assert!(succeed(&mut Command::new("false")).is_err());
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(require("sh").is_ok());
        let halt = require("no-program-has-this-name");
        assert!(matches!(halt, Err(Halt::Skipped(_))), "{halt:?}");
    }

    #[test]
    fn a_process_that_does_not_listen_is_ended() {
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        stop(&mut child, "TERM");
        assert!(!child.try_wait().unwrap().unwrap().success());
    }
}
