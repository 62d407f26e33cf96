//! Errors: code, words and place, asked from PostgreSQL 18.

use crate::harness::{Differences, Harness};

#[tokio::test]
async fn errors_have_code_words_and_place() {
    let (mut h, mut differences) = (Harness::new().await, Differences::default());
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("select * from nope", "42P01", "relation \"nope\" does not exist", Some("15")),
        ("select * from a.nope", "42P01", "relation \"a.nope\" does not exist", Some("15")),
        ("select 'é', nope from t", "42703", "column \"nope\" does not exist", Some("13")),
        ("select id from t where nope = 1", "42703", "column \"nope\" does not exist", Some("24")),
        ("select t.nope from t", "42703", "column t.nope does not exist", Some("8")),
        ("select id from t a, t b", "42702", "column reference \"id\" is ambiguous", Some("8")),
        ("select nope(1)", "42883", "function nope(integer) does not exist", Some("8")),
        ("select 1a", "42601", "trailing junk after numeric literal at or near \"1a\"", Some("8")),
        ("select 'x' 'y'", "42601", "syntax error at or near \"'y'\"", Some("12")),
        ("select ratio / 0 from t", "22012", "division by zero", None),
        (
            "select nope.id from t",
            "42P01",
            "missing FROM-clause entry for table \"nope\"",
            Some("8"),
        ),
        (
            "select nope.* from t",
            "42P01",
            "missing FROM-clause entry for table \"nope\"",
            Some("8"),
        ),
        ("select * from t a, t a", "42712", "table name \"a\" specified more than once", None),
        ("select 'a' + 1", "22P02", "invalid input syntax for type integer: \"a\"", None),
        ("select name + 1 from t", "42883", "operator does not exist: text + integer", None),
        ("select id from t order by 9", "42P10", "ORDER BY position 9 is not in select list", None),
        ("select id from t group by 5", "42P10", "GROUP BY position 5 is not in select list", None),
        ("select id from t limit -1", "2201W", "LIMIT must not be negative", None),
        (
            "select 1 union select 1, 2",
            "42601",
            "each UNION query must have the same number of columns",
            None,
        ),
        (
            "select id from t where sum(id) > 1",
            "42803",
            "aggregate functions are not allowed in WHERE",
            None,
        ),
        ("select sum(sum(id)) from t", "42803", "aggregate function calls cannot be nested", None),
        ("select sqrt(-1)", "2201F", "cannot take square root of a negative number", None),
        ("select -(-9223372036854775808)::bigint", "22003", "bigint out of range", None),
        ("selec 1", "42601", "syntax error at or near \"selec\"", Some("1")),
        ("select 1 from", "42601", "syntax error at end of input", Some("14")),
        ("select (1", "42601", "syntax error at end of input", Some("10")),
        ("select 1 from t where", "42601", "syntax error at end of input", Some("22")),
        ("select id,, name from t", "42601", "syntax error at or near \",\"", Some("11")),
        ("select\n  id frm t x", "42601", "syntax error at or near \"t\"", Some("17")),
        ("select 'abc", "42601", "unterminated quoted string at or near \"'abc\"", Some("8")),
        ("select 1 / 0", "22012", "division by zero", None),
        ("select id / 0 from t", "22012", "division by zero", None),
        ("select 2147483647 + 1", "22003", "integer out of range", None),
        ("select id + 2147483647 from t", "22003", "integer out of range", None),
        ("select big * 9223372036854775807 from t", "22003", "bigint out of range", None),
        ("select 'a' ~ '('", "2201B", "invalid regular expression: unclosed group", None),
        (
            "select regexp_like(name, '(') from t",
            "2201B",
            "invalid regular expression: unclosed group",
            None,
        ),
        (
            "select name ~ '(?=a)' from t",
            "0A000",
            "regular expressions with look-around, including look-ahead and look-behind are not supported",
            None,
        ),
        (
            "select regexp_replace(name, '(a)\\1', 'b') from t",
            "0A000",
            "regular expressions with backreferences are not supported",
            None,
        ),
        ("select 'x'::int", "22P02", "invalid input syntax for type integer: \"x\"", None),
        (
            "select name::int from t",
            "22P02",
            "invalid input syntax for type integer: \"ann\"",
            None,
        ),
        (
            "select name::float8 from t",
            "22P02",
            "invalid input syntax for type double precision: \"ann\"",
            None,
        ),
        (
            "select id, count(*) from t",
            "42803",
            "column \"t.id\" must appear in the GROUP BY clause or be used in an aggregate function",
            Some("8"),
        ),
        (
            "select (select id from t)",
            "21000",
            "more than one row returned by a subquery used as an expression",
            None,
        ),
    ];
    for (sql, code, words, place) in cases {
        let answer = h.try_query(sql, &[], &[]).await;
        let answer = answer.map_err(|error| {
            (error.to_string(), place.and_then(|_| error.get(b'P').map(str::to_owned)))
        });
        differences.compare(sql, answer, Err::<(), _>((format!("{words} ({code})"), *place)));
    }
    differences.none();
}

#[tokio::test]
async fn nothing_can_be_written() {
    let mut h = Harness::new().await;
    for (sql, command) in [
        ("insert into t values (1)", "INSERT"),
        ("update t set id = 1", "UPDATE"),
        ("delete from t", "DELETE"),
        ("create table x (a int)", "CREATE TABLE"),
        ("create or replace view v as select 1", "CREATE VIEW"),
        ("drop table t", "DROP TABLE"),
        ("truncate t", "TRUNCATE TABLE"),
        ("alter table t add column x int", "ALTER TABLE"),
        ("select * into x from t", "SELECT INTO"),
        ("with d as (delete from t returning *) select * from d", "DELETE"),
    ] {
        let error = h.fail(sql).await;
        assert_eq!(
            error.to_string(),
            format!("cannot execute {command} in a read-only transaction (25006)"),
            "{sql}"
        );
    }
    for sql in ["copy t to stdout", "select * from t tablesample system (1)"] {
        assert_eq!(h.fail(sql).await.sqlstate().to_string(), "0A000", "{sql}");
    }
}

#[tokio::test]
async fn files_are_no_tables() {
    let mut h = Harness::new().await;
    for sql in [
        "select * from '/etc/passwd'",
        "select * from \"/etc/passwd\"",
        "select * from \"file:///etc/passwd\"",
        "select * from \"https://example.com/x.csv\"",
    ] {
        let code = h.fail(sql).await.sqlstate().to_string();
        assert!(code == "42P01" || code == "42601", "{sql}: {code}");
    }
    for sql in ["create external table x stored as csv location '/etc/passwd'", "set x = 1"] {
        let code = h.fail(sql).await.sqlstate().to_string();
        assert!(matches!(&*code, "25006" | "0A000" | "42601"), "{sql}: {code}");
    }
}
