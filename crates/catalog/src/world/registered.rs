//! Types of the snapshot, as those who read and write values have to know them.

use std::collections::BTreeMap;
use std::sync::Arc;

use trunkline_core::catalog::{ConstraintKind, TypeKind};
use trunkline_core::types::{Types, UserType, user};
use trunkline_core::{Oid, Result};

use super::types::{TypeObject, TypeWhat};
use super::{What, World};
use crate::facts::type_facts;

/// What a domain is over in the end, and what it demands with those between.
#[derive(Debug)]
pub(crate) struct DomainFacts {
    pub(crate) base: Oid,
    pub(crate) typmod: i32,
    pub(crate) not_null: bool,
    /// Names and expressions of what is checked, in the order in which PostgreSQL does.
    pub(crate) checks: Vec<(Arc<str>, String)>,
}

/// How many types may be within each other where one looks for what they demand.
const DEPTH: usize = 64;

impl World {
    /// These types with one of the snapshot, and all that it is made of.
    ///
    /// # Errors
    ///
    /// Those of [`Types::new`] for a type whose values cannot be read here.
    pub(crate) fn registered(&self, known: &Types, oid: Oid) -> Result<Types> {
        let mut new = BTreeMap::new();
        let mut left = vec![oid];
        while let Some(oid) = left.pop() {
            let is_known = known.get(oid).is_some() || known.element_of(oid).is_some();
            if is_known || new.contains_key(&oid) || type_facts(oid).is_some() {
                continue;
            }
            let Some(of) = self.objects.types.get(oid.0) else { continue };
            let Some(made) = self.user_type(of, &mut left) else { continue };
            let schema = match self.is_type_visible(of.oid) {
                Some(true) => Arc::from("public"),
                _ => self.schema_name(of.schema).unwrap_or_default(),
            };
            let made = made.schema(&*schema);
            let made = if of.array == 0 { made } else { made.array(Oid(of.array)) };
            new.insert(oid, made);
        }
        if new.is_empty() {
            return Ok(known.clone());
        }
        Ok(Types::new(known.iter().cloned().chain(new.into_values()))?)
    }

    /// A type, and the types that it is made of; none of arrays, which are their elements'.
    fn user_type(&self, of: &TypeObject, parts: &mut Vec<Oid>) -> Option<UserType> {
        let (oid, name) = (Oid(of.oid), &*of.name);
        let kind = self.objects.type_of(of).map(|own| &own.kind);
        Some(match (of.what, kind) {
            (TypeWhat::Array(element), _) => {
                parts.push(Oid(element));
                return None;
            }
            (TypeWhat::Row(class), _) => {
                let columns = self.objects.columns(self.objects.class(class)?).iter();
                let columns = columns.map(|one| {
                    let (name, oid) = (one.column.name.clone(), one.column.type_oid);
                    parts.push(oid);
                    user::Attribute { name, oid, typmod: one.column.typmod }
                });
                UserType::composite(oid, name, columns)
            }
            (TypeWhat::Enum, Some(TypeKind::Enum(labels))) => {
                UserType::enumeration(oid, name, labels.iter().map(String::as_str))
            }
            (TypeWhat::Domain, Some(TypeKind::Domain(domain))) => {
                parts.push(domain.of.type_oid);
                UserType::domain(oid, name, domain.of.type_oid).typmod(domain.of.typmod)
            }
            (TypeWhat::Range, Some(TypeKind::Range(range))) => {
                parts.push(range.of);
                UserType::range(oid, name, range.of)
            }
            (TypeWhat::Multirange, _) => {
                let range = self.objects.type_of(of)?.oid;
                parts.push(range);
                UserType::multirange(oid, name, range)
            }
            _ => return None,
        })
    }

    /// What is known of a domain of the snapshot, and of those that it is over.
    pub(crate) fn domain_facts(&self, oid: Oid) -> Option<DomainFacts> {
        let mut domain = self.objects.domain(oid.0)?;
        let (mut own, mut not_null, mut typmod) = (self.checks_of(oid), false, -1);
        for _ in 0..DEPTH {
            let refuses = domain.constraints.iter().map(|one| &one.kind);
            let mut refuses = refuses.filter(|kind| matches!(kind, ConstraintKind::NotNull(_)));
            not_null |= domain.not_null || refuses.next().is_some();
            if typmod == -1 {
                typmod = domain.of.typmod;
            }
            let under = domain.of.type_oid;
            let Some(next) = self.objects.domain(under.0) else { break };
            // Those of the innermost come first.
            own.splice(0..0, self.checks_of(under));
            domain = next;
        }
        Some(DomainFacts { base: domain.of.type_oid, typmod, not_null, checks: own })
    }

    /// What a domain itself checks, by name.
    fn checks_of(&self, oid: Oid) -> Vec<(Arc<str>, String)> {
        // Those of domains are of no table.
        let own = self.objects.constraints_of(0).filter(|one| one.domain == oid.0);
        let checks = own.filter_map(|one| match one.what() {
            What::Kind(ConstraintKind::Check(check)) => Some((one.name.clone(), check.clone())),
            _ => None,
        });
        let mut checks: Vec<_> = checks.collect();
        checks.sort();
        checks
    }

    /// Whether a type of the snapshot is a domain that demands something, or has a part of one.
    pub(crate) fn is_constrained(&self, oid: Oid) -> bool {
        self.is_constrained_within(oid, DEPTH)
    }

    fn is_constrained_within(&self, oid: Oid, depth: usize) -> bool {
        let Some(of) = self.objects.types.get(oid.0) else { return false };
        let Some(depth) = depth.checked_sub(1) else { return true };
        let part = |oid: Oid| self.is_constrained_within(oid, depth);
        match of.what {
            TypeWhat::Array(element) => part(Oid(element)),
            TypeWhat::Row(class) => {
                let class = self.objects.class(class);
                let mut columns = class.into_iter().flat_map(|class| self.objects.columns(class));
                columns.any(|one| part(one.column.type_oid))
            }
            TypeWhat::Domain => self.domain_facts(oid).is_some_and(|facts| {
                facts.not_null || !facts.checks.is_empty() || part(facts.base)
            }),
            TypeWhat::Range | TypeWhat::Multirange => match self.objects.type_of(of) {
                Some(own) => matches!(&own.kind, TypeKind::Range(range) if part(range.of)),
                None => false,
            },
            TypeWhat::Enum => false,
        }
    }
}
