//! The table at the end, and what is wrong.

use std::collections::BTreeMap;
use std::fmt::Write;

use trunkline_proto::types::{TextStyle, name_of};

use crate::check::{check, check_row};
use crate::exceptions::EXCEPTIONS;
use crate::golden::{Case, style};
use crate::printed::{escape, hex};
use crate::server::Outcome;
use crate::versions::RULES;

/// How many failures are shown.
const SHOWN: usize = 60;

#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    failures: Vec<String>,
    /// The `server_version_num` of the newer server; 0 if none is asked.
    version: u32,
    /// How many cases fit each exception, by its place, and each rule of versions.
    excepted: BTreeMap<usize, u64>,
    ruled: BTreeMap<usize, u64>,
}

#[derive(Default)]
struct Line {
    family: String,
    by_text: u64,
    by_binary: u64,
    /// Those of which PostgreSQL 18 made the same as we did, and PostgreSQL 15 the same as 18.
    equal: [u64; 2],
    listed: [u64; 2],
}

impl Report {
    /// A report on a server of this version, or on what is recorded of the one that is recorded.
    pub(crate) fn new(version: u32) -> Report {
        Report { version, ..Report::default() }
    }

    /// Compares our answers with those of PostgreSQL 18, and these with those of PostgreSQL 15.
    pub(crate) fn add(&mut self, family: &str, cases: &[Case], older: Option<&[Outcome]>) {
        let mut line = Line { family: family.to_owned(), ..Line::default() };
        let mut styles: BTreeMap<&str, TextStyle> = BTreeMap::new();
        for (place, case) in cases.iter().enumerate() {
            *if case.binary { &mut line.by_binary } else { &mut line.by_text } += 1;
            let style = styles.entry(&case.settings).or_insert_with(|| style(&case.settings));
            let Some(newer) = &case.outcome else {
                self.failures.push(described(case, "PostgreSQL has not been asked"));
                continue;
            };
            let excepted = EXCEPTIONS.iter().position(|exception| {
                exception.is_of(self.version) && (exception.fits)(case, newer)
            });
            match excepted {
                Some(place) => {
                    *self.excepted.entry(place).or_default() += 1;
                    line.listed[0] += 1;
                }
                None => match check(case, style) {
                    Ok(()) => line.equal[0] += 1,
                    Err(why) => self.failures.push(described(case, &why)),
                },
            }
            if let Some(older) = older.and_then(|older| older.get(place)) {
                self.compare(case, newer, older, &mut line);
            }
        }
        self.lines.push(line);
    }

    /// A rule says which cases differ and how: those do, and no others.
    fn compare(&mut self, case: &Case, newer: &Outcome, older: &Outcome, line: &mut Line) {
        let fitting = RULES.iter().position(|rule| (rule.fits)(case, newer, older));
        match fitting {
            None if newer == older => line.equal[1] += 1,
            None => self.failures.push(described(
                case,
                &format!("PostgreSQL 15 has {}, 18 has {}", shown(older), shown(newer)),
            )),
            Some(place) => {
                *self.ruled.entry(place).or_default() += 1;
                line.listed[1] += 1;
                let rule = &RULES[place];
                if newer == older || !(rule.older)(case, newer, older) {
                    let (name, older, newer) = (rule.name, shown(older), shown(newer));
                    let why = format!("{name}: PostgreSQL 15 has {older}, 18 has {newer}");
                    self.failures.push(described(case, &why));
                }
            }
        }
    }

    pub(crate) fn add_rows(&mut self, rows: &[Vec<(u32, Option<String>)>], outcomes: &[Outcome]) {
        let mut line = Line { family: "rows".to_owned(), ..Line::default() };
        let sent = |outcome: &&Outcome| matches!(outcome, Outcome::Value { .. });
        let sent = rows.iter().zip(outcomes).filter(|(_, outcome)| sent(outcome));
        for (row, outcome) in sent {
            line.by_binary += 1;
            match check_row(outcome) {
                Ok(()) => line.equal[0] += 1,
                Err(why) => self.failures.push(format!("row {row:?}: {why}")),
            }
        }
        self.lines.push(line);
    }

