//! Queries, results, logins and memory on the wire: ours beside peers and ceilings, in turn.

mod fleet;
mod table;

use std::collections::BTreeMap;
use std::process::Command;

use fleet::{Fleet, Peer, Pinned};
use table::{Figure, Pick, SECTIONS, Section, Value};

use super::figures::{Report, rounded};
use super::load::Seen;
use super::peers::Peers;
use crate::cache::Cache;
use crate::halt::Halt;
use crate::process;
use crate::workspace::Workspace;

/// What is measured, and how long.
#[derive(Debug, PartialEq)]
struct Plan {
    sections: Vec<&'static str>,
    rounds: u32,
    is_short: bool,
}

/// What was seen of a figure of one server, or why it was not.
type Measured = Result<Seen, Halt>;

/// By section, figure and server.
type All = BTreeMap<(&'static str, &'static str, Peer), Measured>;

pub(super) fn task(workspace: &Workspace, words: &[&str]) -> Result<(), String> {
    let plan = Plan::read(words)?;
    let cache = Cache::find()?;
    // Figures of a client that counts wrong say nothing.
    Peers::test(workspace, &cache)?;
    let mut fleet = Fleet::new(workspace, &cache).map_err(Halt::reason)?;
    // Other programs of this machine wait; who is not root cannot ask that of them.
    let own = std::process::id().to_string();
    let _ = process::output(Command::new("renice").args(["-n", "-10", "-p", &own]));
    let mut report = Report::new(plan.is_short);
    report.line(&match fleet.pinned() {
        Some(Pinned { servers, client }) => format!(
            "servers on CPU {servers}, the client on CPU {client}; \
             a single client that waits, on CPU {servers}"
        ),
        None => "not pinned: there is one processor, or no taskset".to_owned(),
    });
    let measured = measure(&plan, &mut fleet)?;
    for section in plan.chosen() {
        tell(section, &measured, &mut report);
    }
    report.print()
}

impl Plan {
    fn read(words: &[&str]) -> Result<Plan, String> {
        let mut plan = Plan { sections: Vec::new(), rounds: 3, is_short: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--short" => {
                    plan.is_short = true;
                    plan.rounds = 1;
                }
                "--rounds" => {
                    let count = words.next().and_then(|count| count.parse().ok());
                    plan.rounds = count.filter(|count| *count > 0).ok_or("--rounds N")?;
                }
                "--only" => {
                    for name in words.next().unwrap_or(&"").split(',') {
                        let known = SECTIONS.iter().find(|section| section.name == name);
                        plan.sections.push(known.ok_or_else(|| unknown(name))?.name);
                    }
                }
                _ => return Err(format!("wire does not know {word}")),
            }
        }
        Ok(plan)
    }

    fn chosen(&self) -> impl Iterator<Item = &'static Section> {
        let all = self.sections.is_empty();
        SECTIONS.iter().filter(move |section| all || self.sections.contains(&section.name))
    }

    /// What the client is told besides, so that it is done sooner.
    fn words(&self, figure: &Figure) -> &'static [&'static str] {
        match (self.is_short, figure.words.first()) {
            (true, Some(&"point")) => &["--seconds", "0.3", "--warm-up", "0.1"],
            (true, Some(&"logins")) => &["--seconds", "0.3"],
            (true, Some(&"bulk")) => &["--times", "1"],
            (true, _) => &["--connections", "200"],
            (false, _) => &[],
        }
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
    format!("no section {name}: {}", known.join(" "))
}

/// Each server in turn for each figure, and that in rounds: what disturbs one disturbs all.
fn measure(plan: &Plan, fleet: &mut Fleet<'_>) -> Result<All, String> {
    let mut measured = All::new();
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        for section in plan.chosen() {
            let once = section.name == "idle";
            for figure in section.figures.iter().filter(|_| !once || round == 1) {
                for peer in figure.peers() {
                    let key = (section.name, figure.name, peer);
                    let seen = measured.entry(key).or_insert_with(|| Ok(Seen::default()));
                    let Ok(values) = seen else { continue };
                    if once {
                        fleet.end(peer, figure.way);
                    }
                    let words = [figure.words, plan.words(figure)].concat();
                    match fleet.measure((peer, figure.way), figure.is_alone(), &words) {
                        Ok(printed) => values.read(&printed)?,
                        // The others are measured all the same.
                        Err(halt) => *seen = Err(halt),
                    }
                    if once {
                        fleet.end(peer, figure.way);
                    }
                }
            }
        }
    }
    Ok(measured)
}

impl Figure {
    fn peers(&self) -> impl Iterator<Item = Peer> {
        [Peer::Ours].into_iter().chain(self.beside.iter().map(|(peer, _)| *peer))
    }

    /// Whether there is one client, which waits for each answer.
    fn is_alone(&self) -> bool {
        self.words.windows(2).any(|pair| pair == ["--connections", "1"])
    }

    fn has_goals(&self) -> bool {
        !self.own.is_empty() || self.beside.iter().any(|(_, goals)| !goals.is_empty())
    }
}

