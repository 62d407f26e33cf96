//! Access lists that nobody has written down.

use trunkline_core::Result;

use crate::datum::Datum;
use crate::error::bad_argument;
use crate::plan::{Call, Function};
use crate::world::World;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "acldefault" => default,
        "makeaclitem" => make,
        "oidvectortypes" => types,
        _ => return None,
    })
}

/// What the owner of an object and PUBLIC may do with it while nothing was granted.
///
/// Source: <https://www.postgresql.org/docs/18/ddl-priv.html#PRIVILEGES-SUMMARY-TABLE>.
fn default(call: &Call<'_>) -> Result<Datum> {
    let [kind, owner] = call.arguments else { return Ok(Datum::Null) };
    let (Some(kind), Some(owner)) = (kind.as_str(), owner.as_oid()) else { return Ok(Datum::Null) };
    let (public, own) = match kind {
        "c" => ("", ""),
        "r" => ("", "arwdDxtm"),
        "s" => ("", "rwU"),
        "d" => ("Tc", "CTc"),
        "f" => ("X", "X"),
        "l" | "T" => ("U", "U"),
        "L" => ("", "rw"),
        "n" => ("", "UC"),
        "t" => ("", "C"),
        "F" | "S" => ("", "U"),
        "p" => ("", "sA"),
        _ => return Err(bad_argument(format!("unrecognized object type abbreviation: {kind}"))),
    };
    let owner = role(&call.run.world, owner);
    let mut items = Vec::new();
    if !public.is_empty() {
        items.push(Datum::text(format!("={public}/{owner}")));
    }
    if !own.is_empty() {
        items.push(Datum::text(format!("{owner}={own}/{owner}")));
    }
    Ok(Datum::list(items))
}

/// The name of a role as an access list writes it; PUBLIC has none.
fn role(world: &World, oid: u32) -> String {
    let Some(name) = world.role_name(oid) else { return oid.to_string() };
    let is_plain = name.chars().all(|one| one.is_alphanumeric() || one == '_');
    if is_plain { name.to_string() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// `makeaclitem(grantee, grantor, 'SELECT, INSERT', false)`
fn make(call: &Call<'_>) -> Result<Datum> {
    let [grantee, grantor, rights, grantable] = call.arguments else { return Ok(Datum::Null) };
    let mut letters = String::new();
    for right in rights.as_str().unwrap_or_default().split(',') {
        let letter = super::sets::right_letter(right.trim()).ok_or_else(|| {
            bad_argument(format!("unrecognized privilege type: \"{}\"", right.trim()))
        })?;
        letters.push(letter);
        letters.push_str(if grantable.is_true() { "*" } else { "" });
    }
    let world = &call.run.world;
    let grantee = grantee.as_oid().filter(|oid| *oid != 0).map(|oid| role(world, oid));
    let grantor = role(world, grantor.as_oid().unwrap_or(0));
    Ok(Datum::text(format!("{}={letters}/{grantor}", grantee.unwrap_or_default())))
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
