//! The beginning of a text file.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use trunkline_core::SqlState;

use super::decoded::{decompressed, undecompressed};
use super::error::FolderError;
use super::file::DataFile;

/// Files up to this size, decompressed, are looked at whole.
const WHOLE: u64 = 8 << 20;

/// Of bigger ones, this much is looked at.
const PART: usize = 2 << 20;

/// Text that types are inferred from.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    /// Whether these are all bytes of the file; else they end with a whole line.
    pub(super) is_whole: bool,
}

impl Sample {
    pub(super) fn of(file: &DataFile, open: Arc<File>) -> Result<Sample, FolderError> {
        let failed = |error: io::Error| {
            let (location, format) = (&file.location, file.format);
            let told = undecompressed(location, &error);
            if told.code() != SqlState::DATA_CORRUPTED {
                return told;
            }
            FolderError::corrupt(format!("{location}: cannot be read as {format}: {error}"))
        };
        let reader = decompressed(open, file.format.compression).map_err(failed)?;
        let mut bytes = Vec::new();
        reader.take(WHOLE + 1).read_to_end(&mut bytes).map_err(failed)?;
        let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= WHOLE);
        if !is_whole {
            bytes.truncate(PART);
            let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            bytes.truncate(end);
            if bytes.is_empty() {
                return Err(FolderError::new(
                    SqlState::PROGRAM_LIMIT_EXCEEDED,
                    format!(
                        "{}: its lines are longer than 2 MiB; is it a {} file?",
                        file.location, file.format
                    ),
                ));
            }
        }
        if let Err(error) = std::str::from_utf8(&bytes) {
            return Err(FolderError::corrupt(format!(
                "{}: not UTF-8, from byte {} on; convert it, as with iconv -f LATIN1 -t UTF-8",
                file.location,
                error.valid_up_to(),
            )));
        }
        Ok(Sample { bytes, is_whole })
    }
}
