use std::fmt::Debug;
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use futures_util::future::{join_all, try_join_all};
use futures_util::{StreamExt, pin_mut};
use rust_decimal::Decimal;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_postgres::error::{ErrorPosition, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

use crate::{Outcome, Scenario, connect, connect_by_tls, secure_server, server};

const ENDLESS: &str = "select count(*) from items a cross join items b cross join items c \
                       where sin(a.price) + sin(b.price) + sin(c.price) > 4";
const FLOOD: &str =
    "select a.id, b.name, c.name from items a cross join items b cross join items c";

pub(crate) fn all() -> Vec<(&'static str, Scenario)> {
    vec![
        ("connects_in_trust", Box::pin(connects_in_trust())),
        ("connects_by_scram", Box::pin(connects_by_scram())),
        ("connects_by_tls", Box::pin(connects_by_tls())),
        ("refuses_an_unknown_database", Box::pin(refuses_an_unknown_database())),
        ("values", Box::pin(values())),
        ("parameters", Box::pin(parameters())),
        ("errors", Box::pin(errors())),
        ("empty_and_several_statements", Box::pin(empty_and_several_statements())),
        ("prepared_statements", Box::pin(prepared_statements())),
        ("pipeline", Box::pin(pipeline())),
        ("portal_with_a_row_limit", Box::pin(portal_with_a_row_limit())),
        ("cancel", Box::pin(cancel())),
        ("transactions", Box::pin(transactions())),
        ("a_hundred_connections", Box::pin(a_hundred_connections())),
        ("killed_in_mid_result", Box::pin(killed_in_mid_result())),
    ]
}

fn equal<T: Debug + PartialEq>(found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(format!("found {found:?}, expected {expected:?}").into())
}

async fn count(client: &Client, query: &str, parameters: &[&(dyn ToSql + Sync)]) -> Outcome<i64> {
    Ok(client.query_one(query, parameters).await?.try_get(0)?)
}

/// The SQLSTATE and where the server points at.
fn failed<T>(outcome: Result<T, Error>) -> Outcome<(String, Option<u32>)> {
    let error = outcome.err().ok_or("no error")?;
    let server = error.as_db_error().ok_or_else(|| error.to_string())?;
    let position = match server.position() {
        Some(ErrorPosition::Original(at)) => Some(*at),
        _ => None,
    };
    Ok((server.code().code().to_owned(), position))
}

async fn connects_in_trust() -> Outcome {
    let client = connect(server().application_name("interop")).await?;
    let name: String = client.query_one("show application_name", &[]).await?.try_get(0)?;
    equal(name.as_str(), "interop")?;
    equal(count(&client, "select count(*) from items", &[]).await?, 1000)
}

async fn connects_by_scram() -> Outcome {
    let mut config = secure_server()?;
    let client = connect(&config).await?;
    equal(count(&client, "select count(*) from items", &[]).await?, 1000)?;
    let refused = config.password("wrong").connect(NoTls).await;
    equal(failed(refused.map(drop))?, (SqlState::INVALID_PASSWORD.code().into(), None))
}

async fn connects_by_tls() -> Outcome {
    let mut config = secure_server()?;
    config.ssl_mode(tokio_postgres::config::SslMode::Require);
    let client = connect_by_tls(&config).await?;
    equal(count(&client, "select count(*) from items", &[]).await?, 1000)
}

async fn refuses_an_unknown_database() -> Outcome {
    let refused = server().dbname("no_such_database").connect(NoTls).await;
    equal(failed(refused.map(drop))?, (SqlState::INVALID_CATALOG_NAME.code().into(), None))
}

async fn values() -> Outcome {
    let client = connect(&server()).await?;
    let query = "select i.id, i.name, i.price, i.in_stock, i.added, i.updated, l.account, l.branch, l.amount, \
                 l.share, l.posted, l.memo, l.blob, l.tags from items i join ledger l on i.id = l.id where i.id = $1";
    let row = client.query_one(query, &[&3_i64]).await?;
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
    equal(row.try_get::<_, i64>(0)?, 3)?;
    equal(row.try_get::<_, &str>(1)?, "item 3")?;
    equal(row.try_get::<_, f64>(2)?, 0.75)?;
    equal(row.try_get::<_, bool>(3)?, false)?;
    equal(row.try_get::<_, NaiveDate>(4)?, day(2000, 3, 2))?;
    equal(row.try_get::<_, NaiveDateTime>(5)?, "2020-01-02T02:59:59".parse()?)?;
    equal(row.try_get::<_, i32>(6)?, 3_000_009)?;
    equal(row.try_get::<_, i16>(7)?, -97)?;
    equal(row.try_get::<_, Decimal>(8)?, Decimal::new(-962_964, 2))?;
    equal(row.try_get::<_, f32>(9)?, 0.375)?;
    equal(row.try_get::<_, DateTime<Utc>>(10)?, "2024-03-03T12:00:00.123456Z".parse()?)?;
    equal(row.try_get::<_, &str>(11)?, "memo 3")?;
    equal(row.try_get::<_, &[u8]>(12)?, &[3, 0, 255])?;
    equal(row.try_get::<_, Vec<String>>(13)?, vec!["t0".into(), "t1".into(), "t2".into()])?;
    let row = client.query_one(query, &[&63_i64]).await?;
    equal(row.try_get::<_, Option<f64>>(2)?, None)?;
    equal(row.try_get::<_, Option<NaiveDateTime>>(5)?, None)?;
    equal(row.try_get::<_, Option<Decimal>>(8)?, None)?;
    equal(row.try_get::<_, Option<Vec<String>>>(13)?, None)
}

async fn parameters() -> Outcome {
    let client = connect(&server()).await?;
    let day = NaiveDate::from_ymd_opt(2002, 11, 20).unwrap_or_default();
    let at: NaiveDateTime = "2020-01-02T03:00:00".parse()?;
    let posted: DateTime<Utc> = "2024-09-16T00:00:00Z".parse()?;
    let amount = Decimal::new(-900_000, 2);
    let none: Option<&str> = None;
    let conditions: &[(&str, &(dyn ToSql + Sync), i64)] = &[
        ("items where id = $1", &5_i64, 1),
        ("items where id < $1", &3_000_000_000_i64, 1000),
        ("items where name = $1", &"naïve, \"quoted\" № 5", 1),
        ("items where price > $1", &99.5, 1),
        ("items where in_stock = $1", &true, 429),
        ("items where added >= $1", &day, 5),
        ("items where updated < $1", &at, 3),
        ("ledger where amount < $1", &amount, 8),
        ("ledger where posted > $1", &posted, 1),
        ("events where kind = $1", &"sale", 17),
        ("items where name = $1", &none, 0),
    ];
    for (condition, value, expected) in conditions {
        let query = format!("select count(*) from {condition}");
        let found =
            count(&client, &query, &[*value]).await.map_err(|why| format!("{query}: {why}"))?;
        equal((&query, found), (&query, *expected))?;
    }
    let typed = [(&"select" as &(dyn ToSql + Sync), Type::TEXT), (&41_i64, Type::INT8)];
    let row = client.query_typed("select $1, $2 + 1", &typed).await?.pop().ok_or("no row")?;
    equal((row.try_get::<_, &str>(0)?, row.try_get::<_, i64>(1)?), ("select", 42))
}

async fn errors() -> Outcome {
    let client = connect(&server()).await?;
    for (query, state, position) in [
        ("select * from nowhere", "42P01", Some(15)),
        ("select nonesuch from items", "42703", Some(8)),
        ("selec 1", "42601", Some(1)),
        ("select 1/0", "22012", None),
        ("select 1 / (id - 1) from items", "22012", None),
    ] {
        equal(failed(client.query(query, &[]).await)?, (state.to_owned(), position))?;
        equal(failed(client.simple_query(query).await)?, (state.to_owned(), position))?;
        equal(count(&client, "select count(*) from events", &[]).await?, 50)?;
    }
    Ok(())
}

async fn empty_and_several_statements() -> Outcome {
    let client = connect(&server()).await?;
    let empty = client.simple_query("").await?;
    equal(matches!(empty.as_slice(), [SimpleQueryMessage::CommandComplete(0)]), true)?;
    equal(client.query("", &[]).await?.len(), 0)?;
    let messages =
        client.simple_query("select 'a;b'; set application_name = 'x'; select 2").await?;
    let rows: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    equal(rows, vec!["a;b", "2"])?;
    equal(failed(client.query("select 1; select 2", &[]).await)?.0, "42601".into())
}

async fn prepared_statements() -> Outcome {
    let client = connect(&server()).await?;
    let statement =
        client.prepare("select name, price from items where id = $1 and added > $2").await?;
    equal(statement.params(), &[Type::INT8, Type::DATE])?;
    let columns: Vec<_> = statement.columns().iter().map(|column| column.type_().clone()).collect();
    equal(columns, vec![Type::TEXT, Type::FLOAT8])?;
    let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    for id in 1..=4_i64 {
        let row = client.query_one(&statement, &[&id, &day]).await?;
        equal(row.try_get::<_, String>(0)?, format!("item {id}"))?;
    }
    Ok(())
}

async fn pipeline() -> Outcome {
    let client = connect(&server()).await?;
    let statement = client.prepare("select count(*) from items where id <= $1").await?;
    let ids: Vec<i64> = (1..=50).collect();
    let rows =
        try_join_all(ids.iter().map(async |id| client.query_one(&statement, &[id]).await)).await?;
    let found: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    equal(found, ids)?;
    let mixed =
        join_all(["select 1", "select 1/0", "select 2"].map(|query| client.query(query, &[])))
            .await;
    equal(mixed.iter().map(Result::is_ok).collect::<Vec<_>>(), vec![true, false, true])
}

async fn portal_with_a_row_limit() -> Outcome {
    let mut client = connect(&server()).await?;
    let transaction = client.transaction().await?;
    let portal =
        transaction.bind("select id from items where id > $1 order by id", &[&0_i64]).await?;
    let other = transaction.bind("select id from items order by id", &[]).await?;
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let rows = transaction.query_portal(&portal, 100).await?;
        if rows.is_empty() {
            break;
        }
        seen.extend(rows.iter().map(|row| row.get::<_, i64>(0)));
        let beside = transaction.query_portal(&other, 1).await?;
        equal(beside.first().map(|row| row.get::<_, i64>(0)), Some(seen.len() as i64 / 100))?;
    }
    equal(seen, (1..=1000).collect())?;
    transaction.commit().await?;
    equal(count(&client, "select count(*) from events", &[]).await?, 50)
}

