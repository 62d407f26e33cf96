//! Under construction.

mod error;
mod keyword;
mod lexer;
mod literal;
mod outline;
mod parameter;
mod position;
mod split;
pub mod statement;
mod token;

pub use error::{Flaw, SyntaxError};
pub use keyword::{KeywordCategory, keyword_category};
pub use lexer::Lexer;
pub use literal::MAX_NAME_LENGTH;
pub use outline::{Mention, Outline, StatementKind, outline};
pub use parameter::{Parameter, Parameters, parameters};
pub use position::{byte_offset, character_position};
pub use split::{Statement, Statements, split};
pub use statement::{SessionStatement, TypeName, recognise};
pub use token::{Span, Token, TokenKind};
