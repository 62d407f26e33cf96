//! Reads a statement token by token, and words syntax errors as PostgreSQL's parser does.

use crate::error::SyntaxError;
use crate::keyword::{KeywordCategory, keyword_category};
use crate::lexer::Lexer;
use crate::literal::is_escape_character;
use crate::token::{Span, Token, TokenKind};

/// One token of look-ahead over the significant tokens of one statement.
///
/// An LALR parser reports the first token that cannot go on, so reading the same grammar from left
/// to right and complaining about the current token gives the same errors.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    current: Current,
    /// End of the last token that was taken.
    taken: usize,
}

#[derive(Debug)]
enum Current {
    Token(Lexeme),
    End,
    /// What PostgreSQL's lexer would have stopped at while it read the token.
    Failed(SyntaxError),
}

/// A token, together with the `UESCAPE` clause that may belong to it.
#[derive(Clone, Copy, Debug)]
struct Lexeme {
    token: Token,
    escape: char,
    end: usize,
}

impl From<Token> for Lexeme {
    fn from(token: Token) -> Self {
        Self { token, escape: '\\', end: token.span.end }
    }
}

impl<'a> Reader<'a> {
    /// Stands at the first token of a lexer.
    pub fn new(lexer: Lexer<'a>) -> Self {
        let (source, taken) = (lexer.source(), lexer.offset());
        let mut reader = Self { source, lexer, current: Current::End, taken };
        reader.read();
        reader
    }

