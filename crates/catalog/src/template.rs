//! Texts that differ in constants alone, such as the OID that a tool asks for: one plan serves them all.

use std::borrow::Cow;

use trunkline_core::Oid;
use trunkline_core::types::TextStyle;
use trunkline_sql::{Lexer, Token, TokenKind};

use crate::datum::Datum;
use crate::io;
use crate::world::is_alias;

/// How many constants of a text may be parameters.
const MOST: usize = 64;
/// How many digits a number has that every type of numbers holds but `smallint`.
const DIGITS: usize = 9;

/// A text whose constants behind `=` are parameters.
///
/// To the rules for operators an unknown parameter is what a quoted constant is, and a parameter of `integer` is
/// what a short number is. Numbers that are the same are the same parameter, so that expressions that are alike
/// stay so.
#[derive(Debug)]
pub(crate) struct Template<'s> {
    pub(crate) text: String,
    constants: Vec<Constant<'s>>,
}

#[derive(Debug, PartialEq)]
enum Constant<'s> {
    Number(&'s str),
    Quoted(Cow<'s, str>),
}

impl<'s> Template<'s> {
    /// That of a text, unless there is no such constant, or it has parameters of its own.
    pub(crate) fn of(sql: &'s str) -> Option<Template<'s>> {
        let mut template = Template { text: String::new(), constants: Vec::new() };
        let mut lexer = Lexer::new(sql);
        let (mut taken, mut is_compared) = (0, false);
        while let Some(token) = lexer.next_significant() {
            if matches!(token.kind, TokenKind::Parameter | TokenKind::Invalid(_)) {
                return None;
            }
            if is_compared && let Some(constant) = constant(token, sql) {
                if template.constants.len() >= MOST {
                    return None;
                }
                // Each quoted one may be of another type.
                let is_same = |known: &Constant<'_>| {
                    *known == constant && matches!(constant, Constant::Number(_))
                };
                let known = template.constants.iter().position(is_same);
                let number = known.unwrap_or(template.constants.len()) + 1;
                template.text.push_str(sql.get(taken..token.span.start)?);
                template.text.push_str(&format!("${number}"));
                taken = token.span.end;
                if known.is_none() {
                    template.constants.push(constant);
                }
            }
            is_compared = token.kind == TokenKind::Operator && token.text(sql) == "=";
        }
        template.text.push_str(sql.get(taken..)?);
        (!template.constants.is_empty()).then_some(template)
    }

    /// The types of its parameters, as a client would say them.
    pub(crate) fn hints(&self) -> Vec<Oid> {
        let hints = self.constants.iter().map(|constant| match constant {
            Constant::Number(_) => Oid::INT4,
            Constant::Quoted(_) => Oid(0),
        });
        hints.collect()
    }

    /// The constants as values of these types; nothing if one of them is none, or what it means is for the session
    /// or the catalogs to say.
    pub(crate) fn values(&self, types: &[Oid]) -> Option<Box<[Datum]>> {
        if types.len() != self.constants.len() {
            return None;
        }
        self.constants.iter().zip(types).map(|(constant, oid)| constant.value(*oid)).collect()
    }
}

impl Constant<'_> {
    fn value(&self, oid: Oid) -> Option<Datum> {
        let text = match self {
            Constant::Number(digits) => digits,
            Constant::Quoted(text) => &**text,
        };
        match oid {
            Oid::OID | Oid::INT4 | Oid::INT8 | Oid::TEXT | Oid::VARCHAR | Oid::NAME | Oid::CHAR => {
                io::parse_plain(oid, text, &TextStyle::default()).ok()
            }
            oid if is_alias(oid) && is_short(text) => {
                io::parse_plain(Oid::OID, text, &TextStyle::default()).ok()
            }
            _ => None,
        }
    }
}

/// A token as a constant that may be a parameter.
fn constant(token: Token, sql: &str) -> Option<Constant<'_>> {
    match token.kind {
        TokenKind::Integer if is_short(token.text(sql)) => Some(Constant::Number(token.text(sql))),
        TokenKind::String => token.string(sql).ok().map(Constant::Quoted),
        _ => None,
    }
}

fn is_short(text: &str) -> bool {
    (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use trunkline_core::Oid;

    use super::Template;
    use crate::datum::Datum;

    #[test]
    fn constants_behind_an_equals_sign_are_parameters() {
        for (sql, text, types, values) in [
            (
                "SELECT 'x', a = 'it''s' FROM b WHERE c ='12'::oid AND d= 7 OR d=7 AND e <> '1'",
                "SELECT 'x', a = $1 FROM b WHERE c =$2::oid AND d= $3 OR d=$3 AND e <> '1'",
                vec![Oid::TEXT, Oid::OID, Oid::INT4],
                vec![Datum::text("it's"), Datum::Oid(12), Datum::Int(7)],
            ),
            (
                "SELECT 1 WHERE a = '12'::regclass",
                "SELECT 1 WHERE a = $1::regclass",
                vec![Oid::REGCLASS],
                vec![Datum::Oid(12)],
            ),
        ] {
            let template = Template::of(sql).expect(sql);
            assert_eq!(template.text, text);
            let found = template.values(&types).expect(sql);
            assert_eq!(*found, *values, "{sql}");
        }
    }

    #[test]
    fn what_may_mean_something_else_stays() {
        for sql in [
            "SELECT a = $1 AND b = '5'",
            "SELECT f(a => 5), g(a := 5), a >= 5, a = 5000000000, a = 0x5, a = 1.5, a = E'5'",
            "SELECT a = 'unfinished",
            "SELECT 1 LIMIT 5",
        ] {
            assert!(Template::of(sql).is_none(), "{sql}");
        }
        let values = |sql, oid| Template::of(sql).expect(sql).values(&[oid]);
        for (sql, oid) in [
            ("a = 'x'", Oid::OID),
            ("a = '5000000000'", Oid::INT4),
            ("a = 'pg_class'", Oid::REGCLASS),
            ("a = 'today'", Oid::DATE),
        ] {
            assert_eq!(values(sql, oid), None, "{sql}");
        }
    }
}
