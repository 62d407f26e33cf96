//! A conversation with pipelining: the phase, and the messages whose turn has not come.

use std::collections::VecDeque;

use super::{Kind, Phase, Sender, Verdict, next};

/// Where a conversation stands, and which messages of the frontend wait for their answers.
///
/// The answer to one message can change what the next one means (after an error it is dropped, in
/// a COPY it must be data). So messages that come ahead wait in a queue, one byte each, and take
/// effect when those before them are answered. A server that answers each message before it takes
/// the next never fills the queue; a proxy and a client do.
#[derive(Clone, Debug)]
pub struct Conversation {
    phase: Phase,
    waiting: VecDeque<Kind>,
}

/// What becomes of a message of the frontend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// It takes effect, now or when its turn comes.
    Taken,
    /// It means nothing and is dropped.
    Ignored,
    /// What it means depends on an answer still owed: it must be asked about again, after that.
    Early,
    /// It must not come.
    Illegal,
}

impl Conversation {
    /// A conversation at the first ReadyForQuery.
    pub const fn new() -> Conversation {
        Conversation { phase: Phase::Idle, waiting: VecDeque::new() }
    }

    /// A conversation just after AuthenticationOk.
    pub const fn starting() -> Conversation {
        Conversation { phase: Phase::Starting, waiting: VecDeque::new() }
    }

    /// Where it stands.
    #[inline]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// How many messages are owed an answer, the one in hand included. Those skipped after an
    /// error are owed none.
    pub fn owed(&self) -> usize {
        self.answers_waiting().count().saturating_add(usize::from(self.phase.owes_reply()))
    }

    /// How many ReadyForQuery are owed: one for each Query, FunctionCall and Sync that is not
    /// answered to its end, and one for a login.
    pub fn ready_owed(&self) -> usize {
        let ends = |kind: &&Kind| matches!(kind, Kind::FunctionCall | Kind::Query | Kind::Sync);
        let waiting = self.waiting.iter().filter(ends).count();
        waiting.saturating_add(usize::from(self.phase.owes_ready()))
    }

    /// What becomes of a message of the frontend; changes nothing.
    #[inline]
    pub fn judge(&self, kind: Kind) -> Request {
        if self.phase.owes_reply() || !self.waiting.is_empty() {
            return self.judge_ahead(kind);
        }
        match next(self.phase, Sender::Frontend, kind) {
            Verdict::Next(_) => Request::Taken,
            Verdict::Ignored => Request::Ignored,
            Verdict::Illegal => Request::Illegal,
        }
    }

    /// A message of the frontend passes.
    #[inline]
    pub fn request(&mut self, kind: Kind) -> Request {
        if self.phase.owes_reply() || !self.waiting.is_empty() {
            return self.wait(kind);
        }
        match next(self.phase, Sender::Frontend, kind) {
            Verdict::Next(phase) => {
                self.phase = phase;
                Request::Taken
            }
            Verdict::Ignored => Request::Ignored,
            Verdict::Illegal => Request::Illegal,
        }
    }

    /// A message of the backend passes.
    ///
    /// [`Verdict::Next`] tells the phase it leads to; where messages have waited for that, their
    /// turn has come and [`phase`](Self::phase) is beyond it.
    #[inline]
    pub fn reply(&mut self, kind: Kind) -> Verdict {
        let verdict = self.judge_reply(kind);
        if let Verdict::Next(phase) = verdict {
            self.enter(phase);
        }
        verdict
    }

    /// What a message of the backend would do; changes nothing.
    #[inline]
    pub(crate) fn judge_reply(&self, kind: Kind) -> Verdict {
        next(self.phase, Sender::Backend, kind)
    }

    /// A reply was written that leads to this phase.
    #[inline]
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        if !self.waiting.is_empty() {
            self.advance();
        }
    }

    /// Whether a message of the backend may come now; changes nothing.
    #[inline]
    pub fn permits(&self, kind: Kind) -> bool {
        !matches!(next(self.phase, Sender::Backend, kind), Verdict::Illegal)
    }

    /// The messages that will be owed an answer: a Flush is not.
    fn answers_waiting(&self) -> impl Iterator<Item = &Kind> {
        self.waiting.iter().filter(|kind| **kind != Kind::Flush)
    }

    #[cold]
    fn judge_ahead(&self, kind: Kind) -> Request {
        match kind {
            // If the answer starts a COPY, this is its data.
            Kind::CopyData | Kind::CopyDone | Kind::CopyFail
                if self.answers_waiting().next().is_some() || self.phase.may_copy_in() =>
            {
                Request::Early
            }
            Kind::CopyData | Kind::CopyDone | Kind::CopyFail => Request::Ignored,
            _ if self.waiting.back() == Some(&Kind::Terminate) => Request::Illegal,
            _ => Request::Taken,
        }
    }

    #[cold]
    fn wait(&mut self, kind: Kind) -> Request {
        let request = self.judge_ahead(kind);
        if request == Request::Taken {
            self.waiting.push_back(kind);
        }
        request
    }

    /// Messages take effect until one is owed an answer.
    #[cold]
    fn advance(&mut self) {
        while !self.phase.owes_reply()
            && let Some(kind) = self.waiting.pop_front()
        {
            if let Verdict::Next(phase) = next(self.phase, Sender::Frontend, kind) {
                self.phase = phase;
            }
        }
        if self.waiting.is_empty() {
            // An idle connection holds no memory for what it once waited for.
            self.waiting = VecDeque::new();
        }
    }
}

impl Default for Conversation {
    fn default() -> Conversation {
        Conversation::new()
    }
}
