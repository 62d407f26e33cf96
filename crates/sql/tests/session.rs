//! What session statements say, once they are known to parse.

use trunkline_sql::statement::*;
use trunkline_sql::{Span, recognise, split};

fn read(source: &str) -> SessionStatement {
    recognise(source).expect("a session statement").expect("well formed")
}

fn set(source: &str) -> (Scope, String, SetValue) {
    match read(source) {
        SessionStatement::Set(set) => (set.scope, set.name, set.value),
        other => panic!("{other:?}"),
    }
}

fn list(values: &[&str]) -> SetValue {
    SetValue::List(values.iter().map(|&value| value.to_owned()).collect())
}

fn named(name: &str) -> Which {
    Which::Named(name.to_owned())
}

#[test]
fn other_statements_are_left_to_the_engine() {
    for source in [
        "",
        ";",
        "  -- c",
        "select 1",
        "(select 1)",
        "\"set\" a = 1",
        "sets a = 1",
        "explain select 1",
        "vacuum",
        "lock t",
        "'",
        "é",
        "committed",
        "beg",
        "savepoints a",
    ] {
        assert_eq!(recognise(source), None, "{source}");
    }
}

#[test]
fn set_has_a_scope_a_name_and_values() {
    use Scope::*;
    let cases = [
        ("set A.b = C, 'D', \"E\"", Session, "a.b", list(&["c", "D", "E"])),
        ("set local a to default", Local, "a", SetValue::Default),
        ("set session a = on", Session, "a", list(&["on"])),
        (
            "set a = -1_000, +0x10, - 1.50, 3_000_000_000, -0",
            Session,
            "a",
            list(&["-1000", "16", "-1.50", "3_000_000_000", "0"]),
        ),
        ("set a from current", Session, "a", SetValue::Current),
        ("set time zone utc", Session, "timezone", list(&["utc"])),
        ("set time zone 'Europe/Paris'", Session, "timezone", list(&["Europe/Paris"])),
        ("set local time zone -7", Local, "timezone", list(&["-7"])),
        ("set time zone local", Session, "timezone", SetValue::Default),
        (
            "set time zone interval '-08:30' hour to minute",
            Session,
            "timezone",
            SetValue::Interval { value: "-08:30".into(), fields: IntervalFields::HourToMinute },
        ),
        (
            "set time zone interval(2) '1'",
            Session,
            "timezone",
            SetValue::Interval { value: "1".into(), fields: IntervalFields::All },
        ),
        ("set names 'LATIN1'", Session, "client_encoding", list(&["LATIN1"])),
        ("set names", Session, "client_encoding", SetValue::Default),
        ("set schema 'X'", Session, "search_path", list(&["X"])),
        ("set role None", Session, "role", list(&["none"])),
        ("set local session authorization 'Joe'", Local, "session_authorization", list(&["Joe"])),
        (
            "set session session authorization default",
            Session,
            "session_authorization",
            SetValue::Default,
        ),
        ("set xml option document", Session, "xmloption", list(&["DOCUMENT"])),
        ("set session = 1", Session, "session", list(&["1"])),
        (
            "set a = E'\\x41', U&'\\0042', $x$C$x$, U&'!0044' uescape '!'",
            Session,
            "a",
            list(&["A", "B", "C", "D"]),
        ),
    ];
    for (source, scope, name, value) in cases {
        assert_eq!(set(source), (scope, name.to_owned(), value), "{source}");
    }
}

#[test]
fn show_and_reset_name_a_setting() {
    let cases = [
        ("show all", SessionStatement::Show(Which::All)),
        ("show Search_Path", SessionStatement::Show(named("search_path"))),
        ("show \"DateStyle\"", SessionStatement::Show(named("DateStyle"))),
        ("show time zone", SessionStatement::Show(named("timezone"))),
        (
            "show transaction isolation level",
            SessionStatement::Show(named("transaction_isolation")),
        ),
        ("show session authorization", SessionStatement::Show(named("session_authorization"))),
        ("reset all", SessionStatement::Reset(Which::All)),
        ("reset a.B", SessionStatement::Reset(named("a.b"))),
    ];
    for (source, statement) in cases {
        assert_eq!(read(source), statement, "{source}");
    }
}

#[test]
fn transactions_have_modes() {
    let SessionStatement::Begin(modes) =
        read("begin isolation level repeatable read, read write, read only not deferrable")
    else {
        panic!("not BEGIN")
    };
    assert_eq!(modes.isolation, Some(IsolationLevel::RepeatableRead));
    assert_eq!(modes.read_only, Some(true));
    assert_eq!(modes.deferrable, Some(false));
    let none = TransactionModes::default();
    assert_eq!(read("start transaction"), SessionStatement::StartTransaction(none));
    assert_eq!(read("END WORK"), SessionStatement::Commit { chain: false });
    assert_eq!(read("commit and chain"), SessionStatement::Commit { chain: true });
    assert_eq!(read("abort and no chain"), SessionStatement::Rollback { chain: false });
    assert_eq!(read("rollback to A"), SessionStatement::RollbackTo("a".into()));
    assert_eq!(read("release savepoint"), SessionStatement::Release("savepoint".into()));
    assert_eq!(read("prepare transaction 'x'"), SessionStatement::PrepareTransaction("x".into()));
    let SessionStatement::SetConstraints(constraints) = read("set constraints a, s.b deferred")
    else {
        panic!("not SET CONSTRAINTS")
    };
    assert!(constraints.deferred);
    assert_eq!(constraints.names.map(|names| names.len()), Some(2));
}

