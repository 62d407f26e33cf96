//! The simple and the extended protocol, and pipelines.

use trunkline_proto::{
    Format, Oid, SqlState,
    backend::{self, TransactionStatus},
    frontend::Event,
    message::{
        BindComplete, Close, CloseComplete, CommandComplete, DataRow, Describe, EmptyQueryResponse,
        Execute, Flush, NewBind, NewFunctionCall, NewParse, NoData, NoticeResponse,
        NotificationResponse, ParameterDescription, ParameterStatus, ParseComplete,
        PortalSuspended, Query, RowDescription, Sync, Target, Terminate,
    },
};

use crate::harness::{Pair, error, names};

pub(crate) fn parse(sql: &str) -> NewParse<&str, [Oid; 0]> {
    NewParse { name: "", sql, parameter_types: [] }
}

pub(crate) fn bind() -> NewBind<'static, [Option<&'static str>; 1]> {
    NewBind {
        portal: "",
        statement: "",
        parameter_formats: &[],
        parameters: [Some("1")],
        result_formats: &[Format::Binary],
    }
}

pub(crate) const EXECUTE: Execute<&str> = Execute { portal: "", max_rows: 0 };

#[test]
fn a_query_has_the_answers_of_all_its_statements_and_one_ready() {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "select; create table" });
    let event = pair.server_event();
    assert!(
        matches!(event, Some(backend::Event::Query(query)) if query.sql == "select; create table")
    );
    pair.answer(&RowDescription {
        fields: std::iter::empty::<trunkline_proto::message::FieldDescription<&str>>(),
    });
    pair.answer(&DataRow { values: std::iter::empty::<Option<&str>>() });
    pair.answer(&CommandComplete { tag: "SELECT 1" });
    pair.answer(&CommandComplete { tag: "CREATE TABLE" });
    pair.ready(TransactionStatus::InTransaction);
    let events = pair.client_events();
    assert_eq!(names(&events), "RowDescription Row CommandComplete CommandComplete Ready");
    assert_eq!(events.last(), Some(&Event::Ready(TransactionStatus::InTransaction)));
}

#[test]
fn an_empty_query_is_answered_too() {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "" });
    pair.server_event();
    let mut output = Vec::new();
    assert!(pair.server.ready(TransactionStatus::Idle, &mut output).is_err());
    pair.answer(&EmptyQueryResponse);
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "EmptyQuery Ready");
}

#[test]
fn what_must_not_be_sent_now_is_misuse_and_writes_nothing() {
    let mut pair = Pair::new();
    assert!(pair.try_answer(&ParseComplete).is_err());
    assert!(pair.try_answer(&CommandComplete { tag: "SELECT 0" }).is_err());
    pair.ask(&Query { sql: "select" });
    pair.server_event();
    assert!(pair.try_answer(&BindComplete).is_err());
    assert!(!pair.server.may_send_rows(), "no columns are told yet");
    assert!(pair.try_answer(&DataRow { values: [Some("1")] }).is_err());
    assert!(pair.to_client.is_empty());
    // A message that cannot be written changes nothing either.
    assert!(pair.try_answer(&CommandComplete { tag: "NUL\0" }).is_err());
    assert!(pair.to_client.is_empty());
    pair.answer(&CommandComplete { tag: "SELECT 0" });
    pair.ready(TransactionStatus::Idle);
}

#[test]
fn a_pipeline_is_answered_in_order() {
    let mut pair = Pair::new();
    pair.ask(&parse("select $1"));
    pair.ask(&bind());
    pair.ask(&Describe { target: Target::Statement, name: "" });
    pair.ask(&Describe { target: Target::Portal, name: "" });
    pair.ask(&EXECUTE);
    pair.ask(&Flush);
    pair.ask(&Close { target: Target::Portal, name: "" });
    pair.ask(&Sync);
    assert_eq!(pair.client.owed(), 7);

    let mut seen = Vec::new();
    while let Some(event) = pair.server_event() {
        match &event {
            backend::Event::Parse(_) => pair.answer(&ParseComplete),
            backend::Event::Bind(bind) => {
                assert_eq!(bind.parameters().collect::<Vec<_>>(), [Some(&b"1"[..])]);
                pair.answer(&BindComplete);
            }
            backend::Event::Describe(describe) => {
                if describe.target == Target::Statement {
                    assert!(pair.try_answer(&NoData).is_err(), "its parameters come first");
                    pair.answer(&ParameterDescription { types: [Oid::INT4] });
                }
                pair.answer(&NoData);
            }
            backend::Event::Execute(_) => pair.answer(&PortalSuspended),
            backend::Event::Close(_) => pair.answer(&CloseComplete),
            backend::Event::Sync => pair.ready(TransactionStatus::Idle),
            _ => {}
        }
        seen.push(event);
    }
    assert_eq!(names(&seen), "Parse Bind Describe Describe Execute Flush Close Sync");
    assert_eq!(
        names(&pair.client_events()),
        "ParseComplete BindComplete ParameterDescription NoData NoData PortalSuspended \
         CloseComplete Ready"
    );
    assert_eq!(pair.client.owed(), 0);
}

/// A proxy takes messages ahead and answers them when it can.
#[test]
fn messages_may_be_taken_before_those_before_them_are_answered() {
    let mut pair = Pair::new();
    pair.ask(&parse("select"));
    pair.ask(&bind());
    pair.ask(&EXECUTE);
    pair.ask(&Sync);
    pair.ask(&Query { sql: "select" });
    let taken: Vec<_> = std::iter::from_fn(|| pair.server_event()).collect();
    assert_eq!(names(&taken), "Parse Bind Execute Sync Query");
    assert_eq!(pair.server.owed(), 5);
    assert!(pair.try_answer(&BindComplete).is_err(), "ParseComplete is owed first");
    pair.answer(&ParseComplete);
    pair.fail(SqlState::UNDEFINED_TABLE);
    // The Execute is skipped, the Sync and the Query are not.
    pair.ready(TransactionStatus::Idle);
    pair.answer(&CommandComplete { tag: "SELECT 0" });
    pair.ready(TransactionStatus::Idle);
    assert_eq!(pair.server.owed(), 0);
    assert_eq!(names(&pair.client_events()), "ParseComplete Error Ready CommandComplete Ready");
}

