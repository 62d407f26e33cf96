//! Tables that inherit from others, and partitions: `pg_inherits` and `pg_partitioned_table`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use trunkline_core::Oid;
use trunkline_core::catalog::{
    ConstraintKind, ForeignKey, Index, IndexKey, Indexed, Key, Relation,
};

use super::constraint::{ConstraintObject, Rule, What, index_of, mentioned};
use super::index::IndexObject;
use super::place::{At, Place};
use super::row::{Maker, count, letter};
use super::text::expression_type;
use super::{ClassObject, Objects, World};
use crate::datum::{Datum, List, Row};
use crate::facts::PG_CATALOG;

/// Which tables and indexes come from which.
#[derive(Debug, Default)]
pub(crate) struct Family {
    /// Child and parent, and the how manieth parent of the child it is.
    pub(crate) links: Vec<(u32, u32, usize)>,
    parents: HashMap<u32, Vec<u32>>,
    children: HashMap<u32, Vec<u32>>,
}

impl Family {
    fn add(&mut self, child: u32, parent: u32) {
        let parents = self.parents.entry(child).or_default();
        parents.push(parent);
        self.links.push((child, parent, parents.len()));
        self.children.entry(parent).or_default().push(child);
    }

    /// The tables or indexes that one comes from.
    pub(crate) fn parents(&self, child: u32) -> &[u32] {
        self.parents.get(&child).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tables or indexes that come from one.
    pub(crate) fn children(&self, parent: u32) -> &[u32] {
        self.children.get(&parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// A partition and what it is a part of, up to the root.
    pub(crate) fn ancestors(&self, of: u32) -> Vec<u32> {
        let mut all = vec![of];
        let mut at = of;
        while let Some(parent) = self.parents(at).first().filter(|parent| !all.contains(parent)) {
            all.push(*parent);
            at = *parent;
        }
        all
    }

    /// What comes from one, each behind its parent, with how far it is from there.
    pub(crate) fn tree(&self, root: u32) -> Vec<(u32, u32)> {
        let mut all = vec![(root, 0)];
        let mut seen = HashSet::from([root]);
        let mut at = 0;
        while let Some((parent, level)) = all.get(at).copied() {
            let children = self.children(parent).iter().filter(|child| seen.insert(**child));
            all.extend(children.map(|child| (*child, level + 1)));
            at += 1;
        }
        all
    }
}

impl Objects {
    /// Whether a relation is a partition or an index of one.
    pub(crate) fn is_partition(&self, class: &ClassObject) -> bool {
        match &class.index {
            Some(index) => index.parent != 0,
            None => self.relation_of(class).is_some_and(|relation| relation.bound.is_some()),
        }
    }

    /// Finds the parents of all tables, and gives to the children what they have from them.
    pub(super) fn inherit(&mut self) {
        let mut links = Vec::new();
        for (class, relation) in self.relations() {
            for (schema, name) in &relation.parents {
                let parent = self.find_named(schema, name).map(|parent| parent.oid);
                links.extend(parent.filter(|parent| *parent != class.oid).map(|p| (class.oid, p)));
            }
        }
        for (child, parent) in links {
            self.family.add(child, parent);
        }
        // Parents before children.
        let of_tables: Vec<(u32, u32)> =
            self.family.links.iter().map(|(child, parent, _)| (*child, *parent)).collect();
        let mut depths: Vec<(usize, (u32, u32))> =
            of_tables.into_iter().map(|link| (self.family.ancestors(link.0).len(), link)).collect();
        depths.sort_by_key(|(depth, _)| *depth);
        for (_, (child, parent)) in depths {
            self.inherit_from(child, parent);
        }
    }

    fn inherit_from(&mut self, child: u32, parent: u32) {
        let snapshot = self.snapshot.clone();
        let (Some(from), Some(to)) = (self.class(parent), self.class(child)) else { return };
        let (Some(from_place), Some(to_place)) = (from.relation_place(), to.relation_place())
        else {
            return;
        };
        let is_partition = from.kind == 'p';
        let (Some(from), Some(to)) = (from_place.relation(&snapshot), to_place.relation(&snapshot))
        else {
            return;
        };
        let mapping = Mapping::new(from, to);
        let constraints: Vec<ConstraintObject> = self.constraints_of(parent).cloned().collect();
        for constraint in &constraints {
            if (is_partition || matches!(constraint.letter(), 'c' | 'n')) && !constraint.no_inherit
            {
                self.inherit_constraint(child, to, constraint, &mapping);
            }
        }
        if !is_partition {
            return;
        }
        let upheld: HashSet<u32> = constraints.iter().map(|one| one.index).collect();
        let indexes: Vec<(u32, Arc<Index>)> = self
            .indexes_of(parent)
            .filter(|(class, _)| !upheld.contains(&class.oid))
            .map(|(class, index)| (class.oid, index.of.clone()))
            .collect();
        for (number, of) in indexes {
            self.inherit_index(child, to, (number, &of), &mapping);
        }
    }

    /// Gives a constraint of a parent to a child, or says of the child's own that it is the parent's, too.
    fn inherit_constraint(
        &mut self,
        child: u32,
        relation: &Relation,
        of: &ConstraintObject,
        mapping: &Mapping,
    ) {
        let Some(schema) = self.class(child).map(|class| class.schema) else { return };
        let columns = match of.what() {
            What::Kind(ConstraintKind::Check(text)) => mentioned(relation, text),
            _ => mapping.all(of.columns()),
        };
        let is_same = |own: &ConstraintObject| match (of.what(), own.what()) {
            (What::NotNull, What::NotNull) => own.columns() == columns,
            (What::Kind(ConstraintKind::Check(_)), What::Kind(ConstraintKind::Check(_))) => {
                own.name == of.name
            }
            (
                What::Kind(ConstraintKind::Foreign(one)),
                What::Kind(ConstraintKind::Foreign(two)),
            ) => {
                own.parent == 0
                    && own.columns() == columns
                    && (&one.schema, &one.table, &one.refers_to)
                        == (&two.schema, &two.table, &two.refers_to)
            }
            _ => own.letter() == of.letter() && own.parent == 0 && own.columns() == columns,
        };
        let is_keyed = matches!(of.letter(), 'p' | 'u' | 'x' | 'f');
        let own = self.constraints_of(child).find(|own| is_same(own)).map(|own| own.oid);
        if let Some(own) = own {
            let is_local = match (of.what(), &*columns) {
                // Of a column that is the parent's, it is the parent's.
                (What::NotNull, [column]) => {
                    relation.columns.get(*column).is_some_and(|one| one.is_local)
                }
                _ => false,
            };
            let Some(own) = self.constraints.get_mut(own) else { return };
            own.inherited += 1;
            own.is_local = is_local && own.is_local;
            if matches!(of.what(), What::NotNull) && !is_local {
                own.name = of.name.clone();
            }
            let index = own.index;
            if is_keyed {
                own.parent = of.oid;
                self.attach(index, of.index);
            }
            return;
        }
        if matches!(of.letter(), 't') {
            return;
        }
        let kind = match of.what() {
            What::Kind(kind) => mapping.kind(kind),
            _ => ConstraintKind::NotNull(columns.first().copied().unwrap_or_default()),
        };
        let name = match of.letter() {
            'p' | 'u' | 'x' => self.constraint_name(schema, relation, &kind, &columns),
            _ => of.name.clone(),
        };
        let number = self.constraint_number(schema, &relation.name, &name);
        let rule = Rule::new(kind, columns);
        let mut object = ConstraintObject::new((number, name), schema, (child, 0), rule);
        (object.deferrable, object.deferred) = (of.deferrable, of.deferred);
        object.not_valid = of.not_valid;
        (object.is_local, object.inherited) = (false, 1);
        if is_keyed {
            object.parent = of.oid;
        }
        if let Some(index) = index_of(&object) {
            object.index = self.add_index(object.name.clone(), index);
            self.attach(object.index, of.index);
        }
        self.add_constraint(object);
    }

    /// Says of an index of a partition which one it is a part of.
    fn attach(&mut self, own: u32, parent: u32) {
        let index = self.classes.get_mut(own).and_then(|class| class.index.as_mut());
        if let Some(index) = index.filter(|index| index.parent == 0 && parent != 0) {
            index.parent = parent;
            self.family.add(own, parent);
        }
    }

    fn inherit_index(
        &mut self,
        child: u32,
        relation: &Relation,
        (parent, of): (u32, &Index),
        mapping: &Mapping,
    ) {
        let Some(schema) = self.class(child).map(|class| class.schema) else { return };
        let mut wanted = mapping.index(of);
        let own = self.indexes_of(child).find(|(_, index)| {
            wanted.options.clone_from(&index.of.options);
            index.parent == 0 && *index.of == wanted
        });
        let own = match own.map(|(class, _)| class.oid) {
            Some(own) => own,
            None => {
                wanted.options.clone_from(&of.options);
                let name = self.index_name(schema, relation, &wanted);
                self.add_index(name, IndexObject::new(child, wanted))
            }
        };
        self.attach(own, parent);
    }
}

impl ClassObject {
    /// Where its relation is in the snapshot.
    fn relation_place(&self) -> Option<At> {
        match self.place {
            Place::Relation(at) => Some(at),
            _ => None,
        }
    }
}

/// Where the columns of a parent are in a child.
struct Mapping(Vec<Option<usize>>);

impl Mapping {
    fn new(from: &Relation, to: &Relation) -> Mapping {
        let places: HashMap<&str, usize> =
            to.columns.iter().zip(0..).map(|(one, place)| (&*one.column.name, place)).collect();
        let own = from.columns.iter().map(|one| places.get(&*one.column.name).copied());
        Mapping(own.collect())
    }

    fn one(&self, place: usize) -> Option<usize> {
        self.0.get(place).copied().flatten()
    }

    fn all(&self, places: &[usize]) -> Vec<usize> {
        places.iter().filter_map(|place| self.one(*place)).collect()
    }

    fn key(&self, key: &IndexKey) -> IndexKey {
        let mut mapped = key.clone();
        if let Indexed::Column(place) = &mut mapped.of {
            *place = self.one(*place).unwrap_or(*place);
        }
        mapped
    }

    fn index(&self, index: &Index) -> Index {
        let mut mapped = index.clone();
        mapped.keys = index.keys.iter().map(|key| self.key(key)).collect();
        mapped.include = self.all(&index.include);
        mapped
    }

    fn kind(&self, kind: &ConstraintKind) -> ConstraintKind {
        let of_key = |key: &Key| Key {
            columns: self.all(&key.columns),
            include: self.all(&key.include),
            nulls_not_distinct: key.nulls_not_distinct,
        };
        match kind {
            ConstraintKind::Primary(key) => ConstraintKind::Primary(of_key(key)),
            ConstraintKind::Unique(key) => ConstraintKind::Unique(of_key(key)),
            ConstraintKind::Foreign(key) => {
                let mut mapped = ForeignKey::clone(key);
                mapped.columns = self.all(&key.columns);
                ConstraintKind::Foreign(mapped.into())
            }
            ConstraintKind::Exclude(exclusion) => {
                let mut exclusion = exclusion.clone();
                for (key, _) in &mut exclusion.elements {
                    *key = self.key(key);
                }
                ConstraintKind::Exclude(exclusion)
            }
            kind => kind.clone(),
        }
    }
}

pub(super) fn inherits(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_inherits");
    let links = world.objects.family.links.iter();
    let rows = links.map(|(child, parent, number)| {
        maker.row([
            ("inhrelid", Datum::Oid(*child)),
            ("inhparent", Datum::Oid(*parent)),
            ("inhseqno", count(*number)),
        ])
    });
    rows.collect()
}

pub(super) fn partitioned_tables(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_partitioned_table");
    let vector = |items: Vec<Datum>| Datum::Array(Arc::new(List::vector(items)));
    let rows = world.objects.relations().filter_map(|(class, relation)| {
        let key = relation.partitioned.as_ref()?;
        // What is divided by its hash is compared as a hash index does.
        let method = if key.strategy == 'h' { 405 } else { 403 };
        let mut expressions: Vec<&str> = Vec::new();
        let (mut places, mut classes, mut collations) = (Vec::new(), Vec::new(), Vec::new());
        for one in &key.keys {
            let (oid, collation) = match one {
                Indexed::Column(place) => {
                    places.push(count(place + 1));
                    let column = relation.columns.get(*place);
                    let oid = column.map_or(Oid::TEXT, |one| one.column.type_oid);
                    (oid, column.map_or(0, |one| world.collation_of(one)))
                }
                Indexed::Expression(text) => {
                    places.push(Datum::Int(0));
                    expressions.push(text);
                    let (oid, _) = expression_type(world, class.oid, text);
                    (oid, world.storage(oid).collation)
                }
            };
            let found = world.operator_class(method, oid, None);
            classes.push(Datum::Oid(found.map_or(0, |class| class.oid)));
            collations.push(Datum::Oid(collation));
        }
        let is_default = |child: &&u32| {
            let class = world.objects.class(**child);
            let bound = class.and_then(|class| world.objects.relation_of(class)?.bound.as_deref());
            bound.is_some_and(|bound| bound.trim().eq_ignore_ascii_case("default"))
        };
        let default = world.objects.family.children(class.oid).iter().find(is_default);
        let expressions =
            if expressions.is_empty() { Datum::Null } else { Datum::text(expressions.join(", ")) };
        Some(maker.row([
            ("partrelid", Datum::Oid(class.oid)),
            ("partstrat", letter(key.strategy)),
            ("partnatts", count(key.keys.len())),
            ("partdefid", Datum::Oid(default.copied().unwrap_or(0))),
            ("partattrs", vector(places)),
            ("partclass", vector(classes)),
            ("partcollation", vector(collations)),
            ("partexprs", expressions),
        ]))
    });
    rows.collect()
}
