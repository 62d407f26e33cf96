//! The types of the test, in SQL and as they are registered.

use std::cell::RefCell;
use std::collections::BTreeMap;

use trunkline_proto::Oid;
use trunkline_proto::types::{Attribute, Base, Types, UserType, name_of};

pub(crate) type Oids = BTreeMap<String, Oid>;

pub(crate) const DATABASE: &str = "reg_user_types";

pub(crate) const SCHEMA: &str = "
    CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
    CREATE SCHEMA app;
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy', 'Über', 'a,b', '', 'NULL', '\"q\\');
    CREATE TYPE app.\"Odd Name\" AS ENUM ('x', 'y');
    CREATE DOMAIN positive AS integer;
    CREATE DOMAIN more AS positive;
    CREATE DOMAIN label AS text;
    CREATE DOMAIN moods AS mood[];
    CREATE DOMAIN corner AS box;
    CREATE TYPE pair AS (a integer, b text);
    CREATE TYPE item AS (id bigint, mood mood, notes text[], pair pair, p positive, ps pair[],
        at timestamptz, any_moods moods, ok boolean, o app.\"Odd Name\");
    CREATE TYPE one AS (a more);
    CREATE TYPE nothing AS ();
    CREATE DOMAIN checked_pair AS pair;
    CREATE TYPE holder AS (h hstore, c citext, l ltree, b bytea);
    CREATE DOMAIN short AS varchar(5);
    CREATE DOMAIN shorter AS short;
    CREATE DOMAIN price AS numeric(6,2);
    CREATE TYPE sized AS (v varchar(5), c char(3), n numeric(6,2), m numeric(3,-2), b bit(4),
        vb varbit(4), t timestamp(1), ti time(0), z timetz(2), vs varchar(2)[], s shorter);
    CREATE TYPE prices AS RANGE (SUBTYPE = price, SUBTYPE_OPCLASS = numeric_ops);
    CREATE TYPE ints AS RANGE (SUBTYPE = integer);
    CREATE TYPE floats AS RANGE (SUBTYPE = float8);
    CREATE TYPE reals AS RANGE (SUBTYPE = real);
    CREATE TYPE texts AS RANGE (SUBTYPE = text);
    CREATE TYPE padded AS RANGE (SUBTYPE = bpchar);
    CREATE TYPE mood_range AS RANGE (SUBTYPE = mood);
    CREATE TYPE positive_range AS RANGE (SUBTYPE = more, SUBTYPE_OPCLASS = int4_ops);
    CREATE TYPE inets AS RANGE (SUBTYPE = inet);
    CREATE TYPE times AS RANGE (SUBTYPE = time);
    CREATE TYPE zoned AS RANGE (SUBTYPE = timetz);
    CREATE TYPE spans AS RANGE (SUBTYPE = interval);
    CREATE TYPE uuids AS RANGE (SUBTYPE = uuid);
    CREATE TYPE bit_range AS RANGE (SUBTYPE = varbit);
    CREATE TYPE bools AS RANGE (SUBTYPE = boolean);
    CREATE TYPE bytes_range AS RANGE (SUBTYPE = bytea);
";

pub(crate) const VECTORS: &str = "
    CREATE EXTENSION vector;
    CREATE TYPE embedding AS (v vector, h halfvec, s sparsevec, two vector(2))";

/// The ranges and the types of their bounds.
pub(crate) const RANGES: [(&str, &str); 16] = [
    ("ints", "integer"),
    ("floats", "double precision"),
    ("reals", "real"),
    ("texts", "text"),
    ("padded", "character"),
    ("mood_range", "mood"),
    ("positive_range", "more"),
    ("inets", "inet"),
    ("times", "time without time zone"),
    ("zoned", "time with time zone"),
    ("spans", "interval"),
    ("uuids", "uuid"),
    ("bit_range", "bit varying"),
    ("bools", "boolean"),
    ("bytes_range", "bytea"),
    ("prices", "price"),
];

/// What PostgreSQL calls the multirange of a range type.
pub(crate) fn multirange(range: &str) -> String {
    match range.strip_suffix("range") {
        Some(start) => format!("{start}multirange"),
        None => format!("{range}_multirange"),
    }
}

/// The types, as many as there are: each has the OID that `oid` knows by its name.
pub(crate) fn types(oid: &mut Find<'_>) -> Types {
    let names = Names(RefCell::new(oid));
    let of = |name: &str| names.of(name);
    let mut all = Vec::new();
    let mut add = |name: &str, make: &dyn Fn(Oid, &str) -> UserType| {
        let Some(oid) = names.get(name) else { return };
        let (schema, plain) = match name.split_once('.') {
            Some((schema, quoted)) => (schema, quoted.trim_matches('"')),
            None => ("public", name),
        };
        all.push(make(oid, plain).schema(schema).array(names.of(&format!("{name}[]"))));
    };
    add("mood", &|oid, name| {
        let labels = ["sad", "ok", "very happy", "Über", "a,b", "", "NULL", "\"q\\"];
        UserType::enumeration(oid, name, labels)
    });
    add("app.\"Odd Name\"", &|oid, name| UserType::enumeration(oid, name, ["x", "y"]));
    add("positive", &|oid, name| UserType::domain(oid, name, Oid::INT4));
    add("more", &|oid, name| UserType::domain(oid, name, of("positive")));
    add("label", &|oid, name| UserType::domain(oid, name, Oid::TEXT));
    add("moods", &|oid, name| UserType::domain(oid, name, of("mood[]")));
    add("corner", &|oid, name| UserType::domain(oid, name, Oid::BOX));
    add("short", &|oid, name| UserType::domain(oid, name, Oid::VARCHAR).typmod(9));
    add("shorter", &|oid, name| UserType::domain(oid, name, of("short")));
    add("price", &|oid, name| UserType::domain(oid, name, Oid::NUMERIC).typmod(numeric(6, 2)));
    add("sized", &|oid, name| {
        let fields = [
            ("v", Oid::VARCHAR, 9),
            ("c", Oid::BPCHAR, 7),
            ("n", Oid::NUMERIC, numeric(6, 2)),
            ("m", Oid::NUMERIC, numeric(3, -2)),
            ("b", Oid::BIT, 4),
            ("vb", Oid::VARBIT, 4),
            ("t", Oid::TIMESTAMP, 1),
            ("ti", Oid::TIME, 0),
            ("z", Oid::TIMETZ, 2),
            ("vs", Oid::VARCHAR_ARRAY, 6),
            ("s", of("shorter"), -1),
        ];
        let fields = fields.map(|(name, oid, typmod)| Attribute { name: name.into(), oid, typmod });
        UserType::composite(oid, name, fields)
    });
    add("pair", &|oid, name| UserType::composite(oid, name, [("a", Oid::INT4), ("b", Oid::TEXT)]));
    add("item", &|oid, name| {
        let fields = [
            ("id", Oid::INT8),
            ("mood", of("mood")),
            ("notes", Oid::TEXT_ARRAY),
            ("pair", of("pair")),
            ("p", of("positive")),
            ("ps", of("pair[]")),
            ("at", Oid::TIMESTAMPTZ),
            ("any_moods", of("moods")),
            ("ok", Oid::BOOL),
            ("o", of("app.\"Odd Name\"")),
        ];
        UserType::composite(oid, name, fields)
    });
    add("one", &|oid, name| UserType::composite(oid, name, [("a", of("more"))]));
    add("nothing", &|oid, name| UserType::composite(oid, name, [("", Oid(0)); 0]));
    add("checked_pair", &|oid, name| UserType::domain(oid, name, of("pair")));
    add("holder", &|oid, name| {
        let fields =
            [("h", of("hstore")), ("c", of("citext")), ("l", of("ltree")), ("b", Oid::BYTEA)];
        UserType::composite(oid, name, fields)
    });
    for (range, subtype) in RANGES {
        add(range, &|oid, name| UserType::range(oid, name, of(subtype)));
        add(&multirange(range), &|oid, name| UserType::multirange(oid, name, of(range)));
    }
    let extensions = [
        ("hstore", Base::Hstore),
        ("citext", Base::Text),
        ("ltree", Base::Ltree),
        ("vector", Base::Vector),
        ("halfvec", Base::Halfvec),
        ("sparsevec", Base::Sparsevec),
    ];
    for (name, base) in extensions {
        add(name, &|oid, name| UserType::base(oid, name, base));
    }
    add("embedding", &|oid, name| {
        let fields = [
            ("v", of("vector"), -1),
            ("h", of("halfvec"), -1),
            ("s", of("sparsevec"), -1),
            ("two", of("vector"), 2),
        ];
        let fields = fields.map(|(name, oid, typmod)| Attribute { name: name.into(), oid, typmod });
        UserType::composite(oid, name, fields)
    });
    Types::new(all).unwrap()
}

fn numeric(precision: i32, scale: i32) -> i32 {
    (precision << 16 | scale & 0x7ff) + 4
}

/// Finds the OID of a type that is not built in.
type Find<'a> = dyn FnMut(&str) -> Option<Oid> + 'a;

struct Names<'a, 'b>(RefCell<&'a mut Find<'b>>);

impl Names<'_, '_> {
    fn get(&self, name: &str) -> Option<Oid> {
        (self.0.borrow_mut())(name)
    }

    fn of(&self, name: &str) -> Oid {
        let mut built_in = (1..10_000).map(Oid).filter(|oid| name_of(*oid) == Some(name));
        built_in.next().or_else(|| self.get(name)).unwrap_or_else(|| panic!("no type {name}"))
    }
}
