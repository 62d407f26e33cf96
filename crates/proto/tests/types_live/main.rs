//! Every type against a real PostgreSQL: the same text, the same bytes, the same errors.
//!
//! What PostgreSQL 18 answered is kept in `tests/golden`. `cargo xtask types` says by the environment
//! which servers to ask instead (user `postgres`, trusted): `TRUNKLINE_TEST_PG=host:port` is PostgreSQL
//! 18, whose answers are written to the golden files, and `TRUNKLINE_TEST_PG15` is PostgreSQL 15, whose
//! answers may differ from those as `versions` says. Both get `TRUNKLINE_TYPES_VALUES` inputs for each
//! family more, or those of `TRUNKLINE_TYPES_ONLY`.

#![allow(clippy::print_stdout, reason = "the table is for people")]

#[path = "../live/agreement.rs"]
mod agreement;
mod check;
#[path = "../live/dice.rs"]
mod dice;
mod exceptions;
mod families;
mod golden;
#[cfg(feature = "time")]
mod page;
#[path = "../live/printed.rs"]
mod printed;
mod report;
mod server;
mod versions;

use std::collections::BTreeMap;

use dice::Random;
use golden::{Case, Golden, pairs};
use report::Report;
use server::{Outcome, Server};

/// How many inputs a family gets, unless the environment says it.
const SHORT: usize = 300;

/// The version that answered what is recorded.
const RECORDED: u32 = 180_006;

#[test]
fn values_are_those_of_postgresql() {
    let variable = |name: &str| std::env::var(name).ok();
    let connect = |address: String| Server::connect(&address).unwrap();
    let only = variable("TRUNKLINE_TYPES_ONLY");
    let count = variable("TRUNKLINE_TYPES_VALUES").map_or(SHORT, |count| count.parse().unwrap());
    let mut newest = variable("TRUNKLINE_TEST_PG").map(connect);
    let mut oldest = variable("TRUNKLINE_TEST_PG15").map(connect);
    let version = newest.as_mut().map_or(0, |server| server.version().unwrap());
    let mut report = Report::new(version);
    for mut file in Golden::all().unwrap() {
        // Without the rules of zones there is nothing to test in that file.
        if file.name == "types-zones" && cfg!(not(feature = "time")) {
            continue;
        }
        assert!(!file.cases.is_empty(), "{} has no cases", file.name);
        let older = ask_both(newest.as_mut(), oldest.as_mut(), &mut file.cases);
        // What an older one answers is not worth keeping.
        if version >= RECORDED {
            file.write().unwrap();
        }
        report.add(&file.name, &file.cases, older.as_deref());
    }
    if newest.is_some() {
        for family in families::all() {
            if only.as_ref().is_some_and(|only| !family.name.contains(only)) {
                continue;
            }
            let mut cases = family.cases(count);
            let older = ask_both(newest.as_mut(), oldest.as_mut(), &mut cases);
            report.add(&family.name, &cases, older.as_deref());
        }
    }
    if let Some(server) = newest.as_mut().filter(|_| only.is_none()) {
        rows(server, count, &mut report);
    }
    report.end(oldest.is_some());
}

/// Rows are not read by PostgreSQL, but sent in both formats.
fn rows(server: &mut Server, count: usize, report: &mut Report) {
    server.query("RESET ALL; SET TimeZone = 'UTC'").unwrap();
    let mut random = Random::new("rows");
    // A third is refused.
    let rows: Vec<_> = (0..2 * count).map(|_| families::row(&mut random)).collect();
    let outcomes = server.ask_rows(&rows).unwrap();
    report.add_rows(&rows, &outcomes);
}

/// Asks both servers at the same time; the answers of the older one are returned.
fn ask_both(
    newest: Option<&mut Server>,
    oldest: Option<&mut Server>,
    cases: &mut [Case],
) -> Option<Vec<Outcome>> {
    let mut copies = oldest.is_some().then(|| cases.to_vec());
    std::thread::scope(|scope| {
        if let (Some(server), Some(copies)) = (oldest, &mut copies) {
            scope.spawn(|| ask(server, copies));
        }
        if let Some(server) = newest {
            ask(server, cases);
        }
    });
    Some(copies?.into_iter().map(|case| case.outcome.unwrap()).collect())
}

/// Fills in what the server makes of each input.
fn ask(server: &mut Server, cases: &mut [Case]) {
    let mut groups: BTreeMap<(String, u32, bool), Vec<&mut Case>> = BTreeMap::new();
    for case in cases {
        let key = (case.settings.clone(), case.oid.0, case.binary);
        groups.entry(key).or_default().push(case);
    }
    for ((settings, oid, binary), mut cases) in groups {
        server.query("RESET ALL; SET TimeZone = 'UTC'").unwrap();
        for (name, value) in pairs(&settings) {
            server.query(&format!("SET {name} = '{value}'")).unwrap();
        }
        let inputs: Vec<&[u8]> = cases.iter().map(|case| case.input.as_slice()).collect();
        let outcomes = server.ask(oid, binary.into(), &inputs).unwrap();
        for (case, outcome) in cases.iter_mut().zip(outcomes) {
            case.outcome = Some(outcome);
        }
    }
}
