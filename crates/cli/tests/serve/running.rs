//! A running server, and what a test needs around it.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The data set of the README.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data")
}

pub(crate) fn trunkline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    // What the developer has set must not decide.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRUNKLINE_")) {
        command.env_remove(name);
    }
    command
}

/// A folder that goes with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    /// The data set of the README, as `data`.
    pub(crate) fn data(&self) {
        std::os::unix::fs::symlink(data(), self.0.join("data")).expect("a link");
    }

    /// A file that only its owner can read.
    pub(crate) fn secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, text);
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server, ended by its own pid.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) banner: Vec<String>,
}

impl Serving {
    /// Starts a server and reads its banner up to the list of tables.
    pub(crate) fn start(command: &mut Command) -> Serving {
        Serving::start_and_read(command, false)
    }

    /// Starts a server and reads its banner with the list of tables.
    pub(crate) fn start_whole(command: &mut Command) -> Serving {
        Serving::start_and_read(command, true)
    }

    fn start_and_read(command: &mut Command, whole: bool) -> Serving {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
        let output = child.stdout.take().expect("its output");
        let mut banner: Vec<String> = Vec::new();
        // What is still to come: two lines for each table.
        let mut tables = None;
        for line in BufReader::new(output).lines() {
            let line = line.expect("text");
            let count = line.strip_suffix(" tables").or_else(|| line.strip_suffix(" table"));
            tables = match (tables, count.and_then(|count| count.parse::<usize>().ok())) {
                (None, Some(count)) => Some(if whole { count * 2 } else { 0 }),
                (left, _) => left.map(|left: usize| left - 1),
            };
            banner.push(line);
            if tables == Some(0) {
                break;
            }
        }
        Serving { child, banner }
    }

    pub(crate) fn line(&self, start: &str) -> &str {
        let found = self.banner.iter().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start:?} in {:?}", self.banner))
    }

    pub(crate) fn address(&self) -> &str {
        self.line("listening on ").trim_start_matches("listening on ")
    }

    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        self.send(name);
        self.child.wait().expect("an end").code()
    }

    /// Sends a signal and does not wait for what comes of it.
    pub(crate) fn send(&self, name: &str) {
        let sent = Command::new("kill").arg(name).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill").success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says hello in protocol 3.0 and hears what comes first: `R` for a login, `E` for an error.
pub(crate) fn hello(mut socket: impl Read + Write, database: &str) -> u8 {
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

/// Everything up to the end of the connection.
pub(crate) fn rest(mut socket: impl Read) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest);
    rest
}

/// What a server says to a string of statements, as far as it is text.
pub(crate) fn asked(serving: &Serving, database: &str, sql: &str) -> String {
    let mut socket = TcpStream::connect(serving.address()).expect("it listens");
    if hello(&socket, database) == b'E' {
        return String::from_utf8_lossy(&rest(&socket)).into_owned();
    }
    let length = u32::try_from(sql.len() + 5).expect("a short message").to_be_bytes();
    let message = [b"Q", &length[..], sql.as_bytes(), b"\0X\0\0\0\x04"].concat();
    socket.write_all(&message).expect("the server reads");
    String::from_utf8_lossy(&rest(&socket)).into_owned()
}

/// The one line in which a mistake is explained, and the exit code.
pub(crate) fn mistake(command: &mut Command) -> (i32, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut banner = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut banner).expect("text");
    if !banner.is_empty() {
        // It serves, and would do so for ever.
        child.kill().expect("an end");
    }
    let Output { status, stderr, .. } = child.wait_with_output().expect("an end");
    assert_eq!(banner, "", "{command:?} is no mistake");
    let text = String::from_utf8(stderr).expect("text");
    (status.code().expect("no signal"), text)
}
