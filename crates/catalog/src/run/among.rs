//! Whether a value is among many that stay the same: IN and `= ANY`.

use std::collections::HashSet;

use trunkline_core::Result;

use super::Run;
use crate::datum::Datum;
use crate::plan::SetId;

/// Values that others are looked for among.
#[derive(Debug)]
pub(super) struct Values {
    all: HashSet<Datum>,
    has_null: bool,
}

impl Values {
    /// What `value = ANY (…)` is.
    fn any(&self, value: &Datum) -> Datum {
        match value {
            _ if self.all.is_empty() && !self.has_null => Datum::Bool(false),
            Datum::Null => Datum::Null,
            value if self.all.contains(value) => Datum::Bool(true),
            _ if self.has_null => Datum::Null,
            _ => Datum::Bool(false),
        }
    }
}

impl Run {
    /// `value = ANY (…)`; the items are asked for once, for all that name the same set.
    pub(super) fn among(
        &self,
        set: SetId,
        value: &Datum,
        items: impl FnOnce() -> Result<Vec<Datum>>,
    ) -> Result<Datum> {
        self.step()?;
        if let Some(known) = self.sets.borrow().get(&set) {
            return Ok(known.any(value));
        }
        let items = items()?;
        self.weigh(&items)?;
        self.charge(items.len() * 2 * size_of::<Datum>())?;
        let has_null = items.iter().any(Datum::is_null);
        let all = items.into_iter().filter(|item| !item.is_null()).collect();
        let values = Values { all, has_null };
        let found = values.any(value);
        self.sets.borrow_mut().insert(set, values);
        Ok(found)
    }
}
