//! The catalogs behind a server: whatever a statement may be the source of, theirs may be.

mod declared_types;
#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../../../server/tests/wire/dialogue.rs"]
mod dialogue;
mod explain;
#[path = "../fixture/mod.rs"]
mod fixture;
mod lent;
mod locks;
mod portions;
mod promises;
mod settings;

use std::net::SocketAddr;

use dialogue::Dialogue;
use fixture::Fixture;
use trunkline::{Engine, Listener, Server};
use trunkline_catalog::Catalog;
use trunkline_core::catalog::Numbers;
use trunkline_proto::Format;
use trunkline_proto::message::{
    AnyBackend, Describe, Execute, FieldCode, NewBind, NewParse, Query, Sync, Target,
};

/// A server that lives as long as this.
struct Served {
    _runtime: tokio::runtime::Runtime,
    address: SocketAddr,
}

fn start() -> Served {
    start_with(Catalog::new(Fixture::new()))
}

fn start_with(engine: impl Engine) -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(Listener::tcp(([127, 0, 0, 1], 0).into()));
    let listener = listener.expect("a free port");
    let address = listener.local_address().expect("a TCP address");
    let server = Server::builder(engine).build();
    runtime.spawn(async move { server.serve(listener).await });
    Served { _runtime: runtime, address }
}

fn ask(client: &mut Dialogue, sql: &str) -> String {
    client.say(&Query { sql }).hear_until('Z')
}

/// Says a query that is refused: these fields of the error.
fn refused<const N: usize>(client: &mut Dialogue, sql: &str, fields: [u8; N]) -> [String; N] {
    client.say(&Query { sql }).send();
    let mut found = None;
    loop {
        match client.next().expect("the server goes on talking") {
            AnyBackend::ErrorResponse(error) => {
                let field = |code| error.fields.get(FieldCode(code)).unwrap_or_default();
                let text = |code| String::from_utf8_lossy(field(code)).into_owned();
                found = Some(fields.map(text));
            }
            AnyBackend::ReadyForQuery(_) => return found.expect("an error"),
            _ => {}
        }
    }
}

/// Tables of `pg_class` that are the fixture's.
const TABLES: &str =
    "SELECT relname, relnatts FROM pg_class WHERE relkind = 'r' AND oid > 16383 ORDER BY relname";

/// Their plan has parameters, of which the client hears nothing.
#[test]
fn constants_of_a_text_stay_its_own() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    const NONE: [trunkline_core::Oid; 0] = [];
    const NOTHING: [Option<&[u8]>; 0] = [];
    for (oid, name) in [("'1247'", "pg_type"), ("'1249'", "pg_attribute"), ("1249", "pg_attribute")]
    {
        let sql = format!("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid = {oid}");
        client.say(&NewParse { name: "", sql: &*sql, parameter_types: NONE });
        client.say(&Describe { target: Target::Statement, name: "" }).say(&NewBind {
            portal: "",
            statement: "",
            parameter_formats: &[],
            parameters: NOTHING,
            result_formats: &[],
        });
        client.say(&Execute { portal: "", max_rows: 0 }).say(&Sync);
        let heard = client.hear_until('Z');
        assert!(heard.contains("t()"), "{heard}");
        assert!(heard.contains(&format!("D({name})")), "{heard}");
    }
    let sql = "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid = 'x'";
    let refused = refused(&mut client, sql, [b'M', b'P']);
    assert_eq!(refused, ["invalid input syntax for type oid: \"x\"", "60"]);
}

#[test]
fn a_cursor_goes_through_the_catalogs() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    assert_eq!(
        ask(&mut client, &format!("BEGIN; DECLARE c SCROLL CURSOR FOR {TABLES}")),
        "C(BEGIN) C(DECLARE CURSOR) Z(T)"
    );
    assert_eq!(
        ask(&mut client, "FETCH 2 c"),
        "T(relname:19:0,relnatts:21:0) D(customers,7) D(empty,0) C(FETCH 2) Z(T)"
    );
    assert_eq!(
        ask(&mut client, "FETCH LAST c"),
        "T(relname:19:0,relnatts:21:0) D(orders,6) C(FETCH 1) Z(T)"
    );
    assert_eq!(
        ask(&mut client, "FETCH FIRST c"),
        "T(relname:19:0,relnatts:21:0) D(customers,7) C(FETCH 1) Z(T)"
    );
    assert_eq!(ask(&mut client, "CLOSE c; COMMIT"), "C(CLOSE CURSOR) C(COMMIT) Z(I)");
    let binary = format!("BEGIN; DECLARE c BINARY CURSOR FOR {TABLES}; FETCH 1 c; COMMIT");
    let heard = ask(&mut client, &binary);
    assert!(heard.contains("T(relname:19:1,relnatts:21:1) D(customers,0007)"), "{heard}");
}

/// What COPY TO sends.
fn copied(client: &mut Dialogue, sql: &str) -> Vec<u8> {
    client.say(&Query { sql }).send();
    let mut all = Vec::new();
    loop {
        match client.next().expect("the server goes on talking") {
            AnyBackend::CopyData(data) => all.extend_from_slice(&data.data),
            AnyBackend::ReadyForQuery(_) => return all,
            AnyBackend::ErrorResponse(error) => panic!("{error:?}"),
            _ => {}
        }
    }
}

