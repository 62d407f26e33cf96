//! What a client asks for.

use bytes::Bytes;

use crate::{
    Oid,
    error::Malformed,
    message::{
        Bind, Close, CopyData, CopyFail, Describe, Execute, FunctionCall, MalformedBind, Parse,
        PgStr, Query,
    },
    wire::Body,
};

/// A message of the client that wants something of the server.
///
/// Bodies are slices of the input. Of a `BytesMut` they own their part: what is kept beyond the
/// answer is to be detached ([`PgStr::detach`], [`Bind::detach`]), else it keeps the whole read buffer
/// alive. Of a `&[u8]` they borrow it: nothing is counted, and nothing can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<B: Body = Bytes> {
    /// Make a portal. Answer: BindComplete.
    Bind(Bind<B>),
    /// Forget a statement or portal, if there is one. Answer: CloseComplete.
    Close(Close<PgStr<B>>),
    /// Data of a COPY. No answer.
    CopyData(CopyData<B>),
    /// The data of a COPY is complete. Answer: CommandComplete, or an error; of a Query then what
    /// follows, and ReadyForQuery.
    CopyDone,
    /// The client gives a COPY up. Answer: an error, 57014 `COPY from stdin failed: …`.
    CopyFail(CopyFail<PgStr<B>>),
    /// Describe a statement or portal. Answer: ParameterDescription (of a statement), then
    /// RowDescription or NoData.
    Describe(Describe<PgStr<B>>),
    /// Run a portal. Answer: rows, then CommandComplete, PortalSuspended or EmptyQueryResponse.
    Execute(Execute<PgStr<B>>),
    /// Send what there is. No answer, or an error that has come up since the last one.
    Flush,
    /// Call a function. Answer: FunctionCallResponse or an error, then ReadyForQuery.
    FunctionCall(FunctionCall<B>),
    /// Call a function with arguments that cannot be read. Answer: an error, then ReadyForQuery.
    ///
    /// PostgreSQL looks the function up before it reads on: 42883 if there is none, 08P01 for a number of arguments
    /// that it has not, else the [`PeerError`](crate::PeerError) that the error converts to.
    MalformedCall {
        /// The function.
        function: Oid,
        /// How many arguments there are to be, if it can be read so far.
        arguments: Option<u16>,
        /// What is wrong with the rest.
        error: Malformed,
    },
    /// Make a portal of what cannot be read to its end. Answer: an error.
    ///
    /// PostgreSQL looks the statement up before it reads on: 26000 if there is none, and so on, else the
    /// [error](MalformedBind::error) that this holds.
    MalformedBind(Box<MalformedBind<B>>),
    /// Prepare a statement. Answer: ParseComplete.
    Parse(Parse<B>),
    /// Run statements. Answer: those of each statement, then ReadyForQuery.
    Query(Query<PgStr<B>>),
    /// The end of a pipeline. Answer: ReadyForQuery, perhaps after an error.
    Sync,
    /// The client leaves. No answer.
    Terminate,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is moved for every message: one slice of the input and four places in it.
    #[test]
    fn an_event_is_small() {
        assert!(size_of::<Event>() <= 56, "{} bytes", size_of::<Event>());
        let borrowed = size_of::<Event<&[u8]>>();
        assert!(borrowed <= 40, "{borrowed} bytes");
    }
}
