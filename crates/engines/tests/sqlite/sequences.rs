//! Which sequence a number comes from.

use trunkline_proto::message::{AnyBackend, Query};

use crate::harness::{File, ask, refused};

#[test]
fn temporary_sequences_hide_others_and_are_none_of_theirs() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    let make = "CREATE TABLE t (id serial PRIMARY KEY, v int);
        INSERT INTO t (v) VALUES (1), (2), (3);
        CREATE TEMP TABLE t (id serial PRIMARY KEY, v int)";
    assert!(ask(&mut one, make).ends_with("Z(I)"));
    let mine = "INSERT INTO t (v) VALUES (1) RETURNING id";
    let everybodys = "INSERT INTO public.t (v) VALUES (1) RETURNING id";
    let gives = |number: i32| format!("D({number}) C(INSERT 0 1) Z(I)");
    for round in 0..2 {
        assert_eq!(ask(&mut one, mine), gives(1 + round));
        assert_eq!(ask(&mut one, everybodys), gives(4 + 2 * round));
        assert_eq!(ask(&mut other, everybodys), gives(5 + 2 * round));
    }
    let next =
        "SELECT nextval('t_id_seq'), nextval('public.t_id_seq'), currval('pg_temp.t_id_seq')";
    assert_eq!(ask(&mut one, next), "D(3,8,3) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "TRUNCATE t RESTART IDENTITY"), "C(TRUNCATE TABLE) Z(I)");
    assert_eq!(ask(&mut one, everybodys), gives(9));
    assert_eq!(ask(&mut one, "DROP TABLE pg_temp.t"), "C(DROP TABLE) Z(I)");
    assert_eq!(ask(&mut one, mine), gives(10));
}

#[test]
fn two_keys_may_have_sequences_of_one_name() {
    // What a sequence is called comes of the names of its table and its column.
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    let make = "CREATE TABLE a (b_c serial PRIMARY KEY); CREATE TABLE x (c serial PRIMARY KEY);
        INSERT INTO a DEFAULT VALUES; INSERT INTO a DEFAULT VALUES; ALTER TABLE x RENAME TO a_b";
    assert!(ask(&mut client, make).ends_with("C(ALTER TABLE) Z(I)"));
    let told = ask(&mut client, "INSERT INTO a_b DEFAULT VALUES RETURNING c");
    assert_eq!(told, "D(1) C(INSERT 0 1) Z(I)");
    let told = ask(&mut client, "INSERT INTO a DEFAULT VALUES RETURNING b_c");
    assert_eq!(told, "D(3) C(INSERT 0 1) Z(I)");
    let unknown = refused(&mut client, "SELECT nextval('pg_temp.a_b_c_seq')");
    assert_eq!(unknown(b'C'), "42P01");
}

#[test]
fn no_session_gives_a_number_that_another_has_given() {
    let file = File::new("");
    let server = file.serve();
    let (mut one, mut other) = (server.login(), server.login());
    ask(&mut one, "CREATE TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE s");
    let takes = |number: i32| {
        format!("C(BEGIN) D({number}) C(INSERT 0 1) D({number}) C(SELECT 1) C(ROLLBACK) Z(I)")
    };
    let take = "BEGIN; INSERT INTO t DEFAULT VALUES RETURNING id; SELECT nextval('s'); ROLLBACK";
    for round in 0..3 {
        assert_eq!(ask(&mut one, take), takes(1 + 2 * round));
        assert_eq!(ask(&mut other, take), takes(2 + 2 * round));
    }
    let kept = "INSERT INTO t DEFAULT VALUES RETURNING id";
    assert_eq!(ask(&mut one, kept), "D(7) C(INSERT 0 1) Z(I)");
    assert_eq!(ask(&mut other, kept), "D(8) C(INSERT 0 1) Z(I)");
    // What is set, or begins again, counts from there, though the file has had it before.
    assert_eq!(ask(&mut other, "SELECT setval('s', 2)"), "D(2) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "SELECT nextval('s')"), "D(3) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut other, "SELECT setval('s', 2)"), "D(2) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut one, "SELECT nextval('s')"), "D(3) C(SELECT 1) Z(I)");
    ask(&mut one, "BEGIN; INSERT INTO t DEFAULT VALUES; ROLLBACK; TRUNCATE t RESTART IDENTITY");
    assert_eq!(ask(&mut other, kept), "D(1) C(INSERT 0 1) Z(I)");
}

