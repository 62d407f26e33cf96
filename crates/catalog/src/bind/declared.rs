//! Casts to types of the snapshot: enums, domains, composite types and ranges.

use std::sync::Arc;

use sqlparser::ast;
use trunkline_core::types::UserType;
use trunkline_core::types::user::Kind;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::scope::{LeafScope, Scope};
use super::{Binder, OutputColumn, Typed};
use crate::datum::Datum;
use crate::error::{Place, at, unsupported};
use crate::facts::{CastContext, Volatility, array_of, type_facts};
use crate::functions;
use crate::parse;
use crate::plan::{Calling, Demands, Effort, Expr};
use crate::world::{DomainFacts, World};

/// What a domain calls its value, folded.
const VALUE: &str = "value";

impl Binder {
    /// The type of the snapshot that a name stands for, which is known from now on to who reads values.
    pub(super) fn declared_type(&mut self, text: &str) -> Result<Option<Oid>> {
        let Some(world) = self.world.clone() else { return Ok(None) };
        let Some(found) = world.find_type(text)?.map(Oid) else { return Ok(None) };
        self.types = world.registered(&self.types, found)?;
        Ok(Some(found))
    }

    /// Makes a type of the snapshot known, as that of a column is not from the start.
    pub(super) fn register(&mut self, oid: Oid) -> Result<()> {
        if let Some(world) = self.world.as_ref().filter(|_| type_facts(oid).is_none()) {
            self.types = world.registered(&self.types, oid)?;
        }
        Ok(())
    }

    /// Makes an expression one of a type of the snapshot, as a cast asks; `None` of any other type.
    pub(super) fn convert_declared(&mut self, typed: &Typed, to: Oid) -> Result<Option<Typed>> {
        let Some(world) = self.world.clone().filter(|_| type_facts(to).is_none()) else {
            return Ok(None);
        };
        if let Some(domain) = world.domain_facts(to) {
            return self.demanded(typed.clone(), to, &world, domain).map(Some);
        }
        let (from, place) = (typed.oid, typed.place);
        let is_null = matches!(typed.expr, Expr::Const(Datum::Null));
        let name = world.type_text(to.0, -1).unwrap_or_default();
        let each = self.types.element_of(to).filter(|_| !is_null);
        let each = each.and_then(|element| Some((element, world.domain_facts(element)?)));
        if world.is_constrained(to) && !is_null && each.is_none() {
            let message = format!("a value of type {name}, in which a domain has constraints");
            return Err(unsupported(place, &message));
        }
        let cast = |of: Expr| {
            let of = Box::new(of);
            Expr::Cast { of, from, to, typmod: -1, is_explicit: true }
        };
        if let (Expr::List(items), Some(element)) = (&typed.expr, self.types.element_of(to)) {
            let own = self.element_type(from).unwrap_or(Oid::UNKNOWN);
            let mut list = Vec::new();
            for item in items.clone() {
                // A list within it is one more dimension.
                let is_list = matches!(item, Expr::List(_));
                let (own, of) = if is_list { (from, to) } else { (own, element) };
                let item = Typed::new(item, own).placed(place);
                list.push(self.convert(item, of, -1, CastContext::Explicit)?.expr);
            }
            return Ok(Some(Typed::new(Expr::List(list), to).placed(place)));
        }
        if !is_null && !self.is_compared(to) {
            self.carried = Some(name.clone());
        }
        if let Some(row) = self.as_composite(typed, to, &name)? {
            return Ok(Some(row));
        }
        let is_string = type_facts(from).is_some_and(|known| known.category == b'S');
        let expr = match typed.expr.clone() {
            expr if is_null => expr,
            Expr::Const(Datum::Text(text)) if from == Oid::UNKNOWN => {
                Expr::Const(self.constant(to, &text, place)?)
            }
            Expr::Param(index) if from == Oid::UNKNOWN => {
                if let Some(slot) = self.parameters.get_mut(index) {
                    *slot = to;
                }
                Expr::Param(index)
            }
            expr if is_string || from == Oid::UNKNOWN => cast(expr),
            // The elements of any array can be made what the domain is over.
            expr if each.is_some() && self.element_type(from).is_some() => {
                let base =
                    each.as_ref().map_or(Oid::TEXT, |(_, domain)| world.base_of(domain.base));
                let typmod = each.as_ref().map_or(-1, |(_, domain)| domain.typmod);
                let list = array_of(base).ok_or_else(|| unsupported(place, &name))?;
                let typed = Typed::new(expr, from).placed(place);
                self.convert(typed, list, typmod, CastContext::Explicit)?.expr
            }
            _ => {
                let from = super::type_name(from);
                let message = format!("cannot cast type {from} to {name}");
                return Err(at(place, SqlState::CANNOT_COERCE, message));
            }
        };
        let mut done = Typed::new(expr, to).placed(place);
        if let Some((element, domain)) = each {
            let base = self.types.base_of(element);
            let is_literal = matches!(done.expr, Expr::Const(_));
            // An array that is written there is read before anything runs.
            let place = if is_literal { place } else { 0 };
            let of = (base, domain.typmod);
            done.expr = match self.demands(done.expr, element, &world, &domain, of)? {
                Ok(demands) => Expr::Domain(Box::new(Demands { is_each: true, place, ..demands })),
                Err(given) => given,
            };
        }
        Ok(Some(done))
    }

