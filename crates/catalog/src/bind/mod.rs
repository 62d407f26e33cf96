//! From the tree of a parser to a plan: names are found, types are known, functions are chosen.

mod access;
mod aggregate;
mod call;
pub(crate) use call::keyword_function;
mod column_name;
mod composite;
mod declared;
pub(crate) use column_name::column_name;
pub(crate) use operate::operator_name;
pub(crate) use scope::folded;
pub(crate) use types::named_type;
mod enums;
mod expr;
mod from;
mod group;
mod grouping;
mod json_records;
mod keys;
mod level;
mod literal;
mod named;
mod narrow;
mod near;
mod notation;
mod operate;
mod order;
mod push;
mod quantified;
mod query;
mod relation;
pub(crate) mod resolve;
mod rows_from;
mod scope;
mod select;
mod sets;
mod sortable;
mod strict;
mod typed;
mod types;
mod unused;
mod window;
mod within;
pub(crate) use types::{ALL_DIGITS, ALL_FIELDS, INTERVAL_FIELDS, type_of};

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast;
use trunkline_core::types::{TextStyle, Types};
use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::Datum;
use crate::plan::{Expr, Query};
use crate::world::World;
use scope::Scope;
pub(crate) use typed::{Typed, needs_catalog, type_name};

/// A statement that is bound.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) query: Query,
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) parameters: Vec<Oid>,
    /// The types that are not built in which its values may be of.
    pub(crate) types: Types,
    /// Whether a constant in it was read as the session's settings and its clock have it, so that it is another one for others.
    pub(crate) is_of_session: bool,
    /// About how many bytes it takes.
    pub(crate) weight: usize,
}

/// A column of a query.
#[derive(Clone, Debug)]
pub(crate) struct OutputColumn {
    pub(crate) name: Arc<str>,
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
    /// Of a record, its fields.
    pub(crate) fields: Option<Fields>,
    /// The relation and the number of its column that it shows.
    pub(crate) origin: Option<(u32, i16)>,
}

pub(crate) use crate::datum::Fields;

/// About how many bytes an expression takes, or a column of the result or a key of a grouping set.
const WEIGHT: usize = 160;
/// The same of a relation or a query.
const WEIGHT_OF_PART: usize = 1024;

/// How many hints are looked for in a statement.
const HINTS: usize = 16;

/// Binds a statement.
pub(crate) struct Binder {
    /// Where each line begins, in characters.
    lines: Vec<usize>,
    scopes: Vec<Scope>,
    /// Where there is no query: behind LIMIT of the outermost one.
    outermost: Scope,
    /// The queries that are being bound within others, the innermost last.
    bases: Vec<scope::Base>,
    /// The queries of WITH that are known, the innermost last.
    ctes: Vec<scope::CteScope>,
    /// The innermost query of WITH that was named of late, as far as an aggregate may have to do without it.
    named_cte: Option<level::NamedCte>,
    parameters: Vec<Oid>,
    next_id: usize,
    /// How many keys all grouping sets have.
    grouped: usize,
    /// How many hints may still be looked for: of most errors nobody hears, as where a name is an alias.
    hints: usize,
    depth: usize,
    /// Where relations and types are looked for that are none of the catalogs'.
    world: Option<Arc<World>>,
    /// How the session writes dates, intervals and zones in constants, and when its transaction began.
    style: Arc<TextStyle>,
    is_of_session: bool,
    /// The types that are not built in, as far as somebody has to read them.
    types: Types,
    /// A type that is not built in and no enum's, of which there is a value: such are not compared here.
    carried: Option<String>,
    /// All labels of each enum that a function is asked for.
    labels: HashMap<Oid, Datum>,
}

/// How deeply expressions and queries may be within each other.
const MAX_DEPTH: usize = 2_000;

