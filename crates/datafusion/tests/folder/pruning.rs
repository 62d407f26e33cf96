//! What of a Parquet file is not read.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use crate::served::{Files, Served, parquet, parquet_of};

/// What a query tells of how it went: `name=value`.
async fn metric(served: &Served, sql: &str, name: &str) -> String {
    let plan = served.query(&format!("EXPLAIN ANALYZE VERBOSE {sql}")).await.join("\n");
    let value = plan.split(&format!("{name}=")).nth(1).unwrap_or_else(|| panic!("{name}: {plan}"));
    value.split([',', ']']).next().unwrap().trim().to_owned()
}

async fn scanned(served: &Served, sql: &str) -> usize {
    let bytes = metric(served, sql, "bytes_scanned").await;
    let (number, unit) = bytes.split_once(' ').unwrap_or((&bytes, "B"));
    let unit = match unit.as_bytes()[0] {
        b'M' => 1_000_000,
        b'K' => 1000,
        _ => 1,
    };
    // Two digits behind the point.
    let hundredths: usize =
        format!("{:.2}", number.parse::<f64>().unwrap()).replace('.', "").parse().unwrap();
    hundredths * unit / 100
}

fn written(columns: Vec<(&str, ArrayRef)>, with: WriterPropertiesBuilder) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let with = with.set_max_row_group_row_count(Some(1000)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(with)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[tokio::test]
async fn row_groups_are_left_out_by_their_statistics() {
    let files = Files::new(&[]);
    files.write("t.parquet", &parquet(0, 10_000, 1000));
    let served = files.open().await;
    let sql = "SELECT t FROM t WHERE n BETWEEN 3500 AND 3501";
    assert_eq!(served.query(sql).await, ["t3500", "t3501"]);
    assert_eq!(metric(&served, sql, "row_groups_pruned_statistics").await, "10 total → 1 matched");
    assert!(scanned(&served, sql).await * 8 < scanned(&served, "SELECT t, n FROM t").await);
    let none = "SELECT t FROM t WHERE n > 10000";
    assert_eq!(served.query(none).await, [""; 0]);
}

#[tokio::test]
async fn columns_that_are_not_wanted_are_not_read() {
    let files = Files::new(&[]);
    let long = StringArray::from_iter_values((0..4000).map(|n| format!("{n}").repeat(100)));
    let numbers = Int64Array::from_iter_values(0..4000);
    let columns: Vec<(&str, ArrayRef)> =
        vec![("long", Arc::new(long)), ("n", Arc::new(numbers.clone())), ("m", Arc::new(numbers))];
    files.write("t.parquet", &parquet_of(columns, 1000));
    let served = files.open().await;
    let all = scanned(&served, "SELECT * FROM t").await;
    let one = scanned(&served, "SELECT m FROM t").await;
    assert!(one * 5 < all, "{one} of {all}");
    assert_eq!(served.query("SELECT m + 1, n FROM t WHERE n = 2000").await, ["2001|2000"]);
    assert_eq!(served.query("SELECT count(*) FROM t WHERE m % 2 = 0").await, ["2000"]);
}

#[tokio::test]
async fn pages_are_left_out_by_their_index() {
    let files = Files::new(&[]);
    let numbers = Int64Array::from_iter_values(0..1000);
    let with = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .set_dictionary_enabled(false);
    files.write("t.parquet", &written(vec![("n", Arc::new(numbers))], with));
    let served = files.open().await;
    let sql = "SELECT n FROM t WHERE n BETWEEN 350 AND 351";
    assert_eq!(served.query(sql).await, ["350", "351"]);
    assert_eq!(metric(&served, sql, "page_index_rows_pruned").await, "1.00 K total → 100 matched");
    let some = scanned(&served, sql).await;
    let all = scanned(&served, "SELECT n FROM t").await;
    assert!(some * 5 < all, "{some} of {all}");
}

#[tokio::test]
async fn not_a_number_is_found_though_no_statistics_tell_of_it() {
    let files = Files::new(&[]);
    // 0 to 3999 in four row groups; NaN in the first and in the third.
    let value = |n: i32| if n == 7 || n == 2500 { f64::NAN } else { f64::from(n) };
    let wide: ArrayRef = Arc::new(Float64Array::from_iter_values((0..4000).map(value)));
    let with = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .set_bloom_filter_enabled(true)
        .set_dictionary_enabled(false);
    files.write("t.parquet", &written(vec![("f", wide)], with));
    let served = files.open().await;
    for (condition, count) in [
        ("f > 5000", "2"),
        ("f = 'NaN'::float8", "2"),
        ("f >= 3990", "12"),
        ("not (f < 3990)", "12"),
        ("f > 5000 or f < 3", "5"),
        ("f between 3990 and 3995", "6"),
        ("f = 3990", "1"),
        ("f < 3", "3"),
        ("f <= 'NaN'::float8 and f > 3998", "3"),
    ] {
        let sql = format!("SELECT count(*) FROM t WHERE {condition}");
        assert_eq!(served.query(&sql).await, [count], "{condition}");
    }
    let sql = "SELECT f FROM t ORDER BY f DESC LIMIT 3";
    assert_eq!(served.query(sql).await, ["NaN", "NaN", "3999.0"]);
    assert_eq!(served.query("SELECT max(f) FROM t").await, ["NaN"]);
    // What NaN is not in is still left out.
    for condition in ["f < 3", "f between 3990 and 3995", "f = 3990"] {
        let sql = format!("SELECT f FROM t WHERE {condition}");
        let pruned = metric(&served, &sql, "row_groups_pruned_statistics").await;
        assert_eq!(pruned, "4 total → 1 matched", "{condition}");
    }
}

#[tokio::test]
async fn row_groups_are_left_out_by_their_bloom_filters() {
    let files = Files::new(&[]);
    // All row groups have the same bounds.
    let names =
        StringArray::from_iter_values((0..4000).map(|n| format!("{:04}", n * 7919 % 10_000)));
    let with = WriterProperties::builder().set_bloom_filter_enabled(true);
    files.write("t.parquet", &written(vec![("name", Arc::new(names))], with));
    let served = files.open().await;
    let sql = "SELECT name FROM t WHERE name = '7919'";
    assert_eq!(served.query(sql).await, ["7919"]);
    let pruned = metric(&served, sql, "row_groups_pruned_bloom_filter").await;
    assert_eq!(pruned, "4 total → 1 matched");
}

#[tokio::test]
async fn the_first_rows_of_an_order_are_sought_where_they_are() {
    let files = Files::new(&[]);
    files.write("t.parquet", &parquet(0, 20_000, 1000));
    let served = files.open().await;
    let all = scanned(&served, "SELECT n FROM t").await;
    for (order, first) in [("n DESC", "19999"), ("n", "0")] {
        let sql = format!("SELECT n FROM t ORDER BY {order} LIMIT 1");
        assert_eq!(served.query(&sql).await, [first]);
        let some = scanned(&served, &sql).await;
        assert!(some * 4 < all, "{order}: {some} of {all}");
        assert_eq!(metric(&served, &sql, "row_groups_pruned_dynamic_filter").await, "19");
    }
}

#[tokio::test]
async fn nested_columns_go_over_many_pages() {
    let files = Files::new(&[]);
    let lists =
        ListArray::from_iter_primitive::<Int64Type, _, _>((0..5000_i64).map(|n| {
            (n % 3 > 0).then(|| (0..n % 5).map(|i| Some(n * 10 + i)).collect::<Vec<_>>())
        }));
    let inner: ArrayRef = Arc::new(Int64Array::from_iter_values(0..5000));
    let pairs = StructArray::try_from(vec![("x", inner)]).unwrap();
    let with = WriterProperties::builder().set_data_page_row_count_limit(64);
    let columns: Vec<(&str, ArrayRef)> = vec![("l", Arc::new(lists)), ("s", Arc::new(pairs))];
    files.write("t.parquet", &written(columns, with));
    let served = files.open().await;
    let sum = "SELECT count(*), count(l), sum(array_length(l)), sum(s.x) FROM t";
    assert_eq!(served.query(sum).await, ["5000|3333|6667|12497500"]);
    assert_eq!(served.query("SELECT l FROM t LIMIT 1 OFFSET 4").await, ["[40, 41, 42, 43]"]);
}

#[tokio::test]
async fn a_limit_ends_the_reading() {
    let files = Files::new(&[]);
    files.write("t.parquet", &parquet(0, 20_000, 1000));
    let served = files.open().await;
    let sql = "SELECT n FROM t LIMIT 1500";
    assert_eq!(served.query(sql).await.len(), 1500);
    assert_eq!(served.query("SELECT n FROM t LIMIT 3 OFFSET 999").await, ["999", "1000", "1001"]);
}
