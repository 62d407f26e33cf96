//! From what was given to what is looked through.

use std::path::{Path, PathBuf};

use trunkline_core::SqlState;

use super::error::FolderError;
use super::scan::PUBLIC;

/// Something that was given to be served.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// A file, a folder or a glob.
    pub(super) path: PathBuf,
    /// Schema and table, if it is to be one table of that name.
    pub(super) table: Option<(String, String)>,
    /// What the locations of its files begin with: unique among the sources.
    pub(super) label: String,
}

/// What is looked through for `PATH…` and `NAME=PATH…`.
pub(super) fn sources<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
    tables: &[(String, String)],
) -> Result<Vec<Source>, FolderError> {
    let mut sources: Vec<Source> = Vec::new();
    let paths = paths.into_iter().map(|path| (path.as_ref().to_owned(), None));
    let tables = tables.iter().map(|(name, path)| (path.into(), Some(name)));
    for (path, name) in paths.chain(tables) {
        let table = name.map(|name| table_name(name)).transpose()?;
        let wanted = label(&path, table.as_ref().map(|(_, table)| table.as_str()));
        let taken = |label: &str| sources.iter().any(|source| source.label == label);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let label = std::iter::once(wanted.clone()).chain(numbered).find(|label| !taken(label));
        sources.push(Source { path, table, label: label.unwrap_or(wanted) });
    }
    Ok(sources)
}

/// The name of a database that was not named: that of the first folder or file.
pub(super) fn database_name(sources: &[Source]) -> String {
    let named = sources.iter().find(|source| source.table.is_none());
    let label = named.map(|source| source.label.as_str());
    let label = label.filter(|label| !label.is_empty() && !label.contains(['*', '?', '[']));
    let name = label.map(|label| match super::format::Format::of(label) {
        Some((_, table)) => table,
        None => label,
    });
    name.unwrap_or("trunkline").to_owned()
}

/// Why a database without a table is not served.
pub(super) fn nothing_found(sources: &[Source]) -> FolderError {
    let places: Vec<_> = sources.iter().map(|source| source.path.display().to_string()).collect();
    FolderError::new(
        SqlState::UNDEFINED_FILE,
        format!(
            "no tables in {}: expected files such as flights.csv, flights.parquet or \
             flights.ndjson.gz",
            places.join(", ")
        ),
    )
}

/// What the locations of the files of a source begin with: the name of its folder or file.
fn label(path: &Path, table: Option<&str>) -> String {
    let text = path.to_string_lossy();
    let is_glob = text.contains(['*', '?', '[']) && std::fs::symlink_metadata(path).is_err();
    let named = match is_glob {
        true => path.ancestors().find(|path| !path.to_string_lossy().contains(['*', '?', '['])),
        false => Some(path),
    };
    let named = named.unwrap_or(path);
    let own = named.file_name().map(|name| name.to_string_lossy().into_owned());
    let own = own.or_else(|| {
        // `.`, `..` and `` tell no name.
        let named = if named.as_os_str().is_empty() { Path::new(".") } else { named };
        Some(named.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned())
    });
    own.unwrap_or_else(|| table.unwrap_or("files").to_owned())
}

/// Schema and table of a `NAME` or `SCHEMA.NAME`; what is in double quotes may hold dots.
fn table_name(name: &str) -> Result<(String, String), FolderError> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                parts.last_mut().into_iter().for_each(|part| part.push('"'));
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.push(character)),
        }
    }
    let mut parts = parts.into_iter();
    let names = match (parts.next(), parts.next(), parts.next()) {
        (Some(table), None, None) => (PUBLIC.to_owned(), table),
        (Some(schema), Some(table), None) => (schema, table),
        _ => (String::new(), String::new()),
    };
    if is_quoted || names.0.is_empty() || names.1.is_empty() {
        return Err(FolderError::new(
            SqlState::INVALID_NAME,
            format!("--table {name}: say NAME or SCHEMA.NAME, with \"\" around a name with a dot"),
        ));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_with_or_without_a_schema() {
        let names = |name| table_name(name).ok();
        let pair = |schema: &str, table: &str| Some((schema.to_owned(), table.to_owned()));
        assert_eq!(names("Flights"), pair("public", "Flights"));
        assert_eq!(names("air.flights"), pair("air", "flights"));
        assert_eq!(names("\"my.data\""), pair("public", "my.data"));
        assert_eq!(names("a.\"b\"\"c\""), pair("a", "b\"c"));
        for wrong in ["", "a.b.c", ".a", "a.", "\"a"] {
            assert_eq!(names(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn labels_are_unique() {
        let none: [(String, String); 0] = [];
        let sources = sources(["a/data", "b/data/", "c/*.csv"], &none).unwrap();
        let labels: Vec<_> = sources.iter().map(|source| source.label.as_str()).collect();
        assert_eq!(labels, ["data", "data-2", "c"]);
        assert_eq!(database_name(&sources), "data");
    }
}
