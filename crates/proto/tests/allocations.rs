//! The hot path allocates nothing: neither what a server decodes and encodes for a query, nor what
//! a client does.

use allocation_counter::measure;
use bytes::BytesMut;
use trunkline_proto::types::{TextStyle, Value};
use trunkline_proto::{Format, Limits, Oid, message::*, wire::frame};

fn count(run: impl FnOnce()) -> u64 {
    measure(run).count_total
}

/// A read buffer that has been split before: the first split of a buffer allocates its counter.
fn input(frames: &[u8]) -> BytesMut {
    let mut input = BytesMut::with_capacity(64 * 1024);
    input.extend_from_slice(b"x");
    drop(input.split_to(1));
    input.extend_from_slice(frames);
    input
}

#[test]
fn a_frontend_writes_an_extended_query_without_allocating() {
    let mut out = Vec::with_capacity(4096);
    let parameters = [Some(&b"1"[..]), None, Some(b"three")];
    let allocations = count(|| {
        let sql = "select $1, $2, $3";
        NewParse { name: "s", sql, parameter_types: [Oid::INT4] }.encode(&mut out).unwrap();
        Describe { target: Target::Statement, name: "s" }.encode(&mut out).unwrap();
        NewBind {
            portal: "",
            statement: "s",
            parameter_formats: &[Format::Text],
            parameters,
            result_formats: &[Format::Binary],
        }
        .encode(&mut out)
        .unwrap();
        Execute { portal: "", max_rows: 0 }.encode(&mut out).unwrap();
        Sync.encode(&mut out).unwrap();
        Query { sql }.encode(&mut out).unwrap();
    });
    assert_eq!(allocations, 0);
    assert!(!out.is_empty());
}

#[test]
fn a_backend_reads_an_extended_query_without_allocating() {
    let mut sent = Vec::new();
    let parameters: Vec<_> = (0..100).map(|number| Some(format!("{number}"))).collect();
    Query { sql: "select 1" }.encode(&mut sent).unwrap();
    NewParse { name: "s", sql: "select $1", parameter_types: [Oid::INT4] }
        .encode(&mut sent)
        .unwrap();
    let bind = NewBind {
        portal: "p",
        statement: "s",
        parameter_formats: &[],
        parameters: parameters.iter().map(Option::as_ref),
        result_formats: &[],
    };
    bind.encode(&mut sent).unwrap();
    Describe { target: Target::Portal, name: "p" }.encode(&mut sent).unwrap();
    Execute { portal: "p", max_rows: 0 }.encode(&mut sent).unwrap();
    Sync.encode(&mut sent).unwrap();

    let mut input = input(&sent);
    let limits = Limits::default();
    let mut messages = 0;
    let mut bytes = 0;
    let allocations = count(|| {
        while let Some(header) = frame::peek(&input) {
            let tag = FrontendTag(header.tag);
            let limit = limits.frontend(tag).unwrap();
            let length = header.frame_length(limit).unwrap();
            let body = frame::split(&mut input, length).unwrap();
            if let AnyFrontend::Bind(bind) = AnyFrontend::decode(tag, body).unwrap() {
                bytes += bind.parameters().flatten().map(<[u8]>::len).sum::<usize>();
            }
            messages += 1;
        }
    });
    assert_eq!((allocations, messages, bytes), (0, 6, 190));
}

#[test]
fn a_backend_answers_without_allocating() {
    let mut out = Vec::with_capacity(4096);
    let columns = ["a", "b", "c"];
    let allocations = count(|| {
        ParseComplete.encode(&mut out).unwrap();
        BindComplete.encode(&mut out).unwrap();
        let fields = columns.iter().map(|name| FieldDescription {
            name,
            table: Oid(0),
            column: 0,
            type_oid: Oid::TEXT,
            typlen: -1,
            typmod: -1,
            format: Format::Text.code(),
        });
        RowDescription { fields }.encode(&mut out).unwrap();
        DataRow { values: columns.map(Some) }.encode(&mut out).unwrap();
        CommandComplete { tag: "SELECT 1" }.encode(&mut out).unwrap();
        ReadyForQuery { status: TransactionStatus::Idle }.encode(&mut out).unwrap();
    });
    assert_eq!(allocations, 0);
}

#[test]
fn a_frontend_reads_rows_without_allocating() {
    let mut sent = Vec::new();
    for _ in 0..100 {
        DataRow { values: [Some("one"), None, Some("")] }.encode(&mut sent).unwrap();
    }
    let mut input = input(&sent);
    let mut values = 0;
    let allocations = count(|| {
        while let Some(header) = frame::peek(&input) {
            let body = frame::split(&mut input, header.frame_length(u32::MAX).unwrap()).unwrap();
            values += DataRow::decode(body).unwrap().values.iter().flatten().count();
        }
    });
    assert_eq!((allocations, values), (0, 200));
}

#[test]
fn an_error_costs_one_buffer() {
    let mut out = Vec::with_capacity(4096);
    let fields = ErrorFields::default().with(FieldCode::MESSAGE, "no");
    let error = ErrorResponse { fields };
    assert_eq!(count(|| error.encode(&mut out).unwrap()), 0);
    let mut input = input(&out);
    let length = out.len();
    let allocations = count(|| {
        let body = frame::split(&mut input, length).unwrap();
        assert_eq!(ErrorResponse::decode(body).unwrap(), error);
    });
    assert_eq!(allocations, 1);
}

/// Whatever a count announces, memory grows with what is there.
#[test]
fn an_announced_count_reserves_nothing() {
    for (tag, body) in [
        (b'v', &b"\0\x03\0\0\x7f\xff\xff\xff"[..]),
        (b'T', b"\x7f\xff"),
        (b'D', b"\x7f\xff"),
        (b't', b"\xff\xff"),
        (b'G', b"\0\x7f\xff"),
    ] {
        let body = bytes::Bytes::from_static(body);
        let info = measure(|| assert!(AnyBackend::decode(BackendTag(tag), body).is_err()));
        assert_eq!(info.count_total, 0, "{}", char::from(tag));
    }
}

#[test]
fn a_long_array_is_held_once_and_checked_without_a_copy() {
    let text = format!("{{1{}}}", ",1".repeat(999_999));
    let style = TextStyle::default();
    let array = Value::from_literal(Oid::INT4_ARRAY, &text, &style).unwrap();
    let mut binary = Vec::new();
    let _ = trunkline_proto::types::ToPg::encode(
        &array,
        Oid::INT4_ARRAY,
        Format::Binary,
        &style,
        &mut binary,
    );
    for (format, bytes) in [(Format::Text, text.as_bytes()), (Format::Binary, &binary)] {
        let info = measure(|| Value::check(Oid::INT4_ARRAY, format, bytes, &style).unwrap());
        assert!(info.bytes_max < 1024, "{format:?}: {} bytes to check", info.bytes_max);
        let mut array = Value::Null;
        let info =
            measure(|| array = Value::decode(Oid::INT4_ARRAY, format, bytes, &style).unwrap());
        let most = bytes.len() as u64 + 1024;
        assert!(info.bytes_max < most, "{format:?}: {} bytes to hold", info.bytes_max);
        let Value::Array(array) = array else { panic!("{format:?}") };
        let info = measure(|| assert_eq!(array.elements().flatten().count(), 1_000_000));
        assert!(info.bytes_max < 1024, "{format:?}: {} bytes to read", info.bytes_max);
    }
}
