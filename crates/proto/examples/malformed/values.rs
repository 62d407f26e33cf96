//! The values of the types that few tables have, and values so long that 64 KiB are nothing beside them.

use trunkline_proto::Oid;

use super::{copy, registered, texts, value};

pub(crate) fn addresses(bytes: &[u8]) -> bool {
    value(&[Oid::BIT, Oid::VARBIT, Oid::INET, Oid::CIDR, Oid::MACADDR, Oid::MACADDR8], bytes)
        | value(&[Oid::MONEY, Oid::TID, Oid::PG_SNAPSHOT, Oid::REGCLASS, Oid::VOID], bytes)
}

pub(crate) fn shapes(bytes: &[u8]) -> bool {
    value(
        &[Oid::POINT, Oid::LINE, Oid::LSEG, Oid::BOX, Oid::PATH, Oid::POLYGON, Oid::CIRCLE],
        bytes,
    )
}

pub(crate) fn ranges(bytes: &[u8]) -> bool {
    value(&[Oid::INT4RANGE, Oid::NUMRANGE, Oid::TSTZRANGE, Oid::DATERANGE], bytes)
}

pub(crate) fn multiranges(bytes: &[u8]) -> bool {
    value(&[Oid::INT4MULTIRANGE, Oid::TSMULTIRANGE], bytes)
}

pub(crate) fn searches(bytes: &[u8]) -> bool {
    value(&[Oid::TSVECTOR, Oid::TSQUERY], bytes)
}

pub(crate) fn documents(bytes: &[u8]) -> bool {
    value(&[Oid::JSON, Oid::JSONB, Oid::JSONPATH, Oid::XML, Oid::JSONB_ARRAY], bytes)
}

pub(crate) fn address_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "10110",
        "xA5",
        "10.0.0.1/8",
        "::ffff:1.2.3.4",
        "fe80::1/64",
        "08:00:2b:01:02:03",
        "08-00-2b-01-02-03-04-05",
        "-$1,234.56",
        "(0,1)",
        "10:20:10,14",
        "1259",
    ]);
    seeds.push(b"\0\0\0\x05\xb0".to_vec());
    seeds.push(b"\x02\x18\0\x04\x0a\0\0\0".to_vec());
    let snapshot = [1_i64, 9, 5].map(i64::to_be_bytes).concat();
    seeds.push([&b"\0\0\0\x01"[..], &snapshot].concat());
    seeds
}

pub(crate) fn shape_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "(1,2)",
        "{1,-1,0}",
        "[(0,0),(1,1e3)]",
        "((0,0),(1,1),(2,0))",
        "<(1,2),3>",
        "(Infinity,NaN)",
    ]);
    let point = [1.5_f64, -2.0].map(f64::to_be_bytes).concat();
    seeds.push(point.clone());
    seeds.push([&b"\x01\0\0\0\x02"[..], &point.repeat(2)].concat());
    seeds.push([&b"\0\0\0\x02"[..], &point.repeat(2)].concat());
    seeds
}

pub(crate) fn range_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "[1,5)",
        "empty",
        "(,5]",
        "[\"2020-01-01 00:00:00\",)",
        "{[1,3),[5,7)}",
        "{}",
        "[1.5,2.5]",
    ]);
    let range = b"\x02\0\0\0\x04\0\0\0\x01\0\0\0\x04\0\0\0\x05";
    seeds.push(range.to_vec());
    seeds.push([&b"\0\0\0\x01\0\0\0\x11"[..], range].concat());
    seeds
}

pub(crate) fn search_seeds() -> Vec<Vec<u8>> {
    let mut seeds =
        texts(&["'a':1A,3 'b c':2", "fat & (rat | !cat:*ab)", "'a' <-> 'b' <3> 'c'", "a b c"]);
    seeds.push(b"\0\0\0\x02a\0\0\x01\0\x01b\0\0\0".to_vec());
    seeds.push(b"\0\0\0\x03\x02\x02\x01\0\0a\0\x01\0\x01b\0".to_vec());
    seeds
}

pub(crate) fn document_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "{\"b\": [1, \"x\\u00e9\", null, {\"c\": 1.5e3}], \"a\": true}",
        "\x01{\"a\":1,\"a\":2}",
        "strict $.a[0 to last] ? (@.b > 1 && exists (@.\"c d\")).type()",
        "\x01-($ + 1) * 2 == $v",
        "<a b=\"c\">d</a>",
    ])
}

