//! How long many things took.

use std::time::Duration;

/// Durations, of which some are longer than others.
#[derive(Debug, Default)]
pub(crate) struct Durations(Vec<Duration>);

impl Durations {
    pub(crate) fn push(&mut self, taken: Duration) {
        self.0.push(taken);
    }

    pub(crate) fn extend(&mut self, more: Durations) {
        self.0.extend(more.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// In milliseconds, the duration that `part` of all do not exceed; 0 if there are none.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, |taken| taken.as_secs_f64() * 1e3)
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub(crate) fn p99(&self) -> f64 {
        self.quantile(0.99)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted() {
        let mut durations = Durations::default();
        for milliseconds in (1..=100).rev() {
            durations.push(Duration::from_millis(milliseconds));
        }
        assert_eq!((durations.median(), durations.p99()), (51.0, 100.0));
        assert_eq!(Durations::default().p99(), 0.0);
    }
}
