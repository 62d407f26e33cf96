//! Unix sockets: whose they are, and that they go with their server.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use crate::running::{Folder, Serving, data, hello, mistake, rest, trunkline};

#[test]
fn a_unix_socket_is_its_owners_and_goes_with_the_server() {
    let folder = Folder::new("socket");
    let socket = folder.0.join(".s.PGSQL.5432");
    // One that a dead server left behind.
    drop(UnixListener::bind(&socket).expect("a socket"));
    let mut command = trunkline();
    command.arg("serve").arg(data()).arg("--listen").arg(&folder.0);
    let mut serving = Serving::start(&mut command);
    let mode = std::fs::metadata(&socket).expect("the socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(hello(UnixStream::connect(&socket).expect("it listens"), "data"), b'S');
    let (code, text) = mistake(trunkline().arg("serve").arg(data()).arg("--listen").arg(&folder.0));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("in use"), "{text}");
    assert_eq!(serving.signal("-TERM"), Some(0));
    assert!(!socket.exists());
}

#[test]
fn a_file_that_is_no_socket_is_not_replaced() {
    let folder = Folder::new("nosocket");
    let file = folder.write(".s.PGSQL.5432", "precious");
    let (code, text) = mistake(trunkline().arg("serve").arg(data()).arg("--listen").arg(&folder.0));
    assert_eq!(code, 1, "{text}");
    assert_eq!(std::fs::read_to_string(file).expect("the file"), "precious");
}

#[test]
fn the_port_of_a_socket_is_in_its_name() {
    let folder = Folder::new("ports");
    let place = |port| format!("{}:{port}", folder.0.display());
    let start = |port| {
        let mut command = trunkline();
        command.arg("serve").arg(data()).args(["--listen", &place(port)]);
        Serving::start(&mut command)
    };
    let (mut first, mut second) = (start(5433), start(5434));
    for (serving, port) in [(&first, 5433), (&second, 5434)] {
        let folder = folder.0.canonicalize().expect("the folder");
        let psql = format!("  psql  psql 'host={} port={port} user=postgres ", folder.display());
        assert!(serving.line("  psql").starts_with(&psql), "{:?}", serving.banner);
    }
    let (code, text) =
        mistake(trunkline().arg("serve").arg(data()).args(["--listen", &place(5434)]));
    assert!(code == 1 && text.contains("in use"), "{text}");
    assert_eq!(first.signal("-TERM"), Some(0));
    let socket = folder.0.join(".s.PGSQL.5434");
    assert_eq!(hello(UnixStream::connect(&socket).expect("it listens"), "data"), b'S');
    assert_eq!(second.signal("-TERM"), Some(0));
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0);
}

/// Whatever ends the server by its own will, and whoever is connected: no file stays behind.
#[test]
fn no_file_stays_behind() {
    let folder = Folder::new("behind");
    let socket = folder.0.join(".s.PGSQL.5432");
    for signals in [&["-TERM"][..], &["-INT"], &["-QUIT"], &["-TERM", "-TERM"], &["-INT", "-TERM"]]
    {
        let mut command = trunkline();
        command.arg("serve").arg(data()).arg("--listen").arg(&folder.0);
        let mut serving = Serving::start(&mut command);
        let clients: Vec<_> = (0..5)
            .map(|_| {
                let client = UnixStream::connect(&socket).expect("it listens");
                assert_eq!(hello(&client, "data"), b'S');
                client
            })
            .collect();
        // One who has said nothing yet.
        let silent = UnixStream::connect(&socket).expect("it listens");
        for signal in signals {
            serving.send(signal);
        }
        assert_eq!(serving.child.wait().expect("an end").code(), Some(0), "{signals:?}");
        assert!(!socket.exists(), "{signals:?}");
        for client in &clients {
            rest(client);
        }
        assert_eq!(rest(silent), b"");
    }
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0);
}

#[test]
fn a_second_signal_does_not_wait_for_statements() {
    let folder = Folder::new("urgent");
    let socket = folder.0.join(".s.PGSQL.5432");
    let mut command = trunkline();
    command.arg("serve").arg(data()).arg("--listen").arg(&folder.0);
    let mut serving = Serving::start(&mut command);
    let connect = || UnixStream::connect(&socket).expect("it listens");
    let mut client = connect();
    assert_eq!(hello(&client, "data"), b'S');
    let sql = "select count(*) from flights a, flights b, flights c \
               where a.dep_delay + b.dep_delay + c.dep_delay = -1234567\0";
    let length = u32::try_from(sql.len() + 4).expect("a short message").to_be_bytes();
    client.write_all(&[b"Q", &length[..], sql.as_bytes()].concat()).expect("the server reads");
    // It runs for hours, and is waited for: who comes meanwhile is told so.
    serving.send("-TERM");
    while hello(connect(), "data") == b'S' {}
    assert!(serving.child.try_wait().expect("its state").is_none());
    let asked = Instant::now();
    assert_eq!(serving.signal("-TERM"), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0);
}

/// A second listener that cannot be had ends the program, and the first goes with it.
#[test]
fn a_failed_start_leaves_nothing_behind() {
    let folder = Folder::new("failed");
    let socket = folder.0.display().to_string();
    let (code, text) = mistake(trunkline().arg("serve").arg(data()).args([
        "--listen",
        &socket,
        "--listen",
        "0.0.0.0:0",
    ]));
    assert_eq!(code, 2, "{text}");
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn under_nohup_the_end_of_the_terminal_is_not_that_of_the_server() {
    let folder = Folder::new("nohup");
    let mut ignoring = std::process::Command::new("sh");
    ignoring.args(["-c", "trap '' HUP && exec \"$@\"", "sh"]).arg(trunkline().get_program());
    let mut serving =
        Serving::start(ignoring.arg("serve").arg(data()).arg("--listen").arg(&folder.0));
    serving.send("-HUP");
    let connect = || UnixStream::connect(folder.0.join(".s.PGSQL.5432")).expect("it listens");
    for _ in 0..20 {
        assert_eq!(hello(connect(), "data"), b'S');
    }
    assert_eq!(serving.signal("-TERM"), Some(0));
}
