//! What tables refuse, in the words and with the fields of PostgreSQL.

use crate::harness::{File, ask, refused};

#[test]
fn errors_name_what_is_violated() {
    let file = File::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (id INTEGER PRIMARY KEY, a INT4 NOT NULL, b INT4, c TEXT,
             d INT4 CHECK (d > 0), e INT4 CONSTRAINT small CHECK (e < 10),
             p INTEGER REFERENCES p (id), UNIQUE (b, c));
         CREATE UNIQUE INDEX t_of_e ON t (abs(e));
         CREATE UNIQUE INDEX t_of_d ON t (d);
         INSERT INTO p VALUES (1);
         INSERT INTO t VALUES (1, 1, 1, 'x', 1, 1, 1);",
    );
    let server = file.serve();
    let mut client = server.login();
    for (sql, code, message, column, constraint) in [
        (
            "INSERT INTO t VALUES (1, 1, 2, 'y', 2, 2, 1)",
            "23505",
            "duplicate key value violates unique constraint \"t_pkey\"",
            "",
            "t_pkey",
        ),
        (
            "INSERT INTO t VALUES (2, 1, 1, 'x', 2, 2, 1)",
            "23505",
            "duplicate key value violates unique constraint \"t_b_c_key\"",
            "",
            "t_b_c_key",
        ),
        (
            "INSERT INTO t VALUES (2, 1, 2, 'y', 2, -1, 1)",
            "23505",
            "duplicate key value violates unique constraint \"t_of_e\"",
            "",
            "t_of_e",
        ),
        (
            "INSERT INTO t VALUES (2, 1, 2, 'y', 1, 2, 1)",
            "23505",
            "duplicate key value violates unique constraint \"t_of_d\"",
            "",
            "t_of_d",
        ),
        (
            "UPDATE t SET a = NULL",
            "23502",
            "null value in column \"a\" of relation \"t\" violates not-null constraint",
            "a",
            "",
        ),
        (
            "UPDATE t SET d = 0",
            "23514",
            "new row for relation \"t\" violates check constraint \"t_d_check\"",
            "",
            "t_d_check",
        ),
        (
            "UPDATE t SET e = 11",
            "23514",
            "new row for relation \"t\" violates check constraint \"small\"",
            "",
            "small",
        ),
    ] {
        let error = refused(&mut client, sql);
        assert_eq!((error(b'C').as_str(), error(b'M').as_str()), (code, message), "{sql}");
        assert_eq!((error(b's').as_str(), error(b't').as_str()), ("public", "t"), "{sql}");
        assert_eq!((error(b'c').as_str(), error(b'n').as_str()), (column, constraint), "{sql}");
    }
    assert_eq!(refused(&mut client, "UPDATE t SET p = 2")(b'C'), "23503");
    assert_eq!(refused(&mut client, "DELETE FROM p")(b'C'), "23503");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(1) C(SELECT 1) Z(I)");
}

#[test]
fn names_that_are_not_there_are_told() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);");
    let server = file.serve();
    let mut client = server.login();
    for (sql, code, message) in [
        ("SELECT * FROM nowhere", "42P01", "relation \"nowhere\" does not exist"),
        ("SELECT nothing FROM t", "42703", "column \"nothing\" does not exist"),
        ("INSERT INTO nowhere VALUES (1)", "42P01", "relation \"nowhere\" does not exist"),
        ("CREATE TABLE t (x int)", "42P07", "relation \"t\" already exists"),
        ("SELECT id FROM t AS a, t AS b", "42702", "column reference \"id\" is ambiguous"),
    ] {
        let error = refused(&mut client, sql);
        assert_eq!((error(b'C').as_str(), error(b'M').as_str()), (code, message), "{sql}");
    }
    assert_eq!(refused(&mut client, "SELECT nothing(1)")(b'C'), "42883");
    assert_eq!(refused(&mut client, "SELEC 1")(b'C'), "42601");
}

