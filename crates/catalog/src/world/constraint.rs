//! Constraints of a snapshot.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;
use trunkline_core::catalog::{
    Constraint, ConstraintKind, ForeignKey, Index, IndexKey, Indexed, Relation,
};

use super::index::IndexObject;
use super::numbered::{HasOid, Of};
use super::place::Place;
use super::row::{Maker, count, letter};
use super::slots::Name;
use super::text::domain_check_text;
use super::{ClassObject, Objects, World};
use crate::datum::{Datum, Row};
use crate::facts::OPERATORS;
use crate::plan::Cells;

/// A row of `pg_constraint`.
#[derive(Clone, Debug)]
pub(crate) struct ConstraintObject {
    pub(crate) oid: u32,
    pub(crate) name: Arc<str>,
    pub(crate) schema: u32,
    /// The table or the domain that it is of; the other one is zero.
    pub(crate) table: u32,
    pub(crate) domain: u32,
    pub(super) rule: Arc<Rule>,
    pub(crate) deferrable: bool,
    pub(crate) deferred: bool,
    pub(crate) not_valid: bool,
    pub(crate) no_inherit: bool,
    /// The index that upholds it.
    pub(crate) index: u32,
    /// Of a partition's, that of the partitioned table.
    pub(crate) parent: u32,
    /// Whether it is the table's own, and from how many parents it comes.
    pub(crate) is_local: bool,
    pub(crate) inherited: u32,
}

impl HasOid for ConstraintObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

/// What a constraint demands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'a> {
    Kind(&'a ConstraintKind),
    NotNull,
    /// A constraint trigger calls a function.
    Trigger,
}

/// What a constraint demands of which columns; those of many tables are alike.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    demand: Demand,
    columns: Box<[usize]>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Demand {
    Kind(ConstraintKind),
    NotNull,
    Trigger,
}

impl Rule {
    pub(super) fn new(kind: ConstraintKind, columns: Vec<usize>) -> Rule {
        let demand = match kind {
            ConstraintKind::NotNull(_) => Demand::NotNull,
            kind => Demand::Kind(kind),
        };
        Rule { demand, columns: columns.into() }
    }

    /// That of a constraint trigger.
    pub(super) fn of_trigger() -> Rule {
        Rule { demand: Demand::Trigger, columns: Box::default() }
    }
}

impl ConstraintObject {
    /// A constraint of a table, or of a domain.
    pub(super) fn new(
        (oid, name): (u32, Arc<str>),
        schema: u32,
        (table, domain): (u32, u32),
        rule: Rule,
    ) -> ConstraintObject {
        ConstraintObject {
            oid,
            name,
            schema,
            table,
            domain,
            rule: Arc::new(rule),
            deferrable: false,
            deferred: false,
            not_valid: false,
            no_inherit: false,
            index: 0,
            parent: 0,
            is_local: true,
            inherited: 0,
        }
    }

    pub(crate) fn what(&self) -> What<'_> {
        match &self.rule.demand {
            Demand::Kind(kind) => What::Kind(kind),
            Demand::NotNull => What::NotNull,
            Demand::Trigger => What::Trigger,
        }
    }

    /// The columns that it is about.
    pub(crate) fn columns(&self) -> &[usize] {
        &self.rule.columns
    }

    /// `contype`
    pub(crate) fn letter(&self) -> char {
        match self.what() {
            What::NotNull => 'n',
            What::Trigger => 't',
            What::Kind(ConstraintKind::Primary(_)) => 'p',
            What::Kind(ConstraintKind::Unique(_)) => 'u',
            What::Kind(ConstraintKind::Foreign(_)) => 'f',
            What::Kind(ConstraintKind::Exclude(_)) => 'x',
            What::Kind(_) => 'c',
        }
    }

    /// What a foreign key says.
    pub(crate) fn foreign(&self) -> Option<&ForeignKey> {
        match self.what() {
            What::Kind(ConstraintKind::Foreign(key)) => Some(key),
            _ => None,
        }
    }

    pub(super) fn named(&self) -> Name<'_> {
        (self.schema, &self.name)
    }

    /// The table that a foreign key refers to.
    pub(crate) fn target<'a>(&self, objects: &'a Objects) -> Option<&'a ClassObject> {
        let key = self.foreign()?;
        objects.find_named(&key.schema, &key.table)
    }
}

