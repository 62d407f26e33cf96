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
    for value in values {
        for scale in -9..45 {
            let mut direct = Vec::new();
            text_i128(value, scale, &mut direct);
            let direct = String::from_utf8(direct).unwrap();
            let parsed = Numeric::parse(&direct).unwrap();
            assert_eq!(text(&parsed), direct);
            assert_eq!(Numeric::from_i128(value, scale), parsed, "{value} {scale}");
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
