//! The one test command: every proof in turn, then a table, then one line.

mod deny;
mod steps;

use std::time::{Duration, Instant};

use steps::{STEPS, Step};

use crate::cache::Cache;
use crate::halt::Halt;
use crate::workspace::Workspace;

/// What a step works with.
struct Run<'a> {
    workspace: &'a Workspace,
    cache: Cache,
}

struct Outcome {
    name: &'static str,
    result: Result<String, Halt>,
    took: Duration,
}

/// All steps, or those named by `--only NAME`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let steps = chosen(arguments)?;
    let run = Run { workspace, cache: Cache::find()? };
    let mut outcomes = Vec::new();
    for step in steps {
        println!("--- {}: {}", step.name, step.what);
        let start = Instant::now();
        let result = (step.run)(&run);
        let outcome = Outcome { name: step.name, result, took: start.elapsed() };
        if let Err(Halt::Failed(why)) = &outcome.result {
            eprintln!("{why}");
        }
        println!("{}\n", outcome.line());
        outcomes.push(outcome);
    }
    println!("{}", table(&outcomes));
    let failed = outcomes.iter().any(|outcome| matches!(outcome.result, Err(Halt::Failed(_))));
    if failed { Err(String::new()) } else { Ok(()) }
}

fn chosen(arguments: &[String]) -> Result<Vec<&'static Step>, String> {
    let mut only = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let name = words.next().filter(|_| word == "--only");
        let step = name.and_then(|name| STEPS.iter().find(|step| step.name == name));
        only.push(step.ok_or_else(|| {
            let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            format!("cargo xtask test [--only NAME]: {}", known.join(" "))
        })?);
    }
    Ok(if only.is_empty() { STEPS.iter().collect() } else { only })
}

impl Outcome {
    fn line(&self) -> String {
        let (word, remark) = match &self.result {
            Ok(remark) => ("ok", remark.as_str()),
            Err(Halt::Failed(why)) => ("FAILED", why.lines().next().unwrap_or("")),
            Err(Halt::Skipped(why)) => ("skipped", why.as_str()),
        };
        let line =
            format!("{:<12}{word:<9}{:>7.1} s  {remark}", self.name, self.took.as_secs_f32());
        line.trim_end().to_owned()
    }
}

/// One line a step, and a closing line that counts.
fn table(outcomes: &[Outcome]) -> String {
    let lines: Vec<String> = outcomes.iter().map(Outcome::line).collect();
    let count = |wanted: fn(&Result<String, Halt>) -> bool| {
        outcomes.iter().filter(|outcome| wanted(&outcome.result)).count()
    };
    format!(
        "{}\n\n{} passed, {} failed, {} skipped",
        lines.join("\n"),
        count(|result| result.is_ok()),
        count(|result| matches!(result, Err(Halt::Failed(_)))),
        count(|result| matches!(result, Err(Halt::Skipped(_)))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_was_skipped_and_why() {
        let outcome = |result| Outcome { name: "step", result, took: Duration::from_millis(1500) };
        let table = table(&[
            outcome(Ok("3 things".into())),
            outcome(Err(Halt::Skipped("no go on the PATH".into()))),
            outcome(Err(Halt::Failed("line one\nline two".into()))),
        ]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "step        ok           1.5 s  3 things");
        assert_eq!(lines[1], "step        skipped      1.5 s  no go on the PATH");
        assert_eq!(lines[2], "step        FAILED       1.5 s  line one");
        assert_eq!(lines[4], "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn one_step_can_be_chosen() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
        assert_eq!(chosen(&words("--only tidy")).unwrap()[0].name, "tidy");
        assert!(chosen(&words("--only nothing")).is_err_and(|known| known.contains("tidy")));
        assert!(chosen(&words("tidy")).is_err());
    }
}
