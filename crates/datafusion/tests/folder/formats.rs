//! How files are read.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray};

use crate::served::{Files, parquet, parquet_of};

/// `a,b`, `1,x`, `2,y` as a compressed file.
const GZ: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xd4\x49\xe2\x32\xd4\xa9\xe0\x32\
\xd2\xa9\xe4\x02\x00\xc2\x96\x7e\x9d\x0c\x00\x00\x00";
const BZ2: &[u8] = b"\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xbc\xc7\x28\x45\x00\x00\x04\x59\x80\
\x00\x10\x00\x04\x30\x00\x30\x00\x00\x60\x20\x00\x31\x0c\x08\x23\x41\x9a\x8e\x04\x22\x17\x8b\xb9\
\x22\x9c\x28\x48\x5e\x63\x94\x22\x80";
const XZ: &[u8] = b"\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\
\x00\x74\x2f\xe5\xa3\x01\x00\x0b\x61\x2c\x62\x0a\x31\x2c\x78\x0a\x32\x2c\x79\x0a\x00\x4c\xe0\xb7\
\x6e\x5d\x13\x21\x73\x00\x01\x24\x0c\xa6\x18\xd8\xd8\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\
\x5a";
const ZST: &[u8] = b"\x28\xb5\x2f\xfd\x04\x58\x61\x00\x00\x61\x2c\x62\x0a\x31\x2c\x78\x0a\x32\x2c\
\x79\x0a\x2e\x9f\x21\x46";

#[tokio::test]
async fn compressed_files_are_read() {
    let files = Files::new(&[]);
    for (name, bytes) in
        [("gz.csv.gz", GZ), ("bz2.csv.bz2", BZ2), ("xz.csv.xz", XZ), ("zst.csv.zst", ZST)]
    {
        files.write(name, bytes);
    }
    // Two members, as appending to a log makes them, or compressing in pieces.
    for (name, bytes) in [("gz", GZ), ("bz2", BZ2), ("xz", XZ), ("zst", ZST)] {
        files.write(&format!("two_{name}.csv.{name}"), &[bytes, bytes].concat());
    }
    let served = files.open().await;
    for table in ["gz", "bz2", "xz", "zst"] {
        assert_eq!(
            served.query(&format!("SELECT * FROM {table}")).await,
            ["1|x", "2|y"],
            "{table}"
        );
    }
    for name in ["gz", "bz2", "xz", "zst"] {
        let sql = format!("SELECT * FROM two_{name}");
        assert_eq!(served.query(&sql).await, ["1|x", "2|y", "a|b", "1|x", "2|y"], "{name}");
    }
    assert_eq!(served.tables().await[1], "gz(a bigint, b text) 2");
}

#[tokio::test]
async fn csv_has_many_shapes() {
    let files = Files::new(&[
        ("semicolon.csv", "a;b\n1,5;2\n"),
        ("pipe.csv", "a|b\n1|2\n"),
        ("tab.csv", "a\tb\n1\t2\n"),
        ("real.tsv", "a\tb\n1,5\t2\n"),
        ("bom.csv", "\u{feff}a,b\n1,2\n"),
        ("crlf.csv", "a,b\r\n1,2\r\n"),
        ("quoted.csv", "a,b\n\"x, y\",\"line 1\nline 2\"\n\"say \"\"hi\"\"\",\"\"\n"),
        ("headless.csv", "1,x\n2,y\n"),
        ("unnamed.csv", ",a\n0,x\n1,y\n"),
        ("last.csv", "a,b\n1,2"),
        ("only_header.csv", "a,b\n"),
        ("one.csv", "name\nx\n\ny\n"),
    ]);
    let served = files.open().await;
    let all = async |table: &str| served.query(&format!("SELECT * FROM {table}")).await;
    assert_eq!(all("semicolon").await, ["1,5|2"]);
    assert_eq!(all("pipe").await, ["1|2"]);
    assert_eq!(all("tab").await, ["1|2"]);
    assert_eq!(all("\"real\"").await, ["1,5|2"]);
    assert_eq!(served.query("SELECT a FROM bom").await, ["1"]);
    assert_eq!(all("crlf").await, ["1|2"]);
    assert_eq!(all("quoted").await, ["x, y|line 1\nline 2", "say \"hi\"|NULL"]);
    assert_eq!(served.query("SELECT column_1, column_2 FROM headless").await, ["1|x", "2|y"]);
    assert_eq!(served.query("SELECT column_1, a FROM unnamed").await, ["0|x", "1|y"]);
    assert_eq!(all("last").await, ["1|2"]);
    assert_eq!(all("only_header").await, [""; 0]);
    assert_eq!(all("one").await, ["x", "y"]);
}

