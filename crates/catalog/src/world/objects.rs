//! The objects of a snapshot and their numbers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use trunkline_core::catalog::{
    Access, Attribute, Numbers, Relation, RelationKind, Role, Snapshot, Type, TypeKind,
};
use trunkline_core::types::TextStyle;

use super::chains::Chains;
use super::constraint::ConstraintObject;
use super::depend::Dependencies;
use super::description::Descriptions;
use super::index::IndexObject;
use super::kept::Kept;
use super::names::predefined_role;
use super::numbered::{HasOid, Numbered};
use super::partition::Family;
use super::place::{At, Place};
use super::policy::PolicyObject;
use super::routine::Routines;
use super::sequence::SequenceObject;
use super::slots::{Name, Slots};
use super::text::Texts;
use super::toast::TOAST;
use super::trigger::TriggerObject;
use super::types::Types;
use super::{INFORMATION_SCHEMA, PUBLIC};
use crate::analyze::{self, Declared, Mentions, Names, Origin, ViewBase};
use crate::facts::PG_CATALOG;

/// Everything in a snapshot that has a name or a number.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) snapshot: Arc<Snapshot>,
    /// Schemas, but those that every database has.
    pub(crate) schemas: Vec<(u32, Arc<str>)>,
    schema_numbers: HashMap<Arc<str>, u32>,
    schema_names: HashMap<u32, Arc<str>>,
    /// Tables, views, indexes, sequences and composite types.
    pub(crate) classes: Numbered<ClassObject>,
    classes_by_name: Slots,
    pub(crate) constraints: Numbered<ConstraintObject>,
    constraints_by_name: Slots,
    constraints_by_table: Chains,
    /// By the table that they refer to.
    pub(super) foreign_keys: Chains,
    indexes_by_table: Chains,
    /// By the table that owns them.
    pub(super) sequences_by_table: Chains,
    pub(crate) types: Types,
    pub(crate) routines: Routines,
    pub(crate) triggers: Numbered<TriggerObject>,
    pub(super) triggered: Chains,
    pub(crate) policies: Numbered<PolicyObject>,
    pub(crate) family: Family,
    /// Where tables keep what is long, by their numbers.
    pub(crate) toasts: HashMap<u32, u32>,
    /// The roles of the snapshot, by name.
    pub(super) roles: HashMap<Arc<str>, usize>,
    role_numbers: HashMap<Arc<str>, u32>,
    pub(super) role_names: HashMap<u32, Arc<str>>,
    /// The rules of views, by the numbers of these.
    rules: HashMap<u32, u32>,
    views_by_rule: HashMap<u32, u32>,
    pub(super) numbers: Numbers,
    /// What objects have alike, while they are made.
    kept: Kept,
    /// What names of types and functions mean, once somebody asks.
    declared: OnceLock<Declared>,
    /// What the query of each view names and which relation it is of, once somebody asks.
    views: OnceLock<HashMap<u32, KnownView>>,
    /// What is said of objects, once somebody asks.
    pub(super) described: OnceLock<Descriptions>,
    /// What depends on what, once somebody asks.
    pub(super) depending: OnceLock<Dependencies>,
    /// The columns of defaults, once somebody asks.
    pub(super) defaults: OnceLock<HashMap<u32, (u32, i64)>>,
    /// Texts of expressions and queries, once somebody asks.
    pub(super) texts: Mutex<Texts>,
}

/// What the query of a view says.
#[derive(Debug)]
struct KnownView {
    mentions: Mentions,
    origins: Vec<Origin>,
    base: Option<ViewBase>,
}

/// A row of `pg_class`.
#[derive(Debug)]
pub(crate) struct ClassObject {
    pub(crate) oid: u32,
    pub(crate) schema: u32,
    pub(crate) name: Arc<str>,
    /// `relkind`
    pub(crate) kind: char,
    /// The row type; zero for an index.
    pub(crate) row_type: u32,
    pub(super) place: Place,
    pub(crate) index: Option<Box<IndexObject>>,
    pub(crate) sequence: Option<Box<SequenceObject>>,
}

impl HasOid for ClassObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

impl ClassObject {
    fn named(&self) -> Name<'_> {
        (self.schema, &self.name)
    }
}

