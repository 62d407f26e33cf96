//! IANA zones, from the database that the crate `jiff` brings along.

use std::sync::{Arc, OnceLock};

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};

use crate::types::datetime::civil_from_days;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// From 1970-01-01 to 2000-01-01, in seconds.
const EPOCH: i64 = 946_684_800;
/// 400 years, after which the calendar and so the rules repeat themselves, in seconds.
const ERA: i64 = 146_097 * 86_400;

fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

/// The names of all zones.
pub(super) fn names() -> impl Iterator<Item = String> {
    database().available().map(|name| name.as_str().to_owned())
}

/// A zone and its name in the database's own capitals.
pub(super) fn find(text: &str) -> Option<(Arc<str>, TimeZone)> {
    let zone = database().get(text).ok()?;
    let name = zone.iana_name().filter(|_| !zone.is_unknown())?.into();
    Some((name, zone))
}

#[inline]
pub(super) fn east_at(zone: &TimeZone, micros: i64) -> i32 {
    zone.to_offset(moment(micros)).seconds()
}

pub(super) fn abbreviation_at(zone: &TimeZone, micros: i64) -> String {
    zone.to_offset_info(moment(micros)).abbreviation().to_owned()
}

pub(super) fn is_summer_at(zone: &TimeZone, micros: i64) -> bool {
    zone.to_offset_info(moment(micros)).dst().is_dst()
}

pub(super) fn east_at_local(zone: &TimeZone, micros: i64) -> i32 {
    let Some(local) = local(micros) else { return east_at(zone, micros) };
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
        AmbiguousOffset::Gap { before, .. } => before.seconds(),
        AmbiguousOffset::Fold { after, .. } => after.seconds(),
    }
}

/// The offset that an abbreviation stands for around a local time.
pub(super) fn east_named(zone: &TimeZone, abbreviation: &str, micros: i64) -> Option<i32> {
    /// More changes than any zone has up to now.
    const ENOUGH: usize = 1000;
    let east = i64::from(east_at_local(zone, micros));
    let time = moment(micros.saturating_sub(east.saturating_mul(SECOND)));
    let is = |name: &str| name.eq_ignore_ascii_case(abbreviation);
    let now = zone.to_offset_info(time);
    if is(now.abbreviation()) {
        return Some(now.offset().seconds());
    }
    let before = zone.preceding(time).take(ENOUGH).find(|change| is(change.abbreviation()));
    if let Some(change) = before {
        return Some(change.offset().seconds());
    }
    let first = zone.to_offset_info(Timestamp::MIN);
    if is(first.abbreviation()) {
        return Some(first.offset().seconds());
    }
    let after = zone.following(time).take(ENOUGH).find(|change| is(change.abbreviation()));
    after.map(|change| change.offset().seconds())
}

/// The offset of a zone that never had another.
pub(super) fn only_offset(zone: &TimeZone) -> Option<i32> {
    let first = zone.to_offset(Timestamp::MIN);
    let same = zone.following(Timestamp::MIN).all(|transition| transition.offset() == first);
    same.then(|| first.seconds())
}

/// The moment, or where jiff's years end another one that the same rules govern.
#[inline]
fn moment(micros: i64) -> Timestamp {
    let mut seconds = micros.div_euclid(SECOND).saturating_add(EPOCH);
    let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    if seconds > max {
        let eras = seconds.saturating_sub(max).div_euclid(ERA).saturating_add(1);
        seconds = seconds.saturating_sub(eras.saturating_mul(ERA));
    }
    Timestamp::from_second(seconds.max(min)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn local(micros: i64) -> Option<civil::DateTime> {
    let days = i32::try_from(micros.div_euclid(DAY)).ok()?;
    let date = civil_from_days(days);
    // The same day of a year that jiff has; before that all zones keep their first offset.
    let year = if date.year > 9999 {
        date.year.rem_euclid(400).saturating_add(9200)
    } else {
        date.year.max(-9998)
    };
    let second = micros.rem_euclid(DAY) / SECOND;
    civil::DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
        i8::try_from(second / 3600).ok()?,
        i8::try_from(second / 60 % 60).ok()?,
        i8::try_from(second % 60).ok()?,
        0,
    )
    .ok()
}
