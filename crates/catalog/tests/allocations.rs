//! What the catalogs cost a statement that is none of theirs: nothing but the walk over its tokens.

use allocation_counter::measure;
use trunkline_catalog::Catalog;
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{
    Client, Columns, Engine, Identity, Oid, PgError, Prepared, Reply, Result, Run, Session,
};

/// An engine that allocates nothing.
struct Quiet;

impl Engine for Quiet {
    type Session = Quiet;

    async fn open(&self, _: Client) -> Result<Quiet> {
        Ok(Quiet)
    }
}

impl Session for Quiet {
    type Statement = ();

    async fn prepare(&mut self, _: &str, _: &[Oid]) -> Result<Prepared<()>> {
        Ok(Prepared::new((), Columns::None))
    }

    async fn execute(&mut self, (): &(), _: Run) -> Result<Reply> {
        Err(PgError::internal("nothing is run"))
    }
}

/// How many allocations it takes to prepare a statement.
fn prepare(session: &mut impl Session, sql: &str) -> u64 {
    let counted = measure(|| {
        block_on(async { session.prepare(sql, &[]).await.map(drop) }).expect("a statement");
    });
    counted.count_total
}

#[test]
fn statements_of_the_engine_cost_no_allocation() {
    let client = Client::new(Identity::new("ann", "db"), Settings::default());
    let mut alone = block_on(Quiet.open(client.clone())).expect("a session");
    let mut behind = block_on(Catalog::new(Quiet).open(client)).expect("a session");
    for sql in [
        "SELECT 1",
        "SELECT a.id, b.name, count(*) FROM a JOIN b ON a.id = b.a_id WHERE a.x > $1 GROUP BY 1, 2",
        "SELECT \"Quoted\", 'a string' || E'\\n', 1.5e3 -- a remark\nFROM t",
        "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING id",
        "UPDATE t SET a = a + 1 WHERE id = 1",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "CREATE TABLE pg (id int)",
    ] {
        assert_eq!(prepare(&mut behind, sql), prepare(&mut alone, sql), "{sql}");
    }
    // The count does count.
    assert!(prepare(&mut behind, "SELECT relname FROM pg_class") > 10);
}