#[test]
fn definitions_tell_temporary_sequences_from_others() {
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    let make = "CREATE SEQUENCE s; CREATE TEMP SEQUENCE s START 50;
        ALTER SEQUENCE public.s INCREMENT 10; ALTER SEQUENCE s RESTART 70";
    assert!(ask(&mut client, make).ends_with("C(ALTER SEQUENCE) C(ALTER SEQUENCE) Z(I)"));
    let next = "SELECT nextval('s'), nextval('s'), nextval('public.s'), nextval('public.s')";
    assert_eq!(ask(&mut client, next), "D(70,71,1,11) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, "DROP SEQUENCE public.s"), "C(DROP SEQUENCE) Z(I)");
    assert_eq!(ask(&mut client, "SELECT nextval('s')"), "D(72) C(SELECT 1) Z(I)");
    let again =
        "ALTER SEQUENCE s RENAME TO r; CREATE SEQUENCE s; SELECT nextval('s'), nextval('r')";
    let told = ask(&mut client, again);
    assert_eq!(told, "C(ALTER SEQUENCE) C(CREATE SEQUENCE) D(1,73) C(SELECT 1) Z(I)");
}

#[test]
fn a_sequence_that_began_anew_goes_on_where_that_is_undone() {
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    let make = "CREATE SEQUENCE q; SELECT setval('q', 500); CREATE TABLE t (id serial, v text);
        INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 10)";
    assert!(ask(&mut client, make).ends_with("C(INSERT 0 10) Z(I)"));
    ask(&mut client, "BEGIN; SAVEPOINT a; ALTER SEQUENCE q RESTART WITH 1");
    assert_eq!(ask(&mut client, "SELECT nextval('q')"), "D(1) C(SELECT 1) Z(T)");
    ask(&mut client, "TRUNCATE t RESTART IDENTITY");
    let taken = "INSERT INTO t (v) VALUES ('y') RETURNING id";
    assert_eq!(ask(&mut client, taken), "D(1) C(INSERT 0 1) Z(T)");
    ask(&mut client, "ROLLBACK TO a");
    assert_eq!(ask(&mut client, "SELECT nextval('q')"), "D(501) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut client, taken), "D(11) C(INSERT 0 1) Z(T)");
    ask(&mut client, "COMMIT");
    assert_eq!(ask(&mut client, "SELECT nextval('q')"), "D(502) C(SELECT 1) Z(I)");
    assert_eq!(ask(&mut client, taken), "D(12) C(INSERT 0 1) Z(I)");
}

#[test]
fn columns_are_of_the_relations_that_the_catalogs_tell() {
    let file = File::new("");
    let server = file.serve_catalogs();
    let mut client = server.login();
    ask(&mut client, "CREATE TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE s");
    for name in ["t", "s", "t_id_seq"] {
        client.say(&Query { sql: &format!("SELECT * FROM {name}") }).send();
        let Some(AnyBackend::RowDescription(row)) = client.next() else { panic!("{name}") };
        let tables: Vec<u32> = row.fields.iter().map(|field| field.table.0).collect();
        client.hear_until('Z');
        let told = ask(&mut client, &format!("SELECT oid FROM pg_class WHERE relname = '{name}'"));
        assert!(!tables.is_empty(), "{name}");
        for table in tables {
            assert_eq!(told, format!("D({table}) C(SELECT 1) Z(I)"), "{name}");
        }
    }
}