#[test]
fn each_sync_has_its_ready() {
    let mut pair = Pair::new();
    (0..3).for_each(|_| pair.ask(&Sync));
    for _ in 0..3 {
        assert_eq!(pair.server_event(), Some(backend::Event::Sync));
        pair.ready(TransactionStatus::Idle);
    }
    assert_eq!(names(&pair.client_events()), "Ready Ready Ready");
}

/// A deferred constraint fails when the transaction ends.
#[test]
fn a_sync_may_fail_without_skipping() {
    let mut pair = Pair::new();
    pair.ask(&Sync);
    pair.ask(&Query { sql: "" });
    pair.server_event();
    pair.fail(SqlState::FOREIGN_KEY_VIOLATION);
    pair.ready(TransactionStatus::Idle);
    assert!(matches!(pair.server_event(), Some(backend::Event::Query(_))));
    assert_eq!(names(&pair.client_events()), "Error Ready");
}

#[test]
fn a_function_call_has_a_result_or_an_error_and_a_ready() {
    let mut pair = Pair::new();
    let call = NewFunctionCall {
        function: Oid(1598),
        argument_formats: &[],
        arguments: [None::<&str>],
        result_format: Format::Text,
    };
    pair.ask(&call);
    pair.ask(&call);
    pair.server_event();
    pair.answer(&trunkline_proto::message::FunctionCallResponse { value: Some("0.5") });
    pair.ready(TransactionStatus::Idle);
    pair.server_event();
    pair.fail(SqlState::UNDEFINED_FUNCTION);
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "FunctionCall Ready Error Ready");
}

#[test]
fn asynchronous_messages_come_at_any_time() {
    let mut pair = Pair::new();
    let notice = NoticeResponse { fields: error("NOTICE", SqlState::WARNING).fields };
    pair.answer(&notice);
    pair.answer(&NotificationResponse { process_id: 7, channel: "c", payload: "" });
    pair.ask(&parse("x"));
    pair.server_event();
    pair.answer(&ParameterStatus { name: "TimeZone", value: "UTC" });
    pair.fail(SqlState::SYNTAX_ERROR);
    pair.answer(&notice);
    assert_eq!(names(&pair.client_events()), "Notice Notification ParameterStatus Error Notice");
}

#[test]
fn a_fatal_error_may_come_at_any_time_and_is_the_last_word() {
    let mut pair = Pair::new();
    let mut output = Vec::new();
    let last = error("FATAL", SqlState::ADMIN_SHUTDOWN);
    pair.server.fail(&last, &mut output).expect("legal at any time");
    pair.to_client.extend_from_slice(&output);
    assert_eq!(names(&pair.client_events()), "Error");
    assert!(pair.try_ask(&Query { sql: "" }).is_err());
    assert!(pair.server.fail(&last, &mut output).is_err());
    assert!(pair.try_answer(&NoData).is_err());
}

#[test]
fn an_error_of_nothing_is_misuse() {
    let mut pair = Pair::new();
    let unasked = error("ERROR", SqlState::INTERNAL_ERROR);
    assert!(pair.server.fail(&unasked, &mut Vec::new()).is_err());
}

#[test]
fn after_terminate_nothing_is_taken() {
    let mut pair = Pair::new();
    pair.ask(&Terminate);
    pair.ask_raw(&Query { sql: "drop" });
    assert_eq!(pair.server_event(), Some(backend::Event::Terminate));
    assert_eq!(pair.server_event(), None);
    assert!(pair.try_ask(&Sync).is_err());
}

#[test]
fn an_answer_that_was_not_asked_for_ends_the_connection() {
    let mut pair = Pair::new();
    let mut output = Vec::new();
    trunkline_proto::message::Encode::encode(&ParseComplete, &mut output).expect("it fits");
    pair.to_client.extend_from_slice(&output);
    let unasked = pair.client.receive(&mut pair.to_client).expect_err("nothing was asked");
    assert!(unasked.is_fatal());
    assert!(pair.try_ask(&Sync).is_err());
}

/// Messages sent before the first ReadyForQuery wait for it.
#[test]
fn a_client_need_not_wait_for_the_end_of_the_login() {
    let mut pair = Pair::starting();
    pair.ask(&Query { sql: "" });
    pair.server_event();
    pair.answer(&EmptyQueryResponse);
    pair.ready(TransactionStatus::Idle);
    assert_eq!(names(&pair.client_events()), "BackendKeyData Ready EmptyQuery Ready");
}

#[test]
fn a_client_may_leave_while_answers_are_owed() {
    let mut pair = Pair::new();
    pair.ask(&Query { sql: "" });
    pair.ask(&Terminate);
    assert!(pair.try_ask(&Sync).is_err(), "it has left");
    assert_eq!(pair.server_event().map(|event| names(&[event])).as_deref(), Some("Query"));
    pair.answer(&EmptyQueryResponse);
    pair.ready(TransactionStatus::Idle);
    assert_eq!(pair.server_event(), Some(backend::Event::Terminate));
}

/// What an idle connection costs.
#[test]
fn a_connection_is_small() {
    let size = size_of::<backend::Connection>();
    assert!(size <= 64, "{size} bytes");
}
