//! Every message of a client in every state, with a true length and with false ones: what comes of it, compared with
//! PostgreSQL at once. Nothing of it is recorded.

mod cases;
mod outcome;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;

use crate::report::percent;
use crate::server::Server;
use cases::{Case, State};
use outcome::outcome;

/// Where trunkline differs from PostgreSQL 18, and why: the state, the message, the reason.
const EXCEPTIONS: &[(State, char, &str)] =
    &[(State::Failed, 'B', READ_WHOLE), (State::Suspended, 'B', READ_WHOLE)];

const READ_WHOLE: &str =
    "a Bind is read to its end before its names are looked up: what is malformed is told first";

/// Connections at once to a server: most of the time PostgreSQL starts processes.
const AT_ONCE: usize = 4;

/// Prints the table by states; whether nothing differs unexplained, and at least 99 in 100 do not differ at all.
pub(crate) fn report(servers: &[Server], brief: bool) -> bool {
    let Some(oracle) = servers.iter().filter(|it| it.is_postgresql).max_by_key(|it| it.version)
    else {
        println!("matrix: without a PostgreSQL there is nothing to compare with");
        return true;
    };
    let cases = Case::all();
    let mut good = true;
    let cases = &cases[..];
    let outcomes: Vec<(&Server, Vec<Option<String>>)> = thread::scope(|scope| {
        let asking: Vec<_> = servers
            .iter()
            .map(|server| (server, scope.spawn(move || ask_all(cases, server))))
            .collect();
        let answers = asking.into_iter();
        answers.map(|(server, asked)| (server, asked.join().unwrap_or_default())).collect()
    });
    let expected = outcomes.iter().find(|(server, _)| std::ptr::eq(*server, oracle));
    let Some((_, expected)) = expected else { return false };
    for (server, found) in outcomes.iter().filter(|(server, _)| !std::ptr::eq(*server, oracle)) {
        let table = Table::of(cases, expected, found, server.has_exceptions);
        print!("{}", table.text(&oracle.name, &server.name, brief || server.is_postgresql));
        // Versions of PostgreSQL may differ from each other.
        good &= server.is_postgresql || table.is_good();
    }
    good
}

fn ask_all(cases: &[Case], server: &Server) -> Vec<Option<String>> {
    let share = cases.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = cases
            .chunks(share)
            .map(|part| {
                scope.spawn(move || part.iter().map(|it| outcome(it, server)).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// How a server compares.
#[derive(Default)]
struct Table {
    /// Of each state: the same, as listed, otherwise.
    states: BTreeMap<State, [usize; 3]>,
    differences: String,
}

impl Table {
    fn of(
        cases: &[Case],
        expected: &[Option<String>],
        found: &[Option<String>],
        has_exceptions: bool,
    ) -> Table {
        let mut table = Table::default();
        for ((case, expected), found) in cases.iter().zip(expected).zip(found) {
            let (Some(expected), Some(found)) = (expected, found) else { continue };
            let counts = table.states.entry(case.state).or_default();
            // What could not be found out, in brackets, is not the same even if it fails alike.
            if expected == found && !found.starts_with('(') {
                counts[0] += 1;
                continue;
            }
            let listed = EXCEPTIONS.iter().find(|(state, message, _)| {
                *state == case.state && *message == char::from(case.message)
            });
            let why = match listed.filter(|_| has_exceptions) {
                Some((_, _, why)) => {
                    counts[1] += 1;
                    format!(" ({why})")
                }
                None => {
                    counts[2] += 1;
                    String::new()
                }
            };
            let _ = writeln!(table.differences, "  {case}{why}\n    - {expected}\n    + {found}");
        }
        table
    }

    fn sum(&self, column: usize) -> usize {
        self.states.values().filter_map(|counts| counts.get(column)).sum()
    }

    fn is_good(&self) -> bool {
        let all = self.sum(0) + self.sum(1) + self.sum(2);
        self.sum(2) == 0 && self.sum(1) * 100 <= all
    }

    fn text(&self, oracle: &str, server: &str, brief: bool) -> String {
        let mut text = String::new();
        if !brief {
            let _ = writeln!(text, "{:<36} same listed differ", "matrix: the state");
            for (state, [same, listed, differ]) in &self.states {
                let _ = writeln!(text, "{:<36} {same:>4} {listed:>6} {differ:>6}", state.words());
            }
        }
        if !brief || !self.is_good() {
            text.push_str(&self.differences);
        }
        let (same, listed, differ) = (self.sum(0), self.sum(1), self.sum(2));
        let all = same + listed + differ;
        let _ = writeln!(
            text,
            "{server}: {same} of {all} messages in states have the outcome of {oracle} ({}), {differ} differ, {listed} differ as listed",
            percent(same, all),
        );
        text
    }
}
