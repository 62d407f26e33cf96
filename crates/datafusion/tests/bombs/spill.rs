//! Queries that do not fit into memory, nor on the disk that they may use.

use crate::served::{MIB, Served};

#[tokio::test]
async fn temporary_files_are_bounded() {
    let mut served = Served::new();
    served.open(24 * MIB).await;
    let sorted = |rows: u32| {
        format!(
            "select * from (select value, repeat('x', 200) t from generate_series(1::bigint, {rows}) g(value)) s order by t, value desc offset {rows}"
        )
    };
    assert_eq!(served.query(&sorted(100_000)).await.unwrap().0, 0);
    let (code, message) = served.fail(&sorted(1_200_000)).await;
    let told = "temporary files of queries take more disk than they may";
    assert_eq!((code.as_str(), message.as_str()), ("53100", told));
}
