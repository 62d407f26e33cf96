//! Under construction.

mod error;
mod lexer;
mod position;
mod token;

pub use error::{Flaw, SyntaxError};
pub use lexer::Lexer;
pub use position::{byte_offset, character_position};
pub use token::{Span, Token, TokenKind};
