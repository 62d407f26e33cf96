//! What names mean at a place in a statement.

use sqlparser::ast::Ident;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::grouping::Grouping;
use super::name::{folded, quoted};
use super::nearest::hinted;
use super::typed::{Form, Typed};
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// A column that a query gives.
#[derive(Clone, Debug)]
pub(super) struct Output {
    /// As the client is told.
    pub(super) name: String,
    /// As the query around it has to call it: names that are there twice are made unique.
    pub(super) inner: String,
    pub(super) ty: Type,
    /// The table and the column that it is, if it is nothing else.
    pub(super) origin: Option<(Oid, i16)>,
}

/// A query with a name.
#[derive(Clone, Debug)]
pub(super) struct Cte {
    pub(super) name: String,
    pub(super) columns: Vec<Output>,
}

/// Something of FROM: a table, a query, a function.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The name that its columns can be qualified with; folded.
    pub(super) alias: String,
    pub(super) columns: Vec<SourceColumn>,
    /// Columns that every table has, which only their names bring forth: `ctid`, `tableoid`.
    pub(super) system: Vec<SourceColumn>,
    /// The columns of its primary key, as SQLite finds them.
    pub(super) key: Vec<String>,
    /// Whether it is what USING has made of columns of two others, by the alias of which nobody asks for it.
    pub(super) joined: bool,
}

/// A column of something of FROM.
#[derive(Clone, Debug)]
pub(super) struct SourceColumn {
    pub(super) name: String,
    /// How SQLite finds it.
    pub(super) sql: String,
    pub(super) ty: Type,
    pub(super) not_null: bool,
    /// The table and the number of the column.
    pub(super) origin: Option<(Oid, i16)>,
    /// USING has made one of it and a column of the other side, which alone is found without an alias.
    pub(super) merged: bool,
}

/// The sources of a query, and those of the queries around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'s> {
    pub(super) sources: Vec<Source>,
    pub(super) outer: Option<&'s Scope<'s>>,
    /// What is grouped by, and what is used besides.
    pub(super) grouping: Grouping,
}

impl<'s> Scope<'s> {
    pub(super) fn within(outer: Option<&'s Scope<'s>>) -> Scope<'s> {
        Scope { outer, ..Scope::default() }
    }

    pub(super) fn of(source: Source) -> Scope<'static> {
        Scope { sources: vec![source], ..Scope::default() }
    }

    /// The column of a name alone: none, one, or more than one here.
    pub(super) fn find(&self, name: &str) -> Found<'_> {
        let only = |columns: fn(&Source) -> &[SourceColumn]| {
            let all = self
                .sources
                .iter()
                .flat_map(|source| columns(source).iter().map(move |column| (source, column)));
            let mut named = all.filter(|(_, c)| c.name.eq_ignore_ascii_case(name) && !c.merged);
            match (named.next(), named.next()) {
                (None, _) => Found::None,
                (Some((source, column)), None) => Found::One { scope: self, source, column },
                (Some(_), Some(_)) => Found::Many,
            }
        };
        let found = match only(|source| &source.columns) {
            Found::None => only(|source| &source.system),
            found => found,
        };
        match (&found, self.outer) {
            (Found::None, Some(outer)) => outer.find(name),
            _ => found,
        }
    }

    /// The source of an alias.
    pub(super) fn source(&self, alias: &str) -> Option<&Source> {
        self.source_in_scope(alias).map(|(_, source)| source)
    }

    /// The source of an alias, and whose it is.
    fn source_in_scope(&self, alias: &str) -> Option<(&Scope<'_>, &Source)> {
        let mut named = self.sources.iter().filter(|source| !source.joined);
        let here = named.find(|source| source.alias.eq_ignore_ascii_case(alias));
        here.map(|source| (self, source)).or_else(|| self.outer?.source_in_scope(alias))
    }
}

/// What a name was found to be.
pub(super) enum Found<'s> {
    None,
    One { scope: &'s Scope<'s>, source: &'s Source, column: &'s SourceColumn },
    Many,
}

