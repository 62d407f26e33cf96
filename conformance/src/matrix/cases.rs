//! The states, the messages, their lengths.

use std::fmt;

use crate::frontend::typed;

/// Where a conversation stands when the message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Connected,
    Declined,
    Password,
    Sasl,
    Idle,
    Transaction,
    Failed,
    Pipeline,
    Skipping,
    CopyIn,
    Streaming,
    Suspended,
}

impl State {
    const ALL: [State; 12] = [
        State::Connected,
        State::Declined,
        State::Password,
        State::Sasl,
        State::Idle,
        State::Transaction,
        State::Failed,
        State::Pipeline,
        State::Skipping,
        State::CopyIn,
        State::Streaming,
        State::Suspended,
    ];

    pub(crate) fn words(self) -> &'static str {
        match self {
            State::Connected => "before the startup packet",
            State::Declined => "after SSLRequest was answered N",
            State::Password => "waiting for the password",
            State::Sasl => "during SASL",
            State::Idle => "idle",
            State::Transaction => "in a transaction",
            State::Failed => "in a failed transaction",
            State::Pipeline => "in a pipeline before Sync",
            State::Skipping => "skipping after an error",
            State::CopyIn => "during copy-in",
            State::Streaming => "while rows stream",
            State::Suspended => "with a suspended portal",
        }
    }

    /// What trunkline has not got yet.
    pub(crate) fn awaits(self) -> Option<&'static str> {
        (self == State::CopyIn).then_some("COPY")
    }
}

/// How the length word relates to what is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    Exact,
    /// One less: the last byte is taken for the next message.
    Short,
    /// As much more as a Sync has bytes: the Sync behind it is taken for a part of it.
    Long,
    Negative,
}

/// One message in one state.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) state: State,
    pub(crate) message: u8,
    length: Length,
}

const MESSAGES: &[u8] = b"QPBDECHSXFdcfpy";

impl Case {
    pub(crate) fn all() -> Vec<Case> {
        let lengths = [Length::Exact, Length::Short, Length::Long, Length::Negative];
        let mut cases = Vec::new();
        for state in State::ALL {
            for &message in MESSAGES {
                cases.extend(lengths.map(|length| Case { state, message, length }));
            }
        }
        cases
    }

    /// The message, and a Sync or two behind it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // In a suspended portal's state it is that portal which messages mean.
        let portal: &[u8] = if self.state == State::Suspended { b"p\0" } else { b"\0" };
        let mut message = match self.message {
            b'Q' => typed(b'Q', &[b"select 1\0"]),
            b'P' => typed(b'P', &[b"\0select 2\0\0\0"]),
            b'B' => typed(b'B', &[portal, b"s\0\0\0\0\0\0\0"]),
            b'D' => typed(b'D', &[b"P", portal]),
            b'E' => typed(b'E', &[portal, b"\0\0\0\0"]),
            b'C' => typed(b'C', &[b"P", portal]),
            b'F' => typed(b'F', &[b"\0\0\xff\xff\0\0\0\0\0\0"]),
            b'd' => typed(b'd', &[b"1\n"]),
            b'f' => typed(b'f', &[b"no\0"]),
            b'p' => typed(b'p', &[b"secret\0"]),
            other => typed(other, &[]),
        };
        let length = i32::try_from(message.len() - 1).unwrap_or_default();
        let length = match self.length {
            Length::Exact => length,
            Length::Short => length - 1,
            Length::Long => length + 5,
            Length::Negative => -1,
        };
        if let Some(word) = message.get_mut(1..5) {
            word.copy_from_slice(&length.to_be_bytes());
        }
        let sync = typed(b'S', &[]);
        match self.length {
            Length::Long => [message, sync.clone(), sync].concat(),
            _ => [message, sync].concat(),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match self.length {
            Length::Exact => "",
            Length::Short => ", its length one too small",
            Length::Long => ", its length five too large",
            Length::Negative => ", its length negative",
        };
        write!(f, "{} {}{length}", char::from(self.message), self.state.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_tried_in_every_state() {
        assert_eq!(Case::all().len(), 12 * 15 * 4);
        let case = Case { state: State::Idle, message: b'S', length: Length::Short };
        assert_eq!(case.bytes(), b"S\0\0\0\x03S\0\0\0\x04");
        let case = Case { state: State::Idle, message: b'Q', length: Length::Long };
        assert_eq!(case.bytes(), b"Q\0\0\0\x12select 1\0S\0\0\0\x04S\0\0\0\x04");
    }
}
