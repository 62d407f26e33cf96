//! A session over tables in memory, and its answers as text.

use std::fmt::Debug;
use std::future::poll_fn;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider,
};
use datafusion::datasource::MemTable;
use trunkline_core::settings::Settings;
use trunkline_core::types::TextStyle;
use trunkline_core::{
    Client, Columns, Engine, Format, Formats, Identity, Oid, Params, PgError, Prepared, Progress,
    Reply, RowBuf, Rows, Run, Session,
};
use trunkline_datafusion::{DataFusion, DataFusionSession, Statement};

/// Column names with their types, and rows of texts in which NULL is `None`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<(String, Oid)>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

impl Answer {
    /// The rows as psql prints them unaligned: `a|b`, NULL as nothing.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |row: &Vec<Option<String>>| {
            let cells = row.iter().map(|cell| cell.clone().unwrap_or_default());
            cells.collect::<Vec<_>>().join("|")
        };
        self.rows.iter().map(line).collect()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn types(&self) -> Vec<Oid> {
        self.columns.iter().map(|(_, oid)| *oid).collect()
    }
}

pub(crate) fn engine() -> DataFusion {
    let catalog = MemoryCatalogProvider::new();
    let public = Arc::new(MemorySchemaProvider::new());
    public.register_table("t".to_owned(), Arc::new(table())).unwrap();
    catalog.register_schema("public", public).unwrap();
    let sales = Arc::new(MemorySchemaProvider::new());
    sales.register_table("orders".to_owned(), Arc::new(table())).unwrap();
    catalog.register_schema("sales", sales).unwrap();
    DataFusion::from_catalog("shop", Arc::new(catalog), None).unwrap()
}

/// Three rows; in the second all but the key is NULL.
fn table() -> MemTable {
    let decimals = Decimal128Array::from(vec![Some(150), None, Some(-5)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int32Array::from(vec![1, 2, 3]))),
        ("big", Arc::new(Int64Array::from(vec![Some(10), None, Some(30)]))),
        ("name", Arc::new(StringArray::from(vec![Some("ann"), None, Some("Cid")]))),
        ("price", Arc::new(decimals.with_precision_and_scale(10, 2).unwrap())),
        ("ratio", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(1.5)]))),
        ("ok", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("day", Arc::new(Date32Array::from(vec![Some(0), None, Some(19_723)]))),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![
                Some(1_704_067_200_000_000),
                None,
                Some(1_704_153_600_000_000),
            ])),
        ),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap()
}

/// What differs from what was expected: a table of cases tells all of them at once.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn compare(&mut self, sql: &str, found: impl Debug, expected: impl Debug) {
        let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
        if found != expected {
            self.0.push(format!("{sql}\n    found    {found}\n    expected {expected}"));
        }
    }

    pub(crate) fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

/// A session and what is needed to use it.
pub(crate) struct Harness {
    pub(crate) session: DataFusionSession,
    pub(crate) client: Client,
    /// Sessions do not own the threads on which their queries run.
    engine: DataFusion,
}

impl Harness {
    pub(crate) async fn new() -> Harness {
        Harness::over(engine(), "shop").await
    }

    pub(crate) async fn over(engine: DataFusion, database: &str) -> Harness {
        let client = Client::new(Identity::new("alice", database), Settings::default());
        let session = engine.open(client.clone()).await.unwrap();
        Harness { session, client, engine }
    }

    /// Another session on the same engine.
    pub(crate) async fn another(&self) -> DataFusionSession {
        self.engine.open(self.client.clone()).await.unwrap()
    }

    pub(crate) async fn prepare(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> Result<Prepared<Statement>, PgError> {
        self.session.prepare(sql, hints).await
    }

    pub(crate) async fn query(&mut self, sql: &str) -> Answer {
        self.try_query(sql, &[], &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn with(&mut self, sql: &str, values: &[Option<&str>]) -> Answer {
        self.try_query(sql, &[], values).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn fail(&mut self, sql: &str) -> PgError {
        match self.try_query(sql, &[], &[]).await {
            Ok(answer) => panic!("{sql}: {answer:?}"),
            Err(error) => error,
        }
    }

    /// Prepares with declared types, binds texts, and reads the whole result as text.
    pub(crate) async fn try_query(
        &mut self,
        sql: &str,
        hints: &[Oid],
        values: &[Option<&str>],
    ) -> Result<Answer, PgError> {
        ask(&mut self.session, &self.client, sql, hints, values).await
    }
}

/// Prepares with declared types, binds texts, and reads the whole result as text, in any session.
pub(crate) async fn ask(
    session: &mut impl Session,
    client: &Client,
    sql: &str,
    hints: &[Oid],
    values: &[Option<&str>],
) -> Result<Answer, PgError> {
    let prepared = session.prepare(sql, hints).await?;
    let values = values.iter().map(|value| (Format::Text, value.map(str::as_bytes)));
    let params = Params::bind(prepared.parameters.clone(), values)?;
    let style = client.style();
    let run = Run::new(params, style.clone());
    let reply = session.execute(&prepared.statement, run).await?;
    let Reply::Rows(mut rows) = reply else { panic!("{sql}: no rows") };
    let Columns::Known(announced) = prepared.columns else { panic!("{sql}: no columns") };
    assert_eq!(*announced, **rows.columns(), "{sql}: other columns than were announced");
    let columns =
        announced.iter().map(|column| (column.name.to_string(), column.type_oid)).collect();
    Ok(Answer { columns, rows: read(&mut rows, &style).await? })
}

async fn read(rows: &mut Rows, style: &TextStyle) -> Result<Vec<Vec<Option<String>>>, PgError> {
    let (columns, formats) = (rows.columns().clone(), Formats::default());
    let mut out = Vec::new();
    loop {
        let progress = poll_fn(|cx| {
            let mut buffer = RowBuf::new(&mut out, &columns, &formats, style);
            rows.poll_fill(cx, &mut buffer)
        });
        if let Progress::End(_) = progress.await? {
            return Ok(data_rows(&out));
        }
    }
}

/// Takes DataRow messages apart.
fn data_rows(mut bytes: &[u8]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    while let Some((_, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_at(4);
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize - 4;
        let (mut body, rest) = rest.split_at(length);
        bytes = rest;
        let (count, cells) = body.split_at(2);
        body = cells;
        let mut row = Vec::new();
        for _ in 0..u16::from_be_bytes(count.try_into().unwrap()) {
            let (length, rest) = body.split_at(4);
            let length = i32::from_be_bytes(length.try_into().unwrap());
            let (cell, rest) = rest.split_at(usize::try_from(length).unwrap_or(0));
            row.push((length >= 0).then(|| String::from_utf8(cell.to_vec()).unwrap()));
            body = rest;
        }
        rows.push(row);
    }
    rows
}
