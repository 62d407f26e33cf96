//! Where tables keep what is long: the relations of `pg_toast`.

use std::sync::{Arc, LazyLock};

use trunkline_core::catalog::{
    Attribute, Generated, Index, IndexKey, Indexed, Relation, RelationKind,
};
use trunkline_core::{Column, Oid};

use super::place::Place;
use super::storage::{ENUM, ROW, Storage, built_in};
use super::types::TypeWhat;
use super::{ClassObject, IndexObject, Objects};

/// `pg_toast`
pub(super) const PG_TOAST: u32 = 99;
/// The longest row that is kept as it is, on pages of 8 kB.
const LONGEST_ROW: u64 = 2032;
/// The bytes of the head of a row without its bits for NULLs.
const HEAD: u64 = 23;
/// The bytes that say how long a value is.
const LENGTH: u64 = 4;
/// The most bytes of a character.
const CHARACTER: u64 = 4;

/// What every such relation is like, but for its name.
pub(super) static TOAST: LazyLock<Relation> = LazyLock::new(|| {
    let columns = [("chunk_id", Oid::OID), ("chunk_seq", Oid::INT4), ("chunk_data", Oid::BYTEA)];
    let columns = columns.map(|(name, oid)| Attribute::new(Column::new(name, oid)));
    Relation::new("pg_toast", RelationKind::Table, columns)
});

impl Objects {
    /// Gives relations to the tables that may have rows too long for a page.
    pub(super) fn add_toasts(&mut self) {
        let tables = self.relations().filter(|(class, relation)| {
            matches!(class.kind, 'r' | 'm') && self.may_be_long(&relation.columns)
        });
        let tables: Vec<u32> = tables.map(|(class, _)| class.oid).collect();
        for table in tables {
            let name = format!("pg_toast_{table}");
            let oid = self.numbers.of("class", &["pg_toast", &name]);
            self.add(ClassObject {
                oid,
                schema: PG_TOAST,
                name: name.as_str().into(),
                kind: 't',
                row_type: 0,
                place: Place::Toast(table),
                index: None,
                sequence: None,
            });
            let keys = [0, 1].map(|place| IndexKey::new(Indexed::Column(place), false));
            let mut index = Index::new("", keys);
            index.unique = true;
            let index = IndexObject { primary: true, ..IndexObject::new(oid, index) };
            self.add_index(format!("{name}_index").into(), index);
            self.toasts.insert(table, oid);
        }
    }

    /// The table that a class is, or is kept for.
    pub(super) fn kept_for<'a>(&'a self, class: &'a ClassObject) -> &'a ClassObject {
        match class.place {
            Place::Toast(table) => self.class(table).unwrap_or(class),
            _ => class,
        }
    }

    /// Whether rows of these columns may need more room than a page has.
    fn may_be_long(&self, columns: &[Arc<Attribute>]) -> bool {
        let (mut length, mut can_move, mut is_bounded) = (0_u64, false, true);
        for attribute in columns.iter().filter(|one| one.generated != Some(Generated::Virtual)) {
            let (oid, typmod) = (attribute.column.type_oid, attribute.column.typmod);
            let stored = self.kept(oid, 32);
            length = length.next_multiple_of(bytes(stored.align));
            match u64::try_from(stored.length).ok().or_else(|| most_bytes(oid, typmod)) {
                Some(own) => length = length.saturating_add(own),
                None => is_bounded = false,
            }
            can_move |= stored.storage != 'p';
        }
        let nulls = u64::try_from(columns.len()).unwrap_or(u64::MAX).div_ceil(8);
        let head = (HEAD + nulls).next_multiple_of(8);
        can_move && (!is_bounded || head + length.next_multiple_of(8) > LONGEST_ROW)
    }

    /// How values of a type are stored, without their collation.
    fn kept(&self, oid: Oid, depth: usize) -> Storage {
        if let Some(known) = built_in(oid) {
            return known;
        }
        if self.types.get(oid.0).is_some_and(|of| of.what == TypeWhat::Enum) {
            return ENUM;
        }
        match (self.domain(oid.0), depth.checked_sub(1)) {
            (Some(domain), Some(depth)) => self.kept(domain.of.type_oid, depth),
            _ => ROW,
        }
    }
}

/// How many bytes a letter of `typalign` stands for.
fn bytes(align: char) -> u64 {
    match align {
        'd' => 8,
        'i' => 4,
        's' => 2,
        _ => 1,
    }
}

/// The most bytes that values of a type have by its modifier; a domain says nothing of it.
fn most_bytes(oid: Oid, typmod: i32) -> Option<u64> {
    let given = u64::try_from(typmod).ok()?;
    match oid {
        Oid::BPCHAR | Oid::VARCHAR => Some((given.checked_sub(LENGTH)?) * CHARACTER + LENGTH),
        Oid::BIT | Oid::VARBIT => Some(given.div_ceil(8) + 2 * LENGTH),
        Oid::NUMERIC => {
            let precision = (given.checked_sub(LENGTH)? >> 16) & 0xffff;
            // Four digits stand in two bytes, and some may stand alone at both ends.
            Some(8 + precision.saturating_add(6) / 4 * 2)
        }
        _ => None,
    }
}
