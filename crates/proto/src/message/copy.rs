//! COPY: the responses that start it, and the data in either direction.

use std::borrow::Borrow;

use bytes::{Buf, Bytes};

use super::{
    BackendMessage, BackendTag, Encode, FrontendMessage, FrontendTag, PgStr,
    list::{FormatCodes, format},
};
use crate::{
    Format,
    error::{Malformed, Misuse},
    wire::{Body, Count, Reader, frame, frame::empty_frame, put_count, put_string},
};

/// CopyInResponse: the backend is ready to take data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyInResponse<F = FormatCodes> {
    /// The format of the whole.
    pub format: Format,
    /// The format codes of the columns, at most 32767; all 0 if the whole is text.
    pub columns: F,
}

impl CopyInResponse {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<CopyInResponse, Malformed> {
        let (format, columns) = decode(body)?;
        Ok(CopyInResponse { format, columns })
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> Encode for CopyInResponse<F> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        encode(out, Self::TAG, self.format, self.columns.clone())
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> BackendMessage for CopyInResponse<F> {
    const TAG: BackendTag = BackendTag::COPY_IN_RESPONSE;
}

/// CopyOutResponse: data follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOutResponse<F = FormatCodes> {
    /// The format of the whole.
    pub format: Format,
    /// The format codes of the columns, at most 32767; all 0 if the whole is text.
    pub columns: F,
}

impl CopyOutResponse {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<CopyOutResponse, Malformed> {
        let (format, columns) = decode(body)?;
        Ok(CopyOutResponse { format, columns })
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> Encode for CopyOutResponse<F> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        encode(out, Self::TAG, self.format, self.columns.clone())
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> BackendMessage for CopyOutResponse<F> {
    const TAG: BackendTag = BackendTag::COPY_OUT_RESPONSE;
}

/// CopyBothResponse: data flows both ways; only replication uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyBothResponse<F = FormatCodes> {
    /// The format of the whole.
    pub format: Format,
    /// The format codes of the columns; a walsender sends none.
    pub columns: F,
}

impl CopyBothResponse {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<CopyBothResponse, Malformed> {
        let (format, columns) = decode(body)?;
        Ok(CopyBothResponse { format, columns })
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> Encode for CopyBothResponse<F> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        encode(out, Self::TAG, self.format, self.columns.clone())
    }
}

impl<F: Clone + IntoIterator<Item: Borrow<i16>>> BackendMessage for CopyBothResponse<F> {
    const TAG: BackendTag = BackendTag::COPY_BOTH_RESPONSE;
}

/// CopyData: a piece of the data; from the backend one row, from the frontend cut anywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CopyData<D = Bytes> {
    /// The bytes.
    pub data: D,
}

impl<B: Body> CopyData<B> {
    /// Decodes the body: it is the data.
    #[inline]
    pub fn decode(body: B) -> CopyData<B> {
        CopyData { data: body }
    }
}

impl<D: AsRef<[u8]>> std::fmt::Debug for CopyData<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyData").field("len", &self.data.as_ref().len()).finish_non_exhaustive()
    }
}

impl<D: AsRef<[u8]>> Encode for CopyData<D> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, FrontendTag::COPY_DATA.0, |out| {
            out.extend_from_slice(self.data.as_ref());
            Ok(())
        })
    }
}

impl<D: AsRef<[u8]>> FrontendMessage for CopyData<D> {
    const TAG: FrontendTag = FrontendTag::COPY_DATA;
}

impl<D: AsRef<[u8]>> BackendMessage for CopyData<D> {
    const TAG: BackendTag = BackendTag::COPY_DATA;
}

/// CopyDone: the end of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyDone;

impl CopyDone {
    /// Decodes the body; whatever is in it is ignored, as PostgreSQL does.
    #[inline]
    pub fn decode(_body: impl Body) -> CopyDone {
        CopyDone
    }
}

impl Encode for CopyDone {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        out.extend_from_slice(&const { empty_frame(FrontendTag::COPY_DONE.0) });
        Ok(())
    }
}

impl FrontendMessage for CopyDone {
    const TAG: FrontendTag = FrontendTag::COPY_DONE;
}

impl BackendMessage for CopyDone {
    const TAG: BackendTag = BackendTag::COPY_DONE;
}

/// CopyFail: the frontend gives up; the COPY fails with SQLSTATE 57014.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyFail<S = PgStr> {
    /// Why.
    pub message: S,
}

impl<B: Body> CopyFail<PgStr<B>> {
    /// Decodes the body; what follows the string is ignored, as PostgreSQL does.
    pub fn decode(mut body: B) -> Result<Self, Malformed> {
        Ok(CopyFail { message: PgStr::take(&mut body)? })
    }
}

impl<S: AsRef<[u8]>> Encode for CopyFail<S> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_string(out, self.message.as_ref()))
    }
}

impl<S: AsRef<[u8]>> FrontendMessage for CopyFail<S> {
    const TAG: FrontendTag = FrontendTag::COPY_FAIL;
}

fn decode(mut body: Bytes) -> Result<(Format, FormatCodes), Malformed> {
    let overall = format(Reader::new(&body).u8()?.into())?;
    body.advance(1);
    Ok((overall, FormatCodes::last(body)?))
}

fn encode(
    out: &mut Vec<u8>,
    tag: BackendTag,
    format: Format,
    columns: impl IntoIterator<Item: Borrow<i16>>,
) -> Result<(), Misuse> {
    frame(out, tag.0, |out| {
        out.push(match format {
            Format::Text => 0,
            Format::Binary => 1,
        });
        put_count(out, Count::Signed, columns, |out, code| {
            out.extend_from_slice(&code.borrow().to_be_bytes());
            Ok(())
        })
    })
}
