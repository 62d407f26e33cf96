//! What names mean where.

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName};
use trunkline_core::types::{Value, tid::Tid};
use trunkline_core::{Oid, Result, SqlState};

use super::{Binder, OutputColumn, Typed};
use crate::datum::Datum;
use crate::error::{at, no_item, unsupported};
use crate::plan::{Aggregate, Expr, SetCall, Window};

/// What a query sees of its own FROM, and what its list needs to be worked out before it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) leaves: Vec<LeafScope>,
    pub(super) merged: Vec<Merged>,
    /// How many leaves names may be found in: a query in FROM that is not LATERAL sees none.
    pub(super) is_hidden: bool,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) windows: Vec<Window>,
    pub(super) sets: Vec<SetCall>,
    /// The arguments of each GROUPING.
    pub(super) groupings: Vec<Vec<Typed>>,
    /// Why an aggregate may not stand here, if it may not.
    pub(super) no_aggregates: Option<&'static str>,
    pub(super) no_sets: Option<&'static str>,
    /// Where aggregates, functions of windows and those that give rows stand, by their slots.
    pub(super) places: HashMap<usize, usize>,
    /// Columns of its own FROM that it and the queries in it name, outside of its aggregates, in order.
    pub(super) mentions: Vec<Mention>,
    /// Named windows.
    pub(super) named_windows: Vec<(String, sqlparser::ast::WindowSpec)>,
}

/// A relation, function or query of FROM.
#[derive(Debug)]
pub(super) struct LeafScope {
    /// The name it goes by.
    pub(super) alias: Arc<str>,
    /// The schema it may be named with, if it has no alias.
    pub(super) schema: Option<Arc<str>>,
    pub(super) columns: Vec<OutputColumn>,
    /// Columns that a USING has made one with others.
    pub(super) hidden: Vec<usize>,
    /// Of a relation of the catalogs, its OID.
    pub(super) relation: u32,
    /// Whether it stands for a value rather than for a row of one.
    pub(super) is_value: bool,
}

/// Where a column is named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub(super) leaf: usize,
    /// None stands for the whole row.
    pub(super) column: Option<usize>,
    pub(super) place: usize,
    /// Whether it is named in a query within the one that it is of.
    pub(super) is_within: bool,
}

/// A column of USING.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) name: Arc<str>,
    pub(super) typed: Typed,
}

/// A query of WITH.
#[derive(Clone, Debug)]
pub(super) struct CteScope {
    pub(super) name: Arc<str>,
    pub(super) id: usize,
    pub(super) columns: Vec<OutputColumn>,
    /// How many queries it was defined within.
    pub(super) bases: usize,
    /// Whether this is the name within its own recursive query.
    pub(super) is_working: bool,
}

/// A query within another one, while it is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    /// How many scopes there were where it began.
    pub(super) level: usize,
    /// Whether something in it is of a query around it.
    pub(super) is_correlated: bool,
}

impl Scope {
    fn unqualified(&self, name: &str) -> Vec<Typed> {
        let merged = self.merged.iter().filter(|merged| *merged.name == *name);
        let mut found: Vec<Typed> = merged.map(|merged| merged.typed.clone()).collect();
        for (leaf, scope) in self.leaves.iter().enumerate() {
            for (index, column) in scope.columns.iter().enumerate() {
                if *column.name == *name && !scope.hidden.contains(&index) {
                    found.push(column_of(leaf, index, column));
                }
            }
        }
        found
    }

    fn leaf(&self, schema: Option<&str>, alias: &str) -> Option<usize> {
        self.leaves.iter().position(|leaf| {
            *leaf.alias == *alias
                && schema.is_none_or(|schema| leaf.schema.as_deref() == Some(schema))
        })
    }
}

/// A column of a leaf.
pub(super) fn column_of(leaf: usize, index: usize, column: &OutputColumn) -> Typed {
    Typed {
        expr: Expr::Column { depth: 0, leaf, column: index },
        oid: column.oid,
        typmod: column.typmod,
        fields: column.fields.clone(),
        origin: column.origin,
        place: 0,
    }
}

/// The name that an identifier stands for.
pub(crate) fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() }
}

