//! Lines in another encoding than UTF-8.

use std::fmt;

use super::super::error::CopyError;
use crate::encoding::{Encoding, EncodingError};

/// Converts what is pushed.
pub(super) struct Foreign {
    encoding: Encoding,
    /// A character of which the rest has not come yet.
    cut: Vec<u8>,
    text: String,
    /// What is wrong behind the text that was read.
    failed: Option<EncodingError>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The data of tables stays out of logs.
        f.debug_struct("Foreign").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

impl Foreign {
    pub(super) fn new(encoding: Encoding) -> Foreign {
        Foreign { encoding, cut: Vec::new(), text: String::new(), failed: None }
    }

    /// The text of the next bytes, up to what is wrong in them.
    pub(super) fn push(&mut self, bytes: &[u8]) -> &str {
        self.text.clear();
        if self.failed.is_some() {
            return "";
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            bytes
        } else {
            joined = [&std::mem::take(&mut self.cut), bytes].concat();
            &joined
        };
        match self.encoding.decode_onto(bytes, &mut self.text) {
            Ok(read) => self.cut.extend_from_slice(bytes.get(read..).unwrap_or_default()),
            Err(error) => self.failed = Some(error),
        }
        &self.text
    }

    /// No more bytes will come.
    pub(super) fn finish(&mut self) {
        if let Err(error) = self.encoding.decode(&std::mem::take(&mut self.cut)) {
            self.failed.get_or_insert(error);
        }
    }

    /// What is wrong behind all that was read, at its place.
    pub(super) fn check(&self, place: impl FnOnce() -> String) -> Result<(), CopyError> {
        self.failed.as_ref().map_or(Ok(()), |error| {
            Err(CopyError::new(error.sqlstate(), error.message()).with_context(place()))
        })
    }
}
