//! The order of numbers.

use std::cmp::Ordering;

use super::{Finite, Kind, Numeric};

impl Numeric {
    /// The order that SQL has: by value, whatever the scale; NaN is above all, and equal to itself.
    pub fn compare(&self, other: &Numeric) -> Ordering {
        match (&self.0, &other.0) {
            (Kind::Finite(one), Kind::Finite(other)) => one.compare(other),
            (one, other) => one.place().cmp(&other.place()),
        }
    }
}

impl Kind {
    fn place(&self) -> u8 {
        match self {
            Kind::Infinity { negative: true } => 0,
            Kind::Finite(_) => 1,
            Kind::Infinity { negative: false } => 2,
            Kind::NaN => 3,
        }
    }
}

impl Finite {
    fn compare(&self, other: &Finite) -> Ordering {
        let signs = other.negative.cmp(&self.negative);
        let sizes = self.size().cmp(&other.size());
        signs.then(if self.negative { sizes.reverse() } else { sizes })
    }

    /// What two numbers of one sign are compared by. Zero has no digits, and is below all that have.
    fn size(&self) -> (bool, i16, &[u16]) {
        (!self.digits.is_empty(), self.weight, &self.digits)
    }
}
