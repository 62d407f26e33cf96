//! Texts that are made to be slow: each must take time in proportion to its length.

use std::time::{Duration, Instant};

use trunkline_sql::{Lexer, Outline, parameters, recognise, split};

#[test]
fn hostile_texts_take_linear_time() {
    // What takes a moment when it is linear takes hours when it is quadratic.
    const LENGTH: usize = 1 << 20;
    let texts = [
        ("+", ""),
        ("+-", ""),
        ("*+", ""),
        ("@+", ""),
        (";", ""),
        ("a;", " "),
        ("';", ""),
        ("'a'\n--\n", ""),
        ("(", ""),
        ("f(", ""),
        ("x", "("),
        ("select f(", ""),
        ("(select * from t, ", ""),
        ("with a as (", ""),
        ("with a as (select 1) select * from a, (", ""),
        ("/*", ""),
        ("$a", ""),
        ("$a$b", ""),
        ("U&'", ""),
        ("u&\"a\" uescape ", ""),
        ("not ", ""),
        ("prepare p as (", ""),
        ("set a = 1,", ""),
        ("begin read only,", ""),
        ("create function f() begin atomic ", ""),
        ("declare c cursor for (", "("),
        ("a.", ""),
        ("1.", ""),
    ];
    for (piece, tail) in texts {
        let mut text = piece.repeat(LENGTH / 2 / piece.len());
        // As much again of the tail, so that what is read ahead is long.
        text.push_str(&tail.repeat(LENGTH / 2 / tail.len().max(1)));
        let start = Instant::now();
        assert_eq!(Lexer::new(&text).map(|token| token.span.len()).sum::<usize>(), text.len());
        for statement in split(&text) {
            drop(Outline::of(statement.lexer()));
            drop(statement.recognise());
        }
        drop(recognise(&text));
        assert!(parameters(&text).count() <= text.len());
        assert!(start.elapsed() < Duration::from_secs(60), "{piece:?} {tail:?}");
    }
}