impl Objects {
    /// The constraints of a table, with those that columns have for refusing NULL.
    pub(super) fn add_constraints(&mut self, table: u32, relation: &Relation) {
        let Some(schema) = self.class(table).map(|class| class.schema) else { return };
        // What has a name of its own comes first, so that no other is given its name.
        let (named, others): (Vec<_>, Vec<_>) =
            relation.constraints.iter().partition(|constraint| constraint.name.is_some());
        let mut refusing: Vec<usize> = Vec::new();
        for constraint in named.into_iter().chain(others) {
            if let ConstraintKind::NotNull(column) = constraint.kind {
                refusing.push(column);
            }
            self.add_table_constraint(schema, table, relation, constraint);
        }
        let is_table = matches!(self.class(table).map(|class| class.kind), Some('r' | 'p' | 'f'));
        for (column, attribute) in relation.columns.iter().enumerate() {
            if is_table && attribute.not_null && !refusing.contains(&column) {
                let usual = Constraint::new(None, ConstraintKind::NotNull(column));
                self.add_table_constraint(schema, table, relation, &usual);
            }
        }
    }

    fn add_table_constraint(
        &mut self,
        schema: u32,
        table: u32,
        relation: &Relation,
        constraint: &Constraint,
    ) {
        let columns = match &constraint.kind {
            ConstraintKind::Primary(key) | ConstraintKind::Unique(key) => key.columns.clone(),
            ConstraintKind::Foreign(key) => key.columns.clone(),
            ConstraintKind::NotNull(column) => vec![*column],
            ConstraintKind::Exclude(exclusion) => {
                exclusion.elements.iter().filter_map(|(key, _)| key.column()).collect()
            }
            ConstraintKind::Check(expression) => mentioned(relation, expression),
            _ => Vec::new(),
        };
        let name = match &constraint.name {
            Some(name) => name.as_str().into(),
            None => self.constraint_name(schema, relation, &constraint.kind, &columns),
        };
        let number = self.constraint_number(schema, &relation.name, &name);
        let mut object = ConstraintObject::new(
            (number, name),
            schema,
            (table, 0),
            Rule::new(constraint.kind.clone(), columns),
        );
        object.deferrable = constraint.deferrable;
        object.deferred = constraint.deferred;
        object.not_valid = constraint.not_valid;
        object.no_inherit = constraint.no_inherit;
        if let Some(index) = index_of(&object) {
            object.index = self.add_index(object.name.clone(), index);
        }
        self.add_constraint(object);
    }

    pub(super) fn constraint_number(&mut self, schema: u32, table: &str, name: &str) -> u32 {
        let schema = self.schema_name(schema).unwrap_or_default();
        self.numbers.of("constraint", &[&schema, table, name])
    }

    /// Puts an index where its table is.
    pub(super) fn add_index(&mut self, name: Arc<str>, index: IndexObject) -> u32 {
        let Some(table) = self.class(index.table) else { return 0 };
        let (schema, place) = (table.schema, table.place);
        let kind = if table.kind == 'p' { 'I' } else { 'i' };
        let schema_name = self.schema_name(schema).unwrap_or_default();
        let oid = self.numbers.of("class", &[&schema_name, &name]);
        let place = if matches!(place, Place::Relation(..) | Place::Toast(_)) {
            place
        } else {
            Place::None
        };
        self.add(ClassObject {
            oid,
            schema,
            name,
            kind,
            row_type: 0,
            place,
            index: Some(Box::new(index)),
            sequence: None,
        });
        oid
    }

    /// A foreign key is known by the table that it refers to, and rests on a unique index of that.
    pub(super) fn settle_foreign_keys(&mut self) {
        let find = |key: &ForeignKey, target: &ClassObject| {
            let mut columns = self.columns_named(target, &key.refers_to);
            columns.sort_unstable();
            let (index, _) = self.indexes_of(target.oid).find(|(_, index)| {
                let keys = index.of.keys.iter();
                let own: Option<Vec<usize>> = keys.map(IndexKey::column).collect();
                let own = own.map(|mut own| {
                    own.sort_unstable();
                    own
                });
                index.of.unique && index.of.condition.is_none() && own.as_ref() == Some(&columns)
            })?;
            Some(index.oid)
        };
        let found = self.constraints.iter().map(|constraint| {
            match constraint.foreign().zip(constraint.target(self)) {
                Some((key, target)) => (target.oid, find(key, target)),
                None => (0, None),
            }
        });
        let found: Vec<(u32, Option<u32>)> = found.collect();
        for (place, (target, index)) in found.into_iter().enumerate() {
            if target != 0 {
                self.foreign_keys.push(target, place);
            }
            if let (Some(constraint), Some(index)) = (self.constraints.at_mut(place), index) {
                constraint.index = index;
            }
        }
    }
}

