//! A timestamp as text.

const DAY: i64 = 86_400_000_000;

/// "00", "01", … "99".
static PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut i = 0;
    while i < 100 {
        pairs[2 * i] = b'0' + (i / 10) as u8;
        pairs[2 * i + 1] = b'0' + (i % 10) as u8;
        i += 1;
    }
    pairs
};

/// `2024-01-01 00:00:00.000000`, of microseconds since 2000-01-01; years of four digits only.
#[inline]
pub(crate) fn timestamp(micros: i64) -> [u8; 26] {
    let (day, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY) as u64);
    // Days since the first of March of the year 0, whose years end with a leap day.
    let day = (day + 730_425) as u32;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u32::from(month <= 2);
    let (second, micro) = ((rest / 1_000_000) as u32, (rest % 1_000_000) as u32);
    let mut text = *b"0000-00-00 00:00:00.000000";
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, second / 3600),
        (14, second / 60 % 60),
        (17, second % 60),
        (20, micro / 10_000),
        (22, micro / 100 % 100),
        (24, micro % 100),
    ];
    for (at, value) in pairs {
        text[at..at + 2].copy_from_slice(&PAIRS[value as usize * 2..][..2]);
    }
    text
}

/// Cuts what PostgreSQL does not print: the zeros that end a fraction, and the point if no digit
/// follows it. There has to be a point.
#[inline]
pub(crate) fn cut(number: &[u8]) -> &[u8] {
    let mut rest = number;
    while let [before @ .., b'0'] = rest {
        rest = before;
    }
    if let [before @ .., b'.'] = rest { before } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (micros, text) in [
            (0, "2000-01-01 00:00:00.000000"),
            (-1, "1999-12-31 23:59:59.999999"),
            (757_382_400_000_000, "2024-01-01 00:00:00.000000"),
            (762_523_200_000_000 - 1, "2024-02-29 11:59:59.999999"),
        ] {
            assert_eq!(timestamp(micros).escape_ascii().to_string(), text);
        }
    }
    #[test]
    fn fractions_end_as_postgresql_prints_them() {
        for (written, printed) in [
            ("19.0", "19"),
            ("100.0", "100"),
            ("0.87", "0.87"),
            ("2024-01-01 00:00:00.000000", "2024-01-01 00:00:00"),
            ("2024-01-01 00:00:10.001230", "2024-01-01 00:00:10.00123"),
            ("2024-01-01 00:00:10.000123", "2024-01-01 00:00:10.000123"),
        ] {
            assert_eq!(cut(written.as_bytes()), printed.as_bytes());
        }
    }
}
