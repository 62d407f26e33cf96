//! Which tables lie in the given paths.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use trunkline_core::SqlState;

use super::error::FolderError;
use super::file::{DataFile, Folder, Stamp, Walk};
use super::format::Format;
use super::parts::{self, Parts};
use super::place::Place;
use super::source::Source;

/// The schema of what lies directly in a path.
pub(super) const PUBLIC: &str = "public";

/// Schemas that a folder cannot be.
const RESERVED: [&str; 2] = ["information_schema", "pg_catalog"];

/// A table that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) parts: Result<Parts, FolderError>,
    /// Where it was found, as it was given: for whoever gave it.
    pub(super) place: PathBuf,
    /// Where it was found within the database: for clients.
    pub(super) location: String,
    /// The folders in which parts may come and go.
    pub(super) folders: Vec<(PathBuf, Stamp)>,
}

impl Found {
    /// Whether both are the same files.
    fn is(&self, other: &Found) -> bool {
        let files = |found: &Found| {
            let parts = found.parts.as_ref().ok()?;
            Some(parts.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>())
        };
        files(self).is_some_and(|paths| files(other).is_some_and(|other| other == paths))
    }
}

/// What was found: tables by schema and name.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) tables: BTreeMap<(String, String), Found>,
    pub(super) warnings: Vec<String>,
    /// Why a source has nothing to give.
    pub(super) failures: Vec<FolderError>,
    /// Two tables of one name.
    pub(super) conflicts: Vec<FolderError>,
}

impl Scan {
    /// Looks through all sources.
    pub(super) fn of(sources: &[Source]) -> Scan {
        let mut scan = Scan::default();
        let mut expanded = Vec::new();
        for source in sources {
            match Place::of(source) {
                Ok(places) => expanded.extend(places.into_iter().map(|place| (source, place))),
                Err(error) => scan.failures.push(error),
            }
        }
        let roots: Vec<PathBuf> = expanded.iter().map(|(_, place)| place.root.clone()).collect();
        let mut walk = Walk { roots: &roots, warnings: Vec::new() };
        for source in sources {
            let places: Vec<&Place> = expanded
                .iter()
                .filter(|(of, _)| std::ptr::eq(*of, source))
                .map(|(_, p)| p)
                .collect();
            let outcome = match &source.table {
                Some(name) => scan.table(&mut walk, source, name, &places),
                None => places.iter().try_for_each(|place| scan.place(&mut walk, place)),
            };
            scan.failures.extend(outcome.err());
        }
        scan.warnings.append(&mut walk.warnings);
        scan
    }

