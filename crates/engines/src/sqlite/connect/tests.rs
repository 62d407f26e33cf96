//! The last line, without a translation in front of it.

use std::sync::atomic::AtomicU64;

use rusqlite::ErrorCode;
use tempfile::TempDir;

use super::*;

fn guarded(folder: &TempDir) -> Guarded {
    let database = Database {
        path: folder.path().join("test.db"),
        writable: true,
        queue: Arc::default(),
        definitions: AtomicU64::default(),
        watch: Mutex::default(),
        taken: Taken::default(),
    };
    let control = Control::of_nobody(&database.queue);
    let guarded = open(&database, &Arc::new(control)).expect("a connection");
    guarded.own(|connection| {
        let made = connection.execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT);
             INSERT INTO t (x) VALUES ('a');
             CREATE VIRTUAL TABLE words USING fts5(word);
             INSERT INTO words VALUES ('found');",
        );
        made.expect("tables");
    });
    guarded
}

fn code(guarded: &Guarded, defines: bool, sql: &str) -> Option<ErrorCode> {
    let done =
        guarded.theirs(defines, |connection| connection.prepare(sql)?.query([])?.next().map(drop));
    done.err().map(|error| error.sqlite_error_code().unwrap_or(ErrorCode::Unknown))
}

#[test]
fn t28_what_leaves_the_database_is_not_even_compiled() {
    let folder = TempDir::new().expect("a folder");
    let guarded = guarded(&folder);
    for defines in [false, true] {
        for sql in [
            "ATTACH 'other.db' AS other",
            "ATTACH ':memory:' AS other",
            "ATTACH '' AS other",
            "DETACH main",
            "PRAGMA writable_schema = on",
            "PRAGMA trusted_schema = on",
            "PRAGMA journal_mode = DELETE",
            "PRAGMA query_only",
            "PRAGMA temp_store_directory = '/'",
            "PRAGMA data_version = 1",
            "CREATE VIRTUAL TABLE v USING fts5(x)",
            "BEGIN",
            "COMMIT",
            "SAVEPOINT s",
        ] {
            let refused = code(&guarded, defines, sql);
            assert_eq!(refused, Some(ErrorCode::AuthorizationForStatementDenied), "{sql}");
        }
        // Most of these functions are not even there.
        for sql in [
            "VACUUM INTO 'other.db'",
            "SELECT Load_Extension('evil')",
            "SELECT fts3_tokenizer('simple')",
            "SELECT edit('x')",
            "SELECT readfile('/etc/passwd')",
            "SELECT writefile('x', 'x')",
        ] {
            assert!(code(&guarded, defines, sql).is_some(), "{sql}");
        }
    }
    for trigger in ["TRIGGER", "TEMP TRIGGER"] {
        let sql = format!("CREATE {trigger} g AFTER INSERT ON t BEGIN SELECT 1; END");
        let refused = code(&guarded, false, &sql);
        assert_eq!(refused, Some(ErrorCode::AuthorizationForStatementDenied), "{sql}");
    }
    assert!(!folder.path().join("other.db").exists());
}

#[test]
fn t28_what_sqlite_keeps_for_itself_is_not_written() {
    let folder = TempDir::new().expect("a folder");
    let guarded = guarded(&folder);
    for sql in [
        "UPDATE sqlite_sequence SET seq = 100",
        "DELETE FROM SQLITE_SEQUENCE",
        "INSERT INTO sqlite_sequence VALUES ('t', 5)",
        "DELETE FROM sqlite_schema",
        "UPDATE sqlite_master SET sql = ''",
        "DROP TABLE sqlite_sequence",
    ] {
        assert!(code(&guarded, false, sql).is_some(), "{sql}");
    }
    for sql in ["DELETE FROM sqlite_schema", "DROP TABLE sqlite_sequence"] {
        assert!(code(&guarded, true, sql).is_some(), "{sql}");
    }
}

#[test]
fn what_belongs_to_the_database_is_done() {
    let folder = TempDir::new().expect("a folder");
    let guarded = guarded(&folder);
    for (defines, sql) in [
        (false, "INSERT INTO t (x) VALUES ('b')"),
        (false, "SELECT max(length(x)) FROM t"),
        (false, "SELECT word FROM words WHERE words MATCH 'found'"),
        (false, "INSERT INTO words VALUES ('more')"),
        (true, "CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT)"),
        (true, "ALTER TABLE u RENAME TO w"),
        (true, "ALTER TABLE w ADD COLUMN y TEXT"),
        (true, "CREATE INDEX i ON w (y)"),
        (true, "DROP TABLE t"),
        (true, "CREATE VIEW v AS SELECT 1 AS one"),
        (true, "DROP VIEW v"),
    ] {
        assert_eq!(code(&guarded, defines, sql), None, "{sql}");
    }
}

#[test]
fn names_are_names_and_keys_are_kept() {
    let folder = TempDir::new().expect("a folder");
    let guarded = guarded(&folder);
    assert!(code(&guarded, false, "SELECT \"no such name\" FROM t").is_some());
    let keys: i64 = guarded
        .own(|connection| connection.query_row("PRAGMA foreign_keys", [], |row| row.get(0)))
        .expect("a setting");
    assert_eq!(keys, 1);
}
