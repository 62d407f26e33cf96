//! Literals of every type as Arrow values, and casts of them.

use arrow_schema::{DataType, Field, IntervalUnit, TimeUnit};
use trunkline_arrow::data_type_of;
use trunkline_core::Format;

use super::oracle::Outcome;
use super::{encode, oid_of, read, same, style};

/// A literal of one type that is used as another.
pub(super) struct Case {
    pub(super) settings: &'static str,
    from: &'static str,
    literal: &'static str,
    /// What SQL casts it to, if that is another type.
    to: Option<&'static str>,
    pub(super) data_type: DataType,
}

impl Case {
    pub(super) fn sql(&self) -> String {
        let literal = format!("'{}'::{}", self.literal.replace('\'', "''"), self.from);
        match self.to {
            Some(to) => format!("{literal}::{to}"),
            None => literal,
        }
    }

    pub(super) fn check(&self, outcome: Outcome) -> Result<(), String> {
        let style = style(self.settings);
        let from = oid_of(self.from);
        let shown = self.to.map_or(from, |to| oid_of(to.split('(').next().unwrap()));
        let read = |format, bytes: &[u8]| read(from, format, bytes, &self.data_type, &style);
        let ours = read(Format::Text, self.literal.as_bytes());
        let (text, binary) = match outcome {
            Outcome::Value { text, binary } => (text, binary),
            Outcome::Null => return Err("NULL".to_owned()),
            Outcome::Error(sqlstate) => {
                return match ours {
                    Err(error) if error.sqlstate().as_str() == sqlstate => Ok(()),
                    other => Err(format!("{other:?}, not {sqlstate}")),
                };
            }
        };
        let value =
            ours.map_err(|error| format!("{error} != {}", String::from_utf8_lossy(&text)))?;
        let field = Field::new("c", self.data_type.clone(), true);
        let theirs = [(Format::Text, &text), (Format::Binary, &binary)];
        for (format, theirs) in theirs {
            same(format, &encode(shown, &field, &value, format, &style), theirs)?;
        }
        if self.to.is_none() {
            for (from, bytes) in theirs {
                let again = read(from, bytes).map_err(|error| format!("from {from:?}: {error}"))?;
                for (format, theirs) in theirs {
                    let ours = encode(shown, &field, &again, format, &style);
                    same(format, &ours, theirs).map_err(|why| format!("from {from:?}: {why}"))?;
                }
            }
        }
        Ok(())
    }
}

pub(super) fn cases() -> Vec<Case> {
    let own = OWN.iter().flat_map(|(from, literals)| {
        let data_type = data_type_of(oid_of(from)).unwrap();
        literals.iter().map(move |literal| Case {
            settings: "",
            from,
            literal,
            to: None,
            data_type: data_type.clone(),
        })
    });
    own.chain(casts()).collect()
}

