//! More columns than a table may have.

use crate::served::{MIB, Peak, Served};

#[tokio::test]
async fn columns_are_counted() {
    let mut served = Served::new();
    let names: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let values = vec!["1"; names.len()].join(",");
    served.write("wide.csv", format!("{}\n{values}\n", names.join(",")).as_bytes());
    let pairs: Vec<String> = names.iter().map(|name| format!("{name:?}:1")).collect();
    served.write("wide2.ndjson", format!("{{{}}}\n", pairs.join(",")).as_bytes());
    let peak = Peak::start();
    served.open(64 * MIB).await;
    for (table, file) in [("wide", "wide.csv"), ("wide2", "wide2.ndjson")] {
        let (code, message) = served.fail(&format!("select c1 from {table}")).await;
        let told = format!("data/{file}: 100000 columns; a table may have up to 32767");
        assert_eq!((code, message), ("54011".to_owned(), told));
    }
    peak.is_within(256 * MIB);
}
