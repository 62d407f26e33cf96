//! Maps as `hstore`.
//!
//! Source: <https://www.postgresql.org/docs/18/hstore.html>. As text `"key"=>"value"` or
//! `"key"=>NULL`, with backslashes before quotes and backslashes; in binary a 32-bit number of
//! pairs, and each as the key after its length and the value after its length, -1 for NULL.

use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use trunkline_core::Result;
use trunkline_proto::Format;
use trunkline_proto::types::TextStyle;

use super::cell::{Cells, Encode, Encoder, length_word};
use super::list::Spans;
use super::text_cells;

/// Plans `hstore`; `None` if the array holds no maps.
pub(super) fn hstore(array: &ArrayRef, format: Format) -> Result<Option<Encoder>> {
    let DataType::Map(_, _) = array.data_type() else { return Ok(None) };
    let Some((spans, _)) = Spans::new(array) else { return Ok(None) };
    let map = array.as_map();
    let (key, value) = map.entries_fields();
    // Whatever they are, hstore has their text.
    let (Some(keys), Some(values)) =
        (text_cells(map.keys(), key)?, text_cells(map.values(), value)?)
    else {
        return Ok(None);
    };
    Ok(Some(Box::new(Hstore { spans, keys, values, format })))
}

struct Hstore {
    spans: Spans,
    keys: Cells,
    values: Cells,
    format: Format,
}

impl Hstore {
    /// The keys in the order of `hstore`, shorter before longer, and their places; of equal keys
    /// the first, as in PostgreSQL.
    fn pairs(&self, row: usize, style: &TextStyle) -> Result<Vec<(Vec<u8>, usize)>> {
        let mut pairs = Vec::new();
        for place in self.spans.get(row) {
            let mut key = Vec::new();
            self.keys.encoder.value(place, style, &mut key)?;
            pairs.push((key, place));
        }
        let order = |a: &[u8], b: &[u8]| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
        // The sort is stable.
        pairs.sort_by(|(a, _), (b, _)| order(a, b));
        pairs.dedup_by(|(a, _), (b, _)| order(a, b) == Ordering::Equal);
        Ok(pairs)
    }
}

impl Encode for Hstore {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let pairs = self.pairs(row, style)?;
        if self.format == Format::Binary {
            out.extend_from_slice(&length_word(pairs.len()));
        }
        for (count, (key, place)) in pairs.into_iter().enumerate() {
            match self.format {
                Format::Binary => {
                    out.extend_from_slice(&length_word(key.len()));
                    out.extend_from_slice(&key);
                    self.values.cell(place, style, out)?;
                }
                Format::Text => {
                    if count > 0 {
                        out.extend_from_slice(b", ");
                    }
                    quote(&key, out);
                    out.extend_from_slice(b"=>");
                    if self.values.is_null(place) {
                        out.extend_from_slice(b"NULL");
                    } else {
                        let mut value = Vec::new();
                        self.values.encoder.value(place, style, &mut value)?;
                        quote(&value, out);
                    }
                }
            }
        }
        Ok(())
    }
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
}
