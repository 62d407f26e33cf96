//! The files of one version of a table.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use bytes::Bytes;
use datafusion::object_store::path::Path as Location;
use datafusion::object_store::{Error, ObjectMeta, Result};

use super::error::FolderError;
use super::file::{DataFile, Stamp};
use super::format::Format;

/// The files of one version of a table.
///
/// They give the bytes that were there when the table was found, or an error: a path is believed
/// only if it leads to the same file as then, so that neither a link nor a file put in its place
/// can lead elsewhere.
#[derive(Debug)]
pub(super) struct TableFiles {
    files: HashMap<Location, TableFile>,
}

/// A file of a table.
#[derive(Debug)]
pub(super) struct TableFile {
    path: PathBuf,
    pub(super) stamp: Stamp,
    pub(super) format: Format,
    /// Shared by the queries that read it at a time.
    open: Mutex<Weak<File>>,
}

impl TableFiles {
    pub(super) fn new(files: &[DataFile]) -> TableFiles {
        let files = files.iter().map(|file| {
            let open = Mutex::new(Weak::new());
            let (path, stamp, format) = (file.path.clone(), file.stamp, file.format);
            let stored = TableFile { path, stamp, format, open };
            (location(file), stored)
        });
        TableFiles { files: files.collect() }
    }

    pub(super) fn file(&self, location: &Location) -> Result<&TableFile> {
        self.files.get(location).ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "it is not a file of this table".into(),
        })
    }

    /// All files as DataFusion knows them.
    pub(super) fn metas(&self) -> impl Iterator<Item = ObjectMeta> {
        self.files.iter().map(|(location, file)| meta(location.clone(), &file.stamp))
    }
}

impl TableFile {
    /// The file, if it is still the one that was found.
    pub(super) fn open(&self, location: &Location) -> Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.upgrade() {
            return Ok(file);
        }
        let failed = |error| FolderError::io(location, &error);
        let file = File::open(&self.path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !Stamp::of(&metadata).is_same(&self.stamp) {
            return Err(FolderError::changed(location).into());
        }
        let file = Arc::new(file);
        *open = Arc::downgrade(&file);
        Ok(file)
    }
}

/// The name of a file in its table's store.
pub(super) fn location(file: &DataFile) -> Location {
    Location::from_iter(file.location.split('/'))
}

/// What DataFusion knows of a file.
///
/// Its caches take a file of the same size and time for the same. So the time, which is for nothing
/// else, is made of all that tells one file from another.
pub(super) fn meta(location: Location, stamp: &Stamp) -> ObjectMeta {
    let last_modified = (SystemTime::UNIX_EPOCH + stamp.fingerprint()).into();
    ObjectMeta { location, last_modified, size: stamp.size, e_tag: None, version: None }
}

/// Reads exactly these bytes.
pub(super) fn read(
    file: &File,
    location: &Location,
    range: &Range<u64>,
    size: u64,
) -> Result<Bytes> {
    let mut bytes = vec![0; length_of(location, range, size)?];
    fill(file, location, range, &mut bytes)?;
    Ok(bytes.into())
}

/// Reads exactly these pieces, as of all columns of a Parquet row group.
///
/// Many megabytes are read into one buffer so large that allocators give it back as soon as it is
/// dropped: of smaller ones each thread keeps a few for later, and a row group is read by any
/// thread. What is not written to takes no memory.
pub(super) fn read_all(
    file: &File,
    location: &Location,
    ranges: &[Range<u64>],
    size: u64,
) -> Result<Vec<Bytes>> {
    let lengths = ranges.iter().map(|range| length_of(location, range, size));
    let lengths = lengths.collect::<Result<Vec<usize>>>()?;
    let total = lengths.iter().fold(0, |total: usize, length| total.saturating_add(*length));
    if !MANY.contains(&total) {
        return ranges.iter().map(|range| read(file, location, range, size)).collect();
    }
    let mut bytes = vec![0; total.max(GIVEN_BACK)];
    let mut rest = bytes.as_mut_slice();
    for (range, length) in ranges.iter().zip(&lengths) {
        let (piece, after) = rest.split_at_mut_checked(*length).unwrap_or_default();
        fill(file, location, range, piece)?;
        rest = after;
    }
    let mut bytes = Bytes::from(bytes);
    Ok(lengths.into_iter().map(|length| bytes.split_to(length.min(bytes.len()))).collect())
}

/// What is worth a buffer of its own, and can be had.
const MANY: Range<usize> = 2 << 20..1 << 30;

/// glibc maps what is larger than 32 MiB, whatever it has learnt of earlier sizes.
const GIVEN_BACK: usize = 33 << 20;

fn length_of(location: &Location, range: &Range<u64>, size: u64) -> Result<usize> {
    let length = range.end.checked_sub(range.start).filter(|_| range.end <= size);
    let length = length.and_then(|length| usize::try_from(length).ok()).ok_or_else(|| {
        FolderError::corrupt(format!(
            "{location}: damaged: it points to bytes {} to {} of {size}",
            range.start, range.end
        ))
    })?;
    Ok(length)
}

fn fill(file: &File, location: &Location, range: &Range<u64>, bytes: &mut [u8]) -> Result<()> {
    read_exact_at(file, bytes, range.start).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => FolderError::changed(location),
        _ => FolderError::io(location, &error),
    })?;
    Ok(())
}

fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match read_at(file, bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes = bytes.get_mut(read..).unwrap_or_default();
                offset += u64::try_from(read).map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads without a position that others could move.
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, bytes, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, bytes, offset);
}

/// A file from its beginning.
#[derive(Debug)]
pub(super) struct FromStart {
    pub(super) file: Arc<File>,
    pub(super) at: u64,
}

impl io::Read for FromStart {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, bytes, self.at)?;
        self.at += u64::try_from(read).map_err(io::Error::other)?;
        Ok(read)
    }
}
