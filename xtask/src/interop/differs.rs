//! What SQLite's facts forbid, scenario by scenario.

use std::fs;

use super::verdict::{Verdict, Verdicts};
use crate::halt::Halt;
use crate::workspace::Workspace;

const LIST: &str = "interop/differs.txt";

/// The scenarios that cannot be as in PostgreSQL, each with the fact that forbids it.
#[derive(Debug, Default)]
pub(super) struct Differs(Vec<Listed>);

#[derive(Debug, PartialEq)]
struct Listed {
    client: String,
    scenario: String,
    fact: String,
}

impl Differs {
    pub(super) fn read(workspace: &Workspace) -> Result<Self, Halt> {
        let text = fs::read_to_string(workspace.path(LIST))
            .map_err(|error| Halt::Failed(format!("{LIST}: {error}")))?;
        Self::parse(&text).map_err(|line| Halt::Failed(format!("{LIST}: {line}")))
    }

    /// `CLIENT SCENARIO: FACT`, which goes on in lines that begin with a blank; the line that is none.
    fn parse(text: &str) -> Result<Self, String> {
        let mut listed: Vec<Listed> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            match (line.strip_prefix(' '), listed.last_mut()) {
                (Some(more), Some(last)) => last.fact = format!("{} {}", last.fact, more.trim()),
                _ => {
                    let (names, fact) = line.split_once(": ").ok_or(line)?;
                    let (client, scenario) = names.split_once(' ').ok_or(line)?;
                    listed.push(Listed {
                        client: client.to_owned(),
                        scenario: scenario.to_owned(),
                        fact: fact.to_owned(),
                    });
                }
            }
        }
        Ok(Self(listed))
    }

    /// The verdicts of a client: what is listed has to fail, and is told with its fact.
    pub(super) fn judge(&self, client: &str, verdicts: Verdicts) -> Verdicts {
        let mut of_client: Vec<&Listed> =
            self.0.iter().filter(|listed| listed.client == client).collect();
        let mut judged = Verdicts::default();
        for verdict in verdicts.into_each() {
            let place = of_client.iter().position(|listed| listed.scenario == verdict.name());
            let listed = place.map(|place| of_client.remove(place));
            judged.push(match (verdict, listed) {
                (Verdict::Fail(name, _), Some(listed)) => Verdict::Skip(name, listed.fact.clone()),
                (Verdict::Ok(name), Some(_)) => {
                    Verdict::Fail(name, format!("holds, but is listed in {LIST}"))
                }
                (verdict, _) => verdict,
            });
        }
        for listed in of_client {
            let why = format!("listed in {LIST}, but not run");
            judged.push(Verdict::Fail(listed.scenario.clone(), why));
        }
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_has_to_fail() {
        let list = "# why\n\none a: it cannot\n  be\none b: nor this\none c: gone\nother d: x\n";
        let differs = Differs::parse(list).expect("a list");
        let judged = differs.judge("one", Verdicts::read("FAIL a: 1\nok b\nFAIL e: 2\nok f\n"));
        let remarks: Vec<String> = judged.remarks().collect();
        assert_eq!(
            remarks,
            [
                "skip a: it cannot be",
                "FAIL b: holds, but is listed in interop/differs.txt",
                "FAIL e: 2",
                "FAIL c: listed in interop/differs.txt, but not run",
            ]
        );
        assert_eq!(judged.failed(), 3);
        assert!(Differs::parse("one: no scenario\n").is_err());
    }
}
