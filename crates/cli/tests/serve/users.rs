//! Users, their passwords, and who can read them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::running::{Folder, Serving, data, trunkline};

#[test]
fn users_must_prove_themselves_and_a_password_is_made_up() {
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--user", "ann"]);
    let serving = Serving::start(&mut command);
    let password = serving.line("user ann has the password ").rsplit(' ').next().expect("a word");
    assert_eq!(password.len(), 30);
    let mut socket = TcpStream::connect(serving.address()).expect("it listens");
    socket.write_all(b"\0\0\0\x12\0\x03\0\0user\0ann\0\0").expect("the server reads");
    let mut answer = [0; 9];
    socket.read_exact(&mut answer).expect("the server answers");
    // AuthenticationSASL.
    assert_eq!((answer[0], answer[8]), (b'R', 10));
}

/// What a server with these flags says on the standard error until it is told to stop.
fn complaints(flags: &[&str], variables: &[(&str, &str)]) -> String {
    complaints_of(trunkline(), flags, variables)
}

fn complaints_of(mut command: Command, flags: &[&str], variables: &[(&str, &str)]) -> String {
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0"]).args(flags);
    command.envs(variables.iter().copied());
    let mut serving = Serving::start(command.stderr(Stdio::piped()));
    serving.send("-TERM");
    let mut text = String::new();
    let mut errors = serving.child.stderr.take().expect("its errors");
    errors.read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_password_that_everybody_can_read_is_warned_of() {
    let visible = complaints(&["--user", "ann:secret"], &[]);
    assert!(visible.starts_with("trunkline: warning: "), "{visible}");
    assert!(visible.contains("--user ann with TRUNKLINE_PASSWORD"), "{visible}");
    assert!(!visible.contains("secret"), "{visible}");
    // So few that they fit wherever files can be opened at all.
    let few = ["--max-connections", "5"];
    assert_eq!(complaints(&few, &[("TRUNKLINE_USER", "ann:secret")]), "");
    assert_eq!(
        complaints(&[&few[..], &["--user", "ann"]].concat(), &[("TRUNKLINE_PASSWORD", "x")]),
        ""
    );
    let folder = Folder::new("visible");
    let config = folder.secret("trunkline.toml", "user = [\"ann:secret\"]\n");
    let config = config.display().to_string();
    assert_eq!(complaints(&[&few[..], &["--config", &config]].concat(), &[]), "");
}

#[test]
#[cfg(target_os = "linux")]
fn as_many_files_are_open_as_the_system_allows() {
    let mut limited = Command::new("sh");
    // A low bound that may be raised, as in most shells.
    limited.args(["-c", "ulimit -Sn 200 && exec \"$@\"", "sh"]);
    limited.arg(trunkline().get_program()).arg("serve").arg(data());
    let serving = Serving::start(limited.args(["--listen", "127.0.0.1:0"]));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", serving.child.id()));
    let limits = limits.expect("its limits");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let (soft, hard) = (numbers.next(), numbers.next());
    assert!(soft == hard && soft > Some(200), "{line}");
}

#[test]
fn connections_that_do_not_fit_are_warned_of() {
    // A bound of our own: that of the machine may be as good as none.
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 400 && exec \"$@\"", "sh"]).arg(trunkline().get_program());
    let warned = complaints_of(limited, &["--max-connections", "100"], &[]);
    assert!(
        warned.starts_with("trunkline: warning: 100 connections do not fit the 400"),
        "{warned}"
    );
    assert!(warned.contains("say --max-connections 80\n"), "{warned}");
    assert_eq!(warned.lines().count(), 1, "{warned}");
}

#[test]
fn the_password_of_the_environment_is_the_users() {
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0", "--user", "ann"]);
    let serving = Serving::start(command.env("TRUNKLINE_PASSWORD", "open sesame"));
    assert!(!serving.banner.iter().any(|line| line.contains("password")), "{:?}", serving.banner);
    let port = serving.address().rsplit(':').next().expect("a port");
    assert!(psql(port, "open sesame"), "the right password is taken");
    assert!(!psql(port, "wrong"), "and no other");
}

/// Whether psql can log in.
pub(crate) fn psql(port: &str, password: &str) -> bool {
    let mut psql = Command::new("psql");
    let place = format!("host=127.0.0.1 port={port} user=ann dbname=data");
    psql.args(["--no-psqlrc", "--no-password", "--dbname", &place, "--command", "select 1"]);
    let output = psql.env("PGPASSWORD", password).output();
    output.expect("the tests need psql").status.success()
}
