//! The sequences behind columns: PostgreSQL has one for each identity column and each `serial`.

use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;
use trunkline_core::catalog::{Access, Attribute, Generated, Sequence, sequence_name};
use trunkline_sql::{Lexer, TokenKind};

use super::numbered::Of;
use super::place::{At, Place};
use super::row::Maker;
use super::{ClassObject, Objects, World, split_name};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// The columns of every sequence.
pub(super) const COLUMNS: [(&str, Oid); 3] =
    [("last_value", Oid::INT8), ("log_cnt", Oid::INT8), ("is_called", Oid::BOOL)];

/// What `pg_sequence` says, and whose the sequence is.
#[derive(Debug)]
pub(crate) struct SequenceObject {
    said: Said,
    /// The table and the column, counted from 0, that own it.
    pub(super) owner: Option<(u32, usize)>,
    /// Whether it goes with an identity column, or with a default that the column could lose.
    pub(super) is_identity: bool,
}

/// What is said of a sequence.
#[derive(Clone, Copy, Debug)]
enum Said {
    /// By the snapshot: where it is there.
    At(At),
    /// Nothing but the type of its column.
    Usual(Oid),
}

/// Whether a column is an identity column.
pub(super) fn is_identity(attribute: &Attribute) -> bool {
    matches!(attribute.generated, Some(Generated::Always | Generated::ByDefault))
}

/// The sequence that a default takes its values from: `nextval('name'::regclass)`.
pub(super) fn sequence_of_default(default: &str) -> Option<String> {
    let mut lexer = Lexer::new(default);
    lexer.next_significant().filter(|first| first.is_word(default, "nextval"))?;
    lexer.next_significant().filter(|token| token.kind == TokenKind::LeftParen)?;
    let literal = lexer.next_significant()?.text(default);
    let name = literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    split_name(&name).ok()?.pop()
}

impl Objects {
    /// Adds the sequences that the snapshot names, and those of all columns that have another one; all
    /// relations are there by now.
    pub(super) fn add_sequences(&mut self) {
        let snapshot = self.snapshot.clone();
        for (at_schema, schema) in snapshot.schemas.iter().enumerate() {
            let Some(number) = self.schema_named(&schema.name) else { continue };
            for (place, sequence) in schema.sequences.iter().enumerate() {
                let found = sequence.owner.as_ref().and_then(|(table, column)| {
                    let class = self.class_in(number, table)?;
                    let columns = self.columns(class);
                    let column = columns.iter().position(|one| *one.column.name == **column)?;
                    Some((class.oid, column, class.place, is_identity(columns.get(column)?)))
                });
                // Without an owner there is no relation behind it.
                let at = found.map_or(Place::None, |(_, _, at, _)| at);
                let object = SequenceObject {
                    said: Said::At(At::new(at_schema, place)),
                    owner: found.map(|(table, column, _, _)| (table, column)),
                    is_identity: found.is_some_and(|(_, _, _, is_identity)| is_identity),
                };
                self.add_sequence(number, at, &sequence.name, object);
            }
        }
        let mut found = Vec::new();
        for (class, relation) in self.relations() {
            for (column, attribute) in relation.columns.iter().enumerate() {
                let named = attribute.default.as_deref().and_then(sequence_of_default);
                let is_identity = is_identity(attribute);
                // The identity of a partition's column is its table's.
                let is_known = relation.bound.is_some() && is_identity
                    || match &named {
                        Some(name) => self.class_in(class.schema, name).is_some(),
                        None => !is_identity || self.sequence_of(class.oid, column).is_some(),
                    };
                if is_known {
                    continue;
                }
                let made_up = || sequence_name(&relation.name, &attribute.column.name);
                let name = named.unwrap_or_else(made_up);
                let said = Said::Usual(attribute.column.type_oid);
                let owner = Some((class.oid, column));
                let object = SequenceObject { said, owner, is_identity };
                found.push((class.schema, class.place, name, object));
            }
        }
        for (schema, place, wanted, sequence) in found {
            let numbered = (1..).map(|number| format!("{wanted}{number}"));
            let is_free = |name: &String| self.class_in(schema, name).is_none();
            let name = std::iter::once(wanted.clone()).chain(numbered).find(is_free);
            self.add_sequence(schema, place, &name.unwrap_or(wanted), sequence);
        }
    }