impl Objects {
    /// Numbers the objects of a snapshot: by their names, so that they stay the same.
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Objects {
        let mut objects = Objects { snapshot: snapshot.clone(), ..Objects::default() };
        // All relations before anything else, as engines do, which name them as origins of columns.
        let oids: Vec<Vec<u32>> = snapshot
            .schemas
            .iter()
            .map(|schema| {
                let names = schema.relations.iter().map(|relation| relation.name.as_str());
                names.map(|name| objects.numbers.relation(&schema.name, name).0).collect()
            })
            .collect();
        for of in snapshot.schemas.iter().flat_map(|schema| &schema.types) {
            objects.numbers.reserve(of.oid);
            objects.numbers.reserve(of.array);
            if let TypeKind::Range(range) = &of.kind {
                objects.numbers.reserve(range.multirange.1);
                objects.numbers.reserve(range.multirange.2);
            }
        }
        for (place, role) in snapshot.roles.iter().enumerate() {
            let name: Arc<str> = role.name.as_str().into();
            let known = predefined_role(&name);
            let number = known.unwrap_or_else(|| objects.numbers.of("role", &[&name]));
            objects.role_names.insert(number, name.clone());
            objects.role_numbers.insert(name.clone(), number);
            objects.roles.insert(name, place);
        }
        for (place, schema) in snapshot.schemas.iter().enumerate() {
            let Some(oid) = objects.add_schema(&schema.name) else { continue };
            objects.add_domain_constraints(oid, &schema.types);
            let numbered = schema.relations.iter().zip(oids.get(place).into_iter().flatten());
            for (at, (relation, number)) in numbered.enumerate() {
                objects.relation(oid, *number, relation, At::new(place, at));
            }
        }
        objects.add_types();
        objects.add_sequences();
        objects.inherit();
        objects.settle_foreign_keys();
        objects.add_routines();
        objects.add_constructors();
        objects.add_triggers();
        objects.add_policies();
        objects.add_rules();
        objects.add_toasts();
        objects.shrink();
        objects
    }

    /// Gives back what was taken for more objects than there are, and what nobody asks for anymore.
    fn shrink(&mut self) {
        self.classes.shrink();
        self.constraints.shrink();
        self.types.all.shrink();
        self.triggers.shrink();
        self.policies.shrink();
        self.constraints_by_name = Slots::default();
        self.kept = Kept::default();
        self.constraints_by_table.shrink();
        self.foreign_keys.shrink();
        self.indexes_by_table.shrink();
        self.sequences_by_table.shrink();
        self.triggered.shrink();
    }

    /// `None` for a schema that every database has.
    fn add_schema(&mut self, name: &str) -> Option<u32> {
        let oid = match name {
            "public" => PUBLIC,
            "pg_catalog" | "information_schema" => return None,
            name => self.numbers.of("schema", &[name]),
        };
        let name: Arc<str> = name.into();
        self.schema_numbers.insert(name.clone(), oid);
        self.schema_names.insert(oid, name.clone());
        self.schemas.push((oid, name));
        Some(oid)
    }

    fn relation(&mut self, schema: u32, oid: u32, relation: &Relation, place: At) {
        let kind = match relation.kind {
            RelationKind::View => 'v',
            RelationKind::MaterializedView => 'm',
            RelationKind::Partitioned => 'p',
            RelationKind::Foreign => 'f',
            _ => 'r',
        };
        let schema_name = self.schema_name(schema).unwrap_or_default();
        let row_type = self.numbers.of("type", &[&schema_name, &relation.name]);
        self.add(ClassObject {
            oid,
            schema,
            name: relation.name.as_str().into(),
            kind,
            row_type,
            place: Place::Relation(place),
            index: None,
            sequence: None,
        });
        self.add_constraints(oid, relation);
        for index in &relation.indexes {
            self.add_index(index.name.as_str().into(), IndexObject::new(oid, index.clone()));
        }
    }

    pub(super) fn add(&mut self, mut class: ClassObject) {
        class.index.iter_mut().for_each(|index| self.kept.index(index));
        let (schema, name) = (class.schema, class.name.clone());
        let table = class.index.as_ref().map(|index| index.table);
        let owner = class.sequence.as_ref().and_then(|sequence| sequence.owner);
        let place = self.classes.push(class);
        let classes = &self.classes;
        self.classes_by_name.add((schema, &*name), place, |place| Some(classes.at(place)?.named()));
        if let Some(table) = table {
            self.indexes_by_table.push(table, place);
        }
        if let Some((table, _)) = owner {
            self.sequences_by_table.push(table, place);
        }
    }