impl Source {
    /// A source whose columns SQLite finds by their names under this alias.
    pub(super) fn named(
        alias: &str,
        columns: impl IntoIterator<Item = (String, Output)>,
    ) -> Source {
        let columns = columns.into_iter().map(|(name, output)| SourceColumn {
            name,
            sql: format!("{}.{}", quoted(alias), quoted(&output.inner)),
            ty: output.ty,
            not_null: false,
            origin: output.origin,
            merged: false,
        });
        let (columns, system, key) = (columns.collect(), Vec::new(), Vec::new());
        Source { alias: alias.to_owned(), columns, system, key, joined: false }
    }
}

impl SourceColumn {
    pub(super) fn typed(&self, place: usize) -> Typed {
        Typed {
            sql: self.sql.clone(),
            ty: self.ty,
            form: Form::Column,
            place,
            not_null: self.not_null,
            origin: self.origin,
        }
    }
}

impl Translator<'_> {
    /// A column by its name alone; 42703 and 42702.
    pub(super) fn column(&self, ident: &Ident, scope: &Scope<'_>) -> Result<Typed> {
        let (name, place) = (folded(ident), self.place_at(ident.span.start));
        let error = match scope.find(&name) {
            Found::One { column, .. } if ident.quote_style.is_some() && column.name != name => {
                no_column(&name, scope)
            }
            Found::One { scope: of, source, column } => {
                of.grouping.note(source, column, place, !std::ptr::eq(of, scope));
                return Ok(column.typed(place));
            }
            Found::Many => PgError::new(
                SqlState::AMBIGUOUS_COLUMN,
                format!("column reference \"{name}\" is ambiguous"),
            ),
            Found::None => no_column(&name, scope),
        };
        Err(error.position(place))
    }

    /// A column with what it is of before it; 42P01 and 42703.
    pub(super) fn qualified(&self, idents: &[Ident], scope: &Scope<'_>) -> Result<Typed> {
        let Some((last, before)) = idents.split_last() else {
            return Err(PgError::internal("a name without parts"));
        };
        let Some(first) = before.last() else { return self.column(last, scope) };
        let (alias, name) = (folded(first), folded(last));
        let place = self.place_at(first.span.start);
        let Some((of, source)) = scope.source_in_scope(&alias) else {
            return Err(missing_from(&alias).position(place));
        };
        let mut all = source.columns.iter().chain(&source.system);
        let Some(column) = all.find(|column| column.name.eq_ignore_ascii_case(&name)) else {
            if is_of_versions(&name) && !source.system.is_empty() {
                return Err(unsupported(&format!("the system column {name} here")).position(place));
            }
            let message = format!("column {alias}.{name} does not exist");
            let error = PgError::new(SqlState::UNDEFINED_COLUMN, message);
            return Err(hinted(error, Some(&alias), &name, scope).position(place));
        };
        of.grouping.note(source, column, place, !std::ptr::eq(of, scope));
        Ok(column.typed(place))
    }
}

/// 42703, with what may have been meant; 0A000 for a column that a table of PostgreSQL has besides.
fn no_column(name: &str, scope: &Scope<'_>) -> PgError {
    if is_of_versions(name) && scope.sources.iter().any(|source| !source.system.is_empty()) {
        return unsupported(&format!("the system column {name} here"));
    }
    let message = format!("column \"{name}\" does not exist");
    hinted(PgError::new(SqlState::UNDEFINED_COLUMN, message), None, name, scope)
}

/// Whether a column tells of the versions of a row, of which SQLite has one.
fn is_of_versions(name: &str) -> bool {
    matches!(name, "xmin" | "xmax" | "cmin" | "cmax")
}

/// 42P01: nothing of FROM has this name.
pub(super) fn missing_from(alias: &str) -> PgError {
    let message = format!("missing FROM-clause entry for table \"{alias}\"");
    PgError::new(SqlState::UNDEFINED_TABLE, message)
}
