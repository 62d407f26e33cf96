//! Why the program ends, in one line that names the fix.

use std::fmt;

/// An error for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// What was said cannot be meant: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 2 }
    }

    /// What was said cannot be done now: exit code 1.
    pub(crate) fn runtime(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 1 }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
