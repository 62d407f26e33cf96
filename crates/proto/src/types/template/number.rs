//! A template of numbers, taken apart.

use super::date::Case;
use super::literal;
use crate::SqlState;
use crate::types::ValueError;

/// A template of numbers, such as `FM9,990.00`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberTemplate {
    pub(super) tokens: Vec<Token>,
    /// Digits before the point.
    pub(super) whole: usize,
    /// Digits behind the point.
    pub(super) decimals: usize,
    /// `V`: the digits behind it, by which the number is shifted.
    pub(super) shift: Option<usize>,
    /// The first place, from 0, in which a `0` stands before the point: zeros are shown from there.
    pub(super) zeros_from: Option<usize>,
    /// The place behind the last `0`.
    pub(super) zeros_to: usize,
    pub(super) has_point: bool,
    /// `FM`
    pub(super) fill_mode: bool,
    /// `S`
    pub(super) anchored: Option<Anchor>,
    /// `PR`
    pub(super) in_brackets: bool,
    /// `PL` or `SG`
    pub(super) has_plus: bool,
    /// `MI` or `SG`
    pub(super) has_minus: bool,
    /// `B`
    is_blank: bool,
    /// `RN` or `rn`
    pub(super) roman: Option<Case>,
    /// `EEEE`
    pub(super) is_scientific: bool,
}

/// A part of a template that is printed where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `9` or `0`.
    Digit {
        is_zero: bool,
    },
    /// `.` or `D`, which is the same in the locale `C`.
    Point,
    /// `,` or `G`.
    Separator,
    /// `L`, a blank in the locale `C`.
    Currency,
    /// `MI`
    Minus,
    /// `PL`
    Plus,
    /// `SG`
    Sign,
    /// `TH` or `th`
    Ordinal(Case),
    /// `RN` or `rn`
    Roman(Case),
    Character(char),
}

/// On which side of the number the sign of `S` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// With so many digits before it in the template.
    Before {
        digits: usize,
    },
    Behind,
}

/// The names of the patterns, the longer of two that begin alike first.
const PATTERNS: [&str; 20] = [
    ",", ".", "0", "9", "B", "C", "D", "EEEE", "FM", "G", "L", "MI", "PL", "PR", "RN", "SG", "SP",
    "S", "TH", "V",
];

impl NumberTemplate {
    /// Takes a template apart.
    ///
    /// # Errors
    ///
    /// 42601 for patterns that do not go together.
    pub fn new(text: &str) -> Result<NumberTemplate, ValueError> {
        let mut template = NumberTemplate::default();
        let mut rest = text;
        while !rest.is_empty() {
            let Some((name, case, behind)) = pattern(rest) else {
                rest = literal(rest, |character, _| {
                    template.tokens.push(Token::Character(character));
                });
                continue;
            };
            template.add(name, case)?;
            rest = behind;
        }
        Ok(template)
    }

    fn add(&mut self, name: &str, case: Case) -> Result<(), ValueError> {
        if self.is_scientific && name != "EEEE" {
            return Err(refused("\"EEEE\" must be the last pattern used"));
        }
        match name {
            "9" | "0" => self.add_digit(name)?,
            "." | "D" => {
                if self.has_point {
                    return Err(refused("multiple decimal points"));
                }
                if self.shift.is_some() {
                    return Err(refused("cannot use \"V\" and decimal point together"));
                }
                self.has_point = true;
                self.tokens.push(Token::Point);
            }
            "," | "G" => self.tokens.push(Token::Separator),
            "L" => self.tokens.push(Token::Currency),
            "B" => {
                let has_digits = self.whole > 0 || self.decimals > 0;
                self.is_blank |= !has_digits && self.zeros_from.is_none();
            }
            "FM" => self.fill_mode = true,
            "S" | "MI" | "PL" | "SG" | "PR" => self.add_sign(name)?,
            "TH" => self.tokens.push(Token::Ordinal(case)),
            "V" => {
                if self.has_point {
                    return Err(refused("cannot use \"V\" and decimal point together"));
                }
                self.shift = self.shift.or(Some(0));
            }
            "RN" => {
                if self.roman.is_some() {
                    return Err(refused("cannot use \"RN\" twice"));
                }
                self.roman = Some(case);
                self.tokens.push(Token::Roman(case));
            }
            "EEEE" => self.add_exponent()?,
            // C and SP are taken and have no effect in PostgreSQL.
            _ => {}
        }
        let others = self.has_sign()
            || self.has_point
            || self.zeros_from.is_some()
            || self.is_blank
            || self.shift.is_some()
            || self.is_scientific;
        if self.roman.is_some() && others {
            return Err(refused("\"RN\" is incompatible with other formats")
                .with_detail("\"RN\" may only be used together with \"FM\"."));
        }
        Ok(())
    }

