//! What depends on roles: `pg_shdepend`.

use trunkline_core::catalog::{Grant, Grantee};

use super::World;
use super::depend::{PG_CLASS, PG_NAMESPACE, PG_POLICY, PG_PROC, PG_TYPE};
use super::row::{Maker, count, letter};
use super::types::TypeWhat;
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

const PG_AUTHID: u32 = 1260;

struct Shared<'a> {
    world: &'a World,
    maker: Maker,
    rows: Vec<Row>,
}

/// Owners, those who were granted something, and those of policies; what is always there is not named.
pub(super) fn dependencies(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_shdepend");
    let mut all = Shared { world, maker, rows: Vec::new() };
    let objects = &world.objects;
    for schema in &objects.snapshot.schemas {
        if let Some(oid) = objects.schema_named(&schema.name) {
            all.add(PG_NAMESPACE, (oid, 0), schema.access.owner.as_deref(), &schema.access.grants);
        }
    }
    for class in objects.classes.iter().filter(|class| class.index.is_none()) {
        let owner = objects.owner_of(class);
        let grants = objects.access_of(class).map(|access| access.grants.as_slice());
        // The type of a row has an owner, which its relation names.
        if !matches!(class.kind, 'c' | 't') {
            all.add(PG_CLASS, (class.oid, 0), owner, grants.unwrap_or_default());
        }
        for (place, column) in objects.columns(class).iter().enumerate() {
            if class.sequence.is_none() {
                all.granted(PG_CLASS, (class.oid, place + 1), owner, &column.grants);
            }
        }
    }
    for of in objects.types.iter() {
        let is_own = !objects.is_row_type(of) && !matches!(of.what, TypeWhat::Array(_));
        if let Some(access) = objects.type_access(of).filter(|_| is_own) {
            all.add(PG_TYPE, (of.oid, 0), access.owner.as_deref(), &access.grants);
        }
    }
    for object in objects.routines.iter() {
        if let Some(routine) = objects.routine(object) {
            let access = &routine.access;
            all.add(PG_PROC, (object.oid, 0), access.owner.as_deref(), &access.grants);
        }
    }
    for object in objects.policies.iter() {
        for role in objects.policy(object).into_iter().flat_map(|policy| &policy.roles) {
            all.row(PG_POLICY, (object.oid, 0), role, 'r');
        }
    }
    all.rows
}

impl Shared<'_> {
    fn add(&mut self, class: u32, of: (u32, usize), owner: Option<&str>, grants: &[Grant]) {
        if let Some(owner) = owner {
            self.row(class, of, owner, 'o');
        }
        self.granted(class, of, owner, grants);
    }

    fn granted(&mut self, class: u32, of: (u32, usize), owner: Option<&str>, grants: &[Grant]) {
        let mut named: Vec<&str> = Vec::new();
        for grant in grants {
            if let Grantee::Role(name) = &grant.to
                && owner != Some(name)
                && !named.contains(&name.as_str())
            {
                named.push(name);
                self.row(class, of, name, 'a');
            }
        }
    }

    fn row(&mut self, class: u32, (object, column): (u32, usize), role: &str, kind: char) {
        let Some(oid) = self.world.role_named(role) else { return };
        if super::names::is_predefined_role(oid) {
            return;
        }
        self.rows.push(self.maker.row([
            ("dbid", Datum::Oid(self.world.database().0)),
            ("classid", Datum::Oid(class)),
            ("objid", Datum::Oid(object)),
            ("objsubid", count(column)),
            ("refclassid", Datum::Oid(PG_AUTHID)),
            ("refobjid", Datum::Oid(oid)),
            ("deptype", letter(kind)),
        ]));
    }
}
