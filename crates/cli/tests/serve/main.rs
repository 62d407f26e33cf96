//! `trunkline serve` as a user meets it: banner, flags, signals, mistakes.

mod access;
mod declared;
mod hash_password;
mod mistakes;
mod names;
mod readme;
mod reload;
mod running;
mod sockets;
mod sqlite;
mod terminal;
mod tokens;
mod users;

use std::net::TcpStream;
use std::process::Command;

use crate::running::{Folder, Serving, data, hello, mistake, trunkline};

#[test]
fn the_banner_tells_where_to_connect_and_signals_end_it() {
    for signal in ["-TERM", "-INT"] {
        let mut command = trunkline();
        command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0"]);
        let mut serving = Serving::start(&mut command);
        let port = serving.address().rsplit(':').next().expect("a port").to_owned();
        assert_eq!(serving.line("trunkline "), "trunkline 0.1.0: database \"data\"");
        assert_eq!(
            serving.line("  psql"),
            format!("  psql  psql 'host=127.0.0.1 port={port} user=postgres dbname=data'")
        );
        assert_eq!(
            serving.line("  JDBC"),
            format!("  JDBC  jdbc:postgresql://127.0.0.1:{port}/data?user=postgres")
        );
        let connect = || TcpStream::connect(serving.address()).expect("it listens");
        assert_eq!(hello(connect(), "data"), b'S');
        assert_eq!(hello(connect(), "postgres"), b'S');
        assert_eq!(hello(connect(), "nothing"), b'E');
        assert_eq!(serving.signal(signal), Some(0), "{signal}");
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = Folder::new("config");
    let config = folder.write(
        "trunkline.toml",
        &format!("paths = [{:?}]\nlisten = [\"127.0.0.1:0\"]\ndatabase = \"of-file\"\n", data()),
    );
    let database = |change: &dyn Fn(&mut Command)| {
        let mut command = trunkline();
        command.arg("serve").arg("--config").arg(&config);
        change(&mut command);
        Serving::start(&mut command).line("trunkline ").to_owned()
    };
    assert!(database(&|_| {}).ends_with("\"of-file\""));
    assert!(
        database(&|command| {
            command.env("TRUNKLINE_DATABASE", "of-env");
        })
        .ends_with("\"of-env\"")
    );
    let both = |command: &mut Command| {
        command.env("TRUNKLINE_DATABASE", "of-env").args(["--database", "of-flag"]);
    };
    assert!(database(&both).ends_with("\"of-flag\""));
}

#[test]
fn a_switch_that_the_environment_or_a_flag_turns_off_is_off() {
    let folder = Folder::new("switches");
    let listen = "listen = \"0.0.0.0:0\"\n";
    let on = folder.write("on.toml", &format!("{listen}insecure-listen = true\n"));
    let off = folder.write("off.toml", &format!("{listen}insecure-listen = false\n"));
    let command = |config: &std::path::Path, variable: Option<&str>, flags: &[&str]| {
        let mut command = trunkline();
        command.arg("serve").arg(data()).arg("--config").arg(config).args(flags);
        command.envs(variable.map(|value| ("TRUNKLINE_INSECURE_LISTEN", value)));
        command
    };
    for (config, variable, flags) in [
        (&off, None, &[][..]),
        (&on, Some("false"), &[]),
        (&on, Some("true"), &["--insecure-listen=false"]),
    ] {
        let (code, said) = mistake(&mut command(config, variable, flags));
        assert!(code == 2 && said.contains("refusing to listen"), "{variable:?} {flags:?}: {said}");
    }
    for (config, variable, flags) in [
        (&on, None, &[][..]),
        (&off, Some("yes"), &[]),
        (&off, Some("false"), &["--insecure-listen"]),
    ] {
        let mut serving = Serving::start(&mut command(config, variable, flags));
        assert!(serving.address().starts_with("0.0.0.0:"), "{variable:?} {flags:?}");
        assert_eq!(serving.signal("-TERM"), Some(0));
    }
    let required = folder.write("tls.toml", "tls-required = true\n");
    let (code, said) = mistake(&mut command(&required, None, &[]));
    assert!(code == 2 && said.contains("--tls-required needs"), "{said}");
    let flags = ["--tls-required=no", "--listen", "127.0.0.1:0"];
    Serving::start(&mut command(&required, None, &flags)).address();
}
