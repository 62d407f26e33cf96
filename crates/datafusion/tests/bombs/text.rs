//! Text that never ends, as it is or compressed.

use std::fs::File;
use std::io::Write;

use crate::served::{MIB, Peak, Served};

/// What the reader of a line of 64 MiB may hold: the line, and as it grows the line before.
const OF_A_LINE: usize = 288 * MIB;

const EXTENSIONS: [&str; 4] = ["gz", "bz2", "xz", "zst"];

/// A compressed text; in all these formats one may be put behind another.
fn compressed(extension: &str, text: &[u8]) -> Vec<u8> {
    match extension {
        "gz" => {
            let fast = flate2::Compression::fast();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        "bz2" => {
            let fast = bzip2::Compression::fast();
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        "xz" => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        _ => zstd::encode_all(text, 1).unwrap(),
    }
}

/// More lines than are looked at to find the columns.
fn lines(line: &str) -> String {
    line.repeat(10 * MIB / line.len())
}

#[tokio::test]
async fn a_compressed_line_without_end_is_an_error() {
    let mut served = Served::new();
    let line = format!("1,{}\n", "x".repeat(4000));
    let x = vec![b'x'; 4 * MIB];
    for extension in EXTENSIONS {
        let start = compressed(extension, format!("a,b\n{}", lines(&line)).as_bytes());
        let bomb = [start, compressed(extension, &x).repeat(64)].concat();
        assert!(bomb.len() < 4 * MIB, "{extension}: {} bytes", bomb.len());
        served.write(&format!("{extension}.csv.{extension}"), &bomb);
    }
    served.open(1 << 30).await;
    for extension in EXTENSIONS {
        let peak = Peak::start();
        let (code, message) = served.fail(&format!("select count(*) from {extension}")).await;
        let told = format!("data/{extension}.csv.{extension}: a line is longer than 64 MiB");
        assert_eq!((code, message), ("54000".to_owned(), told));
        peak.is_within(OF_A_LINE);
    }
}

#[tokio::test]
async fn compressed_lines_take_no_memory() {
    let mut served = Served::new();
    let line = format!("1,{}\n", "x".repeat(4000));
    let piece = lines(&line);
    for extension in EXTENSIONS {
        let bomb = compressed(extension, piece.as_bytes()).repeat(12);
        served.write(&format!("{extension}.csv.{extension}"), &bomb);
    }
    served.open(64 * MIB).await;
    for extension in EXTENSIONS {
        let peak = Peak::start();
        let sql = format!("select column_1 from {extension}");
        let rows = served.query(&sql).await.unwrap().0;
        assert_eq!(rows, 12 * (piece.len() / line.len()), "{extension}");
        peak.is_within(96 * MIB);
    }
}

#[tokio::test]
async fn windows_and_dictionaries_are_bounded() {
    let mut served = Served::new();
    // A dictionary of 4 GiB - 1: the last property is that of LZMA2.
    let mut xz = compressed("xz", b"a,b\n1,x\n");
    let header = 12..12 + (usize::from(xz[12]) + 1) * 4;
    assert_eq!(xz[14..16], [0x21, 1]);
    xz[16] = 40;
    let sum = crc32(&xz[header.start..header.end - 4]).to_le_bytes();
    xz[header.end - 4..header.end].copy_from_slice(&sum);
    served.write("x.csv.xz", &xz);
    // A window of 2 GiB, and a block as it is.
    let zst = [&b"\x28\xb5\x2f\xfd\x00\xa8\x41\x00\x00"[..], b"a,b\n1,x\n"].concat();
    served.write("z.csv.zst", &zst);
    // The same with one of 1 MiB can be read.
    let zst = [&b"\x28\xb5\x2f\xfd\x00\x50\x41\x00\x00"[..], b"a,b\n1,x\n"].concat();
    served.write("small.csv.zst", &zst);
    served.open(1 << 30).await;
    for (table, file) in [("x", "x.csv.xz"), ("z", "z.csv.zst")] {
        let (code, message) = served.fail(&format!("select * from {table}")).await;
        let told = format!("data/{file}: takes more than 128 MiB of memory to decompress");
        assert_eq!((code, message), ("54000".to_owned(), told));
    }
    assert_eq!(served.query("select * from small").await.unwrap().0, 1);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[tokio::test]
async fn a_row_that_does_not_end_is_held_within_the_memory_of_queries() {
    let mut served = Served::new();
    let line = format!("1,{}\n", "x".repeat(4000));
    // Nobody closes the quote.
    let mut file = File::create(served.path("quote.csv")).unwrap();
    file.write_all(format!("a,b\n{}2,\"", lines(&line)).as_bytes()).unwrap();
    for _ in 0..20 {
        file.write_all(lines(&line).as_bytes()).unwrap();
    }
    // One object over millions of lines.
    let mut file = File::create(served.path("object.ndjson")).unwrap();
    let object = format!("{{\"a\": 1, \"b\": [{:?}]}}\n", "x".repeat(4000));
    file.write_all(lines(&object).as_bytes()).unwrap();
    file.write_all(b"{\"a\": 1, \"b\": [\"\"").unwrap();
    for _ in 0..20 {
        file.write_all(lines(&format!(",\n{:?}", "x".repeat(4000))).as_bytes()).unwrap();
    }
    served.open(64 * MIB).await;
    for (table, file) in [("quote", "quote.csv"), ("object", "object.ndjson")] {
        let peak = Peak::start();
        let (code, message) = served.fail(&format!("select b from {table}")).await;
        let told = format!("data/{file}: out of memory: its rows are too long");
        assert_eq!((code, message), ("53200".to_owned(), told));
        peak.is_within(128 * MIB);
    }
}

#[tokio::test]
async fn deep_nesting_is_an_error() {
    let mut served = Served::new();
    let deep = format!("{{\"a\": {}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    served.write("start.ndjson", deep.as_bytes());
    let object = format!("{{\"a\": 1, \"b\": {:?}}}\n", "x".repeat(4000));
    served.write("later.ndjson", [lines(&object), deep.clone()].concat().as_bytes());
    served.write("listed.json", format!("[{}]", deep.trim()).as_bytes());
    served.open(64 * MIB).await;
    for (table, file) in
        [("start", "start.ndjson"), ("later", "later.ndjson"), ("listed", "listed.json")]
    {
        let (code, message) = served.fail(&format!("select sum(a) from {table}")).await;
        assert_eq!(code, "XX001", "{message}");
        assert!(message.starts_with(&format!("data/{file}: ")), "{message}");
    }
}
