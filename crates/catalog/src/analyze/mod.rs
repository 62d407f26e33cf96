//! Parse analysis: from the tree of a parser to one in which every name is found and every type is known.
//!
//! Other than `bind` it knows the relations and types of a snapshot, and asks of a function only that there
//! is one, not that it can be called here. What comes of it is shown by `deparse`, and has the types of a
//! view's columns.

mod call;
mod coerce;
mod expression;
mod from;
mod mentions;
mod names;
mod operator;
mod origins;
mod parts;
mod query;
mod scope;
mod select;
pub(crate) mod tree;
mod updatable;

use std::sync::Arc;

use sqlparser::ast;
use trunkline_core::types::TextStyle;
use trunkline_core::{Oid, Result, SqlState};

use crate::error::{syntax, too_deep, unsupported};
use crate::facts::CastContext;
use crate::world::Objects;
pub(crate) use mentions::{Mentions, mentions};
pub(crate) use names::{Declared, Names};
pub(crate) use origins::{Origin, origins};
use scope::Scope;
use tree::{Item, ItemColumn, Kind, Node, Query, Source};
pub(crate) use updatable::{ViewBase, view_base};

/// A column of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ViewColumn {
    pub(crate) name: Arc<str>,
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
}

/// The columns of a view's query; `home` is the schema that the view is in.
///
/// What is not known here, such as a function of an extension, gives text; a column or a relation that is
/// not there is an error.
pub(crate) fn view_columns(
    sql: &str,
    objects: &Objects,
    path: &[u32],
    home: Option<u32>,
) -> Result<Vec<ViewColumn>> {
    let style = TextStyle::default();
    let mut analyzer = Analyzer::new(Names::new(objects, path, home), &style);
    analyzer.is_forgiving = true;
    let query = analyzer.whole(sql)?;
    let columns = query.targets().iter().filter(|target| !target.hidden).map(|target| ViewColumn {
        name: target.name.clone(),
        oid: target.node.oid,
        typmod: target.node.typmod,
    });
    Ok(columns.collect())
}

/// Analyzes a query.
pub(crate) fn query(sql: &str, names: Names<'_>, style: &TextStyle) -> Result<Query> {
    Analyzer::new(names, style).whole(sql)
}

/// Analyzes a statement of a client whose parameters are of these types.
pub(crate) fn statement(
    sql: &str,
    names: Names<'_>,
    style: &TextStyle,
    parameters: &[Oid],
) -> Result<Query> {
    let mut analyzer = Analyzer::new(names, style);
    analyzer.parameters = parameters;
    analyzer.whole(sql)
}

/// What an expression that is in no query can name.
pub(crate) enum Subject<'a> {
    /// The columns of tables under these names.
    Tables(&'a [(&'a str, Columns)]),
    /// `VALUE`, of a domain over this type.
    Value(Oid, i32),
}

/// Analyzes an expression, and makes it one of the type that it is stored as, if that is said.
pub(crate) fn expression(
    sql: &str,
    names: Names<'_>,
    style: &TextStyle,
    subject: &Subject<'_>,
    stored: Option<(Oid, i32)>,
) -> Result<(Node, Vec<Item>)> {
    let parsed = crate::parse::query(&format!("SELECT ({sql})"))?;
    let expression = only_expression(&parsed).ok_or_else(|| syntax(0, "syntax error"))?;
    let mut analyzer = Analyzer::new(names, style);
    let mut scope = Scope::default();
    match subject {
        Subject::Value(oid, typmod) => analyzer.value = Some((*oid, *typmod)),
        Subject::Tables(tables) => {
            for (name, columns) in *tables {
                let columns = columns.iter().map(|(name, oid, typmod)| ItemColumn {
                    name: name.clone(),
                    own: name.clone(),
                    oid: *oid,
                    typmod: *typmod,
                    merged: false,
                });
                scope.items.push(Item {
                    source: Source::Relation { schema: 0, name: (*name).into(), row_type: 0 },
                    alias: None,
                    name: (*name).into(),
                    columns: columns.collect(),
                    names_columns: false,
                    lateral: false,
                });
                scope.visible.push(scope.items.len() - 1);
            }
        }
    }
    analyzer.scopes.push(scope);
    let node = analyzer.expression(expression)?;
    let node = match stored {
        Some((oid, typmod)) => {
            analyzer.convert(node, oid, typmod, CastContext::Assignment, true)?
        }
        None if node.is_unknown() => analyzer.coerce(node, Oid::TEXT)?,
        None => node,
    };
    Ok((node, analyzer.scopes.pop().unwrap_or_default().items))
}

