//! Whether policies hold.

use trunkline_core::Result;
use trunkline_core::catalog::RowSecurity;

use super::privileges::relation;
use crate::datum::Datum;
use crate::plan::Call;

/// Whether policies hold for the session's role when it reads a table.
pub(super) fn active(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(table) = call.arguments.first() else { return Ok(Datum::Null) };
    let oid = relation(call.run, table)?;
    let Some(class) = world.objects.class(oid) else { return Ok(Datum::Bool(false)) };
    let own = class.index.is_none() && class.sequence.is_none();
    let of = world.objects.relation_of(class).filter(|_| own).map(|own| own.row_security);
    let is_forced = match of {
        Some(RowSecurity::Enabled) => false,
        Some(RowSecurity::Forced) => true,
        Some(RowSecurity::Off | RowSecurity::ForcedButOff) | None => {
            return Ok(Datum::Bool(false));
        }
    };
    let (role, name) = world.session_role();
    let is_beyond =
        world.is_superuser(role) || world.objects.role(&name).is_some_and(|own| own.bypass_rls);
    let owns = world.roles_of(role, true).contains(&world.class_owner(class));
    Ok(Datum::Bool(!is_beyond && (is_forced || !owns)))
}
