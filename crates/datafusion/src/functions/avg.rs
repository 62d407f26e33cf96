//! `avg`: an exact sum, and a count that divides it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use trunkline_arrow::Decimals;

use super::builtin::{Call, INTERVAL, nullable};
use super::numeric::{exact, mean, mean_of};

type Result<T> = std::result::Result<T, DataFusionError>;

/// The aggregate whose result has the digits of PostgreSQL's.
pub(super) fn function() -> AggregateUDF {
    AggregateUDF::new_from_impl(Avg { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug)]
struct Avg {
    signature: Signature,
}

impl PartialEq for Avg {
    fn eq(&self, _: &Avg) -> bool {
        true
    }
}

impl Eq for Avg {}

impl Hash for Avg {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

/// The type in which values are summed exactly; what was float stays so.
fn summed(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        // 2³² of them fit.
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            DataType::Int64
        }
        float if float.is_floating() => DataType::Float64,
        DataType::Interval(_) | DataType::Duration(_) => INTERVAL,
        other => exact(other)?,
    })
}

/// The summed values, and their sum, as fields.
fn fields(args: &[FieldRef]) -> Result<(FieldRef, FieldRef)> {
    let arg = args.first();
    let Some((arg, found)) = arg.and_then(|arg| Some((arg, summed(arg.data_type())?))) else {
        return Err(DataFusionError::Internal("avg of a type without sums".to_owned()));
    };
    let sum = nullable(sum_udaf().return_type(std::slice::from_ref(&found))?);
    let mark = Decimals::of_field(arg).map(Decimals::metadata).unwrap_or_default();
    Ok((Arc::new(nullable(found).with_name("value")), Arc::new(sum.with_metadata(mark))))
}

fn count_field() -> FieldRef {
    Arc::new(Field::new("", DataType::Int64, false))
}

/// Makes something of the sum, and of the count, as one call.
fn both<T>(
    args: &AccumulatorArgs<'_>,
    make: impl Fn(&AggregateUDF, AccumulatorArgs<'_>) -> Result<T>,
) -> Result<(T, T)> {
    let (value, sum) = fields(args.expr_fields)?;
    let inner = |return_field: FieldRef| AccumulatorArgs {
        return_field,
        expr_fields: std::slice::from_ref(&value),
        order_bys: &[],
        ..*args
    };
    Ok((make(&sum_udaf(), inner(sum))?, make(&count_udaf(), inner(count_field()))?))
}

impl Avg {
    fn row(
        args: &AccumulatorArgs<'_>,
        make: impl Fn(&AggregateUDF, AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>>,
    ) -> Result<Box<dyn Accumulator>> {
        let (sum, count) = both(args, make)?;
        Ok(Box::new(Mean { sum, count, types: Types::of(args)? }))
    }
}

impl AggregateUDFImpl for Avg {
    fn name(&self) -> &str {
        "avg"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [one] if summed(one).is_some() => Ok(types.to_vec()),
            _ => {
                let types = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Err(DataFusionError::Plan(format!(
                    "No function matches the given name and argument types 'avg({types})'."
                )))
            }
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Err(DataFusionError::Internal("the type of avg depends on fields".to_owned()))
    }

    fn return_field(&self, args: &[FieldRef]) -> Result<FieldRef> {
        let (_, sum) = fields(args)?;
        Ok(Arc::new(mean_of(&[sum, count_field()])?.with_name(self.name())))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let (value, sum) = fields(args.input_fields)?;
        let inner = |return_field| StateFieldsArgs {
            name: args.name,
            input_fields: std::slice::from_ref(&value),
            return_field,
            ordering_fields: &[],
            is_distinct: args.is_distinct,
        };
        let mut states = sum_udaf().state_fields(inner(sum))?;
        states.extend(count_udaf().state_fields(inner(count_field()))?);
        Ok(states)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Avg::row(&args, |of, args| of.accumulator(args))
    }

    fn create_sliding_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn Accumulator>> {
        Avg::row(&args, |of, args| of.create_sliding_accumulator(args))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        let supported = both(&args, |of, args| Ok(of.groups_accumulator_supported(args)));
        matches!(supported, Ok((true, true)))
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        let (sum, count) = both(&args, |of, args| of.create_groups_accumulator(args))?;
        Ok(Box::new(Means { sum, count, types: Types::of(&args)? }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct Types {
    value: DataType,
    mean: DataType,
}

impl Types {
    fn of(args: &AccumulatorArgs<'_>) -> Result<Types> {
        let (value, _) = fields(args.expr_fields)?;
        Ok(Types { value: value.data_type().clone(), mean: args.return_field.data_type().clone() })
    }

    /// The values as they are summed.
    fn values(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let cast = |array: &ArrayRef| Ok(cast_with_options(array, &self.value, &strict)?);
        values.iter().map(cast).collect()
    }

    fn mean(&self, sums: ArrayRef, counts: ArrayRef) -> Result<ArrayRef> {
        mean(&Call::of(vec![sums, counts], &self.mean))
    }
}

/// The states of a sum, and that of a count, which is one column.
fn split(states: &[ArrayRef]) -> (&[ArrayRef], &[ArrayRef]) {
    states.split_at(states.len().saturating_sub(1))
}

/// The mean of all rows.
#[derive(Debug)]
struct Mean {
    sum: Box<dyn Accumulator>,
    count: Box<dyn Accumulator>,
    types: Types,
}

impl Accumulator for Mean {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = self.types.values(values)?;
        self.sum.update_batch(&values)?;
        self.count.update_batch(&values)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = self.types.values(values)?;
        self.sum.retract_batch(&values)?;
        self.count.retract_batch(&values)
    }

    fn supports_retract_batch(&self) -> bool {
        self.sum.supports_retract_batch() && self.count.supports_retract_batch()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut states = self.sum.state()?;
        states.extend(self.count.state()?);
        Ok(states)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (sum, count) = split(states);
        self.sum.merge_batch(sum)?;
        self.count.merge_batch(count)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let (sum, count) = (self.sum.evaluate()?, self.count.evaluate()?);
        let mean = self.types.mean(sum.to_array()?, count.to_array()?)?;
        ScalarValue::try_from_array(&mean, 0)
    }

    fn size(&self) -> usize {
        size_of::<Mean>().saturating_add(self.sum.size()).saturating_add(self.count.size())
    }
}

/// The means of groups.
struct Means {
    sum: Box<dyn GroupsAccumulator>,
    count: Box<dyn GroupsAccumulator>,
    types: Types,
}

impl GroupsAccumulator for Means {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        let values = self.types.values(values)?;
        self.sum.update_batch(&values, groups, filter, total)?;
        self.count.update_batch(&values, groups, filter, total)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (sums, counts) = (self.sum.evaluate(emit)?, self.count.evaluate(emit)?);
        self.types.mean(sums, counts)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut states = self.sum.state(emit)?;
        states.extend(self.count.state(emit)?);
        Ok(states)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        let (sum, count) = split(states);
        self.sum.merge_batch(sum, groups, total)?;
        self.count.merge_batch(count, groups, total)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = self.types.values(values)?;
        let mut states = self.sum.convert_to_state(&values, filter)?;
        states.extend(self.count.convert_to_state(&values, filter)?);
        Ok(states)
    }

    fn size(&self) -> usize {
        self.sum.size().saturating_add(self.count.size())
    }
}
