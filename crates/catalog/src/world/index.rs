//! Indexes of a snapshot: `pg_index`, and their columns.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;
use trunkline_core::catalog::{Index, IndexKey, Indexed};

use super::numbered::Of;
use super::row::{Maker, count};
use super::text::expression_type;
use super::{ClassObject, World};
use crate::datum::{Datum, List, Row};
use crate::facts::{facts, number, text};
use crate::plan::Cells;

/// `btree`
const BTREE: u32 = 403;
/// An access method that keeps hashes of its keys.
const HASH: u32 = 405;
/// What `pg_index` says.
#[derive(Clone, Debug)]
pub(crate) struct IndexObject {
    pub(crate) table: u32,
    pub(crate) primary: bool,
    /// The operators of an exclusion constraint.
    pub(crate) operators: Box<[String]>,
    /// Whether what it refuses may wait for the end of the transaction.
    pub(crate) deferrable: bool,
    /// Of a partition's, that of the partitioned table.
    pub(crate) parent: u32,
    /// What is said of it, but its name.
    pub(crate) of: Arc<Index>,
}

impl IndexObject {
    pub(super) fn new(table: u32, mut of: Index) -> IndexObject {
        of.name = String::new();
        let (primary, deferrable, operators) = (false, false, Box::default());
        IndexObject { table, primary, operators, deferrable, parent: 0, of: Arc::new(of) }
    }

    /// The columns that it has, keys first; `None` stands for an expression.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Option<usize>> {
        let include = self.of.include.iter().copied().map(Some);
        self.of.keys.iter().map(IndexKey::column).chain(include)
    }

    /// Whether its keys have an order.
    pub(crate) fn can_order(&self) -> bool {
        self.method() == BTREE
    }

    /// The number of its access method (`pg_am`).
    pub(crate) fn method(&self) -> u32 {
        METHODS.get(self.of.method.as_str()).copied().unwrap_or(BTREE)
    }
}

static METHODS: LazyLock<HashMap<Arc<str>, u32>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_am") else { return HashMap::new() };
    let (oid, name) = (facts.column("oid"), facts.column("amname"));
    facts.rows.iter().map(|row| (text(row, name), number(row, oid))).collect()
});

/// An operator class (`pg_opclass`).
#[derive(Debug)]
pub(crate) struct OperatorClass {
    pub(crate) oid: u32,
    pub(crate) name: Arc<str>,
    of: Oid,
    /// The type that is stored, if it is another one.
    stored: Oid,
    is_default: bool,
}

/// The operator classes of each access method.
static OPERATOR_CLASSES: LazyLock<HashMap<u32, Vec<OperatorClass>>> = LazyLock::new(|| {
    let mut classes: HashMap<u32, Vec<OperatorClass>> = HashMap::new();
    let Some(facts) = facts("pg_opclass") else { return classes };
    let columns = ["oid", "opcmethod", "opcname", "opcintype", "opckeytype", "opcdefault"];
    let [oid, method, name, of, stored, default] = columns.map(|name| facts.column(name));
    for row in &facts.rows {
        classes.entry(number(row, method)).or_default().push(OperatorClass {
            oid: number(row, oid),
            name: text(row, name),
            of: Oid(number(row, of)),
            stored: Oid(number(row, stored)),
            is_default: row.get(default).is_some_and(Datum::is_true),
        });
    }
    classes
});

/// The operator class of each type that is usual with an access method.
static USUAL_CLASSES: LazyLock<HashMap<(u32, Oid), &'static OperatorClass>> = LazyLock::new(|| {
    let mut usual = HashMap::new();
    for (method, classes) in OPERATOR_CLASSES.iter() {
        for class in classes.iter().filter(|class| class.is_default) {
            usual.entry((*method, class.of)).or_insert(class);
        }
    }
    usual
});

/// A column of an index.
pub(crate) struct IndexColumn {
    pub(crate) type_oid: Oid,
    pub(crate) typmod: i32,
    pub(crate) collation: u32,
    /// None for a column of INCLUDE, or where no operator class is known.
    pub(crate) class: Option<&'static OperatorClass>,
    /// Whether the class is not that of the type.
    pub(crate) is_other_class: bool,
    /// Whether the collation is not that of what it is of.
    pub(crate) is_other_collation: bool,
}

