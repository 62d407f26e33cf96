//! A type in the words of the information schema.

use trunkline_arrow::PgType;

use super::{Cell, Oid, types, word};

/// What the information schema says of a type.
#[derive(Debug, Default)]
pub(super) struct Described {
    data_type: String,
    udt_name: String,
    octets: Option<i32>,
    precision: Option<(i32, i32)>,
    scale: Option<i32>,
    datetime_precision: Option<i32>,
}

impl Described {
    pub(super) fn of(pg_type: PgType) -> Described {
        let oid = pg_type.oid;
        let name = types::name_of(oid).unwrap_or("text");
        let plain = |udt: &str| Described {
            data_type: name.to_owned(),
            udt_name: udt.to_owned(),
            ..Described::default()
        };
        let number = |udt: &str, bits: i32, scale: Option<i32>| Described {
            precision: Some((bits, 2)),
            scale,
            ..plain(udt)
        };
        let moment =
            |udt: &str, digits: i32| Described { datetime_precision: Some(digits), ..plain(udt) };
        let string = |udt: &str| Described { octets: Some(1 << 30), ..plain(udt) };
        match oid {
            Oid::BOOL => plain("bool"),
            Oid::INT2 => number("int2", 16, Some(0)),
            Oid::INT4 => number("int4", 32, Some(0)),
            Oid::INT8 => number("int8", 64, Some(0)),
            Oid::FLOAT4 => number("float4", 24, None),
            Oid::FLOAT8 => number("float8", 53, None),
            Oid::NUMERIC => {
                let modifier = pg_type.typmod.checked_sub(4).filter(|modifier| *modifier >= 0);
                let precision = modifier.map(|modifier| (modifier >> 16, 10));
                // Eleven bits with a sign, as negative scales are written.
                let scale = modifier.map(|modifier| ((modifier & 0x7ff) ^ 1024) - 1024);
                Described { precision, scale, ..plain("numeric") }
            }
            Oid::TEXT => string("text"),
            Oid::VARCHAR => string("varchar"),
            Oid::DATE => moment("date", 0),
            Oid::TIME => moment("time", 6),
            Oid::TIMESTAMP => moment("timestamp", 6),
            Oid::TIMESTAMPTZ => moment("timestamptz", 6),
            Oid::INTERVAL => moment("interval", 6),
            oid => match types::element_of(oid) {
                Some(element) => {
                    let element = Described::of(PgType::from(element));
                    Described {
                        data_type: "ARRAY".to_owned(),
                        udt_name: format!("_{}", element.udt_name),
                        ..Described::default()
                    }
                }
                // bytea, uuid, json: one name for both.
                None => plain(name),
            },
        }
    }

    pub(super) fn cells(self) -> Vec<(&'static str, Cell)> {
        let (precision, radix) = self.precision.unzip();
        let numbers = [
            ("character_octet_length", self.octets),
            ("numeric_precision", precision),
            ("numeric_precision_radix", radix),
            ("numeric_scale", self.scale),
            ("datetime_precision", self.datetime_precision),
        ];
        let mut cells =
            vec![("data_type", word(self.data_type)), ("udt_name", word(self.udt_name))];
        cells.extend(
            numbers.into_iter().filter_map(|(name, value)| Some((name, Cell::Int(value?)))),
        );
        cells
    }
}
