//! What names of columns mean where.

use std::sync::Arc;

use sqlparser::ast::Ident;
use trunkline_core::{Oid, Result, SqlState};

use super::Analyzer;
use super::tree::{Item, Kind, Node, Source};
use crate::bind::folded;
use crate::error::{at, no_column, no_item};

/// What a query sees of its own FROM.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) items: Vec<Item>,
    /// The items whose columns are found; those within a join that has a name are not.
    pub(super) visible: Vec<usize>,
    /// Columns of USING, by name.
    pub(super) merged: Vec<(Arc<str>, Node)>,
    /// Whether names are not looked for here: a query in FROM that is not LATERAL sees none.
    pub(super) is_hidden: bool,
}

/// A column of an item.
pub(super) fn column_of(item: usize, index: usize, of: &Item) -> Option<Node> {
    let column = of.columns.get(index)?;
    let kind = Kind::Column { level: 0, item, column: index };
    Some(Node { kind, oid: column.oid, typmod: column.typmod })
}

impl Scope {
    fn unqualified(&self, name: &str) -> Vec<Node> {
        let merged = self.merged.iter().filter(|(own, _)| **own == *name);
        let mut found: Vec<Node> = merged.map(|(_, node)| node.clone()).collect();
        for item in &self.visible {
            let Some(of) = self.items.get(*item) else { continue };
            for (index, column) in of.columns.iter().enumerate() {
                if *column.name == *name && !column.merged {
                    found.extend(column_of(*item, index, of));
                }
            }
        }
        found
    }

    /// An item by the name that it goes by; what has no alias may be named with its schema.
    pub(super) fn item(&self, alias: &str) -> Option<usize> {
        let goes_by = |item: &Item| item.alias.as_ref().unwrap_or(&item.name).clone();
        let mut visible = self.visible.iter().copied();
        visible.find(|item| self.items.get(*item).is_some_and(|item| *goes_by(item) == *alias))
    }
}

impl Analyzer<'_> {
    /// The innermost scope.
    pub(super) fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().unwrap_or(&mut self.outermost)
    }

    /// Looks through the scopes, the innermost first.
    fn search<T>(
        &self,
        mut look: impl FnMut(&Scope) -> Result<Option<T>>,
    ) -> Result<Option<(usize, T)>> {
        for (level, scope) in self.scopes.iter().rev().enumerate() {
            if scope.is_hidden {
                continue;
            }
            if let Some(found) = look(scope)? {
                return Ok(Some((level, found)));
            }
        }
        Ok(None)
    }

    /// A name by itself: a column, or an item of FROM as a row.
    pub(super) fn identifier(&mut self, ident: &Ident) -> Result<Node> {
        let name = folded(ident);
        let found = self.search(|scope| {
            let mut found = scope.unqualified(&name);
            if found.len() > 1 {
                let message = format!("column reference \"{name}\" is ambiguous");
                return Err(at(0, SqlState::AMBIGUOUS_COLUMN, message));
            }
            Ok(found.pop())
        })?;
        if let Some((level, node)) = found {
            return Ok(outward(node, level));
        }
        if name == "value"
            && let Some((oid, typmod)) = self.value
        {
            return Ok(Node { kind: Kind::Value, oid, typmod });
        }
        let found = self.search(|scope| {
            Ok(scope.item(&name).and_then(|item| row_of(item, scope.items.get(item)?)))
        })?;
        match found {
            Some((level, node)) => Ok(outward(node, level)),
            None => Err(no_column(0, &format!("\"{name}\""))),
        }
    }

    /// `item.column`, perhaps with a schema before it.
    pub(super) fn compound(&mut self, parts: &[Ident]) -> Result<Node> {
        let names: Vec<String> = parts.iter().map(folded).collect();
        let [.., alias, column] = names.as_slice() else {
            return Err(no_column(0, &names.join(".")));
        };
        let found = self.search(|scope| {
            let Some(item) = scope.item(alias) else { return Ok(None) };
            let of = scope.items.get(item);
            let index = of.and_then(|of| of.columns.iter().position(|one| *one.name == **column));
            let node = index.and_then(|index| column_of(item, index, of?));
            node.map(Some).ok_or_else(|| no_column(0, &format!("{alias}.{column}")))
        })?;
        if let Some((level, node)) = found {
            return Ok(outward(node, level));
        }
        Err(no_item(0, alias))
    }

    /// `item.*` as a value.
    pub(super) fn whole_row(&mut self, ident: &Ident) -> Result<Node> {
        let alias = folded(ident);
        let found = self.search(|scope| {
            Ok(scope.item(&alias).and_then(|item| row_of(item, scope.items.get(item)?)))
        })?;
        match found {
            Some((level, node)) => Ok(outward(node, level)),
            None => Err(no_column(0, &format!("\"{alias}\""))),
        }
    }

    /// An item of FROM by its name, and how many queries further out it is.
    pub(super) fn find_item(&self, alias: &str) -> Result<Option<(usize, usize)>> {
        self.search(|scope| Ok(scope.item(alias)))
    }
}

/// An item as a value: its row, or, of a function that gives values, that.
pub(super) fn row_of(item: usize, of: &Item) -> Option<Node> {
    if let (Source::Functions { ordinality: false, .. }, [_]) = (&of.source, of.columns.as_slice())
    {
        return column_of(item, 0, of);
    }
    let oid = match &of.source {
        Source::Relation { row_type, .. } if *row_type != 0 => Oid(*row_type),
        _ => Oid::RECORD,
    };
    Some(Node::new(Kind::Row { level: 0, item }, oid))
}

/// What was found in a scope `by` queries further out.
fn outward(mut node: Node, by: usize) -> Node {
    if let Kind::Column { level, .. } | Kind::Row { level, .. } = &mut node.kind {
        *level += by;
    }
    node
}
