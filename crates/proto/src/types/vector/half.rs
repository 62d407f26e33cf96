//! Floats of 16 bits: a sign, 5 bits of exponent, 10 of the number.

/// The nearest float of 16 bits, the even one of two; infinite from 65520 on.
pub fn half_of_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = u16::try_from(bits.wrapping_shr(16) & 0x8000).unwrap_or(0);
    let size = bits & 0x7fff_ffff;
    // The exponent of 16 bits counts from 15, that of 32 from 127.
    let half = match size {
        0x7f80_0001.. => 0x7e00,
        0x4780_0000.. => 0x7c00,
        // Normal numbers: 13 bits go; a carry goes up into the exponent as it should.
        0x3880_0000.. => rounded(size.wrapping_sub(0x3800_0000), 13),
        // Numbers below 2^-14 are multiples of 2^-24.
        0x3300_0000.. => {
            let exponent = size.wrapping_shr(23);
            rounded((size & 0x007f_ffff) | 0x0080_0000, 126_u32.wrapping_sub(exponent))
        }
        _ => 0,
    };
    sign | u16::try_from(half).unwrap_or(0x7c00)
}

/// The same number as a float of 32 bits.
pub fn f32_of_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000).wrapping_shl(16);
    let (exponent, number) = (u32::from(half.wrapping_shr(10) & 0x1f), u32::from(half & 0x3ff));
    match exponent {
        0 => {
            #[allow(clippy::as_conversions, reason = "10 bits fit into 24")]
            let size = number as f32 / 16_777_216.0;
            f32::from_bits(sign | size.to_bits())
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | number.wrapping_shl(13)),
        _ => {
            let exponent = exponent.wrapping_add(112).wrapping_shl(23);
            f32::from_bits(sign | exponent | number.wrapping_shl(13))
        }
    }
}

/// Drops the lowest bits, to the nearest or the even one.
fn rounded(bits: u32, drop: u32) -> u32 {
    let kept = bits.wrapping_shr(drop);
    let rest = bits & 1_u32.wrapping_shl(drop).wrapping_sub(1);
    let middle = 1_u32.wrapping_shl(drop.wrapping_sub(1));
    let up = rest > middle || (rest == middle && kept & 1 == 1);
    kept.wrapping_add(u32::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_comes_back() {
        for half in 0..=u16::MAX {
            let value = f32_of_half(half);
            if !value.is_nan() {
                assert_eq!(half_of_f32(value), half, "{value}");
            }
        }
    }
}
