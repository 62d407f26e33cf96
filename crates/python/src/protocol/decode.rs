//! Messages that were received, as Python has them.

use pyo3::{
    prelude::*,
    types::{PyBytes, PyTuple},
};
use trunkline_proto::message::{
    self as proto, AnyBackend, AnyFrontend, Authentication, PasswordMessage, SaslInitialResponse,
    StartupPacket,
};

use super::{
    authentication as auth, command, copy, empty, error, extended,
    field::{Text, text},
    login::Stage,
    message::made,
    password, rows, session, startup,
};

/// The packets before the first message.
pub(super) fn packet(py: Python<'_>, packet: StartupPacket) -> PyResult<Option<Py<PyAny>>> {
    match packet {
        StartupPacket::Cancel(cancel) => {
            let key = PyBytes::new(py, &cancel.key).unbind();
            made(py, startup::CancelRequest { process_id: cancel.process_id, key })
        }
        StartupPacket::GssEnc(_) => made(py, empty::GSSENCRequest),
        StartupPacket::Ssl(_) => made(py, empty::SSLRequest),
        StartupPacket::Startup(message) => {
            let pairs = message.parameters.iter();
            let pairs =
                pairs.map(|(name, value)| Ok((Text(text(py, name)?), Text(text(py, value)?))));
            let parameters = startup::parameters(py, pairs)?;
            made(py, startup::StartupMessage { parameters, version: message.version })
        }
        _ => return Ok(None),
    }
    .map(Some)
}

/// A message of a frontend. Which of four a `p` is depends on the stage of the login; the error of a
/// `p` is one of its layout.
pub(super) fn frontend(
    py: Python<'_>,
    message: AnyFrontend<&[u8]>,
    stage: Option<Stage>,
) -> PyResult<Result<Py<PyAny>, trunkline_proto::Malformed>> {
    match message {
        AnyFrontend::Bind(bind) => made(
            py,
            extended::Bind {
                portal: text(py, bind.portal())?,
                statement: text(py, bind.statement())?,
                parameters: values(py, bind.parameters(), bind.parameter_count())?,
                parameter_formats: PyTuple::new(py, bind.parameter_formats())?.unbind(),
                result_formats: PyTuple::new(py, bind.result_formats())?.unbind(),
            },
        ),
        AnyFrontend::Close(close) => made(
            py,
            extended::Close { target: close.target, name: text(py, close.name.as_bytes())? },
        ),
        AnyFrontend::CopyData(data) => copy_data(py, data.data),
        AnyFrontend::CopyDone(_) => made(py, empty::CopyDone),
        AnyFrontend::CopyFail(fail) => {
            made(py, copy::CopyFail { message: text(py, fail.message.as_bytes())? })
        }
        AnyFrontend::Describe(describe) => {
            let name = text(py, describe.name.as_bytes())?;
            made(py, extended::Describe { target: describe.target, name })
        }
        AnyFrontend::Execute(execute) => {
            let portal = text(py, execute.portal.as_bytes())?;
            made(py, extended::Execute { portal, max_rows: execute.max_rows })
        }
        AnyFrontend::Flush(_) => made(py, empty::Flush),
        AnyFrontend::FunctionCall(call) => made(
            py,
            command::FunctionCall {
                function: call.function().0,
                arguments: values(py, call.arguments(), call.argument_count())?,
                argument_formats: PyTuple::new(py, call.argument_formats())?.unbind(),
                result_format: call.result_format(),
            },
        ),
        AnyFrontend::Parse(parse) => {
            let types = parse.parameter_types().map(|oid| oid.0);
            let parameter_types = PyTuple::new(py, types)?.unbind();
            let (name, sql) = (text(py, parse.name())?, text(py, parse.sql())?);
            made(py, extended::Parse { name, sql, parameter_types })
        }
        AnyFrontend::Password(message) => return self::password(py, message.body, stage),
        AnyFrontend::Query(query) => {
            made(py, command::Query { sql: text(py, query.sql.as_bytes())? })
        }
        AnyFrontend::Sync(_) => made(py, empty::Sync),
        AnyFrontend::Terminate(_) => made(py, empty::Terminate),
        // The enum may grow; this decoder grows with it.
        _ => return Ok(Err(trunkline_proto::Malformed::MessageType(0))),
    }
    .map(Ok)
}

