//! Memory of a long result, in a process of its own.

#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../server/tests/wire/dialogue.rs"]
mod dialogue;
#[allow(dead_code, reason = "shared with the other tests")]
#[path = "sqlite/harness.rs"]
mod harness;

use harness::File;
use trunkline_proto::message::{AnyBackend, Query};

const MILLION: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
                       SELECT i, 'row ' || i AS name FROM n";

#[test]
fn a_million_rows_take_no_memory() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    client.say(&Query { sql: MILLION }).send();
    let (mut rows, mut sum, mut first) = (0_u64, 0_u64, 0);
    loop {
        match client.next().expect("the server goes on talking") {
            AnyBackend::DataRow(row) => {
                let value = row.values.iter().next().flatten().expect("a number");
                sum += std::str::from_utf8(value).expect("text").parse::<u64>().expect("a number");
                rows += 1;
                if rows == 50_000 {
                    first = resident();
                }
            }
            AnyBackend::ReadyForQuery(_) => break,
            _ => {}
        }
    }
    assert_eq!((rows, sum), (1_000_000, 500_000_500_000));
    // All of the rows would be 30 MB.
    let grown = resident().saturating_sub(first);
    assert!(grown < 4 << 20, "{grown} bytes more");
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    let kib: usize = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("KiB");
    kib * 1024
}
