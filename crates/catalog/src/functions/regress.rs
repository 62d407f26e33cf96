//! `corr`, `covar_pop` and the `regr_…`: how two columns go together.

use trunkline_core::Result;

use crate::datum::Datum;

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regress {
    Correlation,
    /// The covariance of all there is.
    Covariance,
    /// That of a sample.
    SampleCovariance,
    AverageX,
    AverageY,
    Count,
    Intercept,
    R2,
    Slope,
    SumXX,
    SumXY,
    SumYY,
}

impl Regress {
    /// The one that a name stands for.
    pub(crate) fn named(name: &str) -> Option<Regress> {
        Some(match name {
            "corr" => Regress::Correlation,
            "covar_pop" => Regress::Covariance,
            "covar_samp" => Regress::SampleCovariance,
            "regr_avgx" => Regress::AverageX,
            "regr_avgy" => Regress::AverageY,
            "regr_count" => Regress::Count,
            "regr_intercept" => Regress::Intercept,
            "regr_r2" => Regress::R2,
            "regr_slope" => Regress::Slope,
            "regr_sxx" => Regress::SumXX,
            "regr_sxy" => Regress::SumXY,
            "regr_syy" => Regress::SumYY,
            _ => return None,
        })
    }

    /// What it is of these pairs of Y and X, none of which is NULL.
    ///
    /// By the method of Youngs and Cramer, as PostgreSQL does.
    pub(crate) fn of(self, pairs: impl Iterator<Item = Vec<Datum>>) -> Result<Datum> {
        let (mut count, mut number) = (0_i64, 0.0_f64);
        let (mut x_sum, mut y_sum) = (0.0, 0.0);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for pair in pairs {
            let [y, x] = pair.as_slice() else { continue };
            let (Some(y), Some(x)) = (y.as_float(), x.as_float()) else { continue };
            count += 1;
            number += 1.0;
            x_sum += x;
            y_sum += y;
            if count > 1 {
                let (x_apart, y_apart) = (x * number - x_sum, y * number - y_sum);
                let scale = 1.0 / (number * (number - 1.0));
                xx += x_apart * x_apart * scale;
                yy += y_apart * y_apart * scale;
                xy += x_apart * y_apart * scale;
            } else {
                // Neither an infinity nor NaN is anywhere near another value.
                let far = |value: f64| if value.is_finite() { 0.0 } else { f64::NAN };
                (xx, yy, xy) = (far(x), far(y), far(x) + far(y));
            }
        }
        let told = match self {
            Regress::Count => return Ok(Datum::Int(count)),
            _ if count == 0 => None,
            Regress::Correlation => (xx != 0.0 && yy != 0.0).then(|| xy / (xx * yy).sqrt()),
            Regress::Covariance => Some(xy / number),
            Regress::SampleCovariance => (count > 1).then(|| xy / (number - 1.0)),
            Regress::AverageX => Some(x_sum / number),
            Regress::AverageY => Some(y_sum / number),
            Regress::SumXX => Some(xx),
            Regress::SumXY => Some(xy),
            Regress::SumYY => Some(yy),
            _ if xx == 0.0 => None,
            Regress::R2 => Some(if yy == 0.0 { 1.0 } else { (xy * xy) / (xx * yy) }),
            Regress::Slope => Some(xy / xx),
            Regress::Intercept => Some((y_sum - x_sum * xy / xx) / number),
        };
        Ok(told.map_or(Datum::Null, Datum::Float))
    }
}
