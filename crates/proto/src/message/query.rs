//! Statements: Query, Parse, and what answers them.

use std::{borrow::Borrow, fmt};

use bytes::Bytes;

use super::{
    BackendMessage, BackendTag, Encode, FrontendMessage, FrontendTag, PgStr,
    list::{Oids, oids},
    parts::{part, position, put_body},
};
use crate::{
    Oid,
    error::{Malformed, Misuse},
    wire::{Body, Count, Reader, frame, put_count, put_part, put_string},
};

/// Query: run every statement of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<S = PgStr> {
    /// The statements, separated by semicolons; may be empty.
    pub sql: S,
}

impl<B: Body> Query<PgStr<B>> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Self, Malformed> {
        Ok(Query { sql: PgStr::only(body)? })
    }
}

impl<S: AsRef<[u8]>> Encode for Query<S> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_string(out, self.sql.as_ref()))
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for Query<S> {
    const TAG: FrontendTag = FrontendTag::QUERY;
}

/// A received Parse: prepare a statement. To write one, see [`NewParse`].
///
/// One slice of the read buffer, owned or borrowed, and where its parts lie.
#[derive(Clone, PartialEq, Eq)]
pub struct Parse<B = Bytes> {
    body: B,
    /// Where the statement begins, behind its name, and where its parameters' types do.
    sql: u32,
    parameter_types: u32,
}

impl<B: Body> Parse<B> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Parse<B>, Malformed> {
        let mut reader = Reader::new(body.as_ref());
        reader.string()?;
        let sql = position(body.as_ref(), &reader)?;
        reader.string()?;
        let count = reader.u16()?;
        let parameter_types = position(body.as_ref(), &reader)?;
        reader.bytes(usize::from(count).saturating_mul(4))?;
        reader.finish()?;
        Ok(Parse { sql, parameter_types, body })
    }

    /// The name of the statement; empty is the unnamed statement.
    #[inline]
    pub fn name(&self) -> &[u8] {
        part(self.body.as_ref(), 0..self.sql.saturating_sub(1))
    }

    /// One statement, or the empty string.
    #[inline]
    pub fn sql(&self) -> &[u8] {
        // Behind it: its NUL and the count of the types.
        part(self.body.as_ref(), self.sql..self.parameter_types.saturating_sub(3))
    }

    /// Types of the first parameters; [`Oid::UNSPECIFIED`] leaves one to the server. May be fewer
    /// or more than the statement has.
    #[inline]
    pub fn parameter_types(&self) -> impl ExactSizeIterator<Item = Oid> + Clone + '_ {
        oids(part(self.body.as_ref(), self.parameter_types..u32::MAX))
    }

    /// A copy that does not keep the read buffer alive.
    pub fn detach(&self) -> Parse {
        let body = Bytes::copy_from_slice(self.body.as_ref());
        Parse { body, sql: self.sql, parameter_types: self.parameter_types }
    }
}

impl<B: Body> fmt::Debug for Parse<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parse")
            .field("name", &self.name().escape_ascii().to_string())
            .field("sql", &self.sql().escape_ascii().to_string())
            .field("parameter_types", &self.parameter_types().collect::<Vec<_>>())
            .finish()
    }
}

impl<B: Body> Encode for Parse<B> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        put_body(out, Self::TAG, self.body.as_ref())
    }
}

impl<B: Body> FrontendMessage for Parse<B> {
    const TAG: FrontendTag = FrontendTag::PARSE;
}

/// A Parse to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewParse<S, T> {
    /// The name of the statement; empty is the unnamed statement.
    pub name: S,
    /// One statement, or the empty string.
    pub sql: S,
    /// Types of the first parameters, at most 65535: see [`Parse::parameter_types`].
    pub parameter_types: T,
}

impl<S, T> Encode for NewParse<S, T>
where
    S: AsRef<[u8]>,
    T: Clone + IntoIterator<Item: Borrow<Oid>>,
{
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_string(out, self.name.as_ref())?;
            put_string(out, self.sql.as_ref())?;
            put_oids(out, self.parameter_types.clone())
        })
    }
}

impl<S, T> FrontendMessage for NewParse<S, T>
where
    S: AsRef<[u8]>,
    T: Clone + IntoIterator<Item: Borrow<Oid>>,
{
    const TAG: FrontendTag = FrontendTag::PARSE;
}

/// ParameterDescription: the types of a statement's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterDescription<T = Oids> {
    /// One type a parameter, at most 65535.
    pub types: T,
}

impl ParameterDescription {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<ParameterDescription, Malformed> {
        Ok(ParameterDescription { types: Oids::last(body)? })
    }
}

impl<T: Clone + IntoIterator<Item: Borrow<Oid>>> Encode for ParameterDescription<T> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_oids(out, self.types.clone()))
    }
}

impl<T: Clone + IntoIterator<Item: Borrow<Oid>>> BackendMessage for ParameterDescription<T> {
    const TAG: BackendTag = BackendTag::PARAMETER_DESCRIPTION;
}

/// CommandComplete: a statement has run to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandComplete<S = PgStr> {
    /// The command tag: `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`.
    pub tag: S,
}

impl CommandComplete {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: Bytes) -> Result<CommandComplete, Malformed> {
        Ok(CommandComplete { tag: PgStr::only(body)? })
    }
}

impl<S: AsRef<[u8]>> Encode for CommandComplete<S> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_string(out, self.tag.as_ref()))
    }
}

impl<S: AsRef<[u8]>> BackendMessage for CommandComplete<S> {
    const TAG: BackendTag = BackendTag::COMMAND_COMPLETE;
}

/// A CommandComplete to be written whose tag is put together only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewCommandComplete<'a> {
    /// `SELECT`, `INSERT 0`, `CREATE TABLE`.
    pub words: &'a str,
    /// The number of rows, behind the words.
    pub rows: Option<u64>,
}

impl Encode for NewCommandComplete<'_> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_part(out, self.words.as_bytes())?;
            if let Some(rows) = self.rows {
                out.push(b' ');
                crate::types::int::text_u64(rows, out);
            }
            out.push(0);
            Ok(())
        })
    }
}

impl BackendMessage for NewCommandComplete<'_> {
    const TAG: BackendTag = BackendTag::COMMAND_COMPLETE;
}

#[inline]
fn put_oids(out: &mut Vec<u8>, oids: impl IntoIterator<Item: Borrow<Oid>>) -> Result<(), Misuse> {
    put_count(out, Count::Unsigned, oids, |out, oid| {
        out.extend_from_slice(&oid.borrow().0.to_be_bytes());
        Ok(())
    })
}
