//! Families so small that every input is asked about.

use trunkline_proto::Oid;

use crate::golden::Case;

type Inputs = fn() -> Vec<Case>;

pub(super) const ALL: [(&str, Inputs); 4] = [
    ("every boolean", booleans),
    ("every \"char\"", chars),
    ("every smallint", smallints),
    ("every void", voids),
];

fn text(oid: Oid, input: impl Into<Vec<u8>>) -> Case {
    Case { oid, settings: String::new(), binary: false, input: input.into(), outcome: None }
}

fn binary(oid: Oid, input: impl Into<Vec<u8>>) -> Case {
    Case { binary: true, ..text(oid, input) }
}

/// Every text of up to two characters and many of three, all beginnings of the words in each case, and
/// every byte.
fn booleans() -> Vec<Case> {
    let mut cases = vec![text(Oid::BOOL, ""), binary(Oid::BOOL, ""), binary(Oid::BOOL, [0, 1])];
    cases.extend((0..=255).map(|byte| binary(Oid::BOOL, [byte])));
    cases.extend((1..=255).map(|byte| text(Oid::BOOL, [byte])));
    for one in 0x20..0x7f {
        cases.extend((0x20..0x7f).map(|two| text(Oid::BOOL, [one, two])));
    }
    let letters = b"tTrRuUeEfFaAlLsSyYnNoO01 \t\n";
    for one in letters {
        for two in letters {
            cases.extend(letters.iter().map(|three| text(Oid::BOOL, [*one, *two, *three])));
        }
    }
    for word in ["true", "false", "yes", "no", "on", "off", "1", "0"] {
        for end in 1..=word.len() {
            for mask in 0..1_u32 << end {
                let cased = |(place, letter): (usize, char)| match mask >> place & 1 {
                    0 => letter,
                    _ => letter.to_ascii_uppercase(),
                };
                let cased: String = word[..end].chars().enumerate().map(cased).collect();
                for around in ["", " ", "\t", "\u{b}", "x"] {
                    cases.push(text(Oid::BOOL, format!("{around}{cased}{around}")));
                }
            }
        }
    }
    cases
}

/// Every text of up to two bytes, UTF-8 or not, every octal form, and every byte.
fn chars() -> Vec<Case> {
    let mut cases = vec![text(Oid::CHAR, ""), binary(Oid::CHAR, ""), binary(Oid::CHAR, [1, 2])];
    for one in 0..=255 {
        cases.push(binary(Oid::CHAR, [one]));
        cases.push(text(Oid::CHAR, [one]));
        cases.extend((0..=255).map(|two| text(Oid::CHAR, [one, two])));
    }
    for number in 0..1000 {
        cases.push(text(Oid::CHAR, format!("\\{number:03}")));
        cases.push(text(Oid::CHAR, format!("\\{number:03}x")));
        cases.push(text(Oid::CHAR, format!("\\{number}")));
    }
    cases
}

/// Every number in both formats, and what is just beyond.
fn smallints() -> Vec<Case> {
    let all = i16::MIN..=i16::MAX;
    let beyond = [-100_000, -32_769, 32_768, 65_535, 65_536];
    let mut cases: Vec<Case> = all.clone().map(|n| text(Oid::INT2, n.to_string())).collect();
    cases.extend(beyond.map(|number: i32| text(Oid::INT2, number.to_string())));
    cases.extend(all.map(|number| binary(Oid::INT2, number.to_be_bytes())));
    cases.extend((0..=255).map(|byte| binary(Oid::INT2, [byte])));
    cases.extend([binary(Oid::INT2, ""), binary(Oid::INT2, [0; 3])]);
    cases
}

/// Whatever it is, nothing comes of it.
fn voids() -> Vec<Case> {
    let mut cases = vec![text(Oid::VOID, ""), binary(Oid::VOID, ""), binary(Oid::VOID, [0; 4])];
    cases.extend((0..=255).map(|byte| text(Oid::VOID, [byte])));
    cases.extend((0..=255).map(|byte| binary(Oid::VOID, [byte])));
    cases
}
