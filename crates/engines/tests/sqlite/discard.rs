//! What a session leaves to the next user of its connection: nothing.

use crate::harness::{File, ask, refused};

/// A parent that a child refers to, a view, and one that is in the way of another.
const MAKE: &str = "CREATE TEMP TABLE parent (id int PRIMARY KEY);
    CREATE TEMP TABLE child (id int REFERENCES parent (id) ON DELETE RESTRICT);
    INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);
    CREATE TEMP TABLE t (v text); INSERT INTO t VALUES ('mine')";

#[test]
fn discard_drops_temporary_tables() {
    let file = File::new("CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('everybody''s');");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    for (discard, tag) in [("DISCARD ALL", "DISCARD ALL"), ("DISCARD TEMPORARY", "DISCARD TEMP")] {
        assert!(ask(&mut one, MAKE).ends_with("Z(I)"));
        ask(&mut one, "PREPARE s AS SELECT v FROM t");
        assert_eq!(ask(&mut one, "EXECUTE s"), "D(mine) C(SELECT 1) Z(I)");
        // Nobody else who writes is waited for.
        ask(&mut other, "BEGIN; UPDATE t SET v = v");
        assert_eq!(ask(&mut one, discard), format!("C({tag}) Z(I)"));
        ask(&mut other, "ROLLBACK");
        for table in ["parent", "child"] {
            assert_eq!(refused(&mut one, &format!("SELECT * FROM {table}"))(b'C'), "42P01");
        }
        assert_eq!(ask(&mut one, "SELECT v FROM t"), "D(everybody's) C(SELECT 1) Z(I)");
        if tag == "DISCARD TEMP" {
            assert_eq!(ask(&mut one, "EXECUTE s"), "D(everybody's) C(SELECT 1) Z(I)");
        }
    }
    // Foreign keys are looked at as before.
    ask(&mut one, MAKE);
    assert_eq!(refused(&mut one, "INSERT INTO child VALUES (2)")(b'C'), "23503");
}

#[test]
fn discard_temp_is_undone_with_its_transaction() {
    let file = File::new("CREATE TABLE t (v TEXT);");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, MAKE);
    let mine = "D(mine) C(SELECT 1)";
    assert_eq!(
        ask(&mut client, "DISCARD TEMP; SELECT 1 / 0"),
        "C(DISCARD TEMP) E(ERROR 22012) Z(I)"
    );
    assert_eq!(ask(&mut client, "SELECT v FROM t"), format!("{mine} Z(I)"));
    assert_eq!(
        ask(&mut client, "BEGIN; DISCARD TEMP; SELECT v FROM t"),
        "C(BEGIN) C(DISCARD TEMP) C(SELECT 0) Z(T)"
    );
    assert_eq!(ask(&mut client, "ROLLBACK; SELECT v FROM t"), format!("C(ROLLBACK) {mine} Z(I)"));
    ask(&mut client, "BEGIN; DECLARE c CURSOR FOR SELECT v FROM t");
    assert_eq!(refused(&mut client, "DISCARD TEMP")(b'C'), "55006");
    assert_eq!(ask(&mut client, "ROLLBACK; SELECT v FROM t"), format!("C(ROLLBACK) {mine} Z(I)"));
}

#[test]
fn discard_forgets_what_sequences_gave() {
    let file = File::new("CREATE TABLE t (v TEXT);");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "CREATE SEQUENCE q");
    for discard in ["DISCARD SEQUENCES", "DISCARD ALL"] {
        ask(&mut client, "SELECT nextval('q')");
        ask(&mut client, discard);
        assert_eq!(refused(&mut client, "SELECT currval('q')")(b'C'), "55000");
        assert_eq!(refused(&mut client, "SELECT lastval()")(b'C'), "55000");
    }
    assert_eq!(ask(&mut client, "SELECT nextval('q')"), "D(3) C(SELECT 1) Z(I)");
}
