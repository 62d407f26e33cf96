//! Values in and out, in text and in binary.
//!
//! What PostgreSQL prints is known by `trunkline-proto`, whose tests ask PostgreSQL itself.

use trunkline_core::types::{TextStyle, ToPg, Value};
use trunkline_core::{Format, Oid};
use trunkline_proto::message::{AnyBackend, NewBind, NewParse, Sync};

use crate::dialogue::Dialogue;
use crate::harness::{File, ask, refused};
use crate::messages::execute;

fn encoded(value: &Value, oid: Oid, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let _ =
        value.encode(oid, format, &TextStyle::default(), &mut out).expect("a value of the type");
    out
}

/// Runs a statement with one parameter; the cells of its rows.
fn cells(
    client: &mut Dialogue,
    sql: &str,
    parameter: Option<(Oid, Format, &[u8])>,
    result: Format,
) -> Vec<Option<Vec<u8>>> {
    let types = parameter.map(|(oid, ..)| oid);
    let formats: Vec<Format> = parameter.iter().map(|(_, format, _)| *format).collect();
    client.say(&NewParse { name: "", sql, parameter_types: types.into_iter().collect::<Vec<_>>() });
    client.say(&NewBind {
        portal: "",
        statement: "",
        parameter_formats: &formats,
        parameters: parameter.iter().map(|(.., bytes)| Some(*bytes)),
        result_formats: &[result],
    });
    client.say(&execute("", 0)).say(&Sync).send();
    let mut cells = Vec::new();
    loop {
        match client.next().expect("the server goes on talking") {
            AnyBackend::DataRow(row) => {
                cells.extend(row.values.iter().map(|value| value.map(<[u8]>::to_vec)));
            }
            AnyBackend::ErrorResponse(error) => panic!("{sql}: {error:?}"),
            AnyBackend::ReadyForQuery(_) => return cells,
            _ => {}
        }
    }
}

