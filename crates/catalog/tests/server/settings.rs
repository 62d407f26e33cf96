//! What a session has set, of what it asks the catalogs.

use super::{ask, start};
use crate::dialogue::Dialogue;

/// A statement that one session has asked is not another one's where constants mean something else there.
#[test]
fn constants_are_read_as_the_session_has_it() {
    let server = start();
    let (mut usual, mut other) = (Dialogue::login(server.address), Dialogue::login(server.address));
    ask(&mut other, "SET DateStyle = 'ISO, DMY'; SET TimeZone = 'Asia/Tokyo'");
    ask(&mut other, "SET IntervalStyle = 'sql_standard'");
    for (constant, here, there) in [
        ("date '01/02/2020'", "2020-01-02", "2020-02-01"),
        ("'{01/02/2020}'::date[]", "{2020-01-02}", "{2020-02-01}"),
        ("'[01/02/2020,)'::daterange", "[2020-01-02,)", "[2020-02-01,)"),
        ("extract(epoch from timestamptz '2020-07-01')", "1593561600.000000", "1593529200.000000"),
        ("extract(epoch from interval '-1 2:03:04')", "-79016.000000", "-93784.000000"),
        ("timetz '10:00'", "10:00:00+00", "10:00:00+09"),
        ("NULLIF(date '2020-02-01', '01/02/2020') IS NULL", "f", "t"),
        ("'now'::timestamptz = now()", "t", "t"),
        ("'today'::date = current_date", "t", "t"),
    ] {
        let sql = format!("SELECT {constant} FROM pg_am LIMIT 1");
        for _ in 0..2 {
            for (client, expected) in [(&mut usual, here), (&mut other, there)] {
                let heard = ask(client, &sql);
                assert!(heard.contains(&format!("D({expected})")), "{constant}: {heard}");
            }
        }
    }
}

/// A prepared statement says what its constants meant when it was prepared.
#[test]
fn constants_stay_what_they_were_read_as() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    ask(&mut client, "SET DateStyle = 'ISO, DMY'");
    ask(&mut client, "PREPARE p AS SELECT date '01/02/2020' FROM pg_am LIMIT 1");
    ask(&mut client, "SET DateStyle = 'ISO, MDY'");
    let heard = ask(&mut client, "EXECUTE p");
    assert!(heard.contains("D(2020-02-01)"), "{heard}");
}
