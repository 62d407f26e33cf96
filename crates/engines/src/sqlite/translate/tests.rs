//! Translated statements, run by SQLite.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use trunkline_core::{PgError, Result, SqlState};

use super::super::{functions, schema::Schema, storage};
use super::translate;

/// What a statement answered: the columns with their types, and the rows as PostgreSQL prints them.
pub(super) fn run(connection: &Connection, sql: &str) -> Result<(Vec<String>, Vec<String>)> {
    let failed = |error: rusqlite::Error| {
        let message = error.to_string();
        functions::raised(&message)
            .unwrap_or_else(|| PgError::new(SqlState::INTERNAL_ERROR, message))
    };
    let schema = Schema::read(connection).map_err(failed)?;
    let translated = translate(sql, &schema, &[])?;
    let Some((last, before)) = translated.steps.split_last() else {
        return Ok((Vec::new(), vec![translated.tag.into_owned()]));
    };
    for step in before {
        connection.execute_batch(step).map_err(failed)?;
    }
    let mut statement = connection.prepare(last).map_err(failed)?;
    let Some(columns) = translated.columns else {
        let count = statement.execute([]).map_err(failed)?;
        let count = if translated.counts { format!(" {count}") } else { String::new() };
        return Ok((Vec::new(), vec![format!("{}{count}", translated.tag)]));
    };
    let mut answers = Vec::new();
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let mut cells = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let kept = row.get_ref(index).map_err(failed)?;
            let ty = super::Type { oid: column.type_oid, typmod: column.typmod };
            cells.push(match kept {
                ValueRef::Null => "NULL".to_owned(),
                kept => {
                    let value = storage::fitted(storage::load(kept, ty.oid)?, ty, true)?;
                    let text = storage::print(&value, ty.oid)?;
                    match (ty.oid, text.as_str()) {
                        (super::Oid::BOOL, "true") => "t".to_owned(),
                        (super::Oid::BOOL, "false") => "f".to_owned(),
                        _ => text,
                    }
                }
            });
        }
        answers.push(cells.join("|"));
    }
    let shape = columns.iter().map(|column| {
        let name = trunkline_core::types::name_of(column.type_oid).unwrap_or("?");
        format!("{}:{name}", column.name)
    });
    Ok((shape.collect(), answers))
}

pub(super) fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("memory is at hand");
    functions::register(&connection).expect("functions have names of their own");
    connection.execute_batch("PRAGMA foreign_keys = ON").expect("it is a setting");
    connection
}

#[test]
fn smoke() {
    let connection = database();
    for sql in [
        "create table users (id serial primary key, name varchar(20) not null, email text unique, ok bool default true, created timestamptz default now(), amount numeric(10,2))",
        "insert into users (name, email, amount) values ('ann', 'a@x', 1.5), ('bob', 'b@x', 20) returning id, name, ok",
        "insert into users (name, email) values ('ann', 'a@x') on conflict (email) do update set name = excluded.name || '2' returning *",
        "select u.id, count(*), sum(amount) from users u where ok and name like 'a%' group by u.id order by 1 desc",
        "update users set amount = amount + 1 where id = 1 returning users.amount",
        "delete from users using (values (1),(7)) v(x) where users.id = v.x",
        "select * from users where id = any(array[1,2])",
        "select nope from users",
        "select 1/0",
        "select 'abc'::int",
        "select * from nope",
        "select x, x*2 from generate_series(1, 3) x order by x desc limit 2",
        "with t as (select 1 as a union all select 2) select a, case when a = 1 then 'one' else null end from t",
        "select exists(select 1 from users), coalesce(null, 3), 7 % 3, 1.5 + 2, 'a' || 1",
        "insert into users (name) values ('123456789012345678901')",
    ] {
        match run(&connection, sql) {
            Ok((shape, rows)) => eprintln!("{sql}\n  {shape:?}\n  {rows:?}"),
            Err(error) => eprintln!("{sql}\n  ERROR {error} at {:?}", error.get(b'P')),
        }
    }
}
