//! Dates of years that have no order as texts.

use crate::harness::{File, ask, refused};

/// PostgreSQL keeps them; what is said here is a fact of this engine.
#[test]
fn dates_that_have_no_order_as_texts_are_not_stored() {
    let file = File::new("");
    let server = file.serve();
    let mut client = server.login();
    ask(&mut client, "CREATE TABLE t (d date, at timestamptz, short timestamp(3))");
    for (column, value) in [
        ("d", "'10000-01-01'"),
        ("d", "'0044-03-15 BC'"),
        ("d", "'9999-12-31'::date + 1"),
        ("at", "'0044-03-15 BC'"),
        ("short", "'10000-01-01'"),
        ("short", "'9999-12-31'::timestamp + interval '1 day'"),
    ] {
        let error = refused(&mut client, &format!("INSERT INTO t ({column}) VALUES ({value})"));
        assert_eq!(error(b'C'), "22008", "{column} {value}");
    }
    ask(&mut client, "INSERT INTO t VALUES ('9999-12-31', 'infinity', '0001-01-01')");
    let error = refused(&mut client, "UPDATE t SET d = d + 1");
    assert_eq!(error(b'C'), "22008");
    assert_eq!(
        ask(&mut client, "SELECT d, at, short FROM t"),
        "D(9999-12-31,infinity,0001-01-01 00:00:00) C(SELECT 1) Z(I)"
    );
}
