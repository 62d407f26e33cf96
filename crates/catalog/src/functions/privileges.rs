//! Who may do what, as the catalogs say it.
//!
//! An engine decides for itself what a client may do; these functions tell what is granted.

use trunkline_core::catalog::Grant;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::acl::{letter_of, unrecognized};
use super::row_security;
use crate::datum::{Datum, Row};
use crate::facts::{cell, relation_columns};
use crate::plan::{Call, Function};
use crate::run::Run;
use crate::world::{AclItem, ClassObject, World, no_role};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "has_table_privilege" => |call| on(call, Kind::Table),
        "has_any_column_privilege" => |call| on(call, Kind::AnyColumn),
        "has_column_privilege" => on_column,
        "has_sequence_privilege" => |call| on(call, Kind::Sequence),
        "has_schema_privilege" => |call| on(call, Kind::Schema),
        "has_type_privilege" => |call| on(call, Kind::Type),
        "has_function_privilege" => |call| on(call, Kind::Routine),
        "has_database_privilege" => |call| on(call, Kind::Database),
        "has_language_privilege" => |call| on(call, Kind::Language),
        "has_tablespace_privilege" => |call| on(call, Kind::Tablespace),
        "has_foreign_data_wrapper_privilege" => |call| on(call, Kind::Wrapper),
        "has_server_privilege" => |call| on(call, Kind::Server),
        "has_parameter_privilege" => |call| {
            let role = role_before(call, 2)?;
            Ok(Datum::Bool(call.run.world.is_superuser(role)))
        },
        "pg_has_role" => has_role,
        "row_security_active" => row_security::active,
        _ => return None,
    })
}

/// What a privilege is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    AnyColumn,
    Sequence,
    Schema,
    Type,
    Routine,
    Database,
    Language,
    Tablespace,
    Wrapper,
    Server,
}

impl Kind {
    /// The letters of what may be done with it.
    fn letters(self) -> &'static str {
        match self {
            Kind::Table => "arwdDxtm",
            Kind::AnyColumn => "arwx",
            Kind::Sequence => "Urw",
            Kind::Schema => "CU",
            Kind::Database => "CTc",
            Kind::Tablespace => "C",
            Kind::Routine => "X",
            Kind::Type | Kind::Language | Kind::Wrapper | Kind::Server => "U",
        }
    }
}

/// Whose something is, and what others may do with it.
struct Guarded {
    owner: u32,
    acl: Vec<AclItem>,
}

impl Guarded {
    /// What is usual if nothing is said.
    fn new(world: &World, kind: char, owner: u32, acl: &Datum) -> Result<Guarded> {
        let acl = match acl {
            Datum::Null => world.usual_acl(kind, owner).unwrap_or_default(),
            acl => world.acl_items(acl)?,
        };
        Ok(Guarded { owner, acl })
    }

    /// The same of something that every database has.
    fn known(
        world: &World,
        kind: char,
        (relation, oid): (&str, u32),
        [owner, acl]: [&str; 2],
    ) -> Result<Guarded> {
        let owner = world.known(relation, oid, owner).as_oid().unwrap_or(crate::world::SUPERUSER);
        Guarded::new(world, kind, owner, &world.known(relation, oid, acl))
    }
}

/// A list of privileges: `SELECT, UPDATE WITH GRANT OPTION`.
fn wanted(text: &str, kind: Kind) -> Result<Vec<(char, bool)>> {
    text.split(',')
        .map(|part| {
            let name = part.trim();
            let upper = name.to_ascii_uppercase();
            let (plain, with_grant) = match upper.strip_suffix(" WITH GRANT OPTION") {
                Some(plain) => (plain.trim(), true),
                None => (upper.as_str(), false),
            };
            letter_of(plain)
                .filter(|letter| kind.letters().contains(*letter))
                .map(|letter| (letter, with_grant))
                .ok_or_else(|| unrecognized(name))
        })
        .collect()
}

fn role(world: &World, value: &Datum) -> Result<u32> {
    match value {
        // Everybody.
        Datum::Text(name) if &**name == "public" => Ok(0),
        Datum::Text(name) => world.role_named(name).ok_or_else(|| no_role(name)),
        value => Ok(value.as_oid().unwrap_or(0)),
    }
}

