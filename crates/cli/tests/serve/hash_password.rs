//! `trunkline hash-password`, and what its line is good for.

use std::io::{Read, Write};
use std::process::{Output, Stdio};

use crate::running::{Folder, Serving, data, mistake, trunkline};
use crate::users::psql;

/// Pipes this in.
fn piped(arguments: &[&str], input: &str) -> Output {
    let mut command = trunkline();
    command.arg("hash-password").args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("an end")
}

fn line(arguments: &[&str], input: &str) -> String {
    let Output { status, stdout, stderr } = piped(arguments, input);
    assert!(status.success() && stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("text")
}

/// Whether the one user of this file can log in by this password, and by no other.
fn lets_in(name: &str, users: &str, password: &str) -> bool {
    let folder = Folder::new(name);
    let users = folder.secret("users.txt", users);
    let mut command = trunkline();
    command.arg("serve").arg(data()).args(["--listen", "127.0.0.1:0"]);
    let serving = Serving::start(command.arg("--users-file").arg(users));
    let port = serving.address().rsplit(':').next().expect("a port");
    psql(port, password) && !psql(port, &format!("{password}x"))
}

#[test]
fn the_line_lets_its_user_in_and_never_looks_the_same() {
    let once = line(&["ann"], "open sesame\n");
    assert!(once.starts_with("\"ann\" \"SCRAM-SHA-256$4096:") && once.ends_with("\"\n"), "{once}");
    assert_eq!(once.lines().count(), 1);
    assert_ne!(once, line(&["ann"], "open sesame"), "the salt is random");
    assert!(lets_in("hashed", &once, "open sesame"));
    // As some editors leave it: without an end of the line, and with another user before.
    let both = line(&["bo\"b"], "another") + once.trim_end();
    assert!(both.starts_with("\"bo\"\"b\" \"SCRAM"), "{both}");
    assert!(lets_in("hashed-two", &both, "open sesame"));
}

#[test]
fn iterations_are_as_many_as_are_said() {
    let strong = line(&["ann", "--iterations", "20000"], "open sesame");
    assert!(strong.contains("$20000:"), "{strong}");
    assert!(lets_in("hashed-strong", &strong, "open sesame"));
    let Output { status, stdout, stderr } = piped(&["--iterations=100", "ann"], "x");
    assert!(status.success() && String::from_utf8_lossy(&stdout).contains("$100:"));
    let warning = String::from_utf8(stderr).expect("text");
    assert!(warning.starts_with("trunkline: warning: 100 iterations"), "{warning}");
    assert_eq!(warning.lines().count(), 1);
}

#[test]
fn what_cannot_be_meant_is_told_in_one_line() {
    let explained = |arguments: &[&str], hint: &str| {
        let mut command = trunkline();
        let (code, said) =
            mistake(command.arg("hash-password").args(arguments).stdin(Stdio::null()));
        assert_eq!(code, 2, "{said}");
        assert!(said.starts_with("trunkline: ") && said.contains(hint), "{said}");
        assert!(said.lines().count() == 1 && !said.contains("hunter2"), "{said}");
    };
    explained(&["ann", "hunter2"], "the password is no argument");
    explained(&["ann", "--password=hunter2"], "the password is no argument");
    explained(&[], "were not provided: <NAME>");
    explained(&["ann"], "an empty password lets nobody in");
    explained(&[""], "the name is empty");
    explained(&["a\nb"], "the name does not fit on a line");
    explained(&[&"x".repeat(64)], "64 bytes");
    explained(&["ann", "--iterations", "0"], "trunkline hash-password --help tells more");
}

fn echo_is_off(terminal: &str) -> bool {
    let mut stty = std::process::Command::new("stty");
    let flags = stty.args(["-a", "-F", terminal]).output().expect("stty of coreutils").stdout;
    String::from_utf8(flags).expect("text").split_whitespace().any(|flag| flag == "-echo")
}

#[test]
fn at_a_terminal_it_is_typed_twice_and_not_shown() {
    let typed = |first: &str, second: &str| {
        let program = trunkline();
        let command = format!("tty && {} hash-password ann", program.get_program().display());
        // A terminal of its own, whose name comes first.
        let mut script = std::process::Command::new("script");
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script of util-linux");
        let mut input = child.stdin.take().expect("its input");
        let mut output = child.stdout.take().expect("its output");
        let (mut shown, mut byte) = (String::new(), [0]);
        for (prompt, password) in [("Password for ann: ", first), ("The same again: ", second)] {
            while !shown.ends_with(prompt) {
                output.read_exact(&mut byte).expect("a prompt");
                shown.push(char::from(byte[0]));
            }
            // The echo ends behind the prompt: who types so fast is seen.
            let terminal = shown.lines().next().expect("a terminal");
            while !echo_is_off(terminal) {
                std::thread::yield_now();
            }
            writeln!(input, "{password}").expect("it reads");
        }
        output.read_to_string(&mut shown).expect("text");
        (child.wait().expect("an end").success(), shown)
    };
    let (is_done, shown) = typed("open sesame", "open sesame");
    assert!(is_done && !shown.contains("sesame"), "{shown}");
    let line = shown.lines().find(|line| line.starts_with("\"ann\" ")).expect("a line");
    assert!(lets_in("typed", line.trim_end(), "open sesame"));
    let (is_done, shown) = typed("open sesame", "open sesamo");
    assert!(!is_done && shown.contains("two passwords") && !shown.contains("SCRAM"), "{shown}");
}
