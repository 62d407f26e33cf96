//! Joins, as PostgreSQL 18 answers them.

use crate::harness::{File, ask, refused};

#[test]
fn columns_of_using_come_first_and_leave_those_of_the_sides() {
    let file = File::new(
        "CREATE TABLE a (x INT, id INT); INSERT INTO a VALUES (10, 1), (20, 2);
         CREATE TABLE b (y INT, id INT); INSERT INTO b VALUES (200, 2), (300, 3);",
    );
    let server = file.serve();
    let mut client = server.login();
    for (sql, rows) in [
        ("SELECT * FROM a JOIN b USING (id)", "D(2,20,200) C(SELECT 1)"),
        (
            "SELECT * FROM a NATURAL RIGHT JOIN b ORDER BY y",
            "D(2,20,200) D(3,NULL,300) C(SELECT 2)",
        ),
        (
            "SELECT id, a.id, b.id FROM a FULL JOIN b USING (id) ORDER BY 1",
            "D(1,1,NULL) D(2,2,2) D(3,NULL,3) C(SELECT 3)",
        ),
        ("SELECT y FROM a RIGHT JOIN b USING (id) WHERE a.id IS NULL", "D(300) C(SELECT 1)"),
        (
            "SELECT a.* FROM a RIGHT JOIN b USING (id) ORDER BY y",
            "D(20,2) D(NULL,NULL) C(SELECT 2)",
        ),
        ("SELECT count(a.id), count(id) FROM a RIGHT JOIN b USING (id)", "D(1,2) C(SELECT 1)"),
        (
            "SELECT * FROM a JOIN b USING (id) LEFT JOIN (VALUES (2, 'z')) c (id, z) USING (id)",
            "D(2,20,200,z) C(SELECT 1)",
        ),
        (
            "SELECT id, a.id FROM a FULL JOIN b USING (id) FULL JOIN (VALUES (9)) c (id) USING (id)
             ORDER BY id",
            "D(1,1) D(2,2) D(3,NULL) D(9,NULL) C(SELECT 4)",
        ),
        (
            "SELECT id FROM a LEFT JOIN b USING (id) GROUP BY a.id ORDER BY 1",
            "D(1) D(2) C(SELECT 2)",
        ),
        ("SELECT id, count(*) FROM a JOIN b USING (id) GROUP BY id", "D(2,1) C(SELECT 1)"),
    ] {
        assert_eq!(ask(&mut client, sql), format!("{rows} Z(I)"), "{sql}");
    }
    let twice = "SELECT 1 FROM a JOIN b ON a.id = b.id JOIN (VALUES (2)) c (id) USING (id)";
    let refusal = refused(&mut client, twice);
    assert_eq!(refusal(b'M'), "common column name \"id\" appears more than once in left table");
    let nowhere = refused(&mut client, "SELECT 1 FROM a JOIN b USING (x)");
    assert_eq!(
        nowhere(b'M'),
        "column \"x\" specified in USING clause does not exist in right table"
    );
    let whole = refused(&mut client, "SELECT b.x FROM a JOIN b USING (id)");
    assert_eq!(whole(b'C'), "42703");
}

#[test]
fn using_compares_as_the_operator_does() {
    let file = File::new(
        "CREATE TABLE a (s \"INTERVAL TEXT\", d DATE); INSERT INTO a VALUES ('1 day', '2024-01-01');
         CREATE TABLE b (s \"INTERVAL TEXT\", d TIMESTAMP);
         INSERT INTO b VALUES ('24:00:00', '2024-01-01 00:00:00');",
    );
    let server = file.serve();
    let mut client = server.login();
    for sql in [
        "SELECT count(*) FROM a JOIN b USING (s)",
        "SELECT count(*) FROM a NATURAL JOIN b",
        "SELECT count(*) FROM a JOIN b USING (d)",
    ] {
        assert_eq!(ask(&mut client, sql), "D(1) C(SELECT 1) Z(I)", "{sql}");
    }
}
