//! Bind: parameters for a statement make a portal.

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{
    Encode, FrontendMessage, FrontendTag,
    list::codes,
    parts::{part, position, put_body},
};
use crate::{
    Format,
    error::{Malformed, Misuse, PeerError},
    wire::{Body, Count, Reader, frame, put_count, put_string, put_value},
};

/// A received Bind.
///
/// One slice of the read buffer, owned or borrowed, and where its parts lie; nothing is allocated, however many
/// parameters there are. The layout was checked; whether the counts and codes suit the statement
/// is the server's business. To write one, see [`NewBind`].
#[derive(Clone, PartialEq, Eq)]
pub struct Bind<B = Bytes> {
    body: B,
    places: Places,
}

/// A received Bind that cannot be read to its end.
///
/// PostgreSQL tells so only when nothing else is wrong with what it has read before
/// (`exec_bind_message` in `src/backend/tcop/postgres.c`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedBind<B: Body = Bytes> {
    /// Its names. If it [is counted](Self::is_counted) also the formats and the number of its values, and the values
    /// in front of the one that cannot be read.
    pub read: Bind<B>,
    /// Whether it can be read up to the number of its values.
    pub is_counted: bool,
    /// What is wrong with it.
    pub error: PeerError,
}

/// Where the parts of a body begin: the portal's name is first. Formats and values begin behind their counts.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Places {
    statement: u32,
    parameter_formats: u32,
    parameters: u32,
    result_formats: u32,
}

/// In which part of a body it is that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Names,
    Counts,
    Value(u16),
    Results,
}

/// A format code that is neither 0 nor 1: an ERROR 22023 in PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat(pub i16);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unsupported format code: {}", self.0)
    }
}

impl std::error::Error for UnknownFormat {}

impl<B: Body> Bind<B> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Bind<B>, Malformed> {
        let mut places = Places::default();
        match places.find(body.as_ref()) {
            Ok(()) => Ok(Bind { body, places }),
            Err((malformed, _)) => Err(malformed),
        }
    }

    /// Decodes the body, or what can be read of it; an error is that not even its names can be.
    #[inline]
    pub(crate) fn read(body: B) -> Result<Result<Bind<B>, Box<MalformedBind<B>>>, Malformed> {
        let mut places = Places::default();
        match places.find(body.as_ref()) {
            Ok(()) => Ok(Ok(Bind { body, places })),
            Err((malformed, Part::Names)) => Err(malformed),
            Err((malformed, part)) => Ok(Err(Bind { body, places }.up_to(part, malformed))),
        }
    }

    #[cold]
    fn up_to(self, part: Part, malformed: Malformed) -> Box<MalformedBind<B>> {
        let mut error = PeerError::from(malformed);
        if let Part::Value(index) = part {
            // As PostgreSQL's the error tells which it is.
            let portal = String::from_utf8_lossy(self.portal());
            error = error.with_context(parameter_place(&portal, index.into()));
        }
        Box::new(MalformedBind { read: self, is_counted: part != Part::Counts, error })
    }

    /// The name of the portal; empty is the unnamed one.
    #[inline]
    pub fn portal(&self) -> &[u8] {
        self.part(0..self.places.statement.saturating_sub(1))
    }

    /// The name of the statement; empty is the unnamed one.
    #[inline]
    pub fn statement(&self) -> &[u8] {
        // Behind the name: its NUL and the count of the formats.
        self.part(self.places.statement..self.places.parameter_formats.saturating_sub(3))
    }

    /// The format codes of the parameters as received: none, one for all, or one each.
    #[inline]
    pub fn parameter_formats(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(self.part(self.places.parameter_formats..self.places.parameters.saturating_sub(2)))
    }

    /// The format of a parameter, counted from 0: no codes mean text, one code is for all.
    #[inline]
    pub fn parameter_format(&self, index: usize) -> Result<Format, UnknownFormat> {
        let mut codes = self.parameter_formats();
        let code = match codes.len() {
            0 => return Ok(Format::Text),
            1 => codes.next(),
            _ => codes.nth(index),
        };
        let code = code.unwrap_or(0);
        Format::from_code(code).ok_or(UnknownFormat(code))
    }

    /// How many parameters there are.
    #[inline]
    pub fn parameter_count(&self) -> usize {
        let count = self.places.parameters.saturating_sub(2)..self.places.parameters;
        Reader::new(self.part(count)).u16().map(usize::from).unwrap_or_default()
    }

    /// The values of the parameters; `None` is NULL.
    #[inline]
    pub fn parameters(&self) -> impl Iterator<Item = Option<&[u8]>> + Clone {
        let mut reader = Reader::new(self.part(self.places.parameters..u32::MAX));
        (0..self.parameter_count()).map_while(move |_| reader.value().ok())
    }

    /// The format codes of the columns as received: none, one for all, or one each.
    #[inline]
    pub fn result_formats(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(self.part(self.places.result_formats..u32::MAX))
    }

    /// The whole body, as received.
    pub fn as_bytes(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// A copy that does not keep the read buffer alive: for a portal that outlives its Bind.
    pub fn detach(&self) -> Bind {
        Bind { body: Bytes::copy_from_slice(self.as_bytes()), places: self.places }
    }

    #[inline]
    fn part(&self, range: Range<u32>) -> &[u8] {
        part(self.as_bytes(), range)
    }
}

