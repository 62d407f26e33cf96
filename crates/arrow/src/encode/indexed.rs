//! Arrays that store a value once: dictionaries and run-ends.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{Array, ArrayRef, RunArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use trunkline_core::Result;
use trunkline_proto::types::TextStyle;

use super::cell::{Encode, Encoder};

/// An array behind an index: the place of each row's value in `values`.
pub(super) struct Indexed {
    pub(super) places: Vec<usize>,
    pub(super) values: ArrayRef,
}

impl Indexed {
    /// Looks through a dictionary or runs; `None` for any other array.
    ///
    /// Costs one index a row, once a batch; the values are not copied.
    pub(super) fn new(array: &dyn Array) -> Option<Indexed> {
        match array.data_type() {
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary();
                let values = dictionary.values().clone();
                // Without any value every row is NULL, and no place is looked at.
                let places = if values.is_empty() {
                    vec![0; array.len()]
                } else {
                    dictionary.normalized_keys()
                };
                Some(Indexed { places, values })
            }
            DataType::RunEndEncoded(ends, _) => match ends.data_type() {
                DataType::Int16 => Some(runs(array.as_run::<Int16Type>())),
                DataType::Int32 => Some(runs(array.as_run::<Int32Type>())),
                DataType::Int64 => Some(runs(array.as_run::<Int64Type>())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Puts the index before the encoder of the values.
    pub(super) fn encoder(self, values: Encoder) -> Encoder {
        Box::new(Redirected { places: self.places, values })
    }
}

fn runs<R: RunEndIndexType>(array: &RunArray<R>) -> Indexed {
    let mut places = Vec::with_capacity(array.len());
    let first = array.get_start_physical_index();
    let offset = array.run_ends().offset();
    for (place, end) in array.run_ends().values().iter().enumerate().skip(first) {
        let end = end.as_usize().saturating_sub(offset).min(array.len());
        places.resize(end.max(places.len()), place);
    }
    Indexed { places, values: array.values().clone() }
}

struct Redirected {
    places: Vec<usize>,
    values: Encoder,
}

impl Encode for Redirected {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let place = self.places.get(row).copied().unwrap_or_default();
        self.values.value(place, style, out)
    }

    fn cell(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let place = self.places.get(row).copied().unwrap_or_default();
        self.values.cell(place, style, out)
    }
}