    pub(super) fn add_constraint(&mut self, mut constraint: ConstraintObject) {
        self.kept.constraint(&mut constraint);
        let (schema, name, table) = (constraint.schema, constraint.name.clone(), constraint.table);
        let place = self.constraints.push(constraint);
        self.constraints_by_table.push(table, place);
        let all = &self.constraints;
        self.constraints_by_name.add((schema, &*name), place, |place| Some(all.at(place)?.named()));
    }

    pub(super) fn is_constraint_named(&self, schema: u32, name: &str) -> bool {
        let at = |place| Some(self.constraints.at(place)?.named());
        self.constraints_by_name.get((schema, name), at).is_some()
    }

    /// What the query of a view names; nothing of one that is not understood.
    pub(super) fn mentions_of(&self, view: u32) -> Option<&Mentions> {
        self.views().get(&view).map(|known| &known.mentions)
    }

    /// Which columns the columns of a view are; nothing of one whose query is not known here.
    pub(super) fn origins_of(&self, view: u32) -> &[Origin] {
        self.views().get(&view).map(|known| known.origins.as_slice()).unwrap_or_default()
    }

    /// The relation that a view is of, if it can be written to as that.
    pub(crate) fn base_of_view(&self, view: u32) -> Option<&ViewBase> {
        self.views().get(&view).and_then(|known| known.base.as_ref())
    }

    fn views(&self) -> &HashMap<u32, KnownView> {
        self.views.get_or_init(|| {
            let views = self.relations().filter(|(class, _)| matches!(class.kind, 'v' | 'm'));
            let known = views.filter_map(|(class, relation)| {
                let names = Names::new(self, &[], Some(class.schema));
                let sql = relation.definition.as_deref()?;
                let query = analyze::query(sql, names, &TextStyle::default()).ok()?;
                let base = analyze::view_base(&query).filter(|_| class.kind == 'v');
                let (mentions, origins) = (analyze::mentions(&query), analyze::origins(&query));
                Some((class.oid, KnownView { mentions, origins, base }))
            });
            known.collect()
        })
    }

    /// The types and functions that somebody made.
    pub(crate) fn declared(&self) -> &Declared {
        self.declared.get_or_init(|| Declared::new(self))
    }

    /// The places of columns by their names.
    pub(crate) fn columns_named(&self, class: &ClassObject, names: &[String]) -> Vec<usize> {
        let columns = self.columns(class);
        let place = |name: &String| columns.iter().position(|one| *one.column.name == **name);
        names.iter().filter_map(place).collect()
    }

    pub(crate) fn class(&self, oid: u32) -> Option<&ClassObject> {
        self.classes.get(oid)
    }

    pub(crate) fn class_in(&self, schema: u32, name: &str) -> Option<&ClassObject> {
        let at = |place| Some(self.classes.at(place)?.named());
        self.classes.at(self.classes_by_name.get((schema, name), at)?)
    }

    pub(crate) fn find_named(&self, schema: &str, name: &str) -> Option<&ClassObject> {
        self.class_in(self.schema_named(schema)?, name)
    }

    pub(crate) fn schema_named(&self, name: &str) -> Option<u32> {
        self.schema_numbers.get(name).copied()
    }

    /// The name of a schema of the snapshot.
    pub(crate) fn schema_name(&self, oid: u32) -> Option<Arc<str>> {
        self.schema_names.get(&oid).cloned()
    }

    /// The number of any schema by its name, also of those that every database has.
    pub(super) fn any_schema_named(&self, name: &str) -> Option<u32> {
        match name {
            "pg_catalog" => Some(PG_CATALOG),
            "information_schema" => Some(*INFORMATION_SCHEMA),
            name => self.schema_named(name),
        }
    }

    /// The table or view that a class is, or is an index or a sequence of; all of `pg_toast` are alike.
    pub(crate) fn relation_of(&self, class: &ClassObject) -> Option<&Relation> {
        match class.place {
            Place::Relation(at) => at.relation(&self.snapshot),
            Place::Toast(_) => Some(&TOAST),
            _ => None,
        }
    }

