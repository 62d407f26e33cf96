//! The pages of a row group, which must not be larger than they may.
//!
//! A page tells how large it is decompressed, and its reader makes room for that before it looks
//! at a byte. Some codecs go on even beyond what was told. So the headers are looked at before.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use datafusion::object_store::path::Path as Location;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::errors::{ParquetError, Result};
use datafusion::parquet::file::reader::{ChunkReader, Length};
use datafusion::physical_plan::metrics::Count;
use trunkline_core::SqlState;

use super::super::error::FolderError;
use super::super::files::{FromStart, read};
use super::super::thrift::{Flaw, Thrift, Type};
use super::rows::Wanted;

/// A page may have so many bytes, decompressed.
const LARGEST: u64 = 256 << 20;

/// A header is sought in so many bytes at first: most are much shorter.
const HEADER: u64 = 512;

/// ... and in so many at most: it may have statistics with long values.
const LONGEST: u64 = 16 << 20;

/// Deflate makes at most so many bytes of one.
const DEFLATE: u64 = 1032;

/// A file as its pages are read.
pub(super) struct Pages {
    file: Arc<File>,
    location: Location,
    size: u64,
    scanned: Count,
    trouble: Trouble,
    /// Where pages are whose codec may make more of them than they tell.
    bodies: BTreeMap<u64, Body>,
}

/// What went wrong under a reader, which would make a text of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<FolderError>>>);

impl Trouble {
    fn of(&self, error: FolderError) -> ParquetError {
        let external = ParquetError::External(Box::new(error.clone()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        external
    }

    /// What it was, if it was not the reader itself that found a flaw.
    pub(super) fn take(&self) -> Option<FolderError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What follows a page's header.
struct Body {
    codec: Compression,
    /// How much of it is not compressed.
    plain: usize,
    decompressed: u64,
}

/// What a page's header tells.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    length: u64,
    compressed: u64,
    decompressed: u64,
    values: u64,
    levels: u64,
    is_plain: bool,
}

impl Pages {
    /// The file without a look at pages: for what is none.
    pub(super) fn unchecked(wanted: &Wanted) -> Pages {
        let (file, location) = (wanted.file.clone(), wanted.location.clone());
        let (size, scanned) = (wanted.size, wanted.scanned.clone());
        let trouble = wanted.trouble.clone();
        Pages { file, location, size, scanned, trouble, bodies: BTreeMap::new() }
    }

    /// The pages of a row group.
    ///
    /// # Errors
    ///
    /// 54000 when one would be too large, XX001 when headers are damaged.
    pub(super) fn of(wanted: &Wanted, group: usize) -> std::result::Result<Pages, FolderError> {
        let mut pages = Pages::unchecked(wanted);
        let Some(group) = wanted.metadata.metadata().row_groups().get(group) else {
            return Ok(pages);
        };
        for (index, column) in group.columns().iter().enumerate() {
            if wanted.mask.leaf_included(index) {
                let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
                let start = start.min(column.data_page_offset());
                let place = u64::try_from(start).ok().zip(column.compressed_size().try_into().ok());
                let values = u64::try_from(column.num_values()).ok();
                let damaged = || pages.damaged("a column lies before it");
                let ((start, length), values) = place.zip(values).ok_or_else(damaged)?;
                let end = u64::saturating_add(start, length);
                pages.check(start..end, values, column.compression())?;
            }
        }
        Ok(pages)
    }

    /// Walks from header to header of a column's pages.
    fn check(
        &mut self,
        chunk: Range<u64>,
        values: u64,
        codec: Compression,
    ) -> std::result::Result<(), FolderError> {
        let (mut at, mut seen) = (chunk.start, 0_u64);
        // Behind the last page may lie anything.
        while at < chunk.end && seen < values {
            let header = self.header(at..chunk.end)?;
            if header.decompressed > LARGEST {
                return Err(self.too_large(header.decompressed));
            }
            let body = at.saturating_add(header.length);
            let may_lie = matches!(codec, Compression::GZIP(_))
                && header.compressed.saturating_mul(DEFLATE) > LARGEST
                || matches!(codec, Compression::BROTLI(_));
            if may_lie && !header.is_plain {
                let plain = usize::try_from(header.levels).unwrap_or(usize::MAX);
                let decompressed = header.decompressed.saturating_sub(header.levels);
                self.bodies.insert(body, Body { codec, plain, decompressed });
            }
            seen = seen.saturating_add(header.values);
            at = body.saturating_add(header.compressed);
        }
        Ok(())
    }

    fn header(&self, place: Range<u64>) -> std::result::Result<Header, FolderError> {
        let mut length = HEADER;
        loop {
            let end = place.end.min(place.start.saturating_add(length));
            let bytes = read(&self.file, &self.location, &(place.start..end), self.size);
            let bytes = bytes.map_err(|error| FolderError::of_store(&error))?;
            match Header::of(&bytes) {
                Err(_) if end < place.end && length < LONGEST => length = length.saturating_mul(8),
                header => return header.map_err(|flaw| self.damaged(flaw)),
            }
        }
    }

    fn damaged(&self, flaw: Flaw) -> FolderError {
        FolderError::corrupt(format!("{}: damaged: {flaw}", self.location))
    }

    fn too_large(&self, size: u64) -> FolderError {
        FolderError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("{}: a page of {size} bytes; a page may have up to 256 MiB", self.location),
        )
    }

    /// Decompresses a page for its size alone.
    fn measure(&self, body: &Body, bytes: &[u8]) -> Result<()> {
        let compressed = bytes.get(body.plain..).unwrap_or_default();
        let mut reader: Box<dyn Read + '_> = match body.codec {
            Compression::GZIP(_) => Box::new(flate2::read::MultiGzDecoder::new(compressed)),
            _ => Box::new(brotli::Decompressor::new(compressed, 4096)),
        };
        let mut reader = reader.by_ref().take(body.decompressed.saturating_add(1));
        // What does not decompress, its reader will say.
        match io::copy(&mut reader, &mut io::sink()) {
            Ok(size) if size > body.decompressed => {
                Err(self.trouble.of(self.damaged("a page is larger than its header says")))
            }
            _ => Ok(()),
        }
    }
}

