//! Types with what is said of their length.

use trunkline_core::Oid;

use crate::bind::{ALL_DIGITS, ALL_FIELDS, INTERVAL_FIELDS};

/// A type's name with its modifier.
pub(crate) fn modified(oid: Oid, name: &str, typmod: i32) -> String {
    if typmod < 0 {
        // `character` alone would be one of a single character.
        return if oid == Oid::BPCHAR { "character".to_owned() } else { name.to_owned() };
    }
    match oid {
        Oid::VARCHAR | Oid::BPCHAR if typmod > 4 => format!("{name}({})", typmod - 4),
        Oid::BIT | Oid::VARBIT => format!("{name}({typmod})"),
        Oid::NUMERIC if typmod >= 4 => {
            let packed = typmod - 4;
            let scale = ((packed & 0x7ff) ^ 1024) - 1024;
            format!("numeric({},{scale})", (packed >> 16) & 0xffff)
        }
        Oid::INTERVAL => {
            let fields = (typmod >> 16) & ALL_FIELDS;
            let named = INTERVAL_FIELDS.iter().filter(|(_, bit)| fields & (1 << bit) != 0);
            let named: Vec<&str> = named.map(|(field, _)| *field).collect();
            let fields = match named.as_slice() {
                _ if fields == ALL_FIELDS => String::new(),
                [first, .., last] => format!(" {first} to {last}"),
                [one] => format!(" {one}"),
                [] => String::new(),
            };
            match typmod & ALL_DIGITS {
                ALL_DIGITS => format!("{name}{fields}"),
                digits => format!("{name}{fields}({digits})"),
            }
        }
        Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => match name.split_once(' ') {
            Some((first, rest)) => format!("{first}({typmod}) {rest}"),
            None => format!("{name}({typmod})"),
        },
        _ => name.to_owned(),
    }
}
