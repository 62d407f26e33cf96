//! The README is held to its word: what it says is run.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use crate::running::{Folder, Serving, hello, rest, trunkline};

const README: &str = include_str!("../../../../README.md");

/// The blocks of code in this language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    let parts = README.split(begin.as_str()).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default()).collect()
}

/// The command of a console block that has this word in it.
fn command(word: &str) -> &'static str {
    let found = blocks("console").into_iter().flat_map(str::lines).find(|line| line.contains(word));
    found.and_then(|line| line.strip_prefix("$ ")).unwrap_or_else(|| panic!("no {word}"))
}

/// The first server of the README, on a port that is free; from the folder above all crates.
fn first() -> Serving {
    let (_, arguments) = command("cargo run").split_once(" -- ").expect("arguments");
    let mut command = trunkline();
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    Serving::start_whole(command.args(arguments.split(' ')).args(["--listen", "127.0.0.1:0"]))
}

#[test]
fn the_banner_is_that_of_the_first_command() {
    let serving = first();
    let shown = blocks("text").into_iter().find(|block| block.starts_with("trunkline "));
    let shown = shown.expect("a banner").lines();
    let mut banner = serving.banner.iter();
    for line in shown.filter(|line| line.trim() != "…") {
        // The port is another, since that of the README may be in use.
        let port = serving.address().rsplit(':').next().expect("a port");
        let line = line.replace("5432", port);
        assert!(banner.any(|real| *real == line), "{line:?} is not in {:?}", serving.banner);
    }
}

#[test]
fn the_statement_can_be_sent_as_it_is() {
    let serving = first();
    let [sql] = blocks("sql")[..] else { panic!("one block of SQL") };
    let mut socket = TcpStream::connect(serving.address()).expect("it listens");
    assert_eq!(hello(&socket, "data"), b'S');
    let length = u32::try_from(sql.len() + 5).expect("a short message").to_be_bytes();
    let message = [b"Q", &length[..], sql.as_bytes(), b"\0X\0\0\0\x04"].concat();
    socket.write_all(&message).expect("the server reads");
    let mut kinds = String::new();
    let heard = rest(&socket);
    // The last byte of the greeting's ParameterStatus that was begun is not known: the messages
    // are read from the RowDescription on.
    let start = heard.windows(2).position(|two| two == b"T\0").expect("rows, not an error");
    let mut messages = &heard[start..];
    while let [kind, a, b, c, d, tail @ ..] = messages {
        let _ = write!(kinds, "{}", char::from(*kind));
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).expect("a length");
        messages = &tail[length - 4..];
    }
    let rows = kinds.trim_start_matches('T').trim_end_matches("CZ");
    assert!(!rows.is_empty() && rows.chars().all(|kind| kind == 'D'), "{kinds}");
}

#[test]
fn others_are_let_in_by_a_password_and_tls() {
    let folder = Folder::new("readme");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
    folder.write("server.crt", &made.cert.pem());
    folder.secret("server.key", &made.signing_key.serialize_pem());
    folder.data();
    let (variable, line) = command("TRUNKLINE_PASSWORD").split_once(' ').expect("a command");
    let (name, password) = variable.split_once('=').expect("a password");
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("trunkline"));
    let mut command = trunkline();
    command.current_dir(&folder.0).env(name, password);
    // Everything as it stands there, but for the port.
    command.args(words.map(|word| word.replace(":5432", ":0")));
    let serving = Serving::start(&mut command);
    assert!(!serving.banner.iter().any(|line| line.contains(password)), "{:?}", serving.banner);
    let port = serving.address().rsplit(':').next().expect("a port");
    let mut psql = Command::new("psql");
    let place = format!("host=127.0.0.1 port={port} user=alice dbname=data sslmode=require");
    psql.args(["--no-psqlrc", "--no-password", "--command", "select 1", &place]);
    assert!(psql.env("PGPASSWORD", password).status().expect("the tests need psql").success());
    let refused = psql.env("PGPASSWORD", "wrong").output().expect("psql");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("password authentication failed"));
    // SSLRequest is answered with yes; who does not ask is sent away.
    let mut socket = TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).expect("it");
    socket.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).expect("the server reads");
    let mut answer = [0];
    socket.read_exact(&mut answer).expect("the server answers");
    assert_eq!(&answer, b"S");
}

#[test]
fn places_of_sockets_are_taken_as_they_are_shown() {
    let folder = Folder::new("readme-run");
    folder.data();
    std::fs::create_dir(folder.0.join("run")).expect("a folder");
    let places: Vec<_> = README
        .split('`')
        .filter_map(|word| word.strip_prefix("--listen ").filter(|place| place.starts_with('.')))
        .collect();
    assert_eq!(places, ["./run", "./run:5433"]);
    for (place, port) in places.into_iter().zip([5432, 5433]) {
        let mut command = trunkline();
        command.current_dir(&folder.0).args(["serve", "data/", "--listen", place]);
        let mut serving = Serving::start(&mut command);
        let socket = UnixStream::connect(folder.0.join(format!("run/.s.PGSQL.{port}")));
        assert_eq!(hello(socket.expect("it listens"), "data"), b'S');
        assert_eq!(serving.signal("-TERM"), Some(0));
    }
}
