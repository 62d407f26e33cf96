//! The few statements that the dialogues need: SELECT over numbers, and VALUES.

use trunkline::{Oid, PgError, Result, SqlState};
use trunkline_sql::{
    KeywordCategory, Lexer, Token, TokenKind, character_position, keyword_category,
};

/// A query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// Expressions with their names; of VALUES, one list a row.
    pub(crate) rows: Vec<Vec<(Expr, Option<String>)>>,
    pub(crate) from: Option<From>,
    pub(crate) filter: Option<Expr>,
    pub(crate) limit: Option<Expr>,
}

/// `generate_series(first, last)`, under a name and with a name for its column.
#[derive(Clone, Debug)]
pub(crate) struct From {
    pub(crate) first: Expr,
    pub(crate) last: Expr,
    pub(crate) column: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    /// By its number, with its place.
    Parameter(usize, usize),
    Column(String, usize),
    Cast(Box<Expr>, Oid, i32),
    Binary(char, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>, usize),
}

/// Reads one statement.
pub(crate) fn parse(sql: &str) -> Result<Query> {
    let mut parser = Parser { sql, lexer: Lexer::new(sql), ahead: None };
    let query = if parser.take("values")? {
        let mut rows = Vec::new();
        loop {
            parser.expect("(")?;
            let mut row = Vec::new();
            while row.is_empty() || parser.take(",")? {
                row.push((parser.expression()?, Some(format!("column{}", row.len() + 1))));
            }
            parser.expect(")")?;
            rows.push(row);
            if !parser.take(",")? {
                break Query { rows, ..Query::default() };
            }
        }
    } else {
        parser.expect("select")?;
        parser.select()?
    };
    match parser.peek()? {
        None => Ok(query),
        Some(token) => Err(parser.wrong(Some(token))),
    }
}

struct Parser<'a> {
    sql: &'a str,
    lexer: Lexer<'a>,
    ahead: Option<Token>,
}

