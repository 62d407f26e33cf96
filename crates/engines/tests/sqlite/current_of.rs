//! The row on which a cursor stands is never taken for another one that has its key.

use crate::harness::{File, ask, refused};

const TABLES: &str = "CREATE TABLE q (v TEXT); INSERT INTO q VALUES ('a'), ('b'), ('c');
    CREATE TABLE k (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO k VALUES (1, 'a'), (2, 'b'), (3, 'c');
    CREATE TABLE w (id TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;
    INSERT INTO w VALUES ('1', 'a'), ('2', 'b'), ('3', 'c');";

/// Puts a cursor on the last of three rows.
fn stand(table: &str) -> String {
    format!("BEGIN; DECLARE c CURSOR FOR SELECT v FROM {table}; FETCH 3 FROM c")
}

#[test]
fn a_row_with_a_key_that_is_used_again_is_another() {
    let file = File::new(TABLES);
    let server = file.serve();
    let mut client = server.login();
    for (table, between) in [
        ("q", "DELETE FROM q WHERE v = 'c'; INSERT INTO q VALUES ('new')"),
        ("q", "DELETE FROM q WHERE CURRENT OF c; INSERT INTO q VALUES ('new')"),
        ("q", "DELETE FROM q WHERE v = 'c'; INSERT INTO q SELECT 'new'"),
        ("k", "UPDATE k SET id = 9 WHERE v = 'c'; UPDATE k SET id = 3 WHERE v = 'a'"),
        (
            "k",
            "DELETE FROM k WHERE id = 3; INSERT INTO k VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET id = 3",
        ),
        ("w", "DELETE FROM w WHERE id = '3'; INSERT INTO w VALUES ('3', 'new')"),
        ("w", "DELETE FROM w WHERE id = '3'; UPDATE w SET id = '3' WHERE v = 'a'"),
    ] {
        ask(&mut client, &stand(table));
        assert!(ask(&mut client, between).ends_with("Z(T)"), "{between}");
        let error = refused(&mut client, &format!("DELETE FROM {table} WHERE CURRENT OF c"));
        assert_eq!(error(b'C'), "24000", "{between}");
        assert_eq!(error(b'M'), "cursor \"c\" is not positioned on a row");
        ask(&mut client, "ROLLBACK");
    }
}

#[test]
fn a_row_whose_key_nobody_else_was_given_is_found() {
    let file = File::new(TABLES);
    let server = file.serve();
    let mut client = server.login();
    for (table, between, changed) in [
        ("q", "DELETE FROM q WHERE v = 'c'", 0),
        ("q", "INSERT INTO q VALUES ('new')", 1),
        ("q", "UPDATE q SET v = 'new'", 1),
        ("q", "DELETE FROM q WHERE v = 'b'; INSERT INTO k VALUES (4, 'd')", 1),
        ("q", "CREATE TABLE other (v text); INSERT INTO other VALUES ('new')", 1),
        (
            "k",
            "DELETE FROM k WHERE id = 1; UPDATE k SET v = 'new'; INSERT INTO k VALUES (1, 'x')",
            1,
        ),
        ("w", "DELETE FROM w WHERE id = '2'; UPDATE w SET v = 'new'", 1),
    ] {
        ask(&mut client, &stand(table));
        assert!(ask(&mut client, between).ends_with("Z(T)"), "{between}");
        let delete = format!("DELETE FROM {table} WHERE CURRENT OF c");
        assert_eq!(ask(&mut client, &delete), format!("C(DELETE {changed}) Z(T)"), "{between}");
        ask(&mut client, "ROLLBACK");
    }
    // What another cursor was opened before is nothing to one that was opened behind it.
    ask(
        &mut client,
        "BEGIN; DECLARE a CURSOR FOR SELECT v FROM q; FETCH a; INSERT INTO q VALUES ('d')",
    );
    ask(&mut client, "DECLARE b CURSOR FOR SELECT v FROM q; FETCH 4 FROM b");
    let last = "DELETE FROM q WHERE CURRENT OF b";
    assert_eq!(ask(&mut client, last), "C(DELETE 1) Z(T)");
}

#[test]
fn a_row_that_somebody_else_may_have_changed_is_left_alone() {
    let file = File::new(TABLES);
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "BEGIN");
    ask(
        &mut one,
        "DECLARE c SCROLL CURSOR FOR SELECT v FROM q; FETCH ALL FROM c; FETCH LAST FROM c",
    );
    let replaced = ask(&mut other, "DELETE FROM q WHERE v = 'c'; INSERT INTO q VALUES ('new')");
    assert_eq!(replaced, "C(DELETE 1) C(INSERT 0 1) Z(I)");
    assert_eq!(refused(&mut one, "DELETE FROM q WHERE CURRENT OF c")(b'C'), "40001");
    ask(&mut one, "ROLLBACK");
    assert_eq!(ask(&mut one, "SELECT count(*) FROM q"), "D(3) C(SELECT 1) Z(I)");
}
