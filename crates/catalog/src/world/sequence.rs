//! The sequences behind columns: PostgreSQL has one for each identity column and each `serial`.

use std::sync::Arc;

use trunkline_core::Oid;
use trunkline_core::catalog::{Attribute, Generated, Numbers, sequence_name};
use trunkline_sql::{Lexer, TokenKind};

use super::class::PG_CLASS;
use super::row::{Maker, count, letter};
use super::{ClassObject, Objects, World, split_name};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// The catalog of defaults.
const PG_ATTRDEF: u32 = 2604;

/// The columns of every sequence.
pub(super) const COLUMNS: [(&str, Oid); 3] =
    [("last_value", Oid::INT8), ("log_cnt", Oid::INT8), ("is_called", Oid::BOOL)];

/// What `pg_sequence` says, and whose the sequence is.
#[derive(Debug)]
pub(crate) struct SequenceObject {
    pub(crate) table: u32,
    /// The column, counted from 0.
    pub(crate) column: usize,
    type_oid: Oid,
    /// Whether it goes with an identity column, or with a default that the column could lose.
    is_identity: bool,
}

/// Whether a column is an identity column.
pub(super) fn is_identity(attribute: &Attribute) -> bool {
    matches!(attribute.generated, Some(Generated::Always | Generated::ByDefault))
}

/// The sequence that a default takes its values from: `nextval('name'::regclass)`.
fn sequence_of_default(default: &str) -> Option<String> {
    let mut lexer = Lexer::new(default);
    lexer.next_significant().filter(|first| first.is_word(default, "nextval"))?;
    lexer.next_significant().filter(|token| token.kind == TokenKind::LeftParen)?;
    let literal = lexer.next_significant()?.text(default);
    let name = literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    split_name(&name).ok()?.pop()
}

impl Objects {
    /// Adds the sequences of all columns that have one; all relations are there by now.
    pub(super) fn add_sequences(&mut self, numbers: &mut Numbers) {
        let mut found = Vec::new();
        for (class, relation) in self.relations() {
            for (column, attribute) in relation.columns.iter().enumerate() {
                let named = attribute.default.as_deref().and_then(sequence_of_default);
                let is_identity = is_identity(attribute);
                if !is_identity && named.is_none() {
                    continue;
                }
                let type_oid = match attribute.column.type_oid {
                    oid @ (Oid::INT2 | Oid::INT4) => oid,
                    _ => Oid::INT8,
                };
                let sequence = SequenceObject { table: class.oid, column, type_oid, is_identity };
                let name = sequence_name(&relation.name, &attribute.column.name);
                found.push((class.schema, class.place, named.unwrap_or(name), sequence));
            }
        }
        for (schema, place, wanted, sequence) in found {
            let numbered = (1..).map(|number| format!("{wanted}{number}"));
            let is_free = |name: &String| self.class_in(schema, name).is_none();
            let name = std::iter::once(wanted.clone()).chain(numbered).find(is_free);
            let name = name.unwrap_or(wanted);
            let schema_name = self.schema_name(schema).unwrap_or_default();
            self.add(ClassObject {
                oid: numbers.of("class", &[&schema_name, &name]),
                schema,
                name: name.into(),
                kind: 'S',
                row_type: 0,
                array_type: 0,
                place,
                index: None,
                sequence: Some(sequence),
            });
        }
    }

    fn schema_name(&self, schema: u32) -> Option<Arc<str>> {
        self.schemas.iter().find(|(oid, _)| *oid == schema).map(|(_, name)| name.clone())
    }

    /// Every sequence.
    fn sequences(&self) -> impl Iterator<Item = (&ClassObject, &SequenceObject)> {
        self.classes.iter().filter_map(|class| Some((class, class.sequence.as_ref()?)))
    }

    /// The sequence of a column, counted from 0.
    pub(crate) fn sequence_of(&self, table: u32, column: usize) -> Option<&ClassObject> {
        let mut own = self.sequences();
        own.find(|(_, one)| one.table == table && one.column == column).map(|(class, _)| class)
    }
}

pub(super) fn sequences(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_sequence");
    let rows = world.objects.sequences().map(|(class, sequence)| {
        let most = match sequence.type_oid {
            Oid::INT2 => i16::MAX.into(),
            Oid::INT4 => i32::MAX.into(),
            _ => i64::MAX,
        };
        maker.row([
            ("seqrelid", Datum::Oid(class.oid)),
            ("seqtypid", Datum::Oid(sequence.type_oid.0)),
            ("seqstart", Datum::Int(1)),
            ("seqincrement", Datum::Int(1)),
            ("seqmax", Datum::Int(most)),
            ("seqmin", Datum::Int(1)),
            ("seqcache", Datum::Int(1)),
            ("seqcycle", Datum::Bool(false)),
        ])
    });
    rows.collect()
}

/// A sequence depends on its column; a default depends on its sequence.
pub(super) fn dependencies(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_depend");
    let mut rows = Vec::new();
    for (class, sequence) in world.objects.sequences() {
        rows.push(maker.row([
            ("classid", Datum::Oid(PG_CLASS)),
            ("objid", Datum::Oid(class.oid)),
            ("refclassid", Datum::Oid(PG_CLASS)),
            ("refobjid", Datum::Oid(sequence.table)),
            ("refobjsubid", count(sequence.column + 1)),
            ("deptype", letter(if sequence.is_identity { 'i' } else { 'a' })),
        ]));
        let table = world.objects.class(sequence.table).filter(|_| !sequence.is_identity);
        rows.extend(table.map(|table| {
            let default = super::class::default_oid(table, sequence.column);
            maker.row([
                ("classid", Datum::Oid(PG_ATTRDEF)),
                ("objid", Datum::Oid(default)),
                ("refclassid", Datum::Oid(PG_CLASS)),
                ("refobjid", Datum::Oid(class.oid)),
                ("deptype", letter('n')),
            ])
        }));
    }
    rows
}

impl World {
    /// A default as it is shown: the name of a sequence depends on what is in the search path.
    pub(super) fn default_text(&self, table: u32, column: usize, default: &str) -> String {
        let sequence = self.objects.sequence_of(table, column);
        match sequence.and_then(|sequence| self.class_text(sequence.oid)) {
            Some(name) => format!("nextval('{}'::regclass)", name.replace('\'', "''")),
            None => default.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_names_its_sequence() {
        let name = |default| sequence_of_default(default);
        assert_eq!(name("nextval('a_b_seq'::regclass)").as_deref(), Some("a_b_seq"));
        assert_eq!(name("nextval('s.\"A''b\"'::regclass)").as_deref(), Some("A'b"));
        for other in ["now()", "nextval", "nextval(", "nextval(x)", "nextval(')", "'nextval(1)'"] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
