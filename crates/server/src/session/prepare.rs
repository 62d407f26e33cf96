//! PREPARE and EXECUTE: statements in the namespace of those that Parse makes.

use std::future::poll_fn;
use std::task::{Poll, ready};

use trunkline_core::types::{Numeric, Types, array_of, oid_of};
use trunkline_core::{
    Columns, Format, Formats, Oid, Params, PgError, Progress, Reply, Result, RowBuf, Rows, Run,
    Session, SqlState,
};
use trunkline_sql::statement::{Execute, Prepare};
use trunkline_sql::{Lexer, Span, Token, TokenKind, TypeName, character_position};

use super::cursor::cells_of;
use crate::connection::watch::watch;
use crate::connection::{Connection, Plan, Stop};

impl<S: Session> Connection<S> {
    /// Answers PREPARE; `source` is the text in which it stands.
    pub(super) async fn prepare_statement(
        &mut self,
        prepare: &Prepare,
        source: &str,
    ) -> Result<(), Stop> {
        let types = &self.client.style().types;
        let named = |name: &TypeName| {
            let place = character_position(source, name.span.start);
            named(name, types).map_err(|error| error.position(place))
        };
        let types: Vec<_> = prepare.types.iter().map(named).collect::<Result<_>>()?;
        let statement = self.statement_within(source, prepare.body, &types).await?;
        Ok(self.statements.insert(&prepare.name, statement, &self.limits)?)
    }

    /// The shape of what EXECUTE returns, if there is such a statement.
    pub(super) fn execute_columns(&self, execute: &Execute) -> Columns {
        let statement = self.statements.get(&execute.name);
        statement.map_or(Columns::None, |statement| statement.columns.clone())
    }

    /// Answers EXECUTE.
    pub(super) async fn execute_statement(
        &mut self,
        execute: &Execute,
        source: &str,
        run: Run,
        ahead: &mut &[u8],
    ) -> Result<Reply, Stop> {
        let statement = self.statements.get(&execute.name)?.clone();
        if let Plan::Session(..) = statement.plan {
            return Err(PgError::unsupported("EXECUTE of a session's statement").into());
        }
        let types = &statement.parameters;
        // As in PostgreSQL: of a statement without parameters the arguments are not looked at.
        if !types.is_empty() && execute.arguments.len() != types.len() {
            let message =
                format!("wrong number of parameters for prepared statement \"{}\"", execute.name);
            let given = execute.arguments.len();
            let error = PgError::new(SqlState::SYNTAX_ERROR, message);
            let detail = format!("Expected {} parameters but got {given}.", types.len());
            return Err(error.detail(detail).into());
        }
        let params = if types.is_empty() && run.params.is_bound() {
            Params::default()
        } else if run.params.is_bound() {
            let values = self.arguments(&execute.arguments, types, source, &run).await?;
            let values = values.iter().map(|value| (Format::Text, value.as_deref()));
            let mut params = Params::bind(types.clone(), values)?;
            params.check(&run.style).map_err(|(index, error)| {
                let start = execute.arguments.get(index).map_or(0, |argument| argument.start);
                PgError::from(error).position(character_position(source, start))
            })?;
            params
        } else {
            Params::unbound(types.clone())
        };
        let run = Run::new(params, run.style).formats(run.formats);
        self.run(&statement, run, ahead).await
    }

    /// The values of expressions for parameters of some types, as text.
    async fn arguments(
        &mut self,
        arguments: &[Span],
        wanted: &[Oid],
        source: &str,
        run: &Run,
    ) -> Result<Vec<Option<Vec<u8>>>, Stop> {
        let constants = arguments.iter().zip(wanted);
        let constants = constants.map(|(argument, ty)| constant(argument.text(source), *ty));
        if let Some(values) = constants.collect::<Option<Vec<_>>>() {
            return Ok(values.into_iter().collect::<Result<_>>()?);
        }
        // What is more than a constant the engine knows.
        let texts: Vec<_> = arguments.iter().map(|argument| argument.text(source)).collect();
        let sql = format!("SELECT {}", texts.join(", "));
        let types: Vec<_> = run.params.iter().map(|param| param.type_oid).collect();
        self.enter_statement().await?;
        let prepared = self.prepared(&sql, &types).await?;
        let run = Run::new(run.params.clone(), run.style.clone());
        let Reply::Rows(rows) = self.executed(&prepared.statement, run).await? else {
            return Err(PgError::internal("expressions without values").into());
        };
        let columns = rows.columns().clone();
        let row = watch(&mut self.io, &self.entry, || first_row(rows)).await;
        let row = self.settled(row).await?.into_iter().zip(columns.iter()).zip(wanted);
        let values = row.map(|((value, column), wanted)| match (value, column.type_oid) {
            (Some(number), Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::NUMERIC) => {
                assigned(number, *wanted).map(Some)
            }
            (value, _) => Ok(value),
        });
        Ok(values.collect::<Result<_>>()?)
    }
}

