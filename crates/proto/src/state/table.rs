//! The table.

use super::{Kind, Phase, Protocol, Sender};

/// What a message does to the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is legal; this is the phase after it.
    Next(Phase),
    /// It is legal and means nothing: who receives it drops it, who would send it need not.
    Ignored,
    /// It must not be sent.
    Illegal,
}

/// The verdict on a message.
///
/// Sources: <https://www.postgresql.org/docs/18/protocol-flow.html>, and where PostgreSQL 18 does
/// otherwise, PostgreSQL 18: a Flush hears of a statement that timed out while the frontend was silent; within CopyIn a Sync or Flush is swallowed and anything but data ends
/// the connection; outside of it data means nothing.
#[inline(always)]
pub const fn next(phase: Phase, sender: Sender, kind: Kind) -> Verdict {
    match sender {
        Sender::Frontend => frontend(phase, kind),
        Sender::Backend => backend(phase, kind),
    }
}

#[inline]
const fn frontend(phase: Phase, kind: Kind) -> Verdict {
    use Phase as P;
    // The message behind a Flush need not know of it.
    let phase = if matches!(phase, P::Flush) { P::Idle } else { phase };
    let next = match (phase, kind) {
        (P::CopyIn(_), Kind::CopyData) => phase,
        (P::CopyIn(protocol), Kind::CopyDone | Kind::CopyFail) => after_copy(protocol),
        (P::CopyIn(_), Kind::Flush | Kind::Sync) => return Verdict::Ignored,
        // Terminate too.
        (P::CopyIn(_), _) => P::Lost,

        (P::CopyBoth | P::CopyBothIn, Kind::CopyData) => phase,
        (P::CopyBoth, Kind::CopyDone) => P::CopyBothOut,
        (P::CopyBothIn, Kind::CopyDone) => P::Query,
        (P::CopyBoth | P::CopyBothIn | P::Skipping | P::Idle, Kind::Terminate) => P::Closed,

        (P::Skipping, Kind::Sync) => P::Ending,
        (_, Kind::Login) => return Verdict::Illegal,
        (P::Skipping, _) => return Verdict::Ignored,

        (P::Idle, Kind::CopyData | Kind::CopyDone | Kind::CopyFail) => return Verdict::Ignored,
        (P::Idle, Kind::Bind) => P::Bind,
        (P::Idle, Kind::Close) => P::Close,
        (P::Idle, Kind::DescribePortal) => P::DescribeRows,
        (P::Idle, Kind::DescribeStatement) => P::DescribeStatement,
        (P::Idle, Kind::Execute) => P::Execute,
        (P::Idle, Kind::Flush) => P::Flush,
        (P::Idle, Kind::FunctionCall) => P::FunctionCall,
        (P::Idle, Kind::MalformedExtended) => P::Malformed,
        (P::Idle, Kind::Parse) => P::Parse,
        (P::Idle, Kind::Query) => P::Query,
        (P::Idle, Kind::Sync) => P::Ending,

        // While an answer is owed, a message has to wait; after the end it is too late.
        _ => return Verdict::Illegal,
    };
    Verdict::Next(next)
}

/// Inlined, for the kind of what is sent is mostly known: then little of the table is left.
#[inline(always)]
const fn backend(phase: Phase, kind: Kind) -> Verdict {
    use Phase as P;
    let next = match (phase, kind) {
        (P::Closed, _) => return Verdict::Illegal,
        (_, Kind::Asynchronous) => phase,
        (_, Kind::Fatal) => P::Closed,

        (P::Starting, Kind::BackendKeyData) => P::Starting,
        (P::Starting, Kind::ReadyForQuery) => P::Idle,

        (P::Query | P::QueryNext, Kind::RowDescription) => P::QueryRows,
        (P::QueryRows, Kind::DataRow) => P::QueryRows,
        (P::Query | P::QueryRows | P::QueryNext, Kind::CommandComplete) => P::QueryNext,
        (P::Query, Kind::EmptyQueryResponse) => P::Ending,
        (P::Query | P::QueryNext, Kind::CopyInResponse) => P::CopyIn(Protocol::Simple),
        (P::Query | P::QueryNext, Kind::CopyOutResponse) => P::CopyOut(Protocol::Simple),
        (P::Query | P::QueryNext, Kind::CopyBothResponse) => P::CopyBoth,
        (P::Query | P::QueryRows | P::QueryNext, Kind::Error) => P::Ending,
        (P::QueryNext | P::Ending, Kind::ReadyForQuery) => P::Idle,

        (P::FunctionCall, Kind::FunctionCallResponse | Kind::Error) => P::Ending,
        // What fails while the transaction ends fails after the answer, or even twice.
        (P::Ending, Kind::Error) => P::Ending,

        (P::Parse, Kind::ParseComplete)
        | (P::Bind, Kind::BindComplete)
        | (P::Close, Kind::CloseComplete)
        | (P::DescribeRows, Kind::RowDescription | Kind::NoData) => P::Idle,
        (P::DescribeStatement, Kind::ParameterDescription) => P::DescribeRows,
        (P::Execute, Kind::DataRow) => P::Execute,
        (P::Execute, Kind::CommandComplete | Kind::EmptyQueryResponse | Kind::PortalSuspended) => {
            P::Idle
        }
        (P::Execute, Kind::CopyInResponse) => P::CopyIn(Protocol::Extended),
        (P::Execute, Kind::CopyOutResponse) => P::CopyOut(Protocol::Extended),
        (
            P::Flush
            | P::Parse
            | P::Bind
            | P::Close
            | P::DescribeStatement
            | P::DescribeRows
            | P::Execute
            | P::Malformed
            | P::CopyIn(Protocol::Extended)
            | P::CopyOut(Protocol::Extended),
            Kind::Error,
        ) => P::Skipping,

        (P::CopyOut(_), Kind::CopyData) => phase,
        (P::CopyOut(protocol), Kind::CopyDone) => after_copy(protocol),
        (P::CopyBoth | P::CopyBothOut, Kind::CopyData) => phase,
        (P::CopyBoth, Kind::CopyDone) => P::CopyBothIn,
        (P::CopyBothOut, Kind::CopyDone) => P::Query,
        (
            P::CopyIn(Protocol::Simple)
            | P::CopyOut(Protocol::Simple)
            | P::CopyBoth
            | P::CopyBothIn
            | P::CopyBothOut,
            Kind::Error,
        ) => P::Ending,

        (P::Lost, Kind::Error) => P::Lost,
        // A server that answers errors of a Query as always need not know.
        (P::Lost, Kind::ReadyForQuery) => return Verdict::Ignored,

        _ => return Verdict::Illegal,
    };
    Verdict::Next(next)
}

/// Where the command that started a COPY goes on.
const fn after_copy(protocol: Protocol) -> Phase {
    match protocol {
        Protocol::Simple => Phase::Query,
        Protocol::Extended => Phase::Execute,
    }
}
