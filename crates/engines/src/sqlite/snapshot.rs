//! What is in a SQLite file, as the catalogs describe it.

use std::sync::Arc;

use trunkline_core::Column;
use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, ForeignKey, Generated, Index, Relation as Described,
    RelationKind, Schema as DescribedSchema, Snapshot,
};
use trunkline_sql::quote_identifier;

use super::schema::{Origin, PUBLIC, Relation, Schema, identity_words, split_view};
use super::translate::declared::Kind;

impl Schema {
    /// What the catalog describes: the schema `public`.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let describe = || {
            let relations = self.relations().iter().map(|relation| described(self, relation));
            let public =
                DescribedSchema { name: PUBLIC.to_owned(), relations: relations.collect() };
            Arc::new(Snapshot { schemas: vec![public] })
        };
        self.described.get_or_init(describe).clone()
    }
}

fn described(schema: &Schema, relation: &Relation) -> Described {
    let kind = if relation.view { RelationKind::View } else { RelationKind::Table };
    let key = relation.primary_key();
    let columns = relation.columns.iter().enumerate().map(|(place, column)| {
        let shape = Column::new(column.name.as_str(), column.ty.oid).typmod(column.ty.typmod);
        let mut attribute = Attribute::new(shape);
        attribute.not_null = column.not_null || key.contains(&place);
        match column.mark() {
            _ if column.generated => attribute.generated = Some(Generated::Stored),
            Some(mark) => match identity_words(mark).0 {
                "always" => attribute.generated = Some(Generated::Always),
                "serial" => attribute.default = Some(next_of(&relation.name, &column.name)),
                "default" => attribute.generated = Some(Generated::ByDefault),
                "key" => {}
                _ => attribute.default = Some(mark.to_owned()),
            },
            None if relation.rowid_alias() == Some(place) => {
                attribute.generated = Some(Generated::ByDefault);
            }
            None => attribute.default = column.default.clone(),
        }
        attribute
    });
    let mut described = Described::new(relation.name.as_str(), kind, columns);
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
            _ => described.indexes.push(Index {
                name: index.name.clone(),
                columns: index.columns.clone(),
                unique: index.unique,
                condition: None,
            }),
        }
    }
    for key in &relation.foreign_keys {
        let other = schema.relation(&key.table);
        let refers_to = key.referred(other);
        let foreign = ForeignKey {
            columns: key.columns.clone(),
            schema: PUBLIC.to_owned(),
            table: other.map_or_else(|| key.table.clone(), |other| other.name.clone()),
            refers_to,
            on_update: action(&key.on_update),
            on_delete: action(&key.on_delete),
        };
        let name = relation.name_of(&Kind::Foreign, &relation.names(&key.columns));
        described.constraints.push(Constraint {
            name: name.map(str::to_owned),
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
fn next_of(table: &str, column: &str) -> String {
    let sequence = format!("{table}_{column}_seq");
    format!("nextval('{}'::regclass)", quote_identifier(&sequence).replace('\'', "''"))
}
