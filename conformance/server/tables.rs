//! The tables of a session, for what COPY brings: they are made, filled, read and counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use trunkline::types::{TextStyle, Value};
use trunkline::{
    Column, CommandTag, CopyField, CopyIn, CopyRow, CopySink, CopyTarget, Oid, PgError, Reply,
    Result, Rows, SqlState,
};

/// The rows of a table; a query that reads them sees those that are there when it starts.
type Stored = Arc<Mutex<Vec<Vec<Value>>>>;

#[derive(Default)]
pub(crate) struct Tables(BTreeMap<String, Table>);

#[derive(Clone)]
struct Table {
    columns: Arc<[Column]>,
    rows: Stored,
}

/// A statement about a table.
#[derive(Clone)]
pub(crate) enum Asked {
    Create { name: String, columns: Vec<(String, Oid)> },
    All(String),
    Count(String),
}

impl Asked {
    /// Reads a statement, if it is one of these.
    pub(crate) fn read(sql: &str) -> Option<Asked> {
        let named = |start: &str| sql.strip_prefix(start).map(str::to_owned);
        let read = named("select * from ").map(Asked::All);
        let read = read.or_else(|| named("select count(*) from ").map(Asked::Count));
        read.filter(|asked| !asked.table().contains(['(', ' '])).or_else(|| create(sql))
    }

    fn table(&self) -> &str {
        match self {
            Asked::Create { name, .. } | Asked::All(name) | Asked::Count(name) => name,
        }
    }
}

fn create(sql: &str) -> Option<Asked> {
    let (name, rest) = sql.strip_prefix("create temp table ")?.split_once('(')?;
    let columns = rest.strip_suffix(')')?.split(',').map(|column| {
        let (name, of) = column.trim().split_once(' ')?;
        let oid = match of {
            "int" | "int4" => Oid::INT4,
            "text" => Oid::TEXT,
            _ => return None,
        };
        Some((name.to_owned(), oid))
    });
    Some(Asked::Create { name: name.to_owned(), columns: columns.collect::<Option<_>>()? })
}

impl Tables {
    /// The shape of what a statement returns; `None` if it returns nothing.
    pub(crate) fn columns(&self, asked: &Asked) -> Result<Option<Arc<[Column]>>> {
        Ok(match asked {
            Asked::Create { .. } => None,
            Asked::All(name) => Some(self.table(name)?.columns.clone()),
            Asked::Count(name) => {
                self.table(name)?;
                Some([Column::new("count", Oid::INT8)].into())
            }
        })
    }

    pub(crate) fn run(&mut self, asked: &Asked) -> Result<Reply> {
        let columns = self.columns(asked)?;
        let rows = match (asked, columns) {
            (Asked::All(name), Some(columns)) => {
                Rows::from_rows(columns, lock(&self.table(name)?.rows).clone())
            }
            (Asked::Count(name), Some(columns)) => {
                let count = lock(&self.table(name)?.rows).len();
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                Rows::from_rows(columns, [vec![count.into()]])
            }
            _ => return Ok(self.create(asked)),
        };
        Ok(rows.into())
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        if let Asked::Create { name, columns } = asked {
            let number = u32::try_from(self.0.len()).unwrap_or_default() + 16_384;
            let columns = (1..).zip(columns).map(|(place, (column, oid))| {
                Column::new(column.as_str(), *oid).origin(Oid(number), place)
            });
            let table = Table { columns: columns.collect(), rows: Stored::default() };
            self.0.insert(name.clone(), table);
        }
        CommandTag::new("CREATE TABLE").into()
    }

    pub(crate) fn copy_in(&self, target: &CopyTarget<'_>, style: Arc<TextStyle>) -> Result<CopyIn> {
        let table = self.table(&target.table.name)?;
        let sink = Sink { rows: Vec::new(), stored: table.rows.clone(), style };
        Ok(CopyIn::new(table.columns.clone(), sink))
    }

    fn table(&self, name: &str) -> Result<&Table> {
        self.0.get(name).ok_or_else(|| {
            let message = format!("relation \"{name}\" does not exist");
            PgError::new(SqlState::UNDEFINED_TABLE, message)
        })
    }
}

/// Keeps rows until all have come.
struct Sink {
    rows: Vec<Vec<Value>>,
    stored: Stored,
    style: Arc<TextStyle>,
}

impl CopySink for Sink {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn push(&mut self, row: &CopyRow<'_>) -> Result<()> {
        let values = row.iter().map(|field| match field {
            CopyField::Default => Ok(Value::Null),
            CopyField::Value(param) => Ok(param.decode::<Option<Value>>(&self.style)?.into()),
        });
        self.rows.push(values.collect::<Result<_>>()?);
        Ok(())
    }

    fn poll_finish(&mut self, _: &mut Context<'_>) -> Poll<Result<u64>> {
        let count = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        lock(&self.stored).append(&mut self.rows);
        Poll::Ready(Ok(count))
    }
}

fn lock(rows: &Stored) -> std::sync::MutexGuard<'_, Vec<Vec<Value>>> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}
