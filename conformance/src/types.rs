//! Names of the types that dialogues speak of.

const TYPES: &[(u32, &str)] = &[
    (16, "bool"),
    (17, "bytea"),
    (18, "char"),
    (19, "name"),
    (20, "int8"),
    (21, "int2"),
    (22, "int2vector"),
    (23, "int4"),
    (24, "regproc"),
    (25, "text"),
    (26, "oid"),
    (27, "tid"),
    (28, "xid"),
    (29, "cid"),
    (30, "oidvector"),
    (114, "json"),
    (142, "xml"),
    (600, "point"),
    (700, "float4"),
    (701, "float8"),
    (705, "unknown"),
    (790, "money"),
    (869, "inet"),
    (1007, "int4[]"),
    (1009, "text[]"),
    (1016, "int8[]"),
    (1033, "aclitem"),
    (1042, "bpchar"),
    (1043, "varchar"),
    (1082, "date"),
    (1083, "time"),
    (1114, "timestamp"),
    (1184, "timestamptz"),
    (1186, "interval"),
    (1266, "timetz"),
    (1560, "bit"),
    (1562, "varbit"),
    (1700, "numeric"),
    (1790, "refcursor"),
    (2205, "regclass"),
    (2249, "record"),
    (2275, "cstring"),
    (2278, "void"),
    (2950, "uuid"),
    (3220, "pg_lsn"),
    (3802, "jsonb"),
    (3904, "int4range"),
    (4072, "jsonpath"),
    (4089, "regnamespace"),
    (5069, "xid8"),
];

/// Objects that users make have numbers from here on: they differ from server to server.
const FIRST_OF_USERS: u32 = 16_384;

/// The number behind a name, or a number itself.
pub(crate) fn oid(word: &str) -> Result<u32, String> {
    let known = TYPES.iter().find(|(_, name)| *name == word).map(|(oid, _)| *oid);
    known.or_else(|| word.parse().ok()).ok_or_else(|| format!("no type is called {word}"))
}

/// The name of a type, or its number.
pub(crate) fn name(oid: u32) -> String {
    match TYPES.iter().find(|(known, _)| *known == oid) {
        Some((_, name)) => (*name).into(),
        None => object(oid),
    }
}

/// The number of an object, unless a user made it.
pub(crate) fn object(oid: u32) -> String {
    if oid >= FIRST_OF_USERS { "*".into() } else { oid.to_string() }
}
