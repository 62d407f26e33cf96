//! PREPARE and EXECUTE: statements in the namespace of those that Parse makes.

use std::future::poll_fn;
use std::task::{Poll, ready};

use trunkline_core::types::{TextStyle, Types, array_of, oid_of};
use trunkline_core::{
    Columns, Format, Formats, Oid, Params, PgError, Progress, Reply, Result, RowBuf, Rows, Run,
    Session, SqlState,
};
use trunkline_sql::statement::{Execute, Prepare};
use trunkline_sql::{Lexer, Span, Token, TokenKind, TypeName, character_position, parameters};

use super::coerce::Argument;
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
        // The place is looked for only if it is told: it is far into a long statement.
        let place = |name: &TypeName| character_position(source, name.span.start);
        let named =
            |name: &TypeName| named(name, types).map_err(|error| error.position(place(name)));
        let types: Vec<_> = prepare.types.iter().map(named).collect::<Result<_>>()?;
        let mut statement = self.statement_within(source, prepare.body, &types).await?;
        statement.origin = statement.origin.by_sql();
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
        if let Plan::Session(_) = statement.plan {
            return Err(PgError::unsupported("EXECUTE of a session's statement").into());
        }
        let types = &statement.parameters;
        check_count(execute, types)?;
        let params = if types.is_empty() && run.params.is_bound() {
            Params::default()
        } else if run.params.is_bound() {
            let arguments = self.arguments(&execute.arguments, source, &run).await?;
            let place = |index: usize| {
                let start = execute.arguments.get(index).map_or(0, |argument| argument.start);
                character_position(source, start)
            };
            let mut values = Vec::new();
            for (index, (argument, ty)) in arguments.into_iter().zip(types.iter()).enumerate() {
                values.push(argument.coerced(index, *ty).map_err(
                    |error| match error.sqlstate() {
                        SqlState::DATATYPE_MISMATCH => error.position(place(index)),
                        _ => error,
                    },
                )?);
            }
            let values = values.iter().map(|value| (Format::Text, value.as_deref()));
            let mut params = Params::bind(types.clone(), values)?;
            params
                .check(&run.style)
                .map_err(|(index, error)| PgError::from(error).position(place(index)))?;
            params
        } else {
            Params::unbound(types.clone())
        };
        statement.plans.count(!types.is_empty(), self.plan_choice());
        let run = Run::new(params, run.style).formats(run.formats);
        self.run(&statement, run, ahead).await
    }

    /// The values of expressions, and their types.
    async fn arguments(
        &mut self,
        arguments: &[Span],
        source: &str,
        run: &Run,
    ) -> Result<Vec<Argument>, Stop> {
        let constants = arguments.iter().map(|argument| constant(argument.text(source)));
        if let Some(values) = constants.collect() {
            return Ok(values);
        }
        // What is more than a constant the engine knows.
        let texts: Vec<_> = arguments.iter().map(|argument| argument.text(source)).collect();
        for argument in arguments {
            admit_argument(*argument, source)?;
        }
        let sql = values_in_place(arguments, source);
        self.enter_statement().await?;
        let prepared = self.prepared(&sql, &[]).await.map_err(|stop| match stop {
            Stop::Error(error) => Stop::Error(of_arguments(error)),
            stop => stop,
        })?;
        let run = Run::new(Params::default(), run.style.clone());
        let Reply::Rows(rows) = self.executed((&prepared.statement, &prepared.terms), run).await?
        else {
            return Err(PgError::internal("expressions without values").into());
        };
        let columns = rows.columns().clone();
        let (formats, style) = (Formats::default(), Default::default());
        let row = watch(&mut self.io, &self.entry, || first_row(rows, &formats, &style)).await;
        let row = self.settled(row).await?;
        let values = cells_of(&row).map(|cell| cell.map(<[u8]>::to_vec));
        let values = values.zip(&texts).enumerate();
        let argument = |(index, (text, written)): (usize, (Option<Vec<u8>>, &&str))| {
            // A string has no type, although the engine gives it one.
            constant(written).unwrap_or_else(|| {
                let ty = columns.get(index).map_or(Oid::UNKNOWN, |column| column.type_oid);
                Argument { text, ty }
            })
        };
        Ok(values.map(argument).collect())
    }
}

/// Refuses arguments that are more or less than the parameters of the statement.
///
/// # Errors
///
/// 42601; as in PostgreSQL nobody looks at the arguments of a statement without parameters.
pub(super) fn check_count(execute: &Execute, types: &[Oid]) -> Result<()> {
    let given = execute.arguments.len();
    if types.is_empty() || given == types.len() {
        return Ok(());
    }
    let message = format!("wrong number of parameters for prepared statement \"{}\"", execute.name);
    let error = PgError::new(SqlState::SYNTAX_ERROR, message);
    Err(error.detail(format!("Expected {} parameters but got {given}.", types.len())))
}

