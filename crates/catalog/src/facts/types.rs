//! `pg_type`, for the types that every database has.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;

use super::small::Small;
use super::table::{facts, number, text};

/// What is known of a type.
#[derive(Clone, Debug)]
pub(crate) struct TypeFacts {
    pub(crate) oid: Oid,
    pub(crate) name: Arc<str>,
    pub(crate) schema: u32,
    /// `typtype`: `b` base, `c` composite, `d` domain, `p` pseudo.
    pub(crate) kind: u8,
    pub(crate) category: u8,
    pub(crate) preferred: bool,
    pub(crate) element: Oid,
    pub(crate) array: Oid,
    pub(crate) base: Oid,
    pub(crate) typmod: i32,
}

/// All types, by OID.
static TYPES: LazyLock<Small<TypeFacts>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_type") else { return Small::from_iter([]) };
    let columns = [
        "oid",
        "typname",
        "typnamespace",
        "typtype",
        "typcategory",
        "typispreferred",
        "typelem",
        "typarray",
        "typbasetype",
        "typtypmod",
    ];
    let [oid, name, schema, kind, category, preferred, element, array, base, typmod] =
        columns.map(|name| facts.column(name));
    let rows = facts.rows.iter().map(|row| {
        let first = |column| text(row, column).bytes().next().unwrap_or(b' ');
        let modifier = row.get(typmod).and_then(|value| value.as_int()).unwrap_or(-1);
        let known = TypeFacts {
            oid: Oid(number(row, oid)),
            name: text(row, name),
            schema: number(row, schema),
            kind: first(kind),
            category: first(category),
            preferred: row.get(preferred).is_some_and(|value| value.is_true()),
            element: Oid(number(row, element)),
            array: Oid(number(row, array)),
            base: Oid(number(row, base)),
            typmod: i32::try_from(modifier).unwrap_or(-1),
        };
        (known.oid.0, known)
    });
    rows.collect()
});

static NAMES: LazyLock<HashMap<(u32, Arc<str>), Oid>> = LazyLock::new(|| {
    TYPES.iter().map(|known| ((known.schema, known.name.clone()), known.oid)).collect()
});

/// What is known of a type.
pub(crate) fn type_facts(oid: Oid) -> Option<&'static TypeFacts> {
    TYPES.get(oid.0)
}

/// The type of a name in a schema.
pub(crate) fn type_named(schema: u32, name: &str) -> Option<Oid> {
    NAMES.get(&(schema, name.into())).copied()
}

/// The type under a domain; any other is its own.
pub(crate) fn base_of(oid: Oid) -> Oid {
    let mut oid = oid;
    while let Some(known) = type_facts(oid)
        && known.kind == b'd'
    {
        oid = known.base;
    }
    oid
}

/// The type of an array's elements.
pub(crate) fn element_of(oid: Oid) -> Option<Oid> {
    let known = type_facts(base_of(oid))?;
    // `record[]` is a pseudo-type.
    let is_array = known.category == b'A' || oid == Oid::RECORD_ARRAY;
    (is_array && known.element.0 != 0).then_some(known.element)
}

/// Whether a type is `int2vector` or `oidvector`: an array that is a type by itself.
pub(crate) fn is_vector(oid: Oid) -> bool {
    matches!(oid, Oid::INT2VECTOR | Oid::OIDVECTOR)
}

/// The type of arrays of a type.
pub(crate) fn array_of(oid: Oid) -> Option<Oid> {
    type_facts(oid).map(|known| known.array).filter(|array| array.0 != 0)
}

/// The type of a range's bounds.
pub(crate) fn range_of(oid: Oid) -> Option<Oid> {
    subtype_by("rngtypid", oid)
}

/// The same of a multirange.
pub(crate) fn multirange_of(oid: Oid) -> Option<Oid> {
    subtype_by("rngmultitypid", oid)
}

fn subtype_by(column: &str, oid: Oid) -> Option<Oid> {
    let known = facts("pg_range")?;
    let row = known.by(column, &crate::datum::Datum::Oid(oid.0)).first()?;
    Some(Oid(number(row, known.column("rngsubtype"))))
}
