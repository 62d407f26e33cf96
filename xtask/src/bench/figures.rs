//! What was measured, what was hoped for, and whether that holds.

use std::fmt::Write as _;

/// What is hoped for of a value of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    bound: Bound,
    limit: f64,
    is_floor: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    AtLeast,
    AtMost,
}

impl Goal {
    pub(super) const fn at_least(limit: f64) -> Goal {
        Goal { bound: Bound::AtLeast, limit, is_floor: false }
    }

    pub(super) const fn at_most(limit: f64) -> Goal {
        Goal { bound: Bound::AtMost, limit, is_floor: false }
    }

    /// What had to hold before any work on speed: less is hoped for, and it is not to be lost.
    pub(super) const fn floor(self) -> Goal {
        Goal { is_floor: true, ..self }
    }

    fn holds(self, value: f64) -> bool {
        match self.bound {
            Bound::AtLeast => value >= self.limit,
            Bound::AtMost => value <= self.limit,
        }
    }

    fn sign(self) -> &'static str {
        match self.bound {
            Bound::AtLeast => ">=",
            Bound::AtMost => "<=",
        }
    }
}

/// Lines of a report, and what they come to.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: String,
    held: usize,
    missed: usize,
    not_measured: usize,
    /// A run that is too short to tell: its figures are printed, and nothing is judged.
    is_short: bool,
}

impl Report {
    pub(super) fn new(is_short: bool) -> Report {
        Report { is_short, ..Report::default() }
    }

    /// A line that is not judged.
    pub(super) fn line(&mut self, text: &str) {
        self.lines.push_str(text.trim_end());
        self.lines.push('\n');
    }

    /// A line with a value of ours, and what is hoped for of it; `unit` stands behind the value.
    pub(super) fn judged(&mut self, text: &str, value: f64, unit: &str, goals: &[Goal]) {
        let mut line = format!("{text}{:>11}", format!("{}{unit}", rounded(value)));
        for goal in goals {
            let kind = if goal.is_floor { "floor" } else { "goal" };
            let (sign, limit) = (goal.sign(), rounded(goal.limit));
            let _ = write!(line, "   {kind} {sign} {limit} {}", self.verdict(*goal, value));
        }
        self.line(&line);
    }

    /// A line with what could not be measured though it is there: that is a miss, whatever is
    /// hoped for of it and however short the run is.
    pub(super) fn failed(&mut self, text: &str, why: &str) {
        self.missed += 1;
        self.line(&format!("{text}failed: {why}"));
    }

    /// A line with what cannot be had on this machine: what is hoped for of it is neither held nor
    /// missed.
    pub(super) fn skipped(&mut self, text: &str, why: &str, goals: &[Goal]) {
        self.not_measured += goals.len();
        self.line(&format!("{text}skipped: {why}"));
    }

    fn verdict(&mut self, goal: Goal, value: f64) -> &'static str {
        if self.is_short {
            "not judged"
        } else if goal.holds(value) {
            self.held += 1;
            "holds"
        } else {
            self.missed += 1;
            "MISSED"
        }
    }

    /// Prints all lines; an error if something was missed.
    pub(super) fn print(self) -> Result<(), String> {
        let missed = self.missed;
        let lines = self.close();
        print!("{}", lines.as_ref().unwrap_or_else(|lines| lines));
        lines.map(drop).map_err(|_| format!("{missed} missed"))
    }

    /// All lines; an error if something was missed.
    pub(super) fn close(mut self) -> Result<String, String> {
        let (held, missed, not_measured) = (self.held, self.missed, self.not_measured);
        if self.is_short {
            self.line("a short run: nothing is judged");
        } else {
            self.line(&format!("{held} hold, {missed} missed, {not_measured} not measured"));
        }
        if missed == 0 { Ok(self.lines) } else { Err(self.lines) }
    }
}

/// The value in the middle; not a number if there is none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(value), 1) => *value,
        (Some(value), _) => f64::midpoint(*value, values[middle - 1]),
        (None, _) => f64::NAN,
    }
}

/// Three digits, as far as they say something; thousands with commas.
pub(super) fn rounded(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => grouped(value.round()),
        large if large >= 10.0 && value.fract() != 0.0 => format!("{value:.1}"),
        _ if value.fract() == 0.0 => format!("{value}"),
        _ => format!("{value:.2}"),
    }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
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
    fn what_is_missed_is_counted_and_is_an_error() {
        let mut report = Report::new(false);
        let floor = Goal::at_least(0.9).floor();
        report.judged("simple", 0.93, "x", &[Goal::at_least(0.95), floor]);
        report.judged("memory", 2.0, " KiB", &[Goal::at_most(2.0)]);
        let told = report.close().unwrap_err();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "simple      0.93x   goal >= 0.95 MISSED   floor >= 0.90 holds");
        assert_eq!(lines[1], "memory      2 KiB   goal <= 2 holds");
        assert_eq!(lines[2], "2 hold, 1 missed, 0 not measured");
    }

    #[test]
    fn what_cannot_be_had_is_counted_and_is_no_error() {
        let mut report = Report::new(false);
        report.skipped("pgwire ", "no such", &[Goal::at_least(2.0), Goal::at_least(1.0).floor()]);
        let told = report.close().unwrap();
        assert_eq!(told, "pgwire skipped: no such\n0 hold, 0 missed, 2 not measured\n");
    }

    #[test]
    fn what_was_not_measured_does_not_hold() {
        for goal in [Goal::at_least(1.0), Goal::at_most(1.0)] {
            assert!(!goal.holds(f64::NAN));
        }
    }

    #[test]
    fn a_short_run_judges_nothing_and_fails_all_the_same() {
        let short = || {
            let mut report = Report::new(true);
            report.judged("simple", 0.1, "x", &[Goal::at_least(0.95)]);
            report
        };
        assert!(short().close().unwrap().contains("not judged"));
        let mut report = short();
        report.failed("extended ", "it ended");
        assert!(report.close().unwrap_err().contains("extended failed: it ended\n"));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.95, 2.0, 12.34, 195_012.4, 1234.0, 0.004].map(rounded);
        assert_eq!(shown, ["0.95", "2", "12.3", "195,012", "1,234", "0.00"]);
    }
}
