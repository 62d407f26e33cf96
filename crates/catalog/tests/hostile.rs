//! What a stranger sends ends soon, and holds little: in an answer, or in an error that says which.

mod fixture;

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use fixture::{Fixture, FixtureSession};
use trunkline_catalog::{Called, Catalog, CatalogSession, ddl};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::types::Value;
use trunkline_core::{
    Client, Columns, Engine, Format, Formats, Identity, Oid, Params, PgError, Progress, Reply,
    RowBuf, Run, Session,
};

fn client() -> Client {
    Client::new(Identity::new("postgres", "oracle"), Settings::default())
}

async fn open() -> CatalogSession<FixtureSession> {
    Catalog::new(Fixture::new()).open(client()).await.expect("a session")
}

/// How many bytes the rows of a query are.
async fn ask(session: &mut CatalogSession<FixtureSession>, sql: &str) -> Result<usize, PgError> {
    let prepared = session.prepare(sql, &[]).await?;
    let Columns::Known(columns) = &prepared.columns else { panic!("columns are known") };
    let run = Run::new(Params::default(), Default::default());
    let Reply::Rows(mut rows) = session.execute(&prepared.statement, run).await? else {
        panic!("rows")
    };
    let (mut out, mut bytes) = (Vec::new(), 0);
    let (formats, style) = (Formats::All(Format::Text), Default::default());
    poll_fn(|cx| {
        loop {
            out.clear();
            let mut buffer = RowBuf::new(&mut out, columns, &formats, &style);
            match rows.poll_fill(cx, &mut buffer) {
                Poll::Ready(Ok(Progress::More)) => bytes += out.len(),
                Poll::Ready(Ok(Progress::End(_))) => return Poll::Ready(Ok(bytes + out.len())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                // What is there is sent before more is waited for.
                Poll::Pending => {
                    bytes += out.len();
                    return Poll::Pending;
                }
            }
        }
    })
    .await
}

/// Each of these is too much.
#[track_caller]
fn refused(queries: &[(&str, &str)]) {
    block_on(async {
        let mut session = open().await;
        for (sql, state) in queries {
            let start: String = sql.chars().take(90).collect();
            match ask(&mut session, sql).await {
                Err(error) => assert_eq!(error.sqlstate().to_string(), *state, "{start}: {error}"),
                Ok(bytes) => panic!("{start}: {bytes} bytes"),
            }
        }
    });
}

#[test]
fn to_look_at_long_values_takes_steps() {
    refused(&[
        (
            "SELECT count(*) FROM generate_series(1, 4), (SELECT array_fill(1, ARRAY[6000]) AS one, \
             array_fill(2, ARRAY[6000]) AS other FROM pg_am LIMIT 1) x WHERE one && other",
            "53400",
        ),
        (
            "SELECT count(*) FROM generate_series(1, 4), (SELECT to_jsonb(ARRAY(SELECT \
             generate_series(1, 3000))) AS list FROM pg_am LIMIT 1) x WHERE list @> list",
            "53400",
        ),
        (
            "SELECT count(left(t, 2)) FROM generate_series(1, 2000), (SELECT repeat('a', 1000000) AS t \
             FROM pg_am LIMIT 1) x",
            "53400",
        ),
        (
            "SELECT list, count(*) FROM generate_series(1, 500), (SELECT array_fill(1, ARRAY[200000]) \
             AS list FROM pg_am LIMIT 1) x GROUP BY 1",
            "53400",
        ),
    ]);
}

/// A record may hold another one twice, and that one a third: its text is longer than what it takes to hold
/// it, and quotes within records are doubled in each.
#[test]
fn texts_of_records_are_bounded() {
    let nested = |inner: &str, outer: &str, times: usize| {
        (0..times).fold(inner.to_owned(), |inner, _| outer.replace('?', &inner))
    };
    let shared = "WITH RECURSIVE t(n, r) AS (SELECT 1, row(1, 1) UNION ALL SELECT n + 1, row(r, r) FROM t \
                  WHERE n < 24) SELECT ? FROM t, (SELECT FROM pg_am LIMIT 1) x WHERE n = 24";
    let shared = |what: &str| shared.replace('?', what);
    let quoted = nested("'\"'::text", "row(?)", 18);
    let deep = "WITH RECURSIVE t(n, r) AS (SELECT 1, row(1) UNION ALL SELECT n + 1, row(r) FROM t) \
                SELECT r FROM t, pg_am";
    refused(&[
        (&shared("r"), "53400"),
        (&shared("length(r::text)"), "53400"),
        (&shared("r = r"), "53400"),
        (
            &format!(
                "SELECT {} FROM (SELECT {quoted} AS r FROM pg_am LIMIT 1) x",
                vec!["r"; 500].join(", ")
            ),
            "53400",
        ),
        (deep, "54001"),
    ]);
}

/// The thread that other sessions wait for leaves to another one what is long.
#[test]
fn nothing_long_is_made_while_others_wait() {
    let mut session = block_on(open());
    block_on(ask(&mut session, "SELECT count(*) FROM pg_am")).expect("rows");
    for value in [
        "'x'::char(10000000)",
        "5::bit(10000000)",
        "B'1'::bit(10000000)",
        "bpchar('x', 10000000, true)",
        "'{x,y}'::char(1000000)[]",
        "format('%8000000s', 1)",
        "lpad('x', 4000000)",
        "repeat('x', 10000000)",
        "array_fill(1, ARRAY[1000000])",
        "regexp_replace(amname, 'x{900}{900}', '')",
        "string_to_array(repeat('x,', 4000), ',')",
    ] {
        let sql = format!("SELECT count(*) FROM pg_am WHERE {value} IS NULL");
        let made = measure(|| {
            let _ = block_on(ask(&mut session, &sql));
        });
        assert!(made.bytes_max < 1 << 20, "{value}: {} bytes", made.bytes_max);
    }
}

#[test]
fn what_casts_make_is_counted() {
    let of = |what: &str, rows: u32| {
        format!("SELECT {what} FROM generate_series(1, {rows}) g, (SELECT FROM pg_am LIMIT 1) x")
    };
    refused(&[
        (&of("count('x'::char(4000000))", 100), "53400"),
        (&of("count(g::bit(4000000))", 100), "53400"),
        (&of("count('x'::char(17000000))", 1), "53400"),
        (&of("count(B'1'::bit(17000000))", 1), "53400"),
    ]);
}

#[test]
fn what_is_built_is_counted_while_it_is_built() {
    let one = "(SELECT FROM pg_am LIMIT 1) x";
    let list = "(SELECT array_fill(1, ARRAY[1000000]) AS r FROM pg_am LIMIT 1) x";
    let long = "repeat('a,', 8000000)";
    let json = "('[1' || repeat(',1', 3000000) || ']')::json";
    let quoted =
        (0..5).fold("repeat('''', 4000000)".to_owned(), |of, _| format!("quote_literal({of})"));
    refused(&[
        (&format!("SELECT cardinality(string_to_array({long}, ',')) FROM {one}"), "53400"),
        (&format!("SELECT count(*) FROM {one}, string_to_table({long}, ',')"), "53400"),
        (&format!("SELECT cardinality(ARRAY[{}]) FROM {list}", ["r"; 12].join(", ")), "53400"),
        (&format!("SELECT count(*) FROM {one}, json_array_elements({json})"), "53400"),
        (&format!("SELECT length({quoted}) FROM {one}"), "53400"),
    ]);
    block_on(async {
        let sql = format!(
            "SELECT string_agg(repeat('x', 99), ',') FROM generate_series(1, 10000), {one}"
        );
        let bytes = ask(&mut open().await, &sql).await.expect("a text");
        assert!((999_999..1_010_000).contains(&bytes), "{bytes}");
    });
}

/// A session behind which these definitions are declared.
async fn declaring(sql: &str) -> CatalogSession<FixtureSession> {
    let defined = ddl::define(sql).expect("definitions");
    let catalog = Catalog::new(Fixture::new()).declaring(defined.snapshot);
    catalog.open(client()).await.expect("a session")
}

/// Not quadratic: the catalog of all that could be meant is not gone through for each that is.
#[test]
fn definitions_are_looked_up() {
    let columns: Vec<_> = (0..500).map(|n| format!("c{n} int DEFAULT {n} + 1")).collect();
    let mut sql = format!("CREATE TABLE wide ({});", columns.join(", "));
    (0..500).for_each(|n| sql.push_str(&format!("CREATE VIEW v{n} AS SELECT {n} AS n;")));
    block_on(async {
        let mut session = declaring(&sql).await;
        for sql in [
            "SELECT count(obj_description(oid, 'pg_proc')) FROM pg_proc, generate_series(1, 20)",
            "SELECT count(shobj_description(oid, 'pg_proc')) FROM pg_proc, generate_series(1, 20)",
            "SELECT count(pg_get_expr(adbin, adrelid, true)) FROM pg_attrdef",
            "SELECT count(pg_get_ruledef(oid)) FROM pg_rewrite",
        ] {
            let begun = Instant::now();
            ask(&mut session, sql).await.expect(sql);
            assert!(begun.elapsed() < Duration::from_secs(10), "{sql}: {:?}", begun.elapsed());
        }
    });
}

/// What a function goes through is counted, as what FROM does.
#[test]
fn rows_that_functions_make_are_counted() {
    let columns: Vec<_> = (0..1500).map(|n| format!("c{n} int")).collect();
    let parts = (0..1500)
        .map(|n| format!("CREATE TABLE p{n} PARTITION OF parted FOR VALUES IN ({n});"))
        .collect::<String>();
    let said = (0..1500)
        .map(|n| format!("COMMENT ON COLUMN wide.c{n} IS 'the column {n}';"))
        .collect::<String>();
    let sql = format!(
        "CREATE TABLE wide ({}); {said} CREATE TABLE parted (id int) PARTITION BY LIST (id); {parts}
        CREATE TABLE rest PARTITION OF parted DEFAULT;",
        columns.join(", ")
    );
    block_on(async {
        let mut session = declaring(&sql).await;
        for call in [
            "pg_describe_object('pg_class'::regclass, 'wide'::regclass, i % 1500)",
            "pg_describe_object('pg_class'::regclass, 'wide'::regclass, -1 - i % 6)",
            "col_description('wide'::regclass, i)",
            "pg_get_partition_constraintdef(('rest' || left(i::text, 0))::regclass)",
        ] {
            let sql = format!("SELECT count({call}) FROM generate_series(1, 1000000) i, pg_am");
            let begun = Instant::now();
            let error = ask(&mut session, &sql).await.expect_err("it is too much");
            assert_eq!(error.sqlstate().to_string(), "53400", "{sql}: {error}");
            assert!(begun.elapsed() < Duration::from_secs(120), "{sql}: {:?}", begun.elapsed());
        }
    });
}

/// A chain of joins is as deep as it is long.
#[test]
fn a_long_from_is_refused() {
    let chain = |kind: &str, count: usize| {
        let joins = (1..count).map(|n| format!("{kind} JOIN (SELECT 1) a{n} ON true"));
        format!("SELECT 1 FROM pg_am a0 {} LIMIT 1", joins.collect::<Vec<_>>().join(" "))
    };
    refused(&[(&chain("LEFT", 2000), "54000"), (&chain("INNER", 2000), "54000")]);
    block_on(async {
        let mut session = open().await;
        for kind in ["LEFT", "INNER"] {
            ask(&mut session, &chain(kind, 300)).await.expect("a row");
        }
    });
}

/// What is ordered by is looked up among the columns, each of which is shown once for that.
#[test]
fn expressions_are_looked_up() {
    let many = |end: &str| {
        let all = (0..830).map(|n| format!("relname || '{n}' || relname || '{end}'"));
        all.collect::<Vec<_>>().join(", ")
    };
    let sql = format!("SELECT {} FROM pg_class ORDER BY {}", many("a"), many("b"));
    let begun = Instant::now();
    block_on(async { open().await.prepare(&sql, &[]).await.map(drop) }).expect("SQL");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Each has 50 MB, which nobody reads.
#[test]
fn all_statements_that_are_not_read_to_their_end_have_one_budget() {
    let sql = "SELECT repeat('x', 49999) || i FROM pg_am, generate_series(1, 1000) i WHERE pg_am.oid = 2 ORDER BY i";
    block_on(async {
        let mut session = open().await;
        let prepared = session.prepare(sql, &[]).await.expect("a statement");
        let Columns::Known(columns) = &prepared.columns else { panic!("columns are known") };
        let style = Default::default();
        for _ in 0..2 {
            let mut suspended = Vec::new();
            let refused = loop {
                let run = Run::new(Params::default(), Default::default());
                let reply = session.execute(&prepared.statement, run).await.expect("a reply");
                let Reply::Rows(mut rows) = reply else { panic!("rows") };
                let (mut out, formats) = (Vec::new(), Formats::All(Format::Text));
                let first = poll_fn(|cx| {
                    out.clear();
                    rows.poll_fill(cx, &mut RowBuf::new(&mut out, columns, &formats, &style))
                });
                match first.await {
                    Ok(Progress::More) => suspended.push(rows),
                    Ok(Progress::End(_)) => panic!("the rest is read, too"),
                    Err(error) => break error,
                }
                assert!(suspended.len() < 10, "{} of them", suspended.len());
            };
            assert_eq!(refused.sqlstate().to_string(), "53400");
            // Without them there is room again.
            assert!(suspended.len() > 3, "{} of them", suspended.len());
        }
    });
}

#[test]
fn lists_have_the_limits_of_postgresql() {
    let many = |what: &str, count: usize| vec![what; count].join(", ");
    let row = |inner: &str| format!("(row({inner})).*");
    refused(&[
        (&format!("SELECT {} FROM pg_am", many("1", 1665)), "54011"),
        (&format!("SELECT {} FROM pg_am", many("*", 500)), "54011"),
        (&format!("SELECT {} FROM pg_am a", many("a.*", 500)), "54011"),
        (&format!("SELECT 1 FROM pg_am WHERE 1 IN (SELECT {})", many("1", 1665)), "54011"),
        (&format!("SELECT {} FROM pg_am", row(&many("1", 1665))), "54011"),
        (&format!("SELECT {}, {0} FROM pg_am", row(&many("1", 1000))), "54011"),
        (&format!("SELECT {} FROM pg_am", row(&row(&many("1, 2", 1000)))), "54011"),
        (&format!("SELECT 1 FROM pg_am, (VALUES ({})) v", many("1", 1665)), "54011"),
        (&format!("SELECT concat({}) FROM pg_am", many("1", 101)), "54023"),
    ]);
}

/// Calls a function with texts, on this thread.
fn call(name: &str, texts: &[&str], stop: &Arc<AtomicBool>) -> Result<Value, PgError> {
    let types = vec![Oid::TEXT; texts.len()];
    let called = Called::find(name, &types).expect("one of the name").expect("a function");
    called.call(&client(), texts.iter().map(|text| Value::Text(text.to_string())).collect(), stop)
}

#[test]
fn regular_expressions_are_bounded() {
    refused(&[
        ("SELECT pg_backend_pid(), 'a' ~ repeat('(a)', 200)", "2201B"),
        ("SELECT pg_backend_pid(), 'a' ~ repeat('a', 100000)", "2201B"),
        ("SELECT pg_backend_pid(), 'a' ~ '((a{100}){100}){100}'", "2201B"),
        // Many that are large, and one that is looked for in a long text.
        (
            "SELECT count(*) FROM pg_am, generate_series(1, 1000) i WHERE 'a' ~ (repeat('(a)', 90) || 'a{200}' || i)",
            "53400",
        ),
        ("SELECT pg_backend_pid(), repeat('a', 1000000) ~ '(ab|ac|ad|ae){200}'", "53400"),
    ]);
}

#[test]
fn a_replacement_is_measured_before_it_is_made() {
    let (text, with) = ("a".repeat(100_000), "\\1".repeat(2_000));
    let counted = measure(|| {
        let error = call("regexp_replace", &[&text, "(.*)", &with], &Arc::default());
        assert_eq!(error.expect_err("it is too long").sqlstate().to_string(), "53400");
    });
    assert!(counted.bytes_max < 16 << 20, "{} bytes", counted.bytes_max);
    let replaced = call("regexp_replace", &["a-b", "(.)-(.)", r"\2\\$1\&\x"], &Arc::default());
    assert_eq!(replaced.expect("a text"), Value::Text(r"b\$1a-b\x".to_owned()));
}

/// Each place is looked for up to the end of the text, and is found where it begins.
#[test]
fn a_search_can_be_stopped() {
    let (text, begun, stop) =
        ("a".repeat(200_000), Instant::now(), Arc::new(AtomicBool::new(false)));
    let flag = stop.clone();
    let stopping = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        flag.store(true, Ordering::Relaxed);
    });
    let error = call("regexp_count", &[&text, "a*b|a"], &stop).expect_err("it was stopped");
    assert_eq!(error.sqlstate().to_string(), "57014");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    stopping.join().expect("a thread");
}