impl World {
    /// The operator class of a type for an access method: of a name, or the one that is usual.
    pub(crate) fn operator_class(
        &self,
        method: u32,
        oid: Oid,
        name: Option<&str>,
    ) -> Option<&'static OperatorClass> {
        if let Some(name) = name.and_then(|name| name.rsplit('.').next()) {
            return OPERATOR_CLASSES.get(&method)?.iter().find(|one| *one.name == *name);
        }
        let usual = |oid: Oid| USUAL_CLASSES.get(&(method, oid)).copied();
        usual(oid).or_else(|| self.taken_for(oid).into_iter().find_map(usual))
    }

    /// The type as which values are compared, where it is another one.
    pub(crate) fn compared_as(&self, oid: Oid) -> Option<Oid> {
        let class = self.operator_class(BTREE, oid, None)?;
        let is_other = class.of != oid && class.of != Oid::RECORD && !class.is_polymorphic();
        is_other.then_some(class.of)
    }

    /// The columns of an index, keys first.
    pub(crate) fn index_columns(&self, index: &IndexObject) -> Vec<IndexColumn> {
        let table = self.objects.class(index.table);
        let columns = table.map(|table| self.objects.columns(table)).unwrap_or_default();
        let own = |place: usize| {
            let one = columns.get(place);
            let column = one.map(|one| (one.column.type_oid, one.column.typmod));
            let (type_oid, typmod) = column.unwrap_or((Oid::TEXT, -1));
            (type_oid, typmod, one.map_or(0, |one| self.collation_of(one)))
        };
        let method = index.method();
        let keys = index.of.keys.iter().map(|key| {
            let (given, typmod, usual) = match &key.of {
                Indexed::Column(place) => own(*place),
                Indexed::Expression(text) => {
                    let (oid, typmod) = expression_type(self, index.table, text);
                    (oid, typmod, self.storage(oid).collation)
                }
            };
            let usual_class = self.operator_class(method, given, None);
            let class = match key.operator_class.as_deref() {
                Some(name) => self.operator_class(method, given, Some(name)),
                None => usual_class,
            };
            let is_other_class = class.map(|class| class.oid) != usual_class.map(|class| class.oid);
            let stored = class.map_or(Oid(0), |class| class.stored);
            let (type_oid, typmod) = match stored {
                Oid(0) if method == HASH => (Oid::INT4, -1),
                Oid(0) => (given, typmod),
                Oid::ANYELEMENT => (self.element_of(given).unwrap_or(given), typmod),
                stored => (stored, -1),
            };
            let named = key.collation.as_deref().and_then(|name| self.collation_named(name));
            // What is not compared by a collation has none, such as an array in a gin.
            let collation =
                named.unwrap_or(match self.storage(class.map_or(given, |c| c.of)).collation {
                    0 if class.is_some_and(|class| !class.is_polymorphic()) => 0,
                    _ => usual,
                });
            let is_other_collation = collation != usual && collation != 0;
            IndexColumn { type_oid, typmod, collation, class, is_other_class, is_other_collation }
        });
        let included = index.of.include.iter().map(|place| {
            let (type_oid, typmod, _) = own(*place);
            // It is not compared.
            let (collation, class) = (0, None);
            let (is_other_class, is_other_collation) = (false, false);
            IndexColumn { type_oid, typmod, collation, class, is_other_class, is_other_collation }
        });
        keys.chain(included).collect()
    }
}

impl OperatorClass {
    fn is_polymorphic(&self) -> bool {
        matches!(self.of.0, 2277 | 3500 | 3831 | 4537)
    }
}

pub(super) fn indexes(world: &World, of: Of, cells: Cells) -> Vec<Row> {
    let classes = world.objects.classes.of(of);
    rows(world, classes.filter_map(|class| Some((class, class.index.as_deref()?))), cells)
}

pub(super) fn of_table(world: &World, table: u32, cells: Cells) -> Vec<Row> {
    rows(world, world.objects.indexes_of(table), cells)
}

fn rows<'a>(
    world: &World,
    indexes: impl Iterator<Item = (&'a ClassObject, &'a IndexObject)>,
    cells: Cells,
) -> Vec<Row> {
    let maker = Maker::of("pg_index", cells);
    let asks_of_classes = ["indclass", "indcollation"].into_iter().any(|name| maker.asks(name));
    let vector = |name, items: &mut dyn Iterator<Item = Datum>| match maker.asks(name) {
        true => (name, Datum::Array(Arc::new(List::vector(items.collect())))),
        false => (name, Datum::Null),
    };
    let row = |(class, index): (&ClassObject, &IndexObject)| {
        let mut places =
            index.columns().map(|column| column.map_or(Datum::Int(0), |column| count(column + 1)));
        let columns = if asks_of_classes { world.index_columns(index) } else { Vec::new() };
        let keys = || columns.iter().take(index.of.keys.len());
        let can_order = index.can_order();
        let mut options = index.of.keys.iter().map(|key| {
            let bits = i64::from(key.descending) | (i64::from(key.nulls_first) << 1);
            Datum::Int(if can_order { bits } else { 0 })
        });
        let mut classes = keys().map(|key| Datum::Oid(key.class.map_or(0, |class| class.oid)));
        let mut collations = keys().map(|key| Datum::Oid(key.collation));
        let expressions: Vec<&str> =
            index.of.keys.iter().filter_map(IndexKey::expression).collect();
        let expressions =
            if expressions.is_empty() { Datum::Null } else { Datum::text(expressions.join(", ")) };
        maker.row([
            ("indexrelid", Datum::Oid(class.oid)),
            ("indrelid", Datum::Oid(index.table)),
            ("indnatts", count(index.columns().count())),
            ("indnkeyatts", count(index.of.keys.len())),
            ("indisunique", Datum::Bool(index.of.unique)),
            ("indnullsnotdistinct", Datum::Bool(index.of.nulls_not_distinct)),
            ("indisprimary", Datum::Bool(index.primary)),
            ("indisexclusion", Datum::Bool(!index.operators.is_empty())),
            ("indimmediate", Datum::Bool(!index.deferrable)),
            ("indisvalid", Datum::Bool(true)),
            ("indisready", Datum::Bool(true)),
            ("indislive", Datum::Bool(true)),
            vector("indkey", &mut places),
            vector("indcollation", &mut collations),
            vector("indclass", &mut classes),
            vector("indoption", &mut options),
            ("indexprs", expressions),
            ("indpred", index.of.condition.as_deref().map_or(Datum::Null, Datum::text)),
        ])
    };
    indexes.map(row).collect()
}
