//! SIGHUP while files are still being read: what serves does not wait.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::running::{Folder, Serving, data, trunkline};
use crate::users::psql;

/// Until it is given up.
const LONG: Duration = Duration::from_secs(60);

/// A server whose users file is a pipe from now on, and the pipe.
fn piped(folder: &Folder) -> (Serving, BufReader<ChildStderr>, PathBuf) {
    let users = folder.secret("users.txt", "\"ann\" \"one\"\n");
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--log", "info"]);
    command.arg("--users-file").arg(&users).stderr(Stdio::piped());
    let mut serving = Serving::start(&mut command);
    let log = BufReader::new(serving.child.stderr.take().expect("its log"));
    std::fs::remove_file(&users).expect("a file");
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&users).status();
    assert!(made.expect("mkfifo").success());
    (serving, log, users)
}

/// The end of the pipe that is written to, once the server reads the other.
fn awaited(pipe: &Path) -> File {
    let (tell, told) = mpsc::channel();
    let pipe = pipe.to_owned();
    std::thread::spawn(move || tell.send(File::options().write(true).open(pipe)));
    told.recv_timeout(LONG).expect("the server reads").expect("a pipe")
}

fn read_again(log: &mut BufReader<ChildStderr>) {
    let mut line = String::new();
    while !line.contains("were read again") {
        line.clear();
        assert!(log.read_line(&mut line).expect("text") > 0, "it ended");
    }
}

#[test]
fn a_reload_that_takes_long_holds_up_nobody() {
    let folder = Folder::new("reload-long");
    let (mut serving, _log, users) = piped(&folder);
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    serving.send("-HUP");
    let file = awaited(&users);
    assert!(psql(&port, "one"), "what was read before is good until then");
    serving.send("-TERM");
    let begun = Instant::now();
    let ended = loop {
        match serving.child.try_wait().expect("a child") {
            Some(ended) => break ended,
            None => assert!(begun.elapsed() < LONG, "it waits for the file"),
        }
        std::thread::yield_now();
    };
    assert_eq!(ended.code(), Some(0));
    drop(file);
}

#[test]
fn what_changes_while_it_is_read_is_read_once_more() {
    let folder = Folder::new("reload-again");
    let (serving, mut log, users) = piped(&folder);
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    serving.send("-HUP");
    let mut first = awaited(&users);
    serving.send("-HUP");
    // Heard while the first is read, as it is now, it must not be forgotten.
    assert!(psql(&port, "one"));
    first.write_all(b"\"ann\" \"two\"\n").expect("the server reads");
    drop(first);
    read_again(&mut log);
    let mut second = awaited(&users);
    assert!(psql(&port, "two") && !psql(&port, "one"));
    second.write_all(b"\"ann\" \"three\"\n").expect("the server reads");
    drop(second);
    read_again(&mut log);
    assert!(psql(&port, "three") && !psql(&port, "two"));
}
