//! The binary forms: numbers of 64 bits.

use super::{Geometry, Point, corners};
use crate::Oid;
use crate::types::error::ValueError;
use crate::types::{float, int};

impl Geometry {
    /// Appends the numbers; of a path a byte first that says whether it is closed, and of what may have any
    /// points their number.
    pub fn binary(&self, out: &mut Vec<u8>) {
        match self {
            Geometry::Point(point) => push(std::slice::from_ref(point), out),
            Geometry::Line { a, b, c } => {
                [a, b, c].into_iter().for_each(|number| float::binary_f64(*number, out));
            }
            Geometry::Lseg(points) | Geometry::Box(points) => push(points, out),
            Geometry::Path { closed, points } => {
                out.push(u8::from(*closed));
                push_counted(&points.values(), out);
            }
            Geometry::Polygon(points) => push_counted(&points.values(), out),
            Geometry::Circle { center, radius } => {
                push(std::slice::from_ref(center), out);
                float::binary_f64(*radius, out);
            }
        }
    }

    /// Reads the binary form of the type `oid`.
    ///
    /// # Errors
    ///
    /// 22P03 for a line without direction, a radius below 0, a number of points that cannot be, and
    /// for more bytes than belong to it; 08P01 for fewer.
    pub fn receive(oid: Oid, bytes: &[u8]) -> Result<Geometry, ValueError> {
        let mut rest = bytes;
        let geometry = match oid {
            Oid::LINE => {
                let [a, b, c] = [number(&mut rest)?, number(&mut rest)?, number(&mut rest)?];
                if super::parse::is_zero(a) && super::parse::is_zero(b) {
                    let message = "invalid line specification: A and B cannot both be zero";
                    return Err(ValueError::binary(message));
                }
                Geometry::Line { a, b, c }
            }
            Oid::LSEG => Geometry::Lseg([point(&mut rest)?, point(&mut rest)?]),
            Oid::BOX => Geometry::Box(corners([point(&mut rest)?, point(&mut rest)?])),
            Oid::PATH => {
                let ([closed], after) = first(rest)?;
                rest = after;
                Geometry::Path { closed: closed != 0, points: points("path", &mut rest)?.into() }
            }
            Oid::POLYGON => Geometry::Polygon(points("polygon", &mut rest)?.into()),
            Oid::CIRCLE => {
                let (center, radius) = (point(&mut rest)?, number(&mut rest)?);
                if radius < 0.0 {
                    return Err(ValueError::binary("invalid radius in external \"circle\" value"));
                }
                Geometry::Circle { center, radius }
            }
            _ => Geometry::Point(point(&mut rest)?),
        };
        if rest.is_empty() { Ok(geometry) } else { Err(ValueError::trailing()) }
    }
}

fn push(points: &[Point], out: &mut Vec<u8>) {
    for point in points {
        float::binary_f64(point.x, out);
        float::binary_f64(point.y, out);
    }
}

fn push_counted(points: &[Point], out: &mut Vec<u8>) {
    let count = i32::try_from(points.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&count.to_be_bytes());
    push(points, out);
}

fn first(bytes: &[u8]) -> Result<([u8; 1], &[u8]), ValueError> {
    let (first, rest) = bytes.split_first_chunk().ok_or_else(ValueError::empty)?;
    Ok((*first, rest))
}

fn number(rest: &mut &[u8]) -> Result<f64, ValueError> {
    let (number, after) = int::leading(rest)?;
    *rest = after;
    Ok(f64::from_be_bytes(number))
}

fn point(rest: &mut &[u8]) -> Result<Point, ValueError> {
    Ok(Point { x: number(rest)?, y: number(rest)? })
}

/// As many points as a number before them says.
fn points(name: &str, rest: &mut &[u8]) -> Result<Vec<Point>, ValueError> {
    /// What fits into a gibibyte of PostgreSQL's.
    const MOST: i32 = 0x7fff_ffff / 16;
    let (count, after) = int::leading(rest)?;
    *rest = after;
    let count = i32::from_be_bytes(count);
    if !(1..MOST).contains(&count) {
        let message = format!("invalid number of points in external \"{name}\" value");
        return Err(ValueError::binary(message));
    }
    let count = usize::try_from(count).unwrap_or(0);
    let mut points = Vec::with_capacity(count.min(rest.len() / 16));
    for _ in 0..count {
        points.push(point(rest)?);
    }
    Ok(points)
}
