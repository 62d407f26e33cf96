//! Functions of enums: `enum_range(NULL::mood)`.

use std::sync::Arc;

use trunkline_core::types::UserType;
use trunkline_core::types::user::Kind;
use trunkline_core::{Oid, Result};

use super::resolve::{ANYARRAY, ANYELEMENT, Chosen, Found, function};
use super::{Binder, Typed};
use crate::datum::{Datum, Label};
use crate::facts::{CastContext, Proc, Volatility};
use crate::functions;
use crate::plan::{Calling, Effort, Expr};

impl Binder {
    /// `enum_first`, `enum_last` or `enum_range` of an enum of the snapshot; `None` of anything else.
    pub(super) fn enum_call(
        &mut self,
        schema: Option<&str>,
        name: &str,
        arguments: &[Typed],
        place: usize,
    ) -> Result<Option<Typed>> {
        let is_known = matches!(
            (name, arguments.len()),
            ("enum_first" | "enum_last", 1) | ("enum_range", 1 | 2)
        );
        if !is_known || schema.is_some_and(|schema| schema != "pg_catalog") {
            return Ok(None);
        }
        let Some(of) = arguments.iter().map(|one| one.oid).find(|oid| self.is_enum(*oid)) else {
            return Ok(None);
        };
        let result = if name == "enum_range" { self.array_type(of) } else { Some(of) };
        let (Some(function), Some(result)) = (functions::of_enum(name), result) else {
            return Ok(None);
        };
        if arguments.iter().any(|one| one.oid != of && one.oid != Oid::UNKNOWN) {
            return Ok(None);
        }
        // All labels come first, for a function knows nothing of types.
        let mut given = vec![Expr::Const(self.labels(of))];
        for argument in arguments {
            given.push(self.convert(argument.clone(), of, -1, CastContext::Explicit)?.expr);
        }
        let call = Calling {
            function,
            types: vec![of; given.len()],
            arguments: given,
            result,
            strict: false,
            volatility: Volatility::Stable,
            effort: Effort::Long,
            is_equality: false,
        };
        Ok(Some(Typed::new(Expr::Call(Box::new(call)), result).placed(place)))
    }

    /// Functions of arrays of any type, for those of enums: which they are, as if they were of texts.
    pub(super) fn choose_of_enums(
        &self,
        in_schema: Option<u32>,
        name: &str,
        types: &[Oid],
    ) -> Option<Chosen<Proc>> {
        let is_of_enums =
            |oid: &Oid| self.element_type(*oid).is_some_and(|element| self.is_enum(element));
        let given = types.iter().copied().find(is_of_enums)?;
        let texts: Vec<Oid> =
            types.iter().map(|oid| if *oid == given { Oid::TEXT_ARRAY } else { *oid }).collect();
        let Found::One(mut chosen) = function(in_schema, name, &texts) else { return None };
        let pairs = chosen.what.arguments.iter().zip(types).zip(&mut chosen.arguments);
        for ((declared, own), argument) in pairs {
            match *declared {
                ANYARRAY if *own == given => *argument = given,
                _ if *own == given => return None,
                _ => {}
            }
        }
        match chosen.what.result {
            ANYARRAY => chosen.result = given,
            ANYELEMENT => chosen.result = self.element_type(given)?,
            _ => {}
        }
        Some(chosen)
    }

    /// An array of all labels of an enum, in their order.
    fn labels(&mut self, of: Oid) -> Datum {
        if let Some(known) = self.labels.get(&of) {
            return known.clone();
        }
        let Some(Kind::Enum(labels)) = self.types.get(of).map(UserType::kind) else {
            return Datum::Null;
        };
        let label = |(place, text): (usize, &str)| {
            Datum::Label(Arc::new(Label { place, text: text.into() }))
        };
        let all = Datum::list(labels.iter().enumerate().map(label).collect());
        self.labels.insert(of, all.clone());
        all
    }
}
