//! Expressions.

use std::sync::Arc;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{Frame, MORE, RED, Run};
use crate::datum::{Datum, List, Row};
use crate::facts::{Volatility, element_of};
use crate::plan::{Call, Calling, Demands, Expr, Function, Index, Quantified, Sub, SubqueryKind};

/// How many elements a cast makes in a step.
const FEW: usize = 16;

impl Run {
    /// The value of an expression.
    pub(crate) fn eval(&self, expr: &Expr, frame: &Frame<'_>) -> Result<Datum> {
        match expr {
            Expr::Const(value) => Ok(value.clone()),
            Expr::Column { depth, leaf, column } => {
                let row = frame.at(*depth).and_then(|frame| frame.rows.get(*leaf));
                // The row of an outer join's other side has no columns.
                Ok(row.and_then(|row| row.get(*column)).cloned().unwrap_or_default())
            }
            Expr::Slot { depth, slot } => Ok(frame
                .at(*depth)
                .and_then(|frame| frame.slots.get(*slot))
                .cloned()
                .unwrap_or_default()),
            Expr::Param(index) => Ok(self.parameters.get(*index).cloned().unwrap_or_default()),
            expr => {
                self.step()?;
                stacker::maybe_grow(RED, MORE, || self.eval_inner(expr, frame))
            }
        }
    }

