//! What a server owes its client, told from the rules of the protocol and not from our code.

use super::Variant;

/// A session as its client hears it.
#[derive(Default)]
pub(super) struct Model {
    /// The types of all messages of the server.
    pub(super) says: String,
    skips: bool,
    copies: bool,
    over: bool,
}

impl Model {
    /// A message comes; whether it begins a COPY, whether it is about a statement.
    pub(super) fn hears(&mut self, tag: u8, copies: bool, statement: bool, variant: Variant) {
        let is_wrong = matches!(variant, Variant::Malformed | Variant::Refused);
        if self.over {
            return;
        }
        if self.copies {
            return self.hears_in_copy(tag, variant);
        }
        match tag {
            // The type is judged first, and a length that cannot be has no answer.
            b'y' => self.ends("E"),
            _ if variant == Variant::Impossible => self.ends(""),
            b'X' => self.ends(""),
            // The end of a pipeline, however it looks.
            b'S' => {
                self.skips = false;
                self.says += if variant == Variant::Malformed { "EZ" } else { "Z" };
            }
            _ if self.skips => {}
            b'Q' | b'F' if is_wrong => self.says += "EZ",
            b'Q' if copies => {
                self.copies = true;
                self.says += "G";
            }
            b'Q' => self.says += "CZ",
            b'F' => self.says += "VZ",
            // Data outside of a COPY means nothing, and a Flush has no answer.
            b'c' | b'd' | b'f' => {}
            b'H' if variant != Variant::Malformed => {}
            _ if is_wrong => {
                self.skips = true;
                self.says += "E";
            }
            b'D' if statement => self.says += "tn",
            b'D' => self.says += "n",
            b'P' => self.says += "1",
            b'B' => self.says += "2",
            b'C' => self.says += "3",
            _ => self.says += "C",
        }
    }

    fn hears_in_copy(&mut self, tag: u8, variant: Variant) {
        match tag {
            _ if variant == Variant::Impossible => self.ends("EE"),
            b'c' => self.says += "CZ",
            b'f' => self.says += "EZ",
            b'd' | b'H' | b'S' => return,
            // The error of the COPY, and then nothing can be believed any more.
            _ => self.ends("EE"),
        }
        self.copies = false;
    }

    fn ends(&mut self, words: &str) {
        self.says += words;
        self.over = true;
    }
}
