//! How shapes are read.

use super::{Geometry, Held, Point, Points, corners};
use crate::types::error::ValueError;
use crate::types::float;
use crate::types::text::is_space;
use crate::{Oid, SqlState};

impl Geometry {
    /// Reads the text of the type `oid`; parentheses that leave no doubt may be missing.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, and for a line without direction; 22003 for numbers that a `float8` cannot
    /// hold.
    pub fn parse(oid: Oid, text: &str) -> Result<Geometry, ValueError> {
        let mut input = Input { rest: text };
        let held = || Points(Held::Text(oid, text.into()));
        let read = match oid {
            Oid::LINE => input.line(),
            Oid::LSEG => input.two(true).map(|(points, _)| Geometry::Lseg(points)),
            Oid::BOX => input.two(false).map(|(points, _)| Geometry::Box(corners(points))),
            Oid::PATH => {
                let path = input.path(drop);
                path.map(|closed| Geometry::Path { closed, points: held() })
            }
            Oid::POLYGON => input.polygon(drop).map(|()| Geometry::Polygon(held())),
            Oid::CIRCLE => input.circle(),
            _ => input.point().map(Geometry::Point),
        };
        match read {
            Ok(geometry) if input.rest.is_empty() => Ok(geometry),
            Ok(_) | Err(Wrong::Form) => Err(ValueError::syntax(name(oid), text)),
            Err(Wrong::Value(error)) => Err(error),
        }
    }
}

/// The points of what was checked to be a path or a polygon.
pub(super) fn points_of(oid: Oid, text: &str) -> Vec<Point> {
    let (mut input, mut points) = (Input { rest: text }, Vec::new());
    let push = |point| points.push(point);
    let _ = match oid {
        Oid::PATH => input.path(push).map(drop),
        _ => input.polygon(push),
    };
    points
}

fn name(oid: Oid) -> &'static str {
    crate::types::name_of(oid).unwrap_or("point")
}

enum Wrong {
    /// The text is not of the type.
    Form,
    Value(ValueError),
}

impl Wrong {
    fn value(sqlstate: SqlState, message: &str) -> Wrong {
        Wrong::Value(ValueError::new(sqlstate, message))
    }
}

struct Input<'a> {
    rest: &'a str,
}

impl Input<'_> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(|c| u8::try_from(c).is_ok_and(is_space));
    }

    fn begins(&self, mark: char) -> bool {
        self.rest.starts_with(mark)
    }

    fn take(&mut self, mark: char) -> bool {
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), Wrong> {
        if self.take(mark) { Ok(()) } else { Err(Wrong::Form) }
    }

    fn number(&mut self) -> Result<f64, Wrong> {
        let (number, rest) = match float::leading_f64(self.rest) {
            Some(read) => read.map_err(Wrong::Value)?,
            None => return Err(Wrong::Form),
        };
        self.rest = rest;
        self.skip_spaces();
        Ok(number)
    }

    /// Two numbers, in parentheses or without.
    fn point(&mut self) -> Result<Point, Wrong> {
        self.skip_spaces();
        let enclosed = self.take('(');
        let x = self.number()?;
        self.expect(',')?;
        let y = self.number()?;
        if enclosed {
            self.expect(')')?;
            self.skip_spaces();
        }
        Ok(Point { x, y })
    }

    /// So many points, in brackets if they may be open, in parentheses, or without; whether they are
    /// open.
    fn points(
        &mut self,
        may_be_open: bool,
        count: usize,
        mut each: impl FnMut(Point),
    ) -> Result<bool, Wrong> {
        self.skip_spaces();
        let is_open = self.begins('[');
        let mut enclosed = false;
        if is_open {
            if !may_be_open {
                return Err(Wrong::Form);
            }
            enclosed = self.take('[');
        } else if let Some(after) = self.rest.strip_prefix('(') {
            let mut inner = Input { rest: after };
            inner.skip_spaces();
            // The only one, or one before that of the first point.
            if inner.begins('(') || !after.contains('(') {
                (self.rest, enclosed) = (inner.rest, true);
            }
        }
        for _ in 0..count {
            each(self.point()?);
            self.take(',');
        }
        if enclosed {
            if !(self.take(')') || (is_open && self.take(']'))) {
                return Err(Wrong::Form);
            }
            self.skip_spaces();
        }
        Ok(is_open)
    }

    fn two(&mut self, may_be_open: bool) -> Result<([Point; 2], bool), Wrong> {
        let mut points = Vec::with_capacity(2);
        let is_open = self.points(may_be_open, 2, |point| points.push(point))?;
        let points = <[Point; 2]>::try_from(points).map_err(|_| Wrong::Form)?;
        Ok((points, is_open))
    }

    /// How many points there are, by the commas.
    fn count(&self) -> Result<usize, Wrong> {
        let commas = self.rest.bytes().filter(|byte| *byte == b',').count();
        if commas % 2 == 1 { Ok(commas.div_ceil(2)) } else { Err(Wrong::Form) }
    }

    /// Whether it is closed.
    fn path(&mut self, each: impl FnMut(Point)) -> Result<bool, Wrong> {
        let count = self.count()?;
        self.skip_spaces();
        let only = self.rest.strip_prefix('(').filter(|after| !after.contains('('));
        if let Some(after) = only {
            self.rest = after;
        }
        let is_open = self.points(true, count, each)?;
        if only.is_some() {
            self.expect(')')?;
            self.skip_spaces();
        }
        Ok(!is_open)
    }

    fn polygon(&mut self, each: impl FnMut(Point)) -> Result<(), Wrong> {
        let count = self.count()?;
        self.points(false, count, each).map(drop)
    }

    fn circle(&mut self) -> Result<Geometry, Wrong> {
        self.skip_spaces();
        let mut enclosed = self.take('<');
        if let Some(after) = self.rest.strip_prefix('(').filter(|_| !enclosed) {
            let mut inner = Input { rest: after };
            inner.skip_spaces();
            if inner.begins('(') {
                (self.rest, enclosed) = (inner.rest, true);
            }
        }
        let center = self.point()?;
        self.take(',');
        let radius = self.number()?;
        if radius < 0.0 {
            return Err(Wrong::Form);
        }
        if enclosed {
            if !(self.take(')') || self.take('>')) {
                return Err(Wrong::Form);
            }
            self.skip_spaces();
        }
        Ok(Geometry::Circle { center, radius })
    }

    /// Three numbers in braces, or two points.
    fn line(&mut self) -> Result<Geometry, Wrong> {
        let invalid = |what: &str| {
            let message = format!("invalid line specification: {what}");
            Wrong::value(SqlState::INVALID_TEXT_REPRESENTATION, &message)
        };
        self.skip_spaces();
        if !self.take('{') {
            let ([one, other], _) = self.two(true)?;
            if !self.rest.is_empty() {
                return Err(Wrong::Form);
            }
            if one.is_near(other) {
                return Err(invalid("must be two distinct points"));
            }
            return through(one, other);
        }
        let a = self.number()?;
        self.expect(',')?;
        let b = self.number()?;
        self.expect(',')?;
        let c = self.number()?;
        self.expect('}')?;
        self.skip_spaces();
        if !self.rest.is_empty() {
            return Err(Wrong::Form);
        }
        if is_zero(a) && is_zero(b) {
            return Err(invalid("A and B cannot both be zero"));
        }
        Ok(Geometry::Line { a, b, c })
    }
}

