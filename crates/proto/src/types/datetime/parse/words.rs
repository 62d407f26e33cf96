//! The words of dates and times.

use super::zones::ABBREVIATIONS;

/// What a word means in a date or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::types) enum Word {
    /// `epoch`
    Epoch,
    /// `infinity`, `+infinity`
    Late,
    /// `-infinity`
    Early,
    /// `now`
    Now,
    /// `yesterday`, `today`, `tomorrow`: so many days from this one.
    Day(i64),
    /// `allballs`: midnight UTC
    AllBalls,
    /// A month's name, and its number.
    Month(i32),
    /// The name of a day of the week, which is not looked at.
    Weekday,
    /// `am`, or `pm`
    Meridiem { pm: bool },
    /// `ad`, or `bc`
    Era { bc: bool },
    /// `at`, `on`
    Ignored,
    /// `dst`: an hour more
    SummerTime,
    /// `j`, `jd`, `julian`
    Julian,
    /// `t`
    Time,
    /// A unit that says nothing here.
    Unit,
    /// No word of these.
    Unknown,
}

/// Looks up a word in lower case.
pub(in crate::types) fn word(text: &str) -> Word {
    match text {
        "epoch" => Word::Epoch,
        "infinity" | "+infinity" => Word::Late,
        "-infinity" => Word::Early,
        "now" => Word::Now,
        "yesterday" => Word::Day(-1),
        "today" => Word::Day(0),
        "tomorrow" => Word::Day(1),
        "allballs" => Word::AllBalls,
        "jan" | "january" => Word::Month(1),
        "feb" | "february" => Word::Month(2),
        "mar" | "march" => Word::Month(3),
        "apr" | "april" => Word::Month(4),
        "may" => Word::Month(5),
        "jun" | "june" => Word::Month(6),
        "jul" | "july" => Word::Month(7),
        "aug" | "august" => Word::Month(8),
        "sep" | "sept" | "september" => Word::Month(9),
        "oct" | "october" => Word::Month(10),
        "nov" | "november" => Word::Month(11),
        "dec" | "december" => Word::Month(12),
        "sun" | "sunday" | "mon" | "monday" | "tue" | "tues" | "tuesday" | "wed" | "weds"
        | "wednesday" | "thu" | "thur" | "thurs" | "thursday" | "fri" | "friday" | "sat"
        | "saturday" => Word::Weekday,
        "am" => Word::Meridiem { pm: false },
        "pm" => Word::Meridiem { pm: true },
        "ad" => Word::Era { bc: false },
        "bc" => Word::Era { bc: true },
        "at" | "on" => Word::Ignored,
        "dst" => Word::SummerTime,
        "j" | "jd" | "julian" => Word::Julian,
        "t" => Word::Time,
        "d" | "dow" | "doy" | "h" | "isodow" | "isoyear" | "m" | "mm" | "s" | "y" => Word::Unit,
        _ => Word::Unknown,
    }
}

/// An abbreviation of a zone's time: seconds east of Greenwich, and whether it is summer time.
pub(super) fn abbreviation(text: &str) -> Option<(i32, bool)> {
    let place = ABBREVIATIONS.binary_search_by_key(&text, |(name, ..)| name).ok()?;
    ABBREVIATIONS.get(place).map(|(_, east, summer)| (*east, *summer))
}