fn password(
    py: Python<'_>,
    body: &[u8],
    stage: Option<Stage>,
) -> PyResult<Result<Py<PyAny>, trunkline_proto::Malformed>> {
    let owned = || bytes::Bytes::copy_from_slice(body);
    let message = match stage {
        Some(Stage::SaslInitial) => match SaslInitialResponse::decode(owned()) {
            Ok(message) => {
                let data = message.response.map(|data| PyBytes::new(py, &data).unbind());
                let mechanism = text(py, message.mechanism.as_bytes())?;
                made(py, password::SASLInitialResponse { mechanism, data })
            }
            Err(malformed) => return Ok(Err(malformed)),
        },
        Some(Stage::Sasl) => {
            made(py, password::SASLResponse { data: PyBytes::new(py, body).unbind() })
        }
        Some(Stage::Gss) => {
            made(py, password::GSSResponse { data: PyBytes::new(py, body).unbind() })
        }
        _ => match PasswordMessage::decode(owned()) {
            Ok(message) => {
                let password = text(py, message.password.as_bytes())?;
                made(py, password::PasswordMessage { password })
            }
            Err(malformed) => return Ok(Err(malformed)),
        },
    };
    message.map(Ok)
}

/// A row of a result.
#[inline]
pub(super) fn row(
    py: Python<'_>,
    row: &proto::DataRow<proto::Values<&[u8]>>,
) -> PyResult<Py<PyAny>> {
    let values = values(py, row.values.iter(), row.values.len())?;
    made(py, rows::DataRow { values })
}

/// A tuple of so many values.
#[inline]
fn values<'a>(
    py: Python<'_>,
    values: impl Iterator<Item = Option<&'a [u8]>>,
    count: usize,
) -> PyResult<Py<PyTuple>> {
    let values = values.map(|value| value.map(|value| PyBytes::new(py, value)));
    Ok(PyTuple::new(py, Sized(values, count))?.unbind())
}

/// An iterator that is known to yield so many.
struct Sized<I>(I, usize);

impl<I: Iterator> Iterator for Sized<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.1 = self.1.saturating_sub(1);
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

impl<I: Iterator> ExactSizeIterator for Sized<I> {}

/// Data of a COPY.
pub(super) fn copy_data(py: Python<'_>, data: &[u8]) -> PyResult<Py<PyAny>> {
    made(py, copy::CopyData { data: PyBytes::new(py, data).unbind() })
}