    /// The tables of a path.
    fn place(&mut self, walk: &mut Walk<'_>, place: &Place) -> Result<(), FolderError> {
        if place.is_file {
            let Some(file) = place.file()? else {
                return Err(FolderError::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    format!(
                        "{}: its name does not tell a format; known are .csv, .tsv, .json, .jsonl, \
                         .ndjson (also with .gz, .zst, .bz2, .xz) and .parquet",
                        place.given.display()
                    ),
                ));
            };
            self.file(PUBLIC, file, place.given.clone());
            return Ok(());
        }
        let folder = walk.folder(&place.root, &place.location)?;
        if parts::is_table_as_path(&folder) {
            self.folder_of_parts(walk, PUBLIC, &place.name, &place.given, folder, &place.location);
            return Ok(());
        }
        self.schema(walk, PUBLIC, folder, &place.given, true)
    }

    /// The tables of a folder: its files, its folders of parts, and the schemas below.
    fn schema(
        &mut self,
        walk: &mut Walk<'_>,
        schema: &str,
        folder: Folder,
        given: &Path,
        with_schemas: bool,
    ) -> Result<(), FolderError> {
        for file in folder.files {
            let name = file.location.rsplit('/').next().unwrap_or_default();
            let place = given.join(name);
            self.file(schema, file, place);
        }
        for sub in folder.folders {
            let place = given.join(&sub.name);
            let inner = match walk.folder(&sub.path, &sub.location) {
                Ok(inner) => inner,
                Err(error) => {
                    walk.warn(format!("{error} (ignored)"));
                    continue;
                }
            };
            if parts::is_table(&inner) {
                self.folder_of_parts(walk, schema, &sub.name, &place, inner, &sub.location);
            } else if with_schemas && !RESERVED.contains(&sub.name.as_str()) {
                self.schema(walk, &sub.name, inner, &place, false)?;
            } else if !inner.files.is_empty() {
                let why =
                    if with_schemas { "its name is PostgreSQL's own" } else { "it lies too deep" };
                walk.warn(format!(
                    "{} is ignored: {why}; give it as a path of its own",
                    place.display()
                ));
            }
        }
        Ok(())
    }

    fn folder_of_parts(
        &mut self,
        walk: &mut Walk<'_>,
        schema: &str,
        table: &str,
        place: &Path,
        folder: Folder,
        location: &str,
    ) {
        let mut watched = Vec::new();
        let parts = parts::of_folder(walk, folder, location, &mut watched);
        // A folder may be called as a file is: Spark writes `flights.parquet/part-…`.
        let table = Format::of(table).map_or(table, |(_, table)| table);
        let folders = watched.into_iter().filter_map(|folder| folder.stamp).collect();
        let (place, location) = (place.to_owned(), location.to_owned());
        self.add(schema, table, Found { parts, place, location, folders });
    }

    fn file(&mut self, schema: &str, file: DataFile, place: PathBuf) {
        let (table, location) = (file.table.clone(), file.location.clone());
        let parts = Parts::new(vec![file], Vec::new(), &location);
        self.add(schema, &table, Found { parts, place, location, folders: Vec::new() });
    }

    /// The one table of a `NAME=PATH`.
    fn table(
        &mut self,
        walk: &mut Walk<'_>,
        source: &Source,
        (schema, table): &(String, String),
        places: &[&Place],
    ) -> Result<(), FolderError> {
        let mut collected = Vec::new();
        let mut folders = Vec::new();
        for place in places {
            let (keys, values): (Vec<_>, Vec<_>) = place.pairs.iter().cloned().unzip();
            if place.is_file {
                let Some(mut file) = place.file()? else { continue };
                file.values = values;
                collected.push((keys, file));
                continue;
            }
            let folder = walk.folder(&place.root, &place.location)?;
            let mut watched = Vec::new();
            let parts = parts::of_folder(walk, folder, &place.location, &mut watched)?;
            folders.extend(watched.into_iter().filter_map(|folder| folder.stamp));
            for mut file in parts.files {
                file.values = [values.clone(), file.values].concat();
                collected.push(([keys.clone(), parts.partitions.clone()].concat(), file));
            }
        }
        let parts = parts::same_keys(collected, &source.label);
        let (place, location) = (source.path.clone(), source.label.clone());
        self.add(schema, table, Found { parts, place, location, folders });
        Ok(())
    }

    fn add(&mut self, schema: &str, table: &str, found: Found) {
        match self.tables.entry((schema.to_owned(), table.to_owned())) {
            Entry::Vacant(entry) => {
                entry.insert(found);
            }
            // One file or folder was given twice, as by `data data/*.csv`.
            Entry::Occupied(entry) if entry.get().is(&found) => {}
            Entry::Occupied(mut entry) => {
                let twice = |one: &dyn Display, other: &dyn Display| {
                    let table = qualified(schema, table);
                    FolderError::new(
                        SqlState::DUPLICATE_TABLE,
                        format!(
                            "{one} and {other} are both table {table}; rename one of them, or leave \
                             it out of the paths and give it a name with --table NAME=PATH"
                        ),
                    )
                };
                let first = entry.get_mut();
                self.conflicts.push(twice(&first.place.display(), &found.place.display()));
                first.parts = Err(twice(&first.location, &found.location));
            }
        }
    }
}

/// The name of a table as one writes it in SQL.
pub(super) fn qualified(schema: &str, table: &str) -> String {
    if schema == PUBLIC { quoted(table) } else { format!("{}.{}", quoted(schema), quoted(table)) }
}

/// An identifier, quoted if PostgreSQL would not take it as it is.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
