//! What is in a SQLite file, as the catalogs describe it.

mod default;

use std::sync::Arc;

use trunkline_core::Column;
use trunkline_core::catalog::{
    Attribute, Comment, Commented as DescribedCommented, Constraint, ConstraintKind, ForeignKey,
    Generated, Index, Relation as Described, RelationKind, Schema as DescribedSchema,
    Sequence as DescribedSequence, Snapshot,
};
use trunkline_sql::quote_identifier;

use super::comment::Commented;
use super::schema::{Numbering, Origin, PUBLIC, Relation, Schema, split_view, told};
use super::sequence::Sequence;
use super::translate::declared::{Deferral, Kind, generation};

impl Schema {
    /// What the catalog describes: the schema `public`.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let describe = || {
            // Sequences are told apart.
            let relations = self.relations().iter().filter(|one| one.sequence.is_none());
            let relations = relations.map(|relation| described(self, relation)).collect();
            let comments = comments(self);
            let sequences = self.owned_sequences().map(sequence).collect();
            let name = PUBLIC.to_owned();
            let public = DescribedSchema { name, relations, sequences, comments };
            let comment = self.comments(false).get(&Commented::Database).map(str::to_owned);
            Arc::new(Snapshot { schemas: vec![public], comment })
        };
        self.described.get_or_init(describe).clone()
    }
}

fn sequence((sequence, owner): (Sequence, Option<(String, String)>)) -> DescribedSequence {
    let options = sequence.options;
    DescribedSequence {
        name: sequence.name,
        type_oid: options.type_oid,
        start: options.start,
        increment: options.increment,
        minimum: options.minimum,
        maximum: options.maximum,
        cache: options.cache,
        cycle: options.cycle,
        owner,
    }
}

/// What is said of other things than relations and columns.
fn comments(schema: &Schema) -> Vec<Comment> {
    let all = [false, true].into_iter().flat_map(|temporary| schema.comments(temporary).iter());
    let comment = |(on, text): (&Commented, &str)| {
        let on = match on {
            // Relations have their own.
            Commented::Class(name)
                if schema.relation(name).is_none_or(|one| one.sequence.is_some()) =>
            {
                DescribedCommented::Class(name.clone())
            }
            Commented::Constraint(table, name) => {
                DescribedCommented::Constraint { table: table.clone(), name: name.clone() }
            }
            Commented::Schema => DescribedCommented::Schema,
            Commented::Class(_) | Commented::Column(..) | Commented::Database => return None,
        };
        Some(Comment { on, text: text.to_owned() })
    };
    all.filter_map(comment).collect()
}

fn described(schema: &Schema, relation: &Relation) -> Described {
    let kind = if relation.view { RelationKind::View } else { RelationKind::Table };
    let key = relation.primary_key();
    let said = |on: Commented| schema.comments(relation.temporary).get(&on).map(str::to_owned);
    let columns = relation.columns.iter().enumerate().map(|(place, column)| {
        let shape = Column::new(column.name.as_str(), column.ty.oid).typmod(column.ty.typmod);
        let mut attribute = Attribute::new(shape);
        attribute.comment = said(Commented::Column(relation.name.clone(), column.name.clone()));
        attribute.not_null = column.not_null || key.contains(&place);
        match column.mark() {
            _ if column.generated => {
                attribute.generated = Some(Generated::Stored);
                let expression = generation(&relation.sql, &column.name);
                attribute.default = expression.as_deref().map(|text| told(text).to_owned());
            }
            Some(mark) => match column.numbers().map(|numbers| numbers.kind) {
                Some(Numbering::Always) => attribute.generated = Some(Generated::Always),
                Some(Numbering::ByDefault) => attribute.generated = Some(Generated::ByDefault),
                Some(Numbering::Key) => {}
                Some(_) => attribute.default = relation.sequence_name(column).map(next_of),
                None => attribute.default = default::shown(mark, column.ty),
            },
            None if relation.rowid_alias() == Some(place) => {
                attribute.generated = Some(Generated::ByDefault);
            }
            None => {
                let default = column.default.as_deref();
                attribute.default = default.and_then(|text| default::shown(text, column.ty));
            }
        }
        attribute
    });
    let mut described = Described::new(relation.name.as_str(), kind, columns);
    described.comment = said(Commented::Class(relation.name.clone()));
    if relation.view {
        let (_, query) = split_view(&relation.sql);
        described.definition = Some(query.to_owned());
        return described;
    }
    if !key.is_empty() {
        let name = relation.name_of(&Kind::Primary, &relation.names(&key)).map(str::to_owned);
        described.constraints.push(Constraint { name, kind: ConstraintKind::Primary(key) });
    }
    for index in &relation.indexes {
        let whole: Option<Vec<usize>> = index.columns.iter().copied().collect();
        match (index.origin, whole) {
            (Origin::Primary, _) => {}
            (Origin::Unique, Some(columns)) => {
                let name = relation.name_of(&Kind::Unique, &relation.names(&columns));
                let (name, kind) = (name.map(str::to_owned), ConstraintKind::Unique(columns));
                described.constraints.push(Constraint { name, kind });
            }
            _ => {
                let text = index.text().unwrap_or_default();
                let keys = index.columns.iter().zip(&text.keys);
                let expressions = keys.filter(|(column, _)| column.is_none());
                described.indexes.push(Index {
                    name: index.name.clone(),
                    columns: index.columns.clone(),
                    expressions: expressions.map(|(_, key)| told(key).to_owned()).collect(),
                    descending: index.descending.clone(),
                    unique: index.unique,
                    condition: text.condition.as_deref().map(|text| told(text).to_owned()),
                });
            }
        }
    }
    for check in &relation.declared {
        if let Kind::Check(expression) = &check.kind {
            let (name, kind) = (check.name.clone(), told(expression).to_owned());
            described.constraints.push(Constraint { name, kind: ConstraintKind::Check(kind) });
        }
    }
    for key in &relation.foreign_keys {
        let other = schema.relation(&key.table);
        let refers_to = key.referred(other);
        let deferral = relation.deferral_of(key);
        let foreign = ForeignKey {
            columns: key.columns.clone(),
            schema: PUBLIC.to_owned(),
            table: other.map_or_else(|| key.table.clone(), |other| other.name.clone()),
            refers_to,
            on_update: action(&key.on_update),
            on_delete: action(&key.on_delete),
            deferrable: deferral != Deferral::Never,
            deferred: deferral == Deferral::UnlessAsked,
        };
        described.constraints.push(Constraint {
            name: Some(relation.foreign_name(key)),
            kind: ConstraintKind::Foreign(Box::new(foreign)),
        });
    }
    described
}

fn action(words: &str) -> char {
    match words {
        "RESTRICT" => 'r',
        "CASCADE" => 'c',
        "SET NULL" => 'n',
        "SET DEFAULT" => 'd',
        _ => 'a',
    }
}

/// The default of a `serial` column.
fn next_of(sequence: String) -> String {
    format!("nextval('{}'::regclass)", quote_identifier(&sequence).replace('\'', "''"))
}
