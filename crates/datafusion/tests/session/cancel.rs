//! Queries that nobody waits for any more.

use std::time::{Duration, Instant};

use trunkline_core::{Formats, Params, Reply, RowBuf, Run, Session};

use crate::harness::Harness;

#[tokio::test]
async fn a_query_stops_when_its_rows_are_dropped() {
    let mut h = Harness::new().await;
    for sql in [
        "select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b",
        "select count(*) from generate_series(1, 100000000000)",
        "select sum(length(regexp_replace(repeat(x::text, 8), '(\\w)', '\\1\\1', 'g'))) \
         from generate_series(1, 100000000) s(x)",
        "select count(*) from generate_series(1, 20000) a(value) where exists (select from \
         generate_series(1, 20000) b(value) where a.value + b.value = -1 or a.value * b.value = -1)",
        "select count(*) from generate_series(1, 20000) a(value) join generate_series(1, 20000) b(value) \
         on a.value + b.value < 0",
    ] {
        let prepared = h.prepare(sql, &[]).await.unwrap();
        let style = h.client.style();
        let run = Run::new(Params::default(), style.clone());
        let reply = h.session.execute(&prepared.statement, run).await.unwrap();
        let Reply::Rows(mut rows) = reply else { panic!("{sql}: no rows") };
        let (columns, formats, mut out) = (rows.columns().clone(), Formats::default(), Vec::new());
        let filled = std::future::poll_fn(|cx| {
            let mut buffer = RowBuf::new(&mut out, &columns, &formats, &style);
            rows.poll_fill(cx, &mut buffer)
        });
        assert!(tokio::time::timeout(Duration::from_millis(300), filled).await.is_err(), "{sql}");
        drop(rows);
        // A settle gives up after two seconds; a busy machine may need a few, no machine all.
        let mut stopped = false;
        for _ in 0..5 {
            let since = Instant::now();
            h.session.settle().await;
            stopped |= since.elapsed() < Duration::from_millis(1500);
            if stopped {
                break;
            }
        }
        assert!(stopped, "{sql}");
        assert_eq!(h.query("select 1").await.lines(), ["1"]);
    }
}
