//! sqlx: types by their names and by their numbers, and what its macros ask of a query when they are compiled.

use sqlx::postgres::types::PgRange;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgSslMode, PgTypeInfo, PgTypeKind};
use sqlx::{
    Column as _, ConnectOptions as _, Either, Executor as _, Row as _, SqlStr, Statement as _,
    TypeInfo as _, ValueRef as _,
};

use crate::{Outcome, PARAMETERS, QUERIES, answered, variable};

#[derive(Debug, Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "rail.signal", rename_all = "lowercase")]
enum Signal {
    Clear,
    #[sqlx(rename = "preliminary caution")]
    Preliminary,
    Caution,
    Stop,
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "rail.place")]
struct Place {
    longitude: Option<f64>,
    latitude: Option<f64>,
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "rail.speed")]
struct Speed(i16);

pub(crate) async fn look() -> Outcome {
    let options = PgConnectOptions::new_without_pgpass()
        .host(&variable("HOST"))
        .port(variable("PORT").parse()?)
        .username(&variable("USER"))
        .database(&variable("DATABASE"))
        .ssl_mode(PgSslMode::Disable);
    let mut connection = options.connect().await?;
    for query in QUERIES.iter().chain(PARAMETERS) {
        answered(&format!("sqlx describe {query}"), described(&mut connection, query).await);
        answered(&format!("sqlx prepare {query}"), prepared(&mut connection, query).await);
    }
    for query in QUERIES {
        answered(&format!("sqlx fetch {query}"), fetched(&mut connection, query).await);
    }
    answered("sqlx values", values(&mut connection).await);
    answered("sqlx arrays", arrays(&mut connection).await);
    answered("sqlx ranges", ranges(&mut connection).await);
    Ok(())
}

/// What `query!` asks: parameters, columns, and which of these may be NULL.
async fn described(connection: &mut PgConnection, query: &'static str) -> Outcome<String> {
    let of = connection.describe(SqlStr::from_static(query)).await?;
    let parameters = match of.parameters() {
        Some(Either::Left(types)) => types.iter().map(shown).collect::<Vec<_>>().join("; "),
        Some(Either::Right(count)) => count.to_string(),
        None => String::new(),
    };
    let columns = of.columns().iter().enumerate();
    let columns = columns.map(|(place, column)| {
        let nullable = of.nullable(place);
        format!("{} {} {nullable:?}", column.name(), shown(column.type_info()))
    });
    Ok(format!("{parameters} to {}", columns.collect::<Vec<_>>().join("; ")))
}

async fn prepared(connection: &mut PgConnection, query: &'static str) -> Outcome<String> {
    let statement = connection.prepare(SqlStr::from_static(query)).await?;
    let columns = statement.columns().iter();
    Ok(columns
        .map(|one| format!("{} {}", one.name(), shown(one.type_info())))
        .collect::<Vec<_>>()
        .join("; "))
}

async fn fetched(connection: &mut PgConnection, query: &'static str) -> Outcome<String> {
    let rows = sqlx::query(query).fetch_all(connection).await?;
    let told = |row: &PgRow| {
        let value = |place| match row.try_get_raw(place) {
            Ok(value) if value.is_null() => "NULL".to_owned(),
            Ok(value) => shown(&value.type_info()),
            Err(error) => error.to_string(),
        };
        (0..row.len()).map(value).collect::<Vec<_>>().join(", ")
    };
    Ok(rows.iter().map(told).collect::<Vec<_>>().join("; "))
}

/// Values of types that are told by their names only, there and back.
async fn values(connection: &mut PgConnection) -> Outcome<String> {
    let row: (Signal, Place, i32) = sqlx::query_as("select $1, '(1.5,,here)'::rail.place, $2 + 1")
        .bind(Signal::Preliminary)
        .bind(Speed(80))
        .fetch_one(connection)
        .await?;
    Ok(format!("{row:?}"))
}

async fn arrays(connection: &mut PgConnection) -> Outcome<String> {
    let row: (Vec<Signal>, Vec<Place>) = sqlx::query_as("select $1, '{\"(1,2,x)\"}'::rail.place[]")
        .bind(vec![Signal::Clear, Signal::Caution, Signal::Stop])
        .fetch_one(connection)
        .await?;
    Ok(format!("{row:?}"))
}

async fn ranges(connection: &mut PgConnection) -> Outcome<String> {
    let row: (PgRange<i32>, PgRange<i32>) = sqlx::query_as("select $1, '[1,5)'::int4range")
        .bind(PgRange::from(1..5))
        .fetch_one(connection)
        .await?;
    Ok(format!("{row:?}"))
}

/// A type with everything that it is made of.
fn shown(of: &PgTypeInfo) -> String {
    let kind = match of.kind() {
        PgTypeKind::Simple => String::new(),
        PgTypeKind::Pseudo => " pseudo".into(),
        PgTypeKind::Enum(values) => format!(" enum {values:?}"),
        PgTypeKind::Array(element) => format!(" of {}", shown(element)),
        PgTypeKind::Range(bound) => format!(" range of {}", shown(bound)),
        PgTypeKind::Domain(base) => format!(" domain over {}", shown(base)),
        PgTypeKind::Composite(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, of)| format!("{name} {}", shown(of))).collect();
            format!(" of ({})", fields.join(", "))
        }
    };
    format!("{}{kind}", of.name())
}