impl Binder {
    /// The innermost scope.
    pub(super) fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().unwrap_or(&mut self.outermost)
    }

    /// Looks through the scopes, the innermost first; what is found in an outer one makes all
    /// between depend on it.
    fn search<T>(
        &mut self,
        mut look: impl FnMut(&Scope) -> Result<Option<T>>,
    ) -> Result<Option<(usize, T)>> {
        let count = self.scopes.len();
        for depth in 0..count {
            let Some(scope) = self.scopes.get(count - 1 - depth) else { continue };
            if scope.is_hidden {
                continue;
            }
            if let Some(found) = look(scope)? {
                self.depend(count - depth);
                return Ok(Some((depth, found)));
            }
        }
        Ok(None)
    }

    /// Says that something is of the scope below `level`: what began above depends on it.
    fn depend(&mut self, level: usize) {
        for base in self.bases.iter_mut().filter(|base| base.level >= level) {
            base.is_correlated = true;
        }
    }

    /// Whether a name is that of a column of the innermost query's own FROM, or a key word that is a value.
    pub(super) fn is_column(&mut self, ident: &Ident) -> bool {
        if ident.quote_style.is_none() && super::call::keyword_function(&ident.value).is_some() {
            return true;
        }
        let (name, scope) = (folded(ident), self.scope());
        !scope.unqualified(&name).is_empty()
            || system_type(&name).is_some() && scope.leaves.iter().any(|leaf| leaf.relation != 0)
    }

    /// A name by itself: a column, or a relation of FROM as a row.
    pub(super) fn identifier(&mut self, ident: &Ident) -> Result<Typed> {
        let name = folded(ident);
        let place = self.place(ident.span);
        let found = self.search(|scope| {
            let mut found = scope.unqualified(&name);
            if found.len() > 1 {
                let message = format!("column reference \"{name}\" is ambiguous");
                return Err(at(place, SqlState::AMBIGUOUS_COLUMN, message));
            }
            Ok(found.pop())
        })?;
        if let Some((depth, typed)) = found {
            return Ok(self.mentioned(typed, depth, place));
        }
        match self.search(|scope| Ok(scope.leaf(None, &name).map(|leaf| row_of(scope, leaf))))? {
            Some((depth, typed)) => Ok(self.mentioned(typed, depth, place)),
            None => match self.system_column(None, None, &name)? {
                Some(typed) => Ok(typed.placed(place)),
                None => Err(self.no_such_column(place, None, &name)),
            },
        }
    }

    /// A name of several parts: `relation.column`, `schema.relation.column`, perhaps with the
    /// database before it.
    pub(super) fn compound(&mut self, parts: &[Ident]) -> Result<Typed> {
        let place = parts.first().map_or(0, |part| self.place(part.span));
        let names: Vec<String> = parts.iter().map(folded).collect();
        let (schema, alias, column) = match names.as_slice() {
            [alias, column] => (None, alias, column),
            [schema, alias, column] => (Some(schema.as_str()), alias, column),
            [_, schema, alias, column] => (Some(schema.as_str()), alias, column),
            _ => {
                return Err(at(
                    place,
                    SqlState::SYNTAX_ERROR,
                    "improper qualified name (too many dotted names)",
                ));
            }
        };
        let found = self.search(|scope| {
            let Some(leaf) = scope.leaf(schema, alias) else { return Ok(None) };
            let columns =
                scope.leaves.get(leaf).map(|leaf| leaf.columns.as_slice()).unwrap_or_default();
            let index = columns.iter().position(|own| *own.name == **column);
            let found = index.and_then(|index| Some(column_of(leaf, index, columns.get(index)?)));
            Ok(Some((leaf, found)))
        })?;
        let (depth, leaf) = match found {
            Some((depth, (_, Some(typed)))) => return Ok(self.mentioned(typed, depth, place)),
            Some((depth, (leaf, None))) => (depth, leaf),
            None => return Err(no_item(place, alias)),
        };
        if let Some(typed) = self.system_column(schema, Some(alias), column)? {
            return Ok(typed.placed(place));
        }
        let row = self.row_at(depth, leaf, place);
        match self.function_of(&row, column)? {
            Some(typed) => Ok(typed),
            None => Err(self.no_such_column(place, Some(alias), column)),
        }
    }

    /// A column or a row that was found in a scope `depth` levels further out.
    pub(super) fn mentioned(&mut self, typed: Typed, depth: usize, place: usize) -> Typed {
        let mention = match &typed.expr {
            Expr::Column { leaf, column, .. } => Some((*leaf, Some(*column))),
            Expr::WholeRow { leaf, .. } => Some((*leaf, None)),
            _ => None,
        };
        if let Some((leaf, column)) = mention {
            let mention = Mention { leaf, column, place, is_within: depth > 0 };
            self.scope_at(depth).mentions.push(mention);
        }
        outward(typed, depth).placed(place)
    }

    /// `tableoid` and the like.
    fn system_column(
        &mut self,
        schema: Option<&str>,
        alias: Option<&str>,
        name: &str,
    ) -> Result<Option<Typed>> {
        let Some(oid) = system_type(name) else { return Ok(None) };
        let found = self.search(|scope| {
            let leaf = match alias {
                Some(alias) => scope.leaf(schema, alias),
                None => scope.leaves.iter().position(|leaf| leaf.relation != 0),
            };
            let relation = |leaf: &usize| scope.leaves.get(*leaf).map(|leaf| leaf.relation);
            let found = leaf.and_then(|leaf| Some((leaf, relation(&leaf)?)));
            Ok(found.filter(|(_, relation)| *relation != 0))
        })?;
        Ok(found.map(|(depth, (leaf, relation))| {
            // Nobody has written these rows: they are there since the beginning.
            let value = match name {
                "tableoid" => Datum::Oid(relation),
                "xmin" => Datum::Oid(1),
                "ctid" => Datum::Other(Arc::new(Value::Tid(Tid { block: 0, row: 1 }))),
                _ => Datum::Oid(0),
            };
            // The first column of a relation is never NULL, unless an outer join has no row of it.
            let first = Expr::Column { depth, leaf, column: 0 };
            let is_there = Expr::IsNull { of: Box::new(first), negated: true };
            let arms = vec![(is_there, Expr::Const(value))];
            Typed::new(Expr::Case { arms, otherwise: None }, oid)
        }))
    }

    /// The item of FROM that `relation.*` is of: how many scopes further out, and its number there.
    pub(super) fn starred(&mut self, name: &ObjectName) -> Result<(usize, usize)> {
        let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let names: Vec<String> = parts.iter().map(|part| folded(part)).collect();
        let place = parts.first().map_or(0, |part| self.place(part.span));
        let (schema, alias) = match names.as_slice() {
            [alias] => (None, alias),
            [schema, alias] => (Some(schema.as_str()), alias),
            _ => return Err(unsupported(place, "this name")),
        };
        self.search(|scope| Ok(scope.leaf(schema, alias)))?.ok_or_else(|| no_item(place, alias))
    }

    /// `relation.*` as a value.
    pub(super) fn whole_row(&mut self, name: &ObjectName) -> Result<Typed> {
        let (depth, leaf) = self.starred(name)?;
        let first = name.0.first().and_then(|part| part.as_ident());
        let place = first.map_or(0, |first| self.place(first.span));
        Ok(self.row_at(depth, leaf, place))
    }

    /// An item of FROM as a value, which is of a query `depth` further out.
    fn row_at(&mut self, depth: usize, leaf: usize, place: usize) -> Typed {
        let row = row_of(self.scope_at(depth), leaf);
        self.mentioned(row, depth, place)
    }
}

