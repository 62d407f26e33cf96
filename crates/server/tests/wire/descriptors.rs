//! A server that may open only few files.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use trunkline_proto::message::Query;

use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy;

const FEW: &str = "TRUNKLINE_TEST_FEW_FILES";

/// Serves in this process until nobody holds the other end of its standard input.
#[allow(clippy::print_stdout, reason = "the address, for who started this process")]
fn serve() {
    let server = toy::start();
    println!("listening on {}", server.address);
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

#[test]
fn t20_without_file_descriptors_those_who_are_there_are_served() {
    if std::env::var_os(FEW).is_some() {
        return serve();
    }
    let this = std::env::current_exe().expect("this program");
    let test = "descriptors::t20_without_file_descriptors_those_who_are_there_are_served";
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 40 && exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(this)
        .arg(test)
        .env(FEW, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let address = lines.find_map(|line| {
        let line = line.expect("a line");
        line.split_once("listening on ").and_then(|(_, address)| address.parse().ok())
    });
    let address = address.expect("an address");
    let mut first = Dialogue::login(address);
    let mut others: Vec<_> = (0..60)
        .map(|_| {
            let mut client = Dialogue::silent(address);
            client.say(&startup(0x30000, &ANN)).send();
            client
        })
        .collect();
    let mut last = others.pop().expect("a client");
    // There is no descriptor for it, but it is not turned away either.
    assert!(last.hears_nothing());
    let one = "T(?column?:23:0) D(1) C(SELECT 1) Z(I)";
    assert_eq!(first.say(&Query { sql: "one" }).hear_until('Z'), one);
    // As soon as others leave it comes in.
    drop(others);
    last.hear_until('Z');
    assert_eq!(last.say(&Query { sql: "one" }).hear_until('Z'), one);
    drop(child.stdin.take());
    assert!(child.wait().expect("its end").success());
}