    /// An operator with a value of a declared type; `None` where there is no such value, only columns of no rows.
    pub(super) fn operate_declared(
        &mut self,
        operator: &str,
        operands: &mut [Typed],
    ) -> Result<Option<Typed>> {
        let has_taken = self.take_types(operands);
        let place = operands.first().map_or(0, |operand| operand.place);
        if let Some(list) =
            operands.iter().map(|one| one.oid).find(|oid| self.is_declared_list(*oid))
        {
            if operator == "||" {
                let is_list = |one: &Typed| one.oid == list || one.oid == Oid::UNKNOWN;
                let name = match &*operands {
                    [left, right] if is_list(left) && is_list(right) => "array_cat",
                    [left, _] if is_list(left) => "array_append",
                    _ => "array_prepend",
                };
                return self.call_named(None, name, operands.to_vec(), place).map(Some);
            }
            return self.operate_list(operator, list, operands).map(|()| None);
        }
        let Some(of) = operands.iter().map(|one| one.oid).find(|oid| self.is_compared(*oid)) else {
            let is_carried = |one: &Typed| one.oid != Oid::UNKNOWN && type_facts(one.oid).is_none();
            return match &self.carried {
                Some(name) if operands.iter().any(is_carried) => Err(uncompared(place, name)),
                // A column of no rows is never more than NULL.
                None if has_taken
                    && functions::comparison(operator).is_some()
                    && operands.iter().any(|one| matches!(one.expr, Expr::Column { .. })) =>
                {
                    Ok(Some(Typed::new(Expr::Const(Datum::Null), Oid::BOOL).placed(place)))
                }
                _ => Ok(None),
            };
        };
        let world = self.world.clone();
        let Some(function) = functions::comparison(operator) else {
            if operator != "||" {
                return Err(self.no_such_operator(operator, operands));
            }
            for operand in operands.iter_mut().filter(|one| one.oid == of) {
                *operand = self.convert(operand.clone(), Oid::TEXT, -1, CastContext::Explicit)?;
            }
            return Ok(None);
        };
        if world.is_none() || operands.iter().any(|one| ![of, Oid::UNKNOWN].contains(&one.oid)) {
            return Err(self.no_such_operator(operator, operands));
        }
        let mut arguments = Vec::new();
        for operand in operands {
            arguments.push(self.convert(operand.clone(), of, -1, CastContext::Explicit)?.expr);
        }
        let call = Calling {
            function,
            types: vec![of; arguments.len()],
            arguments,
            result: Oid::BOOL,
            strict: true,
            volatility: Volatility::Immutable,
            effort: Effort::Short,
            is_equality: operator == "=",
        };
        Ok(Some(Typed::new(Expr::Call(Box::new(call)), Oid::BOOL).placed(place)))
    }

    /// The type that a domain of the snapshot is over; any other type is its own.
    pub(super) fn under_domain(&self, oid: Oid) -> Oid {
        match &self.world {
            Some(world) if oid != Oid::UNKNOWN && type_facts(oid).is_none() => world.base_of(oid),
            _ => oid,
        }
    }

    /// Whether a type is an enum of the snapshot.
    pub(super) fn is_enum(&self, oid: Oid) -> bool {
        matches!(self.types.get(oid).map(UserType::kind), Some(Kind::Enum(_)))
    }

    /// A parameter of which nothing is known is of the type of the other operand, or of what that is a domain over.
    fn take_types(&mut self, operands: &[Typed]) -> bool {
        let mut has_taken = false;
        let Some(world) = &self.world else { return has_taken };
        let is_declared = |one: &&Typed| one.oid != Oid::UNKNOWN && type_facts(one.oid).is_none();
        let Some(other) = operands.iter().find(is_declared) else { return has_taken };
        for operand in operands.iter().filter(|one| one.oid == Oid::UNKNOWN) {
            if let Expr::Param(index) = operand.expr
                && let Some(slot) = self.parameters.get_mut(index)
                && matches!(*slot, Oid(0) | Oid::UNKNOWN)
            {
                *slot = world.base_of(other.oid);
                has_taken = true;
            }
        }
        has_taken
    }

    /// Whether a type is that of arrays of a declared type.
    fn is_declared_list(&self, oid: Oid) -> bool {
        type_facts(oid).is_none() && self.types.element_of(oid).is_some()
    }

