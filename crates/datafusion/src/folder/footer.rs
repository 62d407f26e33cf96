//! What the metadata of a Parquet file must not say.
//!
//! The reader believes some lengths before it has seen what they count, and walks nested columns by
//! calling itself: a few wrong bytes could end the process for lack of memory or stack. What would,
//! is found here before.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use std::fs::File;
use std::ops::Range;

use datafusion::object_store::path::Path as Location;
use trunkline_core::SqlState;

use super::error::FolderError;
use super::file::DataFile;
use super::files::{self, read};
use super::thrift::{Flaw, Thrift, Type};

/// How deep columns may be nested.
const DEEPEST: usize = 100;

/// The metadata may have so many bytes: they are held in memory, in a form many times as large.
const METADATA: u64 = 64 << 20;

/// The length of the metadata, and the magic number.
const TAIL: u64 = 8;

/// Page indexes that lie together are read at once, up to this size.
const AT_ONCE: u64 = 64 << 20;

/// Looks through the metadata of a Parquet file, and its page indexes.
pub(super) fn check(file: &DataFile, open: &File) -> Result<(), FolderError> {
    let location = files::location(file);
    let bytes = Bytes { file: open, location: &location, size: file.stamp.size };
    let tail = bytes.read(file.stamp.size.saturating_sub(TAIL)..file.stamp.size)?;
    let damaged = |flaw: Flaw| {
        FolderError::corrupt(format!("{location}: not a Parquet file, or damaged: {flaw}"))
    };
    let (length, magic) =
        tail.split_first_chunk::<4>().ok_or_else(|| damaged("it is too short"))?;
    match magic {
        b"PAR1" => {}
        b"PARE" => return Err(damaged("its metadata are encrypted, which is not supported")),
        _ => return Err(damaged("it does not end with PAR1")),
    }
    let end = file.stamp.size.saturating_sub(TAIL);
    let length = u64::from(u32::from_le_bytes(*length));
    let start = end.checked_sub(length);
    let start = start.ok_or_else(|| damaged("its metadata are longer than the file"))?;
    if length > METADATA {
        return Err(FolderError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("{location}: metadata of {length} bytes; there may be up to 64 MiB"),
        ));
    }
    let metadata = bytes.read(start..end)?;
    let indexes = metadata_of_file(Thrift(&metadata)).map_err(damaged)?;
    for group in together(indexes) {
        let bytes = bytes.read(group.start..group.end)?;
        for index in group.indexes {
            let (start, end) = (index.start - group.start, index.end - group.start);
            let place = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let index = place.and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default();
            Thrift(index).skip(Type::Struct, 0).map_err(|_| damaged("its page index is wrong"))?;
        }
    }
    Ok(())
}

/// Looks through a `FileMetaData`; where the page indexes lie.
fn metadata_of_file(mut metadata: Thrift<'_>) -> Result<Vec<Range<u64>>, Flaw> {
    let mut indexes = Vec::new();
    metadata.fields(|thrift, field, of| match (field, of) {
        (2, Type::List) => schema(thrift).map(|()| true),
        (4, Type::List) => row_groups(thrift, &mut indexes).map(|()| true),
        _ => Ok(false),
    })?;
    Ok(indexes)
}

