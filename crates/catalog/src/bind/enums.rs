//! Functions of enums: `enum_range(NULL::mood)`.

use std::sync::Arc;

use trunkline_core::types::UserType;
use trunkline_core::types::user::Kind;
use trunkline_core::{Oid, Result};

use super::resolve::{Chosen, Found, function};
use super::{Binder, Typed};
use crate::datum::{Datum, Label};
use crate::facts::{CastContext, PG_CATALOG, PROCS, Proc, Volatility, type_facts};
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

    /// `max` and `min` of an enum, and functions of arrays of any type for those of declared types: which they are, as
    /// if they were of texts.
    pub(super) fn choose_of_declared(
        &self,
        in_schema: Option<u32>,
        name: &str,
        types: &[Oid],
    ) -> Option<Chosen<Proc>> {
        if let [of] = types
            && self.is_enum(*of)
        {
            let schema = in_schema.unwrap_or(PG_CATALOG);
            let mut procs = PROCS.get(name)?.iter().filter(|proc| proc.schema == schema);
            let what = procs
                .find(|proc| *proc.arguments == [Oid::ANYENUM] && proc.result == Oid::ANYENUM)?;
            return Some(Chosen { what, arguments: vec![*of], result: *of });
        }
        let as_record = |oid: &Oid| if self.is_composite(*oid) { Oid::RECORD } else { *oid };
        if types.iter().any(|oid| self.is_composite(*oid))
            && let records = types.iter().map(as_record).collect::<Vec<_>>()
            && let Found::One(chosen) = function(in_schema, name, &records)
            && chosen.what.arguments.contains(&Oid::RECORD)
        {
            return Some(chosen);
        }
        let is_declared = |oid: &&Oid| type_facts(**oid).is_none();
        let given = types.iter().filter(is_declared).find(|oid| self.element_type(**oid).is_some());
        let given = *given?;
        let element = self.element_type(given)?;
        let as_text = |oid: &Oid| match *oid {
            oid if oid == given => Oid::TEXT_ARRAY,
            oid if oid == element => Oid::TEXT,
            oid => oid,
        };
        let texts: Vec<Oid> = types.iter().map(as_text).collect();
        let Found::One(mut chosen) = function(in_schema, name, &texts) else { return None };
        let pairs = chosen.what.arguments.iter().zip(types).zip(&mut chosen.arguments);
        for ((declared, own), argument) in pairs {
            match *declared {
                Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY => *argument = given,
                Oid::ANYELEMENT | Oid::ANYCOMPATIBLE if *own == given => *argument = given,
                Oid::ANYELEMENT | Oid::ANYCOMPATIBLE => *argument = element,
                _ if *own == given || *own == element => return None,
                _ => {}
            }
        }
        match chosen.what.result {
            Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY => chosen.result = given,
            Oid::ANYELEMENT | Oid::ANYCOMPATIBLE => chosen.result = element,
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
