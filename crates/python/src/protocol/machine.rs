//! Where a connection stands: the login, then the table of trunkline-proto.

use pyo3::prelude::*;
use trunkline_proto::{
    Limits,
    message::TransactionStatus,
    state::{Conversation, Kind, Phase as TablePhase, Request, Sender, Verdict},
};

use super::{
    login::{self, Method, Next, Stage},
    message::Step,
};

/// Where a connection stands.
#[pyclass(
    frozen,
    eq,
    hash,
    from_py_object,
    rename_all = "SCREAMING_SNAKE_CASE",
    module = "trunkline.protocol"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// The first packet is to come, or the next after an answer to SSLRequest or GSSENCRequest.
    Startup,
    /// An SSLRequest is to be answered.
    SslNegotiation,
    /// A GSSENCRequest is to be answered.
    GssNegotiation,
    /// The backend is to say how, or whether, the frontend proves who it is.
    Authentication,
    /// The frontend owes a PasswordMessage.
    Password,
    /// The frontend owes a SASLInitialResponse.
    SaslInitial,
    /// The frontend owes a SASLResponse.
    Sasl,
    /// The frontend owes a GSSResponse.
    Gss,
    /// The frontend is let in; the backend tells its settings and its cancel key.
    Starting,
    /// Nothing is owed.
    Idle,
    /// A Query is being answered.
    Query,
    /// A FunctionCall is being answered.
    FunctionCall,
    /// Messages of the extended protocol are being answered, or are to be followed by a Sync.
    Extended,
    /// After an error in the extended protocol: everything is dropped up to the Sync.
    Skipping,
    /// Only ReadyForQuery is left, or a last error before it.
    Ending,
    /// The frontend sends data.
    CopyIn,
    /// The backend sends data.
    CopyOut,
    /// Both send data: replication.
    CopyBoth,
    /// The connection is over.
    Closed,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Pass,
    /// It means nothing: who receives it drops it, who would send it need not.
    Drop,
    /// What it means depends on an answer that is still owed.
    Wait,
    Illegal,
}

/// The rules of one connection.
#[derive(Clone)]
pub(super) struct Machine {
    /// `None` after AuthenticationOk.
    stage: Option<Stage>,
    conversation: Conversation,
    /// Messages of the extended protocol have passed that no Sync has followed.
    in_batch: bool,
    status: Option<TransactionStatus>,
    pub(super) limits: Limits,
}

impl Machine {
    pub(super) fn new(is_logged_in: bool, limits: Limits) -> Machine {
        Machine {
            stage: (!is_logged_in).then_some(Stage::Startup { is_encrypted: false }),
            conversation: Conversation::new(),
            in_batch: false,
            status: is_logged_in.then_some(TransactionStatus::Idle),
            limits,
        }
    }

    /// Stands in a phase whatever has been before: only the login is told apart, which decides how
    /// messages are read.
    pub(super) fn stand(&mut self, phase: Phase) {
        self.stage = match phase {
            Phase::Startup => Some(Stage::Startup { is_encrypted: false }),
            Phase::SslNegotiation => Some(Stage::Ssl),
            Phase::GssNegotiation => Some(Stage::GssEnc),
            Phase::Authentication => Some(Stage::Authentication(Method::Undecided)),
            Phase::Password => Some(Stage::Password),
            Phase::SaslInitial => Some(Stage::SaslInitial),
            Phase::Sasl => Some(Stage::Sasl),
            Phase::Gss => Some(Stage::Gss),
            _ => None,
        };
    }

    pub(super) fn stage(&self) -> Option<Stage> {
        self.stage
    }

    pub(super) fn table_phase(&self) -> TablePhase {
        self.conversation.phase()
    }

    pub(super) fn status(&self) -> Option<TransactionStatus> {
        self.status
    }

    pub(super) fn pending_syncs(&self) -> usize {
        if self.stage.is_some() { 0 } else { self.conversation.ready_owed() }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.phase() == Phase::Idle
    }

    /// A message passes, or is judged why it must not.
    #[inline]
    pub(super) fn pass(&mut self, sender: Sender, step: Step, is_ours: bool) -> Outcome {
        if let Some(stage) = self.stage {
            return self.pass_login(stage, sender, step);
        }
        let kind = match step {
            Step::Loop(kind) => kind,
            Step::Ready(_) => Kind::ReadyForQuery,
            // Too late, even where what comes ahead would wait.
            Step::Login(_) => return Outcome::Illegal,
        };
        match sender {
            Sender::Frontend => self.pass_frontend(kind, is_ours),
            Sender::Backend => self.pass_backend(kind, step, is_ours),
        }
    }

