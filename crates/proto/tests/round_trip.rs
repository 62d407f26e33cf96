//! decode(encode(m)) == m for every message, and encode(decode(bytes)) == bytes.

use bytes::{Bytes, BytesMut};
use proptest::{collection::vec, option, prelude::*};
use trunkline_proto::{Format, Oid, SqlState, message::*, wire::frame};

type Text = Vec<u8>;
type Value = Option<Vec<u8>>;

fn text() -> impl Strategy<Value = Text> {
    vec(1..=255_u8, 0..40)
}

fn name() -> impl Strategy<Value = Text> {
    vec(1..=255_u8, 1..20)
}

fn value() -> impl Strategy<Value = Value> {
    option::of(vec(any::<u8>(), 0..40))
}

fn format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Text), Just(Format::Binary)]
}

fn oid() -> impl Strategy<Value = Oid> {
    any::<u32>().prop_map(Oid)
}

fn field() -> impl Strategy<Value = FieldDescription<Text>> {
    (text(), oid(), any::<i16>(), oid(), any::<i16>(), any::<i32>(), any::<i16>()).prop_map(
        |(name, table, column, type_oid, typlen, typmod, format)| FieldDescription {
            name,
            table,
            column,
            type_oid,
            typlen,
            typmod,
            format,
        },
    )
}

fn authentication() -> impl Strategy<Value = Authentication> {
    let bytes = || vec(any::<u8>(), 0..40).prop_map(Bytes::from);
    prop_oneof![
        Just(Authentication::Ok),
        Just(Authentication::KerberosV5),
        Just(Authentication::CleartextPassword),
        any::<[u8; 4]>().prop_map(|salt| Authentication::Md5Password { salt }),
        Just(Authentication::Gss),
        bytes().prop_map(|data| Authentication::GssContinue { data }),
        Just(Authentication::Sspi),
        vec(name().prop_map(|name| PgStr::from(Bytes::from(name))), 0..4)
            .prop_map(|mechanisms| Authentication::Sasl { mechanisms }),
        bytes().prop_map(|data| Authentication::SaslContinue { data }),
        bytes().prop_map(|data| Authentication::SaslFinal { data }),
    ]
}

/// The body of the one frame that `message` is written as, behind bytes that were there before.
fn body(tag: u8, message: &impl Encode) -> Bytes {
    let mut out = b"before".to_vec();
    message.encode(&mut out).unwrap();
    assert_eq!(out.get(..6), Some(&b"before"[..]));
    let mut input = BytesMut::from(&out[6..]);
    let header = frame::peek(&input).unwrap();
    assert_eq!(header.tag, tag);
    let length = header.frame_length(u32::MAX).unwrap();
    assert_eq!(length, input.len(), "the length tells the whole frame");
    assert_eq!(frame::split(&mut BytesMut::from(&input[..length - 1]), length), None);
    let body = frame::split(&mut input, length).unwrap();
    assert!(input.is_empty());
    body
}

/// A frontend's message, received; writing it again changes nothing.
fn from_frontend<M: FrontendMessage>(message: &M) -> AnyFrontend {
    let sent = body(M::TAG.0, message);
    let received = AnyFrontend::decode(M::TAG, sent.clone()).unwrap();
    assert_eq!(body(M::TAG.0, &received), sent);
    received
}

/// A backend's message, received; writing it again changes nothing.
fn from_backend<M: BackendMessage>(message: &M) -> AnyBackend {
    let sent = body(M::TAG.0, message);
    let received = AnyBackend::decode(M::TAG, sent.clone()).unwrap();
    assert_eq!(body(M::TAG.0, &received), sent);
    received
}

/// The body of `message` without a type byte, and what it is received as.
fn from_startup(message: &impl Encode) -> StartupPacket {
    let mut out = Vec::new();
    message.encode(&mut out).unwrap();
    let mut input = BytesMut::from(&out[..]);
    let length = usize::try_from(frame::peek_untyped(&input).unwrap()).unwrap();
    assert_eq!(length, out.len());
    StartupPacket::decode(frame::split_untyped(&mut input, length).unwrap()).unwrap()
}

