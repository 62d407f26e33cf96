//! Binary rows of a client that speaks another encoding than UTF-8.

use trunkline_core::types::Types;
use trunkline_core::{Column, Encoding, Format, PgError, Result};
use trunkline_proto::copy::{Decoder, Field, Options, Row, Target};
use trunkline_proto::encoding::{append_sized, recode_value};

/// Reads rows once more, with their texts in UTF-8.
pub(super) struct Recoder {
    encoding: Encoding,
    decoder: Decoder,
    row: Vec<u8>,
}

/// What stands in front of the rows: a signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl Recoder {
    pub(super) fn new(encoding: Encoding, options: &Options, target: &Target) -> Recoder {
        let mut decoder = Decoder::new(options.clone(), target.clone());
        decoder.push(HEADER);
        Recoder { encoding, decoder, row: Vec::new() }
    }

    /// A row in UTF-8.
    ///
    /// # Errors
    ///
    /// 22021 and 22P05 for bytes that are no text in the client's encoding; those of the row.
    pub(super) fn recode(
        &mut self,
        row: &Row<'_>,
        columns: &[Column],
        types: &Types,
    ) -> Result<Row<'_>> {
        self.row.clear();
        self.row.extend_from_slice(&u16::try_from(columns.len()).unwrap_or(u16::MAX).to_be_bytes());
        for (place, column) in columns.iter().enumerate() {
            let Field::Value(value) = row.field(place)? else {
                self.row.extend_from_slice(&(-1_i32).to_be_bytes());
                continue;
            };
            let of = (column.type_oid, Format::Binary);
            let recoded = append_sized(&mut self.row, |out| {
                recode_value(of, types, value, out, &mut |text, out| {
                    out.extend_from_slice(self.encoding.decode(text)?.as_bytes());
                    Ok(())
                })
            });
            recoded.map_err(|error| {
                let context = format!("{}, column {}", row.place(), column.name);
                PgError::from(error).context(context)
            })?;
        }
        self.decoder.push(&self.row);
        let recoded = self.decoder.next_row()?;
        recoded.ok_or_else(|| PgError::internal("a row that was read cannot be read again"))
    }
}
