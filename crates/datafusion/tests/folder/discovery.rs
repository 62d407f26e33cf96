//! Which tables are found.

use std::path::Path;

use crate::served::{Files, Served, parquet};

#[tokio::test]
async fn the_example_data_is_served() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data");
    let served = Served::open(&[data], &[]).await.unwrap();
    assert_eq!(served.database.name(), "data");
    assert_eq!(served.names().await, ["airlines", "airports", "flights", "planes", "weather"]);
    let tables = served.tables().await;
    assert_eq!(tables[0], "airlines(carrier text, name text) 16");
    assert!(tables[3].starts_with("planes(tailnum text, year bigint, "), "{}", tables[3]);
    assert!(tables[3].ends_with(" 3322"), "{}", tables[3]);
    assert!(tables[4].ends_with("origin text) 26115"), "{}", tables[4]);
    let joined = "SELECT a.name, count(*) FROM flights f JOIN airlines a USING (carrier) \
                  JOIN weather w ON w.origin = f.origin AND w.time_hour = f.time_hour \
                  WHERE f.origin = 'JFK' GROUP BY 1 ORDER BY 2 DESC LIMIT 1";
    assert_eq!(served.query(joined).await.len(), 1);
    let counted = "SELECT origin, count(*) FROM weather GROUP BY 1 ORDER BY 1";
    assert_eq!(served.query(counted).await, ["EWR|8703", "JFK|8706", "LGA|8706"]);
}

#[tokio::test]
async fn files_are_tables_and_folders_are_schemas() {
    let files = Files::new(&[
        ("airlines.csv", "carrier,name\nAA,American\n"),
        ("Odd name.csv", "a,b\n1,2\n"),
        ("README.md", "not data"),
        (".hidden.csv", "a\n1\n"),
        ("_SUCCESS", ""),
        ("sales/customers.csv", "id,name\n1,x\n"),
        ("sales/orders.ndjson", "{\"id\": 1}\n"),
        ("sales/returns/1.csv", "id,why\n7,broken\n"),
        ("sales/returns/2.csv", "id,why\n8,late\n"),
        ("parts/sales_2023.csv", "id,n\n1,2\n"),
        ("parts/sales_2024.csv", "id,n\n3,4\n"),
        ("empty/notes.txt", "nothing"),
    ]);
    let served = files.open().await;
    let names =
        ["\"Odd name\"", "airlines", "parts", "sales.customers", "sales.orders", "sales.returns"];
    assert_eq!(served.names().await, names);
    assert_eq!(served.query("SELECT a, b FROM \"Odd name\"").await, ["1|2"]);
    assert_eq!(served.query("SELECT sum(n) FROM parts").await, ["6"]);
    assert_eq!(served.query("SELECT why FROM sales.returns ORDER BY id").await, ["broken", "late"]);
    let listed = "SELECT table_schema, table_name FROM information_schema.tables \
                  WHERE table_schema <> 'information_schema' ORDER BY 1, 2";
    let expected = [
        "public|Odd name",
        "public|airlines",
        "public|parts",
        "sales|customers",
        "sales|orders",
        "sales|returns",
    ];
    assert_eq!(served.query(listed).await, expected);
}