/// The columns, in depth-first order; each tells how many follow within it.
fn schema(thrift: &mut Thrift<'_>) -> Result<(), Flaw> {
    let (length, of) = thrift.list()?;
    let mut open: Vec<i64> = Vec::new();
    for _ in 0..length {
        let mut children = 0;
        match of {
            Type::Struct => thrift.fields(|thrift, field, of| match (field, of) {
                (5, Type::Int) => {
                    children = thrift.int()?;
                    Ok(true)
                }
                _ => Ok(false),
            })?,
            _ => return Err("its columns are not described as they should be"),
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > DEEPEST {
            return Err("its columns are nested more than 100 deep");
        }
        while open.last().is_some_and(|left| *left <= 0) {
            open.pop();
        }
    }
    Ok(())
}

fn row_groups(thrift: &mut Thrift<'_>, indexes: &mut Vec<Range<u64>>) -> Result<(), Flaw> {
    let (length, of) = thrift.list()?;
    for _ in 0..length {
        if of != Type::Struct {
            return Err("its row groups are not described as they should be");
        }
        thrift.fields(|thrift, field, of| match (field, of) {
            (1, Type::List) => {
                let (length, of) = thrift.list()?;
                for _ in 0..length {
                    if of != Type::Struct {
                        return Err("its row groups are not described as they should be");
                    }
                    column_chunk(thrift, indexes)?;
                }
                Ok(true)
            }
            _ => Ok(false),
        })?;
    }
    Ok(())
}

/// Offset and length of the offset index and of the column index are the fields 4 to 7.
fn column_chunk(thrift: &mut Thrift<'_>, indexes: &mut Vec<Range<u64>>) -> Result<(), Flaw> {
    let mut places = [None; 4];
    thrift.fields(|thrift, field, of| {
        let place = field.checked_sub(4).and_then(|place| usize::try_from(place).ok());
        let place = place.and_then(|place| places.get_mut(place));
        match (place, of) {
            (Some(place), Type::Int) => {
                let value = u64::try_from(thrift.int()?).map_err(|_| "an index lies before it")?;
                *place = Some(value);
                Ok(true)
            }
            _ => Ok(false),
        }
    })?;
    let [offset, length, column_offset, column_length] = places;
    for (offset, length) in [(offset, length), (column_offset, column_length)] {
        if let (Some(offset), Some(length)) = (offset, length) {
            indexes.push(offset..offset.saturating_add(length));
        }
    }
    Ok(())
}

/// The bytes of the file.
struct Bytes<'a> {
    file: &'a File,
    location: &'a Location,
    size: u64,
}

impl Bytes<'_> {
    fn read(&self, range: Range<u64>) -> Result<bytes::Bytes, FolderError> {
        read(self.file, self.location, &range, self.size)
            .map_err(|error| FolderError::of_store(&error))
    }
}

/// Indexes that are read at once.
struct Group {
    start: u64,
    end: u64,
    indexes: Vec<Range<u64>>,
}

/// They lie one behind the other, as a rule.
fn together(mut indexes: Vec<Range<u64>>) -> Vec<Group> {
    indexes.sort_by_key(|index| index.start);
    let mut groups: Vec<Group> = Vec::new();
    for index in indexes {
        match groups.last_mut() {
            Some(group) if index.start <= group.end && index.end - group.start <= AT_ONCE => {
                group.end = group.end.max(index.end);
                group.indexes.push(index);
            }
            _ => groups.push(Group { start: index.start, end: index.end, indexes: vec![index] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: u64) -> Vec<u8> {
        unsigned(value << 1)
    }

    fn unsigned(value: u64) -> Vec<u8> {
        let (mut bytes, mut left) = (Vec::new(), value);
        while left >= 0x80 {
            bytes.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
            left >>= 7;
        }
        bytes.push(u8::try_from(left).unwrap());
        bytes
    }

    /// A `FileMetaData` of a schema alone: elements with so many children.
    fn metadata(children: &[u64]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xfc];
        bytes.extend(unsigned(u64::try_from(children.len()).unwrap()));
        for children in children {
            bytes.push(0x55);
            bytes.extend(int(*children));
            bytes.push(0);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(metadata_of_file(Thrift(&metadata(&[2, 0, 1, 0]))), Ok(vec![]));
        let mut deep = vec![1; 100];
        deep.push(0);
        assert_eq!(metadata_of_file(Thrift(&metadata(&deep))), Ok(vec![]));
        deep.insert(0, 1);
        let flaw = metadata_of_file(Thrift(&metadata(&deep)));
        assert_eq!(flaw, Err("its columns are nested more than 100 deep"));
        // Wide is not deep.
        let mut wide = vec![0; 2001];
        wide[0] = 2000;
        assert_eq!(metadata_of_file(Thrift(&metadata(&wide))), Ok(vec![]));
    }

    #[test]
    fn lists_are_not_longer_than_their_bytes() {
        // The field 4, row groups: a list of 2^31 - 1 structs.
        let row_groups = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        let flaw = metadata_of_file(Thrift(&row_groups));
        assert_eq!(flaw, Err("its metadata have a list longer than they are"));
        let cut = metadata(&[1, 0]);
        for length in 0..cut.len() {
            assert!(metadata_of_file(Thrift(&cut[..length])).is_err(), "{length}");
        }
    }

    #[test]
    fn indexes_are_read_together() {
        let groups = together(vec![20..30, 10..20, 25..28, 40..50]);
        let groups: Vec<_> =
            groups.iter().map(|group| (group.start, group.end, group.indexes.len())).collect();
        assert_eq!(groups, [(10, 30, 3), (40, 50, 1)]);
    }
}
