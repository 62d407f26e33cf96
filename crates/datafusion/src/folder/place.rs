//! Where a given path leads.

use std::fs;
use std::path::PathBuf;

use trunkline_core::SqlState;

use super::error::FolderError;
use super::file::{DataFile, is_hidden};
use super::parts;
use super::source::Source;

/// A file or folder that a source leads to.
#[derive(Debug)]
pub(super) struct Place {
    /// As it was given.
    pub(super) given: PathBuf,
    /// Without symbolic links.
    pub(super) root: PathBuf,
    pub(super) is_file: bool,
    pub(super) name: String,
    pub(super) location: String,
    /// The partition columns in the part of the path that a glob matched.
    pub(super) pairs: Vec<(String, Option<String>)>,
}

impl Place {
    /// Where a source leads now.
    pub(super) fn of(source: &Source) -> Result<Vec<Place>, FolderError> {
        let path = &source.path;
        let pattern = path.to_string_lossy();
        if fs::symlink_metadata(path).is_ok() || !pattern.contains(['*', '?', '[']) {
            return Ok(vec![Place::new(path.clone(), source.label.clone())?]);
        }
        Place::matches(source, &pattern)
    }

    fn new(given: PathBuf, location: String) -> Result<Place, FolderError> {
        let failed = |error| FolderError::at(&given, &error);
        let root = given.canonicalize().map_err(failed)?;
        let metadata = fs::metadata(&root).map_err(failed)?;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(FolderError::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!("{}: neither a file nor a folder; give one", given.display()),
            ));
        }
        let named = given.file_name().or(root.file_name()).unwrap_or_default();
        let name = named.to_string_lossy().into_owned();
        Ok(Place { root, is_file: metadata.is_file(), name, location, given, pairs: Vec::new() })
    }

    /// What a glob matches. What leads out of its folder by a symbolic link is left out.
    fn matches(source: &Source, pattern: &str) -> Result<Vec<Place>, FolderError> {
        let failed = |error: &dyn std::fmt::Display| {
            FolderError::new(
                SqlState::SYNTAX_ERROR,
                format!("{pattern}: not a glob: {error}; quote special characters as in [[]"),
            )
        };
        let options = glob::MatchOptions {
            require_literal_leading_dot: true,
            require_literal_separator: true,
            ..glob::MatchOptions::default()
        };
        let base: PathBuf = source
            .path
            .components()
            .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
            .collect();
        let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
        let root = base.canonicalize().map_err(|error| FolderError::at(&base, &error))?;
        let mut places = Vec::new();
        for path in glob::glob_with(pattern, options).map_err(|error| failed(&error))? {
            let Ok(path) = path else { continue };
            let inner = path.strip_prefix(&base).unwrap_or(&path).to_owned();
            let names: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
            if names.iter().any(|name| is_hidden(name)) {
                continue;
            }
            let location = format!("{}/{}", source.label, names.join("/"));
            let Ok(mut place) = Place::new(path, location) else { continue };
            if !place.root.starts_with(&root) {
                continue;
            }
            place.pairs = names.iter().filter_map(|name| parts::split(name)).collect();
            let known = place.is_file && place.file().is_ok_and(|file| file.is_some());
            if known || !place.is_file {
                places.push(place);
            }
        }
        if places.is_empty() {
            return Err(FolderError::new(
                SqlState::UNDEFINED_FILE,
                format!("{pattern}: matches no data file or folder; check the pattern"),
            ));
        }
        Ok(places)
    }

    /// The data file that it is, if its name tells a format.
    pub(super) fn file(&self) -> Result<Option<DataFile>, FolderError> {
        let metadata = fs::metadata(&self.root).map_err(|e| FolderError::at(&self.given, &e))?;
        Ok(DataFile::new(self.root.clone(), self.location.clone(), &metadata, &self.name))
    }
}
