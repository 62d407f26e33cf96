//! `CREATE INDEX`.

use trunkline_core::catalog::{Index, IndexKey, Indexed, Relation};
use trunkline_sql::{Lexer, Reader, Span, TokenKind};

use super::constraint::column_of;
use super::names::Name;
use super::{Loader, Read, if_not_exists};
use crate::analyze::made_up_name;

impl Loader<'_> {
    pub(super) fn create_index(&mut self, reader: &mut Reader<'_>, unique: bool) -> Read {
        let _ = reader.eat("concurrently");
        if_not_exists(reader)?;
        let name = if reader.at("on") { None } else { Some(reader.name()?) };
        reader.expect("on")?;
        let only = reader.eat("only");
        let table = Name::read(reader)?;
        let sql = self.sql;
        let relation = self.relation(&table)?;
        let mut index = Index::new("", []);
        index.unique = unique;
        if reader.eat("using") {
            index.method = reader.name()?;
        }
        let start = reader.offset();
        reader.skip()?;
        let keys = Span::new(start + 1, reader.taken().saturating_sub(1));
        let mut inner = Reader::new(Lexer::new(sql).within(keys));
        loop {
            index.keys.push(index_key(sql, &mut inner, relation)?);
            if !inner.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        while !reader.at_end() {
            if reader.eat("include") {
                let names = Loader::name_list(reader)?;
                let places = names.iter().map(|name| column_of(relation, name));
                index.include = places.collect::<Read<_>>()?;
            } else if reader.eat("nulls") {
                index.nulls_not_distinct = reader.eat("not");
                reader.expect("distinct")?;
            } else if reader.eat("where") {
                let start = reader.offset();
                let span = reader.rest()?;
                index.condition = Some(Span::new(start, span.end).text(sql).trim().to_owned());
            } else if reader.at("with") {
                reader.advance();
                let start = reader.offset();
                reader.skip()?;
                let text = Span::new(start + 1, reader.taken().saturating_sub(1)).text(sql);
                index.options = text.split(',').map(|one| one.replace([' ', '\''], "")).collect();
            } else {
                reader.skip()?;
            }
        }
        index.name = name.unwrap_or_else(|| Self::index_name(relation, &index.keys));
        relation.indexes.push(index.clone());
        let partitioned = relation.name.clone();
        if let Some((place, _)) = self.relation_place(&table).filter(|_| !only) {
            self.index_partitions(&self.schema_name(place), &partitioned, &index);
        }
        Ok(())
    }

    /// The partitions of a table get an index like its own, and theirs, too.
    fn index_partitions(&mut self, schema: &str, name: &str, index: &Index) {
        for part in self.children(schema, name) {
            let below = self.schema_name(part.0);
            let Some(relation) = self.relation_at(part).filter(|one| one.bound.is_some()) else {
                continue;
            };
            let mut own = index.clone();
            own.name = Self::index_name(relation, &own.keys);
            relation.indexes.push(own);
            let name = relation.name.clone();
            self.index_partitions(&below, &name, index);
        }
    }

    /// The name that PostgreSQL makes up for an index.
    pub(super) fn index_name(relation: &Relation, keys: &[IndexKey]) -> String {
        let part = |key: &IndexKey| match &key.of {
            Indexed::Column(at) => {
                relation.columns.get(*at).map(|one| one.column.name.to_string()).unwrap_or_default()
            }
            Indexed::Expression(text) => made_up_name(text).unwrap_or_else(|| "expr".to_owned()),
        };
        let parts: Vec<String> = keys.iter().map(part).collect();
        let wanted = trunkline_core::catalog::object_name(&relation.name, &parts.join("_"), "idx");
        let is_taken = |name: &String| relation.indexes.iter().any(|index| index.name == *name);
        let numbered = (1..).map(|number| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        names.find(|name| !is_taken(name)).unwrap_or(wanted)
    }
}

/// `column | (expression) | call(…)`, with what is said behind it.
pub(super) fn index_key(sql: &str, reader: &mut Reader<'_>, relation: &Relation) -> Read<IndexKey> {
    let of = if reader.at_kind(TokenKind::LeftParen) {
        let start = reader.offset();
        reader.skip()?;
        let text = Span::new(start + 1, reader.taken().saturating_sub(1)).text(sql);
        Indexed::Expression(text.trim().to_owned())
    } else {
        let start = reader.offset();
        let name = Name::read(reader)?;
        if reader.at_kind(TokenKind::LeftParen) {
            reader.skip()?;
            Indexed::Expression(Span::new(start, reader.taken()).text(sql).to_owned())
        } else {
            Indexed::Column(column_of(relation, &name.plain)?)
        }
    };
    let mut key = IndexKey::new(of, false);
    if reader.eat("collate") {
        key.collation = Some(Name::read(reader)?.plain);
    }
    let is_over = |reader: &Reader<'_>| {
        reader.kind().is_none()
            || reader.at_kind(TokenKind::Comma)
            || reader.at_any(&["asc", "desc", "nulls", "with"])
    };
    if !is_over(reader) {
        key.operator_class = Some(Name::read(reader)?.plain);
        if reader.at_kind(TokenKind::LeftParen) {
            reader.skip()?;
        }
    }
    if reader.eat("desc") {
        (key.descending, key.nulls_first) = (true, true);
    } else {
        let _ = reader.eat("asc");
    }
    if reader.eat("nulls") {
        key.nulls_first = reader.eat("first");
        if !key.nulls_first {
            reader.expect("last")?;
        }
    }
    Ok(key)
}
