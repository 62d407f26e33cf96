//! Aggregates of statistics, by name.

use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

/// What SQLite calls an aggregate, and what it gives.
type Called = (&'static str, Type);

impl Translator<'_> {
    /// An aggregate of one variable or of two; `None` if there is none of the name and arguments.
    pub(super) fn statistic(&mut self, name: &str, values: &mut [Typed]) -> Result<Option<Called>> {
        let called = match (name, values.len()) {
            ("var_pop", 1) => "pg_var_pop",
            ("var_samp" | "variance", 1) => "pg_var_samp",
            ("stddev_pop", 1) => "pg_stddev_pop",
            ("stddev_samp" | "stddev", 1) => "pg_stddev_samp",
            (_, 2) => return self.statistic_of_two(name, values),
            _ => return Ok(None),
        };
        self.settle_numbers(values)?;
        let oid = values.first().map_or(Oid::FLOAT8, |value| value.ty.oid);
        Ok(Some(match oid {
            Oid::FLOAT4 | Oid::FLOAT8 => (called, Type::FLOAT8),
            Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::NUMERIC => (called, Type::NUMERIC),
            _ => return Ok(None),
        }))
    }

    fn statistic_of_two(&mut self, name: &str, values: &mut [Typed]) -> Result<Option<Called>> {
        let called = match name {
            "corr" => "pg_corr",
            "covar_pop" => "pg_covar_pop",
            "covar_samp" => "pg_covar_samp",
            "regr_avgx" => "pg_regr_avgx",
            "regr_avgy" => "pg_regr_avgy",
            "regr_count" => "pg_regr_count",
            "regr_intercept" => "pg_regr_intercept",
            "regr_r2" => "pg_regr_r2",
            "regr_slope" => "pg_regr_slope",
            "regr_sxx" => "pg_regr_sxx",
            "regr_sxy" => "pg_regr_sxy",
            "regr_syy" => "pg_regr_syy",
            _ => return Ok(None),
        };
        self.settle_numbers(values)?;
        let ty = if name == "regr_count" { Type::INT8 } else { Type::FLOAT8 };
        Ok(values.iter().all(|value| value.ty.is_number()).then_some((called, ty)))
    }

    fn settle_numbers(&mut self, values: &mut [Typed]) -> Result<()> {
        for value in values {
            *value = self.settle(value.clone(), Type::FLOAT8)?;
        }
        Ok(())
    }
}
