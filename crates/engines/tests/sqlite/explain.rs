//! EXPLAIN: SQLite's plans in PostgreSQL's shape.

use crate::dialogue::Dialogue;
use crate::harness::{File, ask, refused};

/// The answer behind the description of the one column, whose name has a space.
fn told(client: &mut Dialogue, sql: &str) -> String {
    let answer = ask(client, sql);
    answer.split_once(":0) ").map(|(_, rows)| rows.to_owned()).unwrap_or(answer)
}

#[test]
fn a_plan_is_told_and_nothing_done() {
    let file = File::new("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
    let server = file.serve();
    let mut client = server.login();
    assert_eq!(
        told(&mut client, "EXPLAIN SELECT b FROM t WHERE a = 1"),
        "D(Select) D(  ->  SEARCH t USING INTEGER PRIMARY KEY (rowid=?)) C(EXPLAIN) Z(I)"
    );
    assert_eq!(
        told(&mut client, "EXPLAIN (COSTS off, FORMAT json) SELECT b FROM t"),
        "D([\n  {\n    \"Plan\": {\n      \"Node Type\": \"Select\",\n      \"Plans\": [\n        {\n          \
         \"Node Type\": \"SCAN t\"\n        }\n      ]\n    }\n  }\n]) C(EXPLAIN) Z(I)"
    );
    ask(&mut client, "INSERT INTO t VALUES (1, 'x')");
    ask(&mut client, "EXPLAIN DELETE FROM t");
    assert_eq!(ask(&mut client, "SELECT a FROM t"), "D(1) C(SELECT 1) Z(I)");
    // Where nothing may be written it can be told what would be.
    ask(&mut client, "BEGIN READ ONLY");
    assert!(ask(&mut client, "EXPLAIN INSERT INTO t VALUES (2, 'y')").contains("C(EXPLAIN)"));
    let error = refused(&mut client, "EXPLAIN ANALYZE INSERT INTO t VALUES (2, 'y')");
    assert_eq!(error(b'C'), "25006");
}

#[test]
fn analyze_runs_the_statement() {
    let file = File::new("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
    let server = file.serve();
    let mut client = server.login();
    let quiet = "EXPLAIN (ANALYZE, TIMING off, SUMMARY off)";
    assert_eq!(
        told(&mut client, &format!("{quiet} INSERT INTO t VALUES (1, 'x'), (2, 'y') RETURNING a")),
        "D(Insert (actual rows=2.00 loops=1)) D(  ->  SCAN 2-ROW VALUES CLAUSE) C(EXPLAIN) Z(I)"
    );
    assert_eq!(
        told(&mut client, &format!("{quiet} SELECT * FROM t")),
        "D(Select (actual rows=2.00 loops=1)) D(  ->  SCAN t) C(EXPLAIN) Z(I)"
    );
    let timed = ask(&mut client, "EXPLAIN ANALYZE UPDATE t SET b = 'z'");
    assert!(timed.contains("Planning Time: ") && timed.contains("Execution Time: "), "{timed}");
    assert_eq!(ask(&mut client, "SELECT b FROM t WHERE a = 2"), "D(z) C(SELECT 1) Z(I)");
    // What fails is told as if it had been asked for.
    let error = refused(&mut client, "EXPLAIN ANALYZE INSERT INTO t VALUES (1, 'x')");
    assert_eq!(error(b'C'), "23505");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(2) C(SELECT 1) Z(I)");
}
