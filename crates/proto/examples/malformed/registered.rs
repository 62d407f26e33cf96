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
    ];
    let types = types.map(|user| {
        let arrays = Oid(user.oid().0 + 1);
        user.array(arrays)
    });
    TextStyle { types: Types::new(types).unwrap_or_default(), ..TextStyle::default() }
});

pub(crate) fn decode(bytes: &[u8]) -> bool {
    let each = (MOOD.0..ROW.0 + 2)
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
    ];
    let binary: [&[u8]; 5] = [
        b"\0\0\0\x02\0\0\0\x17\0\0\0\x04\0\0\0\x01\0\0\x4e\x21\xff\xff\xff\xff",
        b"\x02\0\0\0\x08\x3f\xf0\0\0\0\0\0\0\0\0\0\x08\x40\0\0\0\0\0\0\0",
        b"\0\0\0\x01\0\0\0\x01a\xff\xff\xff\xff",
        b"\0\x02\0\0\x3f\x80\0\0\x40\0\0\0",
        b"\0\0\0\x05\0\0\0\x01\0\0\0\0\0\0\0\x01\x3f\x80\0\0",
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
    ]
}
