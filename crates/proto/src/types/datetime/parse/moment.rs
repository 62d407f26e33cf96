//! A date with a time: `date`, `timestamp`, `timestamptz`.

use super::draft::{DATE, DAY, Draft, MODIFIER, MONTH, SPECIAL, Set, TIME, WEEKDAY, ZONE};
use super::lexer::{Fields, Kind};
use super::number::displacement;
use super::words::{Word, word};
use super::{Flaw, Prefix, named_zone};
use crate::types::style::TextStyle;
use crate::types::zone::TimeZone;

/// What was read.
pub(super) enum Moment {
    /// A date, and a time of it in the zone of the draft.
    At(Draft),
    Epoch,
    Infinity,
    NegInfinity,
}

impl Moment {
    pub(super) fn parse(text: &str, style: &TextStyle) -> Result<Moment, Flaw> {
        let fields = Fields::new(text)?;
        let mut reader = Reader {
            draft: Draft { order: style.date_style.order, ..Draft::default() },
            style,
            session: &style.time_zone,
            have: 0,
            prefix: None,
            text_month: false,
            special: None,
            abbreviation: None,
            unknown_zone: false,
        };
        for place in 0..fields.len() {
            let Some((kind, text)) = fields.get(place) else { break };
            let set = reader.field(kind, text)?;
            if set & reader.have != 0 {
                return Err(Flaw::Format);
            }
            reader.have |= set;
        }
        reader.finish()
    }
}

struct Reader<'a> {
    draft: Draft,
    style: &'a TextStyle,
    session: &'a TimeZone,
    have: Set,
    /// What the field before said of the next.
    prefix: Option<Prefix>,
    text_month: bool,
    special: Option<Word>,
    /// What the time is called in the zone that is meant.
    abbreviation: Option<String>,
    /// Only the session's zone can tell what the abbreviation means.
    unknown_zone: bool,
}

impl Reader<'_> {
    fn field(&mut self, kind: Kind, text: &str) -> Result<Set, Flaw> {
        match kind {
            Kind::Date => self.date(text),
            Kind::Time => {
                if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) {
                    return Err(Flaw::Format);
                }
                let set = self.draft.clock(text)?;
                if self.draft.time_overflows() { Err(Flaw::Field) } else { Ok(set) }
            }
            Kind::Signed => {
                self.draft.west = displacement(text)?;
                Ok(ZONE)
            }
            Kind::Number => self.number(text),
            Kind::Word | Kind::Special => self.word(text),
        }
    }

    fn date(&mut self, text: &str) -> Result<Set, Flaw> {
        if self.prefix == Some(Prefix::Julian) {
            // A Julian day with a zone right after it.
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            let (day, zone) = text.split_at_checked(end).ok_or(Flaw::Format)?;
            let _ = self.draft.julian_day(day)?;
            self.draft.west = displacement(zone)?;
            self.prefix = None;
            return Ok(DATE | TIME | ZONE);
        }
        if self.prefix.is_none() && self.have & (MONTH | DAY) != MONTH | DAY {
            return self.draft.date(text, self.have);
        }
        if !text.starts_with(|c: char| c.is_ascii_digit()) && self.prefix.is_none() {
            self.draft.zone = Some(named_zone(text)?);
            return Ok(ZONE);
        }
        // A time run together with a zone: "040506-08".
        if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) || self.have & TIME != 0
        {
            return Err(Flaw::Format);
        }
        let (time, zone) =
            text.find('-').and_then(|place| text.split_at_checked(place)).ok_or(Flaw::Format)?;
        self.draft.west = displacement(zone)?;
        Ok(self.draft.run_together(time, self.have)? | ZONE)
    }

    fn number(&mut self, text: &str) -> Result<Set, Flaw> {
        match self.prefix.take() {
            Some(Prefix::Julian) => return self.draft.julian_day(text),
            Some(Prefix::Time) => {
                let set = self.draft.run_together(text, self.have | DATE)?;
                return if set == TIME { Ok(set) } else { Err(Flaw::Format) };
            }
            Some(Prefix::Unit) => return Err(Flaw::Format),
            None => {}
        }
        let point = text.find('.');
        if point.is_some() && self.have & DATE == 0 {
            self.draft.date(text, self.have)
        } else if point.is_some_and(|digits| digits > 2)
            || (text.len() >= 6 && (self.have & DATE == 0 || self.have & TIME == 0))
        {
            self.draft.run_together(text, self.have)
        } else {
            self.draft.number(text, self.text_month, self.have)
        }
    }

    fn word(&mut self, text: &str) -> Result<Set, Flaw> {
        if let Some(set) = self.draft.abbreviation(text) {
            self.abbreviation = Some(text.to_owned());
            return Ok(set);
        }
        match word(text) {
            special @ (Word::Epoch | Word::Late | Word::Early) => {
                self.special = Some(special);
                Ok(DATE | TIME | ZONE | SPECIAL)
            }
            Word::Now => self.draft.now(self.style),
            Word::Day(days) => self.draft.day_from_now(days, text, self.style),
            Word::Month(month) => {
                let draft = &mut self.draft;
                let mut set = MONTH;
                // The number before was the day: "8 January".
                if self.have & MONTH != 0
                    && !self.text_month
                    && self.have & DAY == 0
                    && (1..=31).contains(&draft.month)
                {
                    draft.day = draft.month;
                    set = DAY;
                }
                self.text_month = true;
                draft.month = month;
                Ok(set)
            }
            Word::Weekday => Ok(WEEKDAY),
            prefix @ (Word::Julian | Word::Time | Word::Unit) => {
                if self.prefix.is_some() || (prefix == Word::Time && self.have & DATE != DATE) {
                    return Err(Flaw::Format);
                }
                self.prefix = Some(match prefix {
                    Word::Julian => Prefix::Julian,
                    Word::Time => Prefix::Time,
                    _ => Prefix::Unit,
                });
                Ok(0)
            }
            Word::Unknown => {
                // The session's zone may know it, but that depends on the date.
                self.abbreviation = Some(text.to_owned());
                self.draft.zone = named_zone(text).ok();
                self.unknown_zone = self.draft.zone.is_none();
                let known = !self.unknown_zone || self.session.uses(text);
                if known { Ok(ZONE) } else { Err(Flaw::Format) }
            }
            word => self.draft.word(word).ok_or(Flaw::Format),
        }
    }

    fn finish(mut self) -> Result<Moment, Flaw> {
        if self.prefix.is_some() {
            return Err(Flaw::Format);
        }
        match self.special {
            Some(Word::Epoch) => return Ok(Moment::Epoch),
            Some(Word::Late) => return Ok(Moment::Infinity),
            Some(_) => return Ok(Moment::NegInfinity),
            None => {}
        }
        self.draft.settle_date(self.have)?;
        self.draft.settle_hour()?;
        if self.have & DATE != DATE {
            return Err(Flaw::Format);
        }
        let session = self
            .abbreviation
            .as_deref()
            .and_then(|abbreviation| self.session.east_named(abbreviation, self.draft.local()?));
        if let Some(east) = session {
            (self.draft.zone, self.draft.west) = (None, east.wrapping_neg());
        } else if self.unknown_zone {
            return Err(Flaw::Format);
        }
        if self.draft.zone.is_none() && self.have & ZONE == 0 {
            self.draft.zone = Some(self.session.clone());
        }
        if self.draft.zone.is_some() && self.have & MODIFIER != 0 {
            return Err(Flaw::Format);
        }
        Ok(Moment::At(self.draft))
    }
}
