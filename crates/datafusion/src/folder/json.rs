//! What is in a JSON file: the columns of its objects.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema};
use datafusion::arrow::json::reader::infer_json_schema;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::execution::SessionState;
use datafusion::object_store::ObjectStore;
use trunkline_core::SqlState;

use super::decoded::{LINE, decompressed, undecompressed};
use super::error::FolderError;
use super::facts::{Facts, unreadable};
use super::file::DataFile;
use super::files;
use super::sample::Sample;

/// The order of columns is that of the keys in so many bytes.
const ORDERED: usize = 256 << 10;

/// Whether a file is an array of objects, not a line for each.
pub(super) fn is_array(sample: &Sample) -> bool {
    sample.bytes.trim_ascii_start().starts_with(b"[")
}

/// Infers the columns of JSON lines.
pub(super) fn lines(file: &DataFile, sample: &Sample) -> Result<Facts, FolderError> {
    let lines = sample.bytes.split(|byte| *byte == b'\n');
    let rows = lines.filter(|line| !line.trim_ascii().is_empty()).count();
    if rows == 0 {
        return Ok(Facts::Empty);
    }
    let (schema, _) = infer_json_schema(sample.bytes.as_slice(), None)
        .map_err(|error| unreadable(file, &error.into()))?;
    let schema = in_order(known(&schema), &keys(&sample.bytes, 1));
    let rows = sample.is_whole.then_some(rows);
    Ok(Facts::Json { schema: Arc::new(schema), is_array: false, rows })
}

/// Refuses an array that is too large to be looked at.
pub(super) fn check_array(file: &DataFile, open: Arc<File>) -> Result<(), FolderError> {
    let failed = |error| undecompressed(&file.location, &error);
    let reader = decompressed(open, file.format.compression).map_err(failed)?;
    let size = io::copy(&mut reader.take(LINE + 1), &mut io::sink()).map_err(failed)?;
    if size > LINE {
        return Err(FolderError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!(
                "{}: a JSON array of more than 64 MiB; convert it to lines, as with jq -c '.[]'",
                file.location
            ),
        ));
    }
    Ok(())
}

/// Infers the columns of a JSON array.
pub(super) async fn array(
    file: &DataFile,
    sample: &Sample,
    state: &SessionState,
    store: &Arc<dyn ObjectStore>,
) -> Result<Facts, FolderError> {
    let format =
        JsonFormat::default().with_newline_delimited(false).with_schema_infer_max_rec(usize::MAX);
    let meta = files::meta(files::location(file), &file.stamp);
    let schema = format.infer_schema(state, store, &[meta]).await;
    let schema = schema.map_err(|error| unreadable(file, &error))?;
    let schema = in_order(known(&schema), &keys(&sample.bytes, 2));
    Ok(Facts::Json { schema: Arc::new(schema), is_array: true, rows: None })
}

/// A schema in which every type is known: what was always null is text.
fn known(schema: &Schema) -> Schema {
    fn field(of: &FieldRef) -> FieldRef {
        Arc::new(Field::clone(of).with_data_type(known(of.data_type())))
    }
    fn known(data_type: &DataType) -> DataType {
        match data_type {
            DataType::Null => DataType::Utf8,
            DataType::List(item) => DataType::List(field(item)),
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect()),
            other => other.clone(),
        }
    }
    Schema::new(schema.fields().iter().map(field).collect::<Fields>())
}

/// The fields in the order of these names; the others, which were seen later, behind them.
fn in_order(schema: Schema, names: &[&[u8]]) -> Schema {
    let places: HashMap<&[u8], usize> =
        names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let place = |field: &FieldRef| places.get(field.name().as_bytes()).map_or(usize::MAX, |p| *p);
    let mut fields = schema.fields().to_vec();
    fields.sort_by_cached_key(place);
    Schema::new(fields)
}

/// The different keys of the objects at a depth of nesting, as they come.
fn keys(bytes: &[u8], depth: usize) -> Vec<&[u8]> {
    let mut keys: Vec<&[u8]> = Vec::new();
    let mut known: HashSet<&[u8]> = HashSet::new();
    let (mut nested, mut is_key, mut quote) = (0_usize, false, None);
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().take(ORDERED) {
        if let Some(start) = quote {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    quote = None;
                    let key = bytes.get(start + 1..at).unwrap_or_default();
                    if is_key && nested == depth && known.insert(key) {
                        keys.push(key);
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quote = Some(at),
            b'{' | b'[' => (nested, is_key) = (nested + 1, *byte == b'{'),
            b'}' | b']' => nested = nested.saturating_sub(1),
            b',' => is_key = true,
            b':' => is_key = false,
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_the_order_of_the_file() {
        let lines =
            br#"{"z": 1, "a": {"inner": [1, {"k": 2}]}, "b\"c": ["x", "y"], "m": "z, \"q\": 1"}
            {"a": {}, "new": null}"#;
        let expected: [&[u8]; 5] = [b"z", b"a", br#"b\"c"#, b"m", b"new"];
        assert_eq!(keys(lines, 1), expected);
        let array = br#"[{"z": [1, "a"], "y": 1}, {"x": {"w": 1}}]"#;
        assert_eq!(keys(array, 2), [b"z", b"y", b"x"]);
    }
}
