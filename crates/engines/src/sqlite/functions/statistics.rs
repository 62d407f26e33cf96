//! Aggregates of statistics: variances, correlations, regressions.
//!
//! By the method of Youngs and Cramer, as PostgreSQL's `float8_accum` and `float8_regr_accum` do it: what
//! is added up are the squares of the distances from the mean so far.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-aggregate.html#FUNCTIONS-AGGREGATE-STATISTICS-TABLE>.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::Value as Stored;

use super::PURE;
use super::number::number;

/// What is known of the pairs so far; of one variable alone, `y` is the same.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    /// The sums of the squares, and of the products.
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sums {
    /// A row with a NULL is left out.
    fn add_row(&mut self, context: &Context<'_>) {
        let last = context.len().saturating_sub(1);
        if let (Some(y), Some(x)) = (number(context.get_raw(0)), number(context.get_raw(last))) {
            self.add(y, x);
        }
    }

    fn add(&mut self, y: f64, x: f64) {
        let before = self.count;
        self.count += 1.0;
        self.x += x;
        self.y += y;
        if before > 0.0 {
            let (dx, dy) = (x * self.count - self.x, y * self.count - self.y);
            let scale = 1.0 / (self.count * before);
            self.xx += dx * dx * scale;
            self.yy += dy * dy * scale;
            self.xy += dx * dy * scale;
        }
    }

    /// Of a sample of one nothing can be said.
    fn of_sample(self, sum: f64) -> Option<f64> {
        (self.count > 1.0).then(|| sum / (self.count - 1.0))
    }

    /// What is told where the values of x differ.
    fn unless_upright(self, value: f64) -> Option<f64> {
        (self.xx != 0.0).then_some(value)
    }

    fn determination(self) -> f64 {
        if self.yy == 0.0 { 1.0 } else { self.xy * self.xy / (self.xx * self.yy) }
    }
}

/// What an aggregate makes of the sums of one row or more.
type Tell = fn(Sums) -> Option<f64>;

struct Told(Tell);

impl Aggregate<Sums, Stored> for Told {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Sums> {
        Ok(Sums::default())
    }

    fn step(&self, context: &mut Context<'_>, sums: &mut Sums) -> rusqlite::Result<()> {
        sums.add_row(context);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<Sums>) -> rusqlite::Result<Stored> {
        let sums = sums.filter(|sums| sums.count > 0.0);
        Ok(sums.and_then(self.0).map_or(Stored::Null, Stored::Real))
    }
}

/// `regr_count`: of no rows it is 0.
struct Counted;

impl Aggregate<i64, i64> for Counted {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<i64> {
        Ok(0)
    }

    fn step(&self, context: &mut Context<'_>, count: &mut i64) -> rusqlite::Result<()> {
        let is_pair = |place| number(context.get_raw(place)).is_some();
        *count += i64::from(is_pair(0) && is_pair(1));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, count: Option<i64>) -> rusqlite::Result<i64> {
        Ok(count.unwrap_or_default())
    }
}

/// Aggregates of one variable.
const OF_ONE: [(&str, Tell); 4] = [
    ("pg_var_pop", |sums| Some(sums.xx / sums.count)),
    ("pg_var_samp", |sums| sums.of_sample(sums.xx)),
    ("pg_stddev_pop", |sums| Some((sums.xx / sums.count).sqrt())),
    ("pg_stddev_samp", |sums| sums.of_sample(sums.xx).map(f64::sqrt)),
];

/// Aggregates of y and x.
const OF_TWO: [(&str, Tell); 11] = [
    ("pg_covar_pop", |sums| Some(sums.xy / sums.count)),
    ("pg_covar_samp", |sums| sums.of_sample(sums.xy)),
    ("pg_corr", |sums| {
        let varies = sums.xx != 0.0 && sums.yy != 0.0;
        varies.then(|| sums.xy / (sums.xx * sums.yy).sqrt())
    }),
    ("pg_regr_avgx", |sums| Some(sums.x / sums.count)),
    ("pg_regr_avgy", |sums| Some(sums.y / sums.count)),
    ("pg_regr_sxx", |sums| Some(sums.xx)),
    ("pg_regr_syy", |sums| Some(sums.yy)),
    ("pg_regr_sxy", |sums| Some(sums.xy)),
    ("pg_regr_r2", |sums| sums.unless_upright(sums.determination())),
    ("pg_regr_slope", |sums| sums.unless_upright(sums.xy / sums.xx)),
    ("pg_regr_intercept", |sums| {
        sums.unless_upright((sums.y - sums.x * sums.xy / sums.xx) / sums.count)
    }),
];

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let of_one = OF_ONE.into_iter().map(|(name, told)| (name, 1, told));
    let of_two = OF_TWO.into_iter().map(|(name, told)| (name, 2, told));
    for (name, arguments, told) in of_one.chain(of_two) {
        connection.create_aggregate_function(name, arguments, PURE, Told(told))?;
    }
    connection.create_aggregate_function("pg_regr_count", 2, PURE, Counted)
}
