//! How values look as text, by the settings that say so.

use std::sync::Arc;

use trunkline_proto::types::{ByteaOutput, DateStyle, IntervalStyle, TextStyle, TimeZone, Types};
use trunkline_sql::Backslashes;

use super::{Definition, Settings};

impl Settings {
    /// Makes types known that are not built in, instead of those that were; SET and RESET leave them.
    pub fn set_types(&mut self, types: Types) {
        self.style = Arc::new(TextStyle { types, ..TextStyle::clone(&self.style) });
    }

    /// What backslashes mean in the strings of statements.
    pub fn backslashes(&self) -> Backslashes {
        let is_not = |name: &str, word: &str| self.get(name).is_none_or(|value| value != word);
        Backslashes {
            standard_conforming_strings: is_not("standard_conforming_strings", "off"),
            escape_string_warning: is_not("escape_string_warning", "off"),
            // An encoding in which `\'` could be half of a character is none of ours.
            backslash_quote: is_not("backslash_quote", "off"),
        }
    }

    /// Looks again, if one of these settings says how.
    pub(super) fn restyle(&mut self, affected: &[&'static Definition]) {
        if !affected.iter().any(|definition| STYLING.contains(&definition.name)) {
            return;
        }
        let style = self.text_style();
        if *self.style != style {
            self.style = Arc::new(style);
        }
    }

    pub(super) fn text_style(&self) -> TextStyle {
        let text = |name: &str| self.get(name).unwrap_or_default();
        let default = TextStyle::default();
        TextStyle {
            date_style: DateStyle::parse(&text("DateStyle"), default.date_style)
                .unwrap_or(default.date_style),
            interval_style: IntervalStyle::parse(&text("IntervalStyle"))
                .unwrap_or(default.interval_style),
            time_zone: TimeZone::parse(&text("TimeZone")).unwrap_or(default.time_zone),
            bytea_output: ByteaOutput::parse(&text("bytea_output")).unwrap_or(default.bytea_output),
            extra_float_digits: text("extra_float_digits")
                .parse()
                .unwrap_or(default.extra_float_digits),
            now: None,
            types: self.style.types.clone(),
        }
    }
}

/// The settings that change how values look as text.
const STYLING: [&str; 5] =
    ["DateStyle", "IntervalStyle", "TimeZone", "bytea_output", "extra_float_digits"];
