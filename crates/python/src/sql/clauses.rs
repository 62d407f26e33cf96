//! The clauses of SELECT, INSERT, UPDATE and DELETE of one table.

use trunkline_sql::{Lexer, Span, TokenKind};

use super::model::{Clauses, Item, Sort, Table, Target, Value};
use super::name;
use super::parser::{Parser, Until};

/// Reads one statement as far as it is understood.
pub(super) fn read(lexer: Lexer<'_>) -> Clauses {
    let mut parser = Parser::new(lexer);
    let mut clauses = Clauses::default();
    let table = if parser.reader.eat("select") {
        parser.select(&mut clauses)
    } else if parser.reader.eat("insert") {
        parser.insert(&mut clauses)
    } else if parser.reader.eat("update") {
        parser.update(&mut clauses)
    } else if parser.reader.eat("delete") {
        parser.delete(&mut clauses)
    } else {
        return clauses;
    };
    clauses.is_simple = parser.is_simple
        && parser.is_done()
        && parser.reader.at_end()
        && table.is_some_and(|table| parser.qualifiers.iter().all(|name| table.is(name)));
    clauses
}

impl Parser<'_> {
    fn select(&mut self, clauses: &mut Clauses) -> Option<Table> {
        self.reader.eat("all");
        clauses.columns = self.targets();
        let table = if self.reader.eat("from") {
            self.table(true).filter(|_| self.at_clause())
        } else {
            None
        };
        if table.is_none() {
            // Of a FROM that is not understood the other clauses still are what they are.
            self.pass(self.reader.offset(), Until::Clause);
            while !self.is_done() && !self.reader.at_any(&["where", "group", "order", "limit"]) {
                self.reader.advance();
                self.pass(self.reader.offset(), Until::Clause);
            }
        }
        self.filter(clauses);
        if self.reader.at("group") && self.reader.next_is(&["by"]) {
            self.reader.advance();
            self.reader.advance();
            clauses.group_by = self.list(Until::Comma, |parser| parser.key(Until::Comma));
        }
        if self.reader.at("order") && self.reader.next_is(&["by"]) {
            self.reader.advance();
            self.reader.advance();
            clauses.order_by = self.list(Until::Comma, Self::sort);
        }
        loop {
            if clauses.limit.is_none() && self.reader.eat("limit") {
                clauses.limit = Some(self.count());
            } else if clauses.offset.is_none() && self.reader.eat("offset") {
                clauses.offset = Some(self.count());
            } else {
                return table;
            }
        }
    }

    fn insert(&mut self, clauses: &mut Clauses) -> Option<Table> {
        self.reader.expect("into").ok()?;
        let table = self.table(false)?;
        if self.reader.eat_kind(TokenKind::LeftParen) {
            loop {
                clauses.insert_columns.push(self.reader.name().ok()?);
                if !self.reader.eat_kind(TokenKind::Comma) {
                    break;
                }
            }
            self.reader.expect_kind(TokenKind::RightParen).ok()?;
        }
        self.reader.expect("values").ok()?;
        loop {
            self.reader.expect_kind(TokenKind::LeftParen).ok()?;
            let row = self.list(Until::CommaInList, |parser| parser.assigned(Until::CommaInList));
            clauses.rows.push(row);
            self.reader.expect_kind(TokenKind::RightParen).ok()?;
            if !self.reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        self.returning(clauses);
        Some(table)
    }

    fn update(&mut self, clauses: &mut Clauses) -> Option<Table> {
        let table = self.table(true)?;
        self.reader.expect("set").ok()?;
        loop {
            let column = self.reader.name().ok()?;
            if !self.reader.eat_operator("=") {
                return None;
            }
            clauses.assignments.push((column, self.assigned(Until::Comma)));
            if !self.reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        self.filter(clauses);
        self.returning(clauses);
        Some(table)
    }

    fn delete(&mut self, clauses: &mut Clauses) -> Option<Table> {
        self.reader.expect("from").ok()?;
        let table = self.table(true)?;
        self.filter(clauses);
        self.returning(clauses);
        Some(table)
    }

    fn filter(&mut self, clauses: &mut Clauses) {
        if self.reader.eat("where") {
            clauses.terms = self.conditions();
        }
    }

    fn returning(&mut self, clauses: &mut Clauses) {
        if self.reader.eat("returning") {
            clauses.columns = self.targets();
        }
    }

    /// What commas separate.
    fn list<T>(&mut self, until: Until, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        loop {
            // Nothing is no item; an empty list is none to PostgreSQL either, but that of SELECT.
            if self.at(until) {
                self.is_simple = false;
            }
            items.push(read(self));
            if !self.reader.eat_kind(TokenKind::Comma) {
                return items;
            }
        }
    }

    /// `[ schema . ] name [ [ AS ] alias ]`; behind an INSERT's table AS must stand.
    fn table(&mut self, without_as: bool) -> Option<Table> {
        let mut name = self.reader.name().ok()?;
        let mut schema = None;
        if self.reader.eat_kind(TokenKind::Dot) {
            schema = Some(std::mem::replace(&mut name, self.reader.label().ok()?));
        }
        let alias = if self.reader.eat("as") {
            Some(self.reader.name().ok()?)
        } else if !without_as || self.reader.at("set") {
            None
        } else {
            self.reader.name().ok()
        };
        let has_alias = alias.is_some();
        Some(Table { schema, name: alias.unwrap_or(name), has_alias })
    }

    fn targets(&mut self) -> Vec<Target> {
        if self.at(Until::Clause) {
            self.is_simple = false;
            return Vec::new();
        }
        self.list(Until::Comma, Self::column_of_answer)
    }

    /// `expression [ [ AS ] label ]`
    fn column_of_answer(&mut self) -> Target {
        let start = self.reader.offset();
        if let Some(item) = self.item() {
            let span = Span::new(start, self.reader.taken());
            let alias = if matches!(item, Item::Star(_)) { Ok(None) } else { self.alias() };
            if let (Ok(alias), true) = (alias, self.at(Until::Comma)) {
                let name = match (&alias, &item) {
                    (Some(alias), _) => Some(alias.clone()),
                    (None, Item::Column(column)) => Some(column.name.clone()),
                    (None, Item::Star(_)) => None,
                    (None, Item::Value(Value::Typed(_, kind))) => Some(kind.name.clone()),
                    (None, Item::Value(_)) => name::of(self.source, span),
                };
                return Target { span, item, alias, name };
            }
        }
        let whole = self.pass(start, Until::Comma);
        let (span, alias) = name::without_alias(self.source, whole);
        let name = alias.clone().or_else(|| name::of(self.source, span));
        Target { span, item: Item::Value(Value::Expression(span)), alias, name }
    }

    /// A column, `*` or a value; None where there is something else.
    fn item(&mut self) -> Option<Item> {
        if self.reader.eat_operator("*") {
            return Some(Item::Star(None));
        }
        let is_name = self.reader.kind().is_some_and(TokenKind::is_identifier);
        let next = self.reader.next().map(|next| next.kind);
        let is_typed = next.is_some_and(TokenKind::is_string) || next == Some(TokenKind::LeftParen);
        let is_constant = self.reader.at_any(&["true", "false", "null"]);
        if !is_name
            || is_typed
            || is_constant
            || self.reader.at_any(&["double", "timestamp", "time"])
        {
            self.plain_value().map(Item::Value)
        } else {
            self.column()
        }
    }

    fn reference(&mut self) -> Option<Item> {
        let item = self.item();
        item.filter(|item| matches!(item, Item::Column(_) | Item::Value(Value::Integer(1..))))
    }

    /// A column or a position, in GROUP BY and ORDER BY.
    fn key(&mut self, until: Until) -> Item {
        let start = self.reader.offset();
        let read = self.reference();
        match read {
            Some(item) if self.at(until) => item,
            _ => Item::Value(Value::Expression(self.pass(start, until))),
        }
    }

    /// `item [ ASC | DESC ] [ NULLS { FIRST | LAST } ]`
    fn sort(&mut self) -> Sort {
        let start = self.reader.offset();
        let item = self.reference();
        let descending = self.reader.eat("desc") || {
            self.reader.eat("asc");
            false
        };
        let mut nulls_first = descending;
        if self.reader.at("nulls") && self.reader.next_is(&["first", "last"]) {
            self.reader.advance();
            nulls_first = self.reader.at("first");
            self.reader.advance();
        }
        match item {
            Some(item) if self.at(Until::Comma) => Sort { item, descending, nulls_first },
            _ => {
                let text = Value::Expression(self.pass(start, Until::Comma));
                Sort { item: Item::Value(text), descending: false, nulls_first: false }
            }
        }
    }

    /// A value that a column gets.
    fn assigned(&mut self, until: Until) -> Value {
        if !self.reader.at("default") {
            return self.value(until);
        }
        let start = self.reader.offset();
        self.reader.advance();
        if self.at(until) { Value::Default } else { Value::Expression(self.pass(start, until)) }
    }

    /// What stands behind LIMIT and OFFSET; nothing but ALL is `NULL`.
    fn count(&mut self) -> Value {
        let start = self.reader.offset();
        if self.reader.eat("all") && self.at(Until::Clause) {
            return Value::Null;
        }
        let value = self.plain_value().map(|value| match value {
            Value::Typed(value, kind)
                if matches!(kind.written.as_str(), "int2" | "int4" | "int8") =>
            {
                *value
            }
            value => value,
        });
        match value {
            Some(value @ (Value::Integer(0..) | Value::Parameter(_) | Value::Null))
                if self.at(Until::Clause) =>
            {
                value
            }
            _ => Value::Expression(self.pass(start, Until::Clause)),
        }
    }
}