    /// The current token's text if it is a word without quotes, else empty.
    pub fn word(&self) -> &'a str {
        match self.current {
            Current::Token(Lexeme { token, .. }) if token.kind == TokenKind::Word => {
                token.text(self.source)
            }
            _ => "",
        }
    }

    /// What the current token is; nothing at the end and where a token is broken.
    pub fn kind(&self) -> Option<TokenKind> {
        match self.current {
            Current::Token(lexeme) => Some(lexeme.token.kind),
            _ => None,
        }
    }

    /// Where the current token begins.
    pub fn offset(&self) -> usize {
        match self.current {
            Current::Token(lexeme) => lexeme.token.span.start,
            _ => self.lexer.end(),
        }
    }

    /// Where the last token that was taken ended.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Whether the current token is this word, whatever its case.
    pub fn at(&self, keyword: &str) -> bool {
        self.word().eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of these words.
    pub fn at_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.at(keyword))
    }

    /// Whether it is of this kind.
    pub fn at_kind(&self, kind: TokenKind) -> bool {
        self.kind() == Some(kind)
    }

    /// Whether it is this operator.
    pub fn at_operator(&self, operator: &str) -> bool {
        match self.current {
            Current::Token(Lexeme { token, .. }) => {
                token.kind == TokenKind::Operator && token.text(self.source) == operator
            }
            _ => false,
        }
    }

    /// Whether it is a string.
    pub fn at_string(&self) -> bool {
        self.kind().is_some_and(TokenKind::is_string)
    }

    /// Whether the statement ends here.
    pub fn at_end(&self) -> bool {
        matches!(self.current, Current::End) || self.at_kind(TokenKind::Semicolon)
    }

    /// The token behind the current one.
    pub fn next(&self) -> Option<Token> {
        self.lexer.clone().next_significant()
    }

    /// Whether the next token is one of these words.
    pub fn next_is(&self, keywords: &[&str]) -> bool {
        self.next().is_some_and(|next| keywords.iter().any(|word| next.is_word(self.source, word)))
    }

    /// Whether the statement ends behind the current token.
    pub(crate) fn next_is_end(&self) -> bool {
        self.next().is_none_or(|next| next.kind == TokenKind::Semicolon)
    }

    /// Whether the current word is the name in `name = …`, `name TO …`, `name.part` or `name FROM`.
    pub(crate) fn next_assigns(&self) -> bool {
        self.next().is_some_and(|next| self.assigns(next))
    }

    /// Whether a token behind a word makes that word the name of a setting.
    pub(crate) fn assigns(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Dot => true,
            TokenKind::Operator => token.text(self.source) == "=",
            _ => token.is_word(self.source, "to") || token.is_word(self.source, "from"),
        }
    }

    /// A lexer behind the current token.
    pub(crate) fn lookahead(&self) -> Lexer<'_> {
        self.lexer.clone()
    }

    /// Takes the current token, whatever it is.
    pub fn advance(&mut self) {
        if let Current::Token(lexeme) = self.current {
            self.taken = lexeme.end;
            self.read();
        }
    }

    /// Takes the current token if it is this word.
    pub fn eat(&mut self, keyword: &str) -> bool {
        let found = self.at(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the current token if it is of this kind.
    pub fn eat_kind(&mut self, kind: TokenKind) -> bool {
        let found = self.at_kind(kind);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the current token if it is this operator.
    pub fn eat_operator(&mut self, operator: &str) -> bool {
        let found = self.at_operator(operator);
        if found {
            self.advance();
        }
        found
    }

    /// Takes this word, or complains about what stands there.
    pub fn expect(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        if self.eat(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes a token of this kind, or complains about what stands there.
    pub fn expect_kind(&mut self, kind: TokenKind) -> Result<(), SyntaxError> {
        if self.eat_kind(kind) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// `ColId`: a name that may be a key word unless that is reserved.
    pub fn name(&mut self) -> Result<String, SyntaxError> {
        self.identifier(KeywordCategory::is_column_name)
    }

    /// `NonReservedWord`: as a name, and also the key words that name types and functions.
    pub(crate) fn non_reserved_word(&mut self) -> Result<String, SyntaxError> {
        self.identifier(|category| category != KeywordCategory::Reserved)
    }

    /// `type_function_name`: a name that may be a key word unless that is reserved or a column name.
    pub(crate) fn type_function_name(&mut self) -> Result<String, SyntaxError> {
        self.identifier(|category| {
            matches!(category, KeywordCategory::Unreserved | KeywordCategory::TypeOrFunctionName)
        })
    }

    /// `ColLabel`: any word.
    pub fn label(&mut self) -> Result<String, SyntaxError> {
        self.identifier(|_| true)
    }

    /// `IDENT`: an identifier that is no key word at all.
    pub(crate) fn plain_identifier(&mut self) -> Result<String, SyntaxError> {
        self.identifier(|_| false)
    }

    /// `Sconst`.
    pub fn string(&mut self) -> Result<String, SyntaxError> {
        match self.current {
            Current::Token(Lexeme { token, escape, .. }) if token.kind.is_string() => {
                let value = token.string_with_escape(self.source, escape)?.into_owned();
                self.advance();
                Ok(value)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `Iconst`: an integer that fits in an `int4`, without a sign.
    pub fn integer(&mut self) -> Result<i32, SyntaxError> {
        let value = match self.current {
            Current::Token(lexeme) => lexeme.token.integer(self.source),
            _ => None,
        };
        let value = value.ok_or_else(|| self.unexpected())?;
        self.advance();
        Ok(value)
    }

    /// `NumericOnly`: a number with at most one sign, as PostgreSQL prints it.
    pub fn number(&mut self) -> Result<String, SyntaxError> {
        let sign = if self.eat_operator("-") {
            "-"
        } else {
            self.eat_operator("+");
            ""
        };
        let Current::Token(Lexeme { token, .. }) = self.current else {
            return Err(self.unexpected());
        };
        let value = match (token.kind, token.integer(self.source)) {
            (TokenKind::Integer, Some(0)) => "0".to_owned(),
            (TokenKind::Integer, Some(value)) => format!("{sign}{value}"),
            // Also an integer beyond int4: to PostgreSQL it is its text, underscores and all.
            (TokenKind::Integer | TokenKind::Numeric, _) => {
                format!("{sign}{}", token.text(self.source))
            }
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(value)
    }

    /// The statement must end here.
    pub(crate) fn end(&mut self) -> Result<(), SyntaxError> {
        if !self.at_end() {
            return Err(self.unexpected());
        }
        while self.eat_kind(TokenKind::Semicolon) {}
        match self.current {
            Current::End => Ok(()),
            _ => Err(SyntaxError::unplaced(
                "42601",
                "cannot insert multiple commands into a prepared statement",
            )),
        }
    }

    /// `syntax error at or near` the current token, or what is wrong with that token itself.
    pub fn unexpected(&self) -> SyntaxError {
        match &self.current {
            Current::Token(Lexeme { token, end, .. }) => {
                let span = Span::new(token.span.start, *end);
                SyntaxError::at_token(self.source, Token { span, ..*token })
            }
            Current::End => SyntaxError::at_end(self.lexer.end()),
            Current::Failed(error) => error.clone(),
        }
    }

    fn identifier(
        &mut self,
        allowed: impl Fn(KeywordCategory) -> bool,
    ) -> Result<String, SyntaxError> {
        match self.current {
            Current::Token(Lexeme { token, escape, .. }) if token.kind.is_identifier() => {
                let category = keyword_category(self.word());
                if !category.is_none_or(allowed) || self.at_joined_keyword() {
                    return Err(self.unexpected());
                }
                let name = token.identifier_with_escape(self.source, escape)?.into_owned();
                self.advance();
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Whether `base_yylex` makes the current word and the next one something that is no name.
    fn at_joined_keyword(&self) -> bool {
        self.at("without") && self.next_is(&["time"])
            || self.at("nulls") && self.next_is(&["first", "last"])
            || self.at("format") && self.next_is(&["json"])
    }

    fn read(&mut self) {
        self.current = match self.lexer.next_significant() {
            None => Current::End,
            Some(token) => self.check(token).unwrap_or_else(Current::Failed),
        };
    }

    /// Fails where PostgreSQL fails while it reads a token, before its grammar sees it.
    fn check(&mut self, token: Token) -> Result<Current, SyntaxError> {
        match token.kind {
            TokenKind::Invalid(_) => Err(SyntaxError::at_token(self.source, token)),
            TokenKind::EscapeString => {
                token.string(self.source)?;
                Ok(Current::Token(token.into()))
            }
            TokenKind::UnicodeString | TokenKind::UnicodeIdentifier => self.unicode(token),
            // PostgreSQL looks one token further behind these, so its lexer may fail there.
            TokenKind::Word if LOOKS_AHEAD.iter().any(|word| token.is_word(self.source, word)) => {
                if let Some(next) = self.next()
                    && matches!(next.kind, TokenKind::Invalid(_))
                {
                    return Err(SyntaxError::at_token(self.source, next));
                }
                Ok(Current::Token(token.into()))
            }
            _ => Ok(Current::Token(token.into())),
        }
    }

    /// Joins `U&'…'` with the `UESCAPE` clause behind it.
    fn unicode(&mut self, token: Token) -> Result<Current, SyntaxError> {
        let mut lexeme = Lexeme::from(token);
        let next = self.next();
        if let Some(next) = next
            && matches!(next.kind, TokenKind::Invalid(_))
        {
            return Err(SyntaxError::at_token(self.source, next));
        }
        if next.is_some_and(|next| next.is_word(self.source, "uescape")) {
            self.lexer.next_significant();
            lexeme.escape = self.escape_character()?;
            lexeme.end = self.lexer.offset();
        }
        if token.kind == TokenKind::UnicodeString {
            token.string_with_escape(self.source, lexeme.escape)?;
        } else {
            token.identifier_with_escape(self.source, lexeme.escape)?;
        }
        Ok(Current::Token(lexeme))
    }

    fn escape_character(&mut self) -> Result<char, SyntaxError> {
        const NOT_A_STRING: &str = "UESCAPE must be followed by a simple string literal";
        let Some(token) = self.lexer.next_significant() else {
            return Err(SyntaxError::near_end(NOT_A_STRING, self.lexer.end()));
        };
        match token.kind {
            TokenKind::Invalid(_) => return Err(SyntaxError::at_token(self.source, token)),
            TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString => {}
            _ => return Err(SyntaxError::near(NOT_A_STRING, self.source, token.span)),
        }
        let value = token.string(self.source)?;
        let mut chars = value.chars();
        match (chars.next(), chars.next()) {
            (Some(character), None) if is_escape_character(character) => Ok(character),
            _ => {
                Err(SyntaxError::near("invalid Unicode escape character", self.source, token.span))
            }
        }
    }
}

/// The words behind which PostgreSQL's `base_yylex` peeks at the next token.
const LOOKS_AHEAD: [&str; 5] = ["format", "not", "nulls", "with", "without"];
