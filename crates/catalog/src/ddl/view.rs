//! Views.

use std::sync::Arc;

use trunkline_core::catalog::{Attribute, Relation, RelationKind, Schema, Snapshot};
use trunkline_core::{Column, Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, Reader, TokenKind, quote_identifier};

use super::names::Name;
use super::{Loader, Read, if_not_exists};
use crate::analyze::{ViewColumn, view_columns};
use crate::facts::type_facts;
use crate::world::Objects;

impl Loader<'_> {
    pub(super) fn create_view(
        &mut self,
        reader: &mut Reader<'_>,
        is_replaced: bool,
        recursive: bool,
    ) -> Read {
        let name = Name::read(reader)?;
        if is_replaced && let Some((schema, place)) = self.relation_place(&name) {
            self.remove_relation((schema, place));
        }
        self.check_free(&name)?;
        let mut view = Relation::new(name.plain.as_str(), RelationKind::View, []);
        let names = names(reader)?;
        if reader.eat("with") {
            view.options = self.options(reader)?;
        }
        reader.expect("as")?;
        let query = self.up_to(reader, &[])?;
        let (query, check) = split_check(&query);
        let names_itself;
        let query = if recursive {
            // As PostgreSQL writes it: the view is a query of WITH.
            let own = quote_identifier(&name.plain);
            let list: Vec<_> = names.iter().map(|name| quote_identifier(name)).collect();
            let list = list.join(", ");
            names_itself =
                format!("WITH RECURSIVE {own}({list}) AS ({query}) SELECT {list} FROM {own}");
            names_itself.as_str()
        } else {
            query
        };
        view.options.extend(check.map(|check| format!("check_option={check}")));
        self.add_view(&name, view, query, &names)
    }

    pub(super) fn create_materialized_view(&mut self, reader: &mut Reader<'_>) -> Read {
        if_not_exists(reader)?;
        let name = Name::read(reader)?;
        self.check_free(&name)?;
        let mut view = Relation::new(name.plain.as_str(), RelationKind::MaterializedView, []);
        let names = names(reader)?;
        while !reader.eat("as") {
            if reader.eat("with") {
                view.options = self.options(reader)?;
            } else if reader.at_end() {
                return Err(reader.unexpected().into());
            } else {
                reader.skip()?;
            }
        }
        let query = self.up_to(reader, &[])?;
        self.add_view(&name, view, without_data(&query), &names)
    }

    fn add_view(&mut self, name: &Name, mut view: Relation, query: &str, names: &[String]) -> Read {
        view.columns = self.query_columns(query, names)?;
        view.definition = Some(query.to_owned());
        let place = self.place_for(name)?;
        self.add_relation(place, view);
        Ok(())
    }

    /// The columns of a query, the first of which have these names.
    pub(super) fn query_columns(
        &mut self,
        query: &str,
        names: &[String],
    ) -> Read<Vec<Arc<Attribute>>> {
        let snapshot = &self.defined.snapshot;
        // Of 10,000 tables a view names a few. Whoever names a row type, whose number depends on what else there
        // is, is answered from all of them.
        let few = self.columns_among(query, named_in(snapshot, query));
        let few = few.ok().filter(|columns| columns.iter().all(|one| is_plain(snapshot, one.oid)));
        let columns = few.map_or_else(|| self.columns_among(query, snapshot.clone()), Ok);
        let columns = match columns {
            // What PostgreSQL may read and nobody here does: the view has the columns that it says.
            Err(error) if !is_known(error.sqlstate()) => {
                self.pass_over(self.sql.find(query).unwrap_or(0), "the columns of a view");
                let column = |name: &String| Attribute::new(Column::new(name.as_str(), Oid::TEXT));
                return Ok(names.iter().map(column).map(Arc::new).collect());
            }
            // The place of an error is one of the query's text.
            columns => columns.map_err(PgError::unplaced)?,
        };
        if names.len() > columns.len() {
            let message = "CREATE VIEW specifies more column names than columns";
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message).into());
        }
        let attribute = |column: ViewColumn| {
            let column = Column::new(&*column.name, column.oid).typmod(column.typmod);
            let mut attribute = Attribute::new(column);
            attribute.dimensions = Some(0);
            attribute
        };
        let mut attributes: Vec<Attribute> = columns.into_iter().map(attribute).collect();
        for (attribute, name) in attributes.iter_mut().zip(names) {
            attribute.column.name = name.as_str().into();
        }
        Ok(attributes.into_iter().map(Arc::new).collect())
    }

    /// The columns of a query over these objects.
    fn columns_among(&self, query: &str, snapshot: Snapshot) -> Result<Vec<ViewColumn>> {
        let objects = Objects::new(Arc::new(snapshot));
        let path: Vec<u32> =
            self.path.iter().filter_map(|name| objects.schema_named(name)).collect();
        view_columns(query, &objects, &path, None)
    }
}