    fn eval_inner(&self, expr: &Expr, frame: &Frame<'_>) -> Result<Datum> {
        Ok(match expr {
            Expr::Const(_) | Expr::Column { .. } | Expr::Slot { .. } | Expr::Param(_) => {
                Datum::Null
            }
            Expr::WholeRow { depth, leaf, fields } => {
                match frame.at(*depth).and_then(|frame| frame.rows.get(*leaf)) {
                    Some(row) if !row.is_empty() => Datum::record(fields, row.clone())?,
                    _ => Datum::Null,
                }
            }
            Expr::Field(of, index) => match self.eval(of, frame)? {
                Datum::Record(record) => record.values.get(*index).cloned().unwrap_or_default(),
                _ => Datum::Null,
            },
            Expr::Cast { of, from, to, typmod, is_explicit } => {
                let value = self.eval(of, frame)?;
                self.cast(value, *from, *to, *typmod, *is_explicit)?
            }
            Expr::Domain(demands) => {
                let value = self.eval(&demands.of, frame)?;
                self.demand(demands, &value)?;
                value
            }
            Expr::Call(call) => self.call(call, frame)?,
            Expr::And(all) => self.all(all, frame, false)?,
            Expr::Or(all) => self.all(all, frame, true)?,
            Expr::Not(of) => match self.eval(of, frame)? {
                Datum::Bool(value) => Datum::Bool(!value),
                _ => Datum::Null,
            },
            Expr::IsNull { of, negated } => {
                let value = self.eval(of, frame)?;
                Datum::Bool(match &value {
                    // A row is NULL if all of it is, and not NULL if nothing of it is.
                    Datum::Record(record) => {
                        record.values.iter().all(|value| value.is_null() != *negated)
                    }
                    value => value.is_null() != *negated,
                })
            }
            Expr::IsBool { of, value, negated } => {
                let found = self.eval(of, frame)?;
                Datum::Bool((found.as_bool() == Some(*value)) != *negated)
            }
            Expr::Distinct { sides, negated } => {
                let sides = [self.eval(&sides.0, frame)?, self.eval(&sides.1, frame)?];
                self.weigh(&sides)?;
                Datum::Bool((sides[0] != sides[1]) != *negated)
            }
            Expr::Case { arms, otherwise } => {
                for (condition, result) in arms {
                    if self.eval(condition, frame)?.is_true() {
                        return self.eval(result, frame);
                    }
                }
                otherwise
                    .as_ref()
                    .map_or(Ok(Datum::Null), |otherwise| self.eval(otherwise, frame))?
            }
            Expr::Coalesce(all) => {
                for one in all {
                    let value = self.eval(one, frame)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Datum::Null
            }
            Expr::NullIf { value, equal } => {
                if self.eval(equal, frame)?.is_true() {
                    Datum::Null
                } else {
                    self.eval(value, frame)?
                }
            }
            Expr::Extreme { greatest, of } => {
                let mut best = Datum::Null;
                for one in of {
                    let value = self.eval(one, frame)?;
                    self.weigh(std::slice::from_ref(&value))?;
                    let order = value.compare(&best);
                    let better = if *greatest { order.is_gt() } else { order.is_lt() };
                    if !value.is_null() && (best.is_null() || better) {
                        best = value;
                    }
                }
                best
            }
            Expr::List(items) => self.list(self.values(items, frame)?)?,
            Expr::Row(items, fields) => Datum::record(fields, self.values(items, frame)?.into())?,
            Expr::Subscript { of, indexes } => self.subscript(of, indexes, frame)?,
            Expr::In { of, list, negated, set } => {
                let value = self.eval(of, frame)?;
                match set {
                    Some(set) => match self.among(*set, &value, || self.values(list, frame))? {
                        Datum::Bool(found) => Datum::Bool(found != *negated),
                        unknown => unknown,
                    },
                    None => self.is_in(&value, list, *negated, frame)?,
                }
            }
            Expr::Quantified(quantified) => self.quantified(quantified, frame)?,
            Expr::Subquery { kind, query } => self.subquery(kind, query, frame)?,
        })
    }

    /// A value that is what a domain demands.
    /// Refuses a value that is not what a domain demands, or an array of which an element is not.
    fn demand(&self, demands: &Demands, value: &Datum) -> Result<()> {
        let done = match (value, demands.is_each) {
            (Datum::Array(list), true) => {
                self.steps(list.items.len())?;
                list.items.iter().try_for_each(|item| self.demand_one(demands, item))
            }
            (_, true) => Ok(()),
            (value, false) => self.demand_one(demands, value),
        };
        match demands.place {
            0 => done,
            place => done.map_err(|error| error.position(place)),
        }
    }

    fn demand_one(&self, demands: &Demands, value: &Datum) -> Result<()> {
        let refused = |state: SqlState, message: String| {
            let error = PgError::new(state, message).field(b's', demands.schema.to_string());
            error.field(b'd', demands.name.to_string())
        };
        let shown = &demands.shown;
        if demands.not_null && value.is_null() {
            let message = format!("domain {shown} does not allow null values");
            return Err(refused(SqlState::NOT_NULL_VIOLATION, message));
        }
        let row: Row = Arc::new([value.clone()]);
        let frame = Frame { rows: &[row], slots: &[], parent: None };
        for (name, check) in &demands.checks {
            if self.eval(check, &frame)?.as_bool() == Some(false) {
                let message =
                    format!("value for domain {shown} violates check constraint \"{name}\"");
                let error = refused(SqlState::CHECK_VIOLATION, message);
                return Err(error.field(b'n', name.to_string()));
            }
        }
        Ok(())
    }

    pub(super) fn values(&self, all: &[Expr], frame: &Frame<'_>) -> Result<Vec<Datum>> {
        self.parts(all.len())?;
        // Collected as a result, they would grow one by one.
        let mut values = Vec::with_capacity(all.len());
        for one in all {
            values.push(self.eval(one, frame)?);
        }
        Ok(values)
    }

    /// Whether all conditions hold.
    pub(super) fn holds<'e>(
        &self,
        all: impl IntoIterator<Item = &'e Expr>,
        frame: &Frame<'_>,
    ) -> Result<bool> {
        for one in all {
            if !self.eval(one, frame)?.is_true() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// AND, or OR if `ends` is true: the value that ends it.
    fn all(&self, all: &[Expr], frame: &Frame<'_>, ends: bool) -> Result<Datum> {
        let mut has_null = false;
        self.parts(all.len())?;
        for one in all {
            match self.eval(one, frame)? {
                Datum::Bool(value) if value == ends => return Ok(Datum::Bool(ends)),
                Datum::Bool(_) => {}
                _ => has_null = true,
            }
        }
        Ok(if has_null { Datum::Null } else { Datum::Bool(!ends) })
    }

    fn call(&self, call: &Calling, frame: &Frame<'_>) -> Result<Datum> {
        match call.arguments.as_slice() {
            [one] => self.call_with(call, &[self.eval(one, frame)?]),
            [one, two] => self.call_with(call, &[self.eval(one, frame)?, self.eval(two, frame)?]),
            all => self.call_with(call, &self.values(all, frame)?),
        }
    }

    fn call_with(&self, call: &Calling, arguments: &[Datum]) -> Result<Datum> {
        if call.strict && arguments.iter().any(Datum::is_null) {
            return Ok(Datum::Null);
        }
        self.taken(arguments)?;
        if call.volatility == Volatility::Volatile {
            self.cannot_be_tried()?;
        }
        let (types, result) = (&*call.types, call.result);
        self.given(arguments, || (call.function)(&Call { arguments, types, result, run: self }))
    }

    /// A value as one of another type; what a modifier fills up is counted before it is made.
    pub(crate) fn cast(
        &self,
        value: Datum,
        from: Oid,
        to: Oid,
        typmod: i32,
        is_explicit: bool,
    ) -> Result<Datum> {
        let own = std::slice::from_ref(&value);
        self.taken(own)?;
        let count = match (&value, element_of(to)) {
            (Datum::Text(text), Some(_)) => {
                let count = text.bytes().filter(|byte| *byte == b',').count() + 1;
                self.charge(count.saturating_mul(size_of::<Datum>()))?;
                count
            }
            (Datum::Array(list), Some(_)) => list.items.len(),
            _ => 0,
        };
        // To read one may take a microsecond; a few are as good as one.
        if count > FEW {
            self.steps(count.saturating_mul(10))?;
        }
        let filled = filled(element_of(to).unwrap_or(to), typmod).saturating_mul(count.max(1));
        self.admit_text(filled)?;
        self.given(own, || self.world.cast(value.clone(), from, to, typmod, is_explicit))
    }

    /// An array, whose elements may be arrays.
    pub(crate) fn list(&self, items: Vec<Datum>) -> Result<Datum> {
        let Some(Datum::Array(first)) = items.first() else { return Ok(Datum::list(items)) };
        let inner = first.dimensions.clone();
        let length = i32::try_from(items.len()).unwrap_or(i32::MAX);
        self.items(items.len().saturating_mul(first.items.len()))?;
        let mut all = Vec::new();
        for item in &items {
            match item {
                Datum::Array(list) if list.dimensions == inner => {
                    all.extend(list.items.iter().cloned())
                }
                _ => {
                    let message = "multidimensional arrays must have array expressions with matching dimensions";
                    return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
                }
            }
        }
        let mut dimensions = vec![(length, 1)];
        dimensions.extend(inner);
        Ok(Datum::Array(List { dimensions, items: all }.into()))
    }

    fn subscript(&self, of: &Expr, indexes: &[Index], frame: &Frame<'_>) -> Result<Datum> {
        let list = match (self.eval(of, frame)?, indexes) {
            (Datum::Array(list), _) => list,
            (Datum::Text(name), [Index::One(index)]) => {
                return Ok(letter(&name, self.eval(index, frame)?.as_int()));
            }
            _ => return Ok(Datum::Null),
        };
        match indexes {
            [Index::One(index)] => {
                let index = self.eval(index, frame)?;
                Ok(index.as_int().and_then(|index| list.get(index)).cloned().unwrap_or_default())
            }
            [Index::Slice(from, to)] if list.dimensions.len() <= 1 => {
                let lower = i64::from(list.lower());
                let length = i64::try_from(list.items.len()).unwrap_or(i64::MAX);
                let bound = |bound: &Option<Expr>, default: i64| -> Result<Option<i64>> {
                    match bound {
                        Some(bound) => Ok(self.eval(bound, frame)?.as_int()),
                        None => Ok(Some(default)),
                    }
                };
                let (Some(from), Some(to)) = (bound(from, lower)?, bound(to, lower + length - 1)?)
                else {
                    return Ok(Datum::Null);
                };
                self.parts(list.items.len())?;
                let all = (from.max(lower)..=to.min(lower + length - 1))
                    .filter_map(|at| list.get(at).cloned());
                Ok(Datum::list(all.collect()))
            }
            indexes => {
                // An element of several dimensions, the last of which varies fastest.
                let mut place = 0_i64;
                if indexes.len() != list.dimensions.len() {
                    return Ok(Datum::Null);
                }
                for (index, (length, lower)) in indexes.iter().zip(&list.dimensions) {
                    let Index::One(index) = index else { return Ok(Datum::Null) };
                    let Some(index) = self.eval(index, frame)?.as_int() else {
                        return Ok(Datum::Null);
                    };
                    let index = index.saturating_sub(i64::from(*lower));
                    if index < 0 || index >= i64::from(*length) {
                        return Ok(Datum::Null);
                    }
                    place = place.saturating_mul(i64::from(*length)).saturating_add(index);
                }
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                Ok(list.items.get(place).cloned().unwrap_or_default())
            }
        }
    }

    fn is_in(
        &self,
        value: &Datum,
        list: &[Expr],
        negated: bool,
        frame: &Frame<'_>,
    ) -> Result<Datum> {
        let mut has_null = value.is_null();
        self.parts(list.len())?;
        for one in list {
            let one = self.eval(one, frame)?;
            self.weigh(std::slice::from_ref(&one))?;
            has_null |= one.is_null();
            if !value.is_null() && !one.is_null() && *value == one {
                return Ok(Datum::Bool(!negated));
            }
        }
        Ok(if has_null { Datum::Null } else { Datum::Bool(negated) })
    }

    fn quantified(&self, of: &Quantified, frame: &Frame<'_>) -> Result<Datum> {
        let value = self.eval(&of.value, frame)?;
        match (self.eval(&of.array, frame)?, of.set) {
            (Datum::Array(list), Some(set)) => self.among(set, &value, || Ok(list.items.clone())),
            (Datum::Array(list), None) => {
                self.any(&value, list.items.iter().cloned(), of.function, &of.types, of.all)
            }
            _ => Ok(Datum::Null),
        }
    }

    /// `value operator ANY (…)`, or ALL.
    fn any(
        &self,
        value: &Datum,
        items: impl Iterator<Item = Datum>,
        function: Function,
        types: &[trunkline_core::Oid],
        all: bool,
    ) -> Result<Datum> {
        let mut has_null = false;
        for item in items {
            self.step()?;
            if value.is_null() || item.is_null() {
                has_null = true;
                continue;
            }
            let arguments = [value.clone(), item];
            self.taken(&arguments)?;
            let call =
                Call { arguments: &arguments, types, result: trunkline_core::Oid::BOOL, run: self };
            match function(&call)? {
                Datum::Bool(found) if found != all => return Ok(Datum::Bool(found)),
                Datum::Bool(_) => {}
                _ => has_null = true,
            }
        }
        Ok(if has_null { Datum::Null } else { Datum::Bool(all) })
    }

    /// Whether all values of two rows are equal; what is NULL may be.
    fn equal_rows(
        &self,
        one: &[Datum],
        two: &[Datum],
        equal: &[(Function, Vec<trunkline_core::Oid>)],
    ) -> Result<Datum> {
        self.step()?;
        self.weigh(two)?;
        let mut has_null = false;
        for ((one, two), (function, types)) in one.iter().zip(two).zip(equal) {
            let found = self.any(one, std::iter::once(two.clone()), *function, types, false)?;
            match found {
                Datum::Bool(true) => {}
                Datum::Bool(_) => return Ok(found),
                _ => has_null = true,
            }
        }
        Ok(if has_null { Datum::Null } else { Datum::Bool(true) })
    }

    fn subquery(&self, kind: &SubqueryKind, query: &Sub, frame: &Frame<'_>) -> Result<Datum> {
        let rows = self.sub(query, frame)?;
        let firsts = || rows.iter().map(|row| row.first().cloned().unwrap_or_default());
        match kind {
            SubqueryKind::Exists => Ok(Datum::Bool(!rows.is_empty())),
            SubqueryKind::Array { is_flat: true } => Ok(Datum::list(firsts().collect())),
            SubqueryKind::Array { is_flat: false } => self.list(firsts().collect()),
            SubqueryKind::Scalar if rows.len() > 1 => Err(PgError::new(
                SqlState::CARDINALITY_VIOLATION,
                "more than one row returned by a subquery used as an expression",
            )),
            SubqueryKind::Scalar => Ok(firsts().next().unwrap_or_default()),
            SubqueryKind::Quantified { value, function, types, all, set, .. } => {
                let value = self.eval(value, frame)?;
                if let Some(set) = set {
                    return self.among(*set, &value, || Ok(firsts().collect()));
                }
                self.any(&value, firsts(), *function, types, *all)
            }
            SubqueryKind::RowIn(values, equal) => {
                let values = self.values(values, frame)?;
                let mut has_null = false;
                for row in rows.iter() {
                    match self.equal_rows(&values, row, equal)? {
                        Datum::Bool(true) => return Ok(Datum::Bool(true)),
                        Datum::Null => has_null = true,
                        _ => {}
                    }
                }
                Ok(if has_null { Datum::Null } else { Datum::Bool(false) })
            }
        }
    }
}

/// How long a modifier makes what is shorter.
fn filled(oid: Oid, typmod: i32) -> usize {
    match oid {
        Oid::BPCHAR => usize::try_from(typmod.saturating_sub(4)).unwrap_or(0),
        Oid::BIT => usize::try_from(typmod).unwrap_or(0),
        _ => 0,
    }
}

/// The letter that begins at a byte of a name, which has 64 of them: those behind its end are zero.
fn letter(name: &str, at: Option<i64>) -> Datum {
    let at = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < 64);
    match at {
        Some(at) if at >= name.len() => Datum::text(""),
        at => {
            let rest = at.and_then(|at| name.get(at..));
            let first = rest.and_then(|rest| rest.chars().next());
            first.map_or(Datum::Null, |letter| Datum::text(letter.to_string()))
        }
    }
}
