//! Aggregates and window functions.

use sqlparser::ast::{
    self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, WindowSpec, WindowType,
};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::level::Before;
use super::resolve::Chosen;
use super::scope::folded;
use super::{Binder, Typed};
use crate::error::{at, syntax, unsupported};
use crate::facts::Proc;
use crate::functions;
use crate::plan::{Aggregate, AggregateKind, Expr, OrderExpr, Window};

/// 42803, for what belongs to groups and stands where there are none.
pub(super) fn misplaced(what: &str, clause: &str, place: usize) -> PgError {
    at(place, SqlState::GROUPING_ERROR, format!("{what} are not allowed in {clause}"))
}

/// Refuses clauses that do not go together: an order of what has none, and a window over what has one.
fn check_clauses(
    call: &ast::Function,
    list: &ast::FunctionArgumentList,
    kind: AggregateKind,
    name: &str,
    place: usize,
) -> Result<()> {
    let wrong = |message: String| Err(at(place, SqlState::WRONG_OBJECT_TYPE, message));
    if list.args.is_empty() && call.within_group.is_empty() {
        return wrong(format!("{name}(*) must be used to call a parameterless aggregate function"));
    }
    let refused = |message: String| Err(at(place, SqlState::FEATURE_NOT_SUPPORTED, message));
    let is_distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
    let is_ordered =
        list.clauses.iter().any(|one| matches!(one, FunctionArgumentClause::OrderBy(_)));
    match (kind.is_of_ordered_set(), call.within_group.is_empty(), call.over.is_some()) {
        (true, true, _) => {
            wrong(format!("WITHIN GROUP is required for ordered-set aggregate {name}"))
        }
        (false, false, _) => {
            wrong(format!("{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"))
        }
        (true, _, true) => {
            refused(format!("OVER is not supported for ordered-set aggregate {name}"))
        }
        (_, _, true) if is_distinct => {
            refused("DISTINCT is not implemented for window functions".to_owned())
        }
        (_, _, true) if is_ordered => {
            refused("aggregate ORDER BY is not implemented for window functions".to_owned())
        }
        _ => Ok(()),
    }
}

/// Refuses what WITHIN GROUP says already.
fn check_within(call: &ast::Function, list: &ast::FunctionArgumentList) -> Result<()> {
    if call.within_group.is_empty() {
        return Ok(());
    }
    // Where the words stand the tree does not tell.
    let twice = |what: &str| Err(syntax(0, format!("cannot use {what} with WITHIN GROUP")));
    let is_order = |one: &FunctionArgumentClause| matches!(one, FunctionArgumentClause::OrderBy(_));
    if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
        return twice("DISTINCT");
    }
    if list.clauses.iter().any(is_order) { twice("multiple ORDER BY clauses") } else { Ok(()) }
}

impl Binder {
    /// `count(…)`, `row_number() OVER (…)` and their kin.
    pub(super) fn aggregate_call(
        &mut self,
        call: &ast::Function,
        name: &str,
        place: usize,
    ) -> Result<Typed> {
        let Some(over) = &call.over else {
            let (aggregate, _) = self.aggregate(call, name, place)?;
            return Ok(self.add_aggregate(aggregate, place));
        };
        let (kind, result) = self.window_kind(call, name, place)?;
        let spec = self.window_spec(over, place)?;
        let frame = self.window_frame(spec.window_frame.as_ref(), place)?;
        let partition =
            spec.partition_by.iter().map(|one| self.partition_key(one)).collect::<Result<_>>()?;
        let order = self.order_exprs(&spec.order_by)?;
        let slot = self.scope().windows.len();
        self.scope().windows.push(Window { kind, partition, order, frame });
        let slot = super::select::WINDOW_SLOTS + slot;
        self.scope().places.insert(slot, place);
        let expr = Expr::Slot { depth: 0, slot };
        Ok(Typed::new(expr, result).placed(place))
    }

    fn partition_key(&mut self, key: &ast::Expr) -> Result<Expr> {
        let typed = self.expr(key)?;
        self.check_partition(&typed)?;
        Ok(Self::order_of(&typed).unwrap_or(typed).expr)
    }

    /// Gives an aggregate to the query that it belongs to.
    fn add_aggregate(&mut self, aggregate: Aggregate, place: usize) -> Typed {
        let (depth, result) = (aggregate.within, aggregate.result);
        let scope = self.scope_at(depth);
        let slot = scope.aggregates.len();
        scope.aggregates.push(aggregate);
        scope.places.insert(slot, place);
        Typed::new(Expr::Slot { depth, slot }, result).placed(place)
    }

