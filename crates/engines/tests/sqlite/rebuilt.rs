//! Tables that are made anew for a change: all that other programs and other sessions have there stays.

use crate::harness::{File, ask, refused};

#[test]
fn rows_that_refer_to_a_table_made_anew_stay() {
    // SQLite keeps the comments, between any two words.
    let file = File::new(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, v TEXT);
         CREATE TABLE child (p INT REFERENCES /* the */ parent (id) ON DELETE CASCADE);
         CREATE TABLE other (p INT REFERENCES
             -- the same
             parent ON DELETE SET NULL);
         INSERT INTO parent VALUES (1, 'x');
         INSERT INTO child VALUES (1); INSERT INTO other VALUES (1);",
    );
    let server = file.serve();
    let mut client = server.login();
    let changed = ask(&mut client, "ALTER TABLE parent ALTER v SET NOT NULL");
    assert_eq!(changed, "C(ALTER TABLE) Z(I)");
    let found = ask(&mut client, "SELECT c.p, o.p FROM child c, other o");
    assert_eq!(found, "D(1,1) C(SELECT 1) Z(I)");
    assert_eq!(refused(&mut client, "INSERT INTO child VALUES (2)")(b'C'), "23503");
}

#[test]
fn what_other_programs_write_can_be_written_anew() {
    let file = File::new(
        "CREATE TABLE t (
             prix€ INT, b BLOB DEFAULT x'00ff', r REAL DEFAULT 1.5e-3, d INT DEFAULT -5, [odd name] INT);
         CREATE UNIQUE INDEX i ON t (d, prix€ || 'x') WHERE d >= -9 AND d <> 4;
         INSERT INTO t (prix€) VALUES (7);",
    );
    let server = file.serve();
    let mut client = server.login();
    let change = "ALTER TABLE t ALTER \"odd name\" SET DEFAULT 3, ALTER b SET NOT NULL";
    assert_eq!(ask(&mut client, change), "C(ALTER TABLE) Z(I)");
    ask(&mut client, "INSERT INTO t (d) VALUES (4), (4)");
    let rows = "SELECT group_concat(quote(b) || ' ' || r || ' ' || d, ', ') FROM t";
    assert_eq!(file.find::<String>(rows), "X'00FF' 0.0015 -5, X'00FF' 0.0015 4, X'00FF' 0.0015 4");
    assert_eq!(refused(&mut client, "INSERT INTO t (\"prix€\") VALUES (7)")(b'C'), "23505");
}

#[test]
fn triggers_of_other_programs_come_back() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
         CREATE TABLE log (v TEXT);
         CREATE VIEW w AS SELECT id FROM t;
         CREATE TRIGGER one AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('t' || new.id); END;
         CREATE TRIGGER \"an other\" AFTER INSERT ON log BEGIN UPDATE t SET v = 'seen'; END;
         CREATE TRIGGER three INSTEAD OF INSERT ON w BEGIN INSERT INTO t (id) VALUES (new.id); END;",
    );
    let triggers = "SELECT group_concat(sql) FROM \
                    (SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name)";
    let before: String = file.find(triggers);
    let server = file.serve();
    let mut client = server.login();
    let changed = ask(&mut client, "ALTER TABLE t ADD CONSTRAINT c CHECK (id < 9)");
    assert_eq!(changed, "C(ALTER TABLE) Z(I)");
    assert_eq!(file.find::<String>(triggers), before);
    file.run("INSERT INTO w VALUES (3)");
    let found = ask(&mut client, "SELECT t.v, log.v FROM t, log");
    assert_eq!(found, "D(seen,t3) C(SELECT 1) Z(I)");
}

#[test]
fn what_is_temporary_stays_so_and_what_is_not_as_well() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    let make = "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE INDEX i ON t (v);
        CREATE TEMP TABLE t (id int PRIMARY KEY, v text); CREATE TEMP VIEW mine AS SELECT 1 AS x;
        ALTER TABLE public.t ADD CONSTRAINT c CHECK (id < 9); DROP TABLE pg_temp.t";
    assert!(ask(&mut one, make).ends_with("C(DROP TABLE) Z(I)"));
    assert_eq!(ask(&mut one, "SELECT x FROM mine"), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(refused(&mut other, "SELECT x FROM mine")(b'C'), "42P01");
    assert_eq!(file.find::<i64>("SELECT count(*) FROM sqlite_schema WHERE name = 'i'"), 1);
}

#[test]
fn what_other_programs_say_of_columns_is_changed_where_it_stands() {
    let file = File::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INT REFERENCES p ON DELETE SET DEFAULT DEFAULT 5, b INT AS (a * 2),
             c INT REFERENCES p NOT DEFERRABLE NOT NULL);
         INSERT INTO p VALUES (1); INSERT INTO t (a, c) VALUES (1, 1);",
    );
    let server = file.serve();
    let mut client = server.login();
    let change = "ALTER TABLE t ALTER b TYPE smallint, ALTER a DROP DEFAULT, ALTER c DROP NOT NULL";
    assert_eq!(ask(&mut client, change), "C(ALTER TABLE) Z(I)");
    ask(&mut client, "INSERT INTO t (c) VALUES (NULL)");
    assert_eq!(ask(&mut client, "SELECT * FROM t"), "D(1,2,1) D(NULL,NULL,NULL) C(SELECT 2) Z(I)");
    let text: String = file.find("SELECT sql FROM sqlite_schema WHERE name = 't'");
    assert!(text.contains("ON DELETE SET DEFAULT") && text.contains("NOT DEFERRABLE"), "{text}");
}

#[test]
fn views_know_their_types_when_what_they_are_of_is_called_otherwise() {
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    let make = "CREATE TABLE e (d date, n numeric(10,2)); INSERT INTO e VALUES ('2024-01-01', 1.5);
        CREATE VIEW v AS SELECT d, d + 1 AS next, n FROM e; CREATE VIEW w AS SELECT next FROM v;
        ALTER TABLE e RENAME d TO dd; ALTER TABLE e RENAME TO ee; ALTER TABLE ee ADD d int";
    assert!(ask(&mut client, make).ends_with("C(ALTER TABLE) Z(I)"));
    let found = ask(&mut client, "SELECT d, next + 1, n FROM v WHERE next = '2024-1-2'");
    assert_eq!(found, "D(2024-01-01,2024-01-03,1.50) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "SELECT next - 1 FROM w"), "D(2024-01-01) C(SELECT 1) Z(I)");
}

#[test]
fn a_default_is_told_by_its_own_mark_alone() {
    let file = File::new("CREATE TABLE t (a TEXT DEFAULT 'x /*pg now() */ y');");
    let server = file.serve_catalogs();
    let mut client = server.login();
    ask(
        &mut client,
        "ALTER TABLE t ADD b text DEFAULT '/*pg now() */', ADD c timestamp DEFAULT now()",
    );
    let told =
        ask(&mut client, "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY adnum");
    assert_eq!(
        told,
        "D('x /*pg now() */ y'::text) D('/*pg now() */'::text) D(now()) C(SELECT 3) Z(I)"
    );
    ask(&mut client, "INSERT INTO t (c) VALUES (NULL)");
    assert_eq!(
        ask(&mut client, "SELECT * FROM t"),
        "D(x /*pg now() */ y,/*pg now() */,NULL) C(SELECT 1) Z(I)"
    );
}
