//! `pg_identify_object` and `pg_identify_object_as_address`: an object by names that mean it in any session.

use std::sync::Arc;

use trunkline_core::catalog::RoutineKind;
use trunkline_core::{Oid, Result};
use trunkline_sql::quote_identifier;

use super::definitions::{oid, qualified};
use super::describe::{
    DESCRIBED, Member, column_name, kind, member, membership, named, of_method, word_of_members,
};
use crate::datum::{Datum, Row};
use crate::facts::{self, OPERATORS, PG_CATALOG, cell, element_of, type_facts};
use crate::plan::{Call, Function};
use crate::run::Run;
use crate::world::World;

/// An object by its names; what is not there has none.
#[derive(Default)]
struct Identity {
    schema: Option<Arc<str>>,
    /// Where it tells, with the schema, the object from all others of its kind.
    name: Option<Arc<str>>,
    identity: Option<String>,
    /// Its address: names, and names of arguments.
    names: Vec<String>,
    arguments: Vec<String>,
}

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_identify_object" => |call| {
            told(call, "pg_identify_object", |one| {
                let quoted = |name: Option<Arc<str>>| {
                    name.map_or(Datum::Null, |name| Datum::text(&*quote_identifier(&name)))
                };
                let identity = one.identity.map_or(Datum::Null, Datum::text);
                vec![quoted(one.schema), quoted(one.name), identity]
            })
        },
        "pg_identify_object_as_address" => |call| {
            told(call, "pg_identify_object_as_address", |one| match one.identity {
                Some(_) => vec![Datum::texts(one.names), Datum::texts(one.arguments)],
                None => vec![Datum::Null, Datum::Null],
            })
        },
        _ => return None,
    })
}

/// A row of what kind of object it is, and what is told of it.
fn told(call: &Call<'_>, name: &str, tell: fn(Identity) -> Vec<Datum>) -> Result<Datum> {
    let (Some(catalog), Some(object)) = (oid(call, 0), oid(call, 1)) else {
        return Ok(Datum::Null);
    };
    let column = call.arguments.get(2).and_then(Datum::as_int).unwrap_or(0);
    let (word, identity) = identify(call.run, (catalog, object, column))?;
    let mut values = vec![Datum::text(word)];
    values.extend(tell(identity.unwrap_or_default()));
    super::row_of(name, values)
}

/// The word for an object, and its names if it is there.
fn identify(
    run: &Run,
    (catalog, object, column): (u32, u32, i64),
) -> Result<(String, Option<Identity>)> {
    let world = &run.world;
    let name = world.class_name(catalog).filter(|(schema, _)| *schema == PG_CATALOG);
    run.steps(DESCRIBED)?;
    let (word, identity) = match name.as_ref().map_or("", |(_, name)| name) {
        "pg_class" => return relation(run, object, column),
        "pg_type" => ("type", of_type(world, object)),
        "pg_proc" => return Ok(routine(world, object)),
        "pg_operator" => ("operator", operator(world, object)),
        "pg_cast" => ("cast", cast(world, object)),
        "pg_constraint" => return constraint(run, object),
        "pg_attrdef" => {
            let of = world.column_of_default(object);
            let of = of.map(|(table, column)| column_of(run, table, column)).transpose()?.flatten();
            let of = of.map(|(path, names)| Identity {
                identity: Some(format!("for {path}")),
                names,
                ..Identity::default()
            });
            ("default value", of)
        }
        "pg_rewrite" => {
            let rows = facts::rows_by("pg_rewrite", "oid", &Datum::Oid(object));
            let name = rows.first().and_then(|row| cell("pg_rewrite", row, "rulename")?.as_str());
            let view = world.view_of_rule(object);
            ("rule", view.and_then(|view| on(world, name.unwrap_or("_RETURN"), view)))
        }
        "pg_trigger" => {
            let of = world.objects.triggers.get(object);
            ("trigger", of.and_then(|of| on(world, &of.name(&world.objects), of.table)))
        }
        "pg_policy" => {
            let of = world.objects.policies.get(object);
            let name = of.and_then(|of| world.objects.policy(of)).map(|policy| &*policy.name);
            ("policy", of.zip(name).and_then(|(of, name)| on(world, name, of.table)))
        }
        "pg_auth_members" => {
            let identity = membership(run, object)?;
            let identity =
                identity.map(|one| Identity { identity: Some(one), ..Identity::default() });
            ("role membership", identity)
        }
        name => match word_of_members(name) {
            Some(word) => {
                let identity = member(name, object).and_then(|of| of_family(world, &of));
                return Ok((format!("{word} of access method"), identity));
            }
            None => return other(run, (catalog, name), object),
        },
    };
    Ok((word.to_owned(), identity))
}