/// Any other message of a backend.
pub(super) fn backend(py: Python<'_>, message: AnyBackend) -> PyResult<Py<PyAny>> {
    let bytes = |data: &[u8]| PyBytes::new(py, data).unbind();
    match message {
        AnyBackend::Authentication(request) => authentication(py, request),
        AnyBackend::BackendKeyData(data) => {
            made(py, session::BackendKeyData { process_id: data.process_id, key: bytes(&data.key) })
        }
        AnyBackend::BindComplete(_) => made(py, empty::BindComplete),
        AnyBackend::CloseComplete(_) => made(py, empty::CloseComplete),
        AnyBackend::CommandComplete(complete) => {
            made(py, command::CommandComplete { tag: text(py, complete.tag.as_bytes())? })
        }
        AnyBackend::CopyBothResponse(response) => {
            let columns = PyTuple::new(py, response.columns.iter())?.unbind();
            made(py, copy::CopyBothResponse { format: response.format, columns })
        }
        AnyBackend::CopyData(data) => copy_data(py, &data.data),
        AnyBackend::CopyDone(_) => made(py, empty::CopyDone),
        AnyBackend::CopyInResponse(response) => {
            let columns = PyTuple::new(py, response.columns.iter())?.unbind();
            made(py, copy::CopyInResponse { format: response.format, columns })
        }
        AnyBackend::CopyOutResponse(response) => {
            let columns = PyTuple::new(py, response.columns.iter())?.unbind();
            made(py, copy::CopyOutResponse { format: response.format, columns })
        }
        AnyBackend::EmptyQueryResponse(_) => made(py, empty::EmptyQueryResponse),
        AnyBackend::ErrorResponse(response) => {
            made(py, error::ErrorResponse { fields: response.fields })
        }
        AnyBackend::FunctionCallResponse(response) => {
            let value = response.value.map(|value| bytes(&value));
            made(py, command::FunctionCallResponse { value })
        }
        AnyBackend::NegotiateProtocolVersion(negotiate) => {
            let options = negotiate.options.iter().map(|option| text(py, option.as_bytes()));
            let options = PyTuple::new(py, options.collect::<PyResult<Vec<_>>>()?)?.unbind();
            made(py, session::NegotiateProtocolVersion { version: negotiate.version, options })
        }
        AnyBackend::NoData(_) => made(py, empty::NoData),
        AnyBackend::NoticeResponse(response) => {
            made(py, error::NoticeResponse { fields: response.fields })
        }
        AnyBackend::NotificationResponse(notification) => {
            let channel = text(py, notification.channel.as_bytes())?;
            let payload = text(py, notification.payload.as_bytes())?;
            let process_id = notification.process_id;
            made(py, session::NotificationResponse { process_id, channel, payload })
        }
        AnyBackend::ParameterDescription(description) => {
            let types = PyTuple::new(py, description.types.iter().map(|oid| oid.0))?.unbind();
            made(py, extended::ParameterDescription { types })
        }
        AnyBackend::ParameterStatus(status) => {
            let name = text(py, status.name.as_bytes())?;
            made(py, session::ParameterStatus { name, value: text(py, status.value.as_bytes())? })
        }
        AnyBackend::ParseComplete(_) => made(py, empty::ParseComplete),
        AnyBackend::PortalSuspended(_) => made(py, empty::PortalSuspended),
        AnyBackend::ReadyForQuery(ready) => {
            made(py, command::ReadyForQuery { status: ready.status })
        }
        AnyBackend::RowDescription(description) => {
            let fields = description.fields.iter().map(|field| {
                let field = rows::FieldDescription {
                    name: text(py, field.name)?,
                    type_oid: field.type_oid.0,
                    typlen: field.typlen,
                    typmod: field.typmod,
                    format: field.format,
                    table: field.table.0,
                    column: field.column,
                };
                Py::new(py, field)
            });
            let fields = fields.collect::<PyResult<Vec<_>>>()?;
            made(py, rows::RowDescription { fields: PyTuple::new(py, fields)?.unbind() })
        }
        // DataRow has a way of its own; the enum may grow, and this decoder grows with it.
        other => Err(pyo3::exceptions::PyNotImplementedError::new_err(format!("{other:?}"))),
    }
}

fn authentication(py: Python<'_>, request: Authentication) -> PyResult<Py<PyAny>> {
    let bytes = |data: &[u8]| PyBytes::new(py, data).unbind();
    match request {
        Authentication::Ok => made(py, empty::AuthenticationOk),
        Authentication::KerberosV5 => made(py, empty::AuthenticationKerberosV5),
        Authentication::CleartextPassword => made(py, empty::AuthenticationCleartextPassword),
        Authentication::Md5Password { salt } => made(py, auth::AuthenticationMD5Password { salt }),
        Authentication::Gss => made(py, empty::AuthenticationGSS),
        Authentication::GssContinue { data } => {
            made(py, auth::AuthenticationGSSContinue { data: bytes(&data) })
        }
        Authentication::Sspi => made(py, empty::AuthenticationSSPI),
        Authentication::Sasl { mechanisms } => {
            let names = mechanisms.iter().map(|name| text(py, name.as_bytes()));
            let names = PyTuple::new(py, names.collect::<PyResult<Vec<_>>>()?)?;
            made(py, auth::AuthenticationSASL { mechanisms: names.unbind() })
        }
        Authentication::SaslContinue { data } => {
            made(py, auth::AuthenticationSASLContinue { data: bytes(&data) })
        }
        Authentication::SaslFinal { data } => {
            made(py, auth::AuthenticationSASLFinal { data: bytes(&data) })
        }
        other => Err(pyo3::exceptions::PyNotImplementedError::new_err(format!("{other:?}"))),
    }
}