/// What is this near is the same to PostgreSQL.
const EPSILON: f64 = 1.0e-6;

pub(super) fn is_zero(number: f64) -> bool {
    number.abs() <= EPSILON
}

#[allow(clippy::float_cmp, reason = "infinities are the same, and have no difference")]
fn is_near(one: f64, other: f64) -> bool {
    one == other || (one - other).abs() <= EPSILON
}

impl Point {
    fn is_near(self, other: Point) -> bool {
        let same = |one: f64, other: f64| one == other || (one.is_nan() && other.is_nan());
        if [self.x, self.y, other.x, other.y].iter().any(|number| number.is_nan()) {
            return same(self.x, other.x) && same(self.y, other.y);
        }
        is_near(self.x, other.x) && is_near(self.y, other.y)
    }
}

/// The line through two points.
fn through(one: Point, other: Point) -> Result<Geometry, Wrong> {
    if is_near(one.x, other.x) {
        return Ok(Geometry::Line { a: -1.0, b: 0.0, c: one.x });
    }
    if is_near(one.y, other.y) {
        return Ok(Geometry::Line { a: 0.0, b: -1.0, c: one.y });
    }
    let (rise, run) = (less(one.y, other.y)?, less(one.x, other.x)?);
    let slope = checked(rise / run, rise.is_infinite(), rise == 0.0 || run.is_infinite())?;
    if slope.is_infinite() {
        return Ok(Geometry::Line { a: -1.0, b: 0.0, c: one.x });
    }
    if slope == 0.0 {
        return Ok(Geometry::Line { a: 0.0, b: -1.0, c: one.y });
    }
    let product = checked(
        slope * one.x,
        slope.is_infinite() || one.x.is_infinite(),
        slope == 0.0 || one.x == 0.0,
    )?;
    // Not below zero where it is zero.
    let c = less(one.y, product)? + 0.0;
    Ok(Geometry::Line { a: slope, b: -1.0, c })
}

fn less(one: f64, other: f64) -> Result<f64, Wrong> {
    checked(one - other, one.is_infinite() || other.is_infinite(), true)
}

/// The outcome of arithmetic, unless it became infinite or zero by being too large or too small.
fn checked(outcome: f64, may_be_infinite: bool, may_be_zero: bool) -> Result<f64, Wrong> {
    let out_of_range = |how: &str| {
        let message = format!("value out of range: {how}");
        Wrong::value(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, &message)
    };
    if outcome.is_infinite() && !may_be_infinite {
        return Err(out_of_range("overflow"));
    }
    if outcome == 0.0 && !may_be_zero {
        return Err(out_of_range("underflow"));
    }
    Ok(outcome)
}