/// What is of an access method, and what has a name and perhaps a schema.
fn other(
    run: &Run,
    (catalog, name): (u32, &str),
    object: u32,
) -> Result<(String, Option<Identity>)> {
    if let Some((word, schema, own, method)) = of_method(name, object) {
        let schema = run.world.schema_name(schema).unwrap_or_default();
        let shown = dotted(&[&schema, &own]);
        let identity = Identity {
            identity: Some(format!("{shown} USING {}", quote_identifier(&method))),
            names: vec![method.to_string(), schema.to_string(), own.to_string()],
            schema: Some(schema),
            name: Some(own),
            arguments: Vec::new(),
        };
        return Ok((word.to_owned(), Some(identity)));
    }
    if let Some((word, schema, own)) = named(run, name, object)? {
        let schema = schema.and_then(|schema| run.world.schema_name(schema));
        let names: Vec<&str> = schema.as_deref().into_iter().chain([&*own]).collect();
        let identity = Identity {
            identity: Some(dotted(&names)),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            schema: schema.clone(),
            name: Some(own.clone()),
            arguments: Vec::new(),
        };
        return Ok((word.to_owned(), Some(identity)));
    }
    match super::describe::word_of_catalog(name) {
        Some(word) => Ok((word.to_owned(), None)),
        None => Err(super::describe::no_class(catalog)),
    }
}

/// An operator or a function of a family of operators.
fn of_family(world: &World, of: &Member) -> Option<Identity> {
    let (_, schema, family, method) = of_method("pg_opfamily", of.family)?;
    let schema = world.schema_name(schema)?;
    let arguments = types(world, &of.types.map(Oid));
    let shown = dotted(&[&schema, &family]);
    let (word, number, shown_types) = (of.word, of.number, arguments.join(", "));
    let method_shown = quote_identifier(&method);
    Some(Identity {
        identity: Some(format!("{word} {number} ({shown_types}) of {shown} USING {method_shown}")),
        names: vec![method.to_string(), schema.to_string(), family.to_string(), number.to_string()],
        arguments,
        ..Identity::default()
    })
}

/// Names with points between them, in quotes where they need them.
fn dotted(names: &[&str]) -> String {
    names.iter().map(|name| quote_identifier(name)).collect::<Vec<_>>().join(".")
}

/// Schema and name of a relation.
fn names_of(world: &World, relation: u32) -> Option<(Arc<str>, Arc<str>)> {
    let (schema, name) = world.class_name(relation)?;
    Some((world.schema_name(schema)?, name))
}

/// What is on a relation, and has a name of its own there only.
fn on(world: &World, name: &str, relation: u32) -> Option<Identity> {
    let (schema, table) = names_of(world, relation)?;
    Some(Identity {
        identity: Some(format!("{} on {}", quote_identifier(name), qualified(world, relation))),
        names: vec![schema.to_string(), table.to_string(), name.to_owned()],
        ..Identity::default()
    })
}

/// The path to a column, and its names.
fn column_of(run: &Run, table: u32, column: i64) -> Result<Option<(String, Vec<String>)>> {
    let name = column_name(run, table, column)?;
    let names = names_of(&run.world, table).zip(name);
    Ok(names.map(|((schema, table), name)| {
        (dotted(&[&schema, &table, &name]), [schema, table, name].map(|one| one.to_string()).into())
    }))
}

fn relation(run: &Run, object: u32, column: i64) -> Result<(String, Option<Identity>)> {
    let world = &run.world;
    let Some(word) = kind(world, object) else { return Ok(("relation".to_owned(), None)) };
    let names = names_of(world, object);
    let whole = names.map(|(schema, name)| Identity {
        identity: Some(dotted(&[&schema, &name])),
        names: vec![schema.to_string(), name.to_string()],
        schema: Some(schema),
        name: Some(name),
        arguments: Vec::new(),
    });
    if column == 0 {
        return Ok((word.to_owned(), whole));
    }
    let of = column_of(run, object, column)?.zip(whole);
    let of = of.map(|((path, names), whole)| Identity { identity: Some(path), names, ..whole });
    Ok((format!("{word} column"), of))
}

fn of_type(world: &World, object: u32) -> Option<Identity> {
    let (schema, name) = world.type_name(object)?;
    let shown = type_text(world, object)?;
    Some(Identity {
        schema: world.schema_name(schema),
        name: Some(name),
        identity: Some(shown.clone()),
        names: vec![shown],
        arguments: Vec::new(),
    })
}

