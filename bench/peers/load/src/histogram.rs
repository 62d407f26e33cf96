//! Durations by size, some 1.6 % wide.

/// Counts of durations in nanoseconds.
pub(crate) struct Histogram(Vec<u64>);

impl Histogram {
    pub(crate) fn new() -> Histogram {
        Histogram(vec![0; 64 * 64])
    }

    pub(crate) fn add(&mut self, nanoseconds: u64) {
        self.0[place(nanoseconds)] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Histogram) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }

    /// The duration that this part of all does not exceed, in microseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let wanted = self.0.iter().sum::<u64>() as f64 * part;
        let mut seen = 0;
        for (place, count) in self.0.iter().enumerate() {
            seen += count;
            if seen as f64 >= wanted {
                return value(place) as f64 / 1000.0;
            }
        }
        0.0
    }
}

/// Up to 63 exactly, then 64 places for each power of two.
fn place(value: u64) -> usize {
    if value < 64 {
        return value as usize;
    }
    let power = value.ilog2() as usize;
    (power - 5) * 64 + ((value >> (power - 6)) as usize & 63)
}

fn value(place: usize) -> u64 {
    if place < 64 {
        return place as u64;
    }
    let power = place / 64 + 5;
    (1 << power) | ((place as u64 & 63) << (power - 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_not_far_from_its_value() {
        for exact in [0, 63, 64, 1000, 123_456, 9_876_543_210] {
            let near = value(place(exact)) as f64;
            assert!((near - exact as f64).abs() <= exact as f64 * 0.016, "{exact} {near}");
        }
        let mut histogram = Histogram::new();
        (1..=100).for_each(|micros| histogram.add(micros * 1000));
        assert!((histogram.quantile(0.5) - 50.0).abs() < 1.0);
    }
}
