//! A value of any type in either format: decoded, encoded in both, and the same after that.
use trunkline_proto::{
    Format, Oid,
    types::{
        DateStyle, FromPg, Interval, IntervalStyle, Numeric, TextStyle, TimeZone, ToPg, Value,
    },
};

const OIDS: [Oid; 36] = [
    Oid::BOOL,
    Oid::BYTEA,
    Oid::CHAR,
    Oid::NAME,
    Oid::INT8,
    Oid::INT2,
    Oid::INT2VECTOR,
    Oid::INT4,
    Oid::REGCLASS,
    Oid::TEXT,
    Oid::OID,
    Oid::XID8,
    Oid::PG_LSN,
    Oid::JSON,
    Oid::JSONB,
    Oid::FLOAT4,
    Oid::FLOAT8,
    Oid::NUMERIC,
    Oid::DATE,
    Oid::TIME,
    Oid::TIMETZ,
    Oid::TIMESTAMP,
    Oid::TIMESTAMPTZ,
    Oid::INTERVAL,
    Oid::UUID,
    Oid::RECORD,
    Oid::RECORD_ARRAY,
    Oid::INT4_ARRAY,
    Oid::TEXT_ARRAY,
    Oid::NUMERIC_ARRAY,
    Oid::TIMESTAMPTZ_ARRAY,
    Oid::INTERVAL_ARRAY,
    Oid::BYTEA_ARRAY,
    Oid::BOX_ARRAY,
    Oid::VOID,
    Oid(99_999),
];

const ZONES: [&str; 4] = ["UTC", "+05:45", "Europe/Paris", "FOO5BAR4"];
const DATES: [&str; 4] = ["ISO, MDY", "SQL, DMY", "Postgres, YMD", "German, DMY"];
const INTERVALS: [&str; 4] = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"];

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let [kind, style, bytes @ ..] = data else { return };
    let oid = OIDS[usize::from(*kind) % OIDS.len()];
    let choice = |shift: u32| usize::from(style >> shift & 3);
    let default = TextStyle::default();
    let style = TextStyle {
        time_zone: TimeZone::parse(ZONES[choice(0)]).unwrap(),
        date_style: DateStyle::parse(DATES[choice(2)], default.date_style).unwrap(),
        interval_style: IntervalStyle::parse(INTERVALS[choice(4)]).unwrap(),
        extra_float_digits: [1, 0, -3, 3][choice(6)],
        ..default.clone()
    };
    for format in [Format::Text, Format::Binary] {
        let _ = <&str>::decode(oid, format, bytes, &style);
        let _ = Numeric::decode(oid, format, bytes, &style);
        let _ = Interval::decode(oid, format, bytes, &style);
        let _ = <Vec<Option<i64>>>::decode(oid, format, bytes, &style);
        let Ok(value) = Value::decode(oid, format, bytes, &style) else { continue };
        let _ = value.encode(oid, Format::Text, &style, &mut Vec::new());
        for wanted in [Format::Text, Format::Binary] {
            let (mut once, mut again) = (Vec::new(), Vec::new());
            if value.encode(oid, wanted, &default, &mut once).is_err() {
                continue;
            }
            if let Ok(value) = Value::decode(oid, wanted, &once, &default) {
                let _ = value.encode(oid, wanted, &default, &mut again).unwrap();
                assert_eq!(once, again);
            }
        }
    }
}