/// Messages so long that 64 KiB are nothing beside them, by their decoder: many parts in few bytes, and
/// what is told of in an error.
pub(crate) fn long() -> Vec<(&'static str, Vec<u8>)> {
    // Fewer where the test runs them, which is not optimized.
    const COUNT: usize = if cfg!(debug_assertions) { 30_000 } else { 200_000 };
    let repeat = |before: &str, part: &str, after: &str| {
        [before, &part.repeat(COUNT), after].concat().into_bytes()
    };
    let null = [0xff; 4];
    let record = [&23_i32.to_be_bytes()[..], &null].concat();
    let header = |count: usize| i32::try_from(count).unwrap_or(0).to_be_bytes();
    let array = [&header(1)[..], &header(1), &header(23), &header(COUNT), &header(1)].concat();
    // Transactions that differ: those that do not are held once. A few more than a power of two, up to
    // which a list grows that does not know how long it will be.
    const RUNNING: usize = if cfg!(debug_assertions) { 35_000 } else { 70_000 };
    let numbers: Vec<String> = (2..2 + RUNNING).map(|number| number.to_string()).collect();
    let snapshot = format!("1:999999999:{}", numbers.join(","));
    let numbers: Vec<u8> =
        (2..2 + RUNNING).flat_map(|number| (number as u64).to_be_bytes()).collect();
    let registered = registered::long().into_iter().map(|long| ("registered types", long));
    let long = vec![
        ("numbers", repeat("7", "8", ".5")),
        ("numbers", repeat("1e", "9", "")),
        ("numbers", repeat("0x", "f", "")),
        ("texts", repeat("", "\\000", "")),
        ("texts", repeat("", "a b", "")),
        ("texts", repeat("\\x", "ab", "")),
        ("texts", repeat("{\"a\":[", "1,", "2]}")),
        ("dates and times", repeat("", "1 day ", "")),
        ("dates and times", repeat("2024-01-01 ", "0", "")),
        ("dates and times", repeat("", "x", "")),
        ("arrays and records", repeat("{1", ",1", "}")),
        ("arrays and records", repeat("{1", ",\"\\1\"", "}")),
        ("arrays and records", repeat("{\"", "\\a", "\"}")),
        ("arrays and records", repeat("{", "x", "}")),
        ("arrays and records", repeat("(", ",", ")")),
        ("arrays and records", repeat("(", "\"\"", ")")),
        ("arrays and records", repeat("", "1 ", "")),
        ("arrays and records", [&array[..], &null.repeat(COUNT)].concat()),
        ("arrays and records", [&header(COUNT)[..], &record.repeat(COUNT)].concat()),
        ("bits and addresses", repeat("", "01", "")),
        ("bits and addresses", repeat("x", "a5", "")),
        ("bits and addresses", repeat("", "1", ".5")),
        ("bits and addresses", [&header(COUNT * 8)[..], &[0xa5; COUNT]].concat()),
        ("bits and addresses", repeat("1:9:", "2,", "8")),
        (
            "bits and addresses",
            [
                &header(COUNT)[..],
                &1_i64.to_be_bytes(),
                &9_i64.to_be_bytes(),
                &5_i64.to_be_bytes().repeat(COUNT),
            ]
            .concat(),
        ),
        ("bits and addresses", snapshot.into_bytes()),
        (
            "bits and addresses",
            [&header(RUNNING)[..], &1_i64.to_be_bytes(), &999_999_999_i64.to_be_bytes(), &numbers]
                .concat(),
        ),
        ("shapes", repeat("(", "1,2,", "3,4)")),
        ("shapes", repeat("[", "(1,2),", "(3,4)]")),
        ("shapes", [&b"\x01"[..], &header(COUNT), &[0x3f; 16].repeat(COUNT)].concat()),
        ("shapes", [&header(COUNT)[..], &[0x3f; 16].repeat(COUNT)].concat()),
        ("multiranges", repeat("{[1,2)", ",[3,4)", "}")),
        ("multiranges", repeat("{[1,2)", ",[1,)", "}")),
        ("multiranges", repeat("{empty", ",empty", "}")),
        ("ranges", repeat("[", "1", ",2)")),
        ("ranges", repeat("[\"", "\\1", "\",2)")),
        ("multiranges", [&header(COUNT)[..], &b"\0\0\0\x01\x01".repeat(COUNT)].concat()),
        (
            "multiranges",
            [&header(COUNT)[..], &b"\0\0\0\x09\x08\0\0\0\x04\0\0\0\x05".repeat(COUNT)].concat(),
        ),
        ("searches", repeat("", "a ", "")),
        ("searches", repeat("a:1", ",2", "")),
        ("searches", repeat("a", "&a", "")),
        ("searches", repeat("", "!", "a")),
        ("searches", repeat("a", "<->b", "")),
        ("searches", repeat("", "(", "")),
        ("searches", repeat("'", "\\'", "'")),
        ("searches", [&header(COUNT)[..], &b"a\0\0\0".repeat(COUNT)].concat()),
        ("searches", [&header(COUNT + 1)[..], &b"\x02\x01".repeat(COUNT), b"\x01\0\0a\0"].concat()),
        (
            "searches",
            [&header(2 * COUNT + 1)[..], &b"\x02\x02\x01\0\0a\0".repeat(COUNT), b"\x01\0\0a\0"]
                .concat(),
        ),
        ("documents", repeat("", "[", "")),
        ("documents", repeat("[1", ",1", "]")),
        ("documents", repeat("{\"\":1", ",\"\":1", "}")),
        ("documents", repeat("", "1", "")),
        ("documents", repeat("1e1", "0", "")),
        ("documents", repeat("\"", "\\n", "\"")),
        ("documents", repeat("\x01\"", "\\u0001", "\"")),
        ("documents", repeat("$", ".a", "")),
        ("documents", repeat("1", "+1", "")),
        ("documents", repeat("1e131071", "+1e131071", "")),
        ("documents", repeat("$.", "a", "")),
        ("documents", repeat("\"", "\\x41", "\"")),
        ("documents", repeat("", "a/**/", "$")),
        ("password in clear", "\u{fdfa}".repeat(680).into_bytes()),
        ("password in clear", "\u{300}".repeat(32_000).into_bytes()),
        ("trace", [&b"d\0\0\0\0"[..], &[0; COUNT]].concat()),
        ("COPY text", repeat("", "\\t", "\n")),
        ("COPY text", repeat("", "\t", "\n")),
        ("COPY text", repeat("", "1\n", "")),
        ("COPY csv", repeat("", "\"\"", "\n")),
        ("COPY csv", repeat("\"", "\r\n", "")),
        ("COPY csv", repeat("", ",", "\"")),
        ("COPY binary", [copy::HEADER, &[0, 2, 0xff, 0xff, 0xff, 0xff].repeat(COUNT)].concat()),
        ("COPY binary", [copy::HEADER, b"\0\x02\0\x10\0\0", &[0; COUNT]].concat()),
    ];
    long.into_iter().chain(registered).collect()
}
