//! Which rows of a table a role has to do with: `pg_policy`.

use trunkline_core::catalog::Policy;

use super::numbered::HasOid;
use super::row::{Maker, letter};
use super::{Objects, World};
use crate::datum::{Datum, Row};
use crate::facts::PG_CATALOG;

/// A row of `pg_policy`.
#[derive(Debug)]
pub(crate) struct PolicyObject {
    pub(crate) oid: u32,
    pub(crate) table: u32,
    /// Its place among the policies of its table.
    place: usize,
}

impl HasOid for PolicyObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

impl Objects {
    pub(super) fn add_policies(&mut self) {
        let mut found = Vec::new();
        for (class, relation) in self.relations() {
            for (place, policy) in relation.policies.iter().enumerate() {
                found.push((class.oid, place, policy.name.clone()));
            }
        }
        for (table, place, name) in found {
            let oid = self.numbers.of("policy", &[&table.to_string(), &name]);
            self.policies.push(PolicyObject { oid, table, place });
        }
    }

    /// What the snapshot says of a policy.
    pub(crate) fn policy(&self, object: &PolicyObject) -> Option<&Policy> {
        self.relation_of(self.class(object.table)?)?.policies.get(object.place)
    }
}

pub(super) fn policies(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_policy");
    let rows = world.objects.policies.iter().filter_map(|object| {
        let policy = world.objects.policy(object)?;
        let role = |name: &String| Datum::Oid(world.role_named(name).unwrap_or(0));
        let roles = match policy.roles.as_slice() {
            // Everybody.
            [] => vec![Datum::Oid(0)],
            roles => roles.iter().map(role).collect(),
        };
        let expression = |text: &Option<String>| text.as_deref().map_or(Datum::Null, Datum::text);
        Some(maker.row([
            ("oid", Datum::Oid(object.oid)),
            ("polname", Datum::text(policy.name.as_str())),
            ("polrelid", Datum::Oid(object.table)),
            ("polcmd", letter(policy.command)),
            ("polpermissive", Datum::Bool(policy.permissive)),
            ("polroles", Datum::list(roles)),
            ("polqual", expression(&policy.using)),
            ("polwithcheck", expression(&policy.check)),
        ]))
    });
    rows.collect()
}
