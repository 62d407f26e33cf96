//! Time zones: the setting `TimeZone`.

use std::fmt;
use std::sync::Arc;

use super::error::ValueError;
use super::interval::Interval;
use super::style::invalid_setting;

#[cfg(feature = "time")]
mod iana;
mod posix;

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
    Fixed {
        east: i32,
        abbreviation: Name,
    },
    #[cfg(feature = "time")]
    Iana(jiff::tz::TimeZone),
    #[cfg(feature = "time")]
    Posix {
        rules: jiff::tz::TimeZone,
        winter: Name,
        summer: Name,
    },
}

impl TimeZone {
    /// Coordinated Universal Time.
    pub const UTC: TimeZone = TimeZone::utc("UTC", "UTC");

    /// Reads what `SET TimeZone` takes: a name in any case, a number of hours east of Greenwich, a
    /// POSIX zone, or `INTERVAL` and a span in quotes.
    ///
    /// # Errors
    ///
    /// 22023 for an unknown zone.
    ///
    /// `+05:45` is no offset but a POSIX zone, and means west: it prints -05:45.
    pub fn parse(text: &str) -> Result<TimeZone, ValueError> {
        let invalid = || invalid_setting("TimeZone", text);
        let keyword = text.get(..8).filter(|word| word.eq_ignore_ascii_case("interval"));
        if let (Some(_), Some(rest)) = (keyword, text.get(8..)) {
            let quoted = rest.trim_start().strip_prefix('\'');
            let quoted = quoted.and_then(|rest| rest.strip_suffix('\'')).ok_or_else(invalid)?;
            let interval = Interval::parse(quoted).map_err(|_| invalid())?;
            let seconds = i32::try_from(interval.micros / 1_000_000).map_err(|_| invalid())?;
            if interval.months != 0 || interval.days != 0 {
                return Err(invalid());
            }
            return TimeZone::fixed(seconds).ok_or_else(invalid);
        }
        // A float to C: "5.5", "+5", "1e1".
        let number = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let starts_as_number =
            number.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        if let Some(hours) = number.parse::<f64>().ok().filter(|_| starts_as_number) {
            #[allow(clippy::as_conversions, reason = "saturates, and then is out of range")]
            let seconds = (hours * 3600.0) as i32;
            return TimeZone::fixed(seconds)
                .ok_or_else(|| invalid().with_detail("UTC timezone offset is out of range."));
        }
        let zone = TimeZone::named(text).ok_or_else(invalid)?;
        // A name that `fixed` made must read back, though PostgreSQL would refuse it here.
        if zone.has_odd_seconds() && !text.starts_with('<') {
            let message = format!("time zone \"{text}\" appears to use leap seconds");
            return Err(ValueError::new(crate::SqlState::INVALID_PARAMETER_VALUE, message)
                .with_detail("PostgreSQL does not support leap seconds."));
        }
        Ok(zone)
    }

    /// A zone of one offset, in seconds east of Greenwich; `None` for a week or more.
    ///
    /// It has the name that PostgreSQL gives it: `<+05:30>-05:30`.
    pub fn fixed(east: i32) -> Option<TimeZone> {
        if east.unsigned_abs() > posix::MAX_HOURS.saturating_mul(3600) {
            return None;
        }
        let amount = posix::offset_text(east.unsigned_abs());
        let (abbreviation, west) = if east < 0 { ('-', '+') } else { ('+', '-') };
        Some(TimeZone {
            name: Name::Shared(format!("<{abbreviation}{amount}>{west}{amount}").into()),
            rules: Rules::Fixed {
                east,
                abbreviation: Name::Shared(format!("{abbreviation}{amount}").into()),
            },
        })
    }