    fn add_digit(&mut self, name: &str) -> Result<(), ValueError> {
        if self.in_brackets {
            return Err(refused(&format!("\"{name}\" must be ahead of \"PR\"")));
        }
        let is_zero = name == "0";
        self.tokens.push(Token::Digit { is_zero });
        if let Some(shift) = self.shift.as_mut().filter(|_| !is_zero) {
            *shift = shift.saturating_add(1);
            return Ok(());
        }
        if is_zero && !self.has_point {
            self.zeros_from = self.zeros_from.or(Some(self.whole));
        }
        let places = if self.has_point { &mut self.decimals } else { &mut self.whole };
        *places = places.saturating_add(1);
        if is_zero {
            self.zeros_to = self.whole.saturating_add(self.decimals);
        }
        Ok(())
    }

    fn add_sign(&mut self, name: &str) -> Result<(), ValueError> {
        let is_placed = self.has_plus || self.has_minus;
        match name {
            "S" if self.anchored.is_some() => return Err(refused("cannot use \"S\" twice")),
            "S" if is_placed || self.in_brackets => {
                let others = "\"PL\"/\"MI\"/\"SG\"/\"PR\"";
                return Err(refused(&format!("cannot use \"S\" and {others} together")));
            }
            "S" if self.has_point => self.anchored = Some(Anchor::Behind),
            "S" => self.anchored = Some(Anchor::Before { digits: self.whole }),
            "PR" if self.anchored.is_some() || is_placed => {
                let others = "\"S\"/\"PL\"/\"MI\"/\"SG\"";
                return Err(refused(&format!("cannot use \"PR\" and {others} together")));
            }
            "PR" => self.in_brackets = true,
            name if self.anchored.is_some() => {
                return Err(refused(&format!("cannot use \"S\" and \"{name}\" together")));
            }
            name => {
                self.has_plus |= name != "MI";
                self.has_minus |= name != "PL";
                self.tokens.push(match name {
                    "MI" => Token::Minus,
                    "PL" => Token::Plus,
                    _ => Token::Sign,
                });
            }
        }
        Ok(())
    }

    fn add_exponent(&mut self) -> Result<(), ValueError> {
        if self.is_scientific {
            return Err(refused("cannot use \"EEEE\" twice"));
        }
        let has_others = self.is_blank || self.fill_mode || self.has_sign();
        if has_others || self.roman.is_some() || self.shift.is_some() {
            return Err(refused("\"EEEE\" is incompatible with other formats").with_detail(
                "\"EEEE\" may only be used together with digit and decimal point patterns.",
            ));
        }
        self.is_scientific = true;
        Ok(())
    }

    fn has_sign(&self) -> bool {
        self.anchored.is_some() || self.in_brackets || self.has_plus || self.has_minus
    }
}

/// The pattern at the beginning of a text, how it is written, and what is behind it.
fn pattern(text: &str) -> Option<(&'static str, Case, &str)> {
    PATTERNS.iter().find_map(|name| {
        let small = name.to_ascii_lowercase();
        let upper = text.strip_prefix(name).map(|behind| (*name, Case::Upper, behind));
        let lower = || text.strip_prefix(&*small).map(|behind| (*name, Case::Lower, behind));
        upper.or_else(lower)
    })
}

#[cold]
fn refused(message: &str) -> ValueError {
    ValueError::new(SqlState::SYNTAX_ERROR, message)
}
