//! Constants, with the type that they need beside them.

use trunkline_core::Oid;

use super::Printer;

/// Whether the type of a constant is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Never,
    /// Where it would be read as another one.
    Needed,
    Always,
}

impl Printer<'_> {
    pub(super) fn constant(&mut self, value: Option<&str>, oid: Oid, typmod: i32, label: Label) {
        let Some(text) = value else {
            self.push("NULL");
            if label != Label::Never {
                self.label(oid, typmod);
            }
            return;
        };
        let begins_with_digit = text.starts_with(|one: char| one.is_ascii_digit());
        let is_bare = match oid {
            // With a sign it would be an operator's operand.
            Oid::INT4 => !text.starts_with('-'),
            Oid::NUMERIC => begins_with_digit && text.contains(['e', 'E', '.']),
            Oid::BOOL => true,
            _ => false,
        };
        match (oid, is_bare) {
            (Oid::BOOL, _) => self.push(if text == "t" { "true" } else { "false" }),
            (_, true) => self.push(text),
            _ => {
                let quoted = text.replace('\'', "''");
                self.push(&format!("'{quoted}'"));
            }
        }
        let needs_label = match oid {
            Oid::BOOL | Oid::UNKNOWN => false,
            Oid::INT4 => !is_bare,
            Oid::NUMERIC => !is_bare || typmod >= 0,
            _ => true,
        };
        if label == Label::Always || (label == Label::Needed && needs_label) {
            self.label(oid, typmod);
        }
    }

    /// `::type`
    pub(super) fn label(&mut self, oid: Oid, typmod: i32) {
        let text = self.names.type_text(oid, typmod);
        self.push("::");
        self.push(&text);
    }
}
