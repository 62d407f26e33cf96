//! Functions that make dates, times and intervals.

use trunkline_core::{Oid, Result};

use super::Translator;
use super::typed::Typed;
use crate::sqlite::types::Type;

const TIMESTAMPTZ: Type = Type::of(Oid::TIMESTAMPTZ);
const TIMESTAMP: Type = Type::of(Oid::TIMESTAMP);
const INTERVAL: Type = Type::of(Oid::INTERVAL);

impl Translator<'_> {
    /// The call of such a function, or `None` if there is none of the name and arguments.
    pub(super) fn calendar_call(
        &mut self,
        name: &str,
        values: Vec<Typed>,
    ) -> Result<Option<Typed>> {
        let int = Type::INT4;
        let date = [int, int, int];
        let moment = [int, int, int, int, int, Type::FLOAT8, Type::TEXT];
        Ok(Some(match (name, values.len()) {
            ("make_date", 3) => self.made("pg_make_date", values, &date, Type::of(Oid::DATE))?,
            ("make_time", 3) => {
                self.made("pg_make_time", values, &[int, int, Type::FLOAT8], Type::of(Oid::TIME))?
            }
            ("make_timestamp", 6) => self.made("pg_make_timestamp", values, &moment, TIMESTAMP)?,
            ("make_timestamptz", 6) => {
                let function = self.local("pg_make_timestamptz")?;
                self.made(&function, values, &moment, TIMESTAMPTZ)?
            }
            ("make_timestamptz", 7) => {
                self.made("pg_make_timestamptz", values, &moment, TIMESTAMPTZ)?
            }
            ("make_interval", ..=7) => {
                let parts = [int, int, int, int, int, int, Type::FLOAT8];
                self.made("pg_make_interval", values, &parts, INTERVAL)?
            }
            ("age", 1 | 2) => return self.age(values).map(Some),
            ("date_bin", 3) => {
                let mut values = values.into_iter();
                let (Some(stride), Some(source), Some(origin)) =
                    (values.next(), values.next(), values.next())
                else {
                    return Ok(None);
                };
                let stride = self.coerce(stride, INTERVAL)?;
                let (source, origin) = self.settle_pair(source, origin)?;
                let is_moment = [&source, &origin].iter().any(|one| one.ty.oid != Oid::TIMESTAMP);
                let ty = if is_moment { TIMESTAMPTZ } else { TIMESTAMP };
                let (source, origin) = (self.coerce(source, ty)?, self.coerce(origin, ty)?);
                let (stride, source, origin) = (stride.sql, source.sql, origin.sql);
                Typed::new(format!("pg_date_bin({stride}, {source}, {origin}, {})", ty.oid.0), ty)
            }
            ("isfinite", 1) => {
                let Some(value) = values.into_iter().next() else { return Ok(None) };
                if !value.ty.is_date_or_timestamp() {
                    return Ok(None);
                }
                Typed::boolean(format!("pg_is_finite({}, {})", value.sql, value.ty.oid.0))
            }
            ("justify_days" | "justify_hours" | "justify_interval", 1) => {
                self.made(&format!("pg_{name}"), values, &[INTERVAL], INTERVAL)?
            }
            _ => return self.measure_call(name, values),
        }))
    }

    /// A call whose arguments are of these types.
    fn made(
        &mut self,
        function: &str,
        values: Vec<Typed>,
        types: &[Type],
        result: Type,
    ) -> Result<Typed> {
        let mut parts = Vec::new();
        for (value, ty) in values.into_iter().zip(types) {
            parts.push(self.coerce(value, *ty)?.sql);
        }
        Ok(Typed::new(format!("{function}({})", parts.join(", ")), result))
    }

    /// `age(later, earlier)`; of one, since midnight of this day.
    fn age(&mut self, values: Vec<Typed>) -> Result<Typed> {
        let is_timestamp = |value: &Typed| value.ty.oid == Oid::TIMESTAMP;
        let ty = if values.iter().any(is_timestamp) { TIMESTAMP } else { TIMESTAMPTZ };
        let mut moments = Vec::new();
        if values.len() == 1 {
            let today = self.present("current_date", Vec::new())?;
            moments.push(self.coerce(today, ty)?.sql);
        }
        for value in values {
            moments.push(self.coerce(value, ty)?.sql);
        }
        let function = self.zoned("pg_age", ty)?;
        let sql = format!("{function}({}, {})", moments.join(", "), ty.oid.0);
        Ok(Typed::new(sql, INTERVAL))
    }
}
