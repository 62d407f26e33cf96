//! Whether CSV may be cut into pieces at line ends, to be read by several threads.

use std::fs::File;
use std::sync::atomic::{AtomicU8, Ordering};

use memchr::memchr2_iter;

use super::files::read_at;

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// Whether a CSV file may be cut at every line end: it may not if one is within quotes.
///
/// That takes reading the whole file, so it is found out while the first query runs.
#[derive(Debug, Default)]
pub(super) struct Cut(AtomicU8);

const UNKNOWN: u8 = 0;
const SOUGHT: u8 = 1;
const YES: u8 = 2;
const NO: u8 = 3;

impl Cut {
    /// Whether it is known that the file may be cut.
    pub(super) fn is_safe(&self) -> bool {
        self.0.load(Ordering::Relaxed) == YES
    }

    /// Whether the caller is the one to find it out.
    pub(super) fn is_mine(&self) -> bool {
        self.0.compare_exchange(UNKNOWN, SOUGHT, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Finds it out, unless it is no longer `wanted`.
    pub(super) fn find(&self, file: &File, delimiter: u8, wanted: impl Fn() -> bool) {
        let mut bytes = vec![0; CHUNK];
        let mut lines = Lines::new(delimiter);
        let mut at = 0_u64;
        while wanted() {
            let Ok(length) = read_at(file, &mut bytes, at) else { break };
            if length == 0 {
                self.0.store(if lines.has_ended { YES } else { NO }, Ordering::Relaxed);
                return;
            }
            if !lines.pass(bytes.get(..length).unwrap_or_default()) {
                break;
            }
            at = at.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        }
        self.0.store(NO, Ordering::Relaxed);
    }
}

/// Follows the quotes of CSV as its reader does.
struct Lines {
    delimiter: u8,
    is_quoted: bool,
    /// The byte before, unless it closed a quoted field.
    before: Option<u8>,
    has_closed: bool,
    has_ended: bool,
}

impl Lines {
    fn new(delimiter: u8) -> Lines {
        let (is_quoted, has_closed, has_ended) = (false, false, false);
        Lines { delimiter, is_quoted, before: Some(b'\n'), has_closed, has_ended }
    }

    /// Whether no line ended within quotes.
    fn pass(&mut self, bytes: &[u8]) -> bool {
        let mut last = None;
        for at in memchr2_iter(b'"', b'\n', bytes) {
            let before = match at.checked_sub(1) {
                Some(before) => bytes.get(before).copied(),
                None => self.before,
            };
            // A quote behind the closing one is a quote within.
            let is_doubled = self.has_closed
                && match (last, at.checked_sub(1)) {
                    (None, None) => true,
                    (last, before) => last.is_some() && last == before,
                };
            if bytes.get(at) == Some(&b'\n') {
                if self.is_quoted {
                    return false;
                }
                self.has_ended = true;
                self.has_closed = false;
            } else if self.is_quoted {
                (self.is_quoted, self.has_closed) = (false, true);
            } else {
                let starts =
                    matches!(before, Some(b'\n' | b'\r')) || before == Some(self.delimiter);
                (self.is_quoted, self.has_closed) = (is_doubled || starts, false);
            }
            last = Some(at);
        }
        // Only a quote that closed at the very end can be doubled by the next byte.
        if last.is_none_or(|last| last + 1 < bytes.len()) {
            self.has_closed = false;
        }
        self.before = bytes.last().copied();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text may be cut, read in chunks of every size.
    fn may_be_cut(text: &str) -> bool {
        let answers: Vec<bool> = (1..=text.len())
            .map(|size| {
                let mut lines = Lines::new(b',');
                text.as_bytes().chunks(size).all(|chunk| lines.pass(chunk)) && lines.has_ended
            })
            .collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{text:?}: {answers:?}");
        answers[0]
    }

    #[test]
    fn a_line_end_within_quotes_forbids_cuts() {
        assert!(may_be_cut("a,b\n1,2\n"));
        assert!(may_be_cut("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n"));
        assert!(may_be_cut("5\" pipe,x\n6\" pipe,y\n"));
        assert!(may_be_cut("\"\",\"\"\"\"\n1,2\n"));
        assert!(!may_be_cut("\"a\nb\",2\n"));
        assert!(!may_be_cut("1,\"a \"\"\nb\"\"\"\n"));
        assert!(!may_be_cut("5\" pipe,\"x\ny\",6\" z\n"));
        assert!(!may_be_cut("no line end"));
    }
}
