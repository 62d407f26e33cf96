//! Expressions with their types, and how these are changed.

use std::sync::Arc;

use trunkline_core::types::array_of;
use trunkline_core::{Oid, Result, SqlState};

use super::literal::is_of_session;
use super::{Binder, Fields};
use crate::datum::Datum;
use crate::error::{Place, at, mismatch};
use crate::facts::{CastContext, cast_context, element_of, type_facts};
use crate::plan::Expr;
use crate::world::is_alias;

/// An expression and what is known of its value.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) expr: Expr,
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
    pub(crate) fields: Option<Fields>,
    pub(crate) origin: Option<(u32, i16)>,
    pub(crate) place: Place,
}

impl Typed {
    pub(crate) fn new(expr: Expr, oid: Oid) -> Typed {
        Typed { expr, oid, typmod: -1, fields: None, origin: None, place: 0 }
    }

    pub(crate) fn fields(mut self, fields: Fields) -> Typed {
        self.fields = Some(fields);
        self
    }

    pub(crate) fn placed(mut self, place: Place) -> Typed {
        self.place = place;
        self
    }
}

/// The name of a type for an error.
pub(crate) fn type_name(oid: Oid) -> String {
    match trunkline_core::types::name_of(oid) {
        Some(name) => name.to_owned(),
        None => type_facts(oid).map_or_else(|| oid.0.to_string(), |known| known.name.to_string()),
    }
}

impl Binder {
    /// Makes an expression one of the type `to`, if that goes without being asked.
    pub(super) fn coerce(&mut self, typed: Typed, to: Oid) -> Result<Typed> {
        self.convert(typed, to, -1, CastContext::Implicit)
    }

    /// Makes an expression one of the type `to`.
    pub(super) fn convert(
        &mut self,
        typed: Typed,
        to: Oid,
        typmod: i32,
        context: CastContext,
    ) -> Result<Typed> {
        if typed.oid == to && typmod == -1 {
            return Ok(typed);
        }
        let from = self.under_domain(typed.oid);
        let typed = Typed { oid: from, ..typed };
        if from == to && typmod == -1 {
            return Ok(typed);
        }
        let place = typed.place;
        let is_registered = || self.types.get(to).is_some() || self.types.element_of(to).is_some();
        if (context == CastContext::Explicit || from == Oid::UNKNOWN && is_registered())
            && let Some(declared) = self.convert_declared(&typed, to)?
        {
            return Ok(declared);
        }
        if from == Oid::UNKNOWN {
            return self
                .convert_unknown(typed, to, typmod, context)
                .map(|typed| typed.placed(place));
        }
        // An array of labels is one of texts by what it looks like.
        if matches!(to, Oid::TEXT_ARRAY | Oid::VARCHAR_ARRAY)
            && self.element_type(from).is_some_and(|element| self.is_enum(element))
        {
            let text = self.convert(typed, Oid::TEXT, -1, CastContext::Explicit)?;
            return self.convert(text, to, typmod, CastContext::Explicit);
        }
        // A row of a relation is a record as it stands.
        if to == Oid::RECORD && (typed.fields.is_some() || self.is_composite(from)) {
            return Ok(Typed { oid: to, ..typed });
        }
        let is_explicit = context == CastContext::Explicit;
        let is_possible = cast_context(from, to).is_some_and(|needed| needed <= context);
        // `ARRAY[…]::oid[]`: each element is cast, so that a literal among them is read as one, and
        // `oidvector` can be made, to which no array is cast.
        if let (Expr::List(_), Some(element)) = (&typed.expr, element_of(to))
            && (is_possible || is_explicit)
            && let Expr::List(items) = typed.expr
        {
            let own = element_of(from).unwrap_or(Oid::UNKNOWN);
            let items = items.into_iter().map(|item| {
                Ok(self
                    .convert(Typed::new(item, own).placed(place), element, typmod, context)?
                    .expr)
            });
            let list = Self::array_of_items(items.collect::<Result<_>>()?, element, to);
            let list = match is_possible {
                true => list,
                false => {
                    let from = array_of(element).unwrap_or(from);
                    Expr::Cast { of: Box::new(list), from, to, typmod, is_explicit }
                }
            };
            return Ok(Typed::new(list, to).placed(place));
        }
        if !is_possible {
            let message = format!("cannot cast type {} to {}", type_name(from), type_name(to));
            return Err(at(place, SqlState::CANNOT_COERCE, message));
        }
        let of = Box::new(typed.expr);
        let mut cast =
            Typed::new(Expr::Cast { of, from, to, typmod, is_explicit }, to).placed(place);
        cast.typmod = typmod;
        Ok(cast)
    }