/// The name that PostgreSQL makes up for an expression; none where it would be `?column?`.
pub(crate) fn made_up_name(sql: &str) -> Option<String> {
    let parsed = crate::parse::query(&format!("SELECT ({sql})")).ok()?;
    let name = crate::bind::column_name(only_expression(&parsed)?);
    Some(name).filter(|name| name != "?column?")
}

/// What a SELECT gives that consists of nothing else.
fn only_expression(query: &ast::Query) -> Option<&ast::Expr> {
    let ast::SetExpr::Select(select) = &*query.body else { return None };
    let is_plain = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && select.from.is_empty()
        && select.selection.is_none()
        && select.having.is_none()
        && select.distinct.is_none();
    match select.projection.as_slice() {
        [ast::SelectItem::UnnamedExpr(ast::Expr::Nested(expression))] if is_plain => {
            Some(expression)
        }
        _ => None,
    }
}

/// Names, types and modifiers of columns.
pub(crate) type Columns = Vec<(Arc<str>, Oid, i32)>;

/// A query of WITH that can be named.
#[derive(Clone, Debug)]
struct KnownCte {
    name: Arc<str>,
    columns: Columns,
}

/// Analyzes a statement.
struct Analyzer<'a> {
    names: Names<'a>,
    style: &'a TextStyle,
    /// What is seen, the innermost query last.
    scopes: Vec<Scope>,
    /// Where there is no query.
    outermost: Scope,
    ctes: Vec<KnownCte>,
    /// The type of `VALUE`.
    value: Option<(Oid, i32)>,
    /// The types of `$1` and so on, where there are such.
    parameters: &'a [Oid],
    /// Whether what is not known here has a type all the same.
    is_forgiving: bool,
    depth: usize,
}

/// How deeply expressions and queries may be within each other.
const MAX_DEPTH: usize = 2_000;

impl<'a> Analyzer<'a> {
    fn new(names: Names<'a>, style: &'a TextStyle) -> Analyzer<'a> {
        Analyzer {
            names,
            style,
            scopes: Vec::new(),
            outermost: Scope::default(),
            ctes: Vec::new(),
            value: None,
            parameters: &[],
            is_forgiving: false,
            depth: 0,
        }
    }

    /// Analyzes a query that is in no other one.
    fn whole(&mut self, sql: &str) -> Result<Query> {
        let parsed = crate::parse::query(sql.trim_end().trim_end_matches(';'))?;
        let mut query = self.query(&parsed)?;
        self.settle(&mut query)?;
        Ok(query)
    }

    /// What an expression comes to that is not known here, if only its type matters.
    fn forgiven(&self, found: Result<Node>) -> Result<Node> {
        let is_wrong = |state: SqlState| {
            matches!(
                state,
                SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_TABLE | SqlState::AMBIGUOUS_COLUMN
            )
        };
        match found {
            Err(error) if self.is_forgiving && !is_wrong(error.sqlstate()) => {
                Ok(Node::new(Kind::Const(None), Oid::TEXT))
            }
            found => found,
        }
    }

    /// Runs something one level deeper.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.depth += 1;
        let done = stacker::maybe_grow(256 << 10, 4 << 20, || run(self));
        self.depth -= 1;
        done
    }
}

/// What is not analyzed.
fn unknown<T>(what: &str) -> Result<T> {
    Err(unsupported(0, what))
}

#[cfg(test)]
mod tests;
