//! Nothing outside the given paths is read, and nothing is written.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use datafusion::object_store::memory::InMemory;
use url::Url;

use crate::served::{Files, Served};

#[tokio::test]
async fn cve_2026_6475_links_are_followed_within_the_given_paths_only() {
    let outside = Files::new(&[("secret.csv", "x\nsecret\n"), ("k=1/a.csv", "x\nsecret\n")]);
    let files = Files::new(&[("a.csv", "x\n1\n"), ("h/k=0/a.csv", "x\n0\n")]);
    symlink(outside.path("secret.csv"), files.path("leak.csv")).unwrap();
    symlink(outside.root(), files.path("leaks")).unwrap();
    symlink(outside.path("k=1"), files.path("h/k=1")).unwrap();
    symlink(files.path("a.csv"), files.path("inside.csv")).unwrap();
    symlink("a.csv", files.path("relative.csv")).unwrap();
    symlink("nowhere.csv", files.path("dangling.csv")).unwrap();
    symlink(files.root(), files.path("loop")).unwrap();
    let served = files.open().await;
    let names = served.names().await;
    for name in ["a", "h", "inside", "\"relative\""] {
        assert!(
            names.contains(&name.trim_matches('"').to_owned()) || names.contains(&name.to_owned())
        );
    }
    assert!(
        !names.iter().any(|name| name.contains("leak") || name.contains("dangling")),
        "{names:?}"
    );
    assert_eq!(served.query("SELECT count(*) FROM h").await, ["1"]);
    // Given as a path of its own, the target may be read.
    let both = Served::open(&[files.root(), outside.path("secret.csv")], &[]).await.unwrap();
    assert_eq!(both.query("SELECT x FROM leak").await, ["secret"]);
    let globbed = [("t", files.path("*.csv").display().to_string())];
    let none: [&str; 0] = [];
    let globbed = Served::open(&none, &globbed).await.unwrap();
    assert_eq!(globbed.query("SELECT DISTINCT x FROM t").await, ["1"]);
}

#[tokio::test]
async fn a_file_that_turns_into_a_link_is_not_followed() {
    let outside = Files::new(&[("secret.csv", "x\nsecret\n")]);
    let files = Files::new(&[("a.csv", "x\n1\n"), ("b.csv", "x\n2\n")]);
    let served = files.open().await;
    let planned = served.context.sql("SELECT x FROM a").await.unwrap();
    let physical = planned.create_physical_plan().await.unwrap();
    fs::remove_file(files.path("a.csv")).unwrap();
    symlink(outside.path("secret.csv"), files.path("a.csv")).unwrap();
    assert!(served.try_query("SELECT x FROM a").await.is_err());
    // The plan still has the file that was there.
    let context = served.context.task_ctx();
    let batches = datafusion::physical_plan::collect(physical, context).await.unwrap();
    assert_eq!(batches.iter().flat_map(crate::served::lines).collect::<Vec<_>>(), ["1"]);
}

#[tokio::test]
async fn no_store_but_that_of_a_table_can_be_had() {
    let files = Files::new(&[("a.csv", "x\n1\n")]);
    let served = files.open().await;
    let stores = served.database.object_stores();
    let urls = ["file:///etc/passwd", "file:///", "table://999/", "http://localhost/", "s3://b/"];
    for url in urls {
        let url = Url::parse(url).unwrap();
        stores.register_store(&url, Arc::new(InMemory::new()));
        let error = stores.get_store(&url).err().unwrap().to_string();
        assert!(error.contains("only the tables of this database can be read"), "{error}");
    }
    let attempts = [
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'file:///etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/trunkline-must-not-exist.csv' STORED AS CSV",
        "INSERT INTO a VALUES (2)",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"../../etc/passwd\"",
        "SELECT * FROM \"file:///etc/passwd\"",
    ];
    for sql in attempts {
        assert!(served.try_query(sql).await.is_err(), "{sql}");
    }
    assert!(!std::path::Path::new("/tmp/trunkline-must-not-exist.csv").exists());
    assert_eq!(served.query("SELECT x FROM a").await, ["1"]);
}
