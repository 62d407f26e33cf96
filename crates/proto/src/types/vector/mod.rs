//! `vector`, `halfvec` and `sparsevec` of pgvector: lists of floats.
//!
//! Source: <https://github.com/pgvector/pgvector#reference>, version 0.8. In binary two 16-bit
//! numbers come first, the count and a zero; of sparse ones three of 32 bits, the dimensions, the
//! count and a zero, then all places and all values.

mod half;
mod parse;
mod receive;

use super::error::ValueError;
use super::user::Base;
use super::{float, int};
use crate::SqlState;

pub use half::{f32_of_half, half_of_f32};

const MAX_DIMENSIONS: usize = 16_000;
const MAX_SPARSE_DIMENSIONS: i32 = 1_000_000_000;

/// A list of finite floats, 1 to 16,000.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Vector {
    /// `vector`
    Full(Vec<f32>),
    /// `halfvec`: floats of 16 bits, as [`half_of_f32`] makes them.
    Half(Vec<u16>),
    /// `sparsevec`: those that are not zero, of up to 1,000,000,000.
    Sparse {
        /// How many floats it has with the zeros.
        dimensions: i32,
        /// The place of each, from 1 on and in their order, and the float.
        elements: Vec<(i32, f32)>,
    },
}

impl Vector {
    /// The type that it is of.
    pub fn base(&self) -> Base {
        match self {
            Vector::Full(_) => Base::Vector,
            Vector::Half(_) => Base::Halfvec,
            Vector::Sparse { .. } => Base::Sparsevec,
        }
    }

    pub(in crate::types) fn name(&self) -> &'static str {
        match self {
            Vector::Full(_) => "vector",
            Vector::Half(_) => "halfvec",
            Vector::Sparse { .. } => "sparsevec",
        }
    }

    pub(in crate::types) fn text(&self, out: &mut Vec<u8>) {
        let mut mark = if matches!(self, Vector::Sparse { .. }) { b'{' } else { b'[' };
        let first = mark;
        let mut separate = |out: &mut Vec<u8>| out.push(std::mem::replace(&mut mark, b','));
        match self {
            Vector::Full(values) => {
                for value in values {
                    separate(out);
                    float::text_f32(*value, 1, out);
                }
            }
            Vector::Half(values) => {
                for value in values {
                    separate(out);
                    float::text_f32(f32_of_half(*value), 1, out);
                }
            }
            Vector::Sparse { elements, .. } => {
                for (place, value) in elements {
                    separate(out);
                    int::text_i64((*place).into(), out);
                    out.push(b':');
                    float::text_f32(*value, 1, out);
                }
            }
        }
        if mark == first {
            out.push(mark);
        }
        match self {
            Vector::Sparse { dimensions, .. } => {
                out.extend_from_slice(b"}/");
                int::text_i64((*dimensions).into(), out);
            }
            _ => out.push(b']'),
        }
    }

    /// Appends the binary form.
    ///
    /// # Errors
    ///
    /// 22000 and 54000 for a list that is none of the type.
    pub(in crate::types) fn binary(&self, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let name = self.name();
        match self {
            Vector::Full(values) => {
                out.extend_from_slice(&dense_header(values.len(), name)?);
                for value in values {
                    out.extend_from_slice(&finite(*value, name)?.to_be_bytes());
                }
            }
            Vector::Half(values) => {
                out.extend_from_slice(&dense_header(values.len(), name)?);
                for value in values {
                    finite(f32_of_half(*value), name)?;
                    out.extend_from_slice(&value.to_be_bytes());
                }
            }
            Vector::Sparse { dimensions, elements } => {
                check_sparse(*dimensions, elements)?;
                let count = i32::try_from(elements.len()).unwrap_or(i32::MAX);
                for word in [*dimensions, count, 0] {
                    out.extend_from_slice(&word.to_be_bytes());
                }
                // Places count from 1 as text, and from 0 here.
                for (place, _) in elements {
                    out.extend_from_slice(&place.saturating_sub(1).to_be_bytes());
                }
                for (_, value) in elements {
                    out.extend_from_slice(&finite(*value, name)?.to_be_bytes());
                }
            }
        }
        Ok(())
    }
}

fn dense_header(count: usize, name: &str) -> Result<[u8; 4], ValueError> {
    if count == 0 {
        return Err(too_few(name));
    }
    if count > MAX_DIMENSIONS {
        return Err(too_many(name));
    }
    let [high, low] = u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes();
    Ok([high, low, 0, 0])
}

/// Whether there are places and values as a `sparsevec` has them, in their order.
fn check_sparse(dimensions: i32, elements: &[(i32, f32)]) -> Result<(), ValueError> {
    check_dimensions(dimensions)?;
    if elements.len() > MAX_DIMENSIONS {
        return Err(too_many_elements());
    }
    let mut before = 0;
    for (place, _) in elements {
        check_place(*place, before, dimensions)?;
        before = *place;
    }
    Ok(())
}

fn check_dimensions(dimensions: i32) -> Result<(), ValueError> {
    if dimensions < 1 {
        return Err(too_few("sparsevec"));
    }
    if dimensions > MAX_SPARSE_DIMENSIONS {
        return Err(ValueError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("sparsevec cannot have more than {MAX_SPARSE_DIMENSIONS} dimensions"),
        ));
    }
    Ok(())
}

/// Whether a place can follow the one before it, which is 0 in front of the first.
fn check_place(place: i32, before: i32, dimensions: i32) -> Result<(), ValueError> {
    if !(1..=dimensions).contains(&place) {
        return Err(wrong("sparsevec index out of bounds"));
    }
    if place < before {
        return Err(wrong("sparsevec indices must be in ascending order"));
    }
    if place == before {
        return Err(wrong("sparsevec indices must not contain duplicates"));
    }
    Ok(())
}

fn finite(value: f32, name: &str) -> Result<f32, ValueError> {
    if value.is_nan() {
        return Err(wrong(format!("NaN not allowed in {name}")));
    }
    if value.is_infinite() {
        return Err(wrong(format!("infinite value not allowed in {name}")));
    }
    Ok(value)
}

#[cold]
fn wrong(message: impl Into<String>) -> ValueError {
    ValueError::new(SqlState::DATA_EXCEPTION, message)
}

#[cold]
fn too_few(name: &str) -> ValueError {
    wrong(format!("{name} must have at least 1 dimension"))
}

#[cold]
fn too_many(name: &str) -> ValueError {
    ValueError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("{name} cannot have more than {MAX_DIMENSIONS} dimensions"),
    )
}

#[cold]
fn too_many_elements() -> ValueError {
    ValueError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("sparsevec cannot have more than {MAX_DIMENSIONS} non-zero elements"),
    )
}
