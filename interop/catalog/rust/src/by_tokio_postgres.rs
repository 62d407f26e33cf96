//! tokio-postgres: it looks for every type that it does not know, and for what that type is made of.

use std::error::Error;

use tokio_postgres::types::{FromSql, Kind, Type};
use tokio_postgres::{Client, Config, NoTls, Row, SimpleQueryMessage};

use crate::{Outcome, PARAMETERS, QUERIES, answered, variable};

/// The bytes of a value of whatever type.
struct Sent(Vec<u8>);

impl<'a> FromSql<'a> for Sent {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(crate) async fn look() -> Outcome {
    let mut config = Config::new();
    config.host(variable("HOST")).port(variable("PORT").parse()?);
    config.user(variable("USER")).dbname(variable("DATABASE"));
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    for query in QUERIES {
        answered(&format!("tokio-postgres {query}"), columns(&client, query).await);
    }
    for query in PARAMETERS {
        answered(&format!("tokio-postgres {query}"), parameters(&client, query).await);
    }
    for query in ["select * from pg_type where typname = 'signal'", "select 'stop'::rail.signal"] {
        answered(&format!("tokio-postgres simply {query}"), simply(&client, query).await);
    }
    Ok(())
}

/// The types of the columns, and the rows as they were sent where no number of a type is in them.
async fn columns(client: &Client, query: &str) -> Outcome<String> {
    let statement = client.prepare(query).await?;
    let types: Vec<String> = statement
        .columns()
        .iter()
        .map(|column| format!("{} {}", column.name(), shown(column.type_())))
        .collect();
    let rows = client.query(&statement, &[]).await?;
    let rows: Vec<String> = rows.iter().map(sent).collect();
    Ok(format!("{} rows {}", types.join("; "), rows.join("; ")))
}

fn sent(row: &Row) -> String {
    let value = |place: usize| match row.columns()[place].type_().kind() {
        // These tell the types of their elements.
        Kind::Array(_) | Kind::Composite(_) => {
            row.get::<_, Option<Sent>>(place).map(|value| format!("{} bytes", value.0.len()))
        }
        _ => row.get::<_, Option<Sent>>(place).map(|value| format!("{:?}", value.0)),
    };
    let values: Vec<_> =
        (0..row.len()).map(|place| value(place).unwrap_or_else(|| "NULL".into())).collect();
    values.join(", ")
}

async fn parameters(client: &Client, query: &str) -> Outcome<String> {
    let statement = client.prepare(query).await?;
    let types: Vec<String> = statement.params().iter().map(shown).collect();
    let columns: Vec<String> = statement.columns().iter().map(|one| shown(one.type_())).collect();
    Ok(format!("{} to {}", types.join("; "), columns.join("; ")))
}

/// Names of columns alone: what a system table says has numbers in it.
async fn simply(client: &Client, query: &str) -> Outcome<String> {
    let answers = client.simple_query(query).await?;
    let told = answers.iter().map(|answer| match answer {
        SimpleQueryMessage::Row(row) => {
            let names: Vec<_> = row.columns().iter().map(|column| column.name()).collect();
            format!("row of {}", names.join(" "))
        }
        SimpleQueryMessage::CommandComplete(count) => format!("{count} rows"),
        _ => String::new(),
    });
    Ok(told.collect::<Vec<_>>().join("; "))
}

/// A type with everything that it is made of.
fn shown(of: &Type) -> String {
    let kind = match of.kind() {
        Kind::Simple => String::new(),
        Kind::Enum(values) => format!(" enum {values:?}"),
        Kind::Array(element) => format!(" of {}", shown(element)),
        Kind::Range(bound) => format!(" range of {}", shown(bound)),
        Kind::Multirange(range) => format!(" multirange of {}", shown(range)),
        Kind::Domain(base) => format!(" domain over {}", shown(base)),
        Kind::Composite(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| format!("{} {}", field.name(), shown(field.type_())))
                .collect();
            format!(" of ({})", fields.join(", "))
        }
        kind => format!(" {kind:?}"),
    };
    format!("{}.{}{kind}", of.schema(), of.name())
}
