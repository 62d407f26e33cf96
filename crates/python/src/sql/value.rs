//! Constants and parameters, with the type that they are cast to.

use trunkline_sql::{Lexer, Span, TokenKind, TypeName};

use super::model::{Type, Value};
use super::parser::{Parser, Until};

/// Digits of an exponent: PostgreSQL has no numbers of more.
const EXPONENT_DIGITS: usize = 6;

impl Parser<'_> {
    /// A value, up to where it must end; what is none stays text.
    pub(super) fn value(&mut self, until: Until) -> Value {
        let start = self.reader.offset();
        match self.plain_value() {
            Some(value) if self.at(until) => value,
            _ => Value::Expression(self.pass(start, until)),
        }
    }

    /// `value`, `value::type`, `type 'value'` or `CAST (value AS type)`.
    pub(super) fn plain_value(&mut self) -> Option<Value> {
        let value = if self.reader.at("cast") && self.next_is_parenthesis() {
            self.reader.advance();
            self.reader.advance();
            let value = self.constant()?;
            self.reader.expect("as").ok()?;
            let typed = self.typed(value)?;
            self.reader.expect_kind(TokenKind::RightParen).ok()?;
            return Some(typed);
        } else if self.at_constant() {
            self.constant()?
        } else if self.reader.at("n") {
            // `N'x'` is of no type `n`.
            return None;
        } else {
            let name = self.type_name()?;
            let text = self.reader.string().ok()?;
            return Some(Value::Typed(Box::new(Value::Text(text)), name));
        };
        if self.reader.eat_kind(TokenKind::Typecast) { self.typed(value) } else { Some(value) }
    }

    fn next_is_parenthesis(&self) -> bool {
        self.reader.next().is_some_and(|next| next.kind == TokenKind::LeftParen)
    }

    fn typed(&mut self, value: Value) -> Option<Value> {
        Some(Value::Typed(Box::new(value), self.type_name()?))
    }

    /// The name of a type as PostgreSQL keeps it: `int4` for `integer`, with its modifiers as written.
    pub(super) fn type_name(&mut self) -> Option<Type> {
        let read = TypeName::read(&mut self.reader).ok().filter(|read| !read.set_of)?;
        let mut written = String::new();
        for qualifier in read.qualifiers.iter().filter(|&schema| schema != "pg_catalog") {
            written.push_str(&trunkline_sql::quote_identifier(qualifier));
            written.push('.');
        }
        written.push_str(&read.name);
        if !read.modifiers.is_empty() {
            let texts = read.modifiers.iter().map(|span| span.text(self.source));
            written.push_str(&format!("({})", texts.collect::<Vec<_>>().join(", ")));
        }
        if read.dimensions > 0 {
            written.push_str("[]");
        }
        Some(Type { written, name: read.name })
    }

    fn at_constant(&self) -> bool {
        let reader = &self.reader;
        reader.at_string()
            || reader.at_any(&["true", "false", "null"])
            || reader.at_operator("-")
            || reader.at_operator("+")
            || matches!(
                reader.kind(),
                Some(TokenKind::Integer | TokenKind::Numeric | TokenKind::Parameter)
            )
    }

    fn constant(&mut self) -> Option<Value> {
        if self.reader.at_string() {
            return self.reader.string().ok().map(Value::Text);
        }
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.reader.eat(word) {
                return Some(value);
            }
        }
        let negative = self.reader.eat_operator("-");
        let signed = negative || self.reader.eat_operator("+");
        let kind = self.reader.kind()?;
        let start = self.reader.offset();
        self.reader.advance();
        let text = Span::new(start, self.reader.taken()).text(self.source);
        match kind {
            TokenKind::Integer => integer(text, negative),
            TokenKind::Numeric => decimal(text, negative),
            TokenKind::Parameter if !signed => {
                let number = Lexer::new(text).next_significant()?.parameter(text)?;
                (number > 0).then_some(Value::Parameter(number))
            }
            _ => None,
        }
    }
}

/// An integer of any base; what is no `int8` is a numeric, as it is to PostgreSQL.
fn integer(text: &str, negative: bool) -> Option<Value> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => (text.get(2..)?, 8),
        [b'0', b'b' | b'B', ..] => (text.get(2..)?, 2),
        _ => (text, 10),
    };
    let digits = digits.replace('_', "");
    let Ok(value) = i128::from_str_radix(&digits, radix) else {
        return if radix == 10 { decimal(text, negative) } else { None };
    };
    let value = if negative { -value } else { value };
    let integer = i64::try_from(value).map(Value::Integer);
    Some(integer.unwrap_or_else(|_| Value::Decimal(value.to_string())))
}

fn decimal(text: &str, negative: bool) -> Option<Value> {
    let digits = text.replace('_', "");
    let exponent = digits.split_once(['e', 'E']).map_or("", |(_, exponent)| exponent);
    let sign = if negative { "-" } else { "" };
    (exponent.len() <= EXPONENT_DIGITS).then(|| Value::Decimal(format!("{sign}{digits}")))
}
