//! One line a scenario: `ok NAME`, `FAIL NAME: WHY`, `skip NAME: WHY`.

/// What became of one scenario.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Ok(String),
    Fail(String, String),
    Skip(String, String),
}

/// The verdicts of one client, or of all.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<Verdict>);

impl Verdicts {
    /// Lines that are no verdicts are what the client said beside.
    pub(super) fn read(said: &str) -> Self {
        Self(said.lines().filter_map(Verdict::read).collect())
    }

    pub(super) fn one(verdict: Verdict) -> Self {
        Self(vec![verdict])
    }

    pub(super) fn push(&mut self, verdict: Verdict) {
        self.0.push(verdict);
    }

    /// Takes the outcome of a scenario that this program ran itself.
    pub(super) fn record(&mut self, name: impl Into<String>, outcome: Result<(), String>) {
        self.push(match outcome {
            Ok(()) => Verdict::Ok(name.into()),
            Err(why) => Verdict::Fail(name.into(), why),
        });
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(super) fn into_each(self) -> impl Iterator<Item = Verdict> {
        self.0.into_iter()
    }

    pub(super) fn failed(&self) -> usize {
        self.0.iter().filter(|verdict| matches!(verdict, Verdict::Fail(..))).count()
    }

    fn skipped(&self) -> usize {
        self.0.iter().filter(|verdict| matches!(verdict, Verdict::Skip(..))).count()
    }

    pub(super) fn summary(&self) -> String {
        let (failed, skipped) = (self.failed(), self.skipped());
        format!("{} ok, {failed} failed, {skipped} skipped", self.0.len() - failed - skipped)
    }

    /// Everything that is not simply well.
    pub(super) fn remarks(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|verdict| match verdict {
            Verdict::Ok(_) => None,
            Verdict::Fail(name, why) => Some(format!("FAIL {name}: {why}")),
            Verdict::Skip(name, why) => Some(format!("skip {name}: {why}")),
        })
    }
}

impl Verdict {
    /// The scenario's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Ok(name) | Self::Fail(name, _) | Self::Skip(name, _) => name,
        }
    }

    fn read(line: &str) -> Option<Self> {
        if let Some(name) = line.strip_prefix("ok ") {
            return Some(Self::Ok(name.to_owned()));
        }
        let (kind, rest) = line.split_once(' ')?;
        let (name, why) = rest.split_once(": ")?;
        match kind {
            "FAIL" => Some(Self::Fail(name.into(), why.into())),
            "skip" => Some(Self::Skip(name.into(), why.into())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read_among_other_lines() {
        let verdicts = Verdicts::read("ok a\nwarning: x\nFAIL b: 1: 2\nskip c: no tool\nokay\n");
        assert_eq!(
            verdicts.0,
            [
                Verdict::Ok("a".into()),
                Verdict::Fail("b".into(), "1: 2".into()),
                Verdict::Skip("c".into(), "no tool".into()),
            ]
        );
        assert_eq!(verdicts.summary(), "1 ok, 1 failed, 1 skipped");
        assert_eq!(verdicts.remarks().count(), 2);
    }
}
