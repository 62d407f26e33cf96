//! Statements that name relations of the catalogs, or declared ones, beside tables of the file.

use trunkline_catalog::{Catalog, ddl};
use trunkline_core::{Format, Oid};
use trunkline_proto::message::{NewBind, NewParse, Query, Sync};

use crate::harness::{File, Served, ask, refused, serve};
use crate::messages::execute;

fn file() -> File {
    File::new(
        "CREATE TABLE t (id INT4 PRIMARY KEY, name TEXT);
         INSERT INTO t VALUES (1259, 'pg_class'), (1247, 'pg_type'), (5, 'five');",
    )
}

fn serve_declared(file: &File) -> Served {
    let defined =
        ddl::define("CREATE SCHEMA s; CREATE TABLE s.empty (code text, amount numeric(8,2))");
    serve(Catalog::new(file.writable()).declaring(defined.expect("a schema").snapshot))
}

#[test]
fn relations_of_the_catalogs_are_joined_with_tables() {
    let file = file();
    let server = file.serve_catalogs();
    let mut client = server.login();
    for (sql, rows) in [
        (
            "SELECT c.relname, t.id FROM pg_class c, t WHERE c.oid = t.id ORDER BY 1",
            "D(pg_class,1259) D(pg_type,1247) C(SELECT 2)",
        ),
        (
            "SELECT id FROM t WHERE id IN (SELECT oid::int FROM pg_catalog.pg_class) ORDER BY id",
            "D(1247) D(1259) C(SELECT 2)",
        ),
        (
            "SELECT id, (SELECT count(*) FROM pg_index i WHERE i.indrelid = t.id) FROM t ORDER BY 1",
            "D(5,0) D(1247,2) D(1259,3) C(SELECT 3)",
        ),
        (
            "SELECT n.nspname, c.relkind, c.relisshared, t.id FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN t ON c.oid = t.id
             WHERE c.relname IN ('pg_class', 't', 'pg_database') ORDER BY c.relname",
            "D(pg_catalog,r,f,1259) D(pg_catalog,r,t,NULL) D(public,r,f,NULL) C(SELECT 3)",
        ),
        (
            "SELECT ty.typinput, ty.typlen, ty.typdefault FROM pg_type ty, t
             WHERE ty.oid = 23 AND t.id = 5",
            "D(int4in,4,NULL) C(SELECT 1)",
        ),
        (
            "SELECT p.proargnames, p.proargtypes FROM pg_proc p, t
             WHERE p.proname = 'json_each' AND t.id = 5",
            "D({from_json,key,value},114) C(SELECT 1)",
        ),
        (
            "SELECT table_name, id FROM information_schema.tables, t
             WHERE table_schema = 'public' AND id = 5",
            "D(t,5) C(SELECT 1)",
        ),
        // The name of a WITH query comes before that of a relation.
        (
            "WITH pg_class AS (SELECT 1 AS a) SELECT a, id FROM pg_class, t WHERE id = 5",
            "D(1,5) C(SELECT 1)",
        ),
    ] {
        assert_eq!(ask(&mut client, sql), format!("{rows} Z(I)"), "{sql}");
    }
    let told =
        client.say(&Query { sql: "SELECT oid, relname, relacl FROM pg_class, t WHERE false" });
    assert_eq!(told.hear_until('Z'), "T(oid:26:0,relname:19:0,relacl:1034:0) C(SELECT 0) Z(I)");
}

#[test]
fn what_the_catalogs_tell_is_put_into_tables() {
    let file = file();
    let server = file.serve_catalogs();
    let mut client = server.login();
    let insert =
        "INSERT INTO t SELECT oid::int, nspname FROM pg_namespace WHERE nspname = 'public'";
    assert_eq!(ask(&mut client, insert), "C(INSERT 0 1) Z(I)");
    assert_eq!(
        ask(&mut client, "SELECT name FROM t WHERE id = 2200"),
        "D(public) C(SELECT 1) Z(I)"
    );
    let update = "UPDATE t SET name = n.nspname || '!' FROM pg_namespace n WHERE n.oid = t.id";
    assert_eq!(ask(&mut client, update), "C(UPDATE 1) Z(I)");
    let delete = "DELETE FROM t WHERE id IN (SELECT oid FROM pg_class) RETURNING name";
    assert_eq!(ask(&mut client, delete), "D(pg_class) D(pg_type) C(DELETE 2) Z(I)");
    let created = "CREATE TABLE x AS SELECT oid, relname, relacl FROM pg_class WHERE oid = 1259";
    assert_eq!(ask(&mut client, created), "C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT oid, relname FROM x"), "D(1259,pg_class) C(SELECT 1) Z(I)");
    assert_eq!(file.find::<i64>("SELECT count(*) FROM x"), 1);
}

