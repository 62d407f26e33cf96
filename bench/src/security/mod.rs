//! What clients can do to a server: a figure each, with its goal.

mod cancel;
mod copies;
mod drain;
mod idle;
mod limits;
mod line;
pub(crate) mod network;
mod panics;
mod reader;
mod reload;
mod sandbox;
mod storms;
mod strangers;
mod timeouts;
mod users;

use std::time::{Duration, Instant};

use line::{Line, Verdict};

/// How much is done for a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the goals are about.
    Long,
    /// Less of the same, for every run of the tests; nothing that took time is judged.
    Short,
}

impl Extent {
    fn of<T>(self, long: T, short: T) -> T {
        match self {
            Extent::Long => long,
            Extent::Short => short,
        }
    }
}

/// One figure, or several that come of the same run.
struct Figure {
    id: &'static str,
    /// Whether the short form, too, says something; what only takes time has none.
    is_short: bool,
    run: fn(Extent) -> Result<Vec<Line>, String>,
}

const FIGURES: &[Figure] = &[
    Figure { id: "T1", is_short: true, run: idle::plain },
    Figure { id: "T2", is_short: true, run: idle::tls },
    Figure { id: "T3", is_short: true, run: storms::logins },
    Figure { id: "T4", is_short: true, run: storms::deaths },
    Figure { id: "T8", is_short: true, run: strangers::memory },
    Figure { id: "T9", is_short: true, run: strangers::slow },
    Figure { id: "T10", is_short: true, run: reader::slow },
    Figure { id: "T11", is_short: true, run: copies::into_a_slow_sink },
    Figure { id: "T12", is_short: true, run: panics::engine },
    Figure { id: "T13", is_short: true, run: drain::signals },
    Figure { id: "T15", is_short: true, run: cancel::correctness },
    Figure { id: "T16", is_short: true, run: cancel::flood },
    Figure { id: "T17", is_short: true, run: timeouts::ends },
    Figure { id: "T18", is_short: true, run: limits::connections },
    Figure { id: "T19", is_short: true, run: reload::certificates },
    Figure { id: "T20", is_short: true, run: limits::files },
    Figure { id: "T21", is_short: false, run: network::half_open },
    Figure { id: "T24", is_short: true, run: network::unread },
    Figure { id: "T25", is_short: false, run: users::enumeration },
    Figure { id: "T26", is_short: true, run: limits::statements },
    Figure { id: "T27", is_short: false, run: network::floods },
    Figure { id: "T28", is_short: false, run: sandbox::opens },
];

/// Runs all figures or those that are named, and prints a line or more for each; says whether all
/// of them hold.
pub(crate) fn run(words: &[&str]) -> Result<bool, String> {
    let (flags, ids): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.starts_with('-'));
    let extent = match flags.as_slice() {
        [] => Extent::Long,
        ["--short"] => Extent::Short,
        _ => return Err(format!("not known: {}", flags.join(" "))),
    };
    if let Some(id) = ids.iter().find(|id| !FIGURES.iter().any(|figure| figure.id == **id)) {
        let known: Vec<_> = FIGURES.iter().map(|figure| figure.id).collect();
        return Err(format!("{id} is none of the figures {}", known.join(" ")));
    }
    let wanted = |figure: &&Figure| match ids.as_slice() {
        [] => extent == Extent::Long || figure.is_short,
        ids => ids.contains(&figure.id),
    };
    let start = Instant::now();
    let mut broken = 0;
    for figure in FIGURES.iter().filter(wanted) {
        for line in (figure.run)(extent).map_err(|why| format!("{}: {why}", figure.id))? {
            println!("{line}");
            let holds = match line.verdict() {
                Verdict::Holds | Verdict::Skipped => true,
                Verdict::Slow => extent == Extent::Short,
                Verdict::Broken => false,
            };
            broken += usize::from(!holds);
        }
    }
    println!("{broken} do not hold, after {} s", start.elapsed().as_secs());
    Ok(broken == 0)
}

/// Whether there is a program that writes down the calls of another, or makes them fail.
fn has_strace() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("strace").is_file())
}

/// Runs one figure's clients, which are gone at its end.
fn block_on<T>(figure: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    let outcome = runtime.block_on(figure);
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}
