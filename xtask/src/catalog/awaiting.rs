//! What is known not to be the same yet: nothing may come to it, and what became the same must leave.

use std::collections::BTreeSet;
use std::fs;

use super::Report;
use crate::halt::Halt;
use crate::workspace::Workspace;

const LIST: &str = "interop/catalog/awaiting.txt";
const HEAD: &str = "\
# What is not yet the same as in PostgreSQL 18: CLIENT and what it asked.
# Written by `cargo xtask catalog --bless`; what became the same must leave, and nothing else may come.
";

/// One answer: what was asked, and how the two differ, if they do.
pub(super) struct Found {
    pub(super) asked: String,
    pub(super) difference: Option<String>,
}

/// The lines of the list.
pub(super) struct Awaiting(BTreeSet<String>);

impl Awaiting {
    pub(super) fn read(workspace: &Workspace) -> Result<Self, Halt> {
        let text = fs::read_to_string(workspace.path(LIST))
            .map_err(|error| Halt::Failed(format!("{LIST}: {error}")))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(lines.map(str::to_owned).collect())
    }

    /// Tells what is not as it is listed, and lists it as it is.
    pub(super) fn judge(&mut self, client: &str, found: &[Found], report: &mut Report) {
        let before = format!("{client} ");
        let (own, others) = std::mem::take(&mut self.0)
            .into_iter()
            .partition::<BTreeSet<_>, _>(|line| line.starts_with(&before));
        self.0 = others;
        for one in found {
            let line = format!("{before}{}", one.asked);
            match (&one.difference, own.contains(&line)) {
                (Some(difference), false) => report.faults.push(format!("{line}: {difference}")),
                (None, true) => {
                    report.faults.push(format!("{line}: is the same now, but is in {LIST}"));
                }
                _ => {}
            }
            if one.difference.is_some() {
                self.0.insert(line);
            }
        }
        let asked: BTreeSet<String> =
            found.iter().map(|one| format!("{before}{}", one.asked)).collect();
        for line in own.difference(&asked) {
            report.faults.push(format!("{line}: is in {LIST}, but was not asked"));
        }
        let same = found.iter().filter(|one| one.difference.is_none()).count();
        report.sums.push(format!("{client}: {same} of {} the same", found.len()));
    }

    pub(super) fn write(&self, workspace: &Workspace) -> Result<(), Halt> {
        let lines = self.0.iter().map(|line| format!("{line}\n"));
        let text: String = std::iter::once(HEAD.to_owned()).chain(lines).collect();
        fs::write(workspace.path(LIST), text)
            .map_err(|error| Halt::Failed(format!("{LIST}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_only_gets_shorter() {
        let mut awaiting = Awaiting::parse("# why\none a\none b\none gone\nother a\n");
        let found = |asked: &str, difference: Option<&str>| Found {
            asked: asked.into(),
            difference: difference.map(str::to_owned),
        };
        let mut report = Report::default();
        let all =
            [found("a", Some("x")), found("b", None), found("c", Some("y")), found("d", None)];
        awaiting.judge("one", &all, &mut report);
        assert_eq!(report.sums, ["one: 2 of 4 the same"]);
        assert_eq!(
            report.faults,
            [
                "one b: is the same now, but is in interop/catalog/awaiting.txt",
                "one c: y",
                "one gone: is in interop/catalog/awaiting.txt, but was not asked",
            ]
        );
        assert_eq!(Vec::from_iter(awaiting.0), ["one a", "one c", "other a"]);
    }
}
