//! Numbers by a template.

use trunkline_core::types::Numeric;
use trunkline_core::{PgError, SqlState};

/// A template, taken apart.
pub(super) struct Template {
    pieces: Vec<Piece>,
    /// FM: without blanks before, and zeros behind.
    bare: bool,
    /// Digits before and behind the point.
    whole: usize,
    decimals: usize,
    /// The place, counted from the left, from which on zeros are shown.
    first_zero: Option<usize>,
    sign: Sign,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// 9 or 0.
    Digit {
        zero: bool,
    },
    Comma,
    Point,
    /// A plus or minus in this place.
    Sign,
    Text(char),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A minus or a blank before the first digit.
    Front,
    /// S: a minus or a plus before the first digit.
    Signed,
    /// In the place of S or MI.
    Placed { plus: bool },
    /// PR: in angle brackets.
    Brackets,
}

impl Template {
    pub(super) fn new(text: &str) -> Result<Template, PgError> {
        let mut template = Template {
            pieces: Vec::new(),
            bare: false,
            whole: 0,
            decimals: 0,
            first_zero: None,
            sign: Sign::Front,
        };
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let two = rest.get(..2).unwrap_or_default().to_ascii_uppercase();
            let length = match (&*two, character.to_ascii_uppercase()) {
                ("FM", _) => {
                    template.bare = true;
                    2
                }
                ("PR", _) => {
                    template.sign = Sign::Brackets;
                    2
                }
                ("MI" | "SG" | "PL", _) => {
                    template.sign = Sign::Placed { plus: two != "MI" };
                    template.pieces.push(Piece::Sign);
                    2
                }
                ("TH" | "RN" | "EE", _) | (_, 'V') => {
                    let message = format!("the pattern \"{two}\" of a template is not supported");
                    return Err(PgError::unsupported(message));
                }
                (_, 'S') => {
                    // Before the digits it stays with the first of them.
                    if template.whole + template.decimals == 0 {
                        template.sign = Sign::Signed;
                    } else {
                        template.sign = Sign::Placed { plus: true };
                        template.pieces.push(Piece::Sign);
                    }
                    1
                }
                (_, '9' | '0') => {
                    template.digit(character == '0');
                    1
                }
                (_, '.' | 'D') => {
                    if template.pieces.contains(&Piece::Point) {
                        let message = "multiple decimal points";
                        return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
                    }
                    template.pieces.push(Piece::Point);
                    1
                }
                (_, ',' | 'G') => {
                    template.pieces.push(Piece::Comma);
                    1
                }
                (_, 'L') => 1,
                (_, '"') => {
                    let quoted = rest.get(1..).unwrap_or_default();
                    let inner = quoted.split('"').next().unwrap_or_default();
                    template.pieces.extend(inner.chars().map(Piece::Text));
                    (inner.len() + 2).min(rest.len())
                }
                _ => {
                    template.pieces.push(Piece::Text(character));
                    character.len_utf8()
                }
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(template)
    }

    fn digit(&mut self, zero: bool) {
        if self.pieces.contains(&Piece::Point) {
            self.decimals += 1;
        } else {
            if zero && self.first_zero.is_none() {
                self.first_zero = Some(self.whole);
            }
            self.whole += 1;
        }
        self.pieces.push(Piece::Digit { zero });
    }

    /// A float with the decimals of the template, rounded as C prints it: 15 digits count.
    pub(super) fn rounded(&self, float: f64) -> Numeric {
        let whole = format!("{:.0}", float.abs()).len();
        let decimals = self.decimals.min(15_usize.saturating_sub(whole));
        let rounded = Numeric::parse(&format!("{float:.decimals$}"));
        rounded.unwrap_or_else(|_| Numeric::from_f64(float))
    }

    /// A number of `value` / 10^`scale`.
    pub(super) fn print(&self, value: i128, scale: i8) -> String {
        let (negative, digits, fraction) = self.digits(value, scale);
        let fits = digits.len() <= self.whole || digits == "0";
        let digits = if self.whole == 0 && digits == "0" { "" } else { digits.as_str() };
        let padding = self.whole.saturating_sub(digits.len());
        // The first place that is shown: the first digit, or the first zero that is wanted.
        let last_decimal = self.last_decimal(&fraction);
        let shows_decimals = self.decimals > 0 && !(self.bare && last_decimal == 0);
        let leading = digits.trim_start_matches('0').is_empty() && shows_decimals;
        let first = if leading { self.whole } else { padding };
        let first = first.min(self.first_zero.unwrap_or(first));
        let mut out = String::new();
        let (mut place, mut decimal, mut behind, mut signed) = (0, 0, false, false);
        for piece in &self.pieces {
            let begins = place >= first || behind || !fits;
            match piece {
                Piece::Digit { .. } if behind => {
                    if decimal < last_decimal || !self.bare {
                        out.push(match fits {
                            true => fraction.get(decimal).copied().unwrap_or('0'),
                            false => '#',
                        });
                    }
                    decimal += 1;
                }
                Piece::Digit { .. } => {
                    if begins && !signed {
                        self.front(negative, &mut out);
                        signed = true;
                    }
                    let digit = place.checked_sub(padding).and_then(|at| digits.chars().nth(at));
                    match (begins, fits) {
                        (true, true) => out.push(digit.unwrap_or('0')),
                        (true, false) => out.push('#'),
                        (false, _) if !self.bare => out.push(' '),
                        (false, _) => {}
                    }
                    place += 1;
                }
                Piece::Comma if begins && place > first || !fits => out.push(','),
                Piece::Comma if !self.bare => out.push(' '),
                Piece::Comma => {}
                Piece::Point => {
                    if !signed {
                        self.front(negative, &mut out);
                        signed = true;
                    }
                    out.push('.');
                    behind = true;
                }
                Piece::Sign => self.placed(negative, &mut out),
                Piece::Text(character) => out.push(*character),
            }
        }
        if self.sign == Sign::Brackets {
            match (negative, self.bare) {
                (true, _) => out.push('>'),
                (false, false) => out.push(' '),
                (false, true) => {}
            }
        }
        out
    }

    /// The sign, the digits before the point without zeros, and those behind it.
    fn digits(&self, value: i128, scale: i8) -> (bool, String, Vec<char>) {
        let scale = usize::try_from(scale).unwrap_or(0);
        let mut magnitude = value.unsigned_abs();
        if let Some(dropped) = scale.checked_sub(self.decimals) {
            let unit = 10_u128.checked_pow(u32::try_from(dropped).unwrap_or(0)).unwrap_or(1);
            magnitude = (magnitude + unit / 2) / unit;
        }
        let kept = scale.min(self.decimals);
        let text = format!("{magnitude:0width$}", width = kept + 1);
        let (whole, fraction) = text.split_at(text.len() - kept);
        let fraction = fraction.chars().chain(std::iter::repeat('0')).take(self.decimals);
        (value < 0 && magnitude > 0, whole.to_owned(), fraction.collect())
    }

    /// How many decimals FM leaves: up to the last that is not zero, or is wanted.
    fn last_decimal(&self, fraction: &[char]) -> usize {
        let behind = self.pieces.iter().skip_while(|piece| **piece != Piece::Point);
        let mut places = behind.filter_map(|piece| match piece {
            Piece::Digit { zero } => Some(*zero),
            _ => None,
        });
        let wanted = (0..self.decimals).filter(|_| places.next() == Some(true)).last();
        let found = fraction.iter().rposition(|digit| *digit != '0');
        wanted.max(found).map_or(0, |last| last + 1)
    }

    fn front(&self, negative: bool, out: &mut String) {
        let sign = match (self.sign, negative) {
            (Sign::Front | Sign::Signed, true) => '-',
            (Sign::Signed, false) => '+',
            (Sign::Brackets, true) => '<',
            (Sign::Front | Sign::Brackets, false) if !self.bare => ' ',
            _ => return,
        };
        out.push(sign);
    }

    fn placed(&self, negative: bool, out: &mut String) {
        match (self.sign, negative) {
            (_, true) => out.push('-'),
            (Sign::Placed { plus: true }, false) => out.push('+'),
            (_, false) if !self.bare => out.push(' '),
            _ => {}
        }
    }
}