    /// The type at a place of the snapshot.
    pub(super) fn type_at(&self, place: Place) -> Option<&Type> {
        match place {
            Place::Type(at) => at.of_type(&self.snapshot),
            _ => None,
        }
    }

    /// The columns of a table, a view or a composite type.
    pub(crate) fn columns(&self, class: &ClassObject) -> &[Arc<Attribute>] {
        if let Some(Type { kind: TypeKind::Composite(columns), .. }) = self.type_at(class.place) {
            return columns;
        }
        self.relation_of(class).map(|relation| relation.columns.as_slice()).unwrap_or_default()
    }

    /// The constraints of a table.
    pub(crate) fn constraints_of(&self, table: u32) -> impl Iterator<Item = &ConstraintObject> {
        self.constraints_by_table.of(table).filter_map(|place| self.constraints.at(place))
    }

    /// The foreign keys that refer to a table.
    pub(super) fn foreign_keys_to(&self, table: u32) -> impl Iterator<Item = &ConstraintObject> {
        self.foreign_keys.of(table).filter_map(|place| self.constraints.at(place))
    }

    /// The indexes of a table.
    pub(crate) fn indexes_of(
        &self,
        table: u32,
    ) -> impl Iterator<Item = (&ClassObject, &IndexObject)> {
        self.indexes_by_table.of(table).filter_map(|place| {
            let class = self.classes.at(place)?;
            Some((class, class.index.as_deref()?))
        })
    }

    /// Tables, views and foreign tables.
    pub(crate) fn relations(&self) -> impl Iterator<Item = (&ClassObject, &Relation)> {
        let classes = self.classes.iter().filter(|class| class.is_relation());
        classes.filter_map(|class| Some((class, self.relation_of(class)?)))
    }

    /// Whose a class is, and what others may do with it: nothing is said of an index itself.
    pub(crate) fn access_of<'a>(&'a self, class: &'a ClassObject) -> Option<&'a Access> {
        if let Some(sequence) = &class.sequence {
            return Some(&self.sequence(sequence).access);
        }
        if class.index.is_some() {
            return None;
        }
        match self.type_at(class.place) {
            Some(of) => Some(&of.access),
            None => self.relation_of(class).map(|relation| &relation.access),
        }
    }

    /// The name of the owner of a class, if the snapshot says it: that of an index is its table's.
    pub(crate) fn owner_of<'a>(&'a self, class: &'a ClassObject) -> Option<&'a str> {
        let class = self.kept_for(class);
        let own = self.access_of(class).and_then(|access| access.owner.as_deref());
        own.or_else(|| self.relation_of(class)?.access.owner.as_deref())
    }

    fn add_rules(&mut self) {
        let views = self.relations().filter(|(class, _)| matches!(class.kind, 'v' | 'm'));
        let views: Vec<u32> = views.map(|(class, _)| class.oid).collect();
        for view in views {
            let rule = self.numbers.of("rule", &[&view.to_string()]);
            self.rules.insert(view, rule);
            self.views_by_rule.insert(rule, view);
        }
    }

    /// The number of the rule of a view.
    pub(crate) fn rule_of(&self, view: u32) -> u32 {
        self.rules.get(&view).copied().unwrap_or_default()
    }

    pub(super) fn view_of_rule(&self, rule: u32) -> Option<u32> {
        self.views_by_rule.get(&rule).copied()
    }

    /// The number of a role by its name, whether there is one or not.
    pub(super) fn role_number(&self, name: &str) -> u32 {
        let own = self.role_numbers.get(name).copied().or_else(|| predefined_role(name));
        own.unwrap_or_else(|| self.number_besides("role", name))
    }

    /// A number for what is not in the snapshot: the client's role, its database.
    pub(super) fn number_besides(&self, kind: &str, name: &str) -> u32 {
        self.numbers.besides(kind, &[name])
    }

    /// A role of the snapshot.
    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.snapshot.roles.get(*self.roles.get(name)?)
    }
}

/// A number for one of many that nothing else names.
pub(crate) fn number_of(kind: &str, name: &str) -> u32 {
    Numbers::alone(kind, &[name])
}
