//! Every relation of `pg_catalog` and `information_schema`, over a schema from its definitions.

mod answers;

use answers::{ask, differences};
use trunkline_catalog::{Catalog, CatalogSession, ddl};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{Client, Engine, Identity, Oid, Query, Result, RowSet, Rows, query_fn};

/// There are no rows but those of the catalogs.
async fn nothing(_: Query) -> Result<RowSet> {
    Ok(Rows::new([("nothing", Oid::TEXT)]))
}

macro_rules! open {
    () => {{
        let defined = ddl::define(include_str!("golden/relations.schema.sql")).expect("a schema");
        let client = Client::new(Identity::new("postgres", "oracle"), Settings::default());
        let engine = Catalog::new(query_fn(nothing)).declaring(defined.snapshot);
        engine.open(client).await.expect("a session")
    }};
}

/// Each relation gives the columns that `pg_attribute` has of it.
#[test]
fn every_relation_answers() {
    block_on(async {
        let mut session: CatalogSession<_> = open!();
        let list = "SELECT n.nspname, c.relname, \
             string_agg(a.attname || ':' || coalesce(nullif(t.typbasetype, 0), t.oid), E'\\t' ORDER BY a.attnum) \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid \
             WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') AND a.attnum > 0 \
             GROUP BY n.nspname, c.relname";
        let (_, relations) = ask(&mut session, list).await.expect("a list of relations");
        assert_eq!(relations.len(), 213);
        for row in relations {
            let [Some(schema), Some(name), Some(columns)] = row.as_slice() else {
                panic!("{row:?}")
            };
            let found = ask(&mut session, &format!("SELECT * FROM {schema}.{name}")).await;
            let (found, _) = found.unwrap_or_else(|error| panic!("{schema}.{name}: {error}"));
            let found: Vec<String> =
                found.iter().map(|(name, oid)| format!("{name}:{}", oid.0)).collect();
            assert_eq!(&found.join("\t"), columns, "{schema}.{name}");
        }
    });
}

#[test]
fn their_rows_are_those_of_postgresql() {
    block_on(async {
        let mut session: CatalogSession<_> = open!();
        let wrong = differences(&mut session, include_str!("golden/relations.answers.txt")).await;
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// What expressions, functions, aggregates and windows give.
#[test]
fn expressions_give_what_postgresql_gives() {
    block_on(async {
        let mut session: CatalogSession<_> = open!();
        let wrong = differences(&mut session, include_str!("golden/evaluator.answers.txt")).await;
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    });
}