#[tokio::test]
async fn hive_partitions_are_columns() {
    let files = Files::new(&[
        ("t/year=2023/day=2023-01-05/a.csv", "n\n1\n"),
        ("t/year=2023/day=2023-01-06/b.csv", "n\n2\n"),
        ("t/year=2024/day=2024-01-05/c.csv", "n\n3\n"),
        ("t/year=2024/day=__HIVE_DEFAULT_PARTITION__/d.csv", "n\n4\n"),
        ("t/_SUCCESS", ""),
        ("city/name=S%C3%A3o%20Paulo/a.csv", "n\n1\n"),
        ("city/name=7/a.csv", "n\n2\n"),
    ]);
    let served = files.open().await;
    let tables = served.tables().await;
    assert_eq!(tables, ["city(n bigint, name text) 2", "t(n bigint, year bigint, day date) 4"]);
    assert_eq!(
        served.query("SELECT * FROM t ORDER BY n").await,
        ["1|2023|2023-01-05", "2|2023|2023-01-06", "3|2024|2024-01-05", "4|2024|NULL"]
    );
    assert_eq!(served.query("SELECT n FROM t WHERE day IS NULL").await, ["4"]);
    assert_eq!(served.query("SELECT n FROM t WHERE year + 1 = 2025 AND n < 4").await, ["3"]);
    assert_eq!(served.query("SELECT count(*) FROM t WHERE day > '2023-01-05'").await, ["2"]);
    assert_eq!(served.query("SELECT count(day) FROM t").await, ["3"]);
    assert_eq!(served.query("SELECT max(day), min(year) FROM t").await, ["2024-01-05|2023"]);
    assert_eq!(served.query("SELECT n FROM city WHERE name = 'São Paulo'").await, ["1"]);
}

#[tokio::test]
async fn only_the_files_of_wanted_partitions_are_read() {
    let files = Files::new(&[]);
    for (origin, first) in [("EWR", 0), ("JFK", 100)] {
        files.write(&format!("t/origin={origin}/0.parquet"), &parquet(first, 10, 5));
    }
    let served = files.open().await;
    let plan = served.query("EXPLAIN SELECT n FROM t WHERE origin = 'JFK'").await.join("\n");
    assert!(plan.contains("origin=JFK") && !plan.contains("origin=EWR"), "{plan}");
    assert_eq!(served.query("SELECT min(n) FROM t WHERE origin = 'JFK'").await, ["100"]);
}

#[tokio::test]
async fn a_path_can_be_a_file_a_glob_or_a_partitioned_folder() {
    let files = Files::new(&[
        ("a.csv", "x\n1\n"),
        ("b.csv", "x\n2\n"),
        ("c.json", "{\"x\": 3}\n"),
        ("h/k=1/a.csv", "x\n4\n"),
        ("spark/part-00000-c000.csv", "x\n5\n"),
        ("spark/part-00001-c000.csv", "x\n6\n"),
    ]);
    let names =
        async |path: &str| Served::open(&[files.path(path)], &[]).await.unwrap().names().await;
    assert_eq!(names("a.csv").await, ["a"]);
    assert_eq!(names("*.csv").await, ["a", "b"]);
    assert_eq!(names("[ac].*").await, ["a", "c"]);
    assert_eq!(names("h").await, ["h"]);
    assert_eq!(names("spark").await, ["spark"]);
    let served = Served::open(&[files.path("a.csv")], &[]).await.unwrap();
    assert_eq!(served.database.name(), "a");
}

#[tokio::test]
async fn tables_are_named_by_hand() {
    let files = Files::new(&[
        ("x/2013-01.csv", "n\n1\n"),
        ("x/2013-02.csv", "n\n2\n"),
        ("x/other.csv", "m\n3\n"),
        ("h/k=1/v=a/1.csv", "n\n4\n"),
        ("h/k=2/v=b/1.csv", "n\n5\n"),
    ]);
    let path = |path: &str| files.path(path).display().to_string();
    let tables = [
        ("months", path("x/2013-*.csv")),
        ("air.other", path("x/other.csv")),
        ("\"Some.thing\"", path("h/k=*/v=*/*.csv")),
        ("h", path("h")),
        ("second", path("h/k=2")),
    ];
    let none: [&str; 0] = [];
    let served = Served::open(&none, &tables).await.unwrap();
    assert_eq!(served.database.name(), "trunkline");
    assert_eq!(
        served.tables().await,
        [
            "air.other(m bigint) 1",
            "\"Some.thing\"(n bigint, k bigint, v text) 2",
            "h(n bigint, k bigint, v text) 2",
            "months(n bigint) 2",
            "second(n bigint, v text) 1",
        ]
    );
    assert_eq!(served.query("SELECT n FROM \"Some.thing\" WHERE v = 'b'").await, ["5"]);
    assert_eq!(served.query("SELECT m FROM air.other").await, ["3"]);
}

