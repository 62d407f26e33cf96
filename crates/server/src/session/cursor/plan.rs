//! What a FETCH or a MOVE does, step by step.

use trunkline_core::Result;
use trunkline_sql::statement::{FetchCount, FetchDirection};

use super::rows::Cursor;
use crate::connection::cannot_be_run;

/// A part of a FETCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Back before the first row.
    Rewind,
    Forward(u64),
    Backward(u64),
}

/// All rows there are.
pub(super) const ALL: u64 = u64::MAX;

/// The steps of a FETCH: only the rows of the last one are sent.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) steps: [Step; 3],
    /// What MOVE counts if that is not the rows of the last step.
    pub(super) moved: Option<u64>,
}

impl Plan {
    fn new<const N: usize>(steps: [Step; N]) -> Plan {
        let mut all = [Step::Forward(0); 3];
        for (place, step) in all.iter_mut().rev().zip(steps.into_iter().rev()) {
            *place = step;
        }
        Plan { steps: all, moved: None }
    }
}

impl Cursor {
    /// What a FETCH or a MOVE does from here, step by step as PostgreSQL's.
    ///
    /// # Errors
    ///
    /// 55000 for a cursor that has failed.
    pub(crate) fn plan(&self, name: &str, direction: FetchDirection, sends: bool) -> Result<Plan> {
        if self.has_failed() {
            return Err(cannot_be_run(name));
        }
        let (is_forward, count) = match direction {
            FetchDirection::Absolute(count) => return Ok(self.absolute(count)),
            FetchDirection::Relative(0) => (true, 0),
            FetchDirection::Relative(count) if count > 0 => {
                return Ok(Plan::new([Step::Forward(count.unsigned_abs() - 1), Step::Forward(1)]));
            }
            FetchDirection::Relative(count) => {
                let count = count.unsigned_abs();
                return Ok(Plan::new([Step::Backward(count - 1), Step::Backward(1)]));
            }
            FetchDirection::Forward(FetchCount::All) => (true, ALL),
            FetchDirection::Backward(FetchCount::All) => (false, ALL),
            FetchDirection::Forward(FetchCount::Rows(count)) => (count >= 0, count.unsigned_abs()),
            FetchDirection::Backward(FetchCount::Rows(count)) => (count < 0, count.unsigned_abs()),
        };
        let on_row = !self.at_start && !self.at_end;
        Ok(match (is_forward, count) {
            (_, 0) if !sends => {
                Plan { moved: Some(u64::from(on_row)), ..Plan::new([Step::Forward(0)]) }
            }
            // The row on which it stands once more.
            (_, 0) if on_row => Plan::new([Step::Backward(1), Step::Forward(1)]),
            (false, ALL) if !sends => {
                let behind = u64::from(self.place > 0 && !self.at_end);
                Plan { moved: Some(self.place - behind), ..Plan::new([Step::Rewind]) }
            }
            (true, count) => Plan::new([Step::Forward(count)]),
            (false, count) => Plan::new([Step::Backward(count)]),
        })
    }

    fn absolute(&self, count: i64) -> Plan {
        let number = count.unsigned_abs();
        let to_before =
            |before: u64| Plan::new([Step::Rewind, Step::Forward(before), Step::Forward(1)]);
        match count {
            0 => Plan::new([Step::Rewind, Step::Forward(0)]),
            1.. if number - 1 <= self.place / 2 => to_before(number - 1),
            1.. => {
                let place = self.place + u64::from(self.at_end);
                match number <= place {
                    true => Plan::new([Step::Backward(place - number + 1), Step::Forward(1)]),
                    false => Plan::new([Step::Forward(number - place - 1), Step::Forward(1)]),
                }
            }
            _ => Plan::new([Step::Forward(ALL), Step::Backward(number - 1), Step::Backward(1)]),
        }
    }
}
