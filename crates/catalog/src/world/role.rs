//! Roles: `pg_authid` and `pg_auth_members`.

use std::sync::Arc;

use trunkline_core::Oid;
use trunkline_core::catalog::Role;

use super::row::Maker;
use super::{SUPERUSER, World};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// Roles that not every cluster has.
pub(super) fn roles(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_authid");
    let known = world.objects.snapshot.roles.iter();
    let mut roles: Vec<(u32, Arc<str>, Role)> = known
        .filter_map(|role| {
            Some((world.role_named(&role.name)?, role.name.as_str().into(), role.clone()))
        })
        .collect();
    let superuser = |name: &str| {
        let mut role = Role::new(name);
        (role.superuser, role.create_role, role.create_db) = (true, true, true);
        (role.login, role.replication, role.bypass_rls) = (true, true, true);
        role
    };
    if roles.iter().all(|(oid, _, _)| *oid != SUPERUSER) {
        roles.insert(0, (SUPERUSER, "postgres".into(), superuser("postgres")));
    }
    let (oid, name) = world.session_role();
    if !super::names::is_predefined_role(oid) && roles.iter().all(|(own, _, _)| *own != oid) {
        let mut role = Role::new(&*name);
        role.login = true;
        let is_super = world.client.setting("is_superuser").as_deref() == Some("on");
        let role = if is_super { superuser(&name) } else { role };
        roles.push((oid, name, role));
    }
    roles.into_iter().map(|(oid, name, role)| row(world, &maker, oid, name, &role)).collect()
}

fn row(world: &World, maker: &Maker, oid: u32, name: Arc<str>, role: &Role) -> Row {
    let until = role.valid_until.as_deref();
    let until = until.and_then(|text| world.parse(Oid::TIMESTAMPTZ, text).ok());
    maker.row([
        ("oid", Datum::Oid(oid)),
        ("rolname", Datum::Text(name)),
        ("rolsuper", Datum::Bool(role.superuser)),
        ("rolinherit", Datum::Bool(role.inherit)),
        ("rolcreaterole", Datum::Bool(role.create_role)),
        ("rolcreatedb", Datum::Bool(role.create_db)),
        ("rolcanlogin", Datum::Bool(role.login)),
        ("rolreplication", Datum::Bool(role.replication)),
        ("rolbypassrls", Datum::Bool(role.bypass_rls)),
        ("rolconnlimit", Datum::Int(role.connection_limit.into())),
        ("rolvaliduntil", until.unwrap_or_default()),
    ])
}

/// Which role is in which.
pub(super) fn members(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_auth_members");
    let mut rows = Vec::new();
    for role in &world.objects.snapshot.roles {
        let Some(member) = world.role_named(&role.name) else { continue };
        for (of, is_admin) in &role.member_of {
            let Some(group) = world.role_named(of) else { continue };
            let number = super::objects::number_of("membership", &format!("{group}.{member}"));
            rows.push(maker.row([
                ("oid", Datum::Oid(number)),
                ("roleid", Datum::Oid(group)),
                ("member", Datum::Oid(member)),
                ("grantor", Datum::Oid(SUPERUSER)),
                ("admin_option", Datum::Bool(*is_admin)),
                ("inherit_option", Datum::Bool(role.inherit)),
                ("set_option", Datum::Bool(true)),
            ]));
        }
    }
    rows
}