#[tokio::test]
async fn csv_types_are_inferred_from_all_rows_of_a_small_file() {
    let mut text = "i,f,b,d,t,tz,zip,s,e,n\n".to_owned();
    text += "1,1,true,2013-01-01,2013-01-01 05:00:00,2013-01-01T05:00:00Z,02139,x,,1.5\n";
    for _ in 0..20_000 {
        text += ",,,,,,,,,\n";
    }
    text += "-2,2.5,FALSE,2013-12-31,2013-01-02T00:00:00.5,2013-01-01 05:00:00+01:00,1,2,,NaN\n";
    let files = Files::new(&[("t.csv", &text)]);
    let served = files.open().await;
    assert_eq!(
        served.tables().await,
        ["t(i bigint, f double precision, b boolean, d date, t timestamp without time zone, \
          tz timestamp with time zone, zip text, s text, e text, n double precision) 20002"]
    );
    assert_eq!(
        served.query("SELECT * FROM t WHERE i IS NOT NULL ORDER BY i").await,
        [
            "-2|2.5|false|2013-12-31|2013-01-02T00:00:00.500|2013-01-01T04:00:00Z|1|2|NULL|NaN",
            "1|1.0|true|2013-01-01|2013-01-01T05:00:00|2013-01-01T05:00:00Z|02139|x|NULL|1.5",
        ]
    );
    assert_eq!(served.query("SELECT count(*) FROM t").await, ["20002"]);
}

#[tokio::test]
async fn a_large_csv_is_read_whole_though_types_come_from_its_beginning() {
    let mut text = "id,note\n".to_owned();
    for id in 0..400_000 {
        text += &format!("{id},\"some words, and\na line\"\n");
    }
    let files = Files::new(&[("t.csv", &text)]);
    let served = files.open().await;
    // Beyond 8 MiB the rows are not counted beforehand.
    assert_eq!(served.tables().await, ["t(id bigint, note text)"]);
    assert_eq!(served.query("SELECT count(*), sum(id) FROM t").await, ["400000|79999800000"]);
}

#[tokio::test]
async fn json_lines_and_arrays_are_read() {
    let files = Files::new(&[
        ("lines.ndjson", "{\"a\": 1, \"b\": {\"c\": [1, 2]}}\n\n{\"a\": 2.5, \"n\": null}\n"),
        ("array.json", " [{\"a\": 1}, {\"a\": 2, \"b\": \"x\"}]"),
        ("crlf.jsonl", "{\"a\": 1}\r\n{\"a\": 2}\r\n"),
    ]);
    let served = files.open().await;
    assert_eq!(
        served.tables().await,
        [
            "\"array\"(a bigint, b text)",
            "crlf(a bigint) 2",
            "lines(a double precision, b jsonb, n text) 2",
        ]
        .map(|table| table.trim_start_matches('"').replacen("array\"", "array", 1))
    );
    assert_eq!(served.query("SELECT a, b FROM \"array\" ORDER BY a").await, ["1|NULL", "2|x"]);
    assert_eq!(served.query("SELECT a, n FROM lines ORDER BY a").await, ["1.0|NULL", "2.5|NULL"]);
    assert_eq!(served.query("SELECT sum(a) FROM crlf").await, ["3"]);
}

#[tokio::test]
async fn parquet_parts_are_read_by_the_names_of_their_columns() {
    let files = Files::new(&[]);
    let a: Vec<(&str, ArrayRef)> = vec![
        ("x", Arc::new(Int32Array::from(vec![1]))),
        ("y", Arc::new(StringArray::from(vec!["one"]))),
    ];
    let b: Vec<(&str, ArrayRef)> = vec![
        ("z", Arc::new(Float64Array::from(vec![0.5]))),
        ("x", Arc::new(Int64Array::from(vec![1 << 40]))),
    ];
    files.write("t/part-0.parquet", &parquet_of(a, 10));
    files.write("t/part-1.parquet", &parquet_of(b, 10));
    let served = files.open().await;
    assert_eq!(served.tables().await, ["t(x bigint, y text, z double precision) 2"]);
    assert_eq!(
        served.query("SELECT * FROM t ORDER BY x").await,
        ["1|one|NULL", "1099511627776|NULL|0.5"]
    );
    assert_eq!(served.query("SELECT max(x), min(x), count(y) FROM t").await, ["1099511627776|1|1"]);
}

