//! The login: which packet or message may come before the table of trunkline-proto applies.

use trunkline_proto::state::{Kind, Sender};

use super::message::Step as AnyStep;

/// A message of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    SslRequest,
    SslResponse(bool),
    GssEncRequest,
    GssEncResponse(bool),
    Cancel,
    Startup,
    Negotiate,
    /// By the number that tells one from another.
    Authentication(i32),
    Password,
    SaslInitial,
    Sasl,
    Gss,
}

/// Where a login stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first packet, or the next after an answer to SSLRequest or GSSENCRequest.
    Startup { is_encrypted: bool },
    /// SSLRequest is to be answered.
    Ssl,
    /// GSSENCRequest is to be answered.
    GssEnc,
    /// The backend decides how to authenticate, or what comes next in a method.
    Authentication(Method),
    /// The frontend owes a password, in clear or hashed.
    Password,
    /// The frontend owes the mechanism and its first message.
    SaslInitial,
    /// The frontend owes a further message of the mechanism.
    Sasl,
    /// The frontend owes a token.
    Gss,
}

/// What the backend has asked for, when it is its turn again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Undecided,
    Sasl,
    Gss,
    /// All is said: AuthenticationOk or an error is left.
    Judged,
}

/// What a message makes of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Stage(Stage),
    /// AuthenticationOk: from here on the table applies.
    In,
    /// The connection ends.
    Over,
    Illegal,
}

/// The rules.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP>.
pub(super) fn next(stage: Stage, sender: Sender, step: AnyStep) -> Next {
    match (sender, step) {
        (Sender::Frontend, AnyStep::Login(step)) => frontend(stage, step),
        (Sender::Backend, AnyStep::Login(step)) => backend(stage, step),
        (Sender::Frontend, AnyStep::Loop(Kind::Terminate)) => Next::Over,
        // An error ends a login whatever its severity says.
        (Sender::Backend, AnyStep::Loop(Kind::Error | Kind::Fatal)) => Next::Over,
        _ => Next::Illegal,
    }
}

fn frontend(stage: Stage, step: Step) -> Next {
    let next = match (stage, step) {
        (Stage::Startup { is_encrypted: false }, Step::SslRequest) => Stage::Ssl,
        (Stage::Startup { is_encrypted: false }, Step::GssEncRequest) => Stage::GssEnc,
        (Stage::Startup { .. }, Step::Startup) => Stage::Authentication(Method::Undecided),
        (Stage::Startup { .. }, Step::Cancel) => return Next::Over,
        (Stage::Password, Step::Password) => Stage::Authentication(Method::Judged),
        (Stage::SaslInitial, Step::SaslInitial) | (Stage::Sasl, Step::Sasl) => {
            Stage::Authentication(Method::Sasl)
        }
        (Stage::Gss, Step::Gss) => Stage::Authentication(Method::Gss),
        _ => return Next::Illegal,
    };
    Next::Stage(next)
}

fn backend(stage: Stage, step: Step) -> Next {
    let method = match (stage, step) {
        (Stage::Ssl, Step::SslResponse(is_encrypted))
        | (Stage::GssEnc, Step::GssEncResponse(is_encrypted)) => {
            return Next::Stage(Stage::Startup { is_encrypted });
        }
        (Stage::Authentication(method), _) => method,
        // The last token of a backend may need no answer.
        (Stage::Gss, _) => Method::Gss,
        _ => return Next::Illegal,
    };
    let next = match (method, step) {
        (_, Step::Authentication(0)) => return Next::In,
        (Method::Undecided, Step::Negotiate | Step::Authentication(2)) => {
            Stage::Authentication(Method::Undecided)
        }
        (Method::Undecided, Step::Authentication(3 | 5)) => Stage::Password,
        (Method::Undecided, Step::Authentication(7 | 9)) => Stage::Gss,
        (Method::Gss, Step::Authentication(8)) => Stage::Gss,
        (Method::Undecided, Step::Authentication(10)) => Stage::SaslInitial,
        (Method::Sasl, Step::Authentication(11)) => Stage::Sasl,
        (Method::Sasl, Step::Authentication(12)) => Stage::Authentication(Method::Judged),
        _ => return Next::Illegal,
    };
    Next::Stage(next)
}