/// The first row of a result, as text.
async fn first_row(mut rows: Rows) -> Result<Vec<Option<Vec<u8>>>> {
    let columns = rows.columns().clone();
    let (formats, style) = (Formats::default(), Default::default());
    let mut out = Vec::new();
    poll_fn(|cx| {
        let mut row = RowBuf::new(&mut out, &columns, &formats, &style).limit(1);
        match ready!(rows.poll_fill(cx, &mut row))? {
            Progress::More if row.rows() == 0 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Ok::<_, PgError>(())),
        }
    })
    .await?;
    Ok(cells_of(&out).map(|cell| cell.map(<[u8]>::to_vec)).collect())
}

/// The type that a name stands for.
///
/// # Errors
///
/// 42704 for one that is not known, 3F000 for a schema that is not.
fn named(name: &TypeName, types: &Types) -> Result<Oid> {
    let built_in = match &name.qualifiers[..] {
        [] => oid_of(&name.name),
        [schema] if schema == "pg_catalog" => oid_of(&name.name),
        _ => None,
    };
    let of_user = || {
        let mut known = types.iter();
        let found = known.find(|known| {
            known.name() == name.name
                && name.qualifiers.last().is_none_or(|schema| schema == known.schema_name())
        });
        found.map(|known| known.oid())
    };
    let oid = built_in.or_else(of_user);
    let oid = match name.dimensions {
        0 => oid,
        _ => oid.and_then(|oid| array_of(oid).or_else(|| types.array_of(oid))),
    };
    oid.ok_or_else(|| {
        let is_known = |schema: &String| {
            matches!(&**schema, "pg_catalog" | "information_schema" | "public")
                || types.iter().any(|known| known.schema_name() == schema)
        };
        if let Some(schema) = name.qualifiers.last().filter(|schema| !is_known(schema)) {
            let message = format!("schema \"{schema}\" does not exist");
            return PgError::new(SqlState::INVALID_SCHEMA_NAME, message);
        }
        let mut parts = name.qualifiers.clone();
        parts.push(name.name.clone());
        let brackets = if name.dimensions > 0 { "[]" } else { "" };
        let message = format!("type \"{}{brackets}\" does not exist", parts.join("."));
        PgError::new(SqlState::UNDEFINED_OBJECT, message)
    })
}

/// A number as a parameter of a type takes it: one that is not whole is rounded for an integer.
///
/// # Errors
///
/// 22003 for one beyond the integers of that type.
fn assigned(number: Vec<u8>, wanted: Oid) -> Result<Vec<u8>> {
    let (name, least, most) = match wanted {
        Oid::INT2 => ("smallint", i16::MIN.into(), i16::MAX.into()),
        Oid::INT4 => ("integer", i32::MIN.into(), i32::MAX.into()),
        Oid::INT8 => ("bigint", i64::MIN, i64::MAX),
        _ => return Ok(number),
    };
    let out_of_range =
        || PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{name} out of range"));
    let read = std::str::from_utf8(&number).ok().and_then(|text| Numeric::parse(text).ok());
    // No integer has more than twenty digits.
    let whole = read.and_then(|number| number.fitting(20, 0).ok()?.to_i64().ok());
    let whole = whole.filter(|whole| (least..=most).contains(whole)).ok_or_else(out_of_range)?;
    Ok(whole.to_string().into_bytes())
}

/// The value of an expression that is a constant, for a parameter of a type; the outer `None` is for
/// everything else.
fn constant(text: &str, wanted: Oid) -> Option<Result<Option<Vec<u8>>>> {
    let mut lexer = Lexer::new(text);
    let mut next = || lexer.next_significant();
    let (first, second, third) = (next()?, next(), next());
    let number = |token: Token| {
        matches!(token.kind, TokenKind::Integer | TokenKind::Numeric)
            .then(|| token.text(text).as_bytes().to_vec())
    };
    match (second, third) {
        (None, _) if first.kind == TokenKind::Word => {
            match first.text(text).to_ascii_lowercase().as_str() {
                "null" => Some(Ok(None)),
                word @ ("true" | "false") => Some(Ok(Some(word.as_bytes().to_vec()))),
                _ => None,
            }
        }
        (None, _) => match number(first) {
            Some(number) => Some(assigned(number, wanted).map(Some)),
            None => Some(Ok(Some(first.string(text).ok()?.into_owned().into_bytes()))),
        },
        (Some(second), None) => match (first.text(text), number(second)?) {
            ("+", number) => Some(assigned(number, wanted).map(Some)),
            ("-", number) => Some(assigned([b"-".to_vec(), number].concat(), wanted).map(Some)),
            _ => None,
        },
        _ => None,
    }
}
