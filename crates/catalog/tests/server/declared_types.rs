//! Casts to declared types, as PostgreSQL 18 answers them.

use trunkline_catalog::{Catalog, ddl};
use trunkline_proto::message::{Describe, Execute, NewBind, NewParse, Sync, Target};
use trunkline_proto::{Format, Oid};

use super::dialogue::Dialogue;
use super::{Fixture, Served, ask, refused, start_with};

const TYPES: &str = "CREATE SCHEMA rail;
    CREATE TYPE rail.signal AS ENUM ('clear', 'caution', 'stop');
    CREATE TYPE rail.place AS (longitude double precision, latitude double precision, name varchar(3));
    CREATE TYPE rail.metres AS RANGE (subtype = integer);
    CREATE DOMAIN rail.code AS char(4) NOT NULL CHECK (VALUE ~ '^[A-Z]+ *$');
    CREATE DOMAIN rail.speed AS smallint CONSTRAINT speed_is_possible CHECK (VALUE > 0 AND VALUE <= 400);
    CREATE DOMAIN rail.slow AS rail.speed CHECK (VALUE < 50);
    CREATE TABLE rail.station (id integer, code rail.code, fastest rail.speed)";

fn start() -> Served {
    let defined = ddl::define(TYPES).expect("definitions");
    start_with(Catalog::new(Fixture::new()).declaring(defined.snapshot))
}

/// The OID of a type by its name.
fn number(client: &mut Dialogue, name: &str) -> String {
    let heard = ask(client, &format!("SELECT '{name}'::regtype::oid"));
    let (_, rest) = heard.split_once("D(").expect("a row");
    rest.split(')').next().unwrap_or_default().to_owned()
}

#[test]
fn values_are_told_with_the_type_that_was_declared() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (cast, name, of, value) in [
        ("'clear'::rail.signal", "signal", "rail.signal", "clear"),
        ("CAST('stop' AS rail.signal)", "signal", "rail.signal", "stop"),
        ("'stop'::text::rail.signal", "signal", "rail.signal", "stop"),
        ("'{stop,NULL}'::rail.signal[]", "signal", "rail.signal[]", "{stop,NULL}"),
        ("'[1,5]'::rail.metres", "metres", "rail.metres", "[1,5]"),
        (
            "'{[1,2),[5,6)}'::rail.metres_multirange",
            "metres_multirange",
            "rail.metres_multirange",
            "{[1,2),[5,6)}",
        ),
        ("'(1,2.50,xyz)'::rail.place", "place", "rail.place", "(1,2.5,xyz)"),
        ("null::rail.place", "place", "rail.place", "NULL"),
        ("null::rail.station", "station", "rail.station", "NULL"),
        ("'{}'::rail.place[]", "place", "rail.place[]", "{}"),
        ("'{80,NULL}'::rail.speed[]", "speed", "rail.speed[]", "{80,NULL}"),
        ("array[[80],[2]]::rail.speed[]", "array", "rail.speed[]", "{{80},{2}}"),
        ("'{AB}'::rail.code[]", "code", "rail.code[]", "{\"AB  \"}"),
        ("('{80,3}'::rail.speed[])[2] + 1", "?column?", "integer", "4"),
        // A domain is announced as what it is over.
        ("80::rail.speed", "speed", "smallint", "80"),
        ("'40'::rail.slow", "slow", "smallint", "40"),
        ("null::rail.speed", "speed", "smallint", "NULL"),
        ("'AB'::rail.code", "code", "character", "AB  "),
        ("80::rail.speed + 1", "?column?", "integer", "81"),
        ("'clear'::rail.signal::text || '!'", "?column?", "text", "clear!"),
    ] {
        let oid = number(&mut client, of);
        let heard = ask(&mut client, &format!("SELECT {cast}"));
        assert_eq!(heard, format!("T({name}:{oid}:0) D({value}) C(SELECT 1) Z(I)"), "{cast}");
    }
    let beside = "SELECT relname, 'stop'::rail.signal AS s FROM pg_class WHERE oid = 1259";
    assert!(ask(&mut client, beside).contains("D(pg_class,stop) C(SELECT 1)"));
    let called = "SELECT current_database() IS NULL AS b, 'stop'::rail.signal AS s";
    assert!(ask(&mut client, called).contains("D(f,stop) C(SELECT 1)"));
    ask(&mut client, "SET search_path = rail");
    assert!(ask(&mut client, "SELECT 'stop'::signal").contains("D(stop) C(SELECT 1)"));
}

