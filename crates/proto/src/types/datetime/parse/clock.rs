//! A time alone: `time` and `timetz`. A date may stand before it, for the zone's sake.

use super::draft::{DATE, Draft, MODIFIER, Set, TIME, ZONE, present};
use super::lexer::{Fields, Kind};
use super::number::displacement;
use super::words::{Word, word};
use super::{Flaw, Prefix, named_zone};
use crate::types::datetime::calendar::DAY as DAY_MICROS;
use crate::types::style::TextStyle;

/// Microseconds since midnight, and seconds west of Greenwich.
pub(super) fn parse(text: &str, style: &TextStyle) -> Result<(i64, i32), Flaw> {
    let fields = Fields::new(text)?;
    let mut reader = Reader {
        draft: Draft { order: style.date_style.order, ..Draft::default() },
        fields: &fields,
        style,
        have: 0,
        prefix: None,
    };
    for place in 0..fields.len() {
        let Some((kind, text)) = fields.get(place) else { break };
        let set = reader.field(place, kind, text)?;
        if set & reader.have != 0 {
            return Err(Flaw::Format);
        }
        reader.have |= set;
    }
    reader.finish()
}

struct Reader<'a> {
    draft: Draft,
    fields: &'a Fields,
    style: &'a TextStyle,
    have: Set,
    prefix: Option<Prefix>,
}

impl Reader<'_> {
    fn field(&mut self, place: usize, kind: Kind, text: &str) -> Result<Set, Flaw> {
        match kind {
            Kind::Date => self.date(place, text),
            Kind::Time => {
                if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) {
                    return Err(Flaw::Format);
                }
                self.draft.clock(text)
            }
            Kind::Signed => {
                self.draft.west = displacement(text)?;
                Ok(ZONE)
            }
            Kind::Number => self.number(place, text),
            Kind::Word | Kind::Special => self.word(place, text),
        }
    }

    fn date(&mut self, place: usize, text: &str) -> Result<Set, Flaw> {
        let date_is_last = self.fields.last_kind() == Some(Kind::Date);
        if place == 0
            && self.fields.len() >= 2
            && (date_is_last || self.fields.kind(1) == Some(Kind::Time))
        {
            return self.draft.date(text, self.have);
        }
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            self.draft.zone = Some(named_zone(text)?);
            return Ok(ZONE);
        }
        if self.have & TIME != 0 {
            return Err(Flaw::Format);
        }
        let (time, zone) =
            text.find('-').and_then(|place| text.split_at_checked(place)).ok_or(Flaw::Format)?;
        self.draft.west = displacement(zone)?;
        self.prefix = None;
        Ok(self.draft.run_together(time, self.have | DATE)? | ZONE)
    }

    fn number(&mut self, place: usize, text: &str) -> Result<Set, Flaw> {
        match self.prefix.take() {
            Some(Prefix::Julian) => return self.draft.julian_day(text),
            Some(Prefix::Time) => {
                let set = self.draft.run_together(text, self.have | DATE)?;
                return if set == TIME { Ok(set) } else { Err(Flaw::Format) };
            }
            Some(Prefix::Unit) => return Err(Flaw::Format),
            None => {}
        }
        match text.find('.') {
            Some(_)
                if place == 0
                    && self.fields.len() >= 2
                    && self.fields.last_kind() == Some(Kind::Date) =>
            {
                self.draft.date(text, self.have)
            }
            Some(point) if point > 2 => self.draft.run_together(text, self.have | DATE),
            Some(_) => Err(Flaw::Format),
            None if text.len() > 4 => self.draft.run_together(text, self.have | DATE),
            None => self.draft.number(text, false, self.have | DATE),
        }
    }

    fn word(&mut self, place: usize, text: &str) -> Result<Set, Flaw> {
        if let Some(set) = self.draft.abbreviation(text) {
            return Ok(set);
        }
        match word(text) {
            Word::Now => Ok(self.draft.now(self.style)? & !DATE),
            Word::Time => {
                let next = self.fields.kind(place.saturating_add(1));
                if !matches!(next, Some(Kind::Number | Kind::Time | Kind::Date)) {
                    return Err(Flaw::Format);
                }
                self.prefix = Some(Prefix::Time);
                Ok(0)
            }
            unit @ (Word::Julian | Word::Unit) => {
                if self.prefix.is_some() {
                    return Err(Flaw::Format);
                }
                let julian = unit == Word::Julian;
                self.prefix = Some(if julian { Prefix::Julian } else { Prefix::Unit });
                Ok(0)
            }
            Word::Unknown => {
                self.draft.zone = Some(named_zone(text).map_err(|_| Flaw::Format)?);
                Ok(ZONE)
            }
            word => self.draft.word(word).ok_or(Flaw::Format),
        }
    }

    fn finish(mut self) -> Result<(i64, i32), Flaw> {
        if self.prefix.is_some() {
            return Err(Flaw::Format);
        }
        self.draft.settle_date(self.have)?;
        self.draft.settle_hour()?;
        if self.draft.time_overflows() {
            return Err(Flaw::Field);
        }
        if self.have & TIME == 0 {
            return Err(Flaw::Format);
        }
        let named = self.draft.zone.is_some();
        let zone = match self.draft.zone.take() {
            Some(zone) => Some(zone),
            None if self.have & ZONE == 0 => Some(self.style.time_zone.clone()),
            None => None,
        };
        let Some(zone) = zone else { return Ok((self.draft.time(), self.draft.west)) };
        if self.have & MODIFIER != 0 {
            return Err(Flaw::Format);
        }
        let east = match zone.only_offset() {
            Some(east) => east,
            None if self.have & DATE == DATE => {
                zone.east_at_local(self.draft.local().ok_or(Flaw::Field)?)
            }
            None if named || self.have & DATE != 0 => return Err(Flaw::Format),
            // The offset is that of today; without a clock, of the day when 2000 began.
            None => match present(self.style) {
                Some((local, _)) => {
                    let midnight = local.saturating_sub(local.rem_euclid(DAY_MICROS));
                    zone.east_at_local(midnight.saturating_add(self.draft.time()))
                }
                None => zone.east_at(0),
            },
        };
        Ok((self.draft.time(), east.wrapping_neg()))
    }
}
