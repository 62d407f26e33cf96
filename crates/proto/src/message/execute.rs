//! What is done with a statement or portal: Describe, Execute, Close.

use super::{Encode, FrontendMessage, FrontendTag, PgStr};
use crate::{
    error::{Malformed, Misuse},
    wire::{Body, Reader, frame, put_string},
};

/// What a name in Describe and Close names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A prepared statement: `S`.
    Statement,
    /// A portal: `P`.
    Portal,
}

impl Target {
    /// The byte on the wire.
    pub const fn byte(self) -> u8 {
        match self {
            Target::Statement => b'S',
            Target::Portal => b'P',
        }
    }

    const fn from_byte(byte: u8) -> Option<Target> {
        match byte {
            b'S' => Some(Target::Statement),
            b'P' => Some(Target::Portal),
            _ => None,
        }
    }
}

/// Describe: tell the parameters and columns of a statement, or the columns of a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Describe<S = PgStr> {
    /// What `name` names.
    pub target: Target,
    /// The name; empty is the unnamed one.
    pub name: S,
}

impl<B: Body> Describe<PgStr<B>> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Self, Malformed> {
        let (byte, name) = target_and_name(body)?;
        let target = Target::from_byte(byte).ok_or(Malformed::DescribeSubtype(byte))?;
        Ok(Describe { target, name })
    }
}

impl<S: AsRef<[u8]>> Encode for Describe<S> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.push(self.target.byte());
            put_string(out, self.name.as_ref())
        })
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for Describe<S> {
    const TAG: FrontendTag = FrontendTag::DESCRIBE;
}

/// Close: forget a statement or portal; closing what is not there is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close<S = PgStr> {
    /// What `name` names.
    pub target: Target,
    /// The name; empty is the unnamed one.
    pub name: S,
}

impl<B: Body> Close<PgStr<B>> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Self, Malformed> {
        let (byte, name) = target_and_name(body)?;
        let target = Target::from_byte(byte).ok_or(Malformed::CloseSubtype(byte))?;
        Ok(Close { target, name })
    }
}

impl<S: AsRef<[u8]>> Encode for Close<S> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.push(self.target.byte());
            put_string(out, self.name.as_ref())
        })
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for Close<S> {
    const TAG: FrontendTag = FrontendTag::CLOSE;
}

/// Execute: run a portal, or the next part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execute<S = PgStr> {
    /// The name of the portal; empty is the unnamed one.
    pub portal: S,
    /// The most rows to return; zero and negative numbers mean all.
    pub max_rows: i32,
}

impl<B: Body> Execute<PgStr<B>> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body.as_ref());
        let length = reader.string()?.len();
        let max_rows = reader.i32()?;
        reader.finish()?;
        Ok(Execute { portal: PgStr::first(body, length), max_rows })
    }
}

impl<S: AsRef<[u8]>> Encode for Execute<S> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_string(out, self.portal.as_ref())?;
            out.extend_from_slice(&self.max_rows.to_be_bytes());
            Ok(())
        })
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for Execute<S> {
    const TAG: FrontendTag = FrontendTag::EXECUTE;
}

/// The body of Describe and Close. As in PostgreSQL, the layout is judged before the byte is.
#[inline]
fn target_and_name<B: Body>(mut body: B) -> Result<(u8, PgStr<B>), Malformed> {
    let byte = Reader::new(body.as_ref()).u8()?;
    body.advance(1);
    Ok((byte, PgStr::only(body)?))
}