#[test]
fn labels_are_in_the_order_in_which_they_were_declared() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (query, rows) in [
        ("SELECT 'clear'::rail.signal < 'caution'::rail.signal AS a", "D(t)"),
        ("SELECT 'caution' > 'clear'::rail.signal AS a, 'clear'::rail.signal <> 'stop' AS b", "D(t,t)"),
        ("SELECT greatest('clear'::rail.signal, 'caution') AS a", "D(caution)"),
        (
            "SELECT x FROM (VALUES ('stop'::rail.signal), ('clear'), ('caution'), ('clear')) AS v (x)
             ORDER BY x",
            "D(clear) D(clear) D(caution) D(stop)",
        ),
        ("SELECT 'stop'::rail.signal AS a UNION SELECT 'clear' ORDER BY 1", "D(clear) D(stop)"),
        (
            "SELECT x, count(*) FROM (VALUES ('stop'::rail.signal), ('stop')) AS v (x) GROUP BY x",
            "D(stop,2)",
        ),
        ("SELECT 'clear'::rail.signal IN ('clear', 'stop') AS a", "D(t)"),
        ("SELECT CASE WHEN true THEN 'stop'::rail.signal ELSE 'clear' END AS a", "D(stop)"),
        ("SELECT array_agg('stop'::rail.signal)::text AS a", "D({stop})"),
    ] {
        let heard = ask(&mut client, query);
        let (_, told) = heard.split_once(") ").expect("a description");
        let told = told.split(" C(").next().unwrap_or_default();
        assert_eq!(told, rows, "{query}: {heard}");
    }
}

#[test]
fn parameters_are_of_declared_types() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let oids = ["rail.signal", "rail.speed", "rail.metres"].map(|name| number(&mut client, name));
    let sql = "SELECT $1::rail.signal AS a, $2::rail.speed AS b, $3::rail.metres AS c";
    let mut run = |speed: &'static [u8]| {
        client.say(&NewParse { name: "", sql, parameter_types: [Oid(0)] }).say(&NewBind {
            portal: "",
            statement: "",
            parameter_formats: &[Format::Text, Format::Binary, Format::Text],
            parameters: [Some(&b"stop"[..]), Some(speed), Some(&b"[1,5)"[..])].into_iter(),
            result_formats: &[Format::Binary],
        });
        client.say(&Execute { portal: "", max_rows: 0 }).say(&Sync).hear_until('Z')
    };
    let range = "0200000004000000010000000400000005";
    assert_eq!(run(&[0, 80]), format!("1 2 D(stop,0050,{range}) C(SELECT 1) Z(I)"));
    assert_eq!(run(&[0, 0]), "1 2 E(ERROR 23514) Z(I)");
    client.say(&NewParse { name: "s", sql, parameter_types: [Oid(0)] });
    client.say(&Describe { target: Target::Statement, name: "s" }).say(&Sync);
    let heard = client.hear_until('Z');
    assert!(heard.contains(&format!("t({})", oids.join(","))), "{heard}");
}

