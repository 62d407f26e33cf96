//! Who asks for nothing again and again.

use std::time::Duration;

/// After so many messages in a row that completed nothing, what was sent behind them has to wait: a
/// flood of Syncs, Flushes, Parses or mistakes would keep a processor busy for nothing. Drivers send a few
/// of them for each Execute.
const MOST: u32 = 128;

/// As short as a timer of the runtime can be; it takes up to twice as long.
pub(super) const PAUSE: Duration = Duration::from_millis(1);

/// How many messages came since a command was last completed.
#[derive(Debug, Default)]
pub(super) struct Fruitless(u32);

impl Fruitless {
    /// One more message that was heard.
    pub(super) fn count(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// Messages that meant nothing; whether what the client `sends_on` has to wait now.
    pub(super) fn skip(&mut self, messages: u32, sends_on: bool) -> bool {
        self.0 = self.0.saturating_add(messages);
        // Who has sent nothing behind it waits for the answer.
        self.0 >= MOST && (sends_on || messages >= MOST)
    }

    /// Something was done, or the client has waited for it.
    pub(super) fn clear(&mut self) {
        self.0 = 0;
    }
}
