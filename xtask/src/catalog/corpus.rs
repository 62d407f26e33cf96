//! The queries of real clients, which are not part of this repository: replayed, with a verdict for each.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::pair::{self, DATABASE, Pair, conninfo};
use super::{Report, Run};
use crate::halt::Halt;
use crate::interop::python_with;
use crate::process;
use crate::workspace::Workspace;

const LIST: &str = "interop/catalog/verdicts.tsv";
/// Names the folder, if no argument does.
const VARIABLE: &str = "TRUNKLINE_CORPUS";
/// Where it lies beside a checkout.
const BESIDE: &str = "../shared/corpus";

/// The verdicts, from the worst to the best.
const ORDER: [&str; 6] = ["error", "columns", "types+rows", "rows", "types", "same"];
/// Of a query whose answer depends on the moment: every verdict will do.
const VARIES: &str = "varies";
/// As many faults are told one by one.
const TOLD: usize = 40;

type Verdicts = BTreeMap<String, String>;

/// Replays the corpus, if there is one, and compares the verdicts with the list.
pub(super) fn replay(run: &Run<'_>, report: &mut Report) -> Result<(), Halt> {
    let Some(folder) = folder(run.workspace, run.asked.corpus.clone())? else {
        println!("  no corpus: say --corpus FOLDER or {VARIABLE}");
        report.sums.push("no corpus".into());
        return Ok(());
    };
    let requirements = run.workspace.path("interop/python/requirements.txt");
    let python = python_with(run.cache, "python-clients", &requirements)?;
    let pair = Pair::start(run, &folder.join("schema.sql"))?;
    let [postgresql, ours] = pair.addresses();
    let out = run.scratch.path().join("verdicts.jsonl");
    let compared = |target: &str| {
        let mut script = Command::new(&python);
        script.arg(folder.join("replay.py")).env("PYTHONDONTWRITEBYTECODE", "1");
        script.args(["--ref", &postgresql, "--target", target, "--out"]).arg(&out);
        script.args(run.asked.client.iter().flat_map(|client| ["--client", client]));
        let said = process::output(&mut script)?;
        let failed = |error: std::io::Error| Halt::Failed(format!("{}: {error}", out.display()));
        Ok::<_, Halt>((said, found(&fs::read_to_string(&out).map_err(failed)?)?))
    };
    let (said, found) = compared(&ours)?;
    print!("{said}");
    let other = pair::without_rows(run, &folder.join("schema.sql"))?;
    let (_, others) = compared(&conninfo(other.port, DATABASE))?;
    let list = run.workspace.path(LIST);
    let listed = listed(&fs::read_to_string(&list).unwrap_or_default());
    if run.asked.bless {
        let text = blessed(&found, &listed, run.asked.client.is_some());
        fs::write(&list, text).map_err(|error| Halt::Failed(format!("{LIST}: {error}")))?;
    } else {
        let mut faults = judge(&found, &listed, run.asked.client.is_some());
        let more = faults.split_off(faults.len().min(TOLD));
        report.faults.append(&mut faults);
        if !more.is_empty() {
            report.faults.push(format!("corpus: and {} more", more.len()));
        }
    }
    report.sums.push(sum(&found, &others));
    Ok(())
}

/// The folder that is named, or that lies beside the checkout.
fn folder(workspace: &Workspace, named: Option<PathBuf>) -> Result<Option<PathBuf>, Halt> {
    let variable = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let named = named.or_else(|| variable().map(PathBuf::from));
    match named {
        Some(folder) if folder.join("replay.py").is_file() => Ok(Some(folder)),
        Some(folder) => Err(Halt::Failed(format!("{}: no replay.py", folder.display()))),
        None => {
            Ok(Some(workspace.path(BESIDE)).filter(|folder| folder.join("replay.py").is_file()))
        }
    }
}

/// The verdicts of a run: one object of JSON a line.
fn found(lines: &str) -> Result<Verdicts, Halt> {
    let mut verdicts = Verdicts::new();
    for line in lines.lines() {
        let wrong = || Halt::Failed(format!("the replay wrote what is no verdict: {line}"));
        let record: Value = serde_json::from_str(line).map_err(|_| wrong())?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        verdicts.insert(text("id").ok_or_else(wrong)?, text("verdict").ok_or_else(wrong)?);
    }
    Ok(verdicts)
}

