//! Composite types of the snapshot: rows as their values, and the fields of these.

use trunkline_core::types::UserType;
use trunkline_core::types::user::{Attribute, Kind};
use trunkline_core::{Oid, Result, SqlState};

use super::{Binder, Fields, Typed};
use crate::error::at;
use crate::facts::{CastContext, element_of, type_facts};
use crate::io;
use crate::plan::Expr;

impl Binder {
    /// What a value has, if it is a row.
    pub(super) fn fields_of(&mut self, typed: &Typed) -> Result<Option<Fields>> {
        if typed.fields.is_some() {
            return Ok(typed.fields.clone());
        }
        self.register(typed.oid)?;
        Ok(self.attributes(typed.oid).map(io::fields_of))
    }

    /// A value with what is known of its fields.
    pub(super) fn as_row(&mut self, typed: Typed) -> Result<Typed> {
        let fields = self.fields_of(&typed)?;
        Ok(Typed { fields, ..typed })
    }

    /// Whether the order of a declared type's values is known here: of enums, and of rows and arrays of such and of
    /// plain values.
    pub(super) fn is_compared(&self, oid: Oid) -> bool {
        type_facts(oid).is_none() && self.has_order(oid)
    }

    fn has_order(&self, oid: Oid) -> bool {
        if let Some(known) = type_facts(element_of(oid).unwrap_or(oid)) {
            let is_plain = matches!(known.category, b'B' | b'D' | b'N' | b'S' | b'T');
            return is_plain && oid != Oid::TIMETZ;
        }
        match self.types.get(oid).map(UserType::kind) {
            Some(Kind::Enum(_)) => true,
            Some(Kind::Composite(all)) => all.iter().all(|own| self.has_order(own.oid)),
            Some(Kind::Domain { base, .. }) => self.has_order(*base),
            Some(_) => false,
            None => self.types.element_of(oid).is_some_and(|element| self.has_order(element)),
        }
    }

    /// Whether a type is a composite one of the snapshot.
    pub(super) fn is_composite(&self, oid: Oid) -> bool {
        type_facts(oid).is_none() && self.attributes(oid).is_some()
    }

    /// What a composite type has.
    fn attributes(&self, oid: Oid) -> Option<&[Attribute]> {
        match self.types.get(self.types.base_of(oid))?.kind() {
            Kind::Composite(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// A row as one of a composite type: each of its fields as that type has it.
    pub(super) fn as_composite(
        &mut self,
        typed: &Typed,
        to: Oid,
        name: &str,
    ) -> Result<Option<Typed>> {
        let items = match &typed.expr {
            Expr::Row(items, _) => items.clone(),
            row @ Expr::WholeRow { fields, .. } => {
                (0..fields.len()).map(|place| Expr::Field(Box::new(row.clone()), place)).collect()
            }
            _ => return Ok(None),
        };
        let Some(attributes) = self.attributes(to).map(<[Attribute]>::to_vec) else {
            return Ok(None);
        };
        if items.len() != attributes.len() {
            let message = format!("cannot cast type record to {name}");
            let many = if items.len() < attributes.len() { "few" } else { "many" };
            let error = at(typed.place, SqlState::CANNOT_COERCE, message);
            return Err(error.detail(format!("Input has too {many} columns.")));
        }
        let own = typed.fields.clone().unwrap_or_default();
        let mut values = Vec::with_capacity(items.len());
        for ((item, attribute), (_, oid)) in items.into_iter().zip(&attributes).zip(own.iter()) {
            let item = Typed::new(item, *oid).placed(typed.place);
            let (oid, typmod) = (attribute.oid, attribute.typmod);
            values.push(self.convert(item, oid, typmod, CastContext::Explicit)?.expr);
        }
        let row = Expr::Row(values, io::fields_of(&attributes));
        Ok(Some(Typed::new(row, to).placed(typed.place)))
    }
}
