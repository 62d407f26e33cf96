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