async fn cancel() -> Outcome {
    let client = connect(&server()).await?;
    let query = client.query(ENDLESS, &[]);
    pin_mut!(query);
    for _ in 0..20 {
        if tokio::time::timeout(Duration::from_millis(300), &mut query).await.is_ok() {
            return Err("ended before it was cancelled".into());
        }
        let cancelled = Instant::now();
        client.cancel_token().cancel_query(NoTls).await?;
        if let Ok(outcome) = tokio::time::timeout(Duration::from_secs(2), &mut query).await {
            let took = cancelled.elapsed();
            equal(failed(outcome)?.0, SqlState::QUERY_CANCELED.code().to_owned())?;
            if took > Duration::from_secs(1) {
                return Err(format!("ended {took:?} after the cancel").into());
            }
            return equal(count(&client, "select count(*) from events", &[]).await?, 50);
        }
    }
    Err("not cancelled".into())
}

async fn transactions() -> Outcome {
    let mut client = connect(&server()).await?;
    let transaction = client.build_transaction().read_only(true).start().await?;
    equal(failed(transaction.query("select * from nowhere", &[]).await)?.0, "42P01".into())?;
    equal(failed(transaction.query("select 1", &[]).await)?.0, "25P02".into())?;
    transaction.rollback().await?;
    let transaction = client.transaction().await?;
    equal(transaction.query("select count(*) from events", &[]).await?.len(), 1)?;
    transaction.commit().await?;
    Ok(())
}

