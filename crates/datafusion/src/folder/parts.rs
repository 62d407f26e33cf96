//! When files are the parts of one table.

use super::error::FolderError;
use super::file::{DataFile, Folder, Walk};
use super::format::Format;
use trunkline_core::SqlState;

/// How deep partition folders may lie in each other.
const DEEPEST: usize = 32;

/// What Hive writes for NULL.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The files of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) format: Format,
    pub(super) files: Vec<DataFile>,
    /// The names of the partition columns, outermost first.
    pub(super) partitions: Vec<String>,
}

impl Parts {
    /// A table from its files; all must have one format and the same partition columns.
    pub(super) fn new(
        files: Vec<DataFile>,
        partitions: Vec<String>,
        place: &str,
    ) -> Result<Parts, FolderError> {
        let Some(first) = files.first() else {
            return Err(FolderError::new(
                SqlState::UNDEFINED_FILE,
                format!("{place}: there are no data files in it"),
            ));
        };
        let format = first.format;
        if let Some(other) = files.iter().find(|file| file.format != format) {
            return Err(FolderError::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!(
                    "{place}: its files are of two formats, {} ({format}) and {} ({}); make a table \
                     of each with --table NAME='FOLDER/*.EXTENSION'",
                    first.location, other.location, other.format,
                ),
            ));
        }
        Ok(Parts { format, files, partitions })
    }
}

/// Whether a folder within a path is one table.
pub(super) fn is_table(folder: &Folder) -> bool {
    folder.log.is_some() || is_hive(folder) || are_parts(&folder.files) && folder.folders.is_empty()
}

/// Whether a folder that is given as a path is one table, and its files are not one each.
pub(super) fn is_table_as_path(folder: &Folder) -> bool {
    // As Spark and Hadoop name the parts of a table.
    let is_part = |file: &DataFile| file.table.starts_with("part-");
    folder.log.is_some()
        || is_hive(folder)
        || are_parts(&folder.files) && folder.files.iter().all(is_part)
}

/// The one table of a folder.
pub(super) fn of_folder(
    walk: &mut Walk<'_>,
    mut folder: Folder,
    place: &str,
    watched: &mut Vec<Folder>,
) -> Result<Parts, FolderError> {
    if let Some(log) = folder.log {
        // Read as they are, the files would show rows that were deleted or replaced.
        return Err(FolderError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!(
                "{place}: a table with a log, {log}, which cannot be read; export it to Parquet"
            ),
        ));
    }
    if is_hive(&folder) {
        return hive(walk, folder, place, watched);
    }
    let files = std::mem::take(&mut folder.files);
    watched.push(folder);
    Parts::new(files, Vec::new(), place)
}

/// Whether the files of a folder look like the parts of one table.
///
/// They do when all have one format and names that differ in numbers and UUIDs alone, of which
/// every name has at least one: `part-00000-….parquet`, `2024-01-05.csv`, `sales_1.csv`.
fn are_parts(files: &[DataFile]) -> bool {
    let Some(first) = files.first() else { return false };
    let skeleton = skeleton(&first.table);
    skeleton.contains('#')
        && files
            .iter()
            .all(|file| file.format == first.format && self::skeleton(&file.table) == skeleton)
}

/// A name with `#` for its numbers and UUIDs.
fn skeleton(name: &str) -> String {
    let mut skeleton = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = uuid_length(rest).unwrap_or(digits);
        let taken = if number > 0 { number } else { first.len_utf8() };
        let (taken, left) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        rest = left;
        if number == 0 {
            skeleton.push_str(taken);
            continue;
        }
        // 2024-01 and 2024-01-05 are both a number.
        let before = skeleton.trim_end_matches(['-', '_', '.', 'T', ':']);
        if before.ends_with('#') {
            skeleton.truncate(before.len());
        } else {
            skeleton.push('#');
        }
    }
    skeleton
}

/// The length of the UUID that a text begins with.
fn uuid_length(text: &str) -> Option<usize> {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(plain) = text.get(..32)
        && is_hex(plain)
    {
        return Some(32);
    }
    let mut groups = text.get(..36)?.split('-');
    let fits = [8, 4, 4, 4, 12]
        .iter()
        .all(|length| groups.next().is_some_and(|group| group.len() == *length && is_hex(group)));
    fits.then_some(36)
}

