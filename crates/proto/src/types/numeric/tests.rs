use super::*;

fn text(number: &Numeric) -> String {
    number.to_string()
}

fn bytes(number: &Numeric) -> Vec<u8> {
    let mut out = Vec::new();
    number.binary(&mut out);
    out
}

#[test]
fn integers_with_a_scale_agree_with_parsed_text() {
    let values = [
        0,
        1,
        -1,
        9999,
        10_000,
        10_001,
        123_456_789,
        -99_999_999,
        i128::from(i64::MIN),
        i128::MAX,
        i128::MIN,
        10_i128.pow(38),
    ];
    // Where a number gets longer, and where words of eight and groups of four digits meet.
    let powers = (0..18).map(|power| 10_i128.pow(power));
    let around = powers.flat_map(|one| [one - 1, one, one + 1, 7 - one, one * 1234 / 1000]);
    for value in values.into_iter().chain(around) {
        for scale in -9..45 {
            let mut direct = Vec::new();
            text_i128(value, scale, &mut direct);
            let direct = String::from_utf8(direct).unwrap();
            let parsed = Numeric::parse(&direct).unwrap();
            assert_eq!(text(&parsed), direct);
            assert_eq!(Numeric::from_i128(value, scale), parsed, "{value} {scale}");
            let mut binary = Vec::new();
            binary_i128(value, scale, &mut binary);
            assert_eq!(binary, bytes(&parsed), "{value} {scale}");
            let mut wide = [if value < 0 { 0xff } else { 0 }; 32];
            wide[..16].copy_from_slice(&value.to_le_bytes());
            assert_eq!(Numeric::from_i256_le_bytes(&wide, scale), parsed);
            let mut wide_text = Vec::new();
            text_i256(&wide, scale, &mut wide_text);
            assert_eq!(wide_text, direct.as_bytes());
            assert_eq!(parsed.to_i128(scale), Some(value), "{value} {scale}");
        }
    }
}

#[test]
fn the_widest_integers_are_exact() {
    let mut smallest = [0; 32];
    smallest[31] = 0x80;
    let number = Numeric::from_i256_le_bytes(&smallest, 0);
    let expected = "-57896044618658097711785492504343953926634992332820282019728792003956564819968";
    assert_eq!(text(&number), expected);
    assert_eq!(number, Numeric::parse(expected).unwrap());
}

#[test]
fn rounding_is_half_away_from_zero() {
    for (number, scale, expected) in [
        ("0.5", 0, 1),
        ("-0.5", 0, -1),
        ("0.4999", 0, 0),
        ("1.25", 1, 13),
        ("0.00005", 4, 1),
        ("0.00004", 4, 0),
        ("99999.99995", 4, 1_000_000_000),
        ("5000", -4, 1),
        ("4999", -4, 0),
        ("0.0000000001", 2, 0),
        ("12345", -2, 123),
    ] {
        assert_eq!(Numeric::parse(number).unwrap().to_i128(scale), Some(expected), "{number}");
    }
}

#[test]
fn the_binary_form_is_that_of_postgresql() {
    assert_eq!(bytes(&"1.50".parse().unwrap()), [0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 0x13, 0x88]);
    assert_eq!(bytes(&Numeric::NAN), [0, 0, 0, 0, 0xc0, 0, 0, 0]);
    assert_eq!(bytes(&Numeric::INFINITY), [0, 0, 0, 0, 0xd0, 0, 0, 0x20]);
}

#[test]
fn digits_beyond_the_scale_are_cut_off() {
    let sent = [0, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0x26, 0x94];
    assert_eq!(text(&Numeric::receive(&sent).unwrap()), "1.9");
}

/// As PostgreSQL 18 casts them; `-` for 22003.
#[test]
fn precision_and_scale_are_those_of_postgresql() {
    const MODIFIERS: [(i32, i32); 7] = [(6, 2), (2, -3), (3, 6), (8, 0), (3, 8), (12, 4), (1, 0)];
    for row in [
        "0 => 0.00 0 0.000000 0 0.00000000 0.0000 0",
        "-0.004 => 0.00 0 - 0 - -0.0040 0",
        "0.005 => 0.01 0 - 0 - 0.0050 0",
        "-0.005 => -0.01 0 - 0 - -0.0050 0",
        "9999.994 => 9999.99 10000 - 10000 - 9999.9940 -",
        "-9999.995 => - -10000 - -10000 - -9999.9950 -",
        "1e131071 => - - - - - - -",
        "1e-16383 => 0.00 0 0.000000 0 0.00000000 0.0000 0",
        "123456 => - - - 123456 - 123456.0000 -",
        "99950 => - - - 99950 - 99950.0000 -",
        "4999 => 4999.00 5000 - 4999 - 4999.0000 -",
        "0.00000050 => 0.00 0 0.000001 0 0.00000050 0.0000 0",
        "0.00000049 => 0.00 0 0.000000 0 0.00000049 0.0000 0",
        "12345678.12345 => - - - 12345678 - 12345678.1235 -",
        "NaN => NaN NaN NaN NaN NaN NaN NaN",
        "Infinity => - - - - - - -",
        "0.99999999 => 1.00 0 - 1 - 1.0000 1",
        "99999999.5 => - - - - - 99999999.5000 -",
        "0.0000999950 => 0.00 0 0.000100 0 - 0.0001 0",
    ] {
        let (number, expected) = row.split_once(" => ").unwrap();
        let number = Numeric::parse(number).unwrap();
        let fitted = MODIFIERS.map(|(precision, scale)| match number.fitting(precision, scale) {
            Ok(number) => text(&number),
            Err(error) => {
                assert_eq!(error.sqlstate(), crate::SqlState::NUMERIC_VALUE_OUT_OF_RANGE);
                "-".to_owned()
            }
        });
        assert_eq!(fitted.join(" "), expected, "{row}");
    }
}
