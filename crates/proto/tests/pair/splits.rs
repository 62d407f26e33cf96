//! However the bytes are cut, the conversation is the same.

use bytes::BytesMut;
use proptest::prelude::*;
use trunkline_proto::{
    Oid,
    message::{
        Close, CopyData, CopyDone, CopyFail, Describe, Encode, Execute, Flush, NewBind,
        NewFunctionCall, NewParse, Query, Sync, Target,
    },
};

use crate::{harness::Pair, toy::Toy};

/// A message that a client may send, legal or not where it comes.
fn message() -> impl Strategy<Value = Vec<u8>> {
    const STATEMENTS: [&str; 8] =
        ["", "select", "rows", "fail", "copy in", "copy out", "bad", "other"];
    let sql = || prop::sample::select(&STATEMENTS[..]);
    let name = || prop::sample::select(&["", "a", "a long name"][..]);
    let target = || prop::sample::select(&[Target::Statement, Target::Portal][..]);
    let value = prop::option::of(prop::collection::vec(any::<u8>(), 0..40));
    prop_oneof![
        4 => sql().prop_map(|sql| encoded(&Query { sql })),
        4 => (name(), sql()).prop_map(|(name, sql)| {
            encoded(&NewParse { name, sql, parameter_types: [Oid::INT4] })
        }),
        3 => (name(), prop::collection::vec(value, 0..4)).prop_map(|(statement, parameters)| {
            let (parameter_formats, result_formats) = (&[][..], &[][..]);
            let portal = "";
            encoded(&NewBind { portal, statement, parameter_formats, parameters, result_formats })
        }),
        2 => (target(), name()).prop_map(|(target, name)| encoded(&Describe { target, name })),
        4 => (name(), any::<i32>()).prop_map(|(portal, max_rows)| {
            encoded(&Execute { portal, max_rows })
        }),
        1 => (target(), name()).prop_map(|(target, name)| encoded(&Close { target, name })),
        1 => Just(encoded(&Flush)),
        5 => Just(encoded(&Sync)),
        2 => prop::collection::vec(any::<u8>(), 0..60).prop_map(|data| encoded(&CopyData { data })),
        2 => Just(encoded(&CopyDone)),
        1 => Just(encoded(&CopyFail { message: "no" })),
        1 => Just(encoded(&NewFunctionCall {
            function: Oid(1),
            argument_formats: &[],
            arguments: [Some("x")],
            result_format: trunkline_proto::Format::Text,
        })),
        // Malformed bodies, of types that have one.
        1 => (prop::sample::select(&b"QPBDCEHSFf"[..]), prop::collection::vec(any::<u8>(), 0..9))
            .prop_map(|(tag, body)| {
                let length = 4 + u8::try_from(body.len()).expect("short");
                [&[tag, 0, 0, 0, length], &body[..]].concat()
            }),
    ]
}

fn encoded(message: &dyn Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes).expect("it can be written");
    bytes
}

/// What a server says to bytes that come in pieces of these lengths, again and again.
fn served(bytes: &[u8], lengths: &[usize]) -> (String, Vec<u8>) {
    let mut connection = Pair::new().server;
    let mut toy = Toy::default();
    let (mut input, mut output) = (BytesMut::new(), Vec::new());
    let mut events = Vec::new();
    let (mut rest, mut lengths) = (bytes, lengths.iter().cycle());
    while !rest.is_empty() {
        let length = lengths.next().map_or(rest.len(), |length| (*length).min(rest.len()));
        let (piece, others) = rest.split_at(length);
        input.extend_from_slice(piece);
        events.extend(toy.serve(&mut connection, &mut input, &mut output));
        rest = others;
    }
    (format!("{events:?}"), output)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_server_does_not_see_where_its_input_is_cut(
        messages in prop::collection::vec(message(), 0..30),
        lengths in prop::collection::vec(1_usize..50, 1..20),
    ) {
        let bytes = messages.concat();
        let whole = served(&bytes, &[]);
        prop_assert_eq!(&whole, &served(&bytes, &[1]));
        prop_assert_eq!(&whole, &served(&bytes, &lengths));
    }

    #[test]
    fn a_client_does_not_see_where_its_input_is_cut(
        messages in prop::collection::vec(message(), 0..30),
        lengths in prop::collection::vec(1_usize..50, 1..20),
    ) {
        // What the toy says is legal if the client has sent what it answers; so it must have.
        let (_, answers) = served(&messages.concat(), &[]);
        let heard = |lengths: &[usize]| {
            let mut client = Pair::new().client;
            let mut unwritten = Vec::new();
            for bytes in &messages {
                // Data before its COPY is not sent by our client, nor anything else within one.
                let _ = resend(&mut client, bytes, &mut unwritten);
            }
            let mut events = Vec::new();
            let mut input = BytesMut::new();
            let (mut rest, mut lengths) = (&answers[..], lengths.iter().cycle());
            while !rest.is_empty() {
                let length = lengths.next().map_or(rest.len(), |l| (*l).min(rest.len()));
                let (piece, others) = rest.split_at(length);
                input.extend_from_slice(piece);
                loop {
                    match client.receive(&mut input) {
                        Ok(Some(event)) => events.push(format!("{event:?}")),
                        Ok(None) => break,
                        Err(error) => {
                            events.push(error.to_string());
                            return events;
                        }
                    }
                }
                rest = others;
            }
            events
        };
        let whole = heard(&[]);
        prop_assert_eq!(&whole, &heard(&[1]));
        prop_assert_eq!(&whole, &heard(&lengths));
    }
}

/// Sends bytes that are a message as a message.
fn resend(
    client: &mut trunkline_proto::frontend::Connection,
    bytes: &[u8],
    output: &mut Vec<u8>,
) -> Option<()> {
    use trunkline_proto::message::{AnyFrontend, FrontendTag};
    let (tag, rest) = bytes.split_first()?;
    let body = bytes::Bytes::copy_from_slice(rest.get(4..)?);
    match AnyFrontend::decode(FrontendTag(*tag), body).ok()? {
        AnyFrontend::Bind(message) => client.send(&message, output),
        AnyFrontend::Close(message) => client.send(&message, output),
        AnyFrontend::Describe(message) => client.send(&message, output),
        AnyFrontend::Execute(message) => client.send(&message, output),
        AnyFrontend::FunctionCall(message) => client.send(&message, output),
        AnyFrontend::Parse(message) => client.send(&message, output),
        AnyFrontend::Query(message) => client.send(&message, output),
        AnyFrontend::Sync(message) => client.send(&message, output),
        _ => return None,
    }
    .ok()
}
