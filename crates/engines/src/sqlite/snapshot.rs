//! What is in a SQLite file, as the catalogs describe it.

mod default;

use std::sync::Arc;

use trunkline_core::Column;
use trunkline_core::catalog::{
    Access, Attribute, Comment, Commented as DescribedCommented, Constraint, ConstraintKind,
    ForeignKey, Generated, Index, IndexKey, Indexed, Relation as Described, RelationKind,
    Schema as DescribedSchema, Sequence as DescribedSequence, Snapshot,
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
            let public =
                DescribedSchema { name, relations, sequences, comments, ..Default::default() };
            let comment = self.comments(false).get(&Commented::Database).map(str::to_owned);
            Arc::new(Snapshot { schemas: vec![public], comment, ..Snapshot::default() })
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
        access: Access::default(),
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
        let comment = said(Commented::Column(relation.name.clone(), column.name.clone()));
        attribute.comment = comment.map(Into::into);
        attribute.not_null = column.not_null || key.contains(&place);
        match column.mark() {
            _ if column.generated => {
                attribute.generated = Some(Generated::Stored);
                let expression = generation(&relation.sql, &column.name);
                attribute.default = expression.as_deref().map(|text| told(text).into());
            }
            Some(mark) => match column.numbers().map(|numbers| numbers.kind) {
                Some(Numbering::Always) => attribute.generated = Some(Generated::Always),
                Some(Numbering::ByDefault) => attribute.generated = Some(Generated::ByDefault),
                Some(Numbering::Key) => {}
                Some(_) => {
                    attribute.default = relation.sequence_name(column).map(next_of).map(Into::into);
                }
                None => attribute.default = default::shown(mark, column.ty).map(Into::into),
            },
            None if relation.rowid_alias() == Some(place) => {
                attribute.generated = Some(Generated::ByDefault);
            }
            None => {
                let default = column.default.as_deref();
                let shown = default.and_then(|text| default::shown(text, column.ty));
                attribute.default = shown.map(Into::into);
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
        described.constraints.push(Constraint::new(name, ConstraintKind::Primary(key.into())));
    }
    for index in &relation.indexes {
        let whole: Option<Vec<usize>> = index.columns.iter().copied().collect();
        match (index.origin, whole) {
            (Origin::Primary, _) => {}
            (origin, Some(columns)) if index.is_constraint() => {
                let name = match origin {
                    Origin::Create => Some(index.name.as_str()),
                    _ => relation.name_of(&Kind::Unique, &relation.names(&columns)),
                };
                let kind = ConstraintKind::Unique(columns.into());
                described.constraints.push(Constraint::new(name.map(str::to_owned), kind));
            }
            _ => {
                let text = index.text().unwrap_or_default();
                let keys = index.columns.iter().enumerate().map(|(place, column)| {
                    let of = match column {
                        Some(column) => Indexed::Column(*column),
                        None => {
                            let key = text.keys.get(place).map_or("", |key| told(key));
                            Indexed::Expression(key.to_owned())
                        }
                    };
                    IndexKey::new(of, index.descending.contains(&place))
                });
                let mut own = Index::new(index.name.as_str(), keys);
                own.unique = index.unique;
                own.condition = text.condition.as_deref().map(|text| told(text).to_owned());
                described.indexes.push(own);
            }
        }
    }
    for check in &relation.declared {
        if let Kind::Check(expression) = &check.kind {
            let kind = ConstraintKind::Check(told(expression).to_owned());
            described.constraints.push(Constraint::new(check.name.clone(), kind));
        }
    }
    for key in &relation.foreign_keys {
        let other = schema.relation(&key.table);
        let refers_to = key.referred(other);
        let deferral = relation.deferral_of(key);
        let table = other.map_or_else(|| key.table.clone(), |other| other.name.clone());
        let mut foreign = ForeignKey::new(key.columns.clone(), PUBLIC, table, refers_to);
        foreign.on_update = action(&key.on_update);
        foreign.on_delete = action(&key.on_delete);
        let kind = ConstraintKind::Foreign(foreign.into());
        let mut constraint = Constraint::new(Some(relation.foreign_name(key)), kind);
        constraint.deferrable = deferral != Deferral::Never;
        constraint.deferred = deferral == Deferral::UnlessAsked;
        described.constraints.push(constraint);
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
