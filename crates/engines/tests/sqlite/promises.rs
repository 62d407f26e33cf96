//! What every engine promises.

use trunkline_core::testkit::{Expectations, block_on, check};

use crate::harness::File;

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

#[test]
fn promises_are_kept() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price REAL, at TIMESTAMP);
         INSERT INTO t VALUES (1, 'one', 1.5, '2024-02-29 12:00:00'), (2, NULL, NULL, NULL),
             (3, '', -0.25, 1700000000);",
    );
    let expectations =
        Expectations::new("SELECT id, name, price, at FROM t ORDER BY id", "SELECT FROM WHERE")
            .empty("SELECT name FROM t WHERE id < 0")
            .parameter("SELECT name FROM t WHERE id = $1", b"1")
            .endless(ENDLESS);
    block_on(check(&file.writable(), &expectations)).expect("a promise");
    let mut gone = expectations;
    gone.broken = "SELECT * FROM nowhere";
    block_on(check(&file.writable(), &gone)).expect("a promise");
}
