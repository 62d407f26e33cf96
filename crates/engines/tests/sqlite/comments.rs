//! Comments, which a view of the file keeps.

use crate::harness::{File, ask, refused};

#[test]
fn other_programs_read_them() {
    let file = File::new("CREATE TABLE t (a INT4)");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "COMMENT ON TABLE t IS 'it''s'; COMMENT ON COLUMN t.a IS 'a number'");
    let found =
        "SELECT group_concat(object || name || part || description, ';') FROM pg_description";
    assert_eq!(file.find::<String>(found), "classtit's;columntaa number");
    ask(&mut client, "COMMENT ON TABLE t IS NULL; COMMENT ON COLUMN t.a IS ''");
    assert_eq!(file.find::<i64>("SELECT count(*) FROM sqlite_schema"), 1);
}

#[test]
fn a_table_of_another_program_has_none_of_an_older_one() {
    let file = File::new("CREATE TABLE t (a INT4)");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "COMMENT ON TABLE t IS 'old'; COMMENT ON COLUMN t.a IS 'gone'");
    file.run("DROP TABLE t");
    ask(&mut client, "CREATE TABLE u (a INT4)");
    file.run("CREATE TABLE t (a INT4)");
    let snapshot = file.writable().snapshot().expect("a snapshot");
    let relations = snapshot.schemas.iter().flat_map(|schema| &schema.relations);
    let comments: Vec<_> =
        relations.map(|one| (one.name.as_str(), one.comment.as_deref())).collect();
    assert_eq!(comments, [("t", None), ("u", None)]);
}

#[test]
fn a_view_that_is_called_so_is_a_view() {
    let file = File::new("CREATE VIEW pg_description AS SELECT 1 AS one; CREATE TABLE t (a INT4)");
    let server = file.serve();
    let mut client = server.login();
    let one = "SELECT one FROM public.pg_description";
    assert_eq!(ask(&mut client, one), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(refused(&mut client, "COMMENT ON TABLE t IS 'x'")(b'C'), "42P07");
    assert_eq!(ask(&mut client, one), "D(1) C(SELECT 1) Z(I)");
}