impl Header {
    fn of(bytes: &[u8]) -> std::result::Result<Header, Flaw> {
        let mut header = Header::default();
        let mut thrift = Thrift(bytes);
        thrift.fields(|thrift, field, of| {
            match (field, of) {
                (2, Type::Int) => header.decompressed = length(thrift)?,
                (3, Type::Int) => header.compressed = length(thrift)?,
                (5, Type::Struct) => thrift.fields(|thrift, field, of| match (field, of) {
                    (1, Type::Int) => {
                        length(thrift).map(|values| header.values = values).map(|()| true)
                    }
                    _ => Ok(false),
                })?,
                (8, Type::Struct) => thrift.fields(|thrift, field, of| {
                    match (field, of) {
                        (1, Type::Int) => header.values = length(thrift)?,
                        (5 | 6, Type::Int) => {
                            header.levels = header.levels.saturating_add(length(thrift)?);
                        }
                        (7, Type::False) => header.is_plain = true,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let length = bytes.len().saturating_sub(thrift.0.len());
        header.length = u64::try_from(length).map_err(|_| "a page's header is too long")?;
        Ok(header)
    }
}

fn length(thrift: &mut Thrift<'_>) -> std::result::Result<u64, Flaw> {
    u64::try_from(thrift.int()?).map_err(|_| "a page has less than nothing")
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Pages {
    type T = BufReader<FromStart>;

    fn get_read(&self, start: u64) -> Result<BufReader<FromStart>> {
        Ok(BufReader::new(FromStart { file: self.file.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.scanned.add(length);
        let end = u64::try_from(length).map_or(u64::MAX, |length| start.saturating_add(length));
        let bytes = read(&self.file, &self.location, &(start..end), self.size)
            .map_err(|error| self.trouble.of(FolderError::of_store(&error)))?;
        if let Some(body) = self.bodies.get(&start) {
            self.measure(body, &bytes)?;
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_sizes_and_values() {
        // DATA_PAGE, 1000 and 10 bytes, 7 values.
        let bytes = [0x15, 0, 0x15, 0xd0, 0x0f, 0x15, 20, 0x2c, 0x15, 14, 0, 0, 0xff];
        let header = Header {
            length: 12,
            compressed: 10,
            decompressed: 1000,
            values: 7,
            ..Header::default()
        };
        assert_eq!(Header::of(&bytes), Ok(header));
        for end in 0..12 {
            assert!(Header::of(&bytes[..end]).is_err(), "{end}");
        }
        // A length of -1.
        assert_eq!(Header::of(&[0x25, 1, 0]), Err("a page has less than nothing"));
    }
}