    /// `value.max`: an aggregate of nothing but a value.
    pub(super) fn aggregate_of(
        &mut self,
        value: &Typed,
        kind: AggregateKind,
        chosen: Chosen<Proc>,
        name: &str,
        place: usize,
    ) -> Result<Typed> {
        if kind.is_of_ordered_set() {
            let message = format!("WITHIN GROUP is required for ordered-set aggregate {name}");
            return Err(at(place, SqlState::WRONG_OBJECT_TYPE, message));
        }
        let mut aggregate = Aggregate {
            kind,
            arguments: self.cast_arguments(vec![value.clone()], &chosen.arguments)?,
            types: chosen.arguments,
            result: chosen.result,
            distinct: false,
            order: Vec::new(),
            filter: None,
            within: 0,
        };
        let before = Before { mentions: self.mentions(), cte: None };
        self.settle_level(&mut aggregate, before, None, place)?;
        Ok(self.add_aggregate(aggregate, place))
    }

    fn window_spec(&mut self, over: &WindowType, place: usize) -> Result<WindowSpec> {
        match over {
            WindowType::WindowSpec(spec) => self.refined_window(spec, place),
            WindowType::NamedWindow(name) => self.named_window(&folded(name), place),
        }
    }

    fn named_window(&mut self, name: &str, place: usize) -> Result<WindowSpec> {
        let found = self.scope().named_windows.iter().find(|(own, _)| own == name);
        found.map(|(_, spec)| spec.clone()).ok_or_else(|| {
            let message = format!("window \"{name}\" does not exist");
            at(place, SqlState::UNDEFINED_OBJECT, message)
        })
    }

    /// A window, which may be another one with an order or a frame.
    pub(super) fn refined_window(&mut self, own: &WindowSpec, place: usize) -> Result<WindowSpec> {
        let Some(name) = own.window_name.as_ref().map(folded) else { return Ok(own.clone()) };
        let base = self.named_window(&name, place)?;
        let refused = |what: String| at(place, SqlState::WINDOWING_ERROR, what);
        if !own.partition_by.is_empty() {
            let what = format!("cannot override PARTITION BY clause of window \"{name}\"");
            return Err(refused(what));
        }
        if !own.order_by.is_empty() && !base.order_by.is_empty() {
            return Err(refused(format!("cannot override ORDER BY clause of window \"{name}\"")));
        }
        if base.window_frame.is_some() {
            let what = format!("cannot copy window \"{name}\" because it has a frame clause");
            let is_bare = own.order_by.is_empty() && own.window_frame.is_none();
            let hint = "Omit the parentheses in this OVER clause.";
            return Err(if is_bare { refused(what).hint(hint) } else { refused(what) });
        }
        let order_by = if own.order_by.is_empty() { base.order_by } else { own.order_by.clone() };
        Ok(WindowSpec { order_by, window_frame: own.window_frame.clone(), ..base })
    }

    pub(super) fn aggregate(
        &mut self,
        call: &ast::Function,
        name: &str,
        place: usize,
    ) -> Result<(Aggregate, Oid)> {
        let kind = functions::aggregate(name)
            .ok_or_else(|| unsupported(place, &format!("aggregate function {name}")))?;
        let FunctionArguments::List(list) = &call.args else {
            return Err(unsupported(place, "this aggregate"));
        };
        check_within(call, list)?;
        let before = self.before();
        let is_star =
            matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let mut arguments = if is_star { Vec::new() } else { self.arguments(&list.args)? };
        let rows: Option<Vec<usize>> = kind.is_of_ordered_set().then(|| self.mentions());
        // What an ordered set is ordered by are its last arguments.
        for key in &call.within_group {
            arguments.push(self.expr(&key.expr)?);
        }
        let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
        let chosen = self.choose(None, name, &types, place)?;
        let Some(chosen) = chosen else {
            return Err(self.no_function(name, &types, place));
        };
        check_clauses(call, list, kind, name, place)?;
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        if distinct {
            arguments.iter().try_for_each(|argument| self.check_distinct(argument))?;
        }
        let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
        let mut order = self.order_exprs(&call.within_group)?;
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(by) => order = self.order_exprs(by)?,
                _ => return Err(unsupported(place, "this clause of an aggregate")),
            }
        }
        let filter = match &call.filter {
            Some(filter) => {
                let before = self.forbid("FILTER");
                let filter = self.expr(filter)?;
                self.allow(before);
                Some(self.condition(filter, "FILTER")?)
            }
            None => None,
        };
        let (result, types) = (chosen.result, chosen.arguments);
        let kind = if is_star { AggregateKind::Count } else { kind };
        let mut aggregate =
            Aggregate { kind, arguments, types, result, distinct, order, filter, within: 0 };
        // Over a window it is worked out of what is known of a group.
        if call.over.is_none() {
            self.settle_level(&mut aggregate, before, rows, place)?;
        }
        Ok((aggregate, result))
    }

    /// ORDER BY of what is not a query's result.
    fn order_exprs(&mut self, by: &[ast::OrderByExpr]) -> Result<Vec<OrderExpr>> {
        by.iter()
            .map(|key| {
                let typed = self.expr(&key.expr)?;
                self.check_ordered(&typed, typed.place)?;
                let expr = Self::order_of(&typed).unwrap_or(typed).expr;
                let descending = key.options.asc == Some(false);
                let nulls_first = key.options.nulls_first.unwrap_or(descending);
                Ok(OrderExpr { expr, descending, nulls_first })
            })
            .collect()
    }
}