/// The type of a column that every table has.
fn system_type(name: &str) -> Option<Oid> {
    Some(match name {
        "tableoid" => Oid::OID,
        "xmin" | "xmax" => Oid::XID,
        "cmin" | "cmax" => Oid::CID,
        "ctid" => Oid::TID,
        _ => return None,
    })
}

/// A leaf as a value: its row, or, of a function that gives values, that.
pub(super) fn row_of(scope: &Scope, leaf: usize) -> Typed {
    let Some(own) = scope.leaves.get(leaf) else { return Binder::null() };
    if let (true, Some(column)) = (own.is_value, own.columns.first()) {
        return column_of(leaf, 0, column);
    }
    let fields: super::Fields =
        own.columns.iter().map(|column| (column.name.clone(), column.oid)).collect();
    let row = Expr::WholeRow { depth: 0, leaf, fields: Arc::clone(&fields) };
    let oid = crate::facts::row_type(own.relation).unwrap_or(Oid::RECORD);
    Typed::new(row, oid).fields(fields)
}

/// What was found in a scope `depth` levels further out.
fn outward(mut typed: Typed, depth: usize) -> Typed {
    if depth > 0 {
        shift(&mut typed.expr, depth);
    }
    typed
}

fn shift(expr: &mut Expr, by: usize) {
    match expr {
        Expr::Column { depth, .. } | Expr::WholeRow { depth, .. } | Expr::Slot { depth, .. } => {
            *depth += by
        }
        // A column of a full join's USING.
        Expr::Coalesce(all) => all.iter_mut().for_each(|one| shift(one, by)),
        Expr::Cast { of, .. } => shift(of, by),
        _ => {}
    }
}