/// The role that stands before so many other arguments, or that of the session.
fn role_before(call: &Call<'_>, others: usize) -> Result<u32> {
    match call.arguments.first().filter(|_| call.arguments.len() > others) {
        Some(value) => role(&call.run.world, value),
        None => Ok(call.run.world.session_role().0),
    }
}

/// The argument so many places before the end.
fn from_end<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a Datum> {
    call.arguments.len().checked_sub(place + 1).and_then(|place| call.arguments.get(place))
}

/// `has_…_privilege([role,] object, privilege)`
fn on(call: &Call<'_>, kind: Kind) -> Result<Datum> {
    let world = &call.run.world;
    let role = role_before(call, 2)?;
    let (Some(object), Some(privileges)) = (from_end(call, 1), from_end(call, 0)) else {
        return Ok(Datum::Null);
    };
    let oid = number(call.run, kind, object)?;
    let wanted = wanted(privileges.as_str().unwrap_or_default(), kind)?;
    if kind == Kind::Sequence && world.class_name(oid).is_some() && !is_sequence(world, oid) {
        let name = match object {
            Datum::Text(name) => Some(name.clone()),
            _ => world.class_name(oid).map(|(_, name)| name),
        };
        let message = format!("\"{}\" is not a sequence", name.unwrap_or_default());
        return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
    }
    let Some(guarded) = guarded(call.run, kind, oid)? else {
        // Of what is none a superuser is not even looked at, but for relations.
        let is_relation = matches!(kind, Kind::Table | Kind::AnyColumn | Kind::Sequence);
        let may = !is_relation && world.is_superuser(role);
        return Ok(if may { Datum::Bool(true) } else { Datum::Null });
    };
    let may = |asked: &(char, bool)| world.may(role, guarded.owner, &guarded.acl, *asked);
    if wanted.iter().any(may) {
        return Ok(Datum::Bool(true));
    }
    if kind == Kind::AnyColumn {
        for (owner, grants) in columns(world, oid) {
            let acl = world.acl_items(&world.acl_of(owner, grants))?;
            if wanted.iter().any(|asked| world.may(role, guarded.owner, &acl, *asked)) {
                return Ok(Datum::Bool(true));
            }
        }
    }
    Ok(Datum::Bool(false))
}

/// What is granted on each column of a table of the snapshot.
fn columns(world: &World, table: u32) -> Vec<(Option<&str>, &[Grant])> {
    let Some(class) = world.objects.class(table) else { return Vec::new() };
    let owner = world.objects.owner_of(class);
    let all = world.objects.columns(class).iter();
    all.map(|column| (owner, column.grants.as_slice())).collect()
}

/// The relation that an argument names or numbers.
pub(super) fn relation(run: &Run, object: &Datum) -> Result<u32> {
    number(run, Kind::Table, object)
}

/// The number of an object that is named or numbered.
fn number(run: &Run, kind: Kind, object: &Datum) -> Result<u32> {
    let world = &run.world;
    let Datum::Text(name) = object else { return Ok(object.as_oid().unwrap_or(0)) };
    let missing =
        |what: &str, state| PgError::new(state, format!("{what} \"{name}\" does not exist"));
    let named = |relation: &str, column: &str, what: &str| {
        let facts = crate::facts::facts(relation);
        let found = facts.and_then(|facts| {
            let (oid, own) = (facts.column("oid"), facts.column(column));
            let row = facts.rows.iter().find(|row| *crate::facts::text(row, own) == **name)?;
            Some(crate::facts::number(row, oid))
        });
        found.ok_or_else(|| missing(what, SqlState::UNDEFINED_OBJECT))
    };
    match kind {
        Kind::Table | Kind::AnyColumn | Kind::Sequence => {
            world.find_class(name)?.ok_or_else(|| world.no_such(Oid::REGCLASS, name))
        }
        Kind::Schema => {
            world.schema_named(name).ok_or_else(|| missing("schema", SqlState::UNDEFINED_SCHEMA))
        }
        Kind::Type | Kind::Routine => {
            let oid = if kind == Kind::Type { Oid::REGTYPE } else { Oid::REGPROCEDURE };
            Ok(world.parse(oid, name)?.as_oid().unwrap_or(0))
        }
        Kind::Database => {
            let found = listed(run, kind, |_, own| *own == **name)?;
            found
                .map(|(oid, _)| oid)
                .ok_or_else(|| missing("database", SqlState::INVALID_CATALOG_NAME))
        }
        Kind::Wrapper | Kind::Server => {
            let what = if kind == Kind::Server { "server" } else { "foreign-data wrapper" };
            let found = listed(run, kind, |_, own| *own == **name)?;
            found.map(|(oid, _)| oid).ok_or_else(|| missing(what, SqlState::UNDEFINED_OBJECT))
        }
        Kind::Language => named("pg_language", "lanname", "language"),
        Kind::Tablespace => named("pg_tablespace", "spcname", "tablespace"),
    }
}

