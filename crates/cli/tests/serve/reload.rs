//! Signals while files are still being read do not wait for them.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
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
    pipe(&users);
    (serving, log, users)
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(path).status();
    assert!(made.expect("mkfifo").success());
}

/// The end of the pipe that is written to, once the server reads the other.
fn awaited(pipe: &Path) -> File {
    let (tell, told) = mpsc::channel();
    let pipe = pipe.to_owned();
    std::thread::spawn(move || tell.send(File::options().write(true).open(pipe)));
    told.recv_timeout(LONG).expect("the server reads").expect("a pipe")
}

/// What the log says until all is read.
fn read_again(log: &mut BufReader<ChildStderr>) -> String {
    let mut text = String::new();
    while !text.contains("were read again") {
        assert!(log.read_line(&mut text).expect("text") > 0, "it ended");
    }
    text
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
    assert_eq!(ended(&mut serving.child), Some(0));
    drop(file);
}

/// How a server ends that does not wait for a file.
fn ended(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        match child.try_wait().expect("a child") {
            Some(ended) => return ended.code(),
            None => assert!(begun.elapsed() < LONG, "it waits for the file"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_start_that_takes_long_can_be_given_up() {
    let folder = Folder::new("reload-start");
    let users = folder.0.join("users.txt");
    pipe(&users);
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--users-file"]).arg(&users);
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program can be started");
    let file = awaited(&users);
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    assert!(sent.expect("kill").success());
    // In good order, where it is the first process of a container, too.
    assert_eq!(ended(&mut child), Some(0));
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
    let told = read_again(&mut log);
    assert!(told.contains("still being read"), "{told}");
    let mut second = awaited(&users);
    assert!(psql(&port, "two") && !psql(&port, "one"));
    second.write_all(b"\"ann\" \"three\"\n").expect("the server reads");
    drop(second);
    assert!(!read_again(&mut log).contains("still being read"));
    assert!(psql(&port, "three") && !psql(&port, "two"));
}
