//! COPY's formats against a real PostgreSQL: the same bytes out; the same rows in, or the same error.
//!
//! What PostgreSQL 18 answered is kept in `tests/golden/copy-*.tsv`. With
//! `TRUNKLINE_TEST_PG=host:port` in the environment the test asks that server (user `postgres`,
//! trusted) as well, about those cases and thousands of random ones; 18's answers are written to the
//! golden files. How older versions differ is listed in `differences.rs`.

#![allow(clippy::print_stdout, reason = "how many cases there were, with --nocapture")]

mod cases;
mod differences;
mod ours;
#[allow(dead_code, reason = "a `;` is escaped here, too: only what reads is the same")]
#[path = "../live/printed.rs"]
mod printed;
mod random;
mod server;
mod text;

use cases::{Case, Golden, Kind};
use server::Server;

#[test]
fn copy_is_that_of_postgresql() {
    let mut failures = Vec::new();
    let address = std::env::var("TRUNKLINE_TEST_PG").ok();
    let mut server = address.map(|address| Server::connect(&address).unwrap());
    for kind in [Kind::Options, Kind::Out, Kind::In] {
        let mut golden = Golden::read(kind).unwrap();
        if let Some(server) = &mut server {
            if golden.cases.is_empty() {
                golden.cases = random::golden(kind);
            }
            let kept = golden.cases.clone();
            ask(server, &mut golden.cases);
            check(Some(server.version), &golden.cases, &mut failures);
            if server.version >= 18 {
                golden.write().unwrap();
            } else {
                golden.cases = kept;
            }
            let mut more = random::live(kind);
            ask(server, &mut more);
            check(Some(server.version), &more, &mut failures);
        }
        assert!(golden.cases.len() > 200, "{kind:?} has {} cases", golden.cases.len());
        check(None, &golden.cases, &mut failures);
    }
    let shown: Vec<&str> = failures.iter().take(20).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), shown.join("\n"));
}

/// Fills in what the server makes of each case.
fn ask(server: &mut Server, cases: &mut [Case]) {
    for case in cases {
        case.outcome = server.ask(case).unwrap();
    }
}

fn check(version: Option<u32>, cases: &[Case], failures: &mut Vec<String>) {
    let (mut refused, mut differ) = (0, 0);
    for case in cases {
        refused += usize::from(case.outcome.starts_with("! "));
        let ours = ours::answer(case);
        if ours == case.outcome {
            continue;
        }
        if version.is_some_and(|version| differences::is_known(version, case, &ours)) {
            differ += 1;
            continue;
        }
        failures.push(format!("{}\n  ours   {ours}\n  theirs {}\n", case.line(), case.outcome));
    }
    println!("{} cases, {refused} errors, {differ} known differences", cases.len());
}
