//! The words of templates.

use super::date::{Case, Pattern};

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The names of the days, from Sunday.
pub const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// How the words of a pattern are written.
#[derive(Clone, Copy)]
pub(super) struct Words {
    case: Case,
    fill_mode: bool,
    translated: bool,
}

impl Words {
    pub(super) fn of(pattern: &Pattern) -> Words {
        let Pattern { case, fill_mode, translated, .. } = *pattern;
        Words { case, fill_mode, translated }
    }

    pub(super) fn cased(self, word: &str) -> String {
        cased(word, self.case)
    }

    pub(super) fn either(self, place: i64, words: [&str; 2]) -> String {
        self.cased(at(&words, place))
    }

    /// A name, with blanks behind it to the length of the longest.
    pub(super) fn name(self, names: &[&str], place: i64) -> String {
        let name = self.cased(at(names, place));
        if self.fill_mode || self.translated { name } else { format!("{name:9}") }
    }

    /// The first three letters of a name.
    pub(super) fn short(self, names: &[&str], place: i64) -> String {
        let name = at(names, place);
        self.cased(name.get(..3).unwrap_or(name))
    }

    /// A number from 1 to 12.
    pub(super) fn roman(self, number: i64) -> String {
        let numeral = self.cased(at(&ROMAN, number.saturating_sub(1)));
        if self.fill_mode { numeral } else { format!("{numeral:4}") }
    }
}

pub(super) fn cased(word: &str, case: Case) -> String {
    match case {
        Case::Upper => word.to_ascii_uppercase(),
        Case::Capital => word.to_owned(),
        Case::Lower => word.to_ascii_lowercase(),
    }
}

fn at<'w>(words: &[&'w str], place: i64) -> &'w str {
    usize::try_from(place).ok().and_then(|place| words.get(place)).copied().unwrap_or_default()
}
