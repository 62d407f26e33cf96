//! The files of a running query as an object store.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::common::parsers::CompressionTypeVariant as Compression;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::error::DataFusionError;
use datafusion::object_store::path::Path as Location;
use datafusion::object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use futures::stream::{self, BoxStream, StreamExt};
use trunkline_core::SqlState;

use super::decoded::Chunks;
use super::error::FolderError;
use super::files::{TableFiles, meta, read_all};
use super::stores::Stores;
use super::unread::Unread;

/// Files that are held open for running queries, over all tables.
const HELD: usize = 256;

/// The files of a table for one scan of it: nothing else can be read, and nothing written.
///
/// It holds the files open, so whatever becomes of their names, the scan reads what was there when
/// it was planned. A reader keeps its store as long as it reads.
#[derive(Debug)]
pub(super) struct ScanStore {
    id: u64,
    url: ObjectStoreUrl,
    files: Arc<TableFiles>,
    open: HashMap<Location, Arc<File>>,
    stores: Arc<Stores>,
    unread: Arc<Unread>,
}

impl ScanStore {
    /// Opens the files of a scan. Beyond [`HELD`] files the rest is opened when it is read.
    ///
    /// # Errors
    ///
    /// When a file is no longer what was found.
    pub(super) fn new<'a>(
        files: &Arc<TableFiles>,
        scanned: impl IntoIterator<Item = &'a Location>,
        stores: &Arc<Stores>,
        unread: Unread,
    ) -> Result<Arc<ScanStore>, DataFusionError> {
        let (id, url) = stores.next()?;
        let (files, open, stores) = (files.clone(), HashMap::new(), stores.clone());
        let mut store = ScanStore { id, url, files, open, stores, unread: Arc::new(unread) };
        for location in scanned {
            if store.stores.held.load(Ordering::Relaxed) >= HELD {
                break;
            }
            let file = store.files.file(location)?.open(location)?;
            store.stores.held.fetch_add(1, Ordering::Relaxed);
            if store.open.insert(location.clone(), file).is_some() {
                store.stores.held.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let store = Arc::new(store);
        store.stores.insert(id, &store);
        Ok(store)
    }

    /// What was given out of text files and has not become rows.
    pub(super) fn unread(&self) -> &Unread {
        &self.unread
    }

    pub(super) fn url(&self) -> ObjectStoreUrl {
        self.url.clone()
    }

    /// The file, if it is still the one that was found.
    pub(super) fn file(&self, location: &Location) -> Result<Arc<File>> {
        match self.open.get(location) {
            Some(file) => Ok(file.clone()),
            None => self.files.file(location)?.open(location),
        }
    }
}

impl Drop for ScanStore {
    fn drop(&mut self) {
        self.stores.held.fetch_sub(self.open.len(), Ordering::Relaxed);
        self.stores.remove(self.id);
    }
}

impl fmt::Display for ScanStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.url)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| Error::JoinError { source })?
}

#[async_trait]
impl ObjectStore for ScanStore {
    async fn get_opts(&self, location: &Location, options: GetOptions) -> Result<GetResult> {
        let meta = meta(location.clone(), &self.files.file(location)?.stamp);
        let size = meta.size;
        let range = match &options.range {
            Some(range) => range
                .as_range(size)
                .map_err(|source| Error::Generic { store: "folder", source: Box::new(source) })?,
            None => 0..size,
        };
        let payload = if options.head {
            stream::empty().boxed()
        } else {
            let (file, format) = (self.file(location)?, self.files.file(location)?.format);
            let chunks = match format.compression {
                Compression::UNCOMPRESSED => {
                    Chunks::plain(file, location.clone(), size, range.clone())
                }
                // Whoever reads it knows nothing of its compression, and asks for all of it.
                compression => Chunks::compressed(file, location.clone(), compression)?,
            };
            let (unread, of) = (self.unread.clone(), location.clone());
            let chunks = stream::try_unfold(chunks, |mut chunks| async move {
                let (chunk, chunks) = blocking(move || Ok((chunks.next()?, chunks))).await?;
                Ok(chunk.map(|chunk| (chunk, chunks)))
            });
            let chunks = chunks.map(move |chunk: Result<Bytes>| {
                let chunk = chunk?;
                unread.add(&of, chunk.len())?;
                Ok(chunk)
            });
            chunks.boxed()
        };
        let attributes = Attributes::new();
        Ok(GetResult { payload: GetResultPayload::Stream(payload), meta, range, attributes })
    }

    async fn get_ranges(&self, location: &Location, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let size = self.files.file(location)?.stamp.size;
        let file = self.file(location)?;
        let (ranges, location) = (ranges.to_vec(), location.clone());
        blocking(move || read_all(&file, &location, &ranges, size)).await
    }

    fn list(&self, prefix: Option<&Location>) -> BoxStream<'static, Result<ObjectMeta>> {
        let within =
            |meta: &ObjectMeta| prefix.is_none_or(|prefix| meta.location.prefix_matches(prefix));
        let listed: Vec<_> = self.files.metas().filter(within).map(Ok).collect();
        stream::iter(listed).boxed()
    }

    async fn list_with_delimiter(&self, _prefix: Option<&Location>) -> Result<ListResult> {
        Err(refused())
    }

    async fn put_opts(&self, _: &Location, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(refused())
    }

    async fn put_multipart_opts(
        &self,
        _: &Location,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(refused())
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Location>>,
    ) -> BoxStream<'static, Result<Location>> {
        locations.map(|_| Err(refused())).boxed()
    }

    async fn copy_opts(&self, _: &Location, _: &Location, _: CopyOptions) -> Result<()> {
        Err(refused())
    }
}

fn refused() -> Error {
    FolderError::new(SqlState::READ_ONLY_SQL_TRANSACTION, "the served files are read-only").into()
}