impl Parser<'_> {
    fn select(&mut self) -> Result<Query> {
        let mut query = Query::default();
        let mut items = Vec::new();
        let ends = |parser: &mut Self| -> Result<bool> {
            Ok(parser.peek()?.is_none() || parser.at("from")? || parser.at("where")?)
        };
        while !ends(self)? {
            let expression = self.expression()?;
            let name = if self.take("as")? { Some(self.name()?) } else { None };
            items.push((expression, name));
            if !self.take(",")? {
                break;
            }
        }
        if self.take("from")? {
            query.from = Some(self.from()?);
        }
        if self.take("where")? {
            query.filter = Some(self.expression()?);
        }
        if self.take("order")? {
            // The numbers are in order.
            self.expect("by")?;
            self.expression()?;
        }
        if self.take("limit")? {
            query.limit = Some(self.expression()?);
        }
        // A set-returning function among the columns.
        if let ([(Expr::Call(name, arguments, _), label)], None) = (&mut items[..], &query.from)
            && name == "generate_series"
            && let [first, last] = &arguments[..]
        {
            let column = label.clone().unwrap_or_else(|| name.clone());
            query.from = Some(From { first: first.clone(), last: last.clone(), column });
            items =
                vec![(Expr::Column(query.from.as_ref().map_or("", |f| &f.column).into(), 0), None)];
        }
        query.rows = vec![items];
        Ok(query)
    }

    fn from(&mut self) -> Result<From> {
        let place = self.peek()?.map_or(0, |token| token.span.start);
        let name = self.name()?;
        if !self.take("(")? {
            let error = format!("relation \"{name}\" does not exist");
            return Err(PgError::new(SqlState::UNDEFINED_TABLE, error).position(self.place(place)));
        }
        if name != "generate_series" {
            return Err(PgError::unsupported(format!("function {name} is not known here")));
        }
        let first = self.expression()?;
        self.expect(",")?;
        let last = self.expression()?;
        self.expect(")")?;
        let mut column = name;
        if self.take("as")? || self.peek()?.is_some_and(|token| self.is_name(token)) {
            column = self.name()?;
            if self.take("(")? {
                column = self.name()?;
                self.expect(")")?;
            }
        }
        Ok(From { first, last, column })
    }

    fn expression(&mut self) -> Result<Expr> {
        let mut left = self.sum()?;
        while let Some(operator) = self.operator(&['=', '<', '>'])? {
            left = Expr::Binary(operator, left.into(), self.sum()?.into());
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expr> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(&['+', '-'])? {
            left = Expr::Binary(operator, left.into(), self.product()?.into());
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr> {
        let mut left = self.cast()?;
        while let Some(operator) = self.operator(&['*', '/'])? {
            left = Expr::Binary(operator, left.into(), self.cast()?.into());
        }
        Ok(left)
    }

    fn cast(&mut self) -> Result<Expr> {
        let mut value = self.value()?;
        while self.take("::")? {
            let place = self.peek()?.map_or(0, |token| token.span.start);
            let name = self.name()?;
            let oid = match name.as_str() {
                "int4" | "int" | "integer" => Oid::INT4,
                "int8" | "bigint" => Oid::INT8,
                "int2" | "smallint" => Oid::INT2,
                "text" => Oid::TEXT,
                "varchar" => Oid::VARCHAR,
                "bool" | "boolean" => Oid::BOOL,
                "bytea" => Oid::BYTEA,
                "float8" => Oid::FLOAT8,
                _ => {
                    let error = format!("type \"{name}\" does not exist");
                    let error = PgError::new(SqlState::UNDEFINED_OBJECT, error);
                    return Err(error.position(self.place(place)));
                }
            };
            let mut typmod = -1;
            if self.take("(")? {
                let Expr::Integer(length) = self.value()? else { return Err(self.wrong(None)) };
                self.expect(")")?;
                typmod = i32::try_from(length).unwrap_or(-5) + 4;
            }
            value = Expr::Cast(value.into(), oid, typmod);
        }
        Ok(value)
    }

    fn value(&mut self) -> Result<Expr> {
        let token = self.peek()?;
        let Some(found) = token else { return Err(self.wrong(None)) };
        if self.take("(")? {
            let inner = self.expression()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.is_name(found) {
            let name = self.name()?;
            if !self.take("(")? {
                return Ok(Expr::Column(name, self.place(found.span.start)));
            }
            let mut arguments = Vec::new();
            while !self.take(")")? {
                arguments.push(self.expression()?);
                if !self.at(")")? {
                    self.expect(",")?;
                }
            }
            return Ok(Expr::Call(name, arguments, self.place(found.span.start)));
        }
        self.ahead = None;
        match found.kind {
            TokenKind::Integer => match found.text(self.sql).parse() {
                Ok(number) => Ok(Expr::Integer(number)),
                Err(_) => Err(PgError::unsupported("numbers are 64 bits here")),
            },
            TokenKind::Parameter => {
                let number = found.parameter(self.sql).unwrap_or_default();
                let place = self.place(found.span.start);
                Ok(Expr::Parameter(usize::try_from(number).unwrap_or_default(), place))
            }
            TokenKind::Word if found.is_word(self.sql, "null") => Ok(Expr::Null),
            TokenKind::Word if found.is_word(self.sql, "true") => Ok(Expr::Bool(true)),
            TokenKind::Word if found.is_word(self.sql, "false") => Ok(Expr::Bool(false)),
            TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString => {
                match found.string(self.sql) {
                    Ok(text) => Ok(Expr::Text(text.into_owned())),
                    Err(error) => Err(PgError::syntax(&error, self.sql)),
                }
            }
            _ => Err(self.wrong(Some(found))),
        }
    }

    fn operator(&mut self, which: &[char]) -> Result<Option<char>> {
        for operator in which {
            if self.take(operator.encode_utf8(&mut [0; 4]))? {
                return Ok(Some(*operator));
            }
        }
        Ok(None)
    }

    fn is_name(&self, token: Token) -> bool {
        let text = token.text(self.sql);
        let reserved = || keyword_category(text) == Some(KeywordCategory::Reserved);
        token.kind == TokenKind::QuotedIdentifier || token.kind == TokenKind::Word && !reserved()
    }

    fn name(&mut self) -> Result<String> {
        match self.peek()? {
            Some(token) if self.is_name(token) => {
                self.ahead = None;
                token
                    .identifier(self.sql)
                    .map(std::borrow::Cow::into_owned)
                    .map_err(|error| PgError::syntax(&error, self.sql))
            }
            other => Err(self.wrong(other)),
        }
    }

    fn peek(&mut self) -> Result<Option<Token>> {
        if self.ahead.is_none() {
            self.ahead = self.lexer.next_significant();
        }
        Ok(self.ahead)
    }

    fn at(&mut self, text: &str) -> Result<bool> {
        let found = self.peek()?.map(|token| token.text(self.sql));
        Ok(found.is_some_and(|found| found.eq_ignore_ascii_case(text)))
    }

    fn take(&mut self, text: &str) -> Result<bool> {
        let found = self.at(text)?;
        if found {
            self.ahead = None;
        }
        Ok(found)
    }

    fn expect(&mut self, text: &str) -> Result<()> {
        if self.take(text)? {
            return Ok(());
        }
        let found = self.peek()?;
        Err(self.wrong(found))
    }

    fn place(&self, offset: usize) -> usize {
        character_position(self.sql, offset)
    }

    fn wrong(&self, token: Option<Token>) -> PgError {
        let (message, offset) = match token {
            None => ("syntax error at end of input".to_owned(), self.sql.len()),
            Some(token) if matches!(token.kind, TokenKind::Invalid(_)) => {
                let start = token.span.start;
                let rest = self.sql.get(start..).unwrap_or_default();
                (format!("unterminated quoted string at or near \"{rest}\""), start)
            }
            Some(token) => {
                let text = token.text(self.sql);
                (format!("syntax error at or near \"{text}\""), token.span.start)
            }
        };
        PgError::new(SqlState::SYNTAX_ERROR, message).position(self.place(offset))
    }
}