#[test]
fn errors_tell_the_row() {
    let file = File::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (id INTEGER PRIMARY KEY, a INT4 NOT NULL, b NUMERIC(6,2) CHECK (b > 0),
             p INTEGER CONSTRAINT of_p REFERENCES p (id), CONSTRAINT once UNIQUE (a, b));
         INSERT INTO p VALUES (1);
         INSERT INTO t VALUES (1, 1, 1.5, 1);",
    );
    let server = file.serve();
    let mut client = server.login();
    for (sql, constraint, detail) in [
        (
            "INSERT INTO t VALUES (2, 2, 2, 1), (1, 9, 9, 1)",
            "t_pkey",
            "Key (id)=(1) already exists.",
        ),
        ("INSERT INTO t (a, b) VALUES (1, 1.5)", "once", "Key (a, b)=(1, 1.50) already exists."),
        (
            "INSERT INTO t (a, b) VALUES (1, 1.5) RETURNING a",
            "once",
            "Key (a, b)=(1, 1.50) already exists.",
        ),
        ("UPDATE t SET b = -b", "t_b_check", "Failing row contains (1, 1, -1.50, 1)."),
        (
            "INSERT INTO t VALUES (2, 2, 2, 1), (3, 3, 3, 9)",
            "of_p",
            "Key (p)=(9) is not present in table \"p\".",
        ),
        ("DELETE FROM p", "of_p", "Key (id)=(1) is still referenced from table \"t\"."),
    ] {
        let error = refused(&mut client, sql);
        assert_eq!((&*error(b'n'), &*error(b'D')), (constraint, detail), "{sql}");
    }
    // Nothing of the second run stays.
    assert_eq!(ask(&mut client, "SELECT count(*) FROM t"), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT count(*) FROM p"), "D(1) C(SELECT 1) Z(I)");
}

/// Other programs may leave numbers to SQLite, whoever made the table.
#[test]
fn keys_are_numbered_where_sqlite_does() {
    let file = File::new("CREATE TABLE theirs (id INTEGER PRIMARY KEY, a TEXT)");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "CREATE TABLE ours (id int PRIMARY KEY, a text)");
    for sql in ["INSERT INTO theirs (a) VALUES ('x')", "INSERT INTO theirs VALUES (NULL, 'y')"] {
        assert_eq!(ask(&mut client, sql), "C(INSERT 0 1) Z(I)", "{sql}");
    }
    for sql in [
        "INSERT INTO ours (a) VALUES ('x')",
        "INSERT INTO ours VALUES ($$1$$::int / 2, 'y'), (NULL, 'z')",
    ] {
        let error = refused(&mut client, sql);
        assert_eq!((error(b'C').as_str(), error(b'c').as_str()), ("23502", "id"), "{sql}");
    }
    file.run("INSERT INTO ours (a) VALUES ('x')");
    assert_eq!(file.find::<i64>("SELECT sum(id) FROM ours"), 1);
    assert_eq!(file.find::<i64>("SELECT sum(id) FROM theirs"), 3);
}

#[test]
fn long_values_of_a_failing_row_are_cut() {
    let file = File::new("CREATE TABLE long (id INT4 CHECK (id > 0), v TEXT);");
    let server = file.serve();
    let mut client = server.login();
    for (given, shown) in [
        ("repeat('a', 64)", "a".repeat(64)),
        ("repeat('a', 65)", "a".repeat(64) + "..."),
        // Bytes are counted, and letters are whole.
        ("repeat('ä', 40)", "ä".repeat(32) + "..."),
        ("'x' || repeat('ä', 40)", "x".to_owned() + &"ä".repeat(31) + "..."),
    ] {
        let error = refused(&mut client, &format!("INSERT INTO long VALUES (0, {given})"));
        assert_eq!(error(b'D'), format!("Failing row contains (0, {shown})."), "{given}");
    }
}

#[test]
fn a_row_is_told_behind_rows_that_conflict() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT4 NOT NULL);
         INSERT INTO t VALUES (1, 1);",
    );
    let server = file.serve();
    let mut client = server.login();
    let sql =
        "INSERT INTO t VALUES (1, 2), (2, NULL) ON CONFLICT (id) DO UPDATE SET n = excluded.n";
    let error = refused(&mut client, sql);
    assert_eq!(
        [error(b'C'), error(b'M'), error(b'D')],
        [
            "23502",
            "null value in column \"n\" of relation \"t\" violates not-null constraint",
            "Failing row contains (2, null).",
        ]
    );
}

