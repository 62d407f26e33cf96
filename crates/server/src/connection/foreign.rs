//! Between UTF-8, which is spoken here, and the encoding that the client speaks.

use std::borrow::Cow;

use trunkline_core::types::Types;
use trunkline_core::{Column, Encoding, Format, Formats, Oid, PgError, Result, Session, SqlState};
use trunkline_proto::encoding::{append_sized, recode_value};
use trunkline_proto::message::{BackendTag, ErrorFields};
use trunkline_proto::wire::frame::HEADER;

use super::Connection;

/// The longest message, as the rows of [`RowBuf`](trunkline_core::RowBuf) have it.
const LONGEST: usize = 0x3fff_ffff;

impl<S: Session> Connection<S> {
    /// The encoding that the client speaks now.
    #[inline]
    pub(crate) fn encoding(&self) -> Encoding {
        if self.has_news() { self.client.encoding() } else { self.encoding }
    }

    /// A string of the client as text.
    ///
    /// # Errors
    ///
    /// 22021 and 22P05 for bytes that are no text in its encoding.
    #[inline]
    pub(crate) fn text<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>> {
        // As most names are.
        if bytes.is_empty() {
            return Ok(Cow::Borrowed(""));
        }
        Ok(self.encoding().decode(bytes)?)
    }
}

/// The fields of an error or notice as the client reads them.
///
/// # Errors
///
/// 22P05 for a character that its encoding has not: PostgreSQL tells that instead.
pub(super) fn encoded_fields(fields: ErrorFields, encoding: Encoding) -> Result<ErrorFields> {
    if !encoding.is_foreign() {
        return Ok(fields);
    }
    let encoded = fields.iter().map(|(code, text)| {
        let text = String::from_utf8_lossy(text);
        Ok((code, encoding.encoded(&text)?.into_owned()))
    });
    encoded.collect()
}

/// A value of the client in UTF-8.
///
/// # Errors
///
/// 22021 and 22P05 for bytes that are no text in its encoding.
pub(super) fn decoded_value(
    (oid, format): (Oid, Format),
    types: &Types,
    value: &[u8],
    encoding: Encoding,
) -> Result<Vec<u8>> {
    let mut decoded = Vec::with_capacity(value.len());
    recode_value((oid, format), types, value, &mut decoded, &mut |text, out| {
        out.extend_from_slice(encoding.decode(text)?.as_bytes());
        Ok(())
    })?;
    Ok(decoded)
}

/// What rows are, for those who convert them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreign<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) columns: &'a [Column],
    pub(crate) formats: &'a Formats,
    pub(crate) types: &'a Types,
}

impl Foreign<'_> {
    /// Converts the rows, be they DataRows or COPY's, that `out` has from `start` on.
    ///
    /// # Errors
    ///
    /// 22P05 for a character that the encoding has not, 54000 for a row that becomes too long; the rows in
    /// front of it stay.
    pub(crate) fn encode_rows(&self, out: &mut Vec<u8>, start: usize) -> Result<()> {
        let written = out.split_off(start.min(out.len()));
        let mut rest = written.as_slice();
        while let Some((message, behind)) = split_message(rest) {
            let before = out.len();
            if let Err(error) = self.encode_row(message, out) {
                out.truncate(before);
                return Err(error);
            }
            rest = behind;
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    fn encode_row(&self, message: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let (head, body) = message.split_at_checked(HEADER).unwrap_or((message, &[]));
        out.extend_from_slice(head);
        let is_row = head.first() == Some(&BackendTag::DATA_ROW.0);
        match self.formats.get(0) {
            _ if is_row => self.encode_cells(body, out)?,
            Format::Text => self.encode_text(body, out)?,
            Format::Binary => match body.split_at_checked(copy_head(body)) {
                Some((head, cells)) => {
                    out.extend_from_slice(head);
                    self.encode_cells(cells, out)?;
                }
                None => out.extend_from_slice(body),
            },
        }
        let length = out.len() - start - 1;
        match (u32::try_from(length), out.get_mut(start + 1..start + HEADER)) {
            (Ok(word), Some(place)) if length <= LONGEST => {
                place.copy_from_slice(&word.to_be_bytes());
                Ok(())
            }
            _ => Err(too_long(length)),
        }
    }

    /// Cells with their lengths, behind their number.
    fn encode_cells(&self, cells: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (count, mut rest) = cells.split_at_checked(2).unwrap_or((cells, &[]));
        out.extend_from_slice(count);
        for (place, column) in self.columns.iter().enumerate() {
            let Some((word, behind)) = rest.split_first_chunk() else { break };
            let Ok(length) = usize::try_from(i32::from_be_bytes(*word)) else {
                out.extend_from_slice(word);
                rest = behind;
                continue;
            };
            let Some((cell, behind)) = behind.split_at_checked(length) else { break };
            let of = (column.type_oid, self.formats.get(place));
            append_sized(out, |out| {
                recode_value(of, self.types, cell, out, &mut |text, out| {
                    self.encoding.encode(Encoding::UTF8.decode(text)?.as_ref(), out)
                })
            })?;
            rest = behind;
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    fn encode_text(&self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        Ok(self.encoding.encode(&Encoding::UTF8.decode(text)?, out)?)
    }
}

/// How many bytes of COPY's binary format stand in front of a row.
fn copy_head(body: &[u8]) -> usize {
    const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
    // Flags, and the length of an extension, which there is none.
    if body.starts_with(SIGNATURE) { SIGNATURE.len() + 8 } else { 0 }
}

/// The first message of those that stand here, and what is behind it.
fn split_message(messages: &[u8]) -> Option<(&[u8], &[u8])> {
    let word: &[u8; 4] = messages.get(1..HEADER)?.first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*word)).ok()?;
    messages.split_at_checked(length.checked_add(1)?)
}

fn too_long(length: usize) -> PgError {
    PgError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("row of {length} bytes exceeds the limit of {LONGEST} bytes"),
    )
}
