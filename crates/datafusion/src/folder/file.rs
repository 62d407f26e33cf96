//! Files and folders as they are found on disk.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::FolderError;
use super::format::Format;

/// Which bytes a path leads to: changes whenever they may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    /// The file itself: device and inode.
    identity: (u64, u64),
    pub(super) size: u64,
    modified: SystemTime,
    /// When the inode was last changed, which nobody can set back.
    changed: (i64, i64),
    /// Whether the last change was a while ago. Clocks of file systems tick slowly: a file that was
    /// just written can be written again without another time.
    is_settled: bool,
}

/// A file that was left alone for so long has another time when it is written again.
const SETTLED: Duration = Duration::from_millis(50);

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        let (identity, changed) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.dev(), metadata.ino()), (metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let (identity, changed) = ((0, 0), (0, 0));
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        // A time in the future is that of another clock.
        let is_settled = modified.elapsed().map_or(true, |since| since > SETTLED);
        Stamp { identity, size: metadata.len(), modified, changed, is_settled }
    }

    /// Whether both are of the same bytes.
    pub(super) fn is_same(&self, other: &Stamp) -> bool {
        Stamp { is_settled: true, ..*self } == Stamp { is_settled: true, ..*other }
    }

    /// A time that no other stamp has.
    pub(super) fn fingerprint(&self) -> Duration {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        Duration::from_nanos(hasher.finish())
    }

    /// Whether the path still leads to these bytes, for sure.
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.is_settled && fs::metadata(path).is_ok_and(|metadata| Stamp::of(&metadata) == *self)
    }
}

/// A file that belongs to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DataFile {
    /// Where it lies, without symbolic links.
    pub(super) path: PathBuf,
    /// Its name within the database, which messages and plans show.
    pub(super) location: String,
    pub(super) stamp: Stamp,
    pub(super) format: Format,
    /// The table that its name tells.
    pub(super) table: String,
    /// The values of the partition columns; `None` is NULL.
    pub(super) values: Vec<Option<String>>,
}

/// What a folder holds, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) files: Vec<DataFile>,
    /// The subfolders with their names and locations.
    pub(super) folders: Vec<Subfolder>,
    pub(super) stamp: Option<(PathBuf, Stamp)>,
    /// The folder in it that tells which of the files are the table.
    pub(super) log: Option<&'static str>,
}

/// A folder in a folder.
#[derive(Debug)]
pub(super) struct Subfolder {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) location: String,
}

/// Where a walk may go, and what it was refused.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// The folders and files that were given, without symbolic links.
    pub(super) roots: &'a [PathBuf],
    pub(super) warnings: Vec<String>,
}

impl Walk<'_> {
    /// What is in a folder, without hidden files and what is no data.
    ///
    /// A symbolic link is followed only to what lies in the given paths.
    pub(super) fn folder(&mut self, path: &Path, location: &str) -> Result<Folder, FolderError> {
        let failed = |error| FolderError::at(path, &error);
        let metadata = fs::metadata(path).map_err(failed)?;
        let stamp = Some((path.to_owned(), Stamp::of(&metadata)));
        let mut folder = Folder { stamp, ..Folder::default() };
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.warn(format!("{} is ignored: its name is not UTF-8", entry.path().display()));
                continue;
            };
            if is_hidden(name) {
                folder.log = folder.log.or(LOGS.into_iter().find(|log| *log == name));
                continue;
            }
            let location = format!("{location}/{name}");
            let Ok(kind) = entry.file_type() else { continue };
            let path = match kind.is_symlink() {
                true => match self.follow(&entry.path()) {
                    Some(path) => path,
                    None => continue,
                },
                false => entry.path(),
            };
            // Gone since the folder was read: as if it had never been there.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.is_dir() {
                folder.folders.push(Subfolder { name: name.to_owned(), path, location });
            } else if metadata.is_file() {
                folder.files.extend(DataFile::new(path, location, &metadata, name));
            }
        }
        folder.files.sort_by(|a, b| a.location.cmp(&b.location));
        folder.folders.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(folder)
    }

    /// Where a path really leads, if that is within what was given.
    pub(super) fn follow(&mut self, path: &Path) -> Option<PathBuf> {
        let Ok(target) = path.canonicalize() else {
            self.warn(format!("{} is ignored: it leads nowhere", path.display()));
            return None;
        };
        if self.roots.iter().any(|root| target.starts_with(root)) {
            return Some(target);
        }
        self.warn(format!(
            "{} is ignored: it leads out of the given paths, to {}; give that path, too, if it is \
             to be served",
            path.display(),
            target.display(),
        ));
        None
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }
}

impl DataFile {
    /// A file by its name; `None` when the name tells no format.
    pub(super) fn new(
        path: PathBuf,
        location: String,
        metadata: &Metadata,
        name: &str,
    ) -> Option<DataFile> {
        let (format, table) = Format::of(name)?;
        let (stamp, table) = (Stamp::of(metadata), table.to_owned());
        Some(DataFile { path, location, stamp, format, table, values: Vec::new() })
    }
}

/// The logs of Delta Lake and Hudi.
const LOGS: [&str; 2] = ["_delta_log", ".hoodie"];

/// Whether a name marks what is not data: `.git`, `_SUCCESS`.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_'])
}