async fn a_hundred_connections() -> Outcome {
    let client = async |number: i64| -> Outcome {
        let client = connect(&server()).await?;
        for id in number..number + 10 {
            let row = client.query_one("select price from items where id = $1", &[&id]).await?;
            let price = (id % 7 != 0).then_some((id % 400) as f64 * 0.25);
            equal(row.try_get::<_, Option<f64>>(0)?, price)?;
        }
        Ok(())
    };
    try_join_all((1..=100).map(client)).await.map(drop)
}

async fn killed_in_mid_result() -> Outcome {
    let mut reader = tokio::process::Command::new(std::env::current_exe()?)
        .arg("flood")
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = reader.stdout.take().ok_or("no output")?;
    let said = BufReader::new(stdout).lines().next_line().await?;
    reader.kill().await?;
    equal(said.as_deref(), Some("reading"))?;
    let client = connect(&server()).await?;
    equal(count(&client, "select count(*) from items", &[]).await?, 1000)
}

/// Reads a result that has no end, until somebody ends this program.
pub(crate) async fn flood() -> Outcome {
    let client = connect(&server()).await?;
    let nothing: [&str; 0] = [];
    let rows = client.query_raw(FLOOD, nothing).await?;
    pin_mut!(rows);
    let mut seen = 0;
    while let Some(row) = rows.next().await {
        row?;
        seen += 1;
        if seen == 10_000 {
            println!("reading");
        }
    }
    Ok(())
}
