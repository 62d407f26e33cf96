//! Values of types that are not built in.

use std::sync::LazyLock;

use trunkline_proto::types::{Base, TextStyle, Types, UserType, Value};
use trunkline_proto::{Format, Oid};

/// The OIDs of the types; that of the arrays of each is the next.
const MOOD: Oid = Oid(20_000);
const ITEM: Oid = Oid(20_002);
const SPAN: Oid = Oid(20_004);
const SPANS: Oid = Oid(20_006);
const HSTORE: Oid = Oid(20_008);
const LTREE: Oid = Oid(20_010);
const VECTOR: Oid = Oid(20_012);
const HALF: Oid = Oid(20_014);
const SPARSE: Oid = Oid(20_016);
const ROW: Oid = Oid(20_018);
const CODES: Oid = Oid(20_020);
const BITS: Oid = Oid(20_022);
const PRICE: Oid = Oid(20_024);
const PRICES: Oid = Oid(20_026);
const MODIFIED: Oid = Oid(20_028);
/// The modifiers of `char(1000)`, `bit varying(8)` and `numeric(6,2)`.
const CHAR_1000: i32 = 1004;
const VARBIT_8: i32 = 8;
const NUMERIC_6_2: i32 = (6 << 16) + 2 + 4;

static STYLE: LazyLock<TextStyle> = LazyLock::new(|| {
    let types = [
        UserType::enumeration(MOOD, "mood", ["sad", "ok"]),
        UserType::composite(ITEM, "item", [("a", Oid::INT4), ("b", Oid(MOOD.0 + 1))]),
        UserType::range(SPAN, "span", Oid::FLOAT8),
        UserType::multirange(SPANS, "spans", SPAN),
        UserType::base(HSTORE, "hstore", Base::Hstore),
        UserType::base(LTREE, "ltree", Base::Ltree),
        UserType::base(VECTOR, "vector", Base::Vector),
        UserType::base(HALF, "halfvec", Base::Halfvec),
        UserType::base(SPARSE, "sparsevec", Base::Sparsevec),
        UserType::composite(ROW, "row", [("items", Oid(ITEM.0 + 1)), ("any", Oid::RECORD)]),
        UserType::domain(CODES, "codes", Oid::BPCHAR_ARRAY).typmod(CHAR_1000),
        UserType::domain(BITS, "bits", Oid::VARBIT_ARRAY).typmod(VARBIT_8),
        UserType::domain(PRICE, "price", Oid::NUMERIC).typmod(NUMERIC_6_2),
        UserType::domain(PRICES, "prices", Oid::NUMERIC_ARRAY).typmod(NUMERIC_6_2),
        UserType::composite(MODIFIED, "modified", [("codes", CODES), ("prices", Oid(PRICE.0 + 1))]),
    ];
    let types = types.map(|user| {
        let arrays = Oid(user.oid().0 + 1);
        user.array(arrays)
    });
    TextStyle { types: Types::new(types).unwrap_or_default(), ..TextStyle::default() }
});

pub(crate) fn decode(bytes: &[u8]) -> bool {
    let each = (MOOD.0..MODIFIED.0 + 2)
        .flat_map(|oid| [Format::Text, Format::Binary].map(|format| (Oid(oid), format)));
    each.filter(|(oid, format)| Value::decode(*oid, *format, bytes, &STYLE).is_ok()).count() > 0
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "ok",
        "(1,\"{sad,ok}\")",
        "{\"(1,{ok})\",NULL}",
        "[1.5,2)",
        "{[1,2),(3,]}",
        "a=>1, \"b\"=>NULL",
        "a.b_c.d",
        "[1,2.5,-3]",
        "{1:2,3:4}/5",
        "(\"{\"\"(1,{ok})\"\"}\",(1))",
        "{a,NULL,\"b c \"}",
        "{101,0}",
        "1e131071",
        "1e-16383",
        "{12.345,NaN,1e-16383}",
        "(\"{a,b}\",\"{1.5,-2}\")",
    ];
    let binary: [&[u8]; 7] = [
        b"\0\0\0\x02\0\0\0\x17\0\0\0\x04\0\0\0\x01\0\0\x4e\x21\xff\xff\xff\xff",
        b"\x02\0\0\0\x08\x3f\xf0\0\0\0\0\0\0\0\0\0\x08\x40\0\0\0\0\0\0\0",
        b"\0\0\0\x01\0\0\0\x01a\xff\xff\xff\xff",
        b"\0\x02\0\0\x3f\x80\0\0\x40\0\0\0",
        b"\0\0\0\x05\0\0\0\x01\0\0\0\0\0\0\0\x01\x3f\x80\0\0",
        b"\0\0\0\x01\0\0\0\x01\0\0\x04\x12\0\0\0\x02\0\0\0\x01\xff\xff\xff\xff\0\0\0\x01a",
        b"\0\x01\x7f\xff\0\0\0\0\0\x01",
    ];
    let texts = texts.iter().map(|text| text.as_bytes().to_vec());
    texts.chain(binary.iter().map(|bytes| bytes.to_vec())).collect()
}

/// Fewer parts than of other types: each is read as forty.
pub(crate) fn long() -> Vec<Vec<u8>> {
    const COUNT: usize = 20_000;
    let repeat = |before: &str, part: &str, after: &str| {
        [before, &part.repeat(COUNT), after].concat().into_bytes()
    };
    let count = i32::try_from(COUNT).unwrap_or(0).to_be_bytes();
    let header = |element: Oid| {
        let one = 1_i32.to_be_bytes();
        [&one[..], &one, &element.0.to_be_bytes(), &count, &one].concat()
    };
    vec![
        repeat("", "a=>1,", "b=>2"),
        repeat("", "\"a\"=>NULL,", "b=>2"),
        repeat("{[1,2)", ",[1,2)", "}"),
        repeat("{ok", ",sad", "}"),
        repeat("{\"(1,{ok})\"", ",\"(1,{sad})\"", "}"),
        repeat("(\"{", "\"\"(1,{ok})\"\",", "}\",)"),
        repeat("[1", ",2", "]"),
        repeat("a", ".a", ""),
        [&count[..], &[0; 8].repeat(COUNT)].concat(),
        repeat("{a", ",a", "}"),
        repeat("{1", ",1", "}"),
        repeat("{\"", "\\a", "\"}"),
        repeat("1", "1", ".5"),
        [&header(Oid::BPCHAR)[..], &[0xff; 4].repeat(COUNT)].concat(),
        [&header(Oid::BPCHAR)[..], &b"\0\0\0\x01a".repeat(COUNT)].concat(),
        [&header(Oid::VARBIT)[..], &b"\0\0\0\x05\0\0\0\x01\x80".repeat(COUNT)].concat(),
        [&header(Oid::NUMERIC)[..], &[0xff; 4].repeat(COUNT)].concat(),
    ]
}