/// The name of a type with its schema, unless it is one of SQL's own.
fn type_text(world: &World, oid: u32) -> Option<String> {
    let known = type_facts(Oid(oid));
    let is_vector = matches!(Oid(oid), Oid::INT2VECTOR | Oid::OIDVECTOR);
    let element = match known {
        Some(_) if is_vector => None,
        Some(_) => element_of(Oid(oid)).map(|element| element.0),
        None => world.element_of(Oid(oid)).map(|element| element.0),
    };
    if let Some(element) = element {
        return Some(format!("{}[]", type_text(world, element)?));
    }
    let standard = trunkline_core::types::name_of(Oid(oid));
    let is_standard = |name: &&str| {
        matches!(*name, "bit" | "interval" | "json" | "numeric")
            || known.is_some_and(|known| *known.name != **name && !name.starts_with('"'))
    };
    if let Some(name) = standard.filter(is_standard) {
        return Some(name.to_owned());
    }
    let (schema, name) = world.type_name(oid)?;
    Some(dotted(&[&world.schema_name(schema)?, &name]))
}

fn types(world: &World, types: &[Oid]) -> Vec<String> {
    types.iter().map(|oid| type_text(world, oid.0).unwrap_or_default()).collect()
}

fn routine(world: &World, object: u32) -> (String, Option<Identity>) {
    let Some((schema, name, arguments)) = world.proc(object) else {
        return ("routine".to_owned(), None);
    };
    let known = facts::rows_by("pg_proc", "oid", &Datum::Oid(object));
    let kind = known.first().and_then(|row| cell("pg_proc", row, "prokind")?.as_str());
    let own = world.objects.routines.get(object).and_then(|own| world.objects.routine(own));
    let word = match (kind, own.map(|own| &own.kind)) {
        (Some("p"), _) | (_, Some(RoutineKind::Procedure)) => "procedure",
        (Some("a"), _) | (_, Some(RoutineKind::Aggregate)) => "aggregate",
        _ => "function",
    };
    let schema = world.schema_name(schema).unwrap_or_default();
    let arguments = types(world, &arguments);
    let identity = Identity {
        identity: Some(format!("{}({})", dotted(&[&schema, &name]), arguments.join(","))),
        names: vec![schema.to_string(), name.to_string()],
        schema: Some(schema),
        name: None,
        arguments,
    };
    (word.to_owned(), Some(identity))
}

fn operator(world: &World, object: u32) -> Option<Identity> {
    let operator = OPERATORS.values().flatten().find(|operator| operator.oid == object)?;
    let side = |oid: Oid| match oid.0 {
        0 => "NONE".to_owned(),
        oid => type_text(world, oid).unwrap_or_default(),
    };
    let (left, right) = (side(operator.left), side(operator.right));
    let schema: Arc<str> = "pg_catalog".into();
    let identity = format!("{schema}.{}({left},{right})", operator.name);
    let is_prefix = operator.left.0 == 0;
    let arguments = if is_prefix { vec![right] } else { vec![left, right] };
    Some(Identity {
        identity: Some(identity),
        names: vec![schema.to_string(), operator.name.to_string()],
        schema: Some(schema),
        name: None,
        arguments,
    })
}

fn cast(world: &World, object: u32) -> Option<Identity> {
    let row = world.cast_row(object)?;
    let side = |row: &Row, side| type_text(world, cell("pg_cast", row, side)?.as_oid()?);
    let (from, to) = (side(&row, "castsource")?, side(&row, "casttarget")?);
    Some(Identity {
        identity: Some(format!("({from} AS {to})")),
        names: vec![from],
        arguments: vec![to],
        ..Identity::default()
    })
}

fn constraint(run: &Run, object: u32) -> Result<(String, Option<Identity>)> {
    let world = &run.world;
    let rows = run.found("pg_constraint", "oid", object)?;
    let Some(row) = rows.first() else { return Ok(("constraint".to_owned(), None)) };
    let number = |name| cell("pg_constraint", row, name).and_then(Datum::as_oid).unwrap_or(0);
    let name = cell("pg_constraint", row, "conname").and_then(Datum::as_str).unwrap_or_default();
    let schema = world.schema_name(number("connamespace"));
    let (word, identity) = match number("conrelid") {
        0 => {
            let domain = type_text(world, number("contypid")).unwrap_or_default();
            let identity = Identity {
                identity: Some(format!("{} on {domain}", quote_identifier(name))),
                names: vec![domain],
                arguments: vec![name.to_owned()],
                ..Identity::default()
            };
            ("domain constraint", Some(identity))
        }
        table => ("table constraint", on(world, name, table)),
    };
    Ok((word.to_owned(), identity.map(|of| Identity { schema, ..of })))
}
