//! The parameters of a statement: `$1`, `$2`, …

use std::iter::FusedIterator;

use crate::lexer::Lexer;
use crate::token::{Span, Token, TokenKind};

/// A parameter in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Its number: 1 for `$1`. `$0` can be written, but is no parameter to PostgreSQL.
    pub number: u32,
    /// Where it stands.
    pub span: Span,
}

/// The parameters of a statement in the order of the text; one that is used twice comes twice.
///
/// ```
/// let numbers: Vec<_> =
///     trunkline_sql::parameters("select $2, '$3', $1").map(|parameter| parameter.number).collect();
/// assert_eq!(numbers, [2, 1]);
/// ```
pub fn parameters(source: &str) -> Parameters<'_> {
    Parameters { lexer: Lexer::new(source) }
}

/// See [`parameters`].
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    lexer: Lexer<'a>,
}

impl Iterator for Parameters<'_> {
    type Item = Parameter;

    fn next(&mut self) -> Option<Parameter> {
        if !self.lexer.rest().contains('$') {
            return None;
        }
        let source = self.lexer.source();
        self.lexer.find_map(|token| {
            let number = token.parameter(source)?;
            Some(Parameter { number, span: token.span })
        })
    }
}

impl FusedIterator for Parameters<'_> {}

impl Token {
    /// The number of a parameter token.
    pub fn parameter(self, source: &str) -> Option<u32> {
        if self.kind != TokenKind::Parameter {
            return None;
        }
        self.text(source).strip_prefix('$')?.parse().ok()
    }
}
