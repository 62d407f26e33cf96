//! PostgreSQL's dialect, but for what takes for ever.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::{between, matches, members, typed, words};

/// How many expressions the parser may begin: this many, and so many more for each byte of the text.
const STEPS: usize = 1_000;
const STEPS_A_BYTE: usize = 4;

/// What may follow the SELECT of a query that has no columns.
const AFTER_NO_COLUMNS: &[Keyword] = &[
    Keyword::WHERE,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::FETCH,
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
];

/// Reserved words with which no expression begins; DEFAULT is not among them, which a row of VALUES may say.
///
/// Source: <https://www.postgresql.org/docs/18/sql-keywords-appendix.html>
const NO_EXPRESSION: &[Keyword] = &[
    Keyword::ALL,
    Keyword::ANALYZE,
    Keyword::AND,
    Keyword::ANY,
    Keyword::AS,
    Keyword::ASC,
    Keyword::ASYMMETRIC,
    Keyword::BOTH,
    Keyword::CHECK,
    Keyword::COLLATE,
    Keyword::COLUMN,
    Keyword::CONSTRAINT,
    Keyword::CREATE,
    Keyword::DEFERRABLE,
    Keyword::DESC,
    Keyword::DISTINCT,
    Keyword::DO,
    Keyword::ELSE,
    Keyword::END,
    Keyword::EXCEPT,
    Keyword::FETCH,
    Keyword::FOR,
    Keyword::FOREIGN,
    Keyword::FROM,
    Keyword::GRANT,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::IN,
    Keyword::INITIALLY,
    Keyword::INTERSECT,
    Keyword::INTO,
    Keyword::LATERAL,
    Keyword::LEADING,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::ON,
    Keyword::ONLY,
    Keyword::OR,
    Keyword::ORDER,
    Keyword::PLACING,
    Keyword::PRIMARY,
    Keyword::REFERENCES,
    Keyword::RETURNING,
    Keyword::SELECT,
    Keyword::SOME,
    Keyword::SYMMETRIC,
    Keyword::TABLE,
    Keyword::THEN,
    Keyword::TO,
    Keyword::TRAILING,
    Keyword::UNION,
    Keyword::UNIQUE,
    Keyword::USING,
    Keyword::VARIADIC,
    Keyword::WHEN,
    Keyword::WHERE,
    Keyword::WINDOW,
    Keyword::WITH,
];

/// Whether a word is reserved, and begins no expression.
pub fn is_reserved(word: Keyword) -> bool {
    NO_EXPRESSION.contains(&word)
}