#[test]
fn prepare_keeps_the_body_as_it_was_written() {
    let source = " prepare P (int, s.\"T\"[], numeric(10, 2)) as  select $1 ; ";
    let SessionStatement::Prepare(prepare) = read(source) else { panic!("not PREPARE") };
    assert_eq!(prepare.name, "p");
    assert_eq!(prepare.body.text(source), "select $1");
    let types: Vec<_> = prepare.types.iter().map(|name| name.span.text(source)).collect();
    assert_eq!(types, ["int", "s.\"T\"[]", "numeric(10, 2)"]);
    assert_eq!(prepare.types[0].name, "int4");
    assert_eq!(prepare.types[1].qualifiers, ["s"]);
    assert_eq!(prepare.types[1].dimensions, 1);
    let modifiers: Vec<_> = prepare.types[2].modifiers.iter().map(|m| m.text(source)).collect();
    assert_eq!(modifiers, ["10", "2"]);
}

#[test]
fn execute_cuts_its_arguments() {
    let source = "execute p (1 + f(2, 3), '),(', array[4, 5])";
    let SessionStatement::Execute(execute) = read(source) else { panic!("not EXECUTE") };
    let arguments: Vec<_> = execute.arguments.iter().map(|span| span.text(source)).collect();
    assert_eq!(arguments, ["1 + f(2, 3)", "'),('", "array[4, 5]"]);
}

#[test]
fn cursors_have_options_and_directions() {
    let source = "declare C binary insensitive no scroll cursor with hold for select 1";
    let SessionStatement::Declare(declare) = read(source) else { panic!("not DECLARE") };
    assert_eq!(declare.name, "c");
    assert!(declare.binary && declare.hold);
    assert_eq!((declare.scroll, declare.insensitive), (Some(false), Some(true)));
    assert_eq!(declare.query.text(source), "select 1");

    use FetchCount::{All, Rows};
    use FetchDirection::*;
    let cases = [
        ("fetch c", Forward(Rows(1))),
        ("fetch next from c", Forward(Rows(1))),
        ("fetch 5 c", Forward(Rows(5))),
        ("fetch -5 in c", Forward(Rows(-5))),
        ("fetch all c", Forward(All)),
        ("fetch forward c", Forward(Rows(1))),
        ("fetch forward all from c", Forward(All)),
        ("fetch prior c", Backward(Rows(1))),
        ("fetch backward 0x10 c", Backward(Rows(16))),
        ("fetch first c", Absolute(1)),
        ("fetch last c", Absolute(-1)),
        ("fetch absolute - 3 c", Absolute(-3)),
        ("fetch relative 0 c", Relative(0)),
    ];
    for (source, direction) in cases {
        let SessionStatement::Fetch(fetch) = read(source) else { panic!("not FETCH") };
        assert_eq!((fetch.cursor.as_str(), fetch.direction), ("c", direction), "{source}");
    }
    assert!(matches!(read("move 2 c"), SessionStatement::Move(_)));
    assert_eq!(read("close all"), SessionStatement::Close(Which::All));
}

#[test]
fn copy_has_a_source_an_end_and_options() {
    let SessionStatement::Copy(copy) = read(
        "copy S.t (a, \"B\") from stdin with (format csv, header, null '', force_not_null (a), x -1, y *) where a > 1",
    ) else {
        panic!("not COPY")
    };
    let CopySource::Table { name, columns } = &copy.source else { panic!("not a table") };
    assert_eq!((name.schema.as_deref(), name.name.as_str()), (Some("s"), "t"));
    assert_eq!(columns.as_deref(), Some(&["a".to_owned(), "B".to_owned()][..]));
    assert_eq!((copy.direction, &copy.endpoint), (CopyDirection::From, &CopyEndpoint::Client));
    let options: Vec<_> = copy.options.iter().map(|o| (o.name.as_str(), o.value.clone())).collect();
    assert_eq!(
        options,
        [
            ("format", CopyValue::Text("csv".into())),
            ("header", CopyValue::Absent),
            ("null", CopyValue::Text("".into())),
            ("force_not_null", CopyValue::List(vec!["a".into()])),
            ("x", CopyValue::Number("-1".into())),
            ("y", CopyValue::All),
        ]
    );
    assert!(copy.condition.is_some());

    let source =
        "copy (select ')' from t) to program 'gzip' csv header delimiter as ';' force quote *";
    let SessionStatement::Copy(copy) = read(source) else { panic!("not COPY") };
    assert_eq!(copy.source, CopySource::Query(Span::new(6, 23)));
    assert_eq!(copy.endpoint, CopyEndpoint::Program("gzip".into()));
    let options: Vec<_> = copy.options.iter().map(|o| (o.name.as_str(), o.value.clone())).collect();
    assert_eq!(
        options,
        [
            ("format", CopyValue::Text("csv".into())),
            ("header", CopyValue::Text("true".into())),
            ("delimiter", CopyValue::Text(";".into())),
            ("force_quote", CopyValue::All),
        ]
    );
}

#[test]
fn notifications_name_channels() {
    assert_eq!(read("listen \"A b\""), SessionStatement::Listen("A b".into()));
    let notify = SessionStatement::Notify { channel: "x".into(), payload: Some("it's".into()) };
    assert_eq!(read("notify X, 'it''s'"), notify);
    assert_eq!(read("unlisten *"), SessionStatement::Unlisten(Which::All));
}

#[test]
fn positions_count_in_the_whole_text() {
    let source = "select 'é'; commit wörk; select 2";
    let statement = split(source).nth(1).unwrap();
    let error = statement.recognise().unwrap().unwrap_err();
    assert_eq!(error.message(), "syntax error at or near \"wörk\"");
    assert_eq!(error.position(source), Some(20));
    // Where a statement breaks off, the semicolon is what the parser stumbles over.
    let statement = split("set a to; select 1").next().unwrap();
    let error = statement.recognise().unwrap().unwrap_err();
    assert_eq!(error.message(), "syntax error at or near \";\"");
}
