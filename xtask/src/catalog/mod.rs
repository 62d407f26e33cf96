//! What clients see who look around: the same definitions in PostgreSQL 18 and served by us, compared.

mod awaiting;
mod commands;
mod corpus;
mod dump;
mod odbc;
mod pair;
mod tools;

use std::path::PathBuf;

use awaiting::Awaiting;
use pair::Pair;

use crate::cache::Cache;
use crate::halt::Halt;
use crate::servers::{Scratch, Version};
use crate::workspace::Workspace;

/// Definitions of our own: all kinds of objects.
const SCHEMA: &str = "interop/catalog/schema.sql";

/// What a run is told.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    /// A folder with the queries of real clients.
    corpus: Option<PathBuf>,
    /// One client only.
    client: Option<String>,
    /// Write what is found as what is expected.
    bless: bool,
}

/// What the clients work with.
struct Run<'a> {
    workspace: &'a Workspace,
    cache: &'a Cache,
    scratch: Scratch,
    asked: Asked,
}

/// What the clients found.
#[derive(Debug, Default)]
struct Report {
    /// One phrase for each client.
    sums: Vec<String>,
    /// One line for everything that is not as it was.
    faults: Vec<String>,
}

/// `--corpus FOLDER`, `--client NAME` (of the corpus, if it is none of ours), `--bless`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<String, Halt> {
    let asked = Asked::read(arguments)?;
    let cache = Cache::find()?;
    let run = Run { workspace, cache: &cache, scratch: Scratch::new("catalog")?, asked };
    let mut report = Report::default();
    let own = run.asked.client.as_deref().is_none_or(is_ours);
    if own {
        run.own(&mut report)?;
    }
    if run.asked.client.as_deref().is_none_or(|client| !is_ours(client)) {
        corpus::replay(&run, &mut report)?;
    }
    for fault in &report.faults {
        println!("  FAIL {fault}");
    }
    let summary = report.sums.join("; ");
    if report.faults.is_empty() { Ok(summary) } else { Err(Halt::Failed(summary)) }
}

/// The clients that look at our own definitions.
fn clients() -> impl Iterator<Item = &'static str> {
    let psqls = Version::ALL.into_iter().map(commands::name);
    psqls.chain([dump::NAME]).chain(tools::TOOLS.iter().map(|tool| tool.name))
}

fn is_ours(client: &str) -> bool {
    clients().any(|name| name == client)
}

impl Run<'_> {
    /// Clients that look at our own definitions.
    fn own(&self, report: &mut Report) -> Result<(), Halt> {
        let mut pair = Pair::start(self, &self.workspace.path(SCHEMA))?;
        let mut awaiting = Awaiting::read(self.workspace)?;
        for client in clients().filter(|client| self.wants(client)) {
            match self.compare(client, &pair) {
                Ok(found) => awaiting.judge(client, &found, report),
                Err(Halt::Skipped(why)) => report.sums.push(format!("{client} skipped: {why}")),
                Err(halt) => return Err(halt),
            }
        }
        if let Some(ended) = pair.ours.ended() {
            return Err(Halt::Failed(format!("the server ended: {ended}")));
        }
        if self.asked.bless {
            awaiting.write(self.workspace)?;
            report.faults.clear();
        }
        Ok(())
    }

    fn compare(&self, client: &str, pair: &Pair) -> Result<Vec<awaiting::Found>, Halt> {
        if let Some(tool) = tools::TOOLS.iter().find(|tool| tool.name == client) {
            return tools::compare(self, tool, pair);
        }
        let psql = Version::ALL.into_iter().find(|version| commands::name(*version) == client);
        psql.map_or_else(
            || dump::compare(self, pair),
            |version| commands::compare(self, version, pair),
        )
    }

    fn wants(&self, client: &str) -> bool {
        self.asked.client.as_deref().is_none_or(|wanted| wanted == client)
    }
}

impl Asked {
    fn read(arguments: &[String]) -> Result<Self, Halt> {
        let mut asked = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut next = || words.next().ok_or_else(|| format!("{word} what?"));
            match word.as_str() {
                "--corpus" => asked.corpus = Some(next()?.into()),
                "--client" => asked.client = Some(next()?.clone()),
                "--bless" => asked.bless = true,
                _ => {
                    let usage = "catalog [--corpus FOLDER] [--client NAME] [--bless]";
                    return Err(Halt::Failed(format!("{usage}: what is {word}?")));
                }
            }
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let asked = Asked::read(&words("--client psql18 --bless")).unwrap();
        let expected = Asked { client: Some("psql18".into()), bless: true, corpus: None };
        assert_eq!(asked, expected);
        assert!(Asked::read(&words("--corpus")).is_err());
        assert!(Asked::read(&words("--what")).is_err());
        assert!(is_ours("psql15") && !is_ours("mysql"));
    }
}
