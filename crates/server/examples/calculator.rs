//! A language that is not SQL: the statement `1 + 2 * 3` answers one row.
//!
//!     cargo run --example calculator [PORT]
//!     psql "host=127.0.0.1 user=me" -c "1 + 2 * 3"

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use trunkline::{Description, Language, Oid, PgError, Query, Result, Rows, SqlState, statement_fn};

/// The operators, from the loosest to the tightest.
const LEVELS: [&[char]; 2] = [&['+', '-'], &['*', '/']];

const VALUE: [(&str, Oid); 1] = [("value", Oid::INT8)];

/// What is still to be read of a statement.
struct Formula<'a>(&'a str);

impl Formula<'_> {
    /// Operands joined by the operators of a level.
    fn value(&mut self, level: usize) -> Result<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.number() };
        let mut value = self.value(level + 1)?;
        while let Some(operator) = self.take(operators) {
            let operand = self.value(level + 1)?;
            let result = match operator {
                '+' => value.checked_add(operand),
                '-' => value.checked_sub(operand),
                '*' => value.checked_mul(operand),
                _ if operand != 0 => value.checked_div(operand),
                _ => return Err(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")),
            };
            value = result.ok_or_else(out_of_range)?;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<i64> {
        let digits = self.0.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = digits.split_at(end);
        if number.is_empty() {
            return Err(PgError::new(SqlState::SYNTAX_ERROR, "a number is missing"));
        }
        self.0 = rest;
        number.parse().map_err(|_| out_of_range())
    }

    fn take(&mut self, operators: &[char]) -> Option<char> {
        let operator =
            self.0.trim_start().chars().next().filter(|sign| operators.contains(sign))?;
        self.0 = self.0.trim_start().strip_prefix(operator)?;
        Some(operator)
    }
}

fn out_of_range() -> PgError {
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range")
}

fn calculate(text: &str) -> Result<i64> {
    let mut formula = Formula(text);
    let value = formula.value(0).and_then(|value| match formula.0.trim() {
        "" | ";" => Ok(value),
        rest => Err(PgError::new(SqlState::SYNTAX_ERROR, format!("\"{rest}\" is left over"))),
    });
    // The client shows where: in characters, the first being 1.
    let read = text.len() - formula.0.trim_start().len();
    value.map_err(|error| error.position(text[..read].chars().count() + 1))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(5432), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    let describe = |text: &str| calculate(text).map(|_| Description::rows(VALUE));
    let answer = async |query: Query| Ok(Rows::new(VALUE).row((calculate(query.sql())?,)));
    trunkline::serve(listener, statement_fn(describe, answer).language(Language::Other)).await?;
    Ok(())
}
