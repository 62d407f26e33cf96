//! What a statement costs before any engine sees it: `cargo bench -p trunkline-sql`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use trunkline_sql::{Lexer, TokenKind, outline, recognise, split};

fn main() {
    let catalog = "SELECT n.nspname as \"Schema\", c.relname as \"Name\", CASE c.relkind WHEN 'r' \
                   THEN 'table' WHEN 'v' THEN 'view' END as \"Type\" FROM pg_catalog.pg_class c LEFT \
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN \
                   ('r','p','') AND n.nspname !~ '^pg_toast' ORDER BY 1,2;";
    let insert = format!("insert into t values {}", "(1, 'abc', 2.5),\n".repeat(10_000));
    let cases = [
        ("select 1", "select 1"),
        ("select 1;", "select 1;"),
        ("\\d", catalog),
        ("begin", "BEGIN"),
        ("set", "SET application_name TO 'psql'"),
        ("insert", &insert),
    ];
    println!(
        "{:10} {:>8} {:>12} {:>12} {:>12} {:>12}",
        "", "bytes", "split", "recognise", "lex", "outline"
    );
    for (name, sql) in cases {
        let cells = [
            time(|| split(black_box(sql)).map(|statement| statement.text().len()).sum()),
            time(|| usize::from(recognise(black_box(sql)).is_some())),
            time(|| {
                Lexer::new(black_box(sql)).filter(|token| token.kind == TokenKind::Word).count()
            }),
            time(|| outline(black_box(sql)).tables.len()),
        ];
        let [a, b, c, d] = cells.map(|time| format!("{:.1} ns", time.as_nanos() as f64 / 1000.0));
        println!("{name:10} {:>8} {a:>12} {b:>12} {c:>12} {d:>12}", sql.len());
    }
}

/// The best of many runs, as the time of 1000 calls.
fn time(call: impl Fn() -> usize) -> Duration {
    let mut best = Duration::MAX;
    let mut calls = 1_u32;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(200) {
        let run = Instant::now();
        (0..calls).for_each(|_| _ = black_box(call()));
        let elapsed = run.elapsed();
        best = best.min(elapsed * 1000 / calls);
        if elapsed < Duration::from_micros(200) {
            calls *= 2;
        }
    }
    best
}