/// `ID TAB VERDICT`
fn listed(text: &str) -> Verdicts {
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    pairs.map(|(id, verdict)| (id.to_owned(), verdict.to_owned())).collect()
}

/// How good a verdict is.
fn rank(verdict: &str) -> Option<usize> {
    ORDER.iter().position(|one| *one == verdict)
}

/// What is not as it is listed; with a part of the corpus, what is listed may be missing.
fn judge(found: &Verdicts, listed: &Verdicts, is_part: bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, verdict) in found {
        let Some(was) = listed.get(id) else {
            faults.push(format!("corpus {id}: {verdict}, is not in {LIST}"));
            continue;
        };
        if was == VARIES || was == verdict {
            continue;
        }
        let became = if rank(verdict) < rank(was) { "worse" } else { "better: bless it" };
        faults.push(format!("corpus {id}: {verdict}, was {was}: {became}"));
    }
    // What is worst comes first.
    faults.sort_by_key(|fault| !fault.ends_with("worse"));
    if !is_part {
        for id in listed.keys().filter(|id| !found.contains_key(*id)) {
            faults.push(format!("corpus {id}: is in {LIST}, but was not asked"));
        }
    }
    faults
}

/// The list as it is written: what varies goes on to.
fn blessed(found: &Verdicts, listed: &Verdicts, is_part: bool) -> String {
    let mut all = if is_part { listed.clone() } else { Verdicts::new() };
    for (id, verdict) in found {
        let varies = listed.get(id).is_some_and(|was| was == VARIES);
        all.insert(id.clone(), if varies { VARIES.to_owned() } else { verdict.clone() });
    }
    all.iter().map(|(id, verdict)| format!("{id}\t{verdict}\n")).collect()
}

/// The shares of what was found, and of what is the same in another PostgreSQL of the same definitions: more than that
/// these do not tell.
fn sum(found: &Verdicts, others: &Verdicts) -> String {
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let is_same = |verdict: Option<&String>| verdict.is_some_and(|verdict| verdict == "same");
    let fine = found.values().filter(|verdict| *verdict != "error").count();
    let same = found.values().filter(|verdict| is_same(Some(verdict))).count();
    let told: Vec<&String> = others.keys().filter(|id| is_same(others.get(*id))).collect();
    let reached = told.iter().filter(|id| is_same(found.get(**id))).count();
    format!(
        "corpus: no error {:.1} %, same {:.1} %; in a PostgreSQL without the rows {:.1} %, and of these here {:.1} %",
        share(fine, found.len()),
        share(same, found.len()),
        share(told.len(), others.len()),
        share(reached, told.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_compared_with_the_one_before() {
        let was = listed("a\tsame\nb\trows\nc\tvaries\nd\tsame\ngone\terror\n");
        let lines = ["a\tsame", "b\ttypes", "c\terror", "d\trows", "new\tsame"].join("\n");
        let is = listed(&lines);
        let expected = [
            "corpus d: rows, was same: worse",
            "corpus b: types, was rows: better: bless it",
            "corpus new: same, is not in interop/catalog/verdicts.tsv",
            "corpus gone: is in interop/catalog/verdicts.tsv, but was not asked",
        ];
        assert_eq!(judge(&is, &was, false), expected);
        assert_eq!(judge(&is, &was, true).len(), 3);
        let text = blessed(&is, &was, false);
        assert_eq!(text, "a\tsame\nb\ttypes\nc\tvaries\nd\trows\nnew\tsame\n");
        assert!(blessed(&is, &was, true).contains("gone\terror\n"));
    }

    #[test]
    fn verdicts_are_read_and_summed() {
        let lines =
            "{\"id\": \"1\", \"verdict\": \"same\"}\n{\"id\": \"2\", \"verdict\": \"error\"}\n";
        let verdicts = found(lines).unwrap();
        let others = listed("1\tsame\n2\trows\n");
        assert_eq!(
            sum(&verdicts, &others),
            "corpus: no error 50.0 %, same 50.0 %; in a PostgreSQL without the rows 50.0 %, and of these here 100.0 %"
        );
        assert!(found("{}\n").is_err());
    }
}
