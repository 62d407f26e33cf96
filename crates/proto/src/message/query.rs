//! Statements: Query, Parse, and what answers them.

use std::borrow::Borrow;

use bytes::Bytes;

use super::{BackendMessage, BackendTag, Encode, FrontendMessage, FrontendTag, PgStr, list::Oids};
use crate::{
    Oid,
    error::{Malformed, Misuse},
    wire::{Count, frame, put_count, put_string},
};

/// Query: run every statement of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<S = PgStr> {
    /// The statements, separated by semicolons; may be empty.
    pub sql: S,
}

impl Query {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: Bytes) -> Result<Query, Malformed> {
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

/// Parse: prepare a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse<S = PgStr, T = Oids> {
    /// The name of the statement; empty is the unnamed statement.
    pub name: S,
    /// One statement, or the empty string.
    pub sql: S,
    /// Types of the first parameters, at most 65535; [`Oid::UNSPECIFIED`] leaves one to the
    /// server. May be fewer or more than the statement has.
    pub parameter_types: T,
}

impl Parse {
    /// Decodes the body.
    #[inline]
    pub fn decode(mut body: Bytes) -> Result<Parse, Malformed> {
        let name = PgStr::take(&mut body)?;
        let sql = PgStr::take(&mut body)?;
        Ok(Parse { name, sql, parameter_types: Oids::last(body)? })
    }
}

impl<S, T> Encode for Parse<S, T>
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

impl<S, T> FrontendMessage for Parse<S, T>
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

#[inline]
fn put_oids(out: &mut Vec<u8>, oids: impl IntoIterator<Item: Borrow<Oid>>) -> Result<(), Misuse> {
    put_count(out, Count::Unsigned, oids, |out, oid| {
        out.extend_from_slice(&oid.borrow().0.to_be_bytes());
        Ok(())
    })
}