/// The snapshot with only those relations and sequences that a query may name.
fn named_in(snapshot: &Snapshot, query: &str) -> Snapshot {
    let folded = query.to_ascii_lowercase();
    // A name may be written in another way than it is.
    let is_escaped = folded.contains("u&");
    let is_named = |name: &str| {
        is_escaped
            || name.contains(['"', '\'', '\\'])
            || query.contains(name)
            || folded.contains(name)
    };
    let schemas = snapshot.schemas.iter().map(|schema| Schema {
        name: schema.name.clone(),
        relations: schema.relations.iter().filter(|one| is_named(&one.name)).cloned().collect(),
        sequences: schema.sequences.iter().filter(|one| is_named(&one.name)).cloned().collect(),
        types: schema.types.clone(),
        routines: schema.routines.clone(),
        ..Schema::default()
    });
    Snapshot { schemas: schemas.collect(), ..Snapshot::default() }
}

/// Whether a type is one of PostgreSQL's own, or has a number of its own in the snapshot.
fn is_plain(snapshot: &Snapshot, oid: Oid) -> bool {
    let mut declared = snapshot.schemas.iter().flat_map(|schema| &schema.types);
    type_facts(oid).is_some() || declared.any(|one| one.oid == oid || one.array == oid)
}

/// Whether an error says what is wrong with a query, rather than that it is not understood.
fn is_known(state: SqlState) -> bool {
    !matches!(
        state,
        SqlState::SYNTAX_ERROR | SqlState::FEATURE_NOT_SUPPORTED | SqlState::STATEMENT_TOO_COMPLEX
    )
}

fn names(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    if reader.at_kind(TokenKind::LeftParen) { Loader::name_list(reader) } else { Ok(Vec::new()) }
}

/// A query without `WITH [LOCAL | CASCADED] CHECK OPTION` behind it, and which of them it was.
fn split_check(query: &str) -> (&str, Option<&'static str>) {
    for (words, which) in [
        (&["with", "local", "check", "option"][..], "local"),
        (&["with", "cascaded", "check", "option"][..], "cascaded"),
        (&["with", "check", "option"][..], "cascaded"),
    ] {
        if let Some(start) = ends_with(query, words) {
            return (query.get(..start).unwrap_or(query).trim_end(), Some(which));
        }
    }
    (query, None)
}

/// A query without `WITH [NO] DATA` behind it.
fn without_data(query: &str) -> &str {
    let found = ends_with(query, &["with", "no", "data"]);
    let found = found.or_else(|| ends_with(query, &["with", "data"]));
    found.and_then(|start| query.get(..start)).unwrap_or(query).trim_end()
}

/// Where the last words of a text begin, if they are these.
fn ends_with(text: &str, words: &[&str]) -> Option<usize> {
    let mut lexer = Lexer::new(text);
    let tokens: Vec<_> = std::iter::from_fn(|| lexer.next_significant()).collect();
    let last = tokens.get(tokens.len().checked_sub(words.len())?..)?;
    let are_these = last.iter().zip(words).all(|(token, word)| token.is_word(text, word));
    are_these.then(|| last.first().map(|token| token.span.start)).flatten()
}

#[cfg(test)]
mod tests {
    use super::named_in;

    /// What may be written in another way is always among them.
    #[test]
    fn a_view_is_read_among_the_tables_that_it_names() {
        let script = r#"CREATE TABLE one (a int); CREATE TABLE "Two" (b int);
            CREATE TABLE "th""ree" (c int); CREATE TABLE four (d int)"#;
        let snapshot = crate::ddl::define(script).expect("definitions").snapshot;
        let named = |query: &str| -> Vec<String> {
            let schemas = named_in(&snapshot, query).schemas;
            schemas.into_iter().flat_map(|one| one.relations).map(|one| one.name).collect()
        };
        assert_eq!(named(r#"SELECT * FROM ONE, "Two""#), ["one", "Two", "th\"ree"]);
        assert_eq!(named(r#"SELECT * FROM U&"f\006fur""#).len(), 4);
    }
}
