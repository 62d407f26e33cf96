//! What is in a SQLite file, as the catalogs describe it.

use std::sync::Arc;

use trunkline_core::Column;
use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, ForeignKey, Generated, Index, Relation as Described,
    RelationKind, Schema as DescribedSchema, Snapshot,
};
use trunkline_sql::quote_identifier;

use super::schema::{Origin, PUBLIC, Relation, Schema, split_view, told};
use super::translate::declared::{Deferral, Kind, generation};

impl Schema {
    /// What the catalog describes: the schema `public`.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let describe = || {
            // Of sequences the catalog knows by the columns that they are for.
            let relations = self.relations().iter().filter(|one| one.sequence.is_none());
            let relations = relations.map(|relation| described(self, relation)).collect();
            let public = DescribedSchema { name: PUBLIC.to_owned(), relations };
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
            _ if column.generated => {
                attribute.generated = Some(Generated::Stored);
                let expression = generation(&relation.sql, &column.name);
                attribute.default = expression.as_deref().map(|text| told(text).to_owned());
            }
            Some(mark) => match column.numbers().map(|numbers| numbers.kind) {
                Some("always") => attribute.generated = Some(Generated::Always),
                Some("default") => attribute.generated = Some(Generated::ByDefault),
                Some("key") => {}
                Some(_) => attribute.default = relation.sequence_name(column).map(next_of),
                None => attribute.default = Some(mark.to_owned()),
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
                descending: index.descending.clone(),
                unique: index.unique,
                condition: None,
            }),
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
fn next_of(sequence: String) -> String {
    format!("nextval('{}'::regclass)", quote_identifier(&sequence).replace('\'', "''"))
}