    /// Prints the table, and fails if something is wrong, or if a rule is of no use.
    pub(crate) fn end(mut self, both: bool) {
        let asked = self.version > 0;
        if asked {
            println!("{}", self.table(both));
        }
        for (place, exception) in EXCEPTIONS.iter().enumerate() {
            if asked && exception.is_of(self.version) && !self.excepted.contains_key(&place) {
                self.failures.push(format!("no case for the exception: {}", exception.why));
            }
        }
        for (place, rule) in RULES.iter().enumerate() {
            if both && rule.since <= self.version && !self.ruled.contains_key(&place) {
                self.failures.push(format!("no case for the rule: {}", rule.name));
            }
        }
        let (count, failures) = (self.failures.len(), self.failures);
        let every: usize = std::env::var("TRUNKLINE_TYPES_SHOWN")
            .ok()
            .and_then(|count| count.parse().ok())
            .unwrap_or(SHOWN);
        let shown: Vec<&str> =
            failures.iter().step_by((count / every).max(1)).map(String::as_str).collect();
        assert!(count == 0, "{count} failures\n{}", shown.join("\n"));
    }

    fn table(&self, both: bool) -> String {
        let mut table = format!(
            "{:<30}{:>9}{:>9}{:>10}{:>8}{:>10}{:>8}\n",
            "family", "by text", "binary", "18 equal", "listed", "15 equal", "listed"
        );
        let mut total = Line { family: "all".to_owned(), ..Line::default() };
        let add = |table: &mut String, line: &Line| {
            let Line { family, by_text, by_binary, equal, listed } = line;
            let [new, old] = equal;
            let [new_listed, old_listed] = listed;
            let _ = write!(table, "{family:<30}{by_text:>9}{by_binary:>9}{new:>10}{new_listed:>8}");
            let _ = match both {
                true => writeln!(table, "{old:>10}{old_listed:>8}"),
                false => writeln!(table, "{:>10}{:>8}", "-", "-"),
            };
        };
        for line in &self.lines {
            add(&mut table, line);
            total.by_text += line.by_text;
            total.by_binary += line.by_binary;
            for version in 0..2 {
                total.equal[version] += line.equal[version];
                total.listed[version] += line.listed[version];
            }
        }
        add(&mut table, &total);
        for (place, exception) in EXCEPTIONS.iter().enumerate() {
            let count = self.excepted.get(&place).copied().unwrap_or(0);
            let until = exception.until.map(|until| format!(" (until {})", version(until)));
            let until = until.unwrap_or_default();
            let _ = writeln!(table, "{count:>8}  not as 18{until}: {}", exception.why);
        }
        for (place, rule) in RULES.iter().enumerate().filter(|_| both) {
            let count = self.ruled.get(&place).copied().unwrap_or(0);
            let (name, since, why) = (rule.name, version(rule.since), rule.why);
            let _ = writeln!(table, "{count:>8}  since {since}: {name}: {why}");
        }
        table
    }
}

/// `18.6` for 180006.
pub(crate) fn version(number: u32) -> String {
    match number % 10_000 {
        0 => (number / 10_000).to_string(),
        minor => format!("{}.{minor}", number / 10_000),
    }
}

fn described(case: &Case, why: &str) -> String {
    let name = name_of(case.oid).unwrap_or("?");
    let input = if case.binary { hex(&case.input) } else { escape(&case.input) };
    format!("{name} [{}] {input}: {why}", case.settings)
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value { text, binary } => format!("{} ({})", escape(text), hex(binary)),
        Outcome::Error { sqlstate, message } => format!("{sqlstate} {message}"),
    }
}