#[test]
fn each_run_sees_what_there_is_then() {
    let file = file();
    let server = file.serve_catalogs();
    let mut client = server.login();
    ask(
        &mut client,
        "PREPARE p (int, text) AS SELECT t.id, c.relname FROM t, pg_class c
         WHERE t.id = $1 AND c.relname = $2",
    );
    assert_eq!(ask(&mut client, "EXECUTE p (5, 'later')"), "C(SELECT 0) Z(I)");
    ask(&mut client, "CREATE TABLE later (a int)");
    assert_eq!(ask(&mut client, "EXECUTE p (5, 'later')"), "D(5,later) C(SELECT 1) Z(I)");
    // A cursor's rows have a key, behind what is lent.
    let cursor = "BEGIN; DECLARE c CURSOR FOR SELECT id FROM t
         WHERE EXISTS (SELECT 1 FROM pg_class k WHERE k.oid = t.id) ORDER BY id;
         FETCH c; UPDATE t SET name = (SELECT nspname FROM pg_namespace WHERE oid = 11)
         WHERE CURRENT OF c; COMMIT; SELECT name FROM t WHERE id = 1247";
    let heard = ask(&mut client, cursor);
    assert!(heard.ends_with("C(UPDATE 1) C(COMMIT) D(pg_catalog) C(SELECT 1) Z(I)"), "{heard}");
    // In binary, and in parts.
    let sql = "SELECT n.oid, t.id FROM pg_namespace n, t WHERE n.nspname = $1 ORDER BY t.id";
    client.say(&NewParse { name: "", sql, parameter_types: [Oid::NAME] }).say(&NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[],
        parameters: [Some(b"pg_catalog")].into_iter(),
        result_formats: &[Format::Binary],
    });
    client.say(&execute("", 1)).say(&execute("", 1)).say(&Sync);
    let heard = client.hear_until('Z');
    assert!(heard.contains("D(0000000b,00000005) s D(0000000b,000004df) s"), "{heard}");
}

#[test]
fn declared_relations_have_no_rows() {
    let file = file();
    let server = serve_declared(&file);
    let mut client = server.login();
    for (sql, answer) in [
        (
            "SELECT e.code, e.amount, t.id FROM t LEFT JOIN s.empty e ON e.code = t.name WHERE t.id = 5",
            "T(code:25:0,amount:1700:0,id:23:0) D(NULL,NULL,5) C(SELECT 1) Z(I)",
        ),
        ("SELECT t.id FROM t, s.empty", "T(id:23:0) C(SELECT 0) Z(I)"),
        ("SELECT sum(amount) FROM s.empty", "T(sum:1700:0) D(NULL) C(SELECT 1) Z(I)"),
        ("INSERT INTO t SELECT 1, code FROM s.empty", "C(INSERT 0 0) Z(I)"),
        ("SET search_path = s, public", "C(SET) S(search_path=s, public) Z(I)"),
        ("SELECT code, id FROM empty, t", "T(code:25:0,id:23:0) C(SELECT 0) Z(I)"),
    ] {
        assert_eq!(client.say(&Query { sql }).hear_until('Z'), answer, "{sql}");
    }
}

#[test]
fn what_cannot_be_says_so() {
    let file = file();
    let server = file.serve_catalogs();
    let mut client = server.login();
    for (sql, state, message) in [
        ("SELECT * FROM pg_class, nosuch", "42P01", "relation \"nosuch\" does not exist"),
        (
            "SELECT * FROM t, pg_catalog.nosuch",
            "42P01",
            "relation \"pg_catalog.nosuch\" does not exist",
        ),
        ("SELECT nosuch, id FROM pg_class, t", "42703", "column \"nosuch\" does not exist"),
        ("INSERT INTO pg_class SELECT * FROM t", "42501", "permission denied for table pg_class"),
        ("DELETE FROM pg_tables", "55000", "cannot delete from view \"pg_tables\""),
        (
            "CREATE VIEW v AS SELECT id FROM t, pg_class",
            "0A000",
            "a view of a relation of the catalogs is not supported by the SQLite engine",
        ),
        (
            "SELECT id FROM t JOIN pg_class c ON c.oid = 't'::regclass",
            "0A000",
            "a cast to regclass is not supported by the SQLite engine",
        ),
    ] {
        let refusal = refused(&mut client, sql);
        assert_eq!((refusal(b'C').as_str(), refusal(b'M').as_str()), (state, message), "{sql}");
    }
    // What is too much for the catalogs alone is too much here.
    let cross = format!(
        "SELECT count(*) FROM t{}",
        (0..8).map(|n| format!(", pg_proc p{n}")).collect::<String>()
    );
    ask(&mut client, "SET statement_timeout = 200");
    assert_eq!(refused(&mut client, &cross)(b'C'), "57014");
}
