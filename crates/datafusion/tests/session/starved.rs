//! Queries that keep all threads of queries busy.

use std::time::{Duration, Instant};

use trunkline_core::{Formats, Params, Reply, RowBuf, Run, Session};

use crate::harness::Harness;

/// One value that is computed for seconds, without a place to stop.
const LONG: &str = "select length(regexp_replace(repeat('ab', 1000000 + x::int), '(\\w)', '\\1\\1', \
                    'g')) from generate_series(1, 1000) s(x)";

#[tokio::test]
async fn nobody_waits_for_the_threads_of_queries() {
    let mut h = Harness::new().await;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut running = Vec::new();
    for _ in 0..threads {
        let mut session = h.another().await;
        let prepared = session.prepare(LONG, &[]).await.unwrap();
        let style = h.client.style();
        let run = Run::new(Params::default(), style.clone());
        let reply = session.execute(&prepared.statement, run).await.unwrap();
        let Reply::Rows(mut rows) = reply else { panic!("no rows") };
        let (columns, formats, mut out) = (rows.columns().clone(), Formats::default(), Vec::new());
        let filled = std::future::poll_fn(|cx| {
            let mut buffer = RowBuf::new(&mut out, &columns, &formats, &style);
            rows.poll_fill(cx, &mut buffer)
        });
        let _ = tokio::time::timeout(Duration::from_millis(100), filled).await;
        running.push((session, rows));
    }
    let since = Instant::now();
    assert_eq!(h.query("select 1").await.lines(), ["1"]);
    h.session.check_syntax("select 1").await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    for (mut session, rows) in running {
        drop(rows);
        let since = Instant::now();
        session.settle().await;
        assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    }
}
