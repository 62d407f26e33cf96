//! tokio-postgres and sqlx, as they come to types that are not built in: one line for each question, with the answer
//! behind a tab.

mod by_sqlx;
mod by_tokio_postgres;

use std::error::Error;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What is asked of both: columns of such types, and values.
const QUERIES: &[&str] = &[
    "select 'stop'::rail.signal as it",
    "select array['stop'::rail.signal] as it",
    "select '{stop,NULL,clear}'::rail.signal[] as it",
    "select null::rail.place as it",
    "select '(1.5,2.5,here)'::rail.place as it",
    "select '{\"(1.5,2.5,here)\"}'::rail.place[] as it",
    "select '[1,5)'::rail.metres as it",
    "select '{[1,5),[7,9)}'::rail.metres_multirange as it",
    "select '[1.5,2.5]'::rail.height as it",
    "select '{[1.5,2.5]}'::rail.heights as it",
    "select 80::rail.speed as it",
    "select 'ABCD'::rail.station_code as it",
    "select 'said'::public.remark as it",
    "select '{80}'::rail.speed[] as it",
    "select null::rail.station as it",
    "select null::rail.section[] as it",
    "select * from rail.section",
    "select * from rail.station",
    "select * from public.everything",
    "select * from rail.open_station",
    "select * from rail.busy_line",
    "select * from \"Odd Names\".\"Two Words\"",
];

/// What is asked with parameters.
const PARAMETERS: &[&str] = &[
    "select $1::rail.signal, $2::rail.place, $3::rail.metres, $4::rail.speed, $5::rail.signal[]",
    "select line_id from rail.section where shown = $1 and stretch = $2 and limit_kmh > $3",
    "select oid, typname from pg_type where oid = $1",
    "select $1::regclass, $2::regtype, $3::\"char\", $4::name",
];

fn variable(name: &str) -> String {
    std::env::var(format!("INTEROP_{name}")).unwrap_or_default()
}

fn told(question: &str, answer: &str) {
    let answer = answer.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t");
    println!("{}\t{answer}", question.replace('\t', " "));
}

/// The answer, or the error: the same mistake is an answer, too.
fn answered(question: &str, answer: Outcome<String>) {
    match answer {
        Ok(answer) => told(question, &answer),
        Err(error) => {
            let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
            told(question, &format!("raised {error}{cause}"));
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    by_tokio_postgres::look().await?;
    by_sqlx::look().await
}
