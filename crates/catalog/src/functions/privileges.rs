//! Who may do what, as far as that is known here.
//!
//! An engine decides for itself what a client may do; the catalogs only know what there is. What is
//! there may be used, and the password hashes of roles may not be read by anybody.

use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "has_table_privilege" => |call| on(call, Oid::REGCLASS, 1),
        "has_any_column_privilege" => |call| on(call, Oid::REGCLASS, 1),
        "has_column_privilege" => |call| on(call, Oid::REGCLASS, 2),
        "has_sequence_privilege" => |call| on(call, Oid::REGCLASS, 1),
        "has_schema_privilege" => |call| on(call, Oid::REGNAMESPACE, 1),
        "has_type_privilege" => |call| on(call, Oid::REGTYPE, 1),
        "has_function_privilege" => |call| on(call, Oid::REGPROCEDURE, 1),
        "has_database_privilege"
        | "has_language_privilege"
        | "has_tablespace_privilege"
        | "has_foreign_data_wrapper_privilege"
        | "has_server_privilege"
        | "has_parameter_privilege" => |_| Ok(Datum::Bool(true)),
        "pg_has_role" => |call| {
            let own = call.run.world.session_role();
            let role = call.arguments.get(call.arguments.len().saturating_sub(2));
            let is_super = call.run.world.client.setting("is_superuser").as_deref() == Some("on");
            let is_own = match role {
                Some(Datum::Text(name)) => *name == own.1,
                Some(value) => value.as_oid() == Some(own.0),
                None => false,
            };
            Ok(Datum::Bool(is_own || is_super))
        },
        "row_security_active" => |_| Ok(Datum::Bool(false)),
        _ => return None,
    })
}

/// A right on an object, which is the last argument but `behind`; a role may stand before it.
fn on(call: &Call<'_>, kind: Oid, behind: usize) -> Result<Datum> {
    let place = call.arguments.len().checked_sub(behind + 1);
    let Some(object) = place.and_then(|place| call.arguments.get(place)) else {
        return Ok(Datum::Null);
    };
    let world = &call.run.world;
    let oid = match object {
        Datum::Text(name) => match world.parse(kind, name)? {
            Datum::Oid(oid) => oid,
            _ => return Ok(Datum::Null),
        },
        object => object.as_oid().unwrap_or(0),
    };
    if let (Some(Datum::Text(role)), true) = (call.arguments.first(), place > Some(0))
        && role.as_ref() != "public"
        && world.role_named(role).is_none()
    {
        let message = format!("role \"{role}\" does not exist");
        return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
    }
    let is_there = match kind {
        Oid::REGCLASS => world.class_name(oid).is_some(),
        Oid::REGNAMESPACE => world.schema_name(oid).is_some(),
        Oid::REGTYPE => world.type_name(oid).is_some(),
        _ => crate::world::proc_by_oid(oid).is_some(),
    };
    Ok(if is_there { Datum::Bool(true) } else { Datum::Null })
}
