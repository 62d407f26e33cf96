//! How values of types are stored, and what types are taken for.

use std::sync::LazyLock;

use trunkline_core::Oid;
use trunkline_core::catalog::{Attribute, Type, TypeKind};

use super::World;
use super::types::TypeWhat;
use crate::datum::Datum;
use crate::facts::{self, Small, facts, number, type_facts};

/// How values of a type are stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage {
    pub(crate) length: i64,
    pub(crate) by_value: bool,
    pub(crate) align: char,
    pub(crate) storage: char,
    pub(crate) collation: u32,
}

/// What is stored as a row is.
pub(super) const ROW: Storage =
    Storage { length: -1, by_value: false, align: 'd', storage: 'x', collation: 0 };
/// What is stored as the number of a label.
pub(super) const ENUM: Storage =
    Storage { length: 4, by_value: true, align: 'i', storage: 'p', collation: 0 };

static STORAGE: LazyLock<Small<Storage>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_type") else { return Small::from_iter([]) };
    let columns = ["oid", "typlen", "typbyval", "typalign", "typstorage", "typcollation"];
    let [oid, length, by_value, align, storage, collation] = columns.map(|name| facts.column(name));
    let rows = facts.rows.iter().map(|row| {
        let first = |column| facts::text(row, column).chars().next().unwrap_or('i');
        let known = Storage {
            length: row.get(length).and_then(Datum::as_int).unwrap_or(-1),
            by_value: row.get(by_value).is_some_and(Datum::is_true),
            align: first(align),
            storage: first(storage),
            collation: number(row, collation),
        };
        (number(row, oid), known)
    });
    rows.collect()
});

/// How values of a type are stored that every database has.
pub(super) fn built_in(oid: Oid) -> Option<Storage> {
    STORAGE.get(oid.0).copied()
}

impl World {
    /// The type under a domain, also one of the snapshot's.
    pub(crate) fn base_of(&self, oid: Oid) -> Oid {
        let mut oid = facts::base_of(oid);
        // A domain over itself would have no end.
        for _ in 0..32 {
            match self.objects.domain(oid.0) {
                Some(domain) => oid = facts::base_of(domain.of.type_oid),
                None => return oid,
            }
        }
        oid
    }

    /// The type under a domain with its modifier; those of any other type are its own.
    pub(crate) fn base_and_typmod(&self, oid: Oid, typmod: i32) -> (Oid, i32) {
        let (mut oid, mut typmod) = (oid, typmod);
        // A domain over itself would have no end.
        for _ in 0..32 {
            match (self.objects.domain(oid.0), facts::type_facts(oid)) {
                (Some(domain), _) => (oid, typmod) = (domain.of.type_oid, domain.of.typmod),
                (None, Some(known)) if known.kind == b'd' => {
                    return (facts::base_of(oid), known.typmod);
                }
                _ => break,
            }
        }
        (oid, typmod)
    }

    /// The type of an array's elements, also of the snapshot's.
    pub(crate) fn element_of(&self, oid: Oid) -> Option<Oid> {
        match self.objects.types.get(oid.0).map(|of| of.what) {
            Some(TypeWhat::Array(element)) => Some(Oid(element)),
            Some(_) => None,
            None => facts::element_of(oid),
        }
    }

    /// The types that stand for a type where operators and operator classes are looked for.
    pub(crate) fn taken_for(&self, oid: Oid) -> Vec<Oid> {
        let oid = self.base_of(oid);
        let other = match self.objects.types.get(oid.0).map(|of| of.what) {
            Some(TypeWhat::Row(_)) => Some(Oid::RECORD),
            Some(TypeWhat::Array(_)) => Some(Oid::ANYARRAY),
            Some(TypeWhat::Enum) => Some(Oid::ANYENUM),
            Some(TypeWhat::Range) => Some(Oid::ANYRANGE),
            Some(TypeWhat::Multirange) => Some(Oid::ANYMULTIRANGE),
            _ => match type_facts(oid) {
                _ if oid == Oid::VARCHAR => Some(Oid::TEXT),
                _ if oid == Oid::CIDR => Some(Oid::INET),
                _ if facts::element_of(oid).is_some() => Some(Oid::ANYARRAY),
                Some(known) if known.kind == b'r' => Some(Oid::ANYRANGE),
                Some(known) if known.kind == b'm' => Some(Oid::ANYMULTIRANGE),
                _ => None,
            },
        };
        std::iter::once(oid).chain(other).collect()
    }

    /// How values of a type are stored.
    pub(crate) fn storage(&self, oid: Oid) -> Storage {
        self.storage_within(oid, 32)
    }

    fn storage_within(&self, oid: Oid, depth: usize) -> Storage {
        if let Some(known) = built_in(oid) {
            return known;
        }
        let (Some(of), Some(depth)) = (self.objects.types.get(oid.0), depth.checked_sub(1)) else {
            return ROW;
        };
        let varying = |under: Storage, collation| Storage {
            align: if under.align == 'd' { 'd' } else { 'i' },
            collation,
            ..ROW
        };
        match of.what {
            TypeWhat::Row(_) => ROW,
            TypeWhat::Enum => ENUM,
            TypeWhat::Array(element) => {
                let under = self.storage_within(Oid(element), depth);
                varying(under, under.collation)
            }
            TypeWhat::Domain => {
                let Some(domain) = self.objects.domain(oid.0) else { return ROW };
                let mut under = self.storage_within(domain.of.type_oid, depth);
                let named = domain.collation.as_deref();
                if let Some(collation) = named.and_then(|name| self.collation_named(name)) {
                    under.collation = collation;
                }
                under
            }
            TypeWhat::Range | TypeWhat::Multirange => match self.objects.type_of(of) {
                Some(Type { kind: TypeKind::Range(range), .. }) => {
                    varying(self.storage_within(range.of, depth), 0)
                }
                _ => ROW,
            },
        }
    }

    /// The collation of a column.
    pub(crate) fn collation_of(&self, attribute: &Attribute) -> u32 {
        let named = attribute.collation.as_deref().and_then(|name| self.collation_named(name));
        named.unwrap_or_else(|| self.storage(attribute.column.type_oid).collation)
    }
}