/// A paragraph for each figure: our values, then those of each peer, and how ours compare.
fn tell(section: &Section, measured: &All, report: &mut Report) {
    report.line(&format!("\n{}: {}", section.name, section.title));
    for figure in section.figures {
        let no_goal = if figure.has_goals() { "" } else { "   (no goal)" };
        report.line(&format!("  {}{no_goal}", figure.name));
        let value = |peer, shown: &Value| match (
            measured.get(&(section.name, figure.name, peer)),
            shown.pick,
        ) {
            (Some(Ok(seen)), Pick::Median) => seen.value(shown.name),
            (Some(Ok(seen)), Pick::Largest) => seen.largest(shown.name),
            _ => f64::NAN,
        };
        for peer in figure.peers() {
            let mut line = format!("    {:<18}", peer.name());
            let goals = figure.beside.iter().find(|(beside, _)| *beside == peer);
            match measured.get(&(section.name, figure.name, peer)) {
                Some(Err(Halt::Skipped(why))) => {
                    report.skipped(&line, why, goals.map_or(&[], |(_, goals)| goals));
                    continue;
                }
                Some(Err(Halt::Failed(why))) => report.failed(&line, why),
                _ => {}
            }
            for shown in section.values {
                let number = rounded(value(peer, shown) * shown.times) + shown.unit;
                line.push_str(&format!("{number:>14}"));
            }
            match (goals, section.values) {
                (Some((_, goals)), [compared, ..]) => {
                    let times = value(Peer::Ours, compared) / value(peer, compared);
                    report.judged(&line, times, "x", goals);
                }
                _ => report.line(&line),
            }
        }
        for shown in section.values {
            let goals = figure.own.iter().filter(|(name, _)| *name == shown.name);
            let goals: Vec<_> = goals.map(|(_, goal)| *goal).collect();
            if !goals.is_empty() {
                let ours = value(Peer::Ours, shown);
                report.judged(&format!("    {:<18}", shown.label), ours, shown.unit, &goals);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read() {
        let all = Plan::read(&[]).unwrap();
        assert_eq!(all, Plan { sections: vec![], rounds: 3, is_short: false });
        assert_eq!(all.chosen().count(), SECTIONS.len());
        let some = Plan::read(&["--only", "bulk,idle", "--rounds", "5"]).unwrap();
        let chosen: Vec<_> = some.chosen().map(|section| section.name).collect();
        assert_eq!((chosen, some.rounds), (vec!["bulk", "idle"], 5));
        assert_eq!(Plan::read(&["--short"]).unwrap().rounds, 1);
        assert!(Plan::read(&["--only", "nothing"]).unwrap_err().contains("idle"));
        assert!(Plan::read(&["--rounds", "0"]).is_err() && Plan::read(&["fast"]).is_err());
    }

    /// Figures are told apart by section and name.
    #[test]
    fn names_are_not_used_twice() {
        for section in SECTIONS {
            let names: std::collections::BTreeSet<_> =
                section.figures.iter().map(|figure| figure.name).collect();
            assert_eq!(names.len(), section.figures.len(), "{}", section.name);
        }
    }

    #[test]
    fn a_table_shows_values_ratios_and_verdicts() {
        let section = SECTIONS.iter().find(|section| section.name == "idle").unwrap();
        let mut measured = All::new();
        let seen = |kib: f64| {
            let mut seen = Seen::default();
            seen.read(&format!("{{\"kib\":{kib}}}")).unwrap();
            Ok(seen)
        };
        measured.insert(("idle", "TLS", Peer::Ours), seen(8.0));
        measured.insert(("idle", "TLS", Peer::Pgwire), seen(16.0));
        measured.insert(("idle", "in clear", Peer::Pgwire), Err(Halt::Skipped("no such".into())));
        let prepared = "in clear, a statement prepared";
        measured.insert(("idle", prepared, Peer::Pgwire), Err(Halt::Failed("it ended".into())));
        let mut report = Report::new(false);
        tell(section, &measured, &mut report);
        let told = report.close().unwrap_err();
        assert!(told.contains("  TLS\n    trunkline                  8 KiB\n"), "{told}");
        assert!(told.contains("    pgwire 0.42.1             16 KiB      0.50x\n"), "{told}");
        assert!(told.contains("    pgwire 0.42.1     skipped: no such\n"), "{told}");
        // What failed is missed, what is not there is not.
        assert!(told.contains("    pgwire 0.42.1     failed: it ended\n"), "{told}");
        assert!(told.contains("8 KiB   goal <= 9 holds   floor <= 12 holds\n"), "{told}");
    }

    #[test]
    fn memory_that_is_kept_is_judged_and_goals_beside_nobody_are_counted() {
        let section = SECTIONS.iter().find(|section| section.name == "bulk").unwrap();
        let mut seen = Seen::default();
        for grown in [100, 0, 0] {
            seen.read(&format!("{{\"grown_mb\":{grown}}}")).unwrap();
        }
        let skipped = Err(Halt::Skipped("no such".into()));
        let measured = All::from([
            (("bulk", "simple, text", Peer::Ours), Ok(seen)),
            (("bulk", "simple, text", Peer::Pgwire), skipped),
        ]);
        let mut report = Report::new(false);
        tell(section, &measured, &mut report);
        let told = report.close().unwrap_err();
        assert!(told.contains("    memory grows by        100 MB   floor <= 8 MISSED\n"), "{told}");
        assert!(told.ends_with(" missed, 2 not measured\n"), "{told}");
    }
}
