//! Damaged files are errors of their tables alone.

use crate::served::{Files, parquet};

/// Files that are tried.
const ROUNDS: usize = 2000;

#[tokio::test]
async fn a_table_that_cannot_be_read_leaves_the_others_alone() {
    let files = Files::new(&[
        ("broken.parquet", "this is not Parquet"),
        ("empty.csv", ""),
        ("empty2.parquet", ""),
        ("good.csv", "a\n1\n"),
        ("lines.ndjson", "{\"a\": 1}\n{\"a\": \n"),
        ("zipped.csv.gz", "not gzip"),
    ]);
    files.write("latin.csv", b"name\nS\xe3o Paulo\n");
    let served = files.open().await;
    let tables = served.tables().await;
    let told = [
        "broken: data/broken.parquet: not a Parquet file, or damaged: ",
        "\"empty\": data/empty.csv: empty: it tells no columns; ",
        "empty2: data/empty2.parquet: not a Parquet file, or damaged: ",
        "good(a bigint) 1",
        "latin: data/latin.csv: not UTF-8, from byte 6 on; convert it, as with iconv ",
        "lines: data/lines.ndjson: not a JSON file, or damaged: ",
        "zipped: data/zipped.csv.gz: cannot be read as CSV (GZIP): ",
    ];
    for (table, expected) in tables.iter().zip(told) {
        let expected = expected.trim_start_matches('"').replacen("empty\"", "empty", 1);
        assert!(table.starts_with(&expected), "{table}");
        assert!(!table.contains('\n'), "{table}");
    }
    assert_eq!(tables.len(), told.len());
    assert_eq!(served.query("SELECT a FROM good").await, ["1"]);
    let error = served.try_query("SELECT * FROM latin").await.unwrap_err();
    assert!(error.contains("data/latin.csv: not UTF-8"), "{error}");
    let columns = "SELECT table_name, column_name FROM information_schema.columns \
                   WHERE table_schema = 'public'";
    assert_eq!(served.query(columns).await, ["good|a"]);
}

#[tokio::test]
async fn ragged_rows_are_errors_of_the_query() {
    let files = Files::new(&[("t.csv", "a,b\n1,2\n3,4,5\n"), ("good.csv", "a\n1\n")]);
    let served = files.open().await;
    for sql in ["SELECT * FROM t", "SELECT count(*) FROM t"] {
        let error = served.try_query(sql).await.unwrap_err();
        assert!(error.contains("incorrect number of fields"), "{error}");
    }
    let error = served.try_query("SELECT a FROM t").await.unwrap_err();
    assert!(error.contains("incorrect number of fields"), "{error}");
    assert_eq!(served.query("SELECT a FROM good").await, ["1"]);
}

#[tokio::test]
async fn mutated_parquet_is_an_error_or_rows_but_never_a_crash() {
    let files = Files::new(&[("good.csv", "a\n1\n")]);
    let whole = parquet(0, 200, 50);
    files.write("t.parquet", &whole);
    let served = files.open().await;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let tail: [u8; 4] = whole[whole.len() - 8..whole.len() - 4].try_into().unwrap();
    let metadata = usize::try_from(u32::from_le_bytes(tail)).unwrap() + 8;
    let mut errors = 0;
    for _ in 0..ROUNDS {
        let mut bytes = whole.clone();
        // Half of the mutations hit the metadata, which are at the end.
        let from = if next(2) == 0 { 0 } else { bytes.len() - metadata };
        for _ in 0..=next(4) {
            let at = from + next(bytes.len() - from);
            bytes[at] ^= 1 << next(8);
        }
        if next(8) == 0 {
            bytes.truncate(next(whole.len()));
        }
        files.replace("t.parquet", &bytes);
        // On a task of its own, as a server runs it: a panic in a reader ends that task alone.
        let context = served.context.clone();
        let query = tokio::spawn(async move {
            context.sql("SELECT count(t), sum(n) FROM t WHERE n > 3").await?.collect().await
        });
        errors += usize::from(!matches!(query.await, Ok(Ok(_))));
    }
    assert!(errors > ROUNDS / 6, "{errors} of {ROUNDS} are errors");
    assert_eq!(served.query("SELECT a FROM good").await, ["1"]);
}

#[tokio::test]
async fn metadata_cannot_make_the_reader_allocate_without_end() {
    let files = Files::new(&[("good.csv", "a\n1\n")]);
    // The row groups of a file: a list of 2^31 - 1 structs.
    let mut bytes = b"PAR1".to_vec();
    bytes.extend([0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]);
    bytes.extend([8, 0, 0, 0]);
    bytes.extend(b"PAR1");
    files.write("list.parquet", &bytes);
    // A column in a column in a column, 100,000 times.
    let mut metadata = vec![0x15, 0x02, 0x19, 0xfc, 0xa1, 0x8d, 0x06];
    for depth in 0..=100_000_u32 {
        metadata.extend([0x48, 1, b'c']);
        metadata.extend(if depth < 100_000 { [0x15, 0x02] } else { [0x15, 0x00] });
        metadata.push(0);
    }
    metadata.push(0);
    let length = u32::try_from(metadata.len()).unwrap().to_le_bytes();
    files.write("deep.parquet", &[b"PAR1", metadata.as_slice(), &length, b"PAR1"].concat());
    let served = files.open().await;
    let tables = served.tables().await;
    assert_eq!(
        tables,
        [
            "deep: data/deep.parquet: not a Parquet file, or damaged: its columns are nested more \
             than 100 deep",
            "good(a bigint) 1",
            "list: data/list.parquet: not a Parquet file, or damaged: its metadata have a list \
             longer than they are",
        ]
    );
}
