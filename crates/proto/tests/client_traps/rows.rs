//! Rows that are not as they should be.

use bytes::BytesMut;
use trunkline_proto::{
    Format, Oid, PeerError, SqlState,
    frontend::{Connection, Event},
    message::{DataRow, FieldDescription, Query, RowDescription},
};

use crate::script::{bytes, connected, events, raw};

/// A client that was told of two columns.
fn of_two_columns() -> Connection {
    let mut connection = connected();
    connection.send(&Query { sql: "select" }, &mut Vec::new()).expect("legal now");
    let field = FieldDescription {
        name: "a",
        table: Oid(0),
        column: 0,
        type_oid: Oid::TEXT,
        typlen: -1,
        typmod: -1,
        format: Format::Text.code(),
    };
    let described = events(&mut connection, bytes(&[&RowDescription { fields: [field, field] }]));
    assert!(matches!(&described[..], [Event::RowDescription(_)]));
    connection
}

fn row(body: &[u8]) -> Result<Option<Event>, PeerError> {
    of_two_columns().receive(&mut BytesMut::from(&raw(b'D', body)[..]))
}

/// pgproto3 (also CVE-2026-4427) panicked.
#[test]
fn cve_2026_32286_a_negative_length_is_null_only_if_it_is_minus_one() {
    let of = |length: i32| row(&[&b"\0\x01"[..], &length.to_be_bytes()].concat());
    let Ok(Some(Event::Row(null))) = of(-1) else { panic!() };
    assert_eq!(null.values.iter().collect::<Vec<_>>(), [None]);
    let Ok(Some(Event::Row(empty))) = of(0) else { panic!() };
    assert_eq!(empty.values.iter().collect::<Vec<_>>(), [Some(&b""[..])]);
    for length in [-2, -3, i32::MIN, i32::MIN + 1, 1, 2, 0x7fff_ffff] {
        let error = of(length).expect_err("no such length");
        assert!(error.is_fatal(), "{length}");
        assert_eq!(error.sqlstate(), SqlState::PROTOCOL_VIOLATION);
    }
}

#[test]
fn t26_the_values_of_a_row_fill_its_message() {
    assert!(row(b"\0\x02\0\0\0\x01a\xff\xff\xff\xff").is_ok());
    let malformed: [&[u8]; 6] =
        [b"", b"\0", b"\0\x01", b"\0\x02\0\0\0\x01a", b"\0\x01\0\0\0\x01ab", b"\xff\xff"];
    for body in malformed {
        assert!(row(body).expect_err("malformed").is_fatal(), "{body:?}");
    }
}

/// tokio-postgres panicked: a row says itself how many values it has, whatever its description
/// says.
#[test]
fn rustsec_2026_0178_a_row_may_be_shorter_than_its_description() {
    for count in [0, 1, 2, 3, 1000] {
        let values = std::iter::repeat_n(Some("x"), count);
        let mut input = bytes(&[&DataRow { values }]);
        let Ok(Some(Event::Row(row))) = of_two_columns().receive(&mut input) else { panic!() };
        assert_eq!((row.values.len(), row.values.iter().count()), (count, count));
        assert_eq!(row.values.iter().nth(1).is_some(), count > 1);
        assert_eq!(row.values.iter().nth(count), None);
    }
}
