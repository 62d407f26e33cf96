//! Asks a Python server what tokio-postgres can ask, and prints a line for each answer.

use std::error::Error;
use std::fmt::Debug;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use futures_util::{SinkExt, TryStreamExt};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSqlOwned, ToSql, Type};
use tokio_postgres::{Client, NoTls};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

async fn connect(port: &str) -> Outcome<Client> {
    let place = format!("host=127.0.0.1 port={port} user=me dbname=db");
    let (client, connection) = tokio_postgres::connect(&place, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// How many of the times a value does not come back as it was sent.
async fn wrong<T>(client: &Client, ty: &str, sent: T) -> Outcome<usize>
where
    T: ToSql + FromSqlOwned + PartialEq + Debug + Sync,
{
    let statement = client.prepare(&format!("select $1::{ty} as v")).await?;
    let mut wrong = 0;
    for _ in 0..2 {
        let got: T = client.query_one(&statement, &[&sent]).await?.try_get(0)?;
        if got != sent {
            println!("{ty} {sent:?} is {got:?}");
            wrong += 1;
        }
    }
    Ok(wrong)
}

async fn values(client: &Client) -> Outcome {
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).ok_or("no date")?;
    let time = NaiveTime::from_hms_micro_opt(12, 30, 0, 5).ok_or("no time")?;
    let moment = NaiveDateTime::new(date, time);
    let mut count = wrong(client, "int2", -5_i16).await?;
    count += wrong(client, "int4", 5_i32).await?;
    count += wrong(client, "int8", 1_i64 << 40).await?;
    count += wrong(client, "float4", 1.5_f32).await?;
    count += wrong(client, "float8", -2.25_f64).await?;
    count += wrong(client, "numeric", "1234567890123456.50".parse::<Decimal>()?).await?;
    count += wrong(client, "bool", true).await?;
    count += wrong(client, "text", "zoë".to_owned()).await?;
    count += wrong(client, "bytea", vec![0_u8, 1, 255]).await?;
    count += wrong(client, "date", date).await?;
    count += wrong(client, "time", time).await?;
    count += wrong(client, "timestamp", moment).await?;
    count += wrong::<DateTime<Utc>>(client, "timestamptz", moment.and_utc()).await?;
    count += wrong(client, "int4[]", vec![Some(1_i32), None, Some(3)]).await?;
    count += wrong(client, "int4", None::<i32>).await?;
    println!("values {}", if count == 0 { "are as sent" } else { "are not" });
    Ok(())
}

async fn errors(client: &Client) -> Outcome {
    if let Err(error) = client.simple_query("select fail").await {
        let told = error.as_db_error().ok_or("no error of the server's")?;
        let place = match told.position() {
            Some(tokio_postgres::error::ErrorPosition::Original(place)) => *place,
            _ => 0,
        };
        println!("error {} {} {place}", told.code().code(), told.detail().unwrap_or_default());
    }
    let cancel = client.cancel_token();
    let hanging = client.simple_query("select hang");
    let canceling = async {
        // More than once: it may come before the statement.
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            cancel.cancel_query(NoTls).await?;
        }
        Ok::<_, tokio_postgres::Error>(())
    };
    tokio::select! {
        ended = hanging => {
            let code = ended.err().and_then(|error| error.code().cloned());
            println!("canceled {}", code.map_or_else(String::new, |code| code.code().to_owned()));
        }
        tried = canceling => tried?,
    }
    Ok(())
}

async fn transactions(client: &mut Client) -> Outcome {
    let transaction = client.transaction().await?;
    println!("changed {}", transaction.execute("insert into t values (1)", &[]).await?);
    transaction.commit().await?;
    let transaction = client.transaction().await?;
    transaction.execute("insert into t values (2)", &[]).await?;
    transaction.rollback().await?;
    Ok(())
}

async fn copies(client: &Client) -> Outcome {
    let mut sink = pin!(client.copy_in("copy t (a, b) from stdin").await?);
    sink.send(&b"1\tx\n2\t"[..]).await?;
    sink.send(&b"\\N\n"[..]).await?;
    println!("copied {}", sink.finish().await?);
    let parts: Vec<_> =
        client.copy_out("copy (select rows) to stdout").await?.try_collect().await?;
    println!("copy {}", String::from_utf8(parts.concat())?.replace('\n', ";"));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let ports: Vec<String> = std::env::args().skip(1).collect();
    let [first, second] = ports.as_slice() else { return Err("two ports".into()) };
    let mut client = connect(first).await?;
    values(&client).await?;
    errors(&client).await?;
    transactions(&mut client).await?;
    copies(&client).await?;
    let other = connect(second).await?;
    for _ in 0..3 {
        other.simple_query("select rows").await?;
    }
    let refused = other.query_typed("select $1 as v", &[(&1_i32, Type::INT4)]).await.err();
    let code = refused.as_ref().and_then(|error| error.code());
    println!("undescribed {}", code.map_or("", |code| code.code()));
    let mut all = Vec::new();
    for _ in 0..100 {
        all.push(connect(first).await?);
    }
    let mut answered = 0;
    for client in &all {
        answered +=
            client.query_one("select $1::int4 as v", &[&1_i32]).await?.try_get::<_, i32>(0)?;
    }
    println!("connections {answered}");
    Ok(())
}
