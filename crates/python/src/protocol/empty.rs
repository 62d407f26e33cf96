//! Messages that are nothing but their type.

use pyo3::{prelude::*, types::PyTuple};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode},
    state::Kind,
};

use super::{
    login::Step as LoginStep,
    message::{Message, Side, Step, Wire, new},
    record,
};

macro_rules! empty_message {
    ($(#[$doc:meta])* $name:ident, $side:ident, $step:expr, $wire:expr) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
        pub(super) struct $name;

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
                record::match_args(py, [])
            }

            #[new]
            fn new() -> PyClassInitializer<$name> {
                new($name)
            }
        }

        impl Wire for $name {
            const SIDE: Side = Side::$side;

            fn step(&self, _py: Python<'_>) -> Step {
                $step
            }

            fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
                $wire.encode(out)
            }
        }
    };
}

empty_message! {
    /// SSLRequest: may we speak TLS? Answered by SSLResponse.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST>
    SSLRequest, Frontend, Step::Login(LoginStep::SslRequest), proto::SslRequest
}
empty_message! {
    /// GSSENCRequest: may we encrypt with GSSAPI? Answered by GSSENCResponse.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-GSSENCREQUEST>
    GSSENCRequest, Frontend, Step::Login(LoginStep::GssEncRequest), proto::GssEncRequest
}
empty_message! {
    /// Sync: the end of a pipeline, owed one ReadyForQuery.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SYNC>
    Sync, Frontend, Step::Loop(Kind::Sync), proto::Sync
}
empty_message! {
    /// Flush: send what is pending, without ending the pipeline.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-FLUSH>
    Flush, Frontend, Step::Loop(Kind::Flush), proto::Flush
}
empty_message! {
    /// Terminate: the frontend is leaving.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-TERMINATE>
    Terminate, Frontend, Step::Loop(Kind::Terminate), proto::Terminate
}
empty_message! {
    /// CopyDone: the end of the data, from either side.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYDONE>
    CopyDone, Both, Step::Loop(Kind::CopyDone), proto::CopyDone
}
empty_message! {
    /// ParseComplete: the statement is prepared.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PARSECOMPLETE>
    ParseComplete, Backend, Step::Loop(Kind::ParseComplete), proto::ParseComplete
}
empty_message! {
    /// BindComplete: the portal is made.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BINDCOMPLETE>
    BindComplete, Backend, Step::Loop(Kind::BindComplete), proto::BindComplete
}
empty_message! {
    /// CloseComplete: the statement or portal is forgotten, if there was one.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CLOSECOMPLETE>
    CloseComplete, Backend, Step::Loop(Kind::CloseComplete), proto::CloseComplete
}
empty_message! {
    /// NoData: stands for RowDescription where a statement returns no rows.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-NODATA>
    NoData, Backend, Step::Loop(Kind::NoData), proto::NoData
}
empty_message! {
    /// PortalSuspended: the row limit of an Execute is reached, even if no rows are left.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PORTALSUSPENDED>
    PortalSuspended, Backend, Step::Loop(Kind::PortalSuspended), proto::PortalSuspended
}
empty_message! {
    /// EmptyQueryResponse: stands for CommandComplete where the query string was empty.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-EMPTYQUERYRESPONSE>
    EmptyQueryResponse, Backend, Step::Loop(Kind::EmptyQueryResponse), proto::EmptyQueryResponse
}
empty_message! {
    /// AuthenticationOk: the frontend is who it says it is.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONOK>
    AuthenticationOk, Backend, Step::Login(LoginStep::Authentication(0)), proto::Authentication::Ok
}
empty_message! {
    /// AuthenticationKerberosV5: no server asks for it any more.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONKERBEROSV5>
    AuthenticationKerberosV5, Backend, Step::Login(LoginStep::Authentication(2)), proto::Authentication::KerberosV5
}
empty_message! {
    /// AuthenticationCleartextPassword: send the password as it is.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONCLEARTEXTPASSWORD>
    AuthenticationCleartextPassword, Backend, Step::Login(LoginStep::Authentication(3)), proto::Authentication::CleartextPassword
}
empty_message! {
    /// AuthenticationGSS: start GSSAPI.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONGSS>
    AuthenticationGSS, Backend, Step::Login(LoginStep::Authentication(7)), proto::Authentication::Gss
}
empty_message! {
    /// AuthenticationSSPI: start SSPI.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-AUTHENTICATIONSSPI>
    AuthenticationSSPI, Backend, Step::Login(LoginStep::Authentication(9)), proto::Authentication::Sspi
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SSLRequest>()?;
    module.add_class::<GSSENCRequest>()?;
    module.add_class::<Sync>()?;
    module.add_class::<Flush>()?;
    module.add_class::<Terminate>()?;
    module.add_class::<CopyDone>()?;
    module.add_class::<ParseComplete>()?;
    module.add_class::<BindComplete>()?;
    module.add_class::<CloseComplete>()?;
    module.add_class::<NoData>()?;
    module.add_class::<PortalSuspended>()?;
    module.add_class::<EmptyQueryResponse>()?;
    module.add_class::<AuthenticationOk>()?;
    module.add_class::<AuthenticationKerberosV5>()?;
    module.add_class::<AuthenticationCleartextPassword>()?;
    module.add_class::<AuthenticationGSS>()?;
    module.add_class::<AuthenticationSSPI>()
}