    /// A literal is read as the type; a parameter without a type gets it.
    fn convert_unknown(
        &mut self,
        typed: Typed,
        to: Oid,
        typmod: i32,
        context: CastContext,
    ) -> Result<Typed> {
        let Typed { expr, place, .. } = typed;
        let is_explicit = context == CastContext::Explicit;
        let expr = match expr {
            Expr::Const(Datum::Null) => Expr::Const(Datum::Null),
            Expr::Const(Datum::Text(text)) if !needs_catalog(to) && typmod == -1 => {
                Expr::Const(self.constant(to, &text, place)?)
            }
            Expr::Const(Datum::Text(text)) if is_of_session(to) => {
                self.constant_under((to, typmod), &text, place)?
            }
            Expr::Param(index) => {
                let known = self.parameters.get(index).copied().unwrap_or(Oid(0));
                if matches!(known, Oid(0) | Oid::UNKNOWN) {
                    if let Some(slot) = self.parameters.get_mut(index) {
                        *slot = to;
                    }
                } else if known != to {
                    let known = Typed::new(Expr::Param(index), known).placed(place);
                    return self.convert(known, to, typmod, context);
                }
                let of = Box::new(Expr::Param(index));
                match typmod {
                    -1 => *of,
                    _ => Expr::Cast { of, from: to, to, typmod, is_explicit },
                }
            }
            expr => Expr::Cast { of: Box::new(expr), from: Oid::UNKNOWN, to, typmod, is_explicit },
        };
        let mut typed = Typed::new(expr, to);
        typed.typmod = typmod;
        Ok(typed)
    }

    /// A condition.
    pub(super) fn condition(&mut self, typed: Typed, clause: &str) -> Result<Expr> {
        if typed.oid != Oid::BOOL && typed.oid != Oid::UNKNOWN {
            let message = format!(
                "argument of {clause} must be type boolean, not type {}",
                type_name(typed.oid)
            );
            return Err(mismatch(typed.place, message));
        }
        Ok(self.coerce(typed, Oid::BOOL)?.expr)
    }

    /// Gives all expressions one type.
    pub(super) fn unify(&mut self, all: Vec<Typed>, clause: &str) -> Result<(Vec<Expr>, Oid)> {
        let types: Vec<Oid> = all.iter().map(|typed| typed.oid).collect();
        let types = self.common_candidates(types);
        let Some(common) = super::resolve::common_type(&types) else {
            let mut known = types.iter().filter(|oid| **oid != Oid::UNKNOWN);
            let first = known.next().copied().unwrap_or(Oid::TEXT);
            let other = known.find(|oid| **oid != first).copied().unwrap_or(first);
            let place = all.iter().find(|typed| typed.oid == other).map_or(0, |typed| typed.place);
            let message = format!(
                "{clause} types {} and {} cannot be matched",
                self.type_names(&[first]),
                self.type_names(&[other])
            );
            return Err(mismatch(place, message));
        };
        let all = all.into_iter().map(|typed| Ok(self.coerce(typed, common)?.expr));
        Ok((all.collect::<Result<_>>()?, common))
    }

    /// Types of which a common one is looked for: domains count as what they are over, unless all are the same.
    pub(super) fn common_candidates(&self, types: Vec<Oid>) -> Vec<Oid> {
        if types.windows(2).all(|pair| pair.first() == pair.last()) {
            return types;
        }
        types.into_iter().map(|oid| self.under_domain(oid)).collect()
    }

    /// A name for what stands somewhere.
    pub(super) fn shared(name: &str) -> Arc<str> {
        name.into()
    }
}

/// Whether a type's text can only be read by who knows the catalogs: `regclass` and its kin, and `aclitem`.
pub(crate) fn needs_catalog(oid: Oid) -> bool {
    let element = element_of(oid).unwrap_or(oid);
    is_alias(element) || element == Oid::ACLITEM || oid == Oid::RECORD
}
