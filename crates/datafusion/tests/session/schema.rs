//! `information_schema`.

use crate::harness::Harness;

#[tokio::test]
async fn tables_and_columns_are_described() {
    let mut h = Harness::new().await;
    let tables = "select table_catalog, table_schema, table_name, table_type \
                  from information_schema.tables order by 2";
    assert_eq!(
        h.query(tables).await.lines(),
        ["shop|public|t|BASE TABLE", "shop|sales|orders|BASE TABLE"]
    );
    let columns = "select column_name, ordinal_position, is_nullable, data_type, udt_name, \
                   numeric_precision, numeric_scale, datetime_precision \
                   from information_schema.columns where table_name = $1 order by 2";
    assert_eq!(
        h.with(columns, &[Some("t")]).await.lines(),
        [
            "id|1|NO|integer|int4|32|0|",
            "big|2|YES|bigint|int8|64|0|",
            "name|3|YES|text|text|||",
            "price|4|YES|numeric|numeric|10|2|",
            "ratio|5|YES|double precision|float8|53||",
            "ok|6|YES|boolean|bool|||",
            "day|7|YES|date|date|||0",
            "at|8|YES|timestamp without time zone|timestamp|||6",
        ]
    );
    let schemata = "select schema_name from information_schema.schemata order by 1";
    assert_eq!(h.query(schemata).await.lines(), ["information_schema", "public", "sales"]);
    assert_eq!(h.query("select * from information_schema.views").await.rows.len(), 0);
}
