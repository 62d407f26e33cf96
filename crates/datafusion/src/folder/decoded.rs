//! The bytes of a text file, decompressed within limits.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::parsers::CompressionTypeVariant as Compression;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::object_store::Result;
use datafusion::object_store::path::Path as Location;
use liblzma::stream::{CONCATENATED, Error as XzError, Stream};
use trunkline_core::SqlState;

use super::error::FolderError;
use super::files::{FromStart, read};

/// How much is read at once.
const CHUNK: u64 = 512 << 10;

/// A line may have so many bytes: its reader holds it whole. As many as a JSON array.
pub(super) const LINE: u64 = 64 << 20;

/// What a decompressor may hold: what `xz -9` and `zstd --ultra -22` need at most.
const WINDOW: u64 = 128 << 20;

/// The text of a compressed file.
pub(super) fn decompressed(
    file: Arc<File>,
    compression: Compression,
) -> io::Result<Box<dyn Read + Send>> {
    let file = FromStart { file, at: 0 };
    if compression == Compression::XZ {
        let stream = Stream::new_auto_decoder(WINDOW, CONCATENATED)?;
        return Ok(Box::new(liblzma::read::XzDecoder::new_stream(file, stream)));
    }
    // Of the others, only zstd has a window that a file can make large; its limit is the same.
    FileCompressionType::from(compression).convert_read(file).map_err(io::Error::other)
}

/// Why a file does not decompress.
pub(super) fn undecompressed(location: impl std::fmt::Display, error: &io::Error) -> FolderError {
    let chain = std::iter::successors(
        error.get_ref().map(|error| error as &(dyn Error + 'static)),
        |error| (**error).source(),
    );
    let is_xz =
        |error: &(dyn Error + 'static)| matches!(error.downcast_ref(), Some(XzError::MemLimit));
    let text = error.to_string();
    if chain.into_iter().any(is_xz) || text.contains("too much memory") {
        return FolderError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("{location}: takes more than 128 MiB of memory to decompress"),
        );
    }
    FolderError::corrupt(format!("{location}: damaged: cannot be decompressed: {text}"))
}

/// A text in chunks.
pub(super) struct Chunks {
    location: Location,
    source: Source,
    /// How long the line is that has not ended.
    line: u64,
}

enum Source {
    Plain { file: Arc<File>, size: u64, range: Range<u64> },
    Compressed(Box<dyn Read + Send>),
}

impl Chunks {
    /// A part of a file as it is.
    pub(super) fn plain(
        file: Arc<File>,
        location: Location,
        size: u64,
        range: Range<u64>,
    ) -> Chunks {
        Chunks { location, source: Source::Plain { file, size, range }, line: 0 }
    }

    /// A whole file, decompressed.
    pub(super) fn compressed(
        file: Arc<File>,
        location: Location,
        compression: Compression,
    ) -> Result<Chunks> {
        let source = decompressed(file, compression);
        let source = source.map_err(|error| undecompressed(&location, &error))?;
        Ok(Chunks { location, source: Source::Compressed(source), line: 0 })
    }

    /// The next chunk. It blocks.
    ///
    /// # Errors
    ///
    /// 54000 when a line is longer than [`LINE`], else what is wrong with the file.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>> {
        let chunk = match &mut self.source {
            Source::Plain { file, size, range } => {
                let end = range.end.min(range.start.saturating_add(CHUNK));
                let chunk = read(file, &self.location, &(range.start..end), *size)?;
                range.start = end;
                chunk
            }
            Source::Compressed(reader) => {
                let mut bytes = Vec::new();
                let read = reader.by_ref().take(CHUNK).read_to_end(&mut bytes);
                read.map_err(|error| undecompressed(&self.location, &error))?;
                bytes.into()
            }
        };
        if chunk.is_empty() {
            return Ok(None);
        }
        let ended = memchr::memrchr(b'\n', &chunk);
        let after = ended.map_or(chunk.len(), |end| chunk.len().saturating_sub(end));
        let before = if ended.is_some() { 0 } else { self.line };
        self.line = before.saturating_add(u64::try_from(after).unwrap_or(u64::MAX));
        if self.line > LINE {
            return Err(FolderError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!("{}: a line is longer than 64 MiB", self.location),
            )
            .into());
        }
        Ok(Some(chunk))
    }
}