    fn pass_login(&mut self, stage: Stage, sender: Sender, step: Step) -> Outcome {
        match login::next(stage, sender, step) {
            Next::Stage(stage) => self.stage = Some(stage),
            Next::In => {
                self.stage = None;
                self.conversation = Conversation::starting();
            }
            Next::Over => self.close(),
            Next::Illegal => return Outcome::Illegal,
        }
        Outcome::Pass
    }

    #[inline]
    fn pass_frontend(&mut self, kind: Kind, is_ours: bool) -> Outcome {
        if is_ours && let TablePhase::CopyIn(_) = self.conversation.phase() {
            match kind {
                Kind::CopyData | Kind::CopyDone | Kind::CopyFail => {}
                Kind::Terminate => {
                    self.close();
                    return Outcome::Pass;
                }
                // A Sync would never get its ReadyForQuery, for anything else the backend leaves.
                _ => return Outcome::Illegal,
            }
        }
        match self.conversation.request(kind) {
            Request::Taken => {
                match kind {
                    Kind::Sync => self.in_batch = false,
                    Kind::Bind
                    | Kind::Close
                    | Kind::DescribePortal
                    | Kind::DescribeStatement
                    | Kind::Execute
                    | Kind::MalformedExtended
                    | Kind::Parse => self.in_batch = true,
                    _ => {}
                }
                Outcome::Pass
            }
            // What is skipped after an error is sent all the same: the Sync behind it counts.
            Request::Ignored if is_ours => match kind {
                Kind::CopyData | Kind::CopyDone | Kind::CopyFail => Outcome::Drop,
                _ => Outcome::Pass,
            },
            Request::Ignored => Outcome::Drop,
            Request::Early if is_ours => Outcome::Illegal,
            Request::Early => Outcome::Wait,
            Request::Illegal => Outcome::Illegal,
        }
    }

    #[inline]
    fn pass_backend(&mut self, kind: Kind, step: Step, is_ours: bool) -> Outcome {
        match self.conversation.reply(kind) {
            Verdict::Next(TablePhase::CopyIn(trunkline_proto::state::Protocol::Extended)) => {
                // A Sync that came ahead means nothing any more.
                self.in_batch = true;
                Outcome::Pass
            }
            Verdict::Next(_) => {
                if let Step::Ready(status) = step {
                    self.status = Some(status);
                }
                Outcome::Pass
            }
            // A server in distress says so when it wants.
            Verdict::Illegal if kind == Kind::Error && !is_ours => Outcome::Pass,
            Verdict::Ignored if is_ours => Outcome::Drop,
            Verdict::Ignored | Verdict::Illegal => Outcome::Illegal,
        }
    }

    /// The connection is over.
    pub(super) fn close(&mut self) {
        self.stage = None;
        self.conversation.reply(Kind::Fatal);
    }

    pub(super) fn phase(&self) -> Phase {
        match self.stage {
            Some(Stage::Startup { .. }) => Phase::Startup,
            Some(Stage::Ssl) => Phase::SslNegotiation,
            Some(Stage::GssEnc) => Phase::GssNegotiation,
            Some(Stage::Authentication(
                Method::Undecided | Method::Sasl | Method::Gss | Method::Judged,
            )) => Phase::Authentication,
            Some(Stage::Password) => Phase::Password,
            Some(Stage::SaslInitial) => Phase::SaslInitial,
            Some(Stage::Sasl) => Phase::Sasl,
            Some(Stage::Gss) => Phase::Gss,
            None => self.phase_in(),
        }
    }

    fn phase_in(&self) -> Phase {
        match self.conversation.phase() {
            TablePhase::Starting => Phase::Starting,
            TablePhase::Idle | TablePhase::Flush if self.in_batch => Phase::Extended,
            TablePhase::Idle | TablePhase::Flush => Phase::Idle,
            TablePhase::Query | TablePhase::QueryRows | TablePhase::QueryNext => Phase::Query,
            TablePhase::FunctionCall => Phase::FunctionCall,
            TablePhase::Parse
            | TablePhase::Bind
            | TablePhase::Close
            | TablePhase::DescribeStatement
            | TablePhase::DescribeRows
            | TablePhase::Execute
            | TablePhase::Malformed => Phase::Extended,
            TablePhase::Skipping => Phase::Skipping,
            TablePhase::Ending => Phase::Ending,
            TablePhase::CopyIn(_) => Phase::CopyIn,
            TablePhase::CopyOut(_) => Phase::CopyOut,
            TablePhase::CopyBoth | TablePhase::CopyBothIn | TablePhase::CopyBothOut => {
                Phase::CopyBoth
            }
            TablePhase::Lost | TablePhase::Closed => Phase::Closed,
        }
    }
}
