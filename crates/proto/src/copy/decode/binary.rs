//! Binary rows.

use super::super::SIGNATURE;
use super::super::error::CopyError;
use super::row::{Place, Row, Slot, Target};
use super::{Input, LONGEST, too_long};

#[derive(Debug, Default)]
pub(super) struct Binary {
    state: State,
    /// The rows that were begun.
    number: u64,
    /// The fields of the row, from its start.
    slots: Vec<Slot>,
    /// How much of the row was read.
    at: usize,
    /// Where the row lies in the input.
    start: usize,
    /// What is wrong with the next field.
    failure: Option<CopyError>,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Header,
    /// So many bytes of the header are to be left out.
    Extension(usize),
    /// Before a row.
    Between,
    /// Within a row.
    Row,
    /// Behind the trailer.
    Trailer,
}

impl Binary {
    /// The rows that were read.
    pub(super) fn number(&self) -> u64 {
        match self.state {
            State::Row => self.number.saturating_sub(1),
            _ => self.number,
        }
    }

    /// Reads a row; whether there was one. One that is broken is a row as far as it goes.
    pub(super) fn read(&mut self, input: &mut Input, target: &Target) -> Result<bool, CopyError> {
        loop {
            match self.state {
                State::Header => {
                    let Some(extension) = header(input)? else { return Ok(false) };
                    self.state = State::Extension(extension);
                }
                State::Extension(0) => self.state = State::Between,
                State::Extension(left) => {
                    let length = left.min(input.rest().len());
                    input.consume(length);
                    self.state = State::Extension(left.saturating_sub(length));
                    if length == 0 && input.ended {
                        return Err(CopyError::format("invalid COPY file header (wrong length)"));
                    }
                    if length == 0 {
                        return Ok(false);
                    }
                }
                State::Between => {
                    let Some(count) = input.rest().first_chunk().copied() else {
                        return Ok(false);
                    };
                    self.number = self.number.saturating_add(1);
                    input.consume(2);
                    self.begin(i16::from_be_bytes(count), target)?;
                }
                State::Row => return Ok(self.read_row(input, target)),
                State::Trailer if input.rest().is_empty() => return Ok(false),
                State::Trailer => {
                    let error = CopyError::format("received copy data after EOF marker");
                    return Err(error.with_context(target.at_line(self.number)));
                }
            }
        }
    }

    pub(super) fn row<'a>(&'a self, input: &'a Input, target: &'a Target) -> Row<'a> {
        Row {
            target,
            number: self.number,
            raw: input.bytes.get(self.start..).unwrap_or_default(),
            aside: &[],
            null: &[],
            slots: &self.slots,
            is_line: false,
            failure: self.failure.as_ref(),
        }
    }

    fn begin(&mut self, count: i16, target: &Target) -> Result<(), CopyError> {
        let expected = target.columns.len();
        self.slots.clear();
        self.at = 0;
        self.state = State::Row;
        if count == -1 {
            self.state = State::Trailer;
        } else if usize::try_from(count) != Ok(expected) {
            let error =
                CopyError::format(format!("row field count is {count}, expected {expected}"));
            return Err(error.with_context(target.at_line(self.number)));
        }
        Ok(())
    }

    /// Reads on in a row; whether it is complete or broken.
    fn read_row(&mut self, input: &mut Input, target: &Target) -> bool {
        let (rest, ended) = (input.rest(), input.ended);
        while let Some(column) = target.columns.get(self.slots.len()) {
            let error = match field(rest, self.at, input.limit) {
                Ok(Some((slot, next))) => {
                    self.slots.push(slot);
                    self.at = next;
                    continue;
                }
                Ok(None) if ended => CopyError::format("unexpected EOF in COPY data"),
                Ok(None) => return false,
                Err(error) => error,
            };
            let context = format!("{}, column {}", target.at_line(self.number), column.name);
            self.failure = Some(error.with_context(context));
            break;
        }
        self.start = input.start;
        self.state = State::Between;
        input.consume(self.at);
        true
    }
}

/// The field at a place of a row, and where the next one is; `None` while it is incomplete.
fn field(row: &[u8], at: usize, limit: usize) -> Result<Option<(Slot, usize)>, CopyError> {
    let rest = row.get(at..).unwrap_or_default();
    let Some((size, rest)) = rest.split_first_chunk() else { return Ok(None) };
    let start = at.saturating_add(4);
    let Ok(size) = usize::try_from(i32::from_be_bytes(*size)) else {
        return match i32::from_be_bytes(*size) {
            -1 => Ok(Some((Slot::new(Place::Null, 0, 0), start))),
            _ => Err(CopyError::format("invalid field size")),
        };
    };
    if size > LONGEST {
        return Err(too_long(0, size, LONGEST));
    }
    let end = start.saturating_add(size);
    if end > limit {
        return Err(too_long(start, size, limit));
    }
    Ok((rest.len() >= size).then(|| (Slot::new(Place::Raw, start, end), end)))
}

/// The length of the header's extension; `None` while the header is incomplete.
fn header(input: &mut Input) -> Result<Option<usize>, CopyError> {
    let rest = input.rest();
    let wrong = |what: &str| Err(CopyError::format(what));
    let invalid = |what: &str| wrong(&format!("invalid COPY file header ({what})"));
    let Some((signature, rest)) = rest.split_first_chunk() else {
        return if input.ended { wrong("COPY file signature not recognized") } else { Ok(None) };
    };
    if *signature != SIGNATURE {
        return wrong("COPY file signature not recognized");
    }
    let Some((flags, rest)) = rest.split_first_chunk() else {
        return if input.ended { invalid("missing flags") } else { Ok(None) };
    };
    let flags = u32::from_be_bytes(*flags);
    if flags & (1 << 16) != 0 {
        return invalid("WITH OIDS");
    }
    if flags >> 16 != 0 {
        return wrong("unrecognized critical flags in COPY file header");
    }
    let Some(length) = rest.first_chunk() else {
        return if input.ended { invalid("missing length") } else { Ok(None) };
    };
    let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
        return invalid("missing length");
    };
    input.consume(19);
    Ok(Some(length))
}