/// The index that upholds a constraint.
pub(super) fn index_of(constraint: &ConstraintObject) -> Option<IndexObject> {
    let What::Kind(kind) = constraint.what() else { return None };
    let (of, operators) = match kind {
        ConstraintKind::Primary(key) | ConstraintKind::Unique(key) => {
            let keys = key.columns.iter().map(|at| IndexKey::new(Indexed::Column(*at), false));
            let mut of = Index::new("", keys);
            of.include = key.include.clone();
            of.unique = true;
            of.nulls_not_distinct = key.nulls_not_distinct;
            (of, Vec::new())
        }
        ConstraintKind::Exclude(exclusion) => {
            let keys = exclusion.elements.iter().map(|(key, _)| key.clone());
            let mut of = Index::new("", keys);
            of.method = exclusion.method.clone();
            of.condition = exclusion.condition.clone();
            let operators = exclusion.elements.iter().map(|(_, operator)| operator.clone());
            (of, operators.collect())
        }
        _ => return None,
    };
    let mut index = IndexObject::new(constraint.table, of);
    index.primary = matches!(kind, ConstraintKind::Primary(_));
    index.operators = operators.into();
    index.deferrable = constraint.deferrable;
    Some(index)
}

/// The columns that an expression names, each where it comes first; a name behind `).`, `].` or another field is a field of a composite value.
pub(super) fn mentioned(relation: &Relation, expression: &str) -> Vec<usize> {
    let columns: HashMap<&str, usize> =
        relation.columns.iter().zip(0..).map(|(one, place)| (&*one.column.name, place)).collect();
    let mut lexer = trunkline_sql::Lexer::new(expression);
    let mut places = Vec::new();
    // Whether the value that ends here has fields, and whether a dot stands behind it.
    let (mut has_fields, mut is_field) = (false, false);
    while let Some(token) = lexer.next_significant() {
        let text = token.text(expression);
        if !is_field
            && token.kind.is_identifier()
            && let Ok(name) = token.identifier(expression)
        {
            let place = columns.get(&*name).copied();
            places.extend(place.filter(|place| !places.contains(place)));
        }
        let was_field = std::mem::replace(&mut is_field, has_fields && text == ".");
        has_fields = matches!(text, ")" | "]") || was_field;
    }
    places
}

fn numbers(columns: &[usize]) -> Vec<Datum> {
    columns.iter().map(|column| count(column + 1)).collect()
}

pub(super) fn constraints(world: &World, of: Of, cells: Cells) -> Vec<Row> {
    rows(world, world.objects.constraints.of(of), cells)
}

pub(super) fn of_table(world: &World, table: u32, cells: Cells) -> Vec<Row> {
    rows(world, world.objects.constraints_of(table), cells)
}

/// The foreign keys that refer to a table; of none, all that is no foreign key.
pub(super) fn referring_to(world: &World, table: u32, cells: Cells) -> Vec<Row> {
    if table == 0 {
        let all = world.objects.constraints.iter();
        return rows(world, all.filter(|one| one.target(&world.objects).is_none()), cells);
    }
    rows(world, world.objects.foreign_keys_to(table), cells)
}

