use super::*;
use crate::SqlState;

#[test]
fn depth_has_a_bound() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    check(&nested(250)).unwrap();
    for deep in [nested(251), "-".repeat(1000) + "$", "$?(".repeat(1000), "$[".repeat(1000)] {
        let error = check(&deep).unwrap_err();
        assert_eq!(error.sqlstate(), SqlState::STATEMENT_TOO_COMPLEX);
    }
}

#[test]
fn long_rows_of_operators_need_no_stack() {
    let mut out = Vec::new();
    text(&("1".to_owned() + &"+1".repeat(100_000)), &mut out).unwrap();
    assert!(out.starts_with(b"((((") && out.ends_with(b" + 1) + 1)"));
}
