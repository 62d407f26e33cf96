//! `point`, `line`, `lseg`, `box`, `path`, `polygon`, `circle`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-geometric.html>. Numbers are `float8`, in binary
//! and in text.

mod binary;
mod parse;

use std::borrow::Cow;
use std::fmt;

use super::float;
use super::style::TextStyle;
use crate::Oid;

/// A place in the plane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "it says no more than its letter")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// Anything of points.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// `point`
    Point(Point),
    /// `line`: where `ax + by + c` is 0.
    Line {
        /// The factor of x.
        a: f64,
        /// The factor of y; not 0 where that of x is.
        b: f64,
        /// What is added.
        c: f64,
    },
    /// `lseg`: from one point to the other.
    Lseg([Point; 2]),
    /// `box`: its upper right corner and its lower left one.
    Box([Point; 2]),
    /// `path`
    Path {
        /// Whether the last point is joined with the first.
        closed: bool,
        /// At least one.
        points: Points,
    },
    /// `polygon`: at least one point.
    Polygon(Points),
    /// `circle`
    Circle {
        /// The middle.
        center: Point,
        /// Not below 0.
        radius: f64,
    },
}

/// The points of a `path` or a `polygon`.
///
/// Those that were received as text are held as text, and read when they are asked for.
#[derive(Clone)]
pub struct Points(Held);

#[derive(Clone)]
enum Held {
    Values(Vec<Point>),
    /// Of this type.
    Text(Oid, Box<str>),
}

impl Points {
    /// The points in their order.
    pub fn values(&self) -> Cow<'_, [Point]> {
        match &self.0 {
            Held::Values(points) => Cow::Borrowed(points),
            Held::Text(oid, text) => Cow::Owned(parse::points_of(*oid, text)),
        }
    }
}

impl From<Vec<Point>> for Points {
    fn from(points: Vec<Point>) -> Points {
        Points(Held::Values(points))
    }
}

impl PartialEq for Points {
    fn eq(&self, other: &Points) -> bool {
        self.values() == other.values()
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values().iter()).finish()
    }
}

impl Geometry {
    /// The type that it is of.
    pub fn oid(&self) -> Oid {
        match self {
            Geometry::Point(_) => Oid::POINT,
            Geometry::Line { .. } => Oid::LINE,
            Geometry::Lseg(_) => Oid::LSEG,
            Geometry::Box(_) => Oid::BOX,
            Geometry::Path { .. } => Oid::PATH,
            Geometry::Polygon(_) => Oid::POLYGON,
            Geometry::Circle { .. } => Oid::CIRCLE,
        }
    }

    /// Appends the text: `(1,2)`, `{1,2,3}`, `[(1,2),(3,4)]`, `(3,4),(1,2)`, `((1,2),(3,4))`, `<(1,2),3>`.
    pub fn text(&self, style: &TextStyle, out: &mut Vec<u8>) {
        let digits = style.extra_float_digits;
        match self {
            Geometry::Point(point) => point.text(digits, out),
            Geometry::Line { a, b, c } => {
                for (before, number) in [(b'{', a), (b',', b), (b',', c)] {
                    out.push(before);
                    float::text_f64(*number, digits, out);
                }
                out.push(b'}');
            }
            Geometry::Lseg(points) => enclosed(b'[', points, b']', digits, out),
            Geometry::Box(corners) => list(corners, digits, out),
            Geometry::Path { closed: false, points } => {
                enclosed(b'[', &points.values(), b']', digits, out);
            }
            Geometry::Path { points, .. } | Geometry::Polygon(points) => {
                enclosed(b'(', &points.values(), b')', digits, out);
            }
            Geometry::Circle { center, radius } => {
                out.push(b'<');
                center.text(digits, out);
                out.push(b',');
                float::text_f64(*radius, digits, out);
                out.push(b'>');
            }
        }
    }
}

impl Point {
    fn text(&self, digits: i8, out: &mut Vec<u8>) {
        out.push(b'(');
        float::text_f64(self.x, digits, out);
        out.push(b',');
        float::text_f64(self.y, digits, out);
        out.push(b')');
    }
}

fn enclosed(before: u8, points: &[Point], after: u8, digits: i8, out: &mut Vec<u8>) {
    out.push(before);
    list(points, digits, out);
    out.push(after);
}

fn list(points: &[Point], digits: i8, out: &mut Vec<u8>) {
    for (place, point) in points.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        point.text(digits, out);
    }
}

/// The corners of a box in their order, whichever two were given. NaN is above all other numbers.
fn corners([one, other]: [Point; 2]) -> [Point; 2] {
    let is_below = |x: f64, y: f64| if y.is_nan() { !x.is_nan() } else { x < y };
    let ordered =
        |one: f64, other: f64| if is_below(one, other) { (other, one) } else { (one, other) };
    let ((right, left), (upper, lower)) = (ordered(one.x, other.x), ordered(one.y, other.y));
    [Point { x: right, y: upper }, Point { x: left, y: lower }]
}