#[test]
fn keys_of_the_same_columns_have_their_own_names_and_wait_each_for_itself() {
    let file = File::new("");
    let server = file.serve_catalogs();
    let mut client = server.login();
    for table in [
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE q (id int PRIMARY KEY)",
        "CREATE TABLE c (a int CONSTRAINT waits REFERENCES p DEFERRABLE INITIALLY DEFERRED \
         CONSTRAINT sits REFERENCES q)",
        "CREATE TABLE d (a int REFERENCES p REFERENCES q DEFERRABLE)",
    ] {
        assert_eq!(ask(&mut client, table), "C(CREATE TABLE) Z(I)");
    }
    let found = ask(
        &mut client,
        "SELECT conname, confrelid::regclass, condeferrable, condeferred FROM pg_constraint \
         WHERE contype = 'f' ORDER BY 1",
    );
    assert_eq!(
        found,
        "D(d_a_fkey,p,f,f) D(d_a_fkey1,q,t,f) D(sits,q,f,f) D(waits,p,t,t) C(SELECT 4) Z(I)"
    );
    let of = |error: &dyn Fn(u8) -> String| [error(b'C'), error(b'M')];
    let fixed = ["42809", "constraint \"sits\" is not deferrable"];
    ask(&mut client, "BEGIN");
    assert_eq!(of(&refused(&mut client, "SET CONSTRAINTS sits DEFERRED")), fixed);
    let violated = |name: &str| {
        let message = "insert or update on table \"c\" violates foreign key constraint";
        ["23503".to_owned(), format!("{message} \"{name}\"")]
    };
    ask(&mut client, "ROLLBACK; INSERT INTO q VALUES (1); BEGIN; INSERT INTO c VALUES (1)");
    let now = refused(&mut client, "SET CONSTRAINTS waits IMMEDIATE");
    assert_eq!(of(&now), violated("waits"));
    ask(&mut client, "ROLLBACK; BEGIN; INSERT INTO q VALUES (2); INSERT INTO c VALUES (2)");
    let missing = refused(&mut client, "INSERT INTO c VALUES (3)");
    assert_eq!(of(&missing), violated("sits"));
}

#[test]
fn xmax_tells_what_was_inserted_from_what_was_updated() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE, up INTEGER REFERENCES t ON UPDATE CASCADE);
         INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', 1);
         CREATE TABLE w (id TEXT PRIMARY KEY) WITHOUT ROWID;",
    );
    let server = file.serve();
    let mut client = server.login();
    let upsert =
        "ON CONFLICT (id) DO UPDATE SET v = excluded.v || '!' RETURNING id, (xmax = 0) AS inserted";
    for (sql, told) in [
        (format!("INSERT INTO t VALUES (3, 'c') {upsert}"), "D(3,t) C(INSERT 0 1) Z(I)"),
        (format!("INSERT INTO t VALUES (3, 'c') {upsert}"), "D(3,f) C(INSERT 0 1) Z(I)"),
        (
            format!("INSERT INTO t VALUES (4, 'd'), (1, 'e'), (5, 'f'), (2, 'g') {upsert}"),
            "D(4,t) D(1,f) D(5,t) D(2,f) C(INSERT 0 4) Z(I)",
        ),
        // What is updated takes a row with it that refers to it.
        (
            "INSERT INTO t VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET id = 9 RETURNING id, xmax <> 0, t.xmax::text"
                .to_owned(),
            "D(9,t,1) C(INSERT 0 1) Z(I)",
        ),
        ("INSERT INTO t VALUES (10) RETURNING id, xmax".to_owned(), "D(10,0) C(INSERT 0 1) Z(I)"),
        (
            "INSERT INTO t VALUES (10), (11) ON CONFLICT DO NOTHING RETURNING id, xmax = 0".to_owned(),
            "D(11,t) C(INSERT 0 1) Z(I)",
        ),
    ] {
        assert_eq!(ask(&mut client, &sql), told, "{sql}");
    }
    for sql in [
        "SELECT xmax FROM t",
        "SELECT t.xmin FROM t",
        "UPDATE t SET v = 'y' WHERE id = 2 RETURNING xmax",
        "INSERT INTO w VALUES ('1') ON CONFLICT (id) DO UPDATE SET id = '2' RETURNING xmax",
    ] {
        assert_eq!(refused(&mut client, sql)(b'C'), "0A000", "{sql}");
    }
    assert_eq!(refused(&mut client, "SELECT xmax")(b'C'), "42703");
}
