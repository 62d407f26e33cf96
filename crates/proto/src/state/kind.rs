//! What the table knows of a message.

use crate::message::{BackendTag, FrontendTag};

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The client.
    Frontend,
    /// The server.
    Backend,
}

/// What a message is to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "most are the message of their name")]
pub enum Kind {
    Bind,
    Close,
    DescribePortal,
    DescribeStatement,
    Execute,
    Flush,
    FunctionCall,
    /// A message of the extended protocol (not Sync) whose body cannot be read.
    MalformedExtended,
    Parse,
    Query,
    Sync,
    Terminate,
    CopyData,
    CopyDone,
    CopyFail,
    /// NoticeResponse, NotificationResponse, ParameterStatus: at any time.
    Asynchronous,
    BindComplete,
    CloseComplete,
    CommandComplete,
    CopyBothResponse,
    CopyInResponse,
    CopyOutResponse,
    DataRow,
    EmptyQueryResponse,
    /// ErrorResponse that does not end the connection.
    Error,
    /// ErrorResponse that does: FATAL and PANIC.
    Fatal,
    FunctionCallResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    ReadyForQuery,
    RowDescription,
    BackendKeyData,
    /// A message that belongs before `Phase::Starting`: Authentication and its answers,
    /// NegotiateProtocolVersion.
    Login,
}

impl Kind {
    /// All that a frontend sends.
    pub const FRONTEND: [Kind; 16] = [
        Kind::Query,
        Kind::Parse,
        Kind::Bind,
        Kind::DescribeStatement,
        Kind::DescribePortal,
        Kind::Execute,
        Kind::Close,
        Kind::Flush,
        Kind::MalformedExtended,
        Kind::Sync,
        Kind::FunctionCall,
        Kind::CopyData,
        Kind::CopyDone,
        Kind::CopyFail,
        Kind::Terminate,
        Kind::Login,
    ];

    /// All that a backend sends.
    pub const BACKEND: [Kind; 22] = [
        Kind::Asynchronous,
        Kind::BackendKeyData,
        Kind::ParseComplete,
        Kind::BindComplete,
        Kind::CloseComplete,
        Kind::ParameterDescription,
        Kind::RowDescription,
        Kind::NoData,
        Kind::DataRow,
        Kind::CommandComplete,
        Kind::EmptyQueryResponse,
        Kind::PortalSuspended,
        Kind::FunctionCallResponse,
        Kind::CopyInResponse,
        Kind::CopyOutResponse,
        Kind::CopyBothResponse,
        Kind::CopyData,
        Kind::CopyDone,
        Kind::Error,
        Kind::Fatal,
        Kind::ReadyForQuery,
        Kind::Login,
    ];

    /// The kind of a message from the backend; an ErrorResponse is taken for not fatal.
    #[inline]
    pub const fn of_backend(tag: BackendTag) -> Kind {
        match tag {
            BackendTag::BACKEND_KEY_DATA => Kind::BackendKeyData,
            BackendTag::BIND_COMPLETE => Kind::BindComplete,
            BackendTag::CLOSE_COMPLETE => Kind::CloseComplete,
            BackendTag::COMMAND_COMPLETE => Kind::CommandComplete,
            BackendTag::COPY_BOTH_RESPONSE => Kind::CopyBothResponse,
            BackendTag::COPY_DATA => Kind::CopyData,
            BackendTag::COPY_DONE => Kind::CopyDone,
            BackendTag::COPY_IN_RESPONSE => Kind::CopyInResponse,
            BackendTag::COPY_OUT_RESPONSE => Kind::CopyOutResponse,
            BackendTag::DATA_ROW => Kind::DataRow,
            BackendTag::EMPTY_QUERY_RESPONSE => Kind::EmptyQueryResponse,
            BackendTag::ERROR_RESPONSE => Kind::Error,
            BackendTag::FUNCTION_CALL_RESPONSE => Kind::FunctionCallResponse,
            BackendTag::NO_DATA => Kind::NoData,
            BackendTag::NOTICE_RESPONSE
            | BackendTag::NOTIFICATION_RESPONSE
            | BackendTag::PARAMETER_STATUS => Kind::Asynchronous,
            BackendTag::PARAMETER_DESCRIPTION => Kind::ParameterDescription,
            BackendTag::PARSE_COMPLETE => Kind::ParseComplete,
            BackendTag::PORTAL_SUSPENDED => Kind::PortalSuspended,
            BackendTag::READY_FOR_QUERY => Kind::ReadyForQuery,
            BackendTag::ROW_DESCRIPTION => Kind::RowDescription,
            _ => Kind::Login,
        }
    }

    /// The kind of a message from the frontend; a Describe is taken for one of a statement.
    #[inline]
    pub const fn of_frontend(tag: FrontendTag) -> Kind {
        match tag {
            FrontendTag::BIND => Kind::Bind,
            FrontendTag::CLOSE => Kind::Close,
            FrontendTag::COPY_DATA => Kind::CopyData,
            FrontendTag::COPY_DONE => Kind::CopyDone,
            FrontendTag::COPY_FAIL => Kind::CopyFail,
            FrontendTag::DESCRIBE => Kind::DescribeStatement,
            FrontendTag::EXECUTE => Kind::Execute,
            FrontendTag::FLUSH => Kind::Flush,
            FrontendTag::FUNCTION_CALL => Kind::FunctionCall,
            FrontendTag::PARSE => Kind::Parse,
            FrontendTag::QUERY => Kind::Query,
            FrontendTag::SYNC => Kind::Sync,
            FrontendTag::TERMINATE => Kind::Terminate,
            _ => Kind::Login,
        }
    }
}