#[tokio::test]
async fn counts_come_from_metadata() {
    let files = Files::new(&[]);
    files.write("t/0.parquet", &parquet(0, 1000, 100));
    files.write("t/1.parquet", &parquet(1000, 1000, 100));
    let served = files.open().await;
    assert_eq!(served.tables().await, ["t(n bigint, t text) 2000"]);
    let plan = served.query("EXPLAIN SELECT count(*) FROM t").await.join("\n");
    assert!(plan.contains("PlaceholderRowExec"), "{plan}");
    assert_eq!(served.query("SELECT count(*), max(n) FROM t").await, ["2000|1999"]);
    assert_eq!(served.query("SELECT t FROM t WHERE n = 1500").await, ["t1500"]);
    assert_eq!(served.query("SELECT count(*) FROM (SELECT n FROM t LIMIT 1500)").await, ["1500"]);
}

#[tokio::test]
async fn csv_parts_must_have_the_same_columns() {
    let files = Files::new(&[
        ("good/1.csv", "a,b\n1,\n"),
        ("good/2.csv", "a,b\n2.5,x\n"),
        ("good/3.csv", ""),
        ("good/4.csv", "a,b\n"),
        ("bad/1.csv", "a,b\n1,x\n"),
        ("bad/2.csv", "b,a\n1,x\n"),
    ]);
    let served = files.open().await;
    let tables = served.tables().await;
    assert!(
        tables[0].starts_with(
            "bad: data/bad/1.csv and data/bad/2.csv cannot be parts of one table: their columns \
             are (a, b) and (b, a); give each a table with --table"
        ),
        "{}",
        tables[0]
    );
    assert_eq!(tables[1], "good(a double precision, b text) 2");
    assert_eq!(served.query("SELECT a, b FROM good ORDER BY a").await, ["1.0|NULL", "2.5|x"]);
}

#[tokio::test]
async fn a_large_csv_without_line_ends_in_quotes_is_read_by_several_threads() {
    let mut text = "id,note\n".to_owned();
    for id in 0..600_000 {
        text += &format!("{id},\"some, words\"\n");
    }
    let quoted = text.replacen("some, words", "some\nwords", 1);
    let files = Files::new(&[("plain.csv", &text), ("quoted.csv", &quoted)]);
    let served = files.open().await;
    let groups = async |table: &str| {
        let plan = served.query(&format!("EXPLAIN SELECT id FROM {table}")).await.join("\n");
        plan.split("file_groups={").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!(groups("plain").await, "1");
    assert_eq!(groups("quoted").await, "1");
    for _ in 0..1000 {
        if groups("plain").await == "2" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(groups("plain").await, "2");
    assert_eq!(groups("quoted").await, "1");
    for table in ["plain", "quoted"] {
        let sum = served.query(&format!("SELECT count(*), sum(id), min(note) FROM {table}")).await;
        let least = if table == "plain" { "some, words" } else { "some\nwords" };
        assert_eq!(sum, [format!("600000|179999700000|{least}")], "{table}");
    }
}

#[tokio::test]
async fn large_json_is_read_whole() {
    let lines: Vec<String> =
        (0..300_000).map(|id| format!("{{\"id\": {id}, \"note\": \"some words\"}}")).collect();
    let files = Files::new(&[
        ("lines.ndjson", &lines.join("\n")),
        ("listed.json", &format!("[{}]", lines.join(",\n"))),
    ]);
    let served = files.open().await;
    assert_eq!(
        served.tables().await,
        ["lines(id bigint, note text)", "listed(id bigint, note text)"]
    );
    for table in ["lines", "listed"] {
        let sum = served.query(&format!("SELECT count(*), sum(id) FROM {table}")).await;
        assert_eq!(sum, ["300000|44999850000"], "{table}");
    }
}

#[tokio::test]
async fn two_columns_of_one_name_are_told() {
    let files = Files::new(&[]);
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..3));
    files.write(
        "t.parquet",
        &parquet_of(vec![("a", numbers.clone()), ("b", numbers.clone()), ("a", numbers)], 10),
    );
    let served = files.open().await;
    let told = "data/t.parquet: two columns are called \"a\"; rename one of them";
    assert_eq!(served.tables().await, [format!("t: {told}")]);
    assert_eq!(
        served.try_query("SELECT a FROM t").await.unwrap_err(),
        format!("External error: {told}")
    );
}
