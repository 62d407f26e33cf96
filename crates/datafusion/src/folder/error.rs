//! Why files cannot be served.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::object_store::Error as StoreError;
use trunkline_core::SqlState;

/// Why files cannot be served, or a table of them not be read: one line that names the fix.
///
/// [`Database::open`](crate::Database::open) ends with it. While running, a query that needs the
/// table ends with it, as the source of a [`DataFusionError::External`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderError {
    code: SqlState,
    message: Arc<str>,
}

impl FolderError {
    pub(super) fn new(code: SqlState, message: impl Into<String>) -> FolderError {
        FolderError { code, message: message.into().into() }
    }

    /// The file is there but not what its name says.
    pub(super) fn corrupt(message: impl Into<String>) -> FolderError {
        FolderError::new(SqlState::DATA_CORRUPTED, message)
    }

    /// The system does not give the file or folder.
    pub(super) fn io(path: impl fmt::Display, error: &io::Error) -> FolderError {
        match error.kind() {
            io::ErrorKind::NotFound => FolderError::new(
                SqlState::UNDEFINED_FILE,
                format!("{path}: there is no such file or folder; check the path"),
            ),
            io::ErrorKind::PermissionDenied => FolderError::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                format!("{path}: permission denied; let this user read it, as with chmod +r"),
            ),
            _ => FolderError::new(SqlState::IO_ERROR, format!("{path}: cannot be read: {error}")),
        }
    }

    /// What a store of ours says.
    pub(super) fn of_store(error: &StoreError) -> FolderError {
        if let StoreError::Generic { source, .. } = error
            && let Some(error) = source.downcast_ref::<FolderError>()
        {
            return error.clone();
        }
        FolderError::new(SqlState::IO_ERROR, error.to_string())
    }

    pub(super) fn at(path: &Path, error: &io::Error) -> FolderError {
        FolderError::io(path.display(), error)
    }

    /// A file was changed between being found and being read.
    pub(super) fn changed(location: impl fmt::Display) -> FolderError {
        FolderError::new(
            SqlState::T_R_SERIALIZATION_FAILURE,
            format!("{location} was changed while the query ran; run the query again"),
        )
    }

    /// Whether it may be gone when one looks again.
    pub(super) fn is_passing(&self) -> bool {
        self.code == SqlState::T_R_SERIALIZATION_FAILURE
    }

    /// The condition as PostgreSQL names it.
    pub fn code(&self) -> SqlState {
        self.code
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FolderError {}

impl From<FolderError> for DataFusionError {
    fn from(error: FolderError) -> DataFusionError {
        DataFusionError::External(Box::new(error))
    }
}

impl From<FolderError> for StoreError {
    fn from(error: FolderError) -> StoreError {
        StoreError::Generic { store: "folder", source: Box::new(error) }
    }
}

/// An error of reading a file, with the names of its table and of itself.
#[derive(Debug)]
pub(crate) struct InFile {
    table: String,
    file: String,
    is_whole: bool,
    source: DataFusionError,
}

impl InFile {
    /// Of a file that is read whole, or else from somewhere in it on.
    pub(crate) fn wrap(
        table: &str,
        file: &str,
        is_whole: bool,
        source: DataFusionError,
    ) -> DataFusionError {
        let (table, file) = (table.to_owned(), file.to_owned());
        DataFusionError::External(Box::new(InFile { table, file, is_whole, source }))
    }

    /// The table as one writes it in SQL.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The file without the path of its folder.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Whether a line's number counts from the beginning of the file.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub(crate) fn into_source(self) -> DataFusionError {
        self.source
    }
}

impl fmt::Display for InFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.source)
    }
}

impl std::error::Error for InFile {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
