//! Which types can be registered.

use std::collections::HashMap;

use super::{Kind, Place, Registry, Types, UserType};
use crate::types::catalog;
use crate::types::check::MAX_DEPTH;
use crate::types::error::ValueError;
use crate::types::range::has_order;
use crate::{Oid, SqlState};

/// The longest name of a thing, in bytes.
const NAME_LENGTH: usize = 63;

impl Registry {
    pub(super) fn new(types: Vec<UserType>) -> Result<Registry, ValueError> {
        let mut places = Vec::with_capacity(types.len());
        for (index, user) in types.iter().enumerate() {
            places.push((user.oid, Place { index, is_array: false }));
            places.extend(user.array.map(|oid| (oid, Place { index, is_array: true })));
        }
        places.sort_unstable_by_key(|(oid, _)| *oid);
        for pair in places.windows(2) {
            if let [(one, _), (other, _)] = pair
                && one == other
            {
                return Err(exists(*one));
            }
        }
        for (oid, _) in &places {
            if oid.0 < super::FIRST_OID || catalog::name_of(*oid).is_some() {
                return Err(exists(*oid));
            }
        }
        Ok(Registry { types: types.into(), places: places.into() })
    }
}

impl Types {
    /// Whether every type is made of types that exist.
    pub(super) fn check(&self) -> Result<(), ValueError> {
        let mut heights = HashMap::new();
        for user in self.iter() {
            self.height(user.oid, MAX_DEPTH, &mut heights)?;
        }
        self.iter().try_for_each(|user| self.check_parts(user))
    }

    fn check_parts(&self, user: &UserType) -> Result<(), ValueError> {
        let name = user.name();
        match &user.kind {
            Kind::Enum(labels) => {
                if let Some(label) = labels.iter().find(|label| label.len() > NAME_LENGTH) {
                    let message = format!("invalid enum label \"{label}\"");
                    return Err(ValueError::new(SqlState::INVALID_NAME, message)
                        .with_detail("Labels must be 63 bytes or less."));
                }
                if let Some(label) = labels.repeated() {
                    let message = format!("enum label \"{label}\" used more than once");
                    return Err(ValueError::new(SqlState::DUPLICATE_OBJECT, message));
                }
            }
            // `citext` folds case, and other strings may have an order of their own.
            Kind::Range { subtype }
                if self.extension(self.base_of(*subtype)).is_some()
                    || !has_order(self.resolved(*subtype), self) =>
            {
                let subtype = self.display_name(*subtype);
                let message = format!(
                    "range type \"{name}\" is over type {subtype}, whose order is not known here"
                );
                return Err(ValueError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
            }
            Kind::Multirange { range } => {
                let range = self.get(*range).map(UserType::kind);
                if !matches!(range, Some(Kind::Range { .. })) {
                    let message = format!("multirange type \"{name}\" has no range type");
                    return Err(ValueError::new(SqlState::WRONG_OBJECT_TYPE, message));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many types lie within this one, at most `left`.
    fn height(
        &self,
        oid: Oid,
        left: u32,
        heights: &mut HashMap<Oid, u32>,
    ) -> Result<u32, ValueError> {
        if let Some(height) = heights.get(&oid)
            && *height <= left
        {
            return Ok(*height);
        }
        let Some(found) = self.find(oid) else {
            return match catalog::name_of(oid) {
                Some(_) => Ok(1),
                None => Err(ValueError::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("type with OID {oid} does not exist"),
                )),
            };
        };
        let Some(left) = left.checked_sub(1) else {
            let message = format!(
                "type \"{}\" is a part of itself, or types are nested deeper than {MAX_DEPTH}",
                found.user.name()
            );
            return Err(ValueError::new(SqlState::INVALID_OBJECT_DEFINITION, message));
        };
        let mut highest = 0;
        let mut look = |part: Oid| {
            highest = self.height(part, left, heights)?.max(highest);
            Ok(())
        };
        match &found.user.kind {
            _ if found.is_array => look(found.user.oid)?,
            Kind::Composite(attributes) => {
                attributes.iter().try_for_each(|attribute| look(attribute.oid))?;
            }
            Kind::Domain { base: part, .. }
            | Kind::Range { subtype: part }
            | Kind::Multirange { range: part } => look(*part)?,
            Kind::Enum(_) | Kind::Base(_) => {}
        }
        let height = highest.saturating_add(1);
        heights.insert(oid, height);
        Ok(height)
    }
}

#[cold]
fn exists(oid: Oid) -> ValueError {
    let message = format!("there is another type with OID {oid}, or it is one of PostgreSQL's own");
    ValueError::new(SqlState::DUPLICATE_OBJECT, message)
}