fn rows<'a>(
    world: &World,
    constraints: impl Iterator<Item = &'a ConstraintObject>,
    cells: Cells,
) -> Vec<Row> {
    let maker = Maker::of("pg_constraint", cells);
    let asks_of_both =
        ["confkey", "conpfeqop", "conppeqop", "conffeqop"].into_iter().any(|name| maker.asks(name));
    let constraints = constraints.filter(|constraint| cells.are_of(constraint.letter()));
    let rows = constraints.map(|constraint| {
        let check = match constraint.what() {
            // That of a domain is not asked for with the domain.
            What::Kind(ConstraintKind::Check(expression)) if constraint.domain != 0 => {
                Datum::text(domain_check_text(world, constraint.domain, expression, false))
            }
            What::Kind(ConstraintKind::Check(expression)) => Datum::text(expression.as_str()),
            _ => Datum::Null,
        };
        let table = world.objects.class(constraint.table);
        let (mut target, mut match_type, mut updates, mut deletes) = (0, ' ', ' ', ' ');
        let mut referred = Datum::Null;
        let mut operators = [Datum::Null, Datum::Null, Datum::Null];
        if let Some(key) = constraint.foreign() {
            (match_type, updates, deletes) = (key.matching, key.on_update, key.on_delete);
            let class = constraint.target(&world.objects);
            target = class.map_or(0, |class| class.oid);
            if let Some(class) = class.filter(|_| asks_of_both) {
                let places = world.objects.columns_named(class, &key.refers_to);
                referred = Datum::list(numbers(&places));
                let typed = |class: Option<&ClassObject>, places: &[usize]| -> Vec<Oid> {
                    let columns = class.map(|class| world.objects.columns(class));
                    let of = |place: &usize| Some(columns?.get(*place)?.column.type_oid);
                    places.iter().filter_map(of).collect()
                };
                let (other, own) = (typed(Some(class), &places), typed(table, &key.columns));
                let equal = |left: &[Oid], right: &[Oid]| {
                    let pairs = left.iter().zip(right);
                    let found = pairs.map(|(left, right)| equality(world, *left, *right));
                    Datum::list(found.map(Datum::Oid).collect())
                };
                operators = [equal(&other, &own), equal(&other, &other), equal(&own, &own)];
            }
        }
        let [of_both, of_other, of_own] = operators;
        let exclusion = match constraint.what() {
            What::Kind(ConstraintKind::Exclude(exclusion)) => {
                let columns = table.map(|table| world.objects.columns(table)).unwrap_or_default();
                let found = exclusion.elements.iter().map(|(key, operator)| {
                    let of = key.column().and_then(|place| columns.get(place));
                    let oid = of.map_or(Oid::TEXT, |one| one.column.type_oid);
                    Datum::Oid(operator_of(world, operator, oid, oid))
                });
                Datum::list(found.collect())
            }
            _ => Datum::Null,
        };
        let kind = constraint.letter();
        let is_own = constraint.parent == 0;
        let no_inherit = match kind {
            'p' | 'u' | 'x' => is_own,
            'f' => is_own && table.is_none_or(|table| table.kind != 'p'),
            't' => true,
            _ => constraint.no_inherit,
        };
        let columns = constraint.columns();
        maker.row([
            ("oid", Datum::Oid(constraint.oid)),
            ("conname", Datum::Text(constraint.name.clone())),
            ("connamespace", Datum::Oid(constraint.schema)),
            ("contype", letter(kind)),
            ("condeferrable", Datum::Bool(constraint.deferrable)),
            ("condeferred", Datum::Bool(constraint.deferred)),
            ("conenforced", Datum::Bool(true)),
            ("convalidated", Datum::Bool(!constraint.not_valid)),
            ("conrelid", Datum::Oid(constraint.table)),
            ("contypid", Datum::Oid(constraint.domain)),
            ("conindid", Datum::Oid(constraint.index)),
            ("conparentid", Datum::Oid(constraint.parent)),
            ("confrelid", Datum::Oid(target)),
            ("confupdtype", letter(updates)),
            ("confdeltype", letter(deletes)),
            ("confmatchtype", letter(match_type)),
            ("conislocal", Datum::Bool(constraint.is_local)),
            ("coninhcount", Datum::Int(constraint.inherited.into())),
            ("connoinherit", Datum::Bool(no_inherit)),
            (
                "conkey",
                match columns.is_empty() || !maker.asks("conkey") {
                    true => Datum::Null,
                    false => Datum::list(numbers(columns)),
                },
            ),
            ("confkey", referred),
            ("conpfeqop", of_both),
            ("conppeqop", of_other),
            ("conffeqop", of_own),
            ("conexclop", exclusion),
            ("conbin", check),
        ])
    });
    rows.collect()
}

/// The operator `=` of two types.
fn equality(world: &World, left: Oid, right: Oid) -> u32 {
    operator_of(world, "=", left, right)
}

static BY_OPERANDS: LazyLock<HashMap<(&'static str, Oid, Oid), u32>> = LazyLock::new(|| {
    let all = OPERATORS.values().flatten();
    all.map(|one| ((&*one.name, one.left, one.right), one.oid)).collect()
});

/// An operator between two types, or those that they are taken for.
pub(super) fn operator_of(world: &World, name: &str, left: Oid, right: Oid) -> u32 {
    let (lefts, rights) = (world.taken_for(left), world.taken_for(right));
    let pairs = lefts.iter().flat_map(|left| rights.iter().map(move |right| (*left, *right)));
    let mut found = pairs.filter_map(|(left, right)| BY_OPERANDS.get(&(name, left, right)));
    found.next().copied().unwrap_or(0)
}
