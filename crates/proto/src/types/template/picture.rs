//! How digits, points and signs fall into the places of a template.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums of a few lengths of texts in memory are far inside usize"
)]

use super::number::{Anchor, NumberTemplate, Token};
use super::{Case, ordinal, words};
use crate::SqlState;
use crate::types::ValueError;

/// The width of Roman numerals: of MMMDCCCLXXXVIII, the longest.
pub(super) const ROMAN_WIDTH: usize = 15;

/// A number while it is printed, place by place.
pub(super) struct Picture<'t> {
    template: &'t NumberTemplate,
    is_negative: bool,
    /// `PR`, which `FM` takes from what is not negative.
    in_brackets: bool,
    /// The digits, or `NaN`, or `#`s; of a template of Roman numerals, these.
    number: String,
    /// Its decimals.
    decimals: usize,
    /// The places before the first digit.
    padding: usize,
    anchored: Option<Anchor>,
    /// Of `FM`, the last character of the number that counts: what is behind are zeros.
    last: Option<usize>,
    has_sign: bool,
    /// The places that end with the last digit.
    places: usize,
    /// The place that is printed, and the next character of the number.
    place: usize,
    at: usize,
    /// Whether a digit was printed in the last place.
    is_within: bool,
    out: String,
}

impl<'t> Picture<'t> {
    /// A number without its sign, already rounded to so many decimals.
    pub(super) fn new(
        template: &'t NumberTemplate,
        is_negative: bool,
        number: String,
        decimals: usize,
    ) -> Picture<'t> {
        let whole = template.whole + template.shift.unwrap_or(0);
        let digits = number.find('.').unwrap_or(number.len());
        let fits = digits <= whole || template.roman.is_some();
        let number = match fits {
            true => number,
            false => ["#".repeat(whole), "#".repeat(decimals)].join("."),
        };
        let padding = if fits { whole.saturating_sub(digits) } else { 0 };
        let is_placed = template.has_plus || template.has_minus;
        let is_silent = template.fill_mode && !is_negative && template.anchored.is_none();
        let has_sign = match is_placed {
            // PL alone has no place for a minus.
            true => template.has_minus,
            false => is_silent,
        };
        let anchored = match template.anchored {
            Some(Anchor::Before { digits }) if digits == whole => Some(Anchor::Behind),
            anchored => anchored,
        };
        let own = usize::from(!has_sign && padding == 0) + usize::from(padding > 0);
        let places = whole + decimals + own + usize::from(template.has_point);
        let last = last_that_counts(template, &number, padding);
        Picture {
            template,
            is_negative,
            in_brackets: template.in_brackets && (is_negative || !template.fill_mode),
            number,
            decimals,
            padding,
            anchored,
            last,
            has_sign,
            places,
            place: 0,
            at: 0,
            is_within: false,
            out: String::new(),
        }
    }

    pub(super) fn print(mut self) -> Result<String, ValueError> {
        let template = self.template;
        for token in &template.tokens {
            match *token {
                Token::Digit { .. } | Token::Point if template.roman.is_some() => {}
                Token::Digit { .. } | Token::Point => {
                    // A float may have no more digits than its template: nothing follows then.
                    if !self.digit(*token) {
                        break;
                    }
                }
                Token::Separator if self.is_within => self.out.push(','),
                Token::Separator => self.blank(),
                Token::Currency => self.out.push(' '),
                Token::Minus if self.is_negative => self.out.push('-'),
                Token::Plus if !self.is_negative => self.out.push('+'),
                Token::Minus | Token::Plus => self.blank(),
                Token::Sign => self.out.push(self.sign()),
                Token::Ordinal(case) => self.ordinal(case)?,
                Token::Roman(case) => {
                    let numeral = words::cased(&self.number, case);
                    let width = if template.fill_mode { 0 } else { ROMAN_WIDTH };
                    self.out.push_str(&format!("{numeral:>width$}"));
                }
                Token::Character(character) => self.out.push(character),
            }
        }
        Ok(self.out)
    }

    fn sign(&self) -> char {
        if self.is_negative { '-' } else { '+' }
    }

    fn blank(&mut self) {
        if !self.template.fill_mode {
            self.out.push(' ');
        }
    }

    fn ordinal(&mut self, case: Case) -> Result<(), ValueError> {
        let is_overflown = self.number.starts_with('#');
        let template = self.template;
        if template.roman.is_some() || is_overflown || self.is_negative || template.has_point {
            return Ok(());
        }
        if !self.number.ends_with(|last: char| last.is_ascii_digit()) {
            let message = format!("\"{}\" is not a number", self.number);
            return Err(ValueError::new(SqlState::INVALID_TEXT_REPRESENTATION, message));
        }
        self.out.push_str(&words::cased(ordinal(&self.number), case));
        Ok(())
    }

    /// Prints one place; `false` if the number has none for it.
    fn digit(&mut self, token: Token) -> bool {
        self.is_within = false;
        if !self.has_sign && self.is_signed_here() {
            self.sign_before();
        }
        let zeros = self.template.zeros_from.is_some_and(|from| from <= self.place);
        if self.place < self.padding {
            if zeros {
                self.out.push('0');
                self.is_within = true;
            } else {
                self.blank();
            }
        } else if !self.character(token) {
            return false;
        }
        if self.last != Some(self.at) && self.place + 2 == self.places {
            self.sign_behind();
        }
        self.place += 1;
        true
    }

    fn is_signed_here(&self) -> bool {
        let begins = self.place >= self.padding || self.template.zeros_from == Some(self.place);
        begins && (!self.is_omitted_zero() || self.is_whole())
    }

    /// Whether the next character is the zero of 0.5, which a 9 does not show.
    fn is_omitted_zero(&self) -> bool {
        let is_zero = self.at == 0 && self.number.starts_with('0');
        is_zero && self.template.zeros_from.is_none() && self.decimals != 0
    }

    /// Whether `FM` leaves nothing behind the point.
    fn is_whole(&self) -> bool {
        self.last.is_some_and(|last| self.number.as_bytes().get(last) == Some(&b'.'))
    }

    fn sign_before(&mut self) {
        match self.anchored {
            Some(Anchor::Before { .. }) => self.out.push(self.sign()),
            Some(Anchor::Behind) => return,
            None if self.in_brackets => {
                self.out.push(if self.is_negative { '<' } else { ' ' });
            }
            None if self.is_negative => self.out.push('-'),
            None => self.blank(),
        }
        self.has_sign = true;
    }

    fn sign_behind(&mut self) {
        if self.has_sign && self.in_brackets {
            self.out.push(if self.is_negative { '>' } else { ' ' });
        } else if self.anchored == Some(Anchor::Behind) {
            self.out.push(self.sign());
        }
    }

    /// Prints the next character of the number, if there is one.
    fn character(&mut self, token: Token) -> bool {
        let next = self.number.as_bytes().get(self.at).copied();
        let is_dropped = self.last.is_some_and(|last| self.at > last);
        if next == Some(b'.') {
            self.out.push('.');
        } else if is_dropped && token != (Token::Digit { is_zero: true }) {
        } else if self.is_omitted_zero() {
            if self.template.fill_mode && self.is_whole() {
                self.out.push('0');
            }
            self.blank();
        } else if let Some(next) = next {
            self.out.push(char::from(next));
            self.is_within = true;
        } else {
            return false;
        }
        self.at += usize::from(next.is_some());
        true
    }
}

/// Where the zeros begin that `FM` drops: behind the last digit that is none, or has a `0` in its place.
fn last_that_counts(template: &NumberTemplate, number: &str, padding: usize) -> Option<usize> {
    if !template.fill_mode || !template.has_point {
        return None;
    }
    let point = number.find('.')?;
    let last = number.bytes().rposition(|one| one != b'0').unwrap_or(0).max(point);
    let wanted = template.zeros_to.checked_sub(padding).filter(|wanted| *wanted > 0);
    let wanted = wanted.map_or(0, |wanted| wanted.min(number.len().saturating_sub(1)));
    Some(last.max(wanted))
}
