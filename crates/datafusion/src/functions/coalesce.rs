//! `coalesce` of a value and literals that are read as its type, as `coalesce(day, '2000-01-01')`.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::DataFusionError;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

/// Takes the place of DataFusion's own, which refuses texts beside most types.
pub(crate) fn replace(state: &mut SessionState) {
    if let Ok(inner) = state.udf("coalesce") {
        let function = ScalarUDF::new_from_impl(Coalesce(ScalarUDF::clone(&inner)));
        // Only a registry that is read-only refuses.
        let _ = state.register_udf(Arc::new(function));
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Coalesce(ScalarUDF);

impl ScalarUDFImpl for Coalesce {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        let is_literal = |found: &DataType| found.is_string() || found.is_null();
        self.0.coerce_types(types).or_else(|error| {
            let wanted = types.iter().find(|found| !is_literal(found)).ok_or(error)?;
            Ok(types
                .iter()
                .map(|found| if is_literal(found) { wanted } else { found }.clone())
                .collect())
        })
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        self.0.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef, DataFusionError> {
        self.0.return_field_from_args(args)
    }

    fn simplify(
        &self,
        args: Vec<Expr>,
        context: &SimplifyContext,
    ) -> Result<ExprSimplifyResult, DataFusionError> {
        self.0.inner().simplify(args, context)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        self.0.invoke_with_args(args)
    }

    fn conditional_arguments<'a>(
        &self,
        args: &'a [Expr],
    ) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        self.0.inner().conditional_arguments(args)
    }

    fn short_circuits(&self) -> bool {
        self.0.short_circuits()
    }
}
