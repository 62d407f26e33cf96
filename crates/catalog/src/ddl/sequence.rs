//! `CREATE SEQUENCE` and what is said of one.

use trunkline_core::Oid;
use trunkline_core::catalog::{Access, Sequence};
use trunkline_sql::{Reader, TokenKind};

use super::names::Name;
use super::{Loader, Read, if_not_exists};

/// A sequence of which nothing is said but its type.
pub(super) fn usual(name: String, type_oid: Oid) -> Sequence {
    Sequence {
        name,
        type_oid,
        start: 1,
        increment: 1,
        minimum: 1,
        maximum: largest(type_oid),
        cache: 1,
        cycle: false,
        owner: None,
        access: Access::default(),
    }
}

fn largest(oid: Oid) -> i64 {
    match oid {
        Oid::INT2 => i16::MAX.into(),
        Oid::INT4 => i32::MAX.into(),
        _ => i64::MAX,
    }
}

fn smallest(oid: Oid) -> i64 {
    match oid {
        Oid::INT2 => i16::MIN.into(),
        Oid::INT4 => i32::MIN.into(),
        _ => i64::MIN,
    }
}

impl Loader<'_> {
    pub(super) fn create_sequence(&mut self, reader: &mut Reader<'_>) -> Read {
        let is_optional = if_not_exists(reader)?;
        let name = Name::read(reader)?;
        if let Err(taken) = self.check_free(&name) {
            return if is_optional { Ok(()) } else { Err(taken) };
        }
        let mut sequence = usual(name.plain.clone(), Oid::INT8);
        self.sequence_options(reader, &mut sequence, true)?;
        let place = self.place_for(&name)?;
        self.add_sequences(place, [sequence]);
        Ok(())
    }

    /// `AS type`, `START 1`, `OWNED BY t.c`, …, up to what is none of them; what is not said of a new one
    /// is as usual.
    pub(super) fn sequence_options(
        &mut self,
        reader: &mut Reader<'_>,
        sequence: &mut Sequence,
        is_new: bool,
    ) -> Read {
        let (mut start, mut minimum, mut maximum) = (None, None, None);
        loop {
            if reader.eat("as") {
                sequence.type_oid = self.data_type(reader)?.0;
            } else if reader.eat("start") {
                let _ = reader.eat("with");
                start = Some(number(reader)?);
            } else if reader.eat("increment") {
                let _ = reader.eat("by");
                sequence.increment = number(reader)?;
            } else if reader.eat("minvalue") {
                minimum = Some(number(reader)?);
            } else if reader.eat("maxvalue") {
                maximum = Some(number(reader)?);
            } else if reader.eat("cache") {
                sequence.cache = number(reader)?;
            } else if reader.eat("cycle") {
                sequence.cycle = true;
            } else if reader.eat("no") {
                // MINVALUE, MAXVALUE and CYCLE: what is usual.
                reader.advance();
            } else if reader.eat("owned") {
                reader.expect("by")?;
                sequence.owner = owner(reader)?;
            } else if reader.eat("sequence") {
                reader.expect("name")?;
                sequence.name = Name::read(reader)?.plain;
            } else if reader.eat("restart") {
                let _ = reader.eat("with");
                if !reader.at_end() && !reader.at_kind(TokenKind::RightParen) {
                    number(reader)?;
                }
            } else if reader.at_any(&["logged", "unlogged"]) {
                reader.advance();
            } else {
                break;
            }
        }
        if is_new {
            let oid = sequence.type_oid;
            let goes_up = sequence.increment > 0;
            (sequence.minimum, sequence.maximum) =
                if goes_up { (1, largest(oid)) } else { (smallest(oid), -1) };
            sequence.start = if goes_up { minimum.unwrap_or(1) } else { maximum.unwrap_or(-1) };
        }
        sequence.minimum = minimum.unwrap_or(sequence.minimum);
        sequence.maximum = maximum.unwrap_or(sequence.maximum);
        sequence.start = start.unwrap_or(sequence.start);
        Ok(())
    }
}

fn number(reader: &mut Reader<'_>) -> Read<i64> {
    let unexpected = reader.unexpected();
    reader.number()?.parse().map_err(|_| unexpected.into())
}

/// `OWNED BY NONE | table.column`
pub(super) fn owner(reader: &mut Reader<'_>) -> Read<Option<(String, String)>> {
    if reader.eat("none") {
        return Ok(None);
    }
    let mut parts = vec![reader.name()?];
    while reader.eat_kind(TokenKind::Dot) {
        parts.push(reader.label()?);
    }
    let column = parts.pop().unwrap_or_default();
    Ok(parts.pop().map(|table| (table, column)))
}
