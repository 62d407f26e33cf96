//! `trunkline serve` as a user meets it: banner, flags, signals, mistakes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The data set of the README.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data")
}

fn trunkline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    // What the developer has set must not decide.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRUNKLINE_")) {
        command.env_remove(name);
    }
    command
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server, ended by its own pid.
struct Serving {
    child: Child,
    banner: Vec<String>,
}

impl Serving {
    /// Starts a server and reads its banner up to the list of tables.
    fn start(command: &mut Command) -> Serving {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
        let output = child.stdout.take().expect("its output");
        let mut banner = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.expect("text");
            let last = line.ends_with(" tables") || line.ends_with(" table");
            banner.push(line);
            if last {
                break;
            }
        }
        Serving { child, banner }
    }

    fn line(&self, start: &str) -> &str {
        let found = self.banner.iter().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start:?} in {:?}", self.banner))
    }

    fn address(&self) -> &str {
        self.line("listening on ").trim_start_matches("listening on ")
    }

    fn signal(&mut self, name: &str) -> Option<i32> {
        let sent = Command::new("kill").arg(name).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill").success());
        self.child.wait().expect("an end").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says hello in protocol 3.0 and hears what comes first: `R` for a login, `E` for an error.
fn hello(mut socket: impl Read + Write, database: &str) -> u8 {
    let mut body = vec![0, 3, 0, 0];
    for word in ["user", "ann", "database", database, ""] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    let length = u32::try_from(body.len() + 4).expect("a short message");
    socket.write_all(&length.to_be_bytes()).expect("the server reads");
    socket.write_all(&body).expect("the server reads");
    let mut answer = [0; 13];
    socket.read_exact(&mut answer).expect("the server answers");
    // Trust is nine bytes of AuthenticationOk; what follows tells whether the database is there.
    if answer[0] == b'R' { answer[9] } else { answer[0] }
}

/// The one line in which a mistake is explained, and the exit code.
fn mistake(command: &mut Command) -> (i32, String) {
    let Output { status, stderr, .. } = command.output().expect("the program can be started");
    let text = String::from_utf8(stderr).expect("text");
    (status.code().expect("no signal"), text)
}

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
fn mistakes_are_explained_in_one_line() {
    let folder = Folder::new("mistakes");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("its address").to_string();
    let wrong = folder.write("wrong.toml", "lisen = []\n");
    let text = folder.write("text.pem", "no certificate");
    let (wrong, text) = (wrong.display().to_string(), text.display().to_string());
    let served = data().display().to_string();
    let half = folder.write("half.toml", "tls-cert = \"server.crt\"\n").display().to_string();
    let cases: [(&[&str], i32, &str); 11] = [
        (&["serve", &served, "--config", &half], 2, "both --tls-cert and --tls-key"),
        (&["serve", "/nowhere/at/all"], 2, "/nowhere/at/all"),
        (&["serve"], 2, "say a folder"),
        (&["serve", &served, "--listen", &taken], 1, "in use"),
        (&["serve", &served, "--listen", "nonsense"], 2, "HOST:PORT"),
        (&["serve", &served, "--listen", "0.0.0.0:0"], 2, "--insecure-listen"),
        (&["serve", &served, "--listen", "0.0.0.0:0", "--user", "a:b"], 2, "without TLS"),
        (&["serve", &served, "--table", "nothing"], 2, "NAME=PATH"),
        (&["serve", &served, "--config", &wrong], 2, "lisen"),
        (&["serve", &served, "--tls-cert", &text, "--tls-key", &text], 2, "text.pem"),
        (&["serve", &served, "--users-file", &text], 2, "line 1"),
    ];
    for (arguments, code, hint) in cases {
        let (found, said) = mistake(trunkline().args(arguments));
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
        assert!(said.starts_with("trunkline: "), "{arguments:?}: {said}");
    }
}

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