    /// Makes arrays of what is compared with an array of a declared type.
    fn operate_list(&mut self, operator: &str, list: Oid, operands: &mut [Typed]) -> Result<()> {
        if functions::comparison(operator).is_none() {
            let place = operands.first().map_or(0, |operand| operand.place);
            let what = format!("operator {operator} of arrays of a declared type");
            return Err(unsupported(place, &what));
        }
        if !self.is_compared(list) {
            return Err(uncompared(0, &self.type_names(&[list])));
        }
        for operand in operands.iter_mut().filter(|one| one.oid == Oid::UNKNOWN) {
            *operand = self.convert(operand.clone(), list, -1, CastContext::Explicit)?;
        }
        match operands.iter().all(|one| one.oid == list) {
            true => Ok(()),
            false => Err(self.no_such_operator(operator, operands)),
        }
    }

    /// 42883 of operands whose types only the snapshot names.
    fn no_such_operator(&self, operator: &str, operands: &[Typed]) -> PgError {
        let name = |one: &Typed| match &self.world {
            Some(world) if one.oid != Oid::UNKNOWN => world.type_text(one.oid.0, -1),
            _ => None,
        };
        let names =
            operands.iter().map(|one| name(one).unwrap_or_else(|| super::type_name(one.oid)));
        let names: Vec<String> = names.collect();
        let signature = match names.as_slice() {
            [left, right] => format!("{left} {operator} {right}"),
            names => format!("{operator} {}", names.join(" ")),
        };
        let message = format!("operator does not exist: {signature}");
        let place = operands.first().map_or(0, |operand| operand.place);
        at(place, SqlState::UNDEFINED_FUNCTION, message)
    }

    /// Refuses a query, or an expression, that compares values of a type whose order nobody knows here.
    pub(super) fn check_compared(&self, compares: bool) -> Result<()> {
        match &self.carried {
            Some(name) if compares => Err(uncompared(0, name)),
            _ => Ok(()),
        }
    }

    /// A value of a domain: one of its base type that is what the domain demands.
    fn demanded(
        &mut self,
        typed: Typed,
        to: Oid,
        world: &World,
        domain: DomainFacts,
    ) -> Result<Typed> {
        let place = typed.place;
        let mut value = match typed.expr {
            // What is read as one of the domain is one of its base type, cut to its length.
            Expr::Param(index) if typed.oid == Oid::UNKNOWN => {
                if let Some(slot) = self.parameters.get_mut(index) {
                    *slot = to;
                }
                Typed::new(Expr::Param(index), self.types.base_of(to))
            }
            _ => self.convert(typed, domain.base, domain.typmod, CastContext::Explicit)?,
        };
        value.place = place;
        let of = (value.oid, value.typmod);
        value.expr = match self.demands(value.expr, to, world, &domain, of)? {
            Ok(demands) => Expr::Domain(Box::new(demands)),
            Err(given) => given,
        };
        Ok(value)
    }

    /// What a domain demands of an expression, or of the elements of one, whose type and modifier are given; the
    /// expression as it is if that is nothing.
    fn demands(
        &mut self,
        of: Expr,
        to: Oid,
        world: &World,
        domain: &DomainFacts,
        (oid, typmod): (Oid, i32),
    ) -> Result<Result<Demands, Expr>> {
        if !domain.not_null && domain.checks.is_empty() {
            return Ok(Err(of));
        }
        let mut checks = Vec::new();
        for (name, check) in &domain.checks {
            let bound = self.check(check, oid, typmod);
            checks.push((name.clone(), bound.map_err(PgError::unplaced)?));
        }
        let (schema, name) = world.type_name(to.0).unwrap_or_default();
        Ok(Ok(Demands {
            of,
            shown: world.type_text(to.0, -1).unwrap_or_default(),
            schema: world.schema_name(schema).unwrap_or_default(),
            name,
            not_null: domain.not_null,
            checks,
            is_each: false,
            place: 0,
        }))
    }

    /// What a domain checks, of the only column of the only row that it sees.
    fn check(&mut self, check: &str, oid: Oid, typmod: i32) -> Result<Expr> {
        let query = parse::query(&format!("SELECT {check}"))?;
        let ast::SetExpr::Select(select) = &*query.body else { return Err(unclear(check)) };
        let [ast::SelectItem::UnnamedExpr(expr)] = select.projection.as_slice() else {
            return Err(unclear(check));
        };
        let column = OutputColumn { name: VALUE.into(), oid, typmod, fields: None, origin: None };
        let leaf = LeafScope {
            alias: Arc::from(VALUE),
            schema: None,
            columns: vec![column],
            hidden: Vec::new(),
            relation: 0,
            is_value: false,
        };
        let scope = Scope { leaves: vec![leaf], ..Scope::default() };
        let around = std::mem::replace(&mut self.scopes, vec![scope]);
        // It was read when the domain was declared, not in the style of this session.
        let style = std::mem::take(&mut self.style);
        let bound = self.expr(expr).and_then(|typed| self.condition(typed, "CHECK"));
        (self.scopes, self.style) = (around, style);
        bound
    }
}

/// 0A000 for values that can be read and told, but not compared.
fn uncompared(place: Place, name: &str) -> PgError {
    unsupported(place, &format!("comparing values of type {name}"))
}

/// 0A000 for a check that is no expression.
fn unclear(check: &str) -> PgError {
    unsupported(0, &format!("CHECK ({check})"))
}