fn guarded(run: &Run, kind: Kind, oid: u32) -> Result<Option<Guarded>> {
    let world = &run.world;
    let found = match kind {
        Kind::Table | Kind::AnyColumn | Kind::Sequence => {
            if world.class_name(oid).is_none() {
                return Ok(None);
            }
            match world.objects.class(oid) {
                None => Guarded::known(world, 'r', ("pg_class", oid), ["relowner", "relacl"])?,
                Some(class) => of_class(world, class)?,
            }
        }
        Kind::Schema => {
            let Some(name) = world.schema_name(oid) else { return Ok(None) };
            match world.objects.schema_name(oid) {
                None => Guarded::known(world, 'n', ("pg_namespace", oid), ["nspowner", "nspacl"])?,
                Some(_) => {
                    let (owner, acl) = world.schema_access(oid, &name);
                    Guarded::new(world, 'n', owner, &acl)?
                }
            }
        }
        Kind::Type => {
            if world.type_name(oid).is_none() {
                return Ok(None);
            }
            // Whoever may use a type may use its arrays.
            let oid = world.element_of(Oid(oid)).map_or(oid, |element| element.0);
            match world.objects.types.get(oid) {
                None => Guarded::known(world, 'T', ("pg_type", oid), ["typowner", "typacl"])?,
                Some(of) => {
                    let access = world.objects.type_access(of);
                    let owner = world.owner(access.and_then(|access| access.owner.as_deref()));
                    let acl = match world.objects.is_row_type(of) {
                        true => Datum::Null,
                        false => access.map_or(Datum::Null, |access| world.acl(access)),
                    };
                    Guarded::new(world, 'T', owner, &acl)?
                }
            }
        }
        Kind::Routine => {
            let own = world.objects.routines.get(oid);
            match own.and_then(|own| world.objects.routine(own)) {
                None if world.proc(oid).is_none() => return Ok(None),
                None => Guarded::known(world, 'f', ("pg_proc", oid), ["proowner", "proacl"])?,
                Some(routine) => {
                    let owner = world.owner(routine.access.owner.as_deref());
                    Guarded::new(world, 'f', owner, &world.acl(&routine.access))?
                }
            }
        }
        Kind::Database | Kind::Wrapper | Kind::Server => {
            match listed(run, kind, |own, _| own == oid)? {
                Some((_, guarded)) => guarded,
                None => return Ok(None),
            }
        }
        Kind::Language if !is_known("pg_language", oid) => return Ok(None),
        Kind::Language => Guarded::known(world, 'l', ("pg_language", oid), ["lanowner", "lanacl"])?,
        Kind::Tablespace if !is_known("pg_tablespace", oid) => return Ok(None),
        Kind::Tablespace => {
            Guarded::known(world, 't', ("pg_tablespace", oid), ["spcowner", "spcacl"])?
        }
    };
    Ok(Some(found))
}

/// Whether something is in what every database has.
fn is_known(relation: &str, oid: u32) -> bool {
    crate::facts::facts(relation).is_some_and(|facts| {
        let own = facts.column("oid");
        facts.rows.iter().any(|row| crate::facts::number(row, own) == oid)
    })
}

/// A database of the cluster, a server or a wrapper of foreign data: one of a few.
fn listed(
    run: &Run,
    kind: Kind,
    is_it: impl Fn(u32, &str) -> bool,
) -> Result<Option<(u32, Guarded)>> {
    let (relation, letter, names) = match kind {
        Kind::Server => ("pg_foreign_server", 'S', ["oid", "srvname", "srvowner", "srvacl"]),
        Kind::Wrapper => ("pg_foreign_data_wrapper", 'F', ["oid", "fdwname", "fdwowner", "fdwacl"]),
        _ => ("pg_database", 'd', ["oid", "datname", "datdba", "datacl"]),
    };
    let [oid, name, owner, acl] = names;
    let number = |row: &Row, name| cell(relation, row, name).and_then(Datum::as_oid).unwrap_or(0);
    let found = run.first_of(relation, |row| {
        let own = cell(relation, row, name).and_then(Datum::as_str).unwrap_or_default();
        is_it(number(row, oid), own)
    })?;
    let Some(row) = found else { return Ok(None) };
    let acl = cell(relation, &row, acl).cloned().unwrap_or_default();
    let guarded = Guarded::new(&run.world, letter, number(&row, owner), &acl)?;
    Ok(Some((number(&row, oid), guarded)))
}

