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

/// Connections at once to a server: most of the time PostgreSQL starts processes.
const AT_ONCE: usize = 4;

/// Prints the table by states; whether nothing differs. There are no exceptions.
pub(crate) fn report(servers: &[Server], brief: bool) -> bool {
    let Some(oracle) = servers.iter().filter(|it| it.is_postgresql).max_by_key(|it| it.version)
    else {
        println!("matrix: without a PostgreSQL there is nothing to compare with");
        return true;
    };
    let cases = &Case::all()[..];
    let mut good = true;
    let outcomes: Vec<(&Server, Vec<Option<String>>)> = thread::scope(|scope| {
        let asking: Vec<_> = servers
            .iter()
            .map(|server| (server, scope.spawn(move || ask_all(cases, server))))
            .collect();
        let answers = asking.into_iter();
        answers
            .map(|(server, asked)| (server, asked.join().unwrap_or_else(|_| panicked(cases))))
            .collect()
    });
    let expected = outcomes.iter().find(|(server, _)| std::ptr::eq(*server, oracle));
    let Some((_, expected)) = expected else { return false };
    for (server, found) in outcomes.iter().filter(|(server, _)| !std::ptr::eq(*server, oracle)) {
        let table = Table::of(cases, expected, found);
        print!("{}", table.text(&oracle.name, &server.name, brief || server.is_postgresql));
        // Versions of PostgreSQL may differ from each other.
        good &= server.is_postgresql || table.is_good();
    }
    good
}

fn ask_all(cases: &[Case], server: &Server) -> Vec<Option<String>> {
    let share = cases.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let ask = |part: &[Case]| part.iter().map(|it| outcome(it, server)).collect::<Vec<_>>();
        let threads: Vec<_> =
            cases.chunks(share).map(|part| (part, scope.spawn(move || ask(part)))).collect();
        let answers = threads.into_iter();
        answers
            .flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| panicked(part)))
            .collect()
    })
}

/// A mistake of the runner is no outcome.
fn panicked(cases: &[Case]) -> Vec<Option<String>> {
    vec![Some("(the runner panicked)".into()); cases.len()]
}

/// How a server compares.
#[derive(Default)]
struct Table {
    /// Of each state: the same, otherwise.
    states: BTreeMap<State, [usize; 2]>,
    differences: String,
    /// Cases that could not be had of one of the two.
    skipped: usize,
}

impl Table {
    fn of(cases: &[Case], expected: &[Option<String>], found: &[Option<String>]) -> Table {
        let mut table = Table::default();
        for ((case, expected), found) in cases.iter().zip(expected).zip(found) {
            let (Some(expected), Some(found)) = (expected, found) else {
                table.skipped += 1;
                continue;
            };
            let counts = table.states.entry(case.state).or_default();
            // What could not be found out, in brackets, is not the same even if it fails alike.
            if expected == found && !found.starts_with('(') {
                counts[0] += 1;
                continue;
            }
            counts[1] += 1;
            let _ = writeln!(table.differences, "  {case}\n    - {expected}\n    + {found}");
        }
        table
    }

    fn sum(&self, column: usize) -> usize {
        self.states.values().filter_map(|counts| counts.get(column)).sum()
    }

    fn is_good(&self) -> bool {
        self.sum(0) > 0 && self.sum(1) == 0
    }

    fn text(&self, oracle: &str, server: &str, brief: bool) -> String {
        let mut text = String::new();
        if !brief {
            let _ = writeln!(text, "{:<36} same differ", "matrix: the state");
            for (state, [same, differ]) in &self.states {
                let _ = writeln!(text, "{:<36} {same:>4} {differ:>6}", state.words());
            }
        }
        if !brief || !self.is_good() {
            text.push_str(&self.differences);
        }
        let (same, differ) = (self.sum(0), self.sum(1));
        let all = same + differ;
        let verdict = if same > 0 && same * 100 >= all * 99 { "holds" } else { "DOES NOT HOLD" };
        let _ = writeln!(
            text,
            "T7 {server}: {same} of {all} messages in states have the outcome of {oracle} ({}), {differ} differ, {} skipped; target >= 99 %: {verdict}",
            percent(same, all),
            self.skipped,
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_on_both_sides_is_not_the_same() {
        let cases = &Case::all()[..3];
        let told = |outcome: &str| Some(outcome.to_owned());
        let same = [told("closed"), told("closed"), None];
        let table = Table::of(cases, &same, &[told("closed"), None, None]);
        assert_eq!((table.sum(0), table.sum(1), table.is_good()), (1, 0, true));
        for outcome in ["closed", "(nothing came)"] {
            let expected = [told(outcome), told("closed"), None];
            let table =
                Table::of(cases, &expected, &[told("(nothing came)"), told("closed"), None]);
            assert_eq!((table.sum(0), table.sum(1), table.is_good()), (1, 1, false), "{outcome}");
        }
    }
}
