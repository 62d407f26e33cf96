//! Calls of functions, aggregates, and what the grammar writes in another way.

use std::sync::Arc;

use sqlparser::ast::{
    self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, WindowFrameBound, WindowFrameUnits, WindowType,
};
use trunkline_core::catalog::{Routine, RoutineKind};
use trunkline_core::{Oid, Result, SqlState};

use super::coerce::is_polymorphic;
use super::expression::keyword_named;
use super::tree::{
    Aggregate, Bound, Call, CallForm, Frame, Kind, Node, Over, Sort, Sublink, SublinkKind, Window,
};
use super::{Analyzer, unknown};
use crate::bind::folded;
use crate::bind::resolve::{self, Found};
use crate::error::at;
use crate::facts::{CastContext, PG_CATALOG};
use crate::grammar;

/// A function that was found: what its arguments become, and what it gives.
struct Resolved {
    /// The number of one that is not PostgreSQL's own.
    routine: Option<u32>,
    arguments: Vec<Oid>,
    result: Oid,
    /// `a` for an aggregate, `w` for a function of a window, `f` for any other.
    kind: u8,
}

impl Analyzer<'_> {
    /// A call as it is written.
    pub(super) fn function(&mut self, call: &ast::Function) -> Result<Node> {
        let parts: Vec<&ast::Ident> =
            call.name.0.iter().filter_map(|part| part.as_ident()).collect();
        let (schema, name) = match parts.as_slice() {
            [name] => (None, *name),
            [schema, name] => (Some(folded(schema)), *name),
            _ => return unknown("this name of a function"),
        };
        let is_quoted = name.quote_style.is_some();
        let name = folded(name);
        let list = match &call.args {
            FunctionArguments::List(list) => Some(list),
            FunctionArguments::Subquery(query) => return self.call_of_query(&name, query),
            FunctionArguments::None => None,
        };
        let list_args = list.map(|list| list.args.as_slice()).unwrap_or_default();
        if schema.is_none() && !is_quoted {
            if let Some(node) = self.keyword_call(&name, list_args) {
                return Ok(node);
            }
            if let Some(node) = self.grammar_function(&name, list_args)? {
                return Ok(node);
            }
        }
        let star = matches!(list_args, [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let mut arguments = if star { Vec::new() } else { self.arguments(list_args)? };
        let mut within_group = self.sorts(&call.within_group)?;
        arguments.extend(within_group.iter().map(|sort| sort.node.clone()));
        let resolved = self.resolve(schema.as_deref(), &name, &arguments)?;
        let Some(resolved) = resolved else { return self.cast_by_name(&name, arguments) };
        let mut arguments = self.cast_arguments(arguments, &resolved.arguments)?;
        let direct = arguments.len().saturating_sub(within_group.len());
        for (sort, node) in within_group.iter_mut().zip(arguments.drain(direct..)) {
            sort.node = node;
        }
        let plain = Call {
            routine: resolved.routine,
            name: name.as_str().into(),
            arguments,
            form: CallForm::Plain,
        };
        if resolved.kind == b'f' {
            return Ok(Node::new(Kind::Call(Box::new(plain)), resolved.result));
        }
        let mut order = Vec::new();
        for clause in list.map(|list| list.clauses.as_slice()).unwrap_or_default() {
            match clause {
                FunctionArgumentClause::OrderBy(by) => {
                    order = self.sorts(by)?;
                    for sort in &mut order {
                        // An argument that is meant is meant as it was made.
                        let same = |one: &&Node| *without_implicit(one) == sort.node;
                        if let Some(made) = plain.arguments.iter().find(same) {
                            sort.node = made.clone();
                        }
                    }
                }
                _ => return unknown("this clause of an aggregate"),
            }
        }
        let filter = match &call.filter {
            Some(filter) => {
                let filter = self.expression(filter)?;
                Some(self.condition(filter, "FILTER")?)
            }
            None => None,
        };
        let distinct = list.and_then(|list| list.duplicate_treatment);
        let aggregate = Aggregate {
            call: plain,
            distinct: distinct == Some(DuplicateTreatment::Distinct),
            star,
            order,
            within_group,
            filter,
            over: call.over.as_ref().map(|over| self.over(over)).transpose()?,
        };
        Ok(Node::new(Kind::Aggregate(Box::new(aggregate)), resolved.result))
    }

    fn arguments(&mut self, list: &[FunctionArg]) -> Result<Vec<Node>> {
        let mut arguments = Vec::with_capacity(list.len());
        for argument in list {
            arguments.push(match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expression(expr)?,
                FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(name)) => {
                    match name.0.last().and_then(|part| part.as_ident()) {
                        Some(alias) => self.identifier(alias)?,
                        None => return unknown("this row"),
                    }
                }
                _ => return unknown("an argument by name"),
            });
        }
        Ok(arguments)
    }

    /// `ARRAY(SELECT …)`
    fn call_of_query(&mut self, name: &str, query: &ast::Query) -> Result<Node> {
        let mut query = self.subquery(query)?;
        let mut shown = query.targets_mut().iter_mut().filter(|target| !target.hidden);
        let (Some(target), None) = (shown.next(), shown.next()) else {
            return unknown("a subquery of several columns");
        };
        if target.node.is_unknown() {
            target.node = self.coerce(target.node.clone(), Oid::TEXT)?;
        }
        let (oid, typmod) = (target.node.oid, target.node.typmod);
        if name == "array" {
            let is_array = self.names.element_of(oid).is_some();
            let array = if is_array { Some(oid) } else { self.names.array_of(oid) };
            let Some(array) = array else { return unknown("an array of this type") };
            let sublink = Sublink { kind: SublinkKind::Array, query };
            return Ok(Node::new(Kind::Sublink(Box::new(sublink)), array));
        }
        let sublink = Sublink { kind: SublinkKind::Scalar, query };
        let value = Node { kind: Kind::Sublink(Box::new(sublink)), oid, typmod };
        self.call_named(None, name, vec![value])
    }

    /// `CURRENT_TIMESTAMP(3)`
    fn keyword_call(&self, name: &str, arguments: &[FunctionArg]) -> Option<Node> {
        let digits = match arguments {
            [] if !matches!(name, "current_schema") => None,
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Value(value)))] => {
                Some(value.value.to_string().parse().ok()?)
            }
            _ => return None,
        };
        keyword_named(name, digits)
    }

    /// What looks like a function but is none.
    fn grammar_function(&mut self, name: &str, list: &[FunctionArg]) -> Result<Option<Node>> {
        if !matches!(name, "coalesce" | "greatest" | "least" | "nullif" | "row" | "grouping") {
            return Ok(None);
        }
        let arguments = self.arguments(list)?;
        Ok(Some(match name {
            "coalesce" => {
                let (all, oid, typmod) = self.unify(arguments, "COALESCE")?;
                Node { kind: Kind::Coalesce(all), oid, typmod }
            }
            "greatest" | "least" => {
                let (of, oid, typmod) = self.unify(arguments, &name.to_ascii_uppercase())?;
                Node { kind: Kind::Extreme { greatest: name == "greatest", of }, oid, typmod }
            }
            "nullif" => {
                let Ok([one, two]) = <[Node; 2]>::try_from(arguments) else {
                    return unknown("NULLIF");
                };
                match self.operate("=", one, two)?.kind {
                    Kind::Operator { operands, .. } => match <[Node; 2]>::try_from(operands) {
                        Ok([one, two]) => {
                            let (oid, typmod) = (one.oid, one.typmod);
                            Node { kind: Kind::NullIf(Box::new((one, two))), oid, typmod }
                        }
                        Err(_) => return unknown("NULLIF"),
                    },
                    _ => return unknown("NULLIF"),
                }
            }
            "grouping" => Node::new(Kind::Grouping(arguments), Oid::INT4),
            "row" => Node::new(Kind::Tuple(arguments), Oid::RECORD),
            _ => return unknown("this function"),
        }))
    }

    /// A call that the grammar writes in another way.
    pub(super) fn grammar_call(&mut self, name: &str, arguments: Vec<Node>) -> Result<Node> {
        let mut node = self.call_named(None, name, arguments)?;
        if let Kind::Call(call) = &mut node.kind {
            call.form = CallForm::Grammar;
        }
        Ok(node)
    }

    /// A call of a function that gives a value.
    pub(super) fn call_named(
        &mut self,
        schema: Option<&str>,
        name: &str,
        arguments: Vec<Node>,
    ) -> Result<Node> {
        let Some(resolved) = self.resolve(schema, name, &arguments)? else {
            return self.cast_by_name(name, arguments);
        };
        let arguments = self.cast_arguments(arguments, &resolved.arguments)?;
        let call =
            Call { routine: resolved.routine, name: name.into(), arguments, form: CallForm::Plain };
        Ok(Node::new(Kind::Call(Box::new(call)), resolved.result))
    }

    fn cast_arguments(&mut self, arguments: Vec<Node>, types: &[Oid]) -> Result<Vec<Node>> {
        arguments.into_iter().zip(types).map(|(node, to)| self.coerce(node, *to)).collect()
    }

    /// `text(x)`, `oid(x)`: a type's name as a function casts.
    fn cast_by_name(&mut self, name: &str, arguments: Vec<Node>) -> Result<Node> {
        let oid = crate::facts::type_named(PG_CATALOG, name);
        match (oid, <[Node; 1]>::try_from(arguments)) {
            (Some(oid), Ok([argument])) => {
                self.convert(argument, oid, -1, CastContext::Explicit, false)
            }
            (_, arguments) => {
                let arguments = arguments.map_or_else(|all| all, Vec::from);
                let types: Vec<String> =
                    arguments.iter().map(|node| self.type_shown(node.oid)).collect();
                let message = format!("function {name}({}) does not exist", types.join(", "));
                Err(at(0, SqlState::UNDEFINED_FUNCTION, message))
            }
        }
    }

    /// The function that is meant; `None` if a cast may be.
    fn resolve(
        &self,
        schema: Option<&str>,
        name: &str,
        arguments: &[Node],
    ) -> Result<Option<Resolved>> {
        let given: Vec<Oid> = arguments.iter().map(|node| node.oid).collect();
        if matches!(schema, None | Some("pg_catalog" | "information_schema")) {
            let stand_ins: Vec<Oid> = given.iter().map(|oid| self.names.stand_in(*oid)).collect();
            let in_schema = match schema {
                Some("information_schema") => Some(*crate::world::INFORMATION_SCHEMA),
                _ => None,
            };
            if let Found::One(found) = resolve::function(in_schema, name, &stand_ins) {
                return Ok(Some(self.built_in(&found, &given)));
            }
        }
        let routines = self.names.routines(schema, name);
        let fits = |routine: &&(u32, &Routine)| self.takes(routine.1, &given);
        let Some((number, routine)) = routines.iter().find(fits) else { return Ok(None) };
        let outputs = routine.arguments.iter().filter(|one| matches!(one.mode, 'o' | 'b' | 't'));
        let outputs: Vec<Oid> = outputs.map(|one| one.type_oid).collect();
        let result = match outputs.as_slice() {
            [one] => *one,
            _ => routine.result,
        };
        let inputs = routine.arguments.iter().filter(|one| !matches!(one.mode, 'o' | 't'));
        Ok(Some(Resolved {
            routine: Some(*number),
            arguments: inputs.map(|one| one.type_oid).take(given.len()).collect(),
            result,
            kind: if routine.kind == RoutineKind::Aggregate { b'a' } else { b'f' },
        }))
    }

    /// Whether a routine can be called with arguments of these types.
    fn takes(&self, routine: &Routine, given: &[Oid]) -> bool {
        let inputs: Vec<_> =
            routine.arguments.iter().filter(|one| !matches!(one.mode, 'o' | 't')).collect();
        let needed = inputs.iter().filter(|one| one.default.is_none()).count();
        (needed..=inputs.len()).contains(&given.len())
            && inputs.iter().zip(given).all(|(to, from)| self.names.takes(to.type_oid, *from))
    }

    /// One of PostgreSQL's own, with the types that somebody made in place of those that stand for them.
    fn built_in(&self, found: &resolve::Chosen<crate::facts::Proc>, given: &[Oid]) -> Resolved {
        let declared = &found.what.arguments;
        let fixed = declared.len().saturating_sub(usize::from(found.what.variadic.0 != 0));
        let declared_at = |place: usize| match declared.get(place) {
            Some(oid) if place < fixed => *oid,
            _ => found.what.variadic,
        };
        let is_made = |oid: &Oid| crate::facts::type_facts(*oid).is_none();
        let arguments = found.arguments.iter().zip(given).enumerate();
        let arguments: Vec<Oid> = arguments
            .map(|(place, (settled, given))| {
                let declared = declared_at(place);
                // What is taken as it is has no type but its own.
                let is_any = declared == Oid(2276);
                if is_any || (is_polymorphic(declared) && is_made(given)) {
                    *given
                } else {
                    *settled
                }
            })
            .collect();
        let made = given
            .iter()
            .enumerate()
            .find(|(place, given)| is_made(given) && is_polymorphic(declared_at(*place)));
        let result = match made {
            Some((place, oid)) if is_polymorphic(found.what.result) => {
                let takes_array = matches!(declared_at(place).0, 2277 | 5078);
                let gives_array = matches!(found.what.result.0, 2277 | 5078);
                match (takes_array, gives_array) {
                    (true, false) => self.names.element_of(*oid).unwrap_or(*oid),
                    (false, true) => self.names.array_of(*oid).unwrap_or(*oid),
                    _ => *oid,
                }
            }
            _ => found.result,
        };
        let kind = if matches!(found.what.kind, b'a' | b'w') { found.what.kind } else { b'f' };
        Resolved { routine: None, arguments, result, kind }
    }

    /// ORDER BY of what is not a query's result.
    pub(super) fn sorts(&mut self, by: &[ast::OrderByExpr]) -> Result<Vec<Sort>> {
        by.iter()
            .map(|key| {
                let node = self.expression(&key.expr)?;
                let node = if node.is_unknown() { self.coerce(node, Oid::TEXT)? } else { node };
                let descending = key.options.asc == Some(false);
                let nulls_first = key.options.nulls_first.unwrap_or(descending);
                Ok(Sort { node, descending, nulls_first })
            })
            .collect()
    }

    fn over(&mut self, over: &WindowType) -> Result<Over> {
        match over {
            WindowType::NamedWindow(name) => Ok(Over::Named(folded(name).into())),
            WindowType::WindowSpec(spec) => Ok(Over::Window(Box::new(self.window(spec)?))),
        }
    }

    pub(super) fn window(&mut self, spec: &ast::WindowSpec) -> Result<Window> {
        let refers_to = spec.window_name.as_ref().map(|name| Arc::from(folded(name)));
        let partition = spec.partition_by.iter().map(|one| self.expression(one));
        let partition = partition.collect::<Result<_>>()?;
        let order = self.sorts(&spec.order_by)?;
        let frame = match &spec.window_frame {
            Some(frame) => Some(Frame {
                unit: match frame.units {
                    WindowFrameUnits::Rows => "ROWS",
                    WindowFrameUnits::Range => "RANGE",
                    WindowFrameUnits::Groups => "GROUPS",
                },
                start: self.bound(&frame.start_bound)?,
                end: frame.end_bound.as_ref().map(|bound| self.bound(bound)).transpose()?,
            }),
            None => None,
        };
        Ok(Window { refers_to, partition, order, frame })
    }

    fn bound(&mut self, bound: &WindowFrameBound) -> Result<Bound> {
        Ok(match bound {
            WindowFrameBound::CurrentRow => Bound::CurrentRow,
            WindowFrameBound::Preceding(None) => Bound::Unbounded("PRECEDING"),
            WindowFrameBound::Following(None) => Bound::Unbounded("FOLLOWING"),
            WindowFrameBound::Preceding(Some(offset)) => {
                Bound::Offset(self.offset(offset)?, "PRECEDING")
            }
            WindowFrameBound::Following(Some(offset)) => {
                Bound::Offset(self.offset(offset)?, "FOLLOWING")
            }
        })
    }

    fn offset(&mut self, offset: &ast::Expr) -> Result<Node> {
        let offset = self.expression(offset)?;
        match offset.oid {
            Oid::INT4 | Oid::INT2 => self.coerce(offset, Oid::INT8),
            Oid::UNKNOWN => self.coerce(offset, Oid::INT8),
            _ => Ok(offset),
        }
    }

    /// What the grammar writes in its own way.
    pub(super) fn grammar(&mut self, expr: &ast::Expr) -> Result<Node> {
        let Some(call) = grammar::call(expr) else { return unknown("this expression") };
        let arguments = call.arguments.iter().map(|one| self.expression(one));
        let arguments = arguments.collect::<Result<_>>()?;
        if call.is_worded {
            self.grammar_call(call.name, arguments)
        } else {
            self.call_named(None, call.name, arguments)
        }
    }
}

/// An expression without the conversion of it that nobody wrote.
fn without_implicit(node: &Node) -> &Node {
    match &node.kind {
        Kind::Convert(convert) if convert.implicit => without_implicit(&convert.of),
        _ => node,
    }
}
