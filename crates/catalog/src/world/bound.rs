//! Which rows are a partition's, as it is shown: `relpartbound`.

use std::sync::Arc;

use trunkline_core::catalog::{Indexed, Relation};
use trunkline_core::types::Numeric;
use trunkline_core::{Oid, Result};
use trunkline_sql::{Lexer, TokenKind};

use super::text::expression_type;
use super::{ClassObject, World};
use crate::datum::Datum;

impl World {
    /// The bound of a partition, its values as their types write them.
    pub(crate) fn bound_text(&self, class: &ClassObject, bound: &str) -> String {
        let bound = bound.trim();
        if bound.eq_ignore_ascii_case("default") {
            return "DEFAULT".to_owned();
        }
        let parent = self.objects.family.parents(class.oid).first();
        let parent = parent.and_then(|oid| self.objects.class(*oid));
        let key = parent.and_then(|parent| Some((parent, self.objects.relation_of(parent)?)));
        match key {
            Some((parent, relation)) => self.bound_of(bound, parent, relation),
            None => bound.to_owned(),
        }
    }

    fn bound_of(&self, bound: &str, parent: &ClassObject, relation: &Relation) -> String {
        let Some(key) = &relation.partitioned else { return bound.to_owned() };
        let types: Vec<(Oid, i32)> = key
            .keys
            .iter()
            .map(|one| match one {
                Indexed::Column(place) => {
                    let of = relation.columns.get(*place).map(|one| &one.column);
                    of.map_or((Oid::TEXT, -1), |one| (one.type_oid, one.typmod))
                }
                Indexed::Expression(text) => expression_type(self, parent.oid, text),
            })
            .collect();
        // The values of a list are all of one type, those of a range have one each.
        let type_at = |place: usize| match key.strategy {
            'l' => types.first(),
            _ => types.get(place),
        };
        let mut out = String::new();
        let mut lexer = Lexer::new(bound);
        let (mut depth, mut place) = (0_i32, 0);
        let mut value = String::new();
        while let Some(token) = lexer.next_significant() {
            let text = token.text(bound);
            let is_end =
                depth == 1 && matches!(token.kind, TokenKind::Comma | TokenKind::RightParen);
            if is_end {
                out.push_str(&self.bound_value(&value, type_at(place).copied(), key.strategy));
                value.clear();
                place += 1;
            }
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            match (depth, token.kind) {
                (0, TokenKind::RightParen) => out.push(')'),
                (1, TokenKind::LeftParen) => {
                    place = 0;
                    out.push_str(" (");
                }
                (1, TokenKind::Comma) => out.push_str(", "),
                (0, _) => {
                    if !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(&text.to_uppercase());
                }
                _ => {
                    let is_apart = token.kind == TokenKind::Integer && key.strategy == 'h';
                    if is_apart && !value.is_empty() {
                        value.push(' ');
                    }
                    value.push_str(text);
                }
            }
        }
        out
    }

    /// A value between the commas.
    fn bound_value(&self, value: &str, of: Option<(Oid, i32)>, strategy: char) -> String {
        let upper = value.to_uppercase();
        if strategy == 'h' {
            return value.to_lowercase();
        }
        if matches!(upper.as_str(), "MINVALUE" | "MAXVALUE" | "NULL") {
            return upper;
        }
        let Some((oid, typmod)) = of.map(|(oid, typmod)| (self.base_of(oid), typmod)) else {
            return value.to_owned();
        };
        let mut lexer = Lexer::new(value);
        let Some(first) = lexer.next_significant() else { return value.to_owned() };
        // What follows a literal is only the name of its type.
        let rest = lexer.next_significant().map(|token| token.kind);
        let plain = match first.kind {
            TokenKind::String if matches!(rest, None | Some(TokenKind::Typecast)) => {
                let text = first.text(value);
                text.trim_matches('\'').replace("''", "'")
            }
            TokenKind::Integer | TokenKind::Numeric if rest.is_none() => value.to_owned(),
            TokenKind::Operator
                if matches!(rest, Some(TokenKind::Integer | TokenKind::Numeric)) =>
            {
                value.to_owned()
            }
            _ if matches!(upper.as_str(), "TRUE" | "FALSE") => value.to_lowercase(),
            _ => return value.to_owned(),
        };
        let read = self.parse(oid, &plain);
        let read = read.and_then(|value| match value {
            Datum::Numeric(number) => scaled(&number, typmod),
            value => self.cast(value, oid, oid, typmod, true),
        });
        let read = read.and_then(|value| self.text(&value, oid));
        let text = read.unwrap_or(plain);
        let starts = text.starts_with(|one: char| one.is_ascii_digit());
        match oid {
            Oid::BOOL => (if text == "t" { "true" } else { "false" }).to_owned(),
            Oid::INT4 if starts => text,
            Oid::NUMERIC if starts && text.contains(['e', 'E', '.']) => text,
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

/// A number with as many digits as `numeric(precision, scale)` has.
fn scaled(number: &Numeric, typmod: i32) -> Result<Datum> {
    if typmod < 4 {
        return Ok(Datum::Numeric(Arc::new(number.clone())));
    }
    let packed = typmod - 4;
    let scale = ((packed & 0x7ff) ^ 1024) - 1024;
    Ok(Datum::Numeric(Arc::new(number.fitting((packed >> 16) & 0xffff, scale)?)))
}

/// Whether a text is a bound and no expression.
pub(crate) fn is_bound(text: &str) -> bool {
    let upper = text.trim_start().get(..11).unwrap_or(text).to_ascii_uppercase();
    upper == "FOR VALUES " || text.trim().eq_ignore_ascii_case("default")
}