#[test]
fn every_type_comes_back_as_it_was_sent() {
    let file = File::new("CREATE TABLE none (id INTEGER PRIMARY KEY);");
    let server = file.serve();
    let mut client = server.login();
    let types = [
        ("boolean", Oid::BOOL, &["t", "f"][..]),
        ("smallint", Oid::INT2, &["-32768", "32767"]),
        ("integer", Oid::INT4, &["-2147483648", "7"]),
        ("bigint", Oid::INT8, &["-9223372036854775808", "9223372036854775807"]),
        ("real", Oid::FLOAT4, &["0.1", "-3.4e38", "Infinity", "NaN"]),
        ("double precision", Oid::FLOAT8, &["0.1", "1e300", "-Infinity", "NaN", "0"]),
        ("numeric", Oid::NUMERIC, &["0", "12.5", "-0.001", "123456789012345", "NaN"]),
        ("numeric(10,2)", Oid::NUMERIC, &["12.50", "0.00", "-99999999.99"]),
        ("text", Oid::TEXT, &["", "für 'alle'", "123", "1e5"]),
        ("varchar(20)", Oid::VARCHAR, &["", "short", "0042"]),
        ("bytea", Oid::BYTEA, &["\\x", "\\x00ff41"]),
        ("date", Oid::DATE, &["2024-02-29", "0001-01-01", "infinity", "9999-12-31"]),
        ("time", Oid::TIME, &["00:00:00", "23:59:59.999999"]),
        (
            "timestamp",
            Oid::TIMESTAMP,
            &["2024-02-29 12:34:56.5", "-infinity", "1999-12-31 00:00:00"],
        ),
        ("timestamptz", Oid::TIMESTAMPTZ, &["2024-02-29 12:34:56.5+02", "infinity"]),
        ("interval", Oid::INTERVAL, &["1 year 2 mons -3 days 04:05:06.7", "00:00:00"]),
        ("uuid", Oid::UUID, &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
        ("json", Oid::JSON, &["{\"b\": 1, \"a\":[]}", "17", "\"x\""]),
        ("jsonb", Oid::JSONB, &["{\"b\": 1, \"a\":[]}", "1.50", "null"]),
        ("integer[]", Oid::INT4_ARRAY, &["{1,NULL,3}", "{}", "{{1,2},{3,4}}"]),
        ("text[]", Oid::TEXT_ARRAY, &["{a,\"b c\",NULL,\"\"}"]),
    ];
    for (number, (name, oid, literals)) in types.into_iter().enumerate() {
        let made = ask(&mut client, &format!("CREATE TABLE v{number} (x {name})"));
        assert_eq!(made, "C(CREATE TABLE) Z(I)", "{name}");
        let insert = format!("INSERT INTO v{number} VALUES ($1)");
        let select = format!("SELECT x FROM v{number}");
        let same = format!("SELECT count(*) FROM v{number} WHERE x = $1");
        for literal in literals {
            let value = Value::from_literal(oid, literal, &TextStyle::default()).expect(literal);
            for format in [Format::Text, Format::Binary] {
                ask(&mut client, &format!("DELETE FROM v{number}"));
                let sent = encoded(&value, oid, format);
                cells(&mut client, &insert, Some((oid, format, &sent)), Format::Text);
                for result in [Format::Text, Format::Binary] {
                    let found = cells(&mut client, &select, None, result);
                    let expected = encoded(&value, oid, result);
                    assert_eq!(found, [Some(expected)], "{name} {literal} {format:?} {result:?}");
                }
                if !["json", "interval"].contains(&name) {
                    let found = cells(&mut client, &same, Some((oid, format, &sent)), Format::Text);
                    assert_eq!(found, [Some(b"1".to_vec())], "{name} {literal} {format:?}");
                }
            }
        }
        ask(&mut client, &format!("UPDATE v{number} SET x = NULL"));
        assert_eq!(cells(&mut client, &select, None, Format::Binary), [None], "{name}");
    }
}

#[test]
fn what_sqlite_itself_has_stored_is_read() {
    let file = File::new(
        "CREATE TABLE v (i INTEGER, b BOOLEAN, d DATE, t TIMESTAMP, n NUMERIC(8,2), x TEXT, y BLOB, u UUID);
         INSERT INTO v VALUES (1, 't', 86399, 951782400, 2.5, 7, 'text', x'000102030405060708090a0b0c0d0e0f');
         INSERT INTO v VALUES (2, 0, '2000-02-29', '2000-02-29T01:02:03.25', '1.005', 1.5, x'00', NULL);",
    );
    let server = file.serve();
    let mut client = server.login();
    assert_eq!(
        ask(&mut client, "SELECT * FROM v ORDER BY i"),
        "D(1,t,1970-01-01,2000-02-29 00:00:00,2.50,7,\\x74657874,00010203-0405-0607-0809-0a0b0c0d0e0f) \
         D(2,f,2000-02-29,2000-02-29 01:02:03.25,1.01,1.5,\\x00,NULL) C(SELECT 2) Z(I)"
    );
}

#[test]
fn what_is_not_of_its_type_is_never_shown_as_something_else() {
    let file = File::new(
        "CREATE TABLE v (s SMALLINT, i INT4, b BOOLEAN, d DATE, t TIMESTAMP, j JSONB, n NUMERIC(4,2));
         INSERT INTO v VALUES (40000, 'x', 7, 'soon', 2.5, '{', 1000);",
    );
    let server = file.serve();
    let mut client = server.login();
    for (column, code, message) in [
        ("s", "22003", "value \"40000\" is out of range for type smallint"),
        ("i", "22P02", "invalid input syntax for type integer: \"x\""),
        ("b", "22P02", "invalid input syntax for type boolean: \"7\""),
        ("d", "22007", "invalid input syntax for type date: \"soon\""),
        ("t", "22007", "invalid input syntax for type timestamp without time zone: \"2.5\""),
        ("j", "22P02", "invalid input syntax for type json"),
        ("n", "22003", "numeric field overflow"),
    ] {
        let error = refused(&mut client, &format!("SELECT {column} FROM v"));
        assert_eq!((error(b'C').as_str(), error(b'M').as_str()), (code, message), "{column}");
        assert_eq!(error(b'c'), column);
        assert!(error(b'W').contains(&format!("column \"{column}\"")), "{}", error(b'W'));
    }
    let file = File::new("CREATE TABLE v (x TEXT); INSERT INTO v VALUES (CAST(x'ff' AS TEXT));");
    let server = file.serve();
    assert_eq!(refused(&mut server.login(), "SELECT x FROM v")(b'C'), "22021");
}

#[test]
fn what_is_big_comes_whole() {
    let file = File::new("CREATE TABLE v (x TEXT, y BLOB);");
    let server = file.serve();
    let mut client = server.login();
    let big = "ä".repeat(3 << 20);
    let insert = "INSERT INTO v VALUES ($1, NULL)";
    cells(&mut client, insert, Some((Oid::TEXT, Format::Text, big.as_bytes())), Format::Text);
    let found = cells(&mut client, "SELECT x FROM v", None, Format::Text);
    assert!(found == [Some(big.into_bytes())]);
}

#[test]
fn a_row_is_found_by_its_place() {
    let file = File::new(
        "CREATE TABLE t (v TEXT); INSERT INTO t (rowid, v) VALUES (1, 'a'), (65536, 'b'), (7, 'c');
         CREATE TABLE named (rowid TEXT); INSERT INTO named VALUES ('x');
         CREATE TABLE keyed (v TEXT PRIMARY KEY) WITHOUT ROWID;",
    );
    let server = file.serve();
    let mut client = server.login();
    let places = "SELECT ctid, t.ctid::text, tableoid = t.tableoid, t.* FROM t ORDER BY ctid";
    assert_eq!(
        ask(&mut client, places),
        "D((0,1),(0,1),t,a) D((0,7),(0,7),t,c) D((1,0),(1,0),t,b) C(SELECT 3) Z(I)"
    );
    let plan = "SELECT v FROM t WHERE ctid = '(1,0)' OR ctid = ANY ('{\"(0,7)\"}')";
    assert_eq!(ask(&mut client, plan), "D(c) D(b) C(SELECT 2) Z(I)");
    let changed = "UPDATE t SET v = 'd' WHERE ctid = '(0,7)' RETURNING ctid, v";
    assert_eq!(ask(&mut client, changed), "D((0,7),d) C(UPDATE 1) Z(I)");
    assert_eq!(ask(&mut client, "DELETE FROM t WHERE ctid < '(0,8)'"), "C(DELETE 2) Z(I)");
    assert_eq!(ask(&mut client, "SELECT ctid, rowid FROM named"), "D((0,1),x) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT ctid FROM keyed"), "E(ERROR 42703) Z(I)");
    file.run("INSERT INTO t (rowid, v) VALUES (281474976710656, 'far')");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT max(ctid) FROM t"), "E(ERROR 22003) Z(I)");
}

#[test]
fn a_query_in_more_parentheses_is_a_query_for_every_operator() {
    let file = File::new("CREATE TABLE t (n INT4); INSERT INTO t VALUES (1), (5)");
    let server = file.serve();
    let mut client = server.login();
    let sql = "SELECT 4 < ANY ((SELECT n FROM t)), 4 < ALL (((SELECT n FROM t))), \
               5 = ANY ((SELECT n FROM t)), 5 <> ALL ((SELECT n FROM t)), 4 < ANY ((ARRAY[1, 5]))";
    assert_eq!(ask(&mut client, sql), "D(t,f,t,f,t) C(SELECT 1) Z(I)");
}
