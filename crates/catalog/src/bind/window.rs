//! Window functions.

use sqlparser::ast::{self, FunctionArguments, WindowFrameBound, WindowFrameUnits};
use trunkline_core::{Oid, Result, SqlState};

use super::Binder;
use crate::error::{at, unsupported};
use crate::functions;
use crate::plan::{FrameBound, FrameUnit, WindowFrame, WindowKind, WindowValue};

impl Binder {
    /// What a call with OVER works out, and the type of that.
    pub(super) fn window_kind(
        &mut self,
        call: &ast::Function,
        name: &str,
        place: usize,
    ) -> Result<(WindowKind, Oid)> {
        if functions::aggregate(name).is_some() {
            let (aggregate, result) = self.aggregate(call, name, place)?;
            return Ok((WindowKind::Aggregate(aggregate), result));
        }
        let list = match &call.args {
            FunctionArguments::List(list) => list.args.as_slice(),
            _ => &[],
        };
        let arguments = self.arguments(list)?;
        let types: Vec<Oid> = arguments.iter().map(|argument| argument.oid).collect();
        let chosen = self.choose(None, name, &types, place)?;
        let Some(chosen) = chosen else { return Err(self.no_function(name, &types, place)) };
        let Some(chosen) = Some(chosen).filter(|chosen| chosen.what.kind == b'w') else {
            let message = format!(
                "OVER specified, but {name} is not a window function nor an aggregate function"
            );
            return Err(at(place, SqlState::WRONG_OBJECT_TYPE, message));
        };
        if call.filter.is_some() {
            let message = "FILTER is not implemented for non-aggregate window functions";
            return Err(at(place, SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        let arguments = self.cast_arguments(arguments, &chosen.arguments)?;
        let value = |what| WindowKind::Value { what, arguments };
        let kind = match name {
            "row_number" => WindowKind::RowNumber,
            "rank" => WindowKind::Rank,
            "dense_rank" => WindowKind::DenseRank,
            "percent_rank" => WindowKind::PercentRank,
            "cume_dist" => WindowKind::CumeDist,
            "ntile" => value(WindowValue::Tile),
            "lag" => value(WindowValue::Lag),
            "lead" => value(WindowValue::Lead),
            "first_value" => value(WindowValue::First),
            "last_value" => value(WindowValue::Last),
            "nth_value" => value(WindowValue::Nth),
            _ => return Err(unsupported(place, &format!("window function {name}"))),
        };
        Ok((kind, chosen.result))
    }

    /// `ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`
    pub(super) fn window_frame(
        &mut self,
        frame: Option<&ast::WindowFrame>,
        place: usize,
    ) -> Result<Option<WindowFrame>> {
        let Some(frame) = frame else { return Ok(None) };
        let unit = match frame.units {
            WindowFrameUnits::Rows => FrameUnit::Rows,
            WindowFrameUnits::Range => FrameUnit::Range,
            WindowFrameUnits::Groups => FrameUnit::Groups,
        };
        let start = self.frame_bound(&frame.start_bound, unit, place)?;
        let end = match &frame.end_bound {
            Some(end) => self.frame_bound(end, unit, place)?,
            None => FrameBound::Current,
        };
        // The tree does not tell where the bounds stand.
        let refused = |message: &str| Err(at(0, SqlState::WINDOWING_ERROR, message));
        match (&start, &end) {
            (FrameBound::End, _) => refused("frame start cannot be UNBOUNDED FOLLOWING"),
            (_, FrameBound::Start) => refused("frame end cannot be UNBOUNDED PRECEDING"),
            (FrameBound::Current, FrameBound::Before(_)) => {
                refused("frame starting from current row cannot have preceding rows")
            }
            (FrameBound::After(_), FrameBound::Current) if frame.end_bound.is_none() => {
                refused("frame starting from following row cannot end with current row")
            }
            (FrameBound::After(_), FrameBound::Before(_) | FrameBound::Current) => {
                refused("frame starting from following row cannot have preceding rows")
            }
            _ => Ok(Some(WindowFrame { unit, start, end })),
        }
    }

    fn frame_bound(
        &mut self,
        bound: &WindowFrameBound,
        unit: FrameUnit,
        place: usize,
    ) -> Result<FrameBound> {
        let (offset, is_before) = match bound {
            WindowFrameBound::CurrentRow => return Ok(FrameBound::Current),
            WindowFrameBound::Preceding(None) => return Ok(FrameBound::Start),
            WindowFrameBound::Following(None) => return Ok(FrameBound::End),
            WindowFrameBound::Preceding(Some(offset)) => (offset, true),
            WindowFrameBound::Following(Some(offset)) => (offset, false),
        };
        if unit == FrameUnit::Range {
            return Err(unsupported(place, "RANGE with an offset"));
        }
        let offset = self.expr(offset)?;
        let offset = self.coerce(offset, Oid::INT8)?.expr;
        Ok(if is_before { FrameBound::Before(offset) } else { FrameBound::After(offset) })
    }
}
