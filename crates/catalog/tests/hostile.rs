//! What a stranger sends ends soon, and holds little: in an answer, or in an error that says which.

mod fixture;

use std::future::poll_fn;
use std::task::Poll;

use fixture::{Fixture, FixtureSession};
use trunkline_catalog::{Catalog, CatalogSession};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{
    Client, Columns, Engine, Format, Formats, Identity, Params, PgError, Progress, Reply, RowBuf,
    Run, Session,
};

async fn open() -> CatalogSession<FixtureSession> {
    let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
    Catalog::new(Fixture::new()).open(client).await.expect("a session")
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
                Poll::Pending => return Poll::Pending,
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