/// The keyword that a token is; a quoted name is none.
pub(super) fn keyword(token: &Token) -> Keyword {
    match token {
        Token::Word(word) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

/// The two words of an operator that may have NOT before it, such as `NOT LIKE ANY`.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) is_not: bool,
    pub(super) first: Keyword,
    pub(super) second: Keyword,
}

impl Words {
    /// Those that come next.
    fn next(parser: &Parser<'_>) -> Words {
        let word = |place| keyword(&parser.peek_nth_token_ref(place).token);
        let is_not = word(0) == Keyword::NOT;
        let first = usize::from(is_not);
        Words { is_not, first: word(first), second: word(first + 1) }
    }

    /// Goes on behind them.
    pub(super) fn pass(self, parser: &mut Parser<'_>) {
        for _ in 0..2 + usize::from(self.is_not) {
            parser.advance_token();
        }
    }
}

/// PostgreSQL's dialect for one statement, without names of arguments that are expressions.
///
/// `SELECT` without columns has an empty tuple for its only one, which no text gives otherwise; with FROM
/// it has none at all.
///
///
/// The parser would read each argument twice to see whether it is such a name: of calls within each other
/// the innermost would be read 2^n times. It reads other things twice, too; so its steps are counted, and
/// a statement that takes more than one of its length should ends as one that is too deep.
#[derive(Debug)]
pub struct Postgres {
    left: Cell<usize>,
}

impl Postgres {
    /// The dialect to read this statement in; it is spent by that.
    pub fn new(sql: &str) -> Postgres {
        let steps = sql.len().saturating_mul(STEPS_A_BYTE).saturating_add(STEPS);
        Postgres { left: Cell::new(steps) }
    }
}

const BASE: PostgreSqlDialect = PostgreSqlDialect {};

macro_rules! as_in_postgresql {
    ($($name:ident)+) => {$(
        fn $name(&self) -> bool {
            BASE.$name()
        }
    )+};
}

impl Dialect for Postgres {
    /// Where the parser asks for PostgreSQL by name, this is it.
    fn dialect(&self) -> TypeId {
        BASE.dialect()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        BASE.identifier_quote_style(identifier)
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        BASE.is_delimited_identifier_start(letter)
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        BASE.is_identifier_start(letter)
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        BASE.is_identifier_part(letter)
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        BASE.is_reserved_for_identifier(keyword)
    }

    fn is_column_alias(&self, keyword: &Keyword, _: &mut Parser<'_>) -> bool {
        !words::BEHIND_AS.contains(keyword)
    }

    /// SET is no name where a column to be updated comes behind it.
    fn is_table_factor_alias(
        &self,
        explicit: bool,
        keyword: &Keyword,
        parser: &mut Parser<'_>,
    ) -> bool {
        let updates = || match &parser.peek_token_ref().token {
            Token::LParen => true,
            Token::Word(word) => word.quote_style.is_some() || words::is_column_name(word.keyword),
            _ => false,
        };
        words::is_column_name(*keyword) && (explicit || *keyword != Keyword::SET || !updates())
    }

    fn is_custom_operator_part(&self, letter: char) -> bool {
        BASE.is_custom_operator_part(letter)
    }

    /// Each expression begins here.
    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Some(Err(ParserError::RecursionLimitExceeded));
        };
        self.left.set(left);
        let next = &parser.peek_token_ref().token;
        let first = keyword(next);
        if keyword(&parser.get_current_token().token) == Keyword::SELECT
            && (AFTER_NO_COLUMNS.contains(&first)
                || matches!(next, Token::EOF | Token::SemiColon | Token::RParen))
        {
            return Some(Ok(Expr::Tuple(Vec::new())));
        }
        if is_reserved(first) {
            return Some(parser.expected("an expression", parser.peek_token()));
        }
        // A query in parentheses; no function can be called so.
        if first == Keyword::VALUES
            && parser.peek_nth_token_ref(1).token == Token::LParen
            && parser.get_current_token().token == Token::LParen
        {
            return Some(parser.parse_query().map(Expr::Subquery));
        }
        if members::comes_next(parser) {
            return Some(members::read(parser));
        }
        typed::read(parser)
    }

    /// COLLATE behind a cast; the parser knows it behind a name. What IS DISTINCT FROM compares with ends before
    /// an AND, where the parser would go on.
    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let is = |words: &[Keyword], parser: &mut Parser<'_>| parser.parse_keywords(words);
        // Of several the last holds. They are taken together: a tree of them could be of any depth.
        let mut last = None;
        while is(&[Keyword::COLLATE], parser) {
            match parser.parse_object_name(false) {
                Ok(collation) => last = Some(collation),
                Err(error) => return Some(Err(error)),
            }
        }
        if let Some(collation) = last {
            return Some(Ok(Expr::Collate { expr: Box::new(left.clone()), collation }));
        }
        if is_chained(left, parser) {
            return Some(parser.expected("another operator", parser.peek_token()));
        }
        let words = Words::next(parser);
        let read = matches::read(parser, words, left, precedence)
            .or_else(|| between::read(parser, words, left, precedence));
        if read.is_some() {
            return read;
        }
        let make = match () {
            () if is(&[Keyword::IS, Keyword::DISTINCT, Keyword::FROM], parser) => {
                Expr::IsDistinctFrom
            }
            () if is(&[Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM], parser) => {
                Expr::IsNotDistinctFrom
            }
            () => return None,
        };
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| make(Box::new(left.clone()), Box::new(right))))
    }

    /// A string goes on behind the end of a line, also where [`tokens`](super::tokens) did not make one of it before.
    fn supports_string_literal_concatenation_with_newline(&self) -> bool {
        true
    }

    /// `f(a := 1)`
    fn supports_named_fn_args_with_assignment_operator(&self) -> bool {
        true
    }

    /// Operators for patterns are like any other; the parser takes them for comparisons.
    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::Tilde
            | Token::TildeAsterisk
            | Token::ExclamationMarkTilde
            | Token::ExclamationMarkTildeAsterisk
            | Token::DoubleTilde
            | Token::DoubleTildeAsterisk
            | Token::ExclamationMarkDoubleTilde
            | Token::ExclamationMarkDoubleTildeAsterisk => {
                Some(Ok(self.prec_value(Precedence::PgOther)))
            }
            token if keyword(token) == Keyword::OPERATOR => {
                Some(Ok(self.prec_value(Precedence::PgOther)))
            }
            _ => BASE.get_next_precedence(parser),
        }
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        BASE.prec_value(precedence)
    }

    as_in_postgresql! {
        supports_unicode_string_literal supports_filter_during_aggregation supports_group_by_expr
        allow_extract_custom allow_extract_single_quotes supports_create_index_with_clause
        supports_explain_with_utility_options supports_listen_notify supports_factorial_operator
        supports_bitwise_shift_operators supports_comment_on supports_load_extension
        supports_named_fn_args_with_colon_operator supports_empty_projections
        supports_nested_comments supports_string_escape_constant
        supports_numeric_literal_underscores supports_array_typedef_with_brackets
        supports_geometric_types supports_set_names supports_alter_column_type_using
        supports_notnull_operator supports_interval_options supports_insert_table_alias
        supports_create_table_like_parenthesized
        supports_comma_separated_trim supports_xml_expressions supports_comment_optimizer_hint
    }
}