/// Binds a query of a client, whose parameters are of the types `hints` where it said so; what is none of
/// the catalogs' may be a relation of the world. Its constants are read in the style of the session.
pub(crate) fn bind(
    sql: &str,
    query: &ast::Query,
    hints: &[Oid],
    style: Arc<TextStyle>,
    world: Option<Arc<World>>,
) -> Result<Bound> {
    let mut binder = Binder::new(sql, 0);
    binder.style = style;
    binder.types = world.as_ref().map(|world| world.style.types.clone()).unwrap_or_default();
    binder.world = world;
    binder.parameters = hints.to_vec();
    let (mut query, mut columns) = binder.query(query)?;
    binder.settle_unknown(&mut query, &mut columns)?;
    unused::take_out(&mut query);
    narrow::narrow(&mut query);
    // What was never used as anything is text; the client may have declared more than there are.
    let parameters = binder.parameters.iter();
    let parameters = parameters
        .map(|oid| if matches!(*oid, Oid(0) | Oid::UNKNOWN) { Oid::TEXT } else { *oid })
        .collect();
    let mut weight = binder
        .next_id
        .saturating_mul(WEIGHT_OF_PART)
        .saturating_add((columns.len() + binder.grouped).saturating_mul(WEIGHT));
    query.walk(0, &mut |expr, _| {
        let held = if let Expr::Const(value) = expr { value.size() } else { 0 };
        weight = weight.saturating_add(WEIGHT).saturating_add(held);
    });
    let Binder { types, is_of_session, .. } = binder;
    Ok(Bound { query, columns, parameters, types, is_of_session, weight })
}

impl Binder {
    /// A binder whose numbers begin at `next_id`.
    fn new(sql: &str, next_id: usize) -> Binder {
        let mut lines = vec![0];
        lines.extend(sql.chars().enumerate().filter(|(_, one)| *one == '\n').map(|(at, _)| at + 1));
        Binder {
            lines,
            scopes: Vec::new(),
            outermost: Scope::default(),
            bases: Vec::new(),
            ctes: Vec::new(),
            named_cte: None,
            parameters: Vec::new(),
            next_id,
            grouped: 0,
            hints: HINTS,
            depth: 0,
            world: None,
            style: Arc::default(),
            is_of_session: false,
            types: Types::default(),
            carried: None,
            labels: HashMap::new(),
        }
    }

    fn id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }

    /// Runs something one level deeper.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(crate::error::too_deep());
        }
        self.depth += 1;
        let done = stacker::maybe_grow(256 << 10, 4 << 20, || run(self));
        self.depth -= 1;
        done
    }

    /// Where in the statement something stands.
    fn place(&self, span: sqlparser::tokenizer::Span) -> usize {
        let line = usize::try_from(span.start.line).unwrap_or(0);
        let column = usize::try_from(span.start.column).unwrap_or(0);
        match line.checked_sub(1).and_then(|line| self.lines.get(line)) {
            Some(start) => start + column,
            None => 0,
        }
    }

    /// Makes text of what is still unknown, as at the outermost level.
    fn settle_unknown(&mut self, query: &mut Query, columns: &mut [OutputColumn]) -> Result<()> {
        for (index, column) in columns.iter_mut().enumerate() {
            if column.oid == Oid::UNKNOWN {
                column.oid = Oid::TEXT;
                self.name_parameter(query, index);
            }
        }
        Ok(())
    }

    /// A parameter that is a column by itself is text.
    fn name_parameter(&mut self, query: &Query, index: usize) {
        if let crate::plan::Body::Select(select) = &query.body
            && let Some(Expr::Param(parameter)) = select.project.get(index)
            && let Some(oid) = self.parameters.get_mut(*parameter)
            && matches!(*oid, Oid(0) | Oid::UNKNOWN)
        {
            *oid = Oid::TEXT;
        }
    }

    /// `$1`
    fn parameter(&mut self, name: &str) -> Result<Typed> {
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let Some(index) =
            number.and_then(|number| number.checked_sub(1)).filter(|index| *index < 65_535)
        else {
            let message = format!("there is no parameter {name}");
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
        };
        if self.parameters.len() <= index {
            self.parameters.resize(index + 1, Oid(0));
        }
        let oid = self.parameters.get(index).copied().unwrap_or(Oid(0));
        if matches!(oid, Oid(0) | Oid::UNKNOWN) {
            return Ok(Typed::new(Expr::Param(index), Oid::UNKNOWN));
        }
        // The client may have said a type of the snapshot; a value of a domain is one of its base type.
        if let Some(world) = &self.world {
            self.types = world.registered(&self.types, oid)?;
        }
        Ok(Typed::new(Expr::Param(index), self.types.base_of(oid)))
    }

    fn null() -> Typed {
        Typed::new(Expr::Const(Datum::Null), Oid::UNKNOWN)
    }
}
