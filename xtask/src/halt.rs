//! Why a task went no further: it failed, or this machine has no such tool.

/// The two ends of a task that are no success.
#[derive(Debug, PartialEq)]
pub(crate) enum Halt {
    /// Something is wrong. Everything that is not known to be a missing tool is.
    Failed(String),
    /// A tool cannot be had here; says which.
    Skipped(String),
}

impl From<String> for Halt {
    fn from(failure: String) -> Self {
        Self::Failed(failure)
    }
}

impl Halt {
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Failed(reason) | Self::Skipped(reason) => reason,
        }
    }
}