/// Refuses what no argument of EXECUTE may have.
///
/// # Errors
///
/// 42P02 for a parameter: those of the statement that is executed are no others' to use; 0A000 for a query.
pub(super) fn admit_argument(argument: Span, source: &str) -> Result<()> {
    let text = argument.text(source);
    let at = |error: PgError, start: usize| {
        Err(error.position(character_position(source, argument.start.saturating_add(start))))
    };
    if let Some(parameter) = parameters(text).next() {
        let message = format!("there is no parameter ${}", parameter.number);
        return at(PgError::new(SqlState::UNDEFINED_PARAMETER, message), parameter.span.start);
    }
    let mut lexer = Lexer::new(text);
    let mut before: Option<Token> = None;
    while let Some(token) = lexer.next_significant() {
        let is_query =
            ["select", "with", "values", "table"].iter().any(|word| token.is_word(text, word));
        if let Some(open) = before.filter(|before| before.kind == TokenKind::LeftParen && is_query)
        {
            return at(
                PgError::unsupported("cannot use subquery in EXECUTE parameter"),
                open.span.start,
            );
        }
        before = Some(token);
    }
    Ok(())
}

/// The arguments as a row of VALUES, each where it stands in the text: errors point at it.
fn values_in_place(arguments: &[Span], source: &str) -> String {
    const HEAD: &str = "VALUES (";
    let start = arguments.first().map_or(0, |first| first.start);
    let end = arguments.last().map_or(start, |last| last.end);
    let width = character_position(source, start).saturating_sub(1);
    let blanks = " ".repeat(width.saturating_sub(HEAD.len()));
    format!("{blanks}{HEAD}{})", Span::new(start, end).text(source))
}

/// What an engine says of VALUES, PostgreSQL says of the arguments of EXECUTE.
fn of_arguments(error: PgError) -> PgError {
    match error.message().strip_suffix(" are not allowed in VALUES") {
        Some(what) => {
            let message = format!("{what} are not allowed in EXECUTE parameters");
            let place = error.get(b'P').and_then(|place| place.parse().ok());
            let refused = PgError::new(error.sqlstate(), message);
            match place {
                Some(place) => refused.position(place),
                None => refused,
            }
        }
        None => error,
    }
}

/// The first row of a result, as the DataRow that it is sent in; nothing if there is none.
pub(crate) async fn first_row(
    mut rows: Rows,
    formats: &Formats,
    style: &TextStyle,
) -> Result<Vec<u8>> {
    let columns = rows.columns().clone();
    let mut out = Vec::new();
    poll_fn(|cx| {
        let mut row = RowBuf::new(&mut out, &columns, formats, style).limit(1);
        match ready!(rows.poll_fill(cx, &mut row))? {
            Progress::More if row.rows() == 0 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Ok::<_, PgError>(())),
        }
    })
    .await?;
    Ok(out)
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

/// The value of an expression that is a constant.
fn constant(text: &str) -> Option<Argument> {
    let mut lexer = Lexer::new(text);
    let mut next = || lexer.next_significant();
    let (first, second, third) = (next()?, next(), next());
    let number = |token: Token| {
        let digits = token.text(text);
        let ty = match token.kind {
            TokenKind::Integer if digits.parse::<i32>().is_ok() => Oid::INT4,
            TokenKind::Integer if digits.parse::<i64>().is_ok() => Oid::INT8,
            TokenKind::Integer | TokenKind::Numeric => Oid::NUMERIC,
            _ => return None,
        };
        Some(Argument { text: Some(digits.as_bytes().to_vec()), ty })
    };
    let of = |text: Option<Vec<u8>>, ty| Some(Argument { text, ty });
    match (second, third) {
        (None, _) if first.kind == TokenKind::Word => {
            match first.text(text).to_ascii_lowercase().as_str() {
                "null" => of(None, Oid::UNKNOWN),
                word @ ("true" | "false") => of(Some(word.as_bytes().to_vec()), Oid::BOOL),
                _ => None,
            }
        }
        (None, _) => match number(first) {
            Some(number) => Some(number),
            None => of(Some(first.string(text).ok()?.into_owned().into_bytes()), Oid::UNKNOWN),
        },
        (Some(second), None) => match (first.text(text), number(second)?) {
            ("+", number) => Some(number),
            ("-", Argument { text, ty }) => {
                of(Some([b"-".to_vec(), text.unwrap_or_default()].concat()), ty)
            }
            _ => None,
        },
        _ => None,
    }
}
