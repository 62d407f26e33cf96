//! Where a conversation stands.

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
    /// As Idle, behind a Flush: it is owed no answer, but is told of what has failed meanwhile, such as a timeout.
    Flush,
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
    pub const ALL: [Phase; 25] = [
        Phase::Starting,
        Phase::Idle,
        Phase::Flush,
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
            | Phase::Flush
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
