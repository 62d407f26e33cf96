//! What sessions see of definitions that they or others change.

use crate::harness::{File, ask};

const TABLES: &str =
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

#[test]
fn definitions_of_others_are_seen_when_they_are_there() {
    let file = File::new("CREATE TABLE a (id INTEGER);");
    let server = file.serve_catalogs();
    let mut client = server.login();
    assert_eq!(ask(&mut client, TABLES), "D(a) C(SELECT 1) Z(I)");
    file.run("CREATE TABLE b (id INTEGER); DROP TABLE a;");
    assert_eq!(ask(&mut client, TABLES), "D(b) C(SELECT 1) Z(I)");
    let begun = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM b";
    assert_eq!(ask(&mut client, begun), "C(BEGIN) D(0) C(SELECT 1) Z(T)");
    file.run("CREATE TABLE c (id INTEGER);");
    assert_eq!(ask(&mut client, TABLES), "D(b) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut client, "COMMIT"), "C(COMMIT) Z(I)");
    assert_eq!(ask(&mut client, TABLES), "D(b) D(c) C(SELECT 2) Z(I)");
    assert_eq!(ask(&mut client, "BEGIN"), "C(BEGIN) Z(T)");
    file.run("DROP TABLE b;");
    assert_eq!(ask(&mut client, TABLES), "D(c) C(SELECT 1) Z(T)");
}

#[test]
fn own_definitions_are_seen_by_others_when_they_are_kept() {
    let file = File::new("CREATE TABLE a (id INTEGER);");
    let server = file.serve_catalogs();
    let (mut one, mut other) = (server.login(), server.login());
    for client in [&mut one, &mut other] {
        assert_eq!(ask(client, TABLES), "D(a) C(SELECT 1) Z(I)");
    }
    for (end, after) in [("ROLLBACK", "D(a) C(SELECT 1)"), ("COMMIT", "D(a) D(b) C(SELECT 2)")] {
        let begun = "BEGIN; CREATE TABLE b (id int)";
        assert_eq!(ask(&mut one, begun), "C(BEGIN) C(CREATE TABLE) Z(T)");
        assert_eq!(ask(&mut one, TABLES), "D(a) D(b) C(SELECT 2) Z(T)");
        assert_eq!(ask(&mut other, TABLES), "D(a) C(SELECT 1) Z(I)");
        assert_eq!(ask(&mut one, end), format!("C({end}) Z(I)"));
        for client in [&mut one, &mut other] {
            assert_eq!(ask(client, TABLES), format!("{after} Z(I)"));
        }
    }
}

#[test]
fn who_sees_what_was_tells_nobody_that_it_is() {
    let file = File::new(
        "CREATE TABLE a AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n LIMIT 50000)
         SELECT id, 'long enough' AS text FROM n;",
    );
    let server = file.serve_catalogs();
    let (mut one, mut other) = (server.login(), server.login());
    let open = "BEGIN; DECLARE c CURSOR FOR SELECT id FROM a; FETCH 1 FROM c";
    assert_eq!(ask(&mut one, open), "C(BEGIN) C(DECLARE CURSOR) D(1) C(FETCH 1) Z(T)");
    file.run("CREATE TABLE b (id INTEGER);");
    assert_eq!(ask(&mut one, TABLES), "D(a) C(SELECT 1) Z(T)");
    assert_eq!(ask(&mut other, TABLES), "D(a) D(b) C(SELECT 2) Z(I)");
    assert_eq!(ask(&mut one, "COMMIT"), "C(COMMIT) Z(I)");
    for client in [&mut one, &mut other, &mut server.login()] {
        assert_eq!(ask(client, TABLES), "D(a) D(b) C(SELECT 2) Z(I)");
    }
}

#[test]
fn a_file_that_takes_the_place_of_another_is_seen_by_new_sessions() {
    // What an old session has done before: nothing of the catalogs, or something, or nothing at all.
    for before in [Some("SELECT count(*) FROM a"), Some(TABLES), None] {
        let (file, other) =
            (File::new("CREATE TABLE a (id INTEGER);"), File::new("CREATE TABLE z (id INTEGER);"));
        let server = file.serve_catalogs();
        let (mut old, mut watching) = (server.login(), server.login());
        before.into_iter().for_each(|sql| drop(ask(&mut old, sql)));
        assert_eq!(ask(&mut watching, "SELECT count(*) FROM a"), "D(0) C(SELECT 1) Z(I)");
        assert_eq!(ask(&mut watching, TABLES), "D(a) C(SELECT 1) Z(I)");
        std::fs::rename(other.path(), file.path()).expect("another file");
        let of_old = before.map_or("D(z) C(SELECT 1) Z(I)", |_| "D(a) C(SELECT 1) Z(I)");
        let mut late = server.login();
        for _ in 0..2 {
            assert_eq!(ask(&mut late, TABLES), "D(z) C(SELECT 1) Z(I)", "{before:?}");
            assert_eq!(ask(&mut old, TABLES), of_old, "{before:?}");
            assert_eq!(ask(&mut watching, TABLES), "D(a) C(SELECT 1) Z(I)", "{before:?}");
        }
        assert_eq!(ask(&mut late, "SELECT count(*) FROM z"), "D(0) C(SELECT 1) Z(I)");
        assert_eq!(ask(&mut server.login(), TABLES), "D(z) C(SELECT 1) Z(I)");
    }
}
