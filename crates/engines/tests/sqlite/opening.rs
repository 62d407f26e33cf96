//! Which files are databases.

use std::io::ErrorKind;
use std::sync::Arc;

use trunkline::{Client, Engine, Identity};
use trunkline_core::catalog::{ConstraintKind, RelationKind};
use trunkline_core::settings::Settings;
use trunkline_core::testkit::block_on;
use trunkline_core::{Oid, Session, SqlState};
use trunkline_engines::sqlite::Sqlite;

use crate::harness::{File, ask, refused, serve, session};

#[test]
fn what_is_no_database_is_told_at_the_start() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let missing = file.folder.path().join("missing.db");
    assert_eq!(Sqlite::open(&missing).expect_err("no file").kind(), ErrorKind::NotFound);
    let nowhere = missing.join("there.db");
    assert_eq!(Sqlite::open_writable(nowhere).expect_err("no folder").kind(), ErrorKind::NotFound);
    assert!(!missing.exists());
    std::fs::write(&missing, "id,name\n1,not a database, but long enough to be looked at")
        .expect("a file");
    for opened in [Sqlite::open(&missing), Sqlite::open_writable(&missing)] {
        let error = opened.expect_err("no database");
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(error.to_string().contains("missing.db"), "{error}");
    }
}

#[test]
fn a_new_one_is_made_where_it_may_be_written() {
    let file = File::new(
        "CREATE TABLE b (id INTEGER); CREATE TABLE a (id INTEGER); CREATE VIEW c AS SELECT 1;",
    );
    let fresh = file.folder.path().join("fresh.db");
    let engine = Sqlite::open_writable(&fresh).expect("a new database");
    assert!(fresh.exists() && engine.is_writable());
    assert_eq!(names(&engine), Vec::<String>::new());
    assert_eq!(names(&file.writable()), ["a", "b", "c"]);
    assert_eq!(file.find::<String>("PRAGMA journal_mode"), "wal");
}

#[test]
fn without_leave_nothing_is_written() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
    let engine = Sqlite::open(file.path()).expect("a database");
    assert!(!engine.is_writable());
    let server = serve(engine);
    let mut client = server.login();
    for sql in ["INSERT INTO t VALUES (2)", "DELETE FROM t", "CREATE TABLE u (id int)"] {
        assert_eq!(refused(&mut client, sql)(b'C'), "25006", "{sql}");
    }
    assert_eq!(ask(&mut client, "SELECT id FROM t"), "D(1) C(SELECT 1) Z(I)");
    assert_eq!(file.find::<String>("PRAGMA journal_mode"), "delete");
}

#[test]
fn the_catalog_is_told_what_there_is() {
    block_on(async {
        let file = File::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, UNIQUE (name));
             CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE, at TIMESTAMP);
             CREATE INDEX c_at ON c (at DESC, p) WHERE at IS NOT NULL;
             CREATE VIEW v AS SELECT name FROM p;",
        );
        let (mut session, _) = session(&file.writable()).await;
        let snapshot = session.snapshot().await.expect("a snapshot");
        let [schema] = snapshot.schemas.as_slice() else { panic!("{snapshot:?}") };
        assert_eq!(schema.name, "public");
        let relation = |name| schema.relations.iter().find(|relation| relation.name == name);
        let (p, c, v) = (relation("p").expect("p"), relation("c").expect("c"), relation("v"));
        assert_eq!(v.expect("v").kind, RelationKind::View);
        let columns: Vec<_> =
            p.columns.iter().map(|of| (&*of.column.name, of.column.type_oid)).collect();
        assert_eq!(columns, [("id", Oid::INT8), ("name", Oid::VARCHAR)]);
        assert!(p.columns[1].not_null && p.columns[1].column.typmod == 24);
        let kinds: Vec<_> = p.constraints.iter().map(|of| &of.kind).collect();
        assert!(kinds.contains(&&ConstraintKind::Primary(vec![0].into())), "{kinds:?}");
        assert!(kinds.contains(&&ConstraintKind::Unique(vec![1].into())), "{kinds:?}");
        let foreign = c.constraints.iter().find_map(|of| match &of.kind {
            ConstraintKind::Foreign(key) => Some(key),
            _ => None,
        });
        let key = foreign.expect("a foreign key");
        assert_eq!(
            (key.table.as_str(), key.on_delete, &*key.refers_to),
            ("p", 'c', &["id".to_owned()][..])
        );
        let index = &c.indexes[0];
        let columns: Vec<_> = index.keys.iter().map(|key| key.column()).collect();
        assert_eq!((&*index.name, columns), ("c_at", vec![Some(1), Some(0)]));
        assert!(index.keys[0].descending && !index.keys[1].descending);
        // It is the same while nothing changes, and follows what others define.
        file.run("INSERT INTO p (name) VALUES ('x')");
        let again = session.snapshot().await.expect("a snapshot");
        assert!(Arc::ptr_eq(&again, &snapshot));
        file.run("DROP VIEW v");
        let after = session.snapshot().await.expect("a snapshot");
        assert_eq!(after.schemas[0].relations.len(), 2);
    });
}

#[test]
fn a_named_database_is_found_by_its_name() {
    block_on(async {
        let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY);");
        let named = file.writable().named("shop");
        let strict = named.clone().without_alias();
        for (engine, asked, is_found) in [
            (&file.writable(), "anything", true),
            (&named, "shop", true),
            (&named, "postgres", true),
            (&named, "other", false),
            (&strict, "shop", true),
            (&strict, "postgres", false),
        ] {
            let client = Client::new(Identity::new("ann", asked), Settings::default());
            let refused = engine.open(client).await.err().map(|error| error.sqlstate());
            let expected = (!is_found).then_some(SqlState::INVALID_CATALOG_NAME);
            assert_eq!(refused, expected, "{asked}");
        }
    });
}

fn names(engine: &Sqlite) -> Vec<String> {
    let snapshot = engine.snapshot().expect("it can be read");
    let relations = snapshot.schemas.into_iter().flat_map(|schema| schema.relations);
    relations.map(|relation| relation.name).collect()
}