impl Places {
    /// Walks through a body; what is found before it fails stays.
    #[inline]
    fn find(&mut self, body: &[u8]) -> Result<(), (Malformed, Part)> {
        const COUNT: u32 = 2;
        let mut reader = Reader::new(body);
        let within = |part| move |malformed| (malformed, part);
        reader.string().map_err(within(Part::Names))?;
        self.statement = position(body, &reader).map_err(within(Part::Names))?;
        reader.string().map_err(within(Part::Names))?;
        let counts = within(Part::Counts);
        self.parameter_formats = position(body, &reader).map_err(counts)?.saturating_add(COUNT);
        let formats = reader.u16().map_err(counts)?;
        reader.bytes(usize::from(formats).saturating_mul(2)).map_err(counts)?;
        let parameter_count = reader.u16().map_err(counts)?;
        self.parameters = position(body, &reader).map_err(counts)?;
        for index in 0..parameter_count {
            reader.value().map_err(within(Part::Value(index)))?;
        }
        let results = within(Part::Results);
        let formats = reader.u16().map_err(results)?;
        self.result_formats = position(body, &reader).map_err(results)?;
        reader.bytes(usize::from(formats).saturating_mul(2)).map_err(results)?;
        reader.finish().map_err(results)
    }
}

impl<B: Body> fmt::Debug for Bind<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parameters are data, perhaps secret: only their number is told.
        f.debug_struct("Bind")
            .field("portal", &self.portal().escape_ascii().to_string())
            .field("statement", &self.statement().escape_ascii().to_string())
            .field("parameter_count", &self.parameter_count())
            .finish_non_exhaustive()
    }
}

impl<B: Body> Encode for Bind<B> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        put_body(out, Self::TAG, self.as_bytes())
    }
}

impl<B: Body> FrontendMessage for Bind<B> {
    const TAG: FrontendTag = FrontendTag::BIND;
}

/// Which parameter of a portal it is, counted from 0, in the words of PostgreSQL's context (field `W`).
#[cold]
pub fn parameter_place(portal: &str, index: usize) -> String {
    let number = index.saturating_add(1);
    match portal {
        "" => format!("unnamed portal parameter ${number}"),
        name => format!("portal \"{name}\" parameter ${number}"),
    }
}

/// A Bind to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewBind<'a, P> {
    /// The name of the portal; empty is the unnamed one.
    pub portal: &'a str,
    /// The name of the statement; empty is the unnamed one.
    pub statement: &'a str,
    /// None (all text), one for all, or one each.
    pub parameter_formats: &'a [Format],
    /// The values, at most 65535: an iterator that can be cloned, such as a slice.
    pub parameters: P,
    /// None (all text), one for all, or one a column.
    pub result_formats: &'a [Format],
}

impl<P, V> Encode for NewBind<'_, P>
where
    P: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_string(out, self.portal.as_bytes())?;
            put_string(out, self.statement.as_bytes())?;
            put_formats(out, self.parameter_formats)?;
            put_values(out, Count::Unsigned, self.parameters.clone())?;
            put_formats(out, self.result_formats)
        })
    }
}

impl<P, V> FrontendMessage for NewBind<'_, P>
where
    P: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    const TAG: FrontendTag = FrontendTag::BIND;
}

/// Appends a count and format codes.
pub(super) fn put_formats(out: &mut Vec<u8>, formats: &[Format]) -> Result<(), Misuse> {
    put_count(out, Count::Unsigned, formats, |out, format| {
        out.extend_from_slice(&format.code().to_be_bytes());
        Ok(())
    })
}

/// Appends a count and values.
#[inline]
pub(super) fn put_values<V: AsRef<[u8]>>(
    out: &mut Vec<u8>,
    count: Count,
    values: impl IntoIterator<Item = Option<V>>,
) -> Result<(), Misuse> {
    put_count(out, count, values, |out, value| put_value(out, value.as_ref().map(V::as_ref)))
}
