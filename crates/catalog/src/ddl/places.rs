//! Where relations and sequences are: with 10,000 tables nobody looks through all of them for a name.

use std::collections::HashMap;

use trunkline_core::catalog::{Relation, Sequence};

use super::Loader;
use super::names::{Name, Place};

/// Places by the schema's and the name.
pub(super) type Places = HashMap<(usize, String), usize>;

impl Loader<'_> {
    /// Puts a relation where it belongs.
    pub(super) fn add_relation(&mut self, schema: usize, mut relation: Relation) {
        self.compactor.relation(&mut relation);
        if let Some(own) = self.defined.snapshot.schemas.get_mut(schema) {
            self.relations.insert((schema, relation.name.clone()), own.relations.len());
            own.relations.push(relation);
        }
    }

    /// Takes a relation away, which another one follows.
    pub(super) fn remove_relation(&mut self, (schema, place): Place) {
        let Some(own) = self.defined.snapshot.schemas.get_mut(schema) else { return };
        own.relations.remove(place);
        self.relations.retain(|(of, _), _| *of != schema);
        let places = own.relations.iter().enumerate();
        self.relations.extend(places.map(|(place, one)| ((schema, one.name.clone()), place)));
    }

    /// Puts sequences where they belong.
    pub(super) fn add_sequences(
        &mut self,
        schema: usize,
        sequences: impl IntoIterator<Item = Sequence>,
    ) {
        let Some(own) = self.defined.snapshot.schemas.get_mut(schema) else { return };
        for sequence in sequences {
            self.sequences.insert((schema, sequence.name.clone()), own.sequences.len());
            own.sequences.push(sequence);
        }
    }

    /// Whether a relation or a sequence of a schema has this name.
    pub(super) fn is_taken(&self, schema: usize, name: &str) -> bool {
        let key = (schema, name.to_owned());
        self.relations.contains_key(&key) || self.sequences.contains_key(&key)
    }

    /// A table or a view.
    pub(super) fn relation_place(&self, name: &Name) -> Option<Place> {
        self.placed(&self.relations, name)
    }

    /// A sequence.
    pub(super) fn sequence(&mut self, name: &Name) -> Option<&mut Sequence> {
        let (schema, place) = self.placed(&self.sequences, name)?;
        self.schemas().get_mut(schema)?.sequences.get_mut(place)
    }

    fn placed(&self, among: &Places, name: &Name) -> Option<Place> {
        let schemas = self.searched(name.schema.as_deref()).into_iter();
        let mut found = schemas.filter_map(|at| Some((at, *among.get(&(at, name.plain.clone()))?)));
        found.next()
    }
}
