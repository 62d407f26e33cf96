//! WHERE: conditions that AND joins, each of a column and values.

use trunkline_sql::{Span, TokenKind};

use super::model::{Column, Item, Operand, Term, Value};
use super::parser::{Parser, Until};

/// How deep parentheses may be nested around conditions; what is deeper stays text.
const DEPTH: usize = 16;

const COMPARISONS: [(&str, &str); 7] =
    [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<", "<"), ("<=", "<="), (">", ">"), (">=", ">=")];

/// What may stand behind IS.
const TESTS: [(&str, &str, &str); 4] = [
    ("null", "IS NULL", "IS NOT NULL"),
    ("true", "IS TRUE", "IS NOT TRUE"),
    ("false", "IS FALSE", "IS NOT FALSE"),
    ("unknown", "IS UNKNOWN", "IS NOT UNKNOWN"),
];

impl Parser<'_> {
    /// The conditions up to the next clause.
    pub(super) fn conditions(&mut self) -> Vec<Term> {
        self.joined(0)
    }

    /// Conditions that AND joins; one that is not understood if it is not only AND that joins them.
    fn joined(&mut self, depth: usize) -> Vec<Term> {
        let start = self.reader.offset();
        let until = if depth == 0 { Until::And } else { Until::AndInGroup };
        let mut terms = Vec::new();
        loop {
            let is_empty = self.at(until);
            if !is_empty {
                self.term(depth, until, &mut terms);
            }
            if is_empty || self.reader.at("or") {
                // AND binds closer than OR, so no term of it stands for itself.
                let until = if depth == 0 { Until::Clause } else { Until::Closing };
                let span = self.pass(start, until);
                return vec![Term { span, comparison: None }];
            }
            if !self.reader.eat("and") {
                return terms;
            }
        }
    }

    fn term(&mut self, depth: usize, until: Until, terms: &mut Vec<Term>) {
        let start = self.reader.offset();
        if self.reader.at_kind(TokenKind::LeftParen) && depth < DEPTH {
            self.reader.advance();
            let group = self.joined(depth + 1);
            if self.reader.eat_kind(TokenKind::RightParen) && self.at(until) {
                terms.extend(group);
                return;
            }
        } else if let Some(comparison) = self.comparison()
            && self.at(until)
        {
            let span = Span::new(start, self.reader.taken());
            terms.push(Term { span, comparison: Some(comparison) });
            return;
        }
        let span = self.pass(start, until);
        terms.push(Term { span, comparison: None });
    }

    fn comparison(&mut self) -> Option<(Column, &'static str, Operand)> {
        let Some(Item::Column(column)) = self.column() else { return None };
        for (written, operator) in COMPARISONS {
            if self.reader.eat_operator(written) {
                if operator == "=" && self.reader.eat("any") {
                    self.reader.expect_kind(TokenKind::LeftParen).ok()?;
                    let value = self.plain_value()?;
                    self.reader.expect_kind(TokenKind::RightParen).ok()?;
                    return Some((column, "= ANY", Operand::One(value)));
                }
                return Some((column, operator, Operand::One(self.plain_value()?)));
            }
        }
        for (word, operator) in [("isnull", "IS NULL"), ("notnull", "IS NOT NULL")] {
            if self.reader.eat(word) {
                return Some((column, operator, Operand::None));
            }
        }
        let is_test = self.reader.eat("is");
        let not = self.reader.eat("not");
        let (operator, operand) = if is_test { self.test(not)? } else { self.matching(not)? };
        Some((column, operator, operand))
    }

    /// What stands behind `IS [ NOT ]`.
    fn test(&mut self, not: bool) -> Option<(&'static str, Operand)> {
        for (word, positive, negative) in TESTS {
            if self.reader.eat(word) {
                return Some((if not { negative } else { positive }, Operand::None));
            }
        }
        self.reader.expect("distinct").ok()?;
        self.reader.expect("from").ok()?;
        let operator = if not { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" };
        Some((operator, Operand::One(self.plain_value()?)))
    }

    /// `[ NOT ] LIKE`, ILIKE, BETWEEN and IN.
    fn matching(&mut self, not: bool) -> Option<(&'static str, Operand)> {
        let pick = |positive, negative| if not { negative } else { positive };
        if self.reader.eat("like") {
            return Some((pick("LIKE", "NOT LIKE"), Operand::One(self.plain_value()?)));
        }
        if self.reader.eat("ilike") {
            return Some((pick("ILIKE", "NOT ILIKE"), Operand::One(self.plain_value()?)));
        }
        if self.reader.eat("between") {
            let low = self.plain_value()?;
            self.reader.expect("and").ok()?;
            let bounds = vec![low, self.plain_value()?];
            return Some((pick("BETWEEN", "NOT BETWEEN"), Operand::Many(bounds)));
        }
        self.reader.expect("in").ok()?;
        self.reader.expect_kind(TokenKind::LeftParen).ok()?;
        let mut values: Vec<Value> = vec![self.plain_value()?];
        while self.reader.eat_kind(TokenKind::Comma) {
            values.push(self.plain_value()?);
        }
        self.reader.expect_kind(TokenKind::RightParen).ok()?;
        Some((pick("IN", "NOT IN"), Operand::Many(values)))
    }
}
