//! Access lists: `aclitem[]`.

use trunkline_core::{PgError, Result, SqlState};

use crate::datum::Datum;
use crate::plan::{Call, Function};
use crate::world::AclItem;

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
    for letter in ALL.chars().filter(|letter| letters.contains(letter)) {
        privileges.push(letter);
        if is_grantable {
            privileges.push('*');
        }
    }
    let item = AclItem { grantee: oid(0), grantor: oid(1), privileges };
    Ok(Datum::text(call.run.world.acl_text(&item)))
}

/// The letters in the order of an `aclitem`.
const ALL: &str = "arwdDxtXUCTcsAm";

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
