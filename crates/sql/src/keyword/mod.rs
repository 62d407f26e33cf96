//! PostgreSQL's key words and what each may be used for.

mod table;

use table::{COLUMN_NAME, RESERVED, TYPE_OR_FUNCTION_NAME, UNRESERVED};

/// How far a key word is reserved.
///
/// <https://www.postgresql.org/docs/18/sql-keywords-appendix.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeywordCategory {
    /// May be any name.
    Unreserved,
    /// May be a column or table name, but not a function or type name.
    ColumnName,
    /// May be a function or type name, but not a column or table name.
    TypeOrFunctionName,
    /// May be no name; at most a column label behind `AS`.
    Reserved,
}

impl KeywordCategory {
    /// Whether such a word may name a column, table, cursor, setting and the like (`ColId`).
    pub const fn is_column_name(self) -> bool {
        matches!(self, Self::Unreserved | Self::ColumnName)
    }
}

/// The category of a word, whatever its case; `None` if PostgreSQL 18 has no such key word.
///
/// ```
/// use trunkline_sql::{KeywordCategory, keyword_category};
/// assert_eq!(keyword_category("Select"), Some(KeywordCategory::Reserved));
/// assert_eq!(keyword_category("selector"), None);
/// ```
pub fn keyword_category(word: &str) -> Option<KeywordCategory> {
    let mut buffer = [0; LONGEST];
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let is_in =
        |words: &[&str]| words.binary_search_by(|keyword| keyword.as_bytes().cmp(&*lower)).is_ok();
    if is_in(&RESERVED) {
        Some(KeywordCategory::Reserved)
    } else if is_in(&UNRESERVED) {
        Some(KeywordCategory::Unreserved)
    } else if is_in(&COLUMN_NAME) {
        Some(KeywordCategory::ColumnName)
    } else if is_in(&TYPE_OR_FUNCTION_NAME) {
        Some(KeywordCategory::TypeOrFunctionName)
    } else {
        None
    }
}

/// Bytes of the longest key word, `current_timestamp`.
const LONGEST: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_in_its_list() {
        let lists = [
            (&UNRESERVED[..], KeywordCategory::Unreserved),
            (&COLUMN_NAME, KeywordCategory::ColumnName),
            (&TYPE_OR_FUNCTION_NAME, KeywordCategory::TypeOrFunctionName),
            (&RESERVED, KeywordCategory::Reserved),
        ];
        for (words, category) in lists {
            for word in words {
                assert_eq!(keyword_category(&word.to_ascii_uppercase()), Some(category), "{word}");
            }
        }
        let longest = lists.iter().flat_map(|(words, _)| *words).map(|word| word.len()).max();
        assert_eq!(longest, Some(LONGEST));
    }

    #[test]
    fn other_words_are_none() {
        for word in ["", "foo", "current_timestamps", "é", "select\u{130}"] {
            assert_eq!(keyword_category(word), None, "{word}");
        }
    }
}
