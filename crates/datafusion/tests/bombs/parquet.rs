//! Parquet whose row groups are large, and pages that are larger than they should be.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, Encoding, Type};
use datafusion::parquet::column::writer::ColumnCloseResult;
use datafusion::parquet::file::metadata::ColumnChunkMetaData;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::parquet::file::writer::SerializedFileWriter;
use datafusion::parquet::schema::types::Type as SchemaType;

use crate::served::{MIB, Peak, Served};

/// A file of one page of `int64`, which says that it has so many bytes, decompressed.
fn of_page(codec: Compression, claimed: u64, body: &[u8]) -> Vec<u8> {
    let mut page = vec![0x15, 0, 0x15];
    page.extend(varint(claimed << 1));
    page.push(0x15);
    page.extend(varint(u64::try_from(body.len()).unwrap() << 1));
    // 10 values; plain, and levels that are not there.
    page.extend([0x2c, 0x15, 20, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0]);
    page.extend(body);
    let column = SchemaType::primitive_type_builder("n", Type::INT64)
        .with_repetition(datafusion::parquet::basic::Repetition::REQUIRED)
        .build()
        .unwrap();
    let schema = SchemaType::group_type_builder("schema")
        .with_fields(vec![Arc::new(column)])
        .build()
        .unwrap();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).unwrap();
    let described = writer.schema_descr().column(0);
    let length = i64::try_from(page.len()).unwrap();
    let metadata = ColumnChunkMetaData::builder(described)
        .set_compression(codec)
        .set_encodings(vec![Encoding::PLAIN])
        .set_num_values(10)
        .set_total_compressed_size(length)
        .set_total_uncompressed_size(length)
        .set_data_page_offset(0)
        .build()
        .unwrap();
    let mut group = writer.next_row_group().unwrap();
    let closed = ColumnCloseResult {
        bytes_written: u64::try_from(page.len()).unwrap(),
        rows_written: 10,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    group.append_column(&Bytes::from(page), closed).unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 1, 22);
    encoder.write_all(bytes).unwrap();
    encoder.into_inner()
}

#[tokio::test]
async fn pages_are_not_larger_than_they_may_be() {
    let mut served = Served::new();
    let ten: Vec<u8> = (0..10_u64).flat_map(u64::to_le_bytes).collect();
    let largest = (1 << 31) - 1;
    let gz = Compression::GZIP(Default::default());
    // What claims to be large,
    served.write("snappy.parquet", &of_page(Compression::SNAPPY, largest, &[80, 0]));
    served.write("lz4.parquet", &of_page(Compression::LZ4_RAW, largest, &[0]));
    served.write("zstd.parquet", &of_page(Compression::ZSTD(Default::default()), largest, &[0]));
    served.write("gzip.parquet", &of_page(gz, largest, &gzip(&ten)));
    // what is and does not claim to be,
    let zeros = vec![0; 16 * MIB];
    served.write("real.parquet", &of_page(gz, 80, &gzip(&zeros).repeat(32)));
    let br = Compression::BROTLI(Default::default());
    served.write("brotli.parquet", &of_page(br, 80, &brotli(&zeros)));
    // and what is as it should be.
    served.write("fine.parquet", &of_page(gz, 80, &gzip(&ten)));
    served.write("fine2.parquet", &of_page(br, 80, &brotli(&ten)));
    served.open(1 << 30).await;
    let peak = Peak::start();
    for table in ["snappy", "lz4", "zstd", "gzip"] {
        let (code, message) = served.fail(&format!("select * from {table}")).await;
        let told = "a page of 2147483647 bytes; a page may have up to 256 MiB";
        assert_eq!((code.as_str(), message), ("54000", format!("data/{table}.parquet: {told}")));
    }
    for table in ["real", "brotli"] {
        let (code, message) = served.fail(&format!("select * from {table}")).await;
        let told = "damaged: a page is larger than its header says";
        assert_eq!((code.as_str(), message), ("XX001", format!("data/{table}.parquet: {told}")));
    }
    peak.is_within(48 * MIB);
    for table in ["fine", "fine2"] {
        assert_eq!(served.query(&format!("select n from {table}")).await.unwrap().0, 10);
        assert_eq!(served.query(&format!("select n from {table} where n > 7")).await.unwrap().0, 2);
    }
}

#[tokio::test]
async fn a_large_row_group_takes_a_page_of_each_column() {
    let mut served = Served::new();
    // 16 columns of 4 MiB in one row group, as they are.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(Some(1 << 30))
        .build();
    let batch = |start: i64| {
        let columns = (0..16_i64).map(|column| {
            let numbers = (start..start + 65_536).map(|n| n.wrapping_mul(column + 7_919));
            (format!("c{column}"), Arc::new(Int64Array::from_iter_values(numbers)) as ArrayRef)
        });
        RecordBatch::try_from_iter(columns).unwrap()
    };
    let file = File::create(served.path("t.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch(0).schema(), Some(properties)).unwrap();
    for part in 0..8 {
        writer.write(&batch(part * 65_536)).unwrap();
    }
    assert_eq!(writer.close().unwrap().num_row_groups(), 1);
    served.open(1 << 30).await;
    let none =
        "c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11 + c12 + c13 + c14 + c15 = 1";
    served.query(&format!("select * from t where {none} limit 1")).await.unwrap();
    let peak = Peak::start();
    let rows = served.query(&format!("select * from t where {none}")).await.unwrap().0;
    assert_eq!(rows, 0);
    peak.is_within(40 * MIB);
}

#[tokio::test]
async fn damage_is_told_with_its_table_and_file() {
    let mut served = Served::new();
    let ten: Vec<u8> = (0..10_u64).flat_map(u64::to_le_bytes).collect();
    let gz = Compression::GZIP(Default::default());
    // Fewer bytes than the page tells of, and a header that goes on behind its column.
    served.write("short.parquet", &of_page(gz, 80, &gzip(&ten[..40])));
    let mut cut = of_page(Compression::UNCOMPRESSED, 80, &ten);
    cut[9] = 0xff;
    served.write("Cut.parquet", &cut);
    served.write("ragged.csv", b"a,b\n1,2\n3,4,5\n");
    served.write("word.csv", format!("a\n{}x\n", "1\n".repeat(5 * MIB)).as_bytes());
    served.open(1 << 30).await;
    for (table, code, message, context) in [
        ("short", "XX001", "data/short.parquet: damaged: ", "table short, file data/short.parquet"),
        ("\"Cut\"", "XX001", "data/Cut.parquet: damaged: ", "table \"Cut\", file data/Cut.parquet"),
        (
            "ragged",
            "22P04",
            "a CSV file is malformed",
            "table ragged, file data/ragged.csv, line 3",
        ),
        (
            "word",
            "22P02",
            "invalid input syntax for type bigint: \"x\"",
            "table word, file data/word.csv, line 5242882, column 1",
        ),
    ] {
        let error = served.query(&format!("select * from {table}")).await.unwrap_err();
        assert_eq!(error.sqlstate().to_string(), code, "{error:?}");
        assert!(error.message().starts_with(message), "{error:?}");
        assert_eq!(error.get(b'W'), Some(context), "{error:?}");
    }
}
