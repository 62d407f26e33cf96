//! `trunkline serve` as a user meets it: banner, flags, signals, mistakes.

mod mistakes;
mod running;
mod sockets;
mod terminal;
mod users;

use std::net::TcpStream;
use std::process::Command;

use crate::running::{Folder, Serving, data, hello, trunkline};

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
            format!("  psql  psql \"host=127.0.0.1 port={port} user=postgres dbname=data\"")
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
