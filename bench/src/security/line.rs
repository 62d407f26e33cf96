//! One figure: its goal, what was measured, and whether that holds.

use std::fmt;

/// A line of the report.
#[derive(Debug)]
pub(crate) struct Line {
    id: &'static str,
    name: &'static str,
    goals: Vec<String>,
    measured: Vec<String>,
    is_broken: bool,
    is_slow: bool,
    skipped: Option<String>,
}

/// What is to be thought of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    /// Only something that took time does not hold.
    Slow,
    Broken,
    /// It could not be measured here.
    Skipped,
}

impl Line {
    pub(crate) fn new(id: &'static str, name: &'static str) -> Line {
        let (goals, measured) = (Vec::new(), Vec::new());
        Line { id, name, goals, measured, is_broken: false, is_slow: false, skipped: None }
    }

    /// A figure that cannot be measured on this machine.
    pub(crate) fn skipped(id: &'static str, name: &'static str, why: impl Into<String>) -> Line {
        Line { skipped: Some(why.into()), ..Line::new(id, name) }
    }

    /// What was done.
    pub(crate) fn with(mut self, what: impl Into<String>) -> Line {
        self.goals.push(what.into());
        self
    }

    /// Something else that was seen.
    pub(crate) fn seen(mut self, what: impl Into<String>) -> Line {
        self.measured.push(what.into());
        self
    }

    /// As many of these, and not one more or less.
    pub(crate) fn exactly(mut self, count: usize, goal: usize, what: &str) -> Line {
        self.goals.push(format!("{} {what}", grouped(goal as u64)));
        self.measured.push(format!("{} {what}", grouped(count as u64)));
        self.is_broken |= count != goal;
        self
    }

    /// At the most so much, of what does not depend on the speed of the machine.
    pub(crate) fn at_most(mut self, value: f64, goal: f64, unit: &str) -> Line {
        self.is_broken |= !self.bound("<=", value, goal, unit, value <= goal);
        self
    }

    /// At the most so long: what other load on the machine disturbs.
    pub(crate) fn within(mut self, value: f64, goal: f64, unit: &str) -> Line {
        self.is_slow |= !self.bound("<=", value, goal, unit, value <= goal);
        self
    }

    /// At least so many in a second: what other load on the machine disturbs.
    pub(crate) fn at_least(mut self, value: f64, goal: f64, unit: &str) -> Line {
        self.is_slow |= !self.bound(">=", value, goal, unit, value >= goal);
        self
    }

    fn bound(&mut self, sign: &str, value: f64, goal: f64, unit: &str, holds: bool) -> bool {
        self.goals.push(format!("{sign} {} {unit}", rounded(goal)));
        self.measured.push(format!("{} {unit}", rounded(value)));
        holds
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Line { skipped: Some(_), .. } => Verdict::Skipped,
            Line { is_broken: true, .. } => Verdict::Broken,
            Line { is_slow: true, .. } => Verdict::Slow,
            _ => Verdict::Holds,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4}{:<22}", self.id, self.name)?;
        if let Some(why) = &self.skipped {
            return write!(f, "skipped: {why}");
        }
        let verdict = match self.verdict() {
            Verdict::Holds | Verdict::Skipped => "holds",
            Verdict::Slow => "too slow",
            Verdict::Broken => "DOES NOT HOLD",
        };
        let (goals, measured) = (self.goals.join(", "), self.measured.join(", "));
        write!(f, "target {goals}   measured {measured}   {verdict}")
    }
}

/// Three digits, as far as they say something.
fn rounded(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 || value.fract() == 0.0 => grouped(value.abs().round() as u64),
        large if large >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// With a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_goal_figure_and_verdict() {
        let line = Line::new("T1", "idle, plain").with("10,000 held 60 s");
        let line = line.at_most(2.894, 4.0, "KiB").exactly(0, 0, "drops");
        assert_eq!(
            line.to_string(),
            "T1  idle, plain           target 10,000 held 60 s, <= 4 KiB, 0 drops   \
             measured 2.89 KiB, 0 drops   holds"
        );
        assert_eq!(line.verdict(), Verdict::Holds);
    }

    #[test]
    fn what_is_wrong_counts_more_than_what_is_slow() {
        let slow = || Line::new("T", "").within(51.0, 50.0, "ms");
        assert_eq!(slow().verdict(), Verdict::Slow);
        assert_eq!(slow().at_least(3.0, 3.0, "a second").verdict(), Verdict::Slow);
        assert_eq!(slow().exactly(1, 0, "drops").verdict(), Verdict::Broken);
        assert_eq!(Line::new("T", "").at_least(2.0, 3.0, "a second").verdict(), Verdict::Slow);
        assert_eq!(Line::new("T", "").at_most(4.1, 4.0, "KiB").verdict(), Verdict::Broken);
        let not_measured = Line::new("T", "").at_most(f64::NAN, 4.0, "KiB");
        assert_eq!(not_measured.verdict(), Verdict::Broken);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
