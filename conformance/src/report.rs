//! The table: a dialogue, each server, the same or not.

use std::fmt::Write as _;
use std::thread;

use crate::PATIENCE;
use crate::dialogue::File;
use crate::scripts::SAME;
use crate::server::Server;
use crate::verdict::{Verdict, judge_all};

/// Plays all dialogues to all servers and prints what became of it; whether nothing differs unexplained.
pub(crate) fn report(files: &[&File], servers: &[Server], brief: bool) -> bool {
    let verdicts: Vec<Vec<Verdict>> = thread::scope(|scope| {
        let threads: Vec<_> = servers
            .iter()
            .map(|server| scope.spawn(move || judge_all(files, server, PATIENCE)))
            .collect();
        let broken = |_| vec![Verdict::Differs("    the runner panicked\n".into())];
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(broken)).collect()
    });
    let names: Vec<&str> =
        files.iter().flat_map(|file| &file.dialogues).map(|it| it.name.as_str()).collect();
    print!("{}", table(&names, servers, &verdicts, brief));
    let enough = |(server, column): (&Server, &Vec<Verdict>)| {
        let count = |word| column.iter().filter(|verdict| verdict.word() == word).count();
        let (same, listed) = (count("ok"), count("listed"));
        let enough = server.scripts.is_none() || same * 100 >= (same + listed) * SAME;
        if !enough {
            println!("{}: fewer than {SAME} % are the same", server.name);
        }
        enough
    };
    let differs = |verdict: &Verdict| matches!(verdict, Verdict::Differs(_));
    let enough = servers.iter().zip(&verdicts).all(enough);
    enough && !verdicts.iter().flatten().any(differs)
}

fn table(names: &[&str], servers: &[Server], verdicts: &[Vec<Verdict>], brief: bool) -> String {
    let mut text = String::new();
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default().max(8);
    let head: Vec<String> = servers.iter().map(|server| format!("{:<9}", server.name)).collect();
    if !brief {
        let _ = writeln!(text, "{:<width$}  {} same", "dialogue", head.join(" "));
    }
    for (index, name) in names.iter().enumerate() {
        let row: Vec<&Verdict> = verdicts.iter().filter_map(|column| column.get(index)).collect();
        let differs = row.iter().any(|verdict| matches!(verdict, Verdict::Differs(_)));
        if !brief || differs {
            let words: Vec<String> =
                row.iter().map(|verdict| format!("{:<9}", verdict.word())).collect();
            let _ = writeln!(text, "{name:<width$}  {} {}", words.join(" "), remark(&row));
        }
        for (server, verdict) in servers.iter().zip(row) {
            if let Verdict::Differs(how) = verdict {
                let _ = writeln!(text, "    of {}:", server.name);
                let _ = writeln!(text, "{}", how.trim_end());
            }
        }
    }
    for (server, column) in servers.iter().zip(verdicts) {
        let count = |word| column.iter().filter(|verdict| verdict.word() == word).count();
        let (same, differ, listed) = (count("ok"), count("DIFFERS"), count("listed"));
        let _ = writeln!(
            text,
            "{}: {same} of {} dialogues the same ({}), {differ} differ, {listed} differ as listed, {} await something, {} skipped",
            server.name,
            same + differ + listed,
            percent(same, same + differ + listed),
            count("awaiting"),
            count("skipped"),
        );
    }
    text
}

/// A part of a whole, rounded down: what is not whole is never 100 %.
pub(crate) fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(1000);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Whether it is the same, or why not.
fn remark(row: &[&Verdict]) -> String {
    let reason = row.iter().find_map(|verdict| match verdict {
        Verdict::Differs(_) => Some("NO".to_owned()),
        Verdict::Awaiting(what) => Some(format!("awaits {what}")),
        Verdict::Listed(why) => Some(format!("no: {why}")),
        Verdict::Skipped(why) => Some(format!("skipped: {why}")),
        Verdict::Same => None,
    });
    reason.unwrap_or_else(|| "yes".into())
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn only_the_whole_is_a_hundred_percent() {
        assert_eq!(
            (percent(999_999, 1_000_000), percent(7, 7)),
            ("99.9 %".into(), "100.0 %".into())
        );
        assert_eq!((percent(2, 3), percent(0, 0)), ("66.6 %".into(), "100.0 %".into()));
    }
}
