//! Files that come, change and go while the database is open.

use std::fs;

use futures::StreamExt;

use crate::served::{Files, lines, parquet};

#[tokio::test]
async fn new_changed_and_removed_files_are_seen_at_once() {
    let files = Files::new(&[("a.csv", "x\n1\n"), ("p/1.csv", "x\n1\n")]);
    let served = files.open().await;
    assert_eq!(served.query("SELECT x FROM a").await, ["1"]);

    files.write("a.csv", b"x\n1\n2\n");
    assert_eq!(served.query("SELECT x FROM a").await, ["1", "2"]);
    files.replace("a.csv", b"x\n3\n");
    assert_eq!(served.query("SELECT x FROM a").await, ["3"]);
    files.replace("a.csv", b"y,z\n4,5\n");
    assert_eq!(served.query("SELECT y, z FROM a").await, ["4|5"]);

    files.write("p/2.csv", b"x\n2\n");
    assert_eq!(served.query("SELECT sum(x) FROM p").await, ["3"]);
    fs::remove_file(files.path("p/1.csv")).unwrap();
    assert_eq!(served.query("SELECT sum(x) FROM p").await, ["2"]);

    files.write("b.csv", b"x\n7\n");
    assert_eq!(seen(&served, "SELECT x FROM b").await, ["7"]);
    fs::remove_file(files.path("a.csv")).unwrap();
    let error = served.try_query("SELECT * FROM a").await.unwrap_err();
    assert!(error.contains("not found"), "{error}");
}

/// The answer as soon as there is one: a name that is not known is not looked for at once each
/// time.
async fn seen(served: &crate::served::Served, sql: &str) -> Vec<String> {
    for _ in 0..500 {
        if let Ok(rows) = served.try_query(sql).await {
            return rows;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{sql}: never answered")
}

#[tokio::test]
async fn a_running_query_keeps_its_files() {
    let files = Files::new(&[]);
    files.write("t.parquet", &parquet(0, 200_000, 1000));
    let served = files.open().await;
    let frame = served.context.sql("SELECT n, t FROM t").await.unwrap();
    let mut stream = frame.execute_stream().await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    let mut rows = first.num_rows();

    files.replace("t.parquet", &parquet(1_000_000, 10, 1000));
    assert_eq!(served.query("SELECT min(n), count(*) FROM t").await, ["1000000|10"]);
    fs::remove_file(files.path("t.parquet")).unwrap();
    assert!(served.try_query("SELECT * FROM t").await.is_err());

    while let Some(batch) = stream.next().await {
        let batch = batch.unwrap();
        rows += batch.num_rows();
        assert!(lines(&batch).iter().all(|line| !line.starts_with("1000000|")));
    }
    assert_eq!(rows, 200_000);
}

#[tokio::test]
async fn a_planned_query_reads_what_is_there_when_it_runs() {
    let files = Files::new(&[("t.csv", "a\n1\n")]);
    let served = files.open().await;
    let planned = served.context.sql("SELECT a FROM t").await.unwrap();
    files.replace("t.csv", b"a\n2\n");
    let batches = planned.clone().collect().await.unwrap();
    assert_eq!(batches.iter().flat_map(lines).collect::<Vec<_>>(), ["2"]);
    files.replace("t.csv", b"a,b\n2,x\n");
    let error = planned.collect().await.unwrap_err().find_root().to_string();
    assert!(error.contains("cached plan must not change result type"), "{error}");
}

#[tokio::test]
async fn a_second_file_of_a_name_stops_that_table_alone() {
    let files = Files::new(&[("a.csv", "x\n1\n"), ("b.csv", "x\n2\n")]);
    let served = files.open().await;
    files.write("a.json", b"{\"x\": 1}\n");
    let mut error = String::new();
    for _ in 0..500 {
        served.database.refresh().await;
        match served.try_query("SELECT x FROM a").await {
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            Err(told) => {
                error = told;
                break;
            }
        }
    }
    assert!(error.contains("data/a.csv and data/a.json are both table a; rename one"), "{error}");
    assert_eq!(served.query("SELECT x FROM b").await, ["2"]);
    fs::remove_file(files.path("a.json")).unwrap();
    for _ in 0..500 {
        served.database.refresh().await;
        if served.try_query("SELECT x FROM a").await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the table never came back");
}

#[tokio::test]
async fn files_in_use_are_closed_with_their_queries() {
    let files = Files::new(&[]);
    for part in 0..20 {
        files.write(&format!("t/{part}.parquet"), &parquet(part, 10, 5));
    }
    let served = files.open().await;
    let held = || {
        let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
        let root = files.root().canonicalize().unwrap();
        open.filter(|fd| fs::read_link(fd.path()).is_ok_and(|path| path.starts_with(&root))).count()
    };
    if !std::path::Path::new("/proc/self/fd").exists() {
        return;
    }
    let frame = served.context.sql("SELECT n FROM t").await.unwrap();
    let stream = frame.execute_stream().await.unwrap();
    assert_eq!(held(), 20);
    drop(stream);
    for _ in 0..500 {
        if held() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{} files are still open", held());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_replaced_all_the_time_is_always_read_whole() {
    let files = Files::new(&[]);
    files.write("t.parquet", &parquet(0, 10, 5));
    let served = files.open().await;
    let path = files.path("t.parquet");
    let next = files.path("next.tmp");
    let replacing = tokio::task::spawn_blocking(move || {
        for version in 1..100_i64 {
            // The sum of the numbers tells whether they are all of one version.
            fs::write(&next, parquet(version * 100, 10 + version % 7, 5)).unwrap();
            fs::rename(&next, &path).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    let mut versions = std::collections::BTreeSet::new();
    while !replacing.is_finished() {
        let rows = served.query("SELECT min(n), max(n) - min(n), count(t) FROM t").await;
        let numbers: Vec<i64> = rows[0].split('|').map(|number| number.parse().unwrap()).collect();
        let version = numbers[0] / 100;
        let rows = if version == 0 { 10 } else { 10 + version % 7 };
        assert_eq!(numbers[1..], [rows - 1, rows], "version {version}");
        versions.insert(version);
    }
    replacing.await.unwrap();
    assert!(versions.len() > 3, "{versions:?}");
}
