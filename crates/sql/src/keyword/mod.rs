//! PostgreSQL's key words and what each may be used for.

mod table;

use table::KEYWORDS;

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
    let letter = usize::from(lower.first()?.wrapping_sub(b'a'));
    let same_letter = KEYWORDS.get(*LETTERS.get(letter)?..*LETTERS.get(letter + 1)?)?;
    let found = same_letter.binary_search_by(|(keyword, _)| keyword.as_bytes().cmp(lower)).ok()?;
    same_letter.get(found).map(|&(_, category)| category)
}

/// Bytes of the longest key word, `current_timestamp`.
const LONGEST: usize = 17;

/// Where the words with each letter begin in the table, and its length.
const LETTERS: [usize; 27] = letters();

const fn letters() -> [usize; 27] {
    let mut starts = [KEYWORDS.len(); 27];
    let mut at = KEYWORDS.len();
    let mut letter = 26;
    while letter > 0 {
        letter -= 1;
        while at > 0 && KEYWORDS[at - 1].0.as_bytes()[0] as usize >= letter + b'a' as usize {
            at -= 1;
        }
        starts[letter] = at;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        for (word, category) in KEYWORDS {
            assert_eq!(keyword_category(&word.to_ascii_uppercase()), Some(category), "{word}");
        }
        assert_eq!(KEYWORDS.iter().map(|(word, _)| word.len()).max(), Some(LONGEST));
    }

    #[test]
    fn other_words_are_none() {
        for word in ["", "_", "foo", "{", "zz", "aa", "current_timestamps", "é", "select\u{130}"] {
            assert_eq!(keyword_category(word), None, "{word}");
        }
    }
}
