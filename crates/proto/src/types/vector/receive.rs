//! The binary form of vectors.

use super::{
    MAX_DIMENSIONS, Vector, check_dimensions, check_place, f32_of_half, finite, too_few, too_many,
    too_many_elements, wrong,
};
use crate::SqlState;
use crate::types::array::take_i32;
use crate::types::error::ValueError;
use crate::types::user::Base;

impl Vector {
    /// Reads the binary form of one of these types.
    pub(in crate::types) fn receive(base: Base, bytes: &[u8]) -> Result<Vector, ValueError> {
        let mut rest = bytes;
        let vector = match base {
            Base::Sparsevec => sparse(&mut rest)?,
            Base::Halfvec => Vector::Half(list(&mut rest, "halfvec", |rest| {
                let half = u16::from_be_bytes(*take(rest)?);
                finite(f32_of_half(half), "halfvec").map(|_| half)
            })?),
            _ => Vector::Full(list(&mut rest, "vector", |rest| {
                finite(f32::from_be_bytes(*take(rest)?), "vector")
            })?),
        };
        if rest.is_empty() { Ok(vector) } else { Err(ValueError::trailing()) }
    }
}

fn list<T>(
    rest: &mut &[u8],
    name: &str,
    mut read: impl FnMut(&mut &[u8]) -> Result<T, ValueError>,
) -> Result<Vec<T>, ValueError> {
    let (count, unused) = (i16::from_be_bytes(*take(rest)?), i16::from_be_bytes(*take(rest)?));
    let count = usize::try_from(count).ok().filter(|count| *count > 0);
    let count = count.ok_or_else(|| too_few(name))?;
    if count > MAX_DIMENSIONS {
        return Err(too_many(name));
    }
    check_unused(unused.into())?;
    (0..count).map(|_| read(rest)).collect()
}

fn sparse(rest: &mut &[u8]) -> Result<Vector, ValueError> {
    let (dimensions, count, unused) = (take_i32(rest)?, take_i32(rest)?, take_i32(rest)?);
    check_dimensions(dimensions)?;
    let Ok(count) = usize::try_from(count) else {
        return Err(wrong("sparsevec cannot have negative number of elements"));
    };
    if count > MAX_DIMENSIONS {
        return Err(too_many_elements());
    }
    if i32::try_from(count).is_ok_and(|count| count > dimensions) {
        let message = "sparsevec cannot have more elements than dimensions";
        return Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
    }
    check_unused(unused)?;
    let (mut elements, mut before) = (Vec::with_capacity(count.min(rest.len() / 4)), 0);
    for _ in 0..count {
        // It counts from 0 here.
        let place = take_i32(rest)?.wrapping_add(1);
        check_place(place, before, dimensions)?;
        before = place;
        elements.push((place, 0.0));
    }
    for (_, value) in &mut elements {
        *value = finite(f32::from_be_bytes(*take(rest)?), "sparsevec")?;
        if *value == 0.0 {
            return Err(wrong("binary representation of sparsevec cannot contain zero values"));
        }
    }
    Ok(Vector::Sparse { dimensions, elements })
}

fn check_unused(unused: i32) -> Result<(), ValueError> {
    match unused {
        0 => Ok(()),
        _ => Err(wrong(format!("expected unused to be 0, not {unused}"))),
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], ValueError> {
    let (head, tail) = rest.split_first_chunk().ok_or_else(ValueError::truncated)?;
    *rest = tail;
    Ok(head)
}
