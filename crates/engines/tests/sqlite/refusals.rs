//! T28: no statement leaves the database, whatever it is called.

use crate::harness::{File, ask, refused};

#[test]
fn t28_nothing_but_the_database_is_opened() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (1);",
    );
    let secret = file.folder.path().join("secret.db");
    let secret = secret.display();
    let server = file.serve();
    let mut client = server.login();
    let attempts = [
        format!("ATTACH '{secret}' AS other"),
        format!("ATTACH DATABASE '{secret}' AS other"),
        "DETACH main".to_owned(),
        "PRAGMA writable_schema = on".to_owned(),
        "PRAGMA main.journal_mode = DELETE".to_owned(),
        "PRAGMA trusted_schema = 1".to_owned(),
        "PRAGMA query_only".to_owned(),
        "SELECT * FROM pragma_database_list".to_owned(),
        "SELECT load_extension('evil')".to_owned(),
        format!("SELECT writefile('{secret}', 'x')"),
        "SELECT readfile('/etc/passwd')".to_owned(),
        "SELECT edit('x')".to_owned(),
        "SELECT fts3_tokenizer('x')".to_owned(),
        format!("VACUUM INTO '{secret}'"),
        format!("VACUUM main INTO '{secret}'"),
        "CREATE VIRTUAL TABLE v USING fts5(x)".to_owned(),
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END".to_owned(),
        "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x (y)')".to_owned(),
        "UPDATE sqlite_sequence SET seq = 100".to_owned(),
        "DELETE FROM sqlite_sequence".to_owned(),
        "DELETE FROM sqlite_master".to_owned(),
        "DROP TABLE sqlite_sequence".to_owned(),
        format!("COPY t TO '{secret}'"),
        "COPY t FROM '/etc/passwd'".to_owned(),
        "COPY t TO PROGRAM 'true'".to_owned(),
        "REINDEX".to_owned(),
    ];
    for sql in &attempts {
        let code = refused(&mut client, sql)(b'C');
        let expected = ["42501", "42601", "42883", "42P01", "0A000"];
        assert!(expected.contains(&code.as_str()), "{sql}: {code}");
    }
    // Nor two statements where one was looked at.
    let two = "SELECT 1; ATTACH ':memory:' AS m";
    assert!(ask(&mut client, two).contains("E(ERROR"), "{two}");
    let names: Vec<_> = file.folder.path().read_dir().expect("a folder").flatten().collect();
    assert!(names.iter().all(|name| name.file_name().to_string_lossy().starts_with("test.db")));
    assert_eq!(ask(&mut client, "SELECT id FROM t"), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(file.find::<i64>("SELECT seq FROM sqlite_sequence"), 1);
}

#[test]
fn t28_a_file_with_traps_sets_none_off() {
    // Whoever made the file has put a view there that is to do harm when somebody reads it.
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY);
         CREATE VIEW trap AS SELECT load_extension('evil') AS x;
         CREATE VIEW spy AS SELECT * FROM pragma_database_list;",
    );
    let server = file.serve();
    let mut client = server.login();
    for view in ["trap", "spy"] {
        let code = refused(&mut client, &format!("SELECT * FROM {view}"))(b'C');
        assert!(["42501", "42P01", "42883"].contains(&code.as_str()), "{view}: {code}");
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let file = File::new("CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');");
    let server = file.serve();
    let mut client = server.login();
    let deep = format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000));
    let sum = format!("SELECT {}1", "1 + ".repeat(20_000));
    let long = "SELECT length(replace(hex(zeroblob(200000000)), '0', 'xxxx'))".to_owned();
    for sql in [&deep, &sum, &long] {
        let code = refused(&mut client, sql)(b'C');
        assert!(code.starts_with("54") || code == "42883", "{code}: {}", &sql[..40]);
    }
    // A chain that is let in is not too much for anybody's stack.
    let sum = format!("SELECT 1{}", " + 1".repeat(990));
    assert_eq!(ask(&mut client, &sum), "D(991) C(SELECT 1) Z(I)");
    // A pattern that takes ages where each part is tried at each place.
    let pattern = format!("SELECT x FROM t WHERE x LIKE '{}b'", "%a".repeat(400));
    assert_eq!(ask(&mut client, &pattern), "C(SELECT 0) Z(I)");
    assert_eq!(ask(&mut client, "SELECT x FROM t"), "D(a) C(SELECT 1) Z(I)");
}