/// Whether a folder is one table by its subfolders: `key=value`, and no data beside them.
fn is_hive(folder: &Folder) -> bool {
    folder.files.is_empty() && folder.folders.iter().any(|folder| split(&folder.name).is_some())
}

/// All files below a Hive-partitioned folder.
fn hive(
    walk: &mut Walk<'_>,
    folder: Folder,
    place: &str,
    watched: &mut Vec<Folder>,
) -> Result<Parts, FolderError> {
    let mut collected: Vec<(Vec<String>, DataFile)> = Vec::new();
    let mut pending = vec![(Vec::new(), folder)];
    while let Some((pairs, folder)) = pending.pop() {
        let mut folder: Folder = folder;
        for sub in std::mem::take(&mut folder.folders) {
            let Some(pair) = split(&sub.name) else { continue };
            if pairs.len() < DEEPEST {
                let mut pairs: Vec<(String, Option<String>)> = pairs.clone();
                pairs.push(pair);
                pending.push((pairs, walk.folder(&sub.path, &sub.location)?));
            }
        }
        let (keys, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        for mut file in std::mem::take(&mut folder.files) {
            file.values = values.clone();
            collected.push((keys.clone(), file));
        }
        watched.push(folder);
    }
    same_keys(collected, place)
}

/// One table of files that each have their partition keys.
pub(super) fn same_keys(
    mut collected: Vec<(Vec<String>, DataFile)>,
    place: &str,
) -> Result<Parts, FolderError> {
    collected.sort_by(|(_, a), (_, b)| a.location.cmp(&b.location));
    let keys = collected.first().map(|(keys, _)| keys.clone()).unwrap_or_default();
    if let Some((other, file)) = collected.iter().find(|(other, _)| *other != keys) {
        return Err(FolderError::new(
            SqlState::DATATYPE_MISMATCH,
            format!(
                "{place}: its files are partitioned by different keys, ({}) and, in {}, ({}); give \
                 all the same",
                keys.join(", "),
                file.location,
                other.join(", "),
            ),
        ));
    }
    Parts::new(collected.into_iter().map(|(_, file)| file).collect(), keys, place)
}

/// The partition key and value of a folder's name.
pub(super) fn split(name: &str) -> Option<(String, Option<String>)> {
    let (key, value) = name.split_once('=')?;
    if key.is_empty() {
        return None;
    }
    let value = (value != HIVE_NULL).then(|| percent_decoded(value));
    Some((percent_decoded(key), value))
}

/// Hive writes characters that a file system may not like as `%2F`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escaped = rest.strip_prefix('%').and_then(|rest| rest.get(..2));
        if let Some(byte) = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = rest.get(3..).unwrap_or("");
        } else {
            bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_uuids_do_not_tell_names_apart() {
        for (a, b) in [
            ("part-00000", "part-00017"),
            ("2013", "2014"),
            ("2024-01-05", "2024-02"),
            ("sales_2023", "sales_2024"),
            ("sales_2023_q1", "sales_2024_q4"),
            (
                "part-0-0d2c7d2c-0b3f-4b5a-9a0e-6b0b4c0f9c11-c000",
                "part-1-ffffffff-0b3f-4b5a-9a0e-6b0b4c0f9c11-c000",
            ),
            ("0d2c7d2c0b3f4b5a9a0e6b0b4c0f9c11", "ad2c7d2c0b3f4b5a9a0e6b0b4c0f9c1f"),
            ("2024-01-05T10:00", "2024-01-06T11:30"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        for (a, b) in [("customers", "orders"), ("sales_1", "costs_1"), ("a1", "1a"), ("a", "a1")] {
            assert_ne!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }

    #[test]
    fn a_partition_is_a_key_and_a_value() {
        let pair = |key: &str, value: &str| Some((key.to_owned(), Some(value.to_owned())));
        assert_eq!(split("origin=EWR"), pair("origin", "EWR"));
        assert_eq!(split("a=b=c"), pair("a", "b=c"));
        assert_eq!(split("a=x%2Fy%20z%zz"), pair("a", "x/y z%zz"));
        assert_eq!(split("a="), pair("a", ""));
        assert_eq!(split("a=__HIVE_DEFAULT_PARTITION__"), Some(("a".to_owned(), None)));
        assert_eq!(split("=a"), None);
        assert_eq!(split("plain"), None);
    }
}