/// Each type, with good literals and wrong ones.
const OWN: &[(&str, &[&str])] = &[
    ("boolean", &["t", " yes ", "off", "1", "x", ""]),
    ("smallint", &["-32768", " 7 ", "32768", "0x7f", "1_000", "x", ""]),
    ("integer", &["2147483647", "-2147483649", "0b101", "1.5"]),
    ("bigint", &["-9223372036854775808", "9223372036854775808", "0o17"]),
    ("oid", &["4294967295", "4294967296", "-1"]),
    ("xid", &["4294967295"]),
    ("xid8", &["18446744073709551615", "x"]),
    ("real", &["0.1", "1e39", "1e-50", "nan", "-inf", "x", "16777217"]),
    ("double precision", &["0.1", "-0", "1e309", "Infinity", "", "0x1p4"]),
    ("text", &["", "naïve", "a\tb\\"]),
    ("character varying", &["x y"]),
    ("name", &["x", "a_name_that_is_longer_than_sixty_three_bytes_is_cut_by_postgresql_always"]),
    ("json", &["{\"a\":  1}", "{\"b\":1,\"a\":1}", "{a}", ""]),
    (
        "jsonb",
        &["{\"b\":1.50, \"a\": [1,null] ,\"b\":2}", "\"\\u00e9\"", "1e2", "{a}", "\"\\u0000\""],
    ),
    ("json[]", &["{\"{\\\"a\\\":1}\",null}", "{x}"]),
    ("jsonb[]", &["{\"{\\\"b\\\":1,\\\"a\\\":1}\",1}"]),
    ("jsonpath", &["$.a[*] ? (@ > 1)", "$."]),
    ("bytea", &["\\x00ff", "\\xf", "a\\000b", "\\1"]),
    ("uuid", &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", "a0"]),
    ("date", &["2020-02-29", "2021-02-29", "0044-03-15 BC", "5874897-12-31", "5874898-01-01", "x"]),
    ("time without time zone", &["13:14:15.123456", "24:00:00", "25:00", "x"]),
    ("time with time zone", &["13:14:15+05:30", "24:00:00-15:59:59", "1:2:3.4+00"]),
    ("timestamp without time zone", &["2020-02-29 13:14:15.1", "0001-01-01 BC", "2020-13-01", "x"]),
    ("timestamp with time zone", &["2020-03-29 02:30 Europe/Berlin", "2020-01-01 00:00-08"]),
    ("interval", &["1 year 2 mons -3 days +04:05:06.000007", "P1Y2M", "-1 day", "x"]),
    ("money", &["$1,234.56", "-0.01", "x"]),
    ("bit varying", &["", "10101", "12"]),
    ("inet", &["10.1.2.3", "10.1.2.3/8", "::ffff:1.2.3.4", "10.1.2.3/33"]),
    ("cidr", &["10.0.0.0/8", "10.1.2.3/32", "10.1.2.3/8", "2001:db8::/32"]),
    ("macaddr", &["08:00:2b:01:02:03", "0800.2b01.0203", "08"]),
    ("macaddr8", &["08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03"]),
    ("point", &["(1,2.5)", "1,2", "(1"]),
    ("line", &["{1,-1,0.5}", "{0,0,1}"]),
    ("lseg", &["[(0,0),(1,1)]"]),
    ("box", &["(0,0),(1,1)"]),
    ("path", &["[(0,0),(1,1)]", "((0,0),(1,1),(2,0))"]),
    ("polygon", &["((0,0),(1,1),(2,0))"]),
    ("circle", &["<(1,2),3>", "<(1,2),-3>"]),
    ("tid", &["(1,2)", "(1,99999)"]),
    ("pg_lsn", &["16/B374D848", "x"]),
    ("pg_snapshot", &["10:20:10,14,15"]),
    ("tsvector", &["a fat cat:3A,4"]),
    ("tsquery", &["fat & (rat | !cat)"]),
    ("int4range", &["[1,10)", "(1,5]", "empty", "[5,1]", "[,]"]),
    ("int8range", &["[1,10]"]),
    ("numrange", &["[1.10,2.5]", "(,1)"]),
    ("daterange", &["[2020-01-01,2020-02-01]"]),
    ("tsrange", &["[2020-01-01 00:00:00,2020-02-01 12:00:00]"]),
    ("tstzrange", &["[2020-01-01 00:00:00+02,)"]),
    ("int4multirange", &["{[1,3),[5,8]}", "{}", "{[1,5],[4,9)}"]),
    ("nummultirange", &["{[1.5,2),(7,8]}"]),
    ("datemultirange", &["{[2020-01-01,2020-02-01]}"]),
    ("integer[]", &["{}", "{1,NULL,-3}", "{1,x}", "{1"]),
    ("text[]", &["{a,NULL,\"b c\",\"\",\"NULL\",\"q\\\"\\\\\"}", "{a,b"]),
    ("boolean[]", &["{t,f}"]),
    ("uuid[]", &["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"]),
    ("inet[]", &["{10.1.2.3/8,::1,NULL}", "{x}"]),
    ("box[]", &["{(1,1),(0,0);(2,2),(0,0)}"]),
    ("int4range[]", &["{\"[1,3)\",empty}"]),
    ("timestamp with time zone[]", &["{2020-02-29 13:14:15+00}"]),
];

fn casts() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |settings, from, literals: &[&'static str], to, data_type: DataType| {
        for literal in literals {
            let data_type = data_type.clone();
            cases.push(Case { settings, from, literal, to: Some(to), data_type });
        }
    };
    let floats = &["2.5", "3.5", "-2.5", "-0.5", "2147483647.4", "2147483647.5", "NaN", "1e300"];
    add("", "double precision", floats, "integer", DataType::Int32);
    add("", "double precision", &["32767.4", "32767.5", "-32768.5"], "smallint", DataType::Int16);
    add(
        "",
        "double precision",
        &["9.3e18", "9.2e18", "-9223372036854775808", "9223372036854775807"],
        "bigint",
        DataType::Int64,
    );
    add(
        "",
        "double precision",
        &["0.1", "1e39", "1e-50", "NaN", "inf", "16777217"],
        "real",
        DataType::Float32,
    );
    add("", "real", &["0.1", "2.5", "3e38"], "double precision", DataType::Float64);
    add("", "real", &["2.5", "3e9", "NaN"], "integer", DataType::Int32);
    let numerics = &["2.5", "-2.5", "2147483647.4", "2147483647.5", "NaN", "Infinity", "0.4999"];
    add("", "numeric", numerics, "integer", DataType::Int32);
    add(
        "",
        "numeric",
        &["9223372036854775807.4", "9223372036854775807.5", "NaN"],
        "bigint",
        DataType::Int64,
    );
    add("", "numeric", &["0.1", "1e39", "1e400", "NaN", "-Infinity"], "real", DataType::Float32);
    add("", "numeric", &["0.1", "1e39", "1e400", "NaN"], "double precision", DataType::Float64);
    let wide = &[
        "1.005", "-1.005", "999.995", "999.994", "1e3", "Infinity", "0.1e-20", ".5", "5.", "1_0.5",
    ];
    add("", "numeric", wide, "numeric(5,2)", DataType::Decimal32(5, 2));
    add("", "numeric", wide, "numeric(5,2)", DataType::Decimal64(5, 2));
    add("", "numeric", wide, "numeric(5,2)", DataType::Decimal128(5, 2));
    add("", "numeric", wide, "numeric(5,2)", DataType::Decimal256(5, 2));
    add(
        "",
        "numeric",
        &["1250", "1249", "-1250", "9999949", "9999950"],
        "numeric(5,-2)",
        DataType::Decimal32(5, -2),
    );
    add("", "numeric", &["0.00999", "0.009995", "0.01"], "numeric(3,5)", DataType::Decimal64(3, 5));
    let long = &[
        "-12345678901234567890123456789012345678901234567890.123456",
        "123456789012345678901234567890123456789012345678901234567890123456789012.34565",
        "1234567890123456789012345678901234567890123456789012345678901234567890123",
        "0.00005",
    ];
    add("", "numeric", long, "numeric(76,4)", DataType::Decimal256(76, 4));
    add(
        "",
        "numeric",
        &["123456789012345678901234567890123456789012345678949", "1e80", "1e106"],
        "numeric(76,-30)",
        DataType::Decimal256(76, -30),
    );
    add(
        "",
        "double precision",
        &["1.005", "0.1", "123456.789", "1e10"],
        "numeric(10,2)",
        DataType::Decimal128(10, 2),
    );
    add("", "bigint", &["32767", "32768", "-32769"], "smallint", DataType::Int16);
    add("", "bigint", &["123", "99999999999"], "numeric(10,2)", DataType::Decimal128(10, 2));
    add("", "integer", &["16777217", "-1"], "real", DataType::Float32);
    add("", "bigint", &["9007199254740993"], "double precision", DataType::Float64);
    add("", "integer", &["-7"], "text", DataType::Utf8);
    add("", "boolean", &["t"], "text", DataType::Utf8View);
    add("", "double precision", &["1e22"], "text", DataType::LargeUtf8);
    add("", "date", &["2020-02-29", "0044-03-15 BC"], "text", DataType::Utf8);
    add("", "integer[]", &["{1,NULL}"], "text", DataType::Utf8);
    let micros =
        |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    for settings in ["", "TimeZone=Europe/Berlin", "TimeZone=America/New_York"] {
        let days = &["2020-03-29", "1900-01-01", "0044-03-15 BC"];
        add(settings, "date", days, "timestamp without time zone", micros(None));
        add(settings, "date", days, "timestamp with time zone", micros(Some("UTC")));
        // Hours that come twice, and hours that never come.
        let locals =
            &["2020-03-29 02:30:00", "2020-10-25 02:30:00", "2020-03-08 02:30", "2020-11-01 01:30"];
        add(
            settings,
            "timestamp without time zone",
            locals,
            "timestamp with time zone",
            micros(Some("UTC")),
        );
        let zoned = &["2020-03-29 00:59:59+00", "2020-03-29 01:00+00", "2020-10-25 01:30+01"];
        add(
            settings,
            "timestamp with time zone",
            zoned,
            "timestamp without time zone",
            micros(None),
        );
        add(settings, "timestamp with time zone", zoned, "text", DataType::Utf8);
    }
    let interval = DataType::Interval(IntervalUnit::MonthDayNano);
    add(
        "IntervalStyle=sql_standard",
        "interval",
        &["-1-2 +3 4:05:06", "-1 2:03:04"],
        "interval",
        interval,
    );
    cases
}
