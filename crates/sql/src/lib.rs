//! PostgreSQL's lexer, a statement splitter, and as much of a parser as a session needs.
//!
//! This crate knows where SQL tokens and statements begin and end, exactly as PostgreSQL 18 does,
//! and reads those statements that belong to a session rather than to its data: `SET`, `BEGIN`,
//! `DECLARE`, `COPY` and their kin. It does not parse queries, depends on nothing, and allocates
//! only for what it returns.
//!
//! - [`Lexer`] cuts a text into [`Token`]s; [`Token::identifier`] and [`Token::string`] say what
//!   they mean.
//! - [`split`] cuts a text into [`Statement`]s.
//! - [`recognise`] reads a session statement, or says that it is none; what is malformed gives
//!   PostgreSQL's own [`SyntaxError`], with its position.
//! - [`outline`] tells what a statement is about, whatever its dialect; [`parameters`] finds `$1`.
//! - [`Backslashes`] puts a text with escapes in plain strings into the standard's words.
//! - [`Reader`], [`TypeName::parse`], [`quote_identifier`], [`quote_literal`], [`keyword_category`] and
//!   [`character_position`] are what the others are made of.
//!
//! Every rule was checked against a running PostgreSQL: the files in `tests/golden` hold its answers.
//!
//! ```
//! use trunkline_sql::{SessionStatement, split};
//!
//! let mut statements = split("BEGIN; SELECT ';'; COMMIT");
//! let begin = statements.next().unwrap();
//! assert!(matches!(begin.recognise(), Some(Ok(SessionStatement::Begin(_)))));
//! let select = statements.next().unwrap();
//! assert_eq!(select.text(), "SELECT ';'");
//! assert!(select.recognise().is_none());
//! ```

#![forbid(unsafe_code)]

mod error;
mod keyword;
mod lexer;
mod literal;
mod outline;
mod parameter;
mod position;
mod quote;
mod reader;
mod split;
mod standard;
pub mod statement;
mod token;

pub use error::{Flaw, SyntaxError};
pub use keyword::{KeywordCategory, keyword_category};
pub use lexer::Lexer;
pub use literal::MAX_NAME_LENGTH;
pub use outline::{Mention, Outline, StatementKind, outline};
pub use parameter::{Parameter, Parameters, parameters};
pub use position::{byte_offset, character_position};
pub use quote::{quote_identifier, quote_literal};
pub use reader::Reader;
pub use split::{Statement, Statements, split};
pub use standard::{Backslashes, Nonstandard};
pub use statement::{SessionStatement, TypeName, recognise};
pub use token::{Span, Token, TokenKind};