#[test]
fn what_is_none_of_the_type_is_refused() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (cast, state, message) in [
        ("'nope'::rail.signal", "22P02", "invalid input value for enum rail.signal: \"nope\""),
        (
            "'nope'::text::rail.signal",
            "22P02",
            "invalid input value for enum rail.signal: \"nope\"",
        ),
        ("'{nope}'::rail.signal[]", "22P02", "invalid input value for enum rail.signal: \"nope\""),
        ("5::rail.signal", "42846", "cannot cast type integer to rail.signal"),
        ("'(1,2)'::rail.place", "22P02", "malformed record literal: \"(1,2)\""),
        ("'x'::rail.speed", "22P02", "invalid input syntax for type smallint: \"x\""),
        (
            "0::rail.speed",
            "23514",
            "value for domain rail.speed violates check constraint \"speed_is_possible\"",
        ),
        (
            "500::rail.slow",
            "23514",
            "value for domain rail.slow violates check constraint \"speed_is_possible\"",
        ),
        (
            "80::rail.slow",
            "23514",
            "value for domain rail.slow violates check constraint \"slow_check\"",
        ),
        (
            "'ab'::rail.code",
            "23514",
            "value for domain rail.code violates check constraint \"code_check\"",
        ),
        ("null::rail.code", "23502", "domain rail.code does not allow null values"),
        (
            "'{80,0}'::rail.speed[]",
            "23514",
            "value for domain rail.speed violates check constraint \"speed_is_possible\"",
        ),
        (
            "('{40,0}'::int[])::rail.slow[]",
            "23514",
            "value for domain rail.slow violates check constraint \"speed_is_possible\"",
        ),
        (
            "('{{40},{80}}'::text)::rail.slow[]",
            "23514",
            "value for domain rail.slow violates check constraint \"slow_check\"",
        ),
        ("'{AB,NULL}'::rail.code[]", "23502", "domain rail.code does not allow null values"),
        ("'{ABCDE}'::rail.code[]", "22001", "value too long for type character(4)"),
        ("'clear'::signal", "42704", "type \"signal\" does not exist"),
        (
            "'clear'::rail.signal = 'nope'",
            "22P02",
            "invalid input value for enum rail.signal: \"nope\"",
        ),
        (
            "'clear'::rail.signal = 'clear'::text",
            "42883",
            "operator does not exist: rail.signal = text",
        ),
        (
            "'clear'::rail.signal LIKE 'c%'",
            "42883",
            "operator does not exist: rail.signal ~~ unknown",
        ),
    ] {
        let refusal = refused(&mut client, &format!("SELECT {cast}"), *b"CM");
        assert_eq!(refusal, [state, message], "{cast}");
    }
    // What domains demand of parts of a value is not looked at, so there are no such values.
    let parts = refused(&mut client, "SELECT '(1,AB)'::rail.station", *b"CM");
    assert_eq!(parts[0], "0A000");
    // An array that is written there is read while it is planned, and its place told.
    let placed = refused(&mut client, "SELECT '{80,0}'::rail.speed[]", *b"CP");
    assert_eq!(placed, ["23514", "8"]);
    // Nor in what order ranges are.
    for query in [
        "SELECT '[2,3)'::rail.metres < '[10,30)'::rail.metres",
        "SELECT x FROM (VALUES ('[2,3)'::rail.metres)) AS v (x) ORDER BY x",
        "SELECT DISTINCT '[2,3)'::rail.metres",
        "SELECT greatest('[2,3)'::rail.metres, '[10,30)')",
        "SELECT '[2,3)'::rail.metres IS DISTINCT FROM '[2,3)'",
    ] {
        let message = refused(&mut client, query, *b"CM");
        assert_eq!(message[0], "0A000", "{query}: {}", message[1]);
    }
}

/// PostgreSQL takes a value of a domain for one of what that is over.
#[test]
fn columns_of_domains_go_where_what_they_are_over_goes() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (expression, of) in [
        ("fastest + 1", "integer"),
        ("fastest > 5::smallint", "boolean"),
        ("fastest IN (1, 2)", "boolean"),
        ("abs(fastest)", "smallint"),
        ("sum(fastest)", "bigint"),
        ("fastest::int", "integer"),
        ("greatest(fastest, 5)", "integer"),
        ("coalesce(code, 'x')", "character"),
        ("upper(code)", "text"),
    ] {
        let oid = number(&mut client, of);
        let heard = ask(&mut client, &format!("SELECT {expression} AS it FROM rail.station"));
        assert!(heard.starts_with(&format!("T(it:{oid}:0)")), "{expression}: {heard}");
    }
    let both = "SELECT fastest FROM rail.station UNION SELECT 5";
    assert!(ask(&mut client, both).contains("D(5)"));
}

#[test]
fn errors_name_types_that_were_declared() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (query, message) in [
        (
            "SELECT lower('stop'::rail.signal) FROM pg_am",
            "function lower(rail.signal) does not exist",
        ),
        (
            "SELECT nosuch('{}'::rail.signal[], 1) FROM pg_am",
            "function nosuch(rail.signal[], integer) does not exist",
        ),
    ] {
        let heard = refused(&mut client, query, *b"CM");
        assert_eq!(heard, ["42883".to_owned(), message.to_owned()], "{query}");
    }
}

async fn anything(_: trunkline_core::Query) -> trunkline_core::Result<trunkline_core::RowSet> {
    Ok(trunkline_core::Rows::new([("anything", Oid::TEXT)]))
}

/// A name behind AS that is a declared type's may be that of a column, in what only the engine knows.
#[test]
fn an_alias_is_no_cast() {
    let defined = ddl::define(TYPES).expect("definitions");
    let engine = trunkline_core::query_fn(anything);
    let server = start_with(Catalog::new(engine).declaring(defined.snapshot));
    let mut client = Dialogue::login(server.address);
    let heard = ask(&mut client, "SELECT CAST(to_tsvector('a') AS text) AS signal");
    assert!(heard.starts_with("T(anything:25:0)"), "{heard}");
}
