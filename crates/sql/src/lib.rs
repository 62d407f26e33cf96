//! Under construction.

mod error;
mod keyword;
mod lexer;
mod literal;
mod position;
pub mod statement;
mod token;

pub use error::{Flaw, SyntaxError};
pub use keyword::{KeywordCategory, keyword_category};
pub use lexer::Lexer;
pub use literal::MAX_NAME_LENGTH;
pub use position::{byte_offset, character_position};
pub use statement::{SessionStatement, TypeName, recognise};
pub use token::{Span, Token, TokenKind};