#[tokio::test]
async fn what_cannot_be_served_is_told_with_its_fix() {
    let twice = Files::new(&[("a.csv", "x\n1\n"), ("a.json", "{\"x\": 1}\n")]);
    let error = twice.refused().await;
    assert!(error.contains("a.csv and "), "{error}");
    assert!(error.contains("a.json are both table a; "), "{error}");
    assert!(error.contains("--table NAME=PATH"), "{error}");

    let nothing = Files::new(&[("README.md", "")]);
    let error = nothing.refused().await;
    assert!(error.starts_with("no tables in ") && error.contains("flights.csv"), "{error}");

    let refused = async |path: &str| {
        Served::open(&[nothing.path(path)], &[]).await.err().unwrap().to_string()
    };
    assert!(refused("missing").await.contains("no such file or folder"));
    assert!(refused("*.csv").await.contains("matches no data file"));
    assert!(refused("README.md").await.contains("its name does not tell a format"));
}

#[tokio::test]
async fn folders_that_are_too_deep_or_reserved_are_left_out() {
    let files = Files::new(&[
        ("a.csv", "x\n1\n"),
        ("s/deep/b.csv", "x\n1\n"),
        ("s/deep/c.csv", "x\n1\n"),
        ("pg_catalog/pg_class.csv", "x\n1\n"),
    ]);
    assert_eq!(files.open().await.names().await, ["a"]);
}

#[tokio::test]
async fn a_file_that_is_given_twice_is_one_table() {
    let files = Files::new(&[("a.csv", "x\n1\n"), ("b.csv", "x\n2\n"), ("h/k=1/a.csv", "x\n3\n")]);
    let paths = [files.root(), files.path("a.csv"), files.path("*.csv"), files.path("h")];
    let served = Served::open(&paths, &[]).await.unwrap();
    assert_eq!(served.names().await, ["a", "b", "h"]);
}

#[tokio::test]
async fn a_folder_called_as_a_file_is_named_as_one() {
    let files = Files::new(&[
        ("a.parquet/_SUCCESS", ""),
        ("a.parquet/part-00000-c000.csv", "x\n1\n"),
        ("b.csv/k=1/x.csv", "x\n2\n"),
    ]);
    assert_eq!(files.open().await.names().await, ["a", "b"]);
    let served = Served::open(&[files.path("b.csv")], &[]).await.unwrap();
    assert_eq!(served.names().await, ["b"]);
}

#[tokio::test]
async fn tables_with_a_log_are_not_taken_for_their_files() {
    let files = Files::new(&[("good.csv", "x\n1\n"), ("t/_delta_log/00000.json", "{}\n")]);
    files.write("t/part-00000.parquet", &parquet(0, 10, 5));
    let tables = files.open().await.tables().await;
    assert_eq!(tables[0], "good(x bigint) 1");
    assert!(tables[1].starts_with("t: data/t: a table with a log, _delta_log, "), "{}", tables[1]);
}

#[tokio::test]
async fn a_column_that_files_and_folders_have_is_that_of_the_files() {
    let files = Files::new(&[("t/k=1/a.csv", "n,k\n1,one\n"), ("t/k=2/a.csv", "n,k\n2,two\n")]);
    let served = files.open().await;
    assert_eq!(served.tables().await, ["t(n bigint, k text) 2"]);
    assert_eq!(served.query("SELECT n FROM t WHERE k = 'two'").await, ["2"]);
}

#[tokio::test]
async fn partitions_with_different_keys_are_an_error_of_their_table() {
    let files =
        Files::new(&[("t/a=1/x.csv", "n\n1\n"), ("t/b=1/x.csv", "n\n1\n"), ("u.csv", "n\n1\n")]);
    let tables = files.open().await.tables().await;
    assert_eq!(
        tables[0],
        "t: data/t: its files are partitioned by different keys, (a) and, in data/t/b=1/x.csv, (b); \
         give all the same"
    );
    assert_eq!(tables[1], "u(n bigint) 1");
}