fn owned<'a>(values: impl Iterator<Item = Option<&'a [u8]>>) -> Vec<Value> {
    values.map(|value| value.map(<[u8]>::to_vec)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn statements(name in text(), sql in text(), types in vec(oid(), 0..9)) {
        let AnyFrontend::Query(query) = from_frontend(&Query { sql: &sql }) else { panic!() };
        prop_assert_eq!(query.sql.as_bytes(), &sql);
        let sent = NewParse { name: &name, sql: &sql, parameter_types: &types[..] };
        let AnyFrontend::Parse(parse) = from_frontend(&sent) else { panic!() };
        prop_assert_eq!(parse.name(), &name);
        prop_assert_eq!(parse.sql(), &sql);
        prop_assert_eq!(parse.parameter_types().len(), types.len());
        prop_assert_eq!(parse.parameter_types().collect::<Vec<_>>(), types);
        prop_assert_eq!(parse.detach(), parse);
    }

    #[test]
    fn names(name in text(), is_portal: bool, max_rows: i32) {
        let target = if is_portal { Target::Portal } else { Target::Statement };
        let sent = Describe { target, name: &name };
        let AnyFrontend::Describe(describe) = from_frontend(&sent) else { panic!() };
        prop_assert_eq!((describe.target, describe.name.as_bytes()), (target, &name[..]));
        let AnyFrontend::Close(close) = from_frontend(&Close { target, name: &name }) else { panic!() };
        prop_assert_eq!((close.target, close.name.as_bytes()), (target, &name[..]));
        let sent = Execute { portal: &name, max_rows };
        let AnyFrontend::Execute(execute) = from_frontend(&sent) else { panic!() };
        prop_assert_eq!((execute.portal.as_bytes(), execute.max_rows), (&name[..], max_rows));
    }

    #[test]
    fn bind(
        portal in "[^\0]{0,9}",
        statement in "[^\0]{0,9}",
        parameter_formats in vec(format(), 0..4),
        parameters in vec(value(), 0..9),
        result_formats in vec(format(), 0..4),
    ) {
        let sent = NewBind {
            portal: &portal,
            statement: &statement,
            parameter_formats: &parameter_formats,
            parameters: parameters.iter().map(Option::as_ref),
            result_formats: &result_formats,
        };
        let AnyFrontend::Bind(bind) = from_frontend(&sent) else { panic!() };
        for bind in [bind.detach(), bind] {
            prop_assert_eq!(bind.portal(), portal.as_bytes());
            prop_assert_eq!(bind.statement(), statement.as_bytes());
            prop_assert_eq!(bind.parameter_count(), parameters.len());
            prop_assert_eq!(owned(bind.parameters()), parameters.clone());
            let codes = |formats: &[Format]| formats.iter().map(|f| f.code()).collect::<Vec<_>>();
            prop_assert_eq!(bind.parameter_formats().collect::<Vec<_>>(), codes(&parameter_formats));
            prop_assert_eq!(bind.result_formats().collect::<Vec<_>>(), codes(&result_formats));
            for index in 0..parameters.len() {
                let expected = match &parameter_formats[..] {
                    [] => Format::Text,
                    [all] => *all,
                    each => each.get(index).copied().unwrap_or(Format::Text),
                };
                prop_assert_eq!(bind.parameter_format(index), Ok(expected));
            }
        }
    }

    #[test]
    fn function_calls(
        function in oid(),
        formats in vec(format(), 0..4),
        arguments in vec(value(), 0..9),
        result_format in format(),
    ) {
        let sent = NewFunctionCall {
            function,
            argument_formats: &formats,
            arguments: arguments.iter().map(Option::as_ref),
            result_format,
        };
        let AnyFrontend::FunctionCall(call) = from_frontend(&sent) else { panic!() };
        prop_assert_eq!(call.function(), function);
        prop_assert!(call.argument_formats().eq(formats.iter().map(|format| format.code())));
        prop_assert_eq!(call.argument_count(), arguments.len());
        prop_assert_eq!(owned(call.arguments()), arguments.clone());
        prop_assert_eq!(call.result_format(), result_format.code());
        for value in arguments {
            let sent = FunctionCallResponse { value: value.as_deref() };
            let AnyBackend::FunctionCallResponse(response) = from_backend(&sent) else { panic!() };
            prop_assert_eq!(response.value.map(Vec::from), value);
        }
    }

    #[test]
    fn result_sets(fields in vec(field(), 0..9), values in vec(value(), 0..9), tag in text()) {
        let sent = RowDescription { fields: fields.clone() };
        let AnyBackend::RowDescription(rows) = from_backend(&sent) else { panic!() };
        prop_assert_eq!(rows.fields.len(), fields.len());
        for (received, sent) in rows.fields.iter().zip(&fields) {
            let received = FieldDescription {
                name: received.name.to_vec(),
                table: received.table,
                column: received.column,
                type_oid: received.type_oid,
                typlen: received.typlen,
                typmod: received.typmod,
                format: received.format,
            };
            prop_assert_eq!(&received, sent);
        }
        let sent = DataRow { values: values.iter().map(Option::as_ref) };
        let AnyBackend::DataRow(row) = from_backend(&sent) else { panic!() };
        prop_assert_eq!(row.values.len(), values.len());
        prop_assert_eq!(owned(row.values.iter()), values);
        let sent = CommandComplete { tag: &tag };
        let AnyBackend::CommandComplete(complete) = from_backend(&sent) else { panic!() };
        prop_assert_eq!(complete.tag.as_bytes(), &tag);
    }

    #[test]
    fn parameter_descriptions(types in vec(oid(), 0..9)) {
        let sent = ParameterDescription { types: &types[..] };
        let AnyBackend::ParameterDescription(received) = from_backend(&sent) else { panic!() };
        prop_assert_eq!(received.types.collect::<Vec<_>>(), types);
    }

    #[test]
    fn copies(format in format(), columns in vec(any::<i16>(), 0..9), data: Vec<u8>, message in text()) {
        let columns = &columns[..];
        let AnyBackend::CopyInResponse(received) = from_backend(&CopyInResponse { format, columns })
            else { panic!() };
        prop_assert_eq!((received.format, received.columns.collect()), (format, columns.to_vec()));
        let AnyBackend::CopyOutResponse(received) = from_backend(&CopyOutResponse { format, columns })
            else { panic!() };
        prop_assert_eq!((received.format, received.columns.collect()), (format, columns.to_vec()));
        let AnyBackend::CopyBothResponse(received) = from_backend(&CopyBothResponse { format, columns })
            else { panic!() };
        prop_assert_eq!((received.format, received.columns.iter().collect()), (format, columns.to_vec()));
        let expected = CopyData { data: Bytes::from(data.clone()) };
        prop_assert_eq!(from_frontend(&CopyData { data: &data }), AnyFrontend::CopyData(expected.clone()));
        prop_assert_eq!(from_backend(&CopyData { data: &data }), AnyBackend::CopyData(expected));
        let AnyFrontend::CopyFail(fail) = from_frontend(&CopyFail { message: &message }) else { panic!() };
        prop_assert_eq!(fail.message.as_bytes(), &message);
    }

    #[test]
    fn errors(fields in vec((1..=255_u8, text()), 0..9)) {
        let fields: ErrorFields = fields.into_iter().map(|(code, text)| (FieldCode(code), text)).collect();
        let error = ErrorResponse { fields: fields.clone() };
        prop_assert_eq!(from_backend(&error), AnyBackend::ErrorResponse(error));
        let notice = NoticeResponse { fields };
        prop_assert_eq!(from_backend(&notice), AnyBackend::NoticeResponse(notice));
    }

    #[test]
    fn session(process_id: i32, key: Vec<u8>, name in text(), value in text()) {
        let AnyBackend::BackendKeyData(received) = from_backend(&BackendKeyData { process_id, key: &key })
            else { panic!() };
        prop_assert_eq!((received.process_id, received.key.to_vec()), (process_id, key));
        let sent = ParameterStatus { name: &name, value: &value };
        let AnyBackend::ParameterStatus(received) = from_backend(&sent) else { panic!() };
        prop_assert_eq!((received.name.as_bytes(), received.value.as_bytes()), (&name[..], &value[..]));
        let sent = NotificationResponse { process_id, channel: &name, payload: &value };
        let AnyBackend::NotificationResponse(received) = from_backend(&sent) else { panic!() };
        prop_assert_eq!(received.process_id, process_id);
        prop_assert_eq!((received.channel.as_bytes(), received.payload.as_bytes()), (&name[..], &value[..]));
    }

    #[test]
    fn negotiations(version: u32, options in vec("[^\0]{0,9}", 0..5)) {
        let options = options.into_iter().map(PgStr::from).collect();
        let sent = NegotiateProtocolVersion { version: ProtocolVersion(version), options };
        prop_assert_eq!(from_backend(&sent), AnyBackend::NegotiateProtocolVersion(sent));
    }

    #[test]
    fn authentications(message in authentication()) {
        prop_assert_eq!(from_backend(&message), AnyBackend::Authentication(message));
    }

    #[test]
    fn passwords(password in text(), data: Vec<u8>, response in value()) {
        let AnyFrontend::Password(p) = from_frontend(&PasswordMessage { password: &password })
            else { panic!() };
        let received = PasswordMessage::decode(p.body).unwrap();
        prop_assert_eq!(received.password.as_bytes(), &password);
        let sent = SaslInitialResponse { mechanism: &password, response: response.as_ref() };
        let AnyFrontend::Password(p) = from_frontend(&sent) else { panic!() };
        let received = SaslInitialResponse::decode(p.body).unwrap();
        prop_assert_eq!(received.mechanism.as_bytes(), &password);
        prop_assert_eq!(received.response.map(Vec::from), response);
        let AnyFrontend::Password(p) = from_frontend(&SaslResponse { data: &data }) else { panic!() };
        prop_assert_eq!(SaslResponse::decode(p.body).data, data);
    }

    #[test]
    fn startups(minor: u16, parameters in vec((name(), text()), 0..9)) {
        let version = ProtocolVersion(0x0003_0000 | u32::from(minor));
        let sent = StartupMessage { version, parameters: parameters.clone() };
        let StartupPacket::Startup(received) = from_startup(&sent) else { panic!() };
        prop_assert_eq!(received.version, version);
        let pairs = received.parameters.iter().map(|(name, value)| (name.to_vec(), value.to_vec()));
        prop_assert_eq!(pairs.collect::<Vec<_>>(), parameters);
        prop_assert_eq!(from_startup(&received), StartupPacket::Startup(received));
    }

    #[test]
    fn cancels(process_id: i32, key in vec(any::<u8>(), 1..=256)) {
        let StartupPacket::Cancel(received) = from_startup(&CancelRequest { process_id, key: &key })
            else { panic!() };
        prop_assert_eq!((received.process_id, received.key.to_vec()), (process_id, key));
    }
}

#[test]
fn messages_without_a_body() {
    assert_eq!(from_frontend(&CopyDone), AnyFrontend::CopyDone(CopyDone));
    assert_eq!(from_frontend(&Flush), AnyFrontend::Flush(Flush));
    assert_eq!(from_frontend(&Sync), AnyFrontend::Sync(Sync));
    assert_eq!(from_frontend(&Terminate), AnyFrontend::Terminate(Terminate));
    assert_eq!(from_backend(&BindComplete), AnyBackend::BindComplete(BindComplete));
    assert_eq!(from_backend(&CloseComplete), AnyBackend::CloseComplete(CloseComplete));
    assert_eq!(from_backend(&CopyDone), AnyBackend::CopyDone(CopyDone));
    let empty = EmptyQueryResponse;
    assert_eq!(from_backend(&empty), AnyBackend::EmptyQueryResponse(empty));
    assert_eq!(from_backend(&NoData), AnyBackend::NoData(NoData));
    assert_eq!(from_backend(&ParseComplete), AnyBackend::ParseComplete(ParseComplete));
    assert_eq!(from_backend(&PortalSuspended), AnyBackend::PortalSuspended(PortalSuspended));
    for status in
        [TransactionStatus::Idle, TransactionStatus::InTransaction, TransactionStatus::Failed]
    {
        let ready = ReadyForQuery { status };
        assert_eq!(from_backend(&ready), AnyBackend::ReadyForQuery(ready));
    }
    assert_eq!(from_startup(&SslRequest), StartupPacket::Ssl(SslRequest));
    assert_eq!(from_startup(&GssEncRequest), StartupPacket::GssEnc(GssEncRequest));
}

#[test]
fn the_fields_of_an_error_are_found_by_code() {
    let fields = ErrorFields::new("ERROR", SqlState::UNDEFINED_TABLE, "no such table")
        .with(FieldCode::HINT, "look elsewhere")
        .with(FieldCode::HINT, "a second hint")
        .with(FieldCode(b'?'), b"\xff");
    assert_eq!(fields.severity(), "ERROR");
    assert_eq!(fields.sqlstate(), Some(SqlState::UNDEFINED_TABLE));
    assert_eq!(fields.message(), "no such table");
    assert_eq!(fields.get(FieldCode::HINT), Some(&b"look elsewhere"[..]));
    assert_eq!(fields.get(FieldCode::DETAIL), None);
    assert_eq!(fields.iter().count(), 7);
    assert_eq!(ErrorFields::default().message(), "");
    assert_eq!(ErrorFields::default().sqlstate(), None);
}
