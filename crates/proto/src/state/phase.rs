//! The words of the table: phases, senders, kinds of messages.

use crate::message::{BackendTag, FrontendTag};

/// Which of the two query protocols a COPY was started in: what an error in it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// By a Query: an error is followed by ReadyForQuery.
    Simple,
    /// By an Execute: after an error everything is skipped to the Sync.
    Extended,
}

/// Where a conversation stands, from AuthenticationOk on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The frontend is let in; the backend tells its settings and its cancel key.
    Starting,
    /// Nothing is owed; any message of the frontend may come.
    Idle,
    /// A Query has come; nothing of its answer is complete yet.
    Query,
    /// A statement of the Query returns rows.
    QueryRows,
    /// A statement of the Query is complete; the next, or ReadyForQuery.
    QueryNext,
    /// A FunctionCall has come.
    FunctionCall,
    /// Only ReadyForQuery is left: after a Sync, a failed Query, a FunctionCall's result.
    Ending,
    /// A Parse has come.
    Parse,
    /// A Bind has come.
    Bind,
    /// A Close has come.
    Close,
    /// A Describe of a statement has come: its parameters first, then its rows.
    DescribeStatement,
    /// A Describe of a portal has come, or the parameters of a statement are told.
    DescribeRows,
    /// An Execute has come.
    Execute,
    /// A message of the extended protocol has come that cannot be understood.
    Malformed,
    /// After an error in the extended protocol: everything is dropped up to the Sync.
    Skipping,
    /// The frontend sends data.
    CopyIn(Protocol),
    /// The backend sends data.
    CopyOut(Protocol),
    /// Both send data: replication.
    CopyBoth,
    /// The frontend has ended its half of CopyBoth.
    CopyBothOut,
    /// The backend has ended its half of CopyBoth.
    CopyBothIn,
    /// Something else than data came during CopyIn: told by an ERROR, then by a FATAL one.
    Lost,
    /// The connection is over.
    Closed,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 24] = [
        Phase::Starting,
        Phase::Idle,
        Phase::Query,
        Phase::QueryRows,
        Phase::QueryNext,
        Phase::FunctionCall,
        Phase::Ending,
        Phase::Parse,
        Phase::Bind,
        Phase::Close,
        Phase::DescribeStatement,
        Phase::DescribeRows,
        Phase::Execute,
        Phase::Malformed,
        Phase::Skipping,
        Phase::CopyIn(Protocol::Simple),
        Phase::CopyIn(Protocol::Extended),
        Phase::CopyOut(Protocol::Simple),
        Phase::CopyOut(Protocol::Extended),
        Phase::CopyBoth,
        Phase::CopyBothOut,
        Phase::CopyBothIn,
        Phase::Lost,
        Phase::Closed,
    ];

    /// Whether the backend owes an answer, so that a message of the frontend has to wait for its
    /// turn.
    #[inline]
    pub const fn owes_reply(self) -> bool {
        match self {
            Phase::Idle
            | Phase::Skipping
            | Phase::CopyIn(_)
            | Phase::CopyBoth
            | Phase::CopyBothIn
            | Phase::Lost
            | Phase::Closed => false,
            Phase::Starting
            | Phase::Query
            | Phase::QueryRows
            | Phase::QueryNext
            | Phase::FunctionCall
            | Phase::Ending
            | Phase::Parse
            | Phase::Bind
            | Phase::Close
            | Phase::DescribeStatement
            | Phase::DescribeRows
            | Phase::Execute
            | Phase::Malformed
            | Phase::CopyOut(_)
            | Phase::CopyBothOut => true,
        }
    }

    /// Whether the answer owed may start a COPY whose data the frontend sends.
    #[inline]
    pub const fn may_copy_in(self) -> bool {
        matches!(self, Phase::Query | Phase::QueryRows | Phase::QueryNext | Phase::Execute)
    }

    /// Whether what is in hand ends with a ReadyForQuery.
    #[inline]
    pub const fn owes_ready(self) -> bool {
        matches!(
            self,
            Phase::Starting
                | Phase::Query
                | Phase::QueryRows
                | Phase::QueryNext
                | Phase::FunctionCall
                | Phase::Ending
                | Phase::CopyIn(Protocol::Simple)
                | Phase::CopyOut(Protocol::Simple)
                | Phase::CopyBoth
                | Phase::CopyBothOut
                | Phase::CopyBothIn
        )
    }
}

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
    /// A message that belongs before [`Phase::Starting`]: Authentication and its answers,
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
