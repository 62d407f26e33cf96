use super::*;

fn normalized(json: &str) -> String {
    let mut out = Vec::new();
    text(json, Oid::JSONB, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn depth_has_a_bound_and_no_stack() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for oid in [Oid::JSON, Oid::JSONB] {
        check(&nested(10_000), oid).unwrap();
        let error = check(&nested(10_001), oid).unwrap_err();
        assert_eq!(error.sqlstate(), SqlState::STATEMENT_TOO_COMPLEX);
    }
    assert_eq!(normalized(&nested(10_000)), nested(10_000));
}

#[test]
fn objects_in_objects_are_put_in_order_at_every_depth() {
    let before: String = "{\"b\":1,\"a\":".repeat(5000) + "0" + &"}".repeat(5000);
    let after = "{\"a\": ".repeat(5000) + "0" + &", \"b\": 1}".repeat(5000);
    assert_eq!(normalized(&before), after);
    let mut members: Vec<String> = (0..1000).map(|number| format!("\"{number}\": 1")).collect();
    let sorted = format!("{{{}}}", members.join(", "));
    members.reverse();
    assert_eq!(normalized(&format!("{{{}}}", members.join(","))), sorted);
}

#[test]
fn what_an_engine_gives_as_jsonb_is_put_in_order_or_refused() {
    let mut out = Vec::new();
    assert!(text("{\"a\"", Oid::JSONB, &mut out).is_err());
    binary("{\"b\":1,\"a\":2}", Oid::JSONB, &mut out).unwrap();
    assert_eq!(out, b"\x01{\"a\": 2, \"b\": 1}");
}

/// As PostgreSQL 18 answers.
#[test]
fn what_is_no_json_is_told_with_its_place() {
    let long = format!("[{}x{}]", "1234567890,".repeat(20), ",1234567890".repeat(20));
    let tail = "...890,1234567890,1234567890,1234567890,1234567890,x...";
    let ended = "The input string ended unexpectedly.";
    let low = "Unicode low surrogate must follow a high surrogate.";
    let hexadecimal = "\"\\u\" must be followed by four hexadecimal digits.";
    for (json, detail, line) in [
        ("{\"a\":", ended, "{\"a\":"),
        ("", ended, ""),
        ("[1,2", ended, "[1,2"),
        ("{\"a\" 1}", "Expected \":\", but found \"1\".", "{\"a\" 1..."),
        ("{\"a\"}", "Expected \":\", but found \"}\".", "{\"a\"}"),
        ("{a:1}", "Token \"a\" is invalid.", "{a..."),
        ("[1 2]", "Expected \",\" or \"]\", but found \"2\".", "[1 2..."),
        ("{\"a\":1 \"b\":2}", "Expected \",\" or \"}\", but found \"\"b\"\".", "{\"a\":1 \"b\"..."),
        ("{,}", "Expected string or \"}\", but found \",\".", "{,..."),
        ("{\"a\":1,}", "Expected string, but found \"}\".", "{\"a\":1,}"),
        ("[,]", "Expected JSON value, but found \",\".", "[,..."),
        ("[1,]", "Expected JSON value, but found \"]\".", "[1,]"),
        ("[}", "Expected JSON value, but found \"}\".", "[}"),
        ("{]", "Expected string or \"}\", but found \"]\".", "{]"),
        ("{\"a\":1}}", "Expected end of input, but found \"}\".", "{\"a\":1}}"),
        ("\"a\" \"b\"", "Expected end of input, but found \"\"b\"\".", "\"a\" \"b\""),
        ("[1,2] x", "Token \"x\" is invalid.", "[1,2] x"),
        ("tru", "Token \"tru\" is invalid.", "tru"),
        ("a-b", "Token \"a\" is invalid.", "a..."),
        ("@", "Token \"@\" is invalid.", "@"),
        ("ü", "Token \"ü\" is invalid.", "ü"),
        ("1.", "Token \"1.\" is invalid.", "1."),
        ("01", "Token \"01\" is invalid.", "01"),
        ("1e", "Token \"1e\" is invalid.", "1e"),
        ("1a", "Token \"1a\" is invalid.", "1a"),
        ("-", "Token \"-\" is invalid.", "-"),
        ("--1", "Token \"-\" is invalid.", "-..."),
        ("1.5.5", "Token \".\" is invalid.", "1.5...."),
        ("\"abc", "Token \"\"abc\" is invalid.", "\"abc"),
        ("\"\\", "Token \"\"\\\" is invalid.", "\"\\"),
        ("\"\\u12", "Token \"\"\\u12\" is invalid.", "\"\\u12"),
        ("\"\\u12\"", hexadecimal, "\"\\u12\""),
        ("\"a\\u12g4\"", hexadecimal, "\"a\\u12g..."),
        ("\"a\\x\"", "Escape sequence \"\\x\" is invalid.", "\"a\\x..."),
        ("\"a\nb\"", "Character with value 0x0a must be escaped.", "\"a"),
        ("\"a\tb\"", "Character with value 0x09 must be escaped.", "\"a..."),
        ("\"\\ud800\"", low, "\"\\ud800\""),
        ("\"\\udc00\"", low, "\"\\udc00..."),
        ("\"\\ud800a\"", low, "\"\\ud800a..."),
        (
            "\"\\ud800\\ud800\"",
            "Unicode high surrogate must not follow a high surrogate.",
            "\"\\ud800\\ud800...",
        ),
        (&long, "Token \"x\" is invalid.", tail),
    ] {
        let error = check(json, Oid::JSONB).expect_err(json);
        assert_eq!(error.detail(), Some(detail), "{json}");
        assert_eq!(error.context(), Some(format!("JSON data, line 1: {line}").as_str()), "{json}");
    }
    let error = check("{\n\"a\": 1,\n\"b\": x}", Oid::JSON).expect_err("no word");
    assert_eq!(error.context(), Some("JSON data, line 3: \"b\": x..."));
    let error = check("\"\\u0000\"", Oid::JSONB).expect_err("no character");
    assert_eq!(error.context(), Some("JSON data, line 1: \"\\u0000..."));
}
