//! Access lists: `aclitem[]`.

use trunkline_core::{PgError, Result, SqlState};

use super::definitions::oid;
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, cell, column_place, relation_columns};
use crate::plan::{Call, Function};
use crate::world::{ACL_LETTERS, AclItem};

/// What a privilege is called, and its letter in an `aclitem`.
const PRIVILEGES: [(&str, char); 15] = [
    ("INSERT", 'a'),
    ("SELECT", 'r'),
    ("UPDATE", 'w'),
    ("DELETE", 'd'),
    ("TRUNCATE", 'D'),
    ("REFERENCES", 'x'),
    ("TRIGGER", 't'),
    ("EXECUTE", 'X'),
    ("USAGE", 'U'),
    ("CREATE", 'C'),
    ("TEMPORARY", 'T'),
    ("CONNECT", 'c'),
    ("SET", 's'),
    ("ALTER SYSTEM", 'A'),
    ("MAINTAIN", 'm'),
];

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "acldefault" => default,
        "makeaclitem" => make,
        "aclcontains" => contains,
        "pg_get_acl" => of_object,
        "oidvectortypes" => types,
        _ => return None,
    })
}

pub(super) fn letter_of(name: &str) -> Option<char> {
    let name = if name == "TEMP" { "TEMPORARY" } else { name };
    PRIVILEGES.iter().find(|(own, _)| *own == name).map(|(_, letter)| *letter)
}

pub(super) fn unrecognized(name: &str) -> PgError {
    let message = format!("unrecognized privilege type: \"{name}\"");
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// `acldefault(type, owner)`
fn default(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let kind = call.arguments.first().and_then(Datum::as_str).unwrap_or_default();
    let owner = call.arguments.get(1).and_then(Datum::as_oid).unwrap_or(0);
    let usual = kind.chars().next().and_then(|kind| world.usual_acl(kind, owner));
    let Some(usual) = usual else {
        let message = format!("unrecognized object type abbreviation: {kind}");
        return Err(PgError::new(SqlState::INTERNAL_ERROR, message));
    };
    Ok(Datum::texts(usual.iter().map(|item| world.acl_text(item))))
}

/// `makeaclitem(grantee, grantor, privileges, is_grantable)`
fn make(call: &Call<'_>) -> Result<Datum> {
    let oid = |place: usize| call.arguments.get(place).and_then(Datum::as_oid).unwrap_or(0);
    let names = call.arguments.get(2).and_then(Datum::as_str).unwrap_or_default();
    let is_grantable = call.arguments.get(3).is_some_and(Datum::is_true);
    let letters = names
        .split(',')
        .map(|name| {
            letter_of(&name.trim().to_ascii_uppercase()).ok_or_else(|| unrecognized(name.trim()))
        })
        .collect::<Result<Vec<char>>>()?;
    // In the order of an `aclitem`.
    let mut privileges = String::new();
    for letter in ACL_LETTERS.chars().filter(|letter| letters.contains(letter)) {
        privileges.push(letter);
        if is_grantable {
            privileges.push('*');
        }
    }
    let item = AclItem { grantee: oid(0), grantor: oid(1), privileges };
    Ok(Datum::text(call.run.world.acl_text(&item)))
}

/// `aclcontains(list, item)`: whether an item of the list says all that the other one says.
fn contains(call: &Call<'_>) -> Result<Datum> {
    let [list, item] = call.arguments else { return Ok(Datum::Null) };
    let world = &call.run.world;
    let items = world.acl_items(list)?;
    call.run.items(items.len())?;
    let asked = world.acl_item(item.as_str().unwrap_or_default())?;
    let holds = |own: &AclItem| {
        let says = |letter: char| {
            !asked.allows(letter, false) || own.allows(letter, asked.allows(letter, true))
        };
        (own.grantee, own.grantor) == (asked.grantee, asked.grantor)
            && ACL_LETTERS.chars().all(says)
    };
    Ok(Datum::Bool(items.iter().any(holds)))
}

/// The catalogs of what has an access list, and where it is.
const LISTS: [(&str, &str); 11] = [
    ("pg_class", "relacl"),
    ("pg_database", "datacl"),
    ("pg_foreign_data_wrapper", "fdwacl"),
    ("pg_foreign_server", "srvacl"),
    ("pg_language", "lanacl"),
    ("pg_largeobject_metadata", "lomacl"),
    ("pg_namespace", "nspacl"),
    ("pg_parameter_acl", "paracl"),
    ("pg_proc", "proacl"),
    ("pg_tablespace", "spcacl"),
    ("pg_type", "typacl"),
];

/// `pg_get_acl(catalog, object, column)`
fn of_object(call: &Call<'_>) -> Result<Datum> {
    let (Some(catalog), Some(object)) = (oid(call, 0), oid(call, 1)) else {
        return Ok(Datum::Null);
    };
    let column = call.arguments.get(2).and_then(Datum::as_int).unwrap_or(0);
    // What is pinned depends on nothing.
    if catalog == 0 && object == 0 {
        return Ok(Datum::Null);
    }
    let name = call.run.world.class_name(catalog).filter(|(schema, _)| *schema == PG_CATALOG);
    let name = name.filter(|(_, name)| relation_columns(PG_CATALOG, name).is_some());
    let Some((_, name)) = name else {
        let message = format!("unrecognized class ID: {catalog}");
        return Err(PgError::new(SqlState::INTERNAL_ERROR, message));
    };
    let row = if &*name == "pg_class" && column != 0 {
        let rows = call.run.found("pg_attribute", "attrelid", object)?;
        let place = column_place("pg_attribute", "attnum");
        let is_it = |row: &Row| row.get(place).and_then(Datum::as_int) == Some(column);
        let row = rows.into_iter().find(is_it);
        return Ok(row
            .and_then(|row| cell("pg_attribute", &row, "attacl").cloned())
            .unwrap_or_default());
    } else {
        call.run.found(&name, "oid", object)?.into_iter().next()
    };
    let list = LISTS.iter().find(|(own, _)| **own == *name).map(|(_, list)| *list);
    let list = row.zip(list).and_then(|(row, list)| cell(&name, &row, list).cloned());
    Ok(list.unwrap_or_default())
}

/// `aclexplode`: `grantee=privileges/grantor`, one privilege a row.
pub(super) fn explode(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let Some(list) = call.arguments.first() else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for item in call.run.world.acl_items(list)? {
        for (name, letter) in PRIVILEGES {
            if item.allows(letter, false) {
                rows.push(vec![
                    Datum::Oid(item.grantor),
                    Datum::Oid(item.grantee),
                    Datum::text(name),
                    Datum::Bool(item.allows(letter, true)),
                ]);
            }
        }
    }
    Ok(rows)
}

/// The types of an `oidvector`, by their names.
fn types(call: &Call<'_>) -> Result<Datum> {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else {
        return Ok(Datum::Null);
    };
    let name = |item: &Datum| {
        let known = call.run.world.type_text(item.as_oid().unwrap_or(0), -1);
        known.unwrap_or_else(|| "???".to_owned())
    };
    Ok(Datum::text(list.items.iter().map(name).collect::<Vec<_>>().join(", ")))
}
