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
    wire::{Count, Reader, frame, put_count, put_string, put_value},
};

/// A received Bind.
///
/// One slice of the read buffer and where its parts lie; nothing is allocated, however many
/// parameters there are. The layout was checked; whether the counts and codes suit the statement
/// is the server's business. To write one, see [`NewBind`].
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    body: Bytes,
    /// Where the parts begin: the portal's name is first.
    statement: u32,
    parameter_formats: u32,
    /// Behind their count.
    parameters: u32,
    result_formats: u32,
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

impl Bind {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: Bytes) -> Result<Bind, Malformed> {
        Bind::read(body).map_err(|(malformed, _)| malformed)
    }

    /// Decodes the body; of a value that is wrong the error tells which it is, as PostgreSQL's does.
    #[inline]
    pub(crate) fn decode_telling_where(body: Bytes) -> Result<Bind, PeerError> {
        Bind::read(body).map_err(|(malformed, place)| match place {
            Some(place) => PeerError::from(malformed).with_context(place),
            None => malformed.into(),
        })
    }

    #[inline]
    fn read(body: Bytes) -> Result<Bind, (Malformed, Option<String>)> {
        let elsewhere = |malformed| (malformed, None);
        let mut reader = Reader::new(&body);
        let portal = reader.string().map_err(elsewhere)?;
        let statement = position(&body, &reader).map_err(elsewhere)?;
        reader.string().map_err(elsewhere)?;
        let formats = reader.u16().map_err(elsewhere)?;
        let parameter_formats = position(&body, &reader).map_err(elsewhere)?;
        reader.bytes(usize::from(formats).saturating_mul(2)).map_err(elsewhere)?;
        let parameter_count = reader.u16().map_err(elsewhere)?;
        let parameters = position(&body, &reader).map_err(elsewhere)?;
        for index in 0..parameter_count {
            reader.value().map_err(|malformed| {
                let portal = String::from_utf8_lossy(portal);
                (malformed, Some(parameter_place(&portal, index.into())))
            })?;
        }
        let formats = reader.u16().map_err(elsewhere)?;
        let result_formats = position(&body, &reader).map_err(elsewhere)?;
        reader.bytes(usize::from(formats).saturating_mul(2)).map_err(elsewhere)?;
        reader.finish().map_err(elsewhere)?;
        Ok(Bind { statement, parameter_formats, parameters, result_formats, body })
    }

    /// The name of the portal; empty is the unnamed one.
    #[inline]
    pub fn portal(&self) -> &[u8] {
        self.part(0..self.statement.saturating_sub(1))
    }

    /// The name of the statement; empty is the unnamed one.
    #[inline]
    pub fn statement(&self) -> &[u8] {
        // Behind the name: its NUL and the count of the formats.
        self.part(self.statement..self.parameter_formats.saturating_sub(3))
    }

    /// The format codes of the parameters as received: none, one for all, or one each.
    #[inline]
    pub fn parameter_formats(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(self.part(self.parameter_formats..self.parameters.saturating_sub(2)))
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
        let count = self.parameters.saturating_sub(2)..self.parameters;
        Reader::new(self.part(count)).u16().map(usize::from).unwrap_or_default()
    }

    /// The values of the parameters; `None` is NULL.
    #[inline]
    pub fn parameters(&self) -> impl Iterator<Item = Option<&[u8]>> + Clone {
        let mut reader = Reader::new(self.part(self.parameters..u32::MAX));
        (0..self.parameter_count()).map_while(move |_| reader.value().ok())
    }

    /// The format codes of the columns as received: none, one for all, or one each.
    #[inline]
    pub fn result_formats(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(self.part(self.result_formats..u32::MAX))
    }

    /// The whole body, as received.
    pub fn as_bytes(&self) -> &[u8] {
        &self.body
    }

    /// A copy that does not keep the read buffer alive: for a portal that outlives its Bind.
    pub fn detach(&self) -> Bind {
        Bind { body: Bytes::copy_from_slice(&self.body), ..self.clone() }
    }

    #[inline]
    fn part(&self, range: Range<u32>) -> &[u8] {
        part(&self.body, range)
    }
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parameters are data, perhaps secret: only their number is told.
        f.debug_struct("Bind")
            .field("portal", &self.portal().escape_ascii().to_string())
            .field("statement", &self.statement().escape_ascii().to_string())
            .field("parameter_count", &self.parameter_count())
            .finish_non_exhaustive()
    }
}

impl Encode for Bind {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        put_body(out, Self::TAG, &self.body)
    }
}

impl FrontendMessage for Bind {
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
