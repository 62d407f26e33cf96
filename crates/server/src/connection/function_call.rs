//! FunctionCall: a function by its number, the legacy fast path.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_core::{
    ActivityState, Format, Formats, Oid, Params, PgError, Reply, Result, Run, Session, SqlState,
};
use trunkline_proto::Malformed;
use trunkline_proto::message::{FunctionCall, FunctionCallResponse};

use super::foreign::{Foreign, decoded_value};
use super::inventory::now;
use super::values::unsupported;
use super::watch::watch;
use super::{Connection, Next, Stop, after, peer_error};
use crate::session::cursor::cells_of;
use crate::session::prepare::first_row;

/// A call, or what is wrong with it behind the number of its arguments.
type Call<'a> = Result<&'a FunctionCall<&'a [u8]>, (Option<usize>, Malformed)>;

impl<S: Session> Connection<S> {
    /// Answers a FunctionCall, which may be one that cannot be read to its end.
    pub(super) async fn function_call(&mut self, function: Oid, call: Call<'_>) -> Next {
        self.client.tell_start(ActivityState::FastPath, "<FASTPATH> function call", now());
        let answered = match Box::pin(self.called(function, call)).await {
            Err(Stop::Error(error)) => self.fail(&error).await,
            answered => answered,
        };
        self.entry.finish();
        after(&answered.and_then(|()| self.ready()))
    }

    async fn called(&mut self, function: Oid, call: Call<'_>) -> Result<(), Stop> {
        self.transaction.admit()?;
        if self.transaction.is_implicit() {
            // As a Query, it is one more statement of the pipeline.
            self.transaction.enter_pipeline();
        }
        self.enter_statement().await?;
        let (io, session) = (&mut self.io, &mut self.session);
        let prepared = watch(io, &self.entry, || session.prepare_call(function)).await;
        let prepared = self.settled(prepared).await?;
        let given = match call {
            Ok(call) => Some(call.argument_count()),
            Err((given, _)) => given,
        };
        if let Some(given) = given {
            check_count(given, prepared.parameters.len())?;
        }
        let call = call.map_err(|(_, error)| peer_error(&error.into()))?;
        let params = self.call_arguments(call, prepared.parameters.clone())?;
        let run = Run::new(params, self.client.reading_style());
        let rows = match self.executed((&prepared.statement, &prepared.terms), run).await? {
            Reply::Rows(rows) => rows,
            _ => return Err(PgError::internal("a function without a value").into()),
        };
        let (columns, style) = (rows.columns().clone(), self.style());
        let code = call.result_format();
        // Of a format that does not exist only a value complains, and of that after all is done.
        let formats = Formats::All(Format::from_code(code).unwrap_or_default());
        let row = watch(&mut self.io, &self.entry, || first_row(rows, &formats, &style)).await;
        let mut row = self.settled(row).await?;
        let encoding = self.encoding();
        if encoding.is_foreign() {
            let types = &style.types;
            Foreign { encoding, columns: &columns, formats: &formats, types }
                .encode_rows(&mut row, 0)?;
        }
        let value = cells_of(&row).next().flatten();
        if value.is_some() && Format::from_code(code).is_none() {
            return Err(unsupported(code).into());
        }
        if !self.transaction.is_implicit() {
            self.end_portals();
        }
        if self.has_news() {
            self.notify_published()?;
            self.tell_early()?;
        }
        self.fruitless.clear();
        self.protocol.send(&FunctionCallResponse { value }, self.io.output())?;
        self.end_timing();
        Ok(())
    }

    /// The arguments of a call, each read: the first that is wrong is told.
    fn call_arguments(&self, call: &FunctionCall<&[u8]>, types: Arc<[Oid]>) -> Result<Params> {
        let (formats, given) = (call.argument_formats().len(), call.argument_count());
        if formats > 1 && formats != given {
            let message = format!(
                "function call message contains {formats} argument formats but {given} arguments"
            );
            return Err(PgError::new(SqlState::PROTOCOL_VIOLATION, message));
        }
        let codes = call.argument_formats().cycle().map(Some).chain(std::iter::repeat(None));
        let (style, encoding) = (self.client.reading_style(), self.encoding());
        let mut values = Vec::with_capacity(given);
        let mut refused = Ok(());
        for ((value, code), oid) in call.arguments().zip(codes).zip(types.iter()) {
            let code = code.unwrap_or_default();
            let Some(format) = Format::from_code(code) else {
                refused = Err(unsupported(code));
                break;
            };
            let value = match value {
                Some(value) if encoding.is_foreign() => {
                    match decoded_value((*oid, format), &style.types, value, encoding) {
                        Ok(value) => Some(Cow::Owned(value)),
                        Err(error) => {
                            refused = Err(error);
                            break;
                        }
                    }
                }
                value => value.map(Cow::Borrowed),
            };
            values.push((format, value));
        }
        let read: Arc<[Oid]> = match refused {
            Ok(()) => types,
            // Those in front of it come first.
            Err(_) => types.iter().copied().take(values.len()).collect(),
        };
        let values = values.iter().map(|(format, value)| (*format, value.as_deref()));
        let mut params = Params::bind(read, values)?;
        params.check(&style).map_err(|(index, error)| match error.message() {
            message @ "incorrect binary data format" => {
                let place = index.saturating_add(1);
                let message = format!("{message} in function argument {place}");
                PgError::new(error.sqlstate(), message)
            }
            _ => error.into(),
        })?;
        refused.map(|()| params)
    }
}

fn check_count(given: usize, required: usize) -> Result<()> {
    if given == required {
        return Ok(());
    }
    let message = format!(
        "function call message contains {given} arguments but function requires {required}"
    );
    Err(PgError::new(SqlState::PROTOCOL_VIOLATION, message))
}
