//! Names of objects: where they are made, and where they are found.

use trunkline_core::catalog::{Attribute, Numbers, Relation, Schema, Type, TypeKind};
use trunkline_core::{Column, Oid, PgError, SqlState};
use trunkline_sql::{Reader, TokenKind, TypeName};

use super::{Loader, Read};
use crate::bind;

/// A name, perhaps with a schema before it.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) schema: Option<String>,
    pub(super) plain: String,
}

impl Name {
    /// Reads one; a database before it says nothing.
    pub(super) fn read(reader: &mut Reader<'_>) -> Read<Name> {
        let mut parts = vec![reader.name()?];
        while reader.eat_kind(TokenKind::Dot) {
            parts.push(reader.label()?);
        }
        let plain = parts.pop().unwrap_or_default();
        Ok(Name { schema: parts.pop(), plain })
    }

    fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.plain),
            None => self.plain.clone(),
        }
    }
}

/// Where something is: the places of its schema and of itself there.
pub(super) type Place = (usize, usize);

impl Loader<'_> {
    /// The schema in which something is made that has this name.
    pub(super) fn schema_for(&mut self, name: &Name) -> Read<&mut Schema> {
        let place = self.place_for(name)?;
        self.schemas().get_mut(place).ok_or_else(|| PgError::internal("a schema is lost").into())
    }

    /// The place of that schema.
    pub(super) fn place_for(&mut self, name: &Name) -> Read<usize> {
        let schemas = &self.defined.snapshot.schemas;
        let at = |name: &String| schemas.iter().position(|schema| schema.name == *name);
        let (found, missing) = match &name.schema {
            Some(schema) => (at(schema), format!("schema \"{schema}\" does not exist")),
            None => {
                let missing = "no schema has been selected to create in".to_owned();
                (self.path.iter().find_map(at), missing)
            }
        };
        found.ok_or_else(|| PgError::new(SqlState::INVALID_SCHEMA_NAME, missing).into())
    }

    /// The places of the schemas in which a name is looked for, in order.
    pub(super) fn searched(&self, schema: Option<&str>) -> Vec<usize> {
        let schemas = &self.defined.snapshot.schemas;
        let at = |name: &str| schemas.iter().position(|schema| schema.name == name);
        match schema {
            Some(schema) => at(schema).into_iter().collect(),
            None => self.path.iter().filter_map(|name| at(name)).collect(),
        }
    }

    fn find<T>(
        &self,
        name: &Name,
        of: impl Fn(&Schema) -> &[T],
        is: impl Fn(&T) -> bool,
    ) -> Option<Place> {
        self.searched(name.schema.as_deref()).into_iter().find_map(|at| {
            let schema = self.defined.snapshot.schemas.get(at)?;
            Some((at, of(schema).iter().position(&is)?))
        })
    }

    pub(super) fn relation_at(&mut self, (schema, place): Place) -> Option<&mut Relation> {
        self.defined.snapshot.schemas.get_mut(schema)?.relations.get_mut(place)
    }

    /// The same, or 42P01.
    pub(super) fn relation(&mut self, name: &Name) -> Read<&mut Relation> {
        let place = self.relation_place(name);
        let found = place.and_then(|place| self.relation_at(place));
        found.ok_or_else(|| missing("relation", SqlState::UNDEFINED_TABLE, name))
    }

    /// A type, or 42704.
    pub(super) fn type_mut(&mut self, name: &Name) -> Read<&mut Type> {
        let place = self.find(name, |schema| &schema.types, |one| one.name == name.plain);
        let found =
            place.and_then(|(schema, place)| self.schemas().get_mut(schema)?.types.get_mut(place));
        found.ok_or_else(|| missing("type", SqlState::UNDEFINED_OBJECT, name))
    }

    /// The name of the schema at a place.
    pub(super) fn schema_name(&self, place: usize) -> String {
        let schema = self.defined.snapshot.schemas.get(place);
        schema.map(|schema| schema.name.clone()).unwrap_or_default()
    }

    /// Fails with 42P07 where a relation of this name is.
    pub(super) fn check_free(&mut self, name: &Name) -> Read {
        let place = self.place_for(name)?;
        if !self.is_taken(place, &name.plain) {
            return Ok(());
        }
        let message = format!("relation \"{}\" already exists", name.plain);
        Err(PgError::new(SqlState::DUPLICATE_TABLE, message).into())
    }

    /// The type that a statement names next, its modifier, and whether it is `SETOF`.
    pub(super) fn data_type(&self, reader: &mut Reader<'_>) -> Read<(Oid, i32, bool)> {
        let parsed = TypeName::read(reader)?;
        let (oid, typmod) = self.named_type(&parsed)?;
        Ok((oid, typmod, parsed.set_of))
    }

    /// A column of the type that a statement names next.
    pub(super) fn typed_column(&self, reader: &mut Reader<'_>, name: &str) -> Read<Attribute> {
        let parsed = TypeName::read(reader)?;
        let (oid, typmod) = self.named_type(&parsed)?;
        let mut attribute = Attribute::new(Column::new(name, oid).typmod(typmod));
        attribute.dimensions = Some(i16::try_from(parsed.dimensions).unwrap_or(i16::MAX));
        Ok(attribute)
    }

    /// Numbers for a type and for its arrays.
    pub(super) fn numbered(&mut self, schema: &str, name: &str) -> (Oid, Oid) {
        let mut number = |kind| Oid(self.numbers.of(kind, &[schema, name]));
        (number("type"), number("array"))
    }

    fn named_type(&self, parsed: &TypeName) -> Read<(Oid, i32)> {
        let name = Name { schema: parsed.qualifiers.last().cloned(), plain: parsed.name.clone() };
        let built_in = bind::type_of(parsed, self.sql, 0);
        let own = || {
            let mut searched = self.searched(name.schema.as_deref()).into_iter();
            searched.find_map(|at| self.own_type(at, &name.plain))
        };
        // PostgreSQL's own come first, as in every search path.
        match built_in.is_err().then(own).flatten() {
            Some((oid, array)) => Ok((if parsed.dimensions > 0 { array } else { oid }, -1)),
            None => Ok(built_in?),
        }
    }

    /// A type of a schema, the row types of its relations with them, and its arrays.
    fn own_type(&self, place: usize, name: &str) -> Option<(Oid, Oid)> {
        let schema = self.defined.snapshot.schemas.get(place)?;
        for own in &schema.types {
            if own.name == name {
                return Some((own.oid, own.array));
            }
            match &own.kind {
                TypeKind::Range(range) if range.multirange.0 == name => {
                    return Some((range.multirange.1, range.multirange.2));
                }
                _ => {}
            }
        }
        // The numbers that the catalogs give to a row type unless another object has them.
        let number = |kind| Oid(Numbers::default().of(kind, &[&schema.name, name]));
        let is_row = self.relations.contains_key(&(place, name.to_owned()));
        is_row.then(|| (number("type"), number("array")))
    }
}

pub(super) fn missing(what: &str, state: SqlState, name: &Name) -> super::Fault {
    PgError::new(state, format!("{what} \"{}\" does not exist", name.shown())).into()
}