    fn add_sequence(&mut self, schema: u32, place: Place, name: &str, sequence: SequenceObject) {
        let schema_name = self.schema_name(schema).unwrap_or_default();
        let oid = self.numbers.sequence(&schema_name, name).0;
        self.add(ClassObject {
            oid,
            schema,
            name: name.into(),
            kind: 'S',
            row_type: 0,
            place,
            index: None,
            sequence: Some(Box::new(sequence)),
        });
    }

    /// The sequence of a column, counted from 0.
    pub(crate) fn sequence_of(&self, table: u32, column: usize) -> Option<&ClassObject> {
        let mut own = self.sequences_by_table.of(table).filter_map(|place| self.classes.at(place));
        let owner = Some((table, column));
        own.find(|class| class.sequence.as_ref().is_some_and(|one| one.owner == owner))
    }

    /// What is said of a sequence.
    pub(super) fn sequence(&self, of: &SequenceObject) -> &Sequence {
        let (said, oid) = match of.said {
            Said::At(at) => (at.sequence(&self.snapshot), Oid::INT8),
            Said::Usual(oid) => (None, oid),
        };
        let [small, middle, large] = &*USUAL;
        said.unwrap_or(match oid {
            Oid::INT2 => small,
            Oid::INT4 => middle,
            _ => large,
        })
    }
}

/// What a sequence has that nobody took a number from.
pub(super) fn state(world: &World, schema: u32, name: &str) -> Option<Row> {
    let sequence = world.objects.class_in(schema, name)?.sequence.as_ref()?;
    let first = Datum::Int(world.objects.sequence(sequence).start);
    Some(Arc::new([first, Datum::Int(0), Datum::Bool(false)]))
}

impl World {
    /// The row of a sequence that nobody took a number from.
    pub(crate) fn sequence_state(&self, schema: u32, name: &str) -> Option<Row> {
        state(self, schema, name)
    }

    /// Names and types of the columns of every sequence, without modifiers.
    pub(crate) fn sequence_columns(&self) -> Vec<(&'static str, Oid, i32)> {
        COLUMNS.iter().map(|(name, oid)| (*name, *oid, -1)).collect()
    }
}

pub(super) fn sequences(world: &World, of: Of) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_sequence");
    let classes = world.objects.classes.of(of);
    let sequences = classes.filter_map(|class| Some((class, class.sequence.as_deref()?)));
    let rows = sequences.map(|(class, sequence)| {
        let options = world.objects.sequence(sequence);
        maker.row([
            ("seqrelid", Datum::Oid(class.oid)),
            ("seqtypid", Datum::Oid(options.type_oid.0)),
            ("seqstart", Datum::Int(options.start)),
            ("seqincrement", Datum::Int(options.increment)),
            ("seqmax", Datum::Int(options.maximum)),
            ("seqmin", Datum::Int(options.minimum)),
            ("seqcache", Datum::Int(options.cache)),
            ("seqcycle", Datum::Bool(options.cycle)),
        ])
    });
    rows.collect()
}

/// Sequences of which nothing is said but the type of their column.
static USUAL: LazyLock<[Sequence; 3]> = LazyLock::new(|| {
    let maxima =
        [(Oid::INT2, i16::MAX.into()), (Oid::INT4, i32::MAX.into()), (Oid::INT8, i64::MAX)];
    maxima.map(|(type_oid, maximum)| Sequence {
        name: String::new(),
        type_oid,
        start: 1,
        increment: 1,
        minimum: 1,
        maximum,
        cache: 1,
        cycle: false,
        owner: None,
        access: Access::default(),
    })
});

impl World {
    /// A default as it is shown: the name of a sequence depends on what is in the search path.
    pub(super) fn default_text(&self, table: u32, column: usize, default: &str) -> Arc<str> {
        let named = || {
            let schema = self.objects.class(table)?.schema;
            self.objects.class_in(schema, &sequence_of_default(default)?)
        };
        let sequence = named().or_else(|| self.objects.sequence_of(table, column));
        let sequence = sequence.filter(|_| sequence_of_default(default).is_some());
        match sequence.and_then(|sequence| self.class_text(sequence.oid)) {
            Some(name) => format!("nextval('{}'::regclass)", name.replace('\'', "''")).into(),
            None => super::text::default_text(self, table, column, default),
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
