//! What a server says.

use crate::message::{
    BackendKeyData, CommandComplete, CopyBothResponse, CopyData, CopyInResponse, CopyOutResponse,
    DataRow, ErrorResponse, FunctionCallResponse, NoticeResponse, NotificationResponse,
    ParameterDescription, ParameterStatus, RowDescription, TransactionStatus,
};

/// A message of the server.
///
/// Bodies are slices of the input: what is kept is to be copied out, else it keeps the whole read
/// buffer alive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What a CancelRequest must present. Only before the first [`Ready`](Event::Ready); some
    /// servers never say it.
    BackendKeyData(BackendKeyData),
    /// The portal is made.
    BindComplete,
    /// The statement or portal is forgotten.
    CloseComplete,
    /// A statement has run to its end.
    CommandComplete(CommandComplete),
    /// Both sides send data: replication.
    CopyBoth(CopyBothResponse),
    /// Data of a COPY.
    CopyData(CopyData),
    /// The server has sent all data of a COPY.
    CopyDone,
    /// The server waits for data: send CopyData, then CopyDone or CopyFail.
    CopyIn(CopyInResponse),
    /// Data follows.
    CopyOut(CopyOutResponse),
    /// The query string was empty.
    EmptyQuery,
    /// The message in hand failed; in the extended protocol everything sent up to the Sync is
    /// skipped. Or the connection ends, if the severity is `FATAL` or `PANIC`: that may come at any
    /// time.
    Error(ErrorResponse),
    /// The result of a FunctionCall.
    FunctionCall(FunctionCallResponse),
    /// The statement returns no rows.
    NoData,
    /// A warning or a word; at any time.
    Notice(NoticeResponse),
    /// Someone has notified a channel that is listened to; at any time.
    Notification(NotificationResponse),
    /// The types of a statement's parameters.
    ParameterDescription(ParameterDescription),
    /// A setting has changed; at any time.
    ParameterStatus(ParameterStatus),
    /// The statement is prepared.
    ParseComplete,
    /// The row limit of an Execute is reached.
    PortalSuspended,
    /// Everything up to a Query, a FunctionCall, a Sync, or the login is answered.
    Ready(TransactionStatus),
    /// A row.
    Row(DataRow),
    /// The columns of the rows.
    RowDescription(RowDescription),
}