/// Whether an operator compares; an expression of one is no operand of another without parentheses.
fn compares(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | Gt | LtEq | GtEq)
}

/// Whether an operator comes next that cannot follow one of its own kind: each link of such a chain would make a copy
/// of all before it.
fn is_chained(left: &Expr, parser: &Parser<'_>) -> bool {
    let next = |place: usize| keyword(&parser.peek_nth_token_ref(place).token);
    let place = usize::from(next(0) == Keyword::NOT);
    match left {
        Expr::BinaryOp { op, .. } if compares(op) => matches!(
            parser.peek_token_ref().token,
            Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq
        ),
        Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => {
            matches!(next(0), Keyword::IS | Keyword::NOTNULL)
        }
        Expr::Between { .. } | Expr::Like { any: false, .. } | Expr::ILike { any: false, .. } => {
            let kin =
                [Keyword::BETWEEN, Keyword::LIKE, Keyword::ILIKE, Keyword::SIMILAR, Keyword::IN];
            kin.contains(&next(place))
        }
        Expr::AnyOp { .. } | Expr::AllOp { .. } => {
            matches!(next(place), Keyword::LIKE | Keyword::ILIKE)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the parser makes of a statement, and how many expressions it began.
    fn parse(sql: &str) -> (Result<(), ParserError>, usize) {
        let dialect = Postgres::new(sql);
        let before = dialect.left.get();
        let parser = Parser::new(&dialect).with_recursion_limit(400).try_with_sql(sql);
        let parsed = parser.and_then(|mut parser| parser.parse_statements().map(drop));
        (parsed, before - dialect.left.get())
    }

    /// Sixty of each within each other, whole and with a fault in the innermost.
    #[test]
    fn what_is_nested_is_read_in_a_bounded_number_of_steps() {
        for (open, close) in [
            ("abs(", ")"),
            ("cast(", " as int)"),
            ("1 in (", ")"),
            ("array[", "]"),
            ("case when true then ", " end"),
            ("case (", ") when 1 then 2 end"),
            ("not (", ")"),
            ("exists (select ", ")"),
            ("(select ", ")"),
            ("(", ")"),
            ("1 between 0 and (", ")"),
            ("interval (", ")"),
            ("extract(year from ", ")"),
            ("(a, b) in (", ")"),
            ("f(a => ", ")"),
        ] {
            for inner in ["1", "1 +", "1 1 1", ""] {
                let sql = format!("select {}{inner}{}", open.repeat(60), close.repeat(60));
                let (parsed, steps) = parse(&sql);
                let most = STEPS + STEPS_A_BYTE * sql.len();
                assert!(steps <= most, "{open} {inner}: {steps}");
                // What is well formed does not end at that limit.
                if inner == "1" {
                    assert_ne!(parsed, Err(ParserError::RecursionLimitExceeded), "{open}");
                    assert!(steps < most / 2, "{open}: {steps}");
                }
            }
        }
    }

    #[test]
    fn calls_within_each_other_are_read_once() {
        let sql = format!("select {}1{}", "abs(".repeat(60), ")".repeat(60));
        let (parsed, steps) = parse(&sql);
        assert_eq!(parsed, Ok(()));
        assert!(steps < 200, "{steps}");
    }

    #[test]
    fn lists_are_not_held_for_too_deep() {
        for item in ["1, ", "f(1), ", "(1), ", "a = 1, ", "case when a then b end, "] {
            let (parsed, _) = parse(&format!("select {}1", item.repeat(3_000)));
            assert_eq!(parsed, Ok(()), "{item}");
        }
    }
}
