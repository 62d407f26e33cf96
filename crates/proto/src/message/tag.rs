//! The type bytes.

/// The type byte of a message from the frontend; unknown bytes survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrontendTag(pub u8);

impl FrontendTag {
    /// Bind
    pub const BIND: FrontendTag = FrontendTag(b'B');
    /// Close
    pub const CLOSE: FrontendTag = FrontendTag(b'C');
    /// CopyData
    pub const COPY_DATA: FrontendTag = FrontendTag(b'd');
    /// CopyDone
    pub const COPY_DONE: FrontendTag = FrontendTag(b'c');
    /// CopyFail
    pub const COPY_FAIL: FrontendTag = FrontendTag(b'f');
    /// Describe
    pub const DESCRIBE: FrontendTag = FrontendTag(b'D');
    /// Execute
    pub const EXECUTE: FrontendTag = FrontendTag(b'E');
    /// Flush
    pub const FLUSH: FrontendTag = FrontendTag(b'H');
    /// FunctionCall
    pub const FUNCTION_CALL: FrontendTag = FrontendTag(b'F');
    /// Parse
    pub const PARSE: FrontendTag = FrontendTag(b'P');
    /// PasswordMessage, SASLInitialResponse, SASLResponse, GSSResponse: the context tells which
    pub const PASSWORD: FrontendTag = FrontendTag(b'p');
    /// Query
    pub const QUERY: FrontendTag = FrontendTag(b'Q');
    /// Sync
    pub const SYNC: FrontendTag = FrontendTag(b'S');
    /// Terminate
    pub const TERMINATE: FrontendTag = FrontendTag(b'X');
}

/// The type byte of a message from the backend; unknown bytes survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BackendTag(pub u8);

impl BackendTag {
    /// Every Authentication message; an Int32 tells which
    pub const AUTHENTICATION: BackendTag = BackendTag(b'R');
    /// BackendKeyData
    pub const BACKEND_KEY_DATA: BackendTag = BackendTag(b'K');
    /// BindComplete
    pub const BIND_COMPLETE: BackendTag = BackendTag(b'2');
    /// CloseComplete
    pub const CLOSE_COMPLETE: BackendTag = BackendTag(b'3');
    /// CommandComplete
    pub const COMMAND_COMPLETE: BackendTag = BackendTag(b'C');
    /// CopyBothResponse
    pub const COPY_BOTH_RESPONSE: BackendTag = BackendTag(b'W');
    /// CopyData
    pub const COPY_DATA: BackendTag = BackendTag(b'd');
    /// CopyDone
    pub const COPY_DONE: BackendTag = BackendTag(b'c');
    /// CopyInResponse
    pub const COPY_IN_RESPONSE: BackendTag = BackendTag(b'G');
    /// CopyOutResponse
    pub const COPY_OUT_RESPONSE: BackendTag = BackendTag(b'H');
    /// DataRow
    pub const DATA_ROW: BackendTag = BackendTag(b'D');
    /// EmptyQueryResponse
    pub const EMPTY_QUERY_RESPONSE: BackendTag = BackendTag(b'I');
    /// ErrorResponse
    pub const ERROR_RESPONSE: BackendTag = BackendTag(b'E');
    /// FunctionCallResponse
    pub const FUNCTION_CALL_RESPONSE: BackendTag = BackendTag(b'V');
    /// NegotiateProtocolVersion
    pub const NEGOTIATE_PROTOCOL_VERSION: BackendTag = BackendTag(b'v');
    /// NoData
    pub const NO_DATA: BackendTag = BackendTag(b'n');
    /// NoticeResponse
    pub const NOTICE_RESPONSE: BackendTag = BackendTag(b'N');
    /// NotificationResponse
    pub const NOTIFICATION_RESPONSE: BackendTag = BackendTag(b'A');
    /// ParameterDescription
    pub const PARAMETER_DESCRIPTION: BackendTag = BackendTag(b't');
    /// ParameterStatus
    pub const PARAMETER_STATUS: BackendTag = BackendTag(b'S');
    /// ParseComplete
    pub const PARSE_COMPLETE: BackendTag = BackendTag(b'1');
    /// PortalSuspended
    pub const PORTAL_SUSPENDED: BackendTag = BackendTag(b's');
    /// ReadyForQuery
    pub const READY_FOR_QUERY: BackendTag = BackendTag(b'Z');
    /// RowDescription
    pub const ROW_DESCRIPTION: BackendTag = BackendTag(b'T');
}
