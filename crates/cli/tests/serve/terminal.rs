//! What others write does not reach the terminal as it is.

use std::io::Read;
use std::net::TcpStream;
use std::process::Stdio;

use crate::running::{Folder, Serving, data, hello, trunkline};

#[test]
fn a_client_cannot_write_lines_into_the_log() {
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--log", "info"]);
    let mut serving = Serving::start(command.stderr(Stdio::piped()));
    let client = TcpStream::connect(serving.address()).expect("it listens");
    let name = "no\nERROR forged \x1b[2J\u{9b}1m\u{202e}";
    assert_eq!(hello(client, name), b'E');
    serving.send("-TERM");
    let mut log = String::new();
    serving.child.stderr.take().expect("its log").read_to_string(&mut log).expect("text");
    assert!(log.contains("ERROR forged"), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(!log.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{log:?}");
}

#[test]
fn a_file_cannot_write_to_the_terminal() {
    let folder = Folder::new("terminal");
    folder.write("t.csv", "\"a\x1b[2Jb\",\"c\rd\"\n1,2\n");
    let mut command = trunkline();
    command.arg("serve").arg(&folder.0).args(["--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut banner = [0; 4096];
    let mut length = 0;
    let mut output = child.stdout.take().expect("its banner");
    // The names of columns come last.
    while !String::from_utf8_lossy(&banner[..length]).contains("bigint") {
        let more = output.read(&mut banner[length..]).expect("its banner");
        assert!(more > 0, "{}", String::from_utf8_lossy(&banner[..length]));
        length += more;
    }
    let banner = String::from_utf8_lossy(&banner[..length]);
    let _ = child.kill();
    let _ = child.wait();
    assert!(banner.contains("a\\u{1b}[2Jb"), "{banner}");
    assert!(!banner.contains(['\x1b', '\r']), "{banner:?}");
}