#[test]
fn copy_takes_the_catalogs_as_a_source() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let text = copied(&mut client, &format!("COPY ({TABLES}) TO STDOUT"));
    assert_eq!(
        String::from_utf8(text).as_deref(),
        Ok("customers\t7\nempty\t0\nnotes\t4\norders\t6\n")
    );
    let csv = copied(&mut client, &format!("COPY ({TABLES}) TO STDOUT (FORMAT csv, HEADER)"));
    assert!(csv.starts_with(b"relname,relnatts\ncustomers,7\n"), "{}", csv.escape_ascii());
    let binary = copied(&mut client, &format!("COPY ({TABLES}) TO STDOUT (FORMAT binary)"));
    let row = b"\0\x02\0\0\0\x09customers\0\0\0\x02\0\x07";
    assert_eq!(binary.get(19..19 + row.len()), Some(row.as_slice()), "{}", binary.escape_ascii());
}

#[test]
fn statements_of_the_catalogs_can_be_prepared() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let prepare = "PREPARE p (text) AS SELECT relnatts FROM pg_class WHERE relname = $1";
    assert_eq!(ask(&mut client, prepare), "C(PREPARE) Z(I)");
    assert_eq!(ask(&mut client, "EXECUTE p ('orders')"), "T(relnatts:21:0) D(6) C(SELECT 1) Z(I)");
    let sql = "SELECT oid::regclass::text, relnatts, relkind, relhasindex, reltuples, relname = ANY($1) \
               FROM pg_class WHERE relname = ANY($1) AND relkind = 'r'";
    client
        .say(&NewParse { name: "s", sql, parameter_types: [trunkline_core::Oid::TEXT_ARRAY] })
        .say(&NewBind {
            portal: "",
            statement: "s",
            parameter_formats: &[Format::Text],
            parameters: [Some(b"{orders}".as_slice())],
            result_formats: &[Format::Binary],
        })
        .say(&Execute { portal: "", max_rows: 0 })
        .say(&Sync);
    assert_eq!(
        client.hear_until('Z'),
        "1 2 D(sales.orders,0006,r,\u{1},bf800000,\u{1}) C(SELECT 1) Z(I)"
    );
}

/// PostgreSQL tells what it sets, though a local setting outside of a block is gone at once.
#[test]
fn set_config_tells_what_it_has_set() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    for (sql, heard) in [
        ("SELECT set_config('work_mem', '8192', true)", "8MB"),
        ("SELECT current_setting('work_mem')", "4MB"),
        ("SELECT set_config('work_mem', '8192', false)", "8MB"),
        ("SELECT current_setting('work_mem')", "8MB"),
        ("SELECT set_config('my.own', 'x', true)", "x"),
    ] {
        let answer = ask(&mut client, sql);
        assert!(answer.contains(&format!("D({heard})")), "{sql}: {answer}");
    }
}

/// An engine that numbers its relations as it is told to names the table of a column so that a client
/// finds it: drivers look for the key of a row that they are to change.
#[test]
fn the_table_of_a_column_is_found_by_its_number() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let snapshot = fixture::snapshot();
    let mut numbers = Numbers::default();
    for schema in &snapshot.schemas {
        for relation in &schema.relations {
            let oid = numbers.relation(&schema.name, &relation.name).0;
            let sql = format!("SELECT relname, relnatts FROM pg_class WHERE oid = {oid}");
            let found = format!("D({},{})", relation.name, relation.columns.len());
            assert!(ask(&mut client, &sql).contains(&found), "{found}");
            for (place, attribute) in relation.columns.iter().enumerate() {
                let sql = format!(
                    "SELECT atttypid FROM pg_attribute WHERE attrelid = {oid} AND attnum = {} \
                     AND attname = '{}'",
                    place + 1,
                    attribute.column.name
                );
                let found = format!("D({})", attribute.column.type_oid.0);
                assert!(ask(&mut client, &sql).contains(&found), "{sql}");
            }
        }
    }
}

/// What is declared beside an engine's relations is there, and empty; the engine's own are the engine's.
#[test]
fn declared_relations_are_empty() {
    let script = "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE kept (id int, m mood, note text);
        CREATE VIEW sad AS SELECT id, upper(note) AS note FROM kept WHERE m = 'sad'; CREATE SEQUENCE n START 7;
        CREATE DOMAIN short AS varchar(3); CREATE DOMAIN shorter AS short; CREATE TABLE told (a short, b shorter);";
    let defined = trunkline_catalog::ddl::define(script).expect("PostgreSQL's");
    let server = start_with(Catalog::new(Fixture::new()).declaring(defined.snapshot));
    let mut client = Dialogue::login(server.address);
    assert_eq!(ask(&mut client, "SELECT id FROM kept"), "T(id:23:0) C(SELECT 0) Z(I)");
    // Of domains nobody is told.
    let told = "T(a:1043:0,b:1043:0) C(SELECT 0) Z(I)";
    assert_eq!(ask(&mut client, "SELECT a, b FROM told"), told);
    let joined =
        "SELECT count(*) FROM kept k JOIN sad s USING (id) WHERE k.m <> 'glad' AND k.id > 1";
    assert_eq!(ask(&mut client, joined), "T(count:20:0) D(0) C(SELECT 1) Z(I)");
    assert_eq!(
        ask(&mut client, "SELECT last_value, is_called FROM public.n"),
        "T(last_value:20:0,is_called:16:0) D(7,f) C(SELECT 1) Z(I)"
    );
    for (sql, state) in [
        ("SELECT nothing FROM kept", "42703"),
        // The engine is asked for what it has, alone or with something else.
        ("SELECT * FROM customers", "0A000"),
        ("SELECT * FROM kept, customers", "0A000"),
        ("INSERT INTO kept VALUES (1)", "0A000"),
    ] {
        let heard = ask(&mut client, sql);
        assert!(heard.contains(state), "{sql}: {heard}");
    }
    assert!(ask(&mut client, "SELECT count(*) FROM pg_enum").contains("D(2)"));
}