fn is_sequence(world: &World, oid: u32) -> bool {
    world.objects.class(oid).is_some_and(|class| class.sequence.is_some())
}

fn of_class(world: &World, class: &ClassObject) -> Result<Guarded> {
    let owner = world.class_owner(class);
    let acl = world.objects.access_of(class).map_or(Datum::Null, |access| world.acl(access));
    Guarded::new(world, if class.sequence.is_some() { 's' } else { 'r' }, owner, &acl)
}

/// `has_column_privilege([role,] table, column, privilege)`
fn on_column(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let role = role_before(call, 3)?;
    let (Some(table), Some(column), Some(privileges)) =
        (from_end(call, 2), from_end(call, 1), from_end(call, 0))
    else {
        return Ok(Datum::Null);
    };
    let oid = number(call.run, Kind::Table, table)?;
    let wanted = wanted(privileges.as_str().unwrap_or_default(), Kind::AnyColumn)?;
    let Some(guarded) = guarded(call.run, Kind::AnyColumn, oid)? else { return Ok(Datum::Null) };
    let names: Vec<String> = match world.objects.class(oid) {
        Some(class) => {
            world.objects.columns(class).iter().map(|one| one.column.name.to_string()).collect()
        }
        None => {
            let (schema, name) = world.class_name(oid).unwrap_or_default();
            let known = relation_columns(schema, &name).unwrap_or_default();
            known.iter().map(|one| one.name.to_string()).collect()
        }
    };
    let is_system = match column {
        Datum::Text(wanted) => world.is_system_column(wanted),
        number => number.as_int().is_some_and(|number| (-6..0).contains(&number)),
    };
    let place = match column {
        _ if is_system => None,
        Datum::Text(wanted) => {
            let place = names.iter().position(|name| **name == **wanted);
            Some(place.ok_or_else(|| {
                let name = world.class_name(oid).map(|(_, name)| name).unwrap_or_default();
                let message = format!("column \"{wanted}\" of relation \"{name}\" does not exist");
                PgError::new(SqlState::UNDEFINED_COLUMN, message)
            })?)
        }
        number => {
            let number = number.as_int().and_then(|number| usize::try_from(number).ok());
            number.and_then(|number| number.checked_sub(1)).filter(|place| *place < names.len())
        }
    };
    if place.is_none() && !is_system {
        return Ok(Datum::Null);
    }
    let own = match place.and_then(|place| columns(world, oid).get(place).copied()) {
        Some((owner, grants)) => world.acl_items(&world.acl_of(owner, grants))?,
        None => Vec::new(),
    };
    let may = |asked: &(char, bool)| {
        world.may(role, guarded.owner, &guarded.acl, *asked)
            || world.may(role, guarded.owner, &own, *asked)
    };
    Ok(Datum::Bool(wanted.iter().any(may)))
}

/// `pg_has_role([role,] role, privilege)`
fn has_role(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let member = role_before(call, 2)?;
    let (Some(of), Some(privileges)) = (from_end(call, 1), from_end(call, 0)) else {
        return Ok(Datum::Null);
    };
    let of = role(world, of)?;
    for part in privileges.as_str().unwrap_or_default().split(',') {
        let name = part.trim();
        let upper = name.to_ascii_uppercase();
        let options = [" WITH GRANT OPTION", " WITH ADMIN OPTION"];
        let plain = options.iter().find_map(|option| upper.strip_suffix(option));
        let is_admin = plain.is_some();
        let needs_inherit = match plain.unwrap_or(&upper) {
            "USAGE" => true,
            "MEMBER" | "SET" => false,
            _ => return Err(unrecognized(name)),
        };
        let has = match is_admin {
            true => world.is_admin(member, of),
            false => world.roles_of(member, needs_inherit).contains(&of),
        };
        if has || world.is_superuser(member) {
            return Ok(Datum::Bool(true));
        }
    }
    Ok(Datum::Bool(false))
}