    /// A zone by its IANA name in any case, or by POSIX rules.
    pub(super) fn named(text: &str) -> Option<TimeZone> {
        // PostgreSQL's bound on the length of a zone's name.
        if text.is_empty() || text.len() > 255 {
            return None;
        }
        if let Some((name, abbreviation)) =
            UTC_NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text))
        {
            return Some(TimeZone::utc(name, abbreviation));
        }
        #[cfg(feature = "time")]
        if let Some((name, rules)) = iana::find(text) {
            return Some(TimeZone { name: Name::Shared(name), rules: Rules::Iana(rules) });
        }
        posix::parse(&text.to_ascii_uppercase())
    }

    /// The zone's name as SHOW prints it.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Seconds east of Greenwich at a moment, in microseconds since 2000-01-01 00:00:00 UTC.
    #[inline]
    pub fn east_at(&self, micros: i64) -> i32 {
        let _ = micros;
        match &self.rules {
            Rules::Fixed { east, .. } => *east,
            #[cfg(feature = "time")]
            Rules::Iana(rules) | Rules::Posix { rules, .. } => iana::east_at(rules, micros),
        }
    }

    /// What the zone's time is called at a moment, such as `CET` or `CEST`.
    pub fn abbreviation_at(&self, micros: i64) -> String {
        let _ = micros;
        match &self.rules {
            Rules::Fixed { abbreviation, .. } => abbreviation.as_str().to_owned(),
            #[cfg(feature = "time")]
            Rules::Iana(rules) => iana::abbreviation_at(rules, micros),
            #[cfg(feature = "time")]
            Rules::Posix { rules, winter, summer } => {
                let name = if iana::is_summer_at(rules, micros) { summer } else { winter };
                name.as_str().to_owned()
            }
        }
    }

    /// Whether the zone has its summer time at a moment.
    pub fn is_summer_at(&self, micros: i64) -> bool {
        let _ = micros;
        match &self.rules {
            Rules::Fixed { .. } => false,
            #[cfg(feature = "time")]
            Rules::Iana(rules) | Rules::Posix { rules, .. } => iana::is_summer_at(rules, micros),
        }
    }

    /// The names of all zones that have one; none without the feature `time`.
    pub fn names() -> Vec<String> {
        #[cfg(feature = "time")]
        return iana::names().collect();
        #[cfg(not(feature = "time"))]
        Vec::new()
    }

    /// Seconds east of Greenwich when the clocks of the zone show a time, given like a `timestamp`.
    ///
    /// A time that the clocks skip counts as before the change, one that they show twice as after.
    pub fn east_at_local(&self, micros: i64) -> i32 {
        let _ = micros;
        match &self.rules {
            Rules::Fixed { east, .. } => *east,
            #[cfg(feature = "time")]
            Rules::Iana(rules) | Rules::Posix { rules, .. } => iana::east_at_local(rules, micros),
        }
    }

    /// Whether the time of this zone is ever called so.
    pub(super) fn uses(&self, abbreviation: &str) -> bool {
        self.east_named(abbreviation, 0).is_some()
    }

    /// The offset that an abbreviation stands for around a time that the clocks show: the last one
    /// before, or else the first one after.
    pub(super) fn east_named(&self, abbreviation: &str, local: i64) -> Option<i32> {
        let _ = local;
        match &self.rules {
            Rules::Fixed { east, abbreviation: own } => {
                own.as_str().eq_ignore_ascii_case(abbreviation).then_some(*east)
            }
            #[cfg(feature = "time")]
            Rules::Iana(rules) => iana::east_named(rules, abbreviation, local),
            #[cfg(feature = "time")]
            Rules::Posix { rules, winter, summer } => {
                let is = |name: &Name| name.as_str().eq_ignore_ascii_case(abbreviation);
                let wanted = if is(winter) {
                    posix::WINTER
                } else if is(summer) {
                    posix::SUMMER
                } else {
                    return None;
                };
                iana::east_named(rules, wanted, local)
            }
        }
    }

    /// The one offset of a zone that has no other, in seconds east of Greenwich.
    pub(super) fn only_offset(&self) -> Option<i32> {
        match &self.rules {
            Rules::Fixed { east, .. } => Some(*east),
            #[cfg(feature = "time")]
            Rules::Iana(rules) => iana::only_offset(rules),
            #[cfg(feature = "time")]
            Rules::Posix { .. } => None,
        }
    }

    const fn utc(name: &'static str, abbreviation: &'static str) -> TimeZone {
        TimeZone {
            name: Name::Static(name),
            rules: Rules::Fixed { east: 0, abbreviation: Name::Static(abbreviation) },
        }
    }

    /// Whether the minute does not start with the one in Greenwich: to PostgreSQL a sign of a zone
    /// that counts leap seconds.
    fn has_odd_seconds(&self) -> bool {
        self.east_at(0) % 60 != 0
    }
}

/// Names of UTC, and what they call it.
const UTC_NAMES: [(&str, &str); 16] = [
    ("UTC", "UTC"),
    ("Etc/UTC", "UTC"),
    ("UCT", "UTC"),
    ("Etc/UCT", "UTC"),
    ("Zulu", "UTC"),
    ("Etc/Zulu", "UTC"),
    ("Universal", "UTC"),
    ("Etc/Universal", "UTC"),
    ("GMT", "GMT"),
    ("Etc/GMT", "GMT"),
    ("GMT0", "GMT"),
    ("GMT+0", "GMT"),
    ("GMT-0", "GMT"),
    ("Etc/GMT0", "GMT"),
    ("Greenwich", "GMT"),
    ("Etc/Greenwich", "GMT"),
];

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

#[cfg(test)]
mod tests;
