//! `pg_get_constraintdef`

use trunkline_core::Result;
use trunkline_core::catalog::{ConstraintKind, Exclusion, Key, Relation};
use trunkline_sql::quote_identifier;

use super::definitions::{column, columns, deparsed, oid};
use super::index::full_key;
use crate::datum::Datum;
use crate::facts;
use crate::plan::Call;
use crate::world::{ConstraintObject, What, World, domain_check_text, expression_text};

pub(super) fn definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let is_pretty = call.arguments.get(1).is_some_and(Datum::is_true);
    let sql = oid(call, 0).and_then(|oid| match world.objects.constraints.get(oid) {
        Some(constraint) => sql(world, constraint, is_pretty),
        None => {
            let said = facts::definition("pg_get_constraintdef", oid, is_pretty);
            said.map(|text| text.to_string())
        }
    });
    sql.map_or(Ok(Datum::Null), |sql| deparsed(call, sql))
}

fn sql(world: &World, constraint: &ConstraintObject, is_pretty: bool) -> Option<String> {
    let table = world.objects.class(constraint.table);
    let relation = || world.objects.relation_of(table?);
    let mut sql = match constraint.what() {
        What::Trigger => "TRIGGER".to_owned(),
        What::NotNull => match (relation(), constraint.columns().first()) {
            (Some(relation), Some(place)) => format!("NOT NULL {}", column(relation, *place)),
            _ => "NOT NULL".to_owned(),
        },
        What::Kind(ConstraintKind::Primary(of)) => key("PRIMARY KEY", relation()?, of),
        What::Kind(ConstraintKind::Unique(of)) => key("UNIQUE", relation()?, of),
        What::Kind(ConstraintKind::Check(expression)) => {
            let shown = match constraint.domain {
                0 => expression_text(world, Some(constraint.table), expression, is_pretty),
                domain => domain_check_text(world, domain, expression, is_pretty),
            };
            format!("CHECK ({shown})")
        }
        What::Kind(ConstraintKind::Foreign(_)) => foreign(world, constraint, relation()?)?,
        What::Kind(ConstraintKind::Exclude(exclusion)) => {
            exclude(world, constraint, relation()?, exclusion, is_pretty)?
        }
        What::Kind(_) => return None,
    };
    if constraint.deferrable {
        sql.push_str(" DEFERRABLE");
    }
    if constraint.deferred {
        sql.push_str(" INITIALLY DEFERRED");
    }
    if constraint.no_inherit && matches!(constraint.letter(), 'c' | 'n') {
        sql.push_str(" NO INHERIT");
    }
    if constraint.not_valid {
        sql.push_str(" NOT VALID");
    }
    Some(sql)
}

fn key(what: &str, relation: &Relation, key: &Key) -> String {
    let nulls = if key.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let mut sql = format!("{what}{nulls} ({})", columns(relation, &key.columns));
    if !key.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", columns(relation, &key.include)));
    }
    sql
}

fn foreign(world: &World, constraint: &ConstraintObject, relation: &Relation) -> Option<String> {
    let key = constraint.foreign()?;
    let target = constraint.target(&world.objects).and_then(|class| world.class_text(class.oid));
    let target = target.unwrap_or_else(|| {
        format!("{}.{}", quote_identifier(&key.schema), quote_identifier(&key.table))
    });
    let referred: Vec<_> = key.refers_to.iter().map(|name| quote_identifier(name)).collect();
    let mut sql = format!(
        "FOREIGN KEY ({}) REFERENCES {target}({})",
        columns(relation, &key.columns),
        referred.join(", ")
    );
    if key.matching == 'f' {
        sql.push_str(" MATCH FULL");
    }
    for (event, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
        let action = match action {
            'r' => "RESTRICT",
            'c' => "CASCADE",
            'n' => "SET NULL",
            'd' => "SET DEFAULT",
            _ => continue,
        };
        sql.push_str(&format!(" ON {event} {action}"));
    }
    Some(sql)
}

fn exclude(
    world: &World,
    constraint: &ConstraintObject,
    relation: &Relation,
    exclusion: &Exclusion,
    is_pretty: bool,
) -> Option<String> {
    let index = world.objects.class(constraint.index)?.index.as_ref()?;
    let of = world.index_columns(index);
    let elements = exclusion.elements.iter().zip(&of).map(|((key, operator), of)| {
        let key = full_key(world, index, relation, (key, of), is_pretty);
        format!("{key} WITH {operator}")
    });
    let elements = elements.collect::<Vec<_>>().join(", ");
    let mut sql = format!("EXCLUDE USING {} ({elements})", quote_identifier(&exclusion.method));
    if let Some(condition) = &exclusion.condition {
        let condition = expression_text(world, Some(constraint.table), condition, is_pretty);
        sql.push_str(&format!(" WHERE ({condition})"));
    }
    Some(sql)
}
