//! Long results, which are sent while they are worked out.

use trunkline_core::Oid;
use trunkline_proto::message::{Close, Execute, Flush, NewBind, NewParse, Sync, Target};

use super::dialogue::Dialogue;
use super::{ask, start};

/// 30,000 rows.
const MANY: &str =
    "FROM pg_namespace, generate_series(1, 30000) g WHERE nspname = 'public' AND g::text <> ''";

fn beginning(heard: &str) -> &str {
    heard.get(..100).unwrap_or(heard)
}

/// As in PostgreSQL.
#[test]
fn rows_before_an_error_are_told() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let sql = format!("SELECT 1 / (20000 - g) {MANY}");
    let heard = ask(&mut client, &sql);
    assert!(heard.starts_with("T(?column?:23:0) D(0)"), "{}", beginning(&heard));
    assert!(heard.contains("22012"));
    // Where all have to be there first, none is told.
    let heard = ask(&mut client, &format!("{sql} ORDER BY 1"));
    assert!(!heard.contains("D(") && heard.contains("22012"), "{}", beginning(&heard));
    // Nor where it fails before anything is worked out.
    let heard = ask(&mut client, &format!("SELECT 1 / 0 {MANY}"));
    assert!(!heard.contains("T(") && heard.contains("22012"), "{}", beginning(&heard));
}

#[test]
fn a_portal_is_left_with_rows_to_come() {
    let server = start();
    let mut client = Dialogue::login(server.address);
    let sql = &*format!("SELECT g {MANY}");
    client.say(&NewParse { name: "s", sql, parameter_types: [] as [Oid; 0] });
    for portal in ["a", "b"] {
        client.say(&NewBind {
            portal,
            statement: "s",
            parameter_formats: &[],
            parameters: [] as [Option<&[u8]>; 0],
            result_formats: &[],
        });
        client.say(&Execute { portal, max_rows: 2 });
    }
    client.say(&Flush);
    assert_eq!(client.hear_until('s'), "1 2 D(1) D(2) s");
    assert_eq!(client.hear_until('s'), "2 D(1) D(2) s");
    client.say(&Execute { portal: "a", max_rows: 1 }).say(&Flush);
    assert_eq!(client.hear_until('s'), "D(3) s");
    client
        .say(&Close { target: Target::Portal, name: "a" })
        .say(&Execute { portal: "b", max_rows: 0 })
        .say(&Sync);
    let heard = client.hear_until('Z');
    assert!(heard.starts_with("3 D(3) D(4)"), "{}", beginning(&heard));
    assert!(heard.ends_with("D(30000) C(SELECT 29998) Z(I)"), "{}", beginning(&heard));
}
