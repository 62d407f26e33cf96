//! FunctionCall and its answer: the legacy fast path.

use bytes::{Buf, Bytes};

use super::{
    BackendMessage, BackendTag, Encode, FrontendMessage, FrontendTag,
    bind::{put_formats, put_values},
    list::codes,
    parts::{part, position, put_body},
};
use crate::{
    Format, Oid,
    error::{Malformed, Misuse},
    wire::{Body, Count, Reader, frame, put_value},
};

/// A received FunctionCall: call a function by its oid. To write one, see [`NewFunctionCall`].
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionCall<B = Bytes> {
    body: B,
    /// Where the arguments begin, behind their count.
    arguments: u32,
}

impl<B: Body> FunctionCall<B> {
    /// Decodes the body.
    pub fn decode(body: B) -> Result<FunctionCall<B>, Malformed> {
        let mut reader = Reader::new(body.as_ref());
        reader.u32()?;
        let formats = reader.u16()?;
        reader.bytes(usize::from(formats).saturating_mul(2))?;
        let argument_count = reader.u16()?;
        let arguments = position(body.as_ref(), &reader)?;
        for _ in 0..argument_count {
            reader.value().map_err(|malformed| match malformed {
                Malformed::ValueSize(size) => Malformed::ArgumentSize(size),
                other => other,
            })?;
        }
        reader.i16()?;
        reader.finish()?;
        Ok(FunctionCall { arguments, body })
    }

    /// How many arguments a body says that there are, whatever comes behind; `None` if it ends before.
    pub(crate) fn announced(body: &[u8]) -> Option<u16> {
        let mut reader = Reader::new(body);
        reader.u32().ok()?;
        let formats = reader.u16().ok()?;
        reader.bytes(usize::from(formats).saturating_mul(2)).ok()?;
        reader.u16().ok()
    }

    /// A copy that does not keep the read buffer alive.
    pub fn detach(&self) -> FunctionCall {
        let body = Bytes::copy_from_slice(self.body.as_ref());
        FunctionCall { body, arguments: self.arguments }
    }

    /// The function, an oid of `pg_proc`.
    pub fn function(&self) -> Oid {
        Oid(Reader::new(self.body.as_ref()).u32().unwrap_or_default())
    }

    /// The format codes of the arguments as received: none, one for all, or one each.
    pub fn argument_formats(&self) -> impl ExactSizeIterator<Item = i16> + Clone + '_ {
        codes(part(self.body.as_ref(), 6..self.arguments.saturating_sub(2)))
    }

    /// How many arguments there are.
    pub fn argument_count(&self) -> usize {
        let count = self.arguments.saturating_sub(2)..self.arguments;
        Reader::new(part(self.body.as_ref(), count)).u16().map(usize::from).unwrap_or_default()
    }

    /// The values of the arguments; `None` is NULL.
    pub fn arguments(&self) -> impl Iterator<Item = Option<&[u8]>> + Clone {
        let mut reader = Reader::new(part(self.body.as_ref(), self.arguments..u32::MAX));
        (0..self.argument_count()).map_while(move |_| reader.value().ok())
    }

    /// The format code of the result as received.
    pub fn result_format(&self) -> i16 {
        self.body.as_ref().last_chunk().copied().map(i16::from_be_bytes).unwrap_or_default()
    }
}

impl<B: Body> std::fmt::Debug for FunctionCall<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FunctionCall")
            .field("function", &self.function())
            .field("argument_count", &self.argument_count())
            .finish_non_exhaustive()
    }
}

impl<B: Body> Encode for FunctionCall<B> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        put_body(out, Self::TAG, self.body.as_ref())
    }
}

impl<B: Body> FrontendMessage for FunctionCall<B> {
    const TAG: FrontendTag = FrontendTag::FUNCTION_CALL;
}

/// A FunctionCall to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewFunctionCall<'a, A> {
    /// The function, an oid of `pg_proc`.
    pub function: Oid,
    /// None (all text), one for all, or one each.
    pub argument_formats: &'a [Format],
    /// The values: an iterator that can be cloned, such as a slice.
    pub arguments: A,
    /// The format of the result.
    pub result_format: Format,
}

impl<A, V> Encode for NewFunctionCall<'_, A>
where
    A: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.function.0.to_be_bytes());
            put_formats(out, self.argument_formats)?;
            put_values(out, Count::Unsigned, self.arguments.clone())?;
            out.extend_from_slice(&self.result_format.code().to_be_bytes());
            Ok(())
        })
    }
}

impl<A, V> FrontendMessage for NewFunctionCall<'_, A>
where
    A: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    const TAG: FrontendTag = FrontendTag::FUNCTION_CALL;
}

/// FunctionCallResponse: the result of a FunctionCall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionCallResponse<V = Bytes> {
    /// The value; `None` is NULL.
    pub value: Option<V>,
}

impl FunctionCallResponse {
    /// Decodes the body.
    pub fn decode(mut body: Bytes) -> Result<FunctionCallResponse, Malformed> {
        let mut reader = Reader::new(&body);
        let is_null = reader.value()?.is_none();
        reader.finish()?;
        body.advance(4);
        Ok(FunctionCallResponse { value: (!is_null).then_some(body) })
    }
}

impl<V: AsRef<[u8]>> Encode for FunctionCallResponse<V> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_value(out, self.value.as_ref().map(V::as_ref)))
    }
}

impl<V: AsRef<[u8]>> BackendMessage for FunctionCallResponse<V> {
    const TAG: BackendTag = BackendTag::FUNCTION_CALL_RESPONSE;
}