#[test]
fn what_is_deep_overflows_no_stack() {
    let file = File::new(
        "CREATE TABLE t (x TEXT, n INT4, a INT4 ARRAY); INSERT INTO t VALUES ('a', 1, '{1}');",
    );
    let server = file.serve();
    let mut client = server.login();
    for count in [8, 40, 60, 450, 990, 30_000] {
        let chain = |before: &str, part: &str, after: &str| {
            format!("SELECT {before}{}{after} FROM t", part.repeat(count))
        };
        for sql in [
            chain("1", " + 1", ""),
            chain("", "- ", "1"),
            chain("", "NOT ", "true"),
            chain("true", " AND true", ""),
            chain("true", " OR NOT true", ""),
            chain("1", "::int", ""),
            chain("x", " || x", ""),
            chain("x", " COLLATE \"C\"", ""),
            chain("x", " IS NULL", ""),
            chain("now()", " AT TIME ZONE 'UTC'", ""),
            chain("a", "[1]", ""),
            chain("", "(", "1").replace("1 FROM", &format!("1{} FROM", ")".repeat(count))),
            chain("", "abs(", "1").replace("1 FROM", &format!("1{} FROM", ")".repeat(count))),
            chain("", "(SELECT ", "1").replace("1 FROM", &format!("1{} FROM", ")".repeat(count))),
            chain("", "CASE WHEN true THEN ", "1")
                .replace("1 FROM", &format!("1{} FROM", " END".repeat(count))),
            chain("", "ARRAY[", "1").replace("1 FROM", &format!("1{} FROM", "]".repeat(count))),
            format!("SELECT 1{}", ", 1".repeat(count.min(990))),
            chain("n", ".n", ""),
            chain("n IN (1", ", 1", ")"),
            format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(count)),
            format!("SELECT 1 FROM t{}", " CROSS JOIN t".repeat(count)),
            format!("SELECT 1 FROM t{}", ", t".repeat(count.min(990))),
            format!("{}SELECT 1{}", "WITH w AS (".repeat(count), ") SELECT 1".repeat(count)),
            format!("INSERT INTO t (n) VALUES (1){} RETURNING 1", ", (1)".repeat(count)),
            format!("SELECT '{}'::jsonb", "[".repeat(count)),
            format!("SELECT '{}1{}'::jsonb", "[".repeat(count), "]".repeat(count)),
            format!("SELECT 1 FROM {}t{}", "(".repeat(count), ")".repeat(count)),
            format!("SELECT 1 FROM {}t{}", "(SELECT * FROM ".repeat(count), ") x".repeat(count)),
            format!("SELECT 1 FROM t{}", " JOIN (t".repeat(count)),
            chain("", "CAST(", "1 oops"),
            chain("", "NOT (", "1 oops"),
            chain("", "EXTRACT(", "1 oops"),
            chain("", "x IN (", "1 oops"),
            chain("", "x IN ((SELECT ", "1 oops"),
            chain("", "coalesce(1, ", "1 oops"),
            chain("", "CASE (", "1 oops"),
            chain("", "CASE x WHEN ", "1 oops"),
            chain("", "EXISTS (SELECT ", "1 oops"),
            chain("", "ARRAY(SELECT ", "1 oops"),
            chain("", "SUBSTRING(x FROM ", "1 oops"),
            "EXPLAIN ".repeat(count),
            "(".repeat(count),
        ] {
            // An answer or a refusal, but one, and soon.
            let answer = ask(&mut client, &sql);
            assert!(
                answer.ends_with(" Z(I)") && !answer.contains("XX"),
                "{sql:.60}: {answer:.200}"
            );
        }
    }
    assert_eq!(ask(&mut client, "SELECT count(*) > 0 FROM t"), "D(t) C(SELECT 1) Z(I)");
}
