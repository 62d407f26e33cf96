//! What the items of FROM are called where they are shown.

use std::collections::HashSet;
use std::sync::Arc;

use crate::analyze::tree::{Item, Kind, Source, Target};

/// The items of one query.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) items: Vec<Shown>,
    /// The names of the list, with the columns that they stand for, if they do.
    targets: Vec<(Arc<str>, Option<Place>)>,
}

/// Item and column.
type Place = (usize, usize);

/// An item as it is shown.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) columns: Vec<Arc<str>>,
}

impl Frame {
    /// Gives the items their names: one that is taken, here or in a query around it, gets a number.
    pub(super) fn new(items: &[Item], targets: &[Target], around: &[Frame]) -> Frame {
        let names = around.iter().flat_map(|frame| &frame.items).map(|shown| shown.name.clone());
        Frame::among(items, targets, &mut names.collect())
    }

    /// The same, where these names are taken.
    pub(super) fn among(items: &[Item], targets: &[Target], taken: &mut HashSet<String>) -> Frame {
        let shown = items.iter().map(|item| {
            let wanted = item.alias.as_deref().unwrap_or(&item.name);
            let numbered = (1..).map(|number| format!("{wanted}_{number}"));
            let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
            let name = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(name.clone());
            Shown { name, columns: item.columns.iter().map(|one| one.name.clone()).collect() }
        });
        let items = shown.collect();
        let targets = targets.iter().filter(|target| !target.hidden).map(|target| {
            let place = match &target.node.kind {
                Kind::Column { level: 0, item, column } => Some((*item, *column)),
                _ => None,
            };
            (target.name.clone(), place)
        });
        Frame { items, targets: targets.collect() }
    }

    /// Whether the list has something else by the name of a column.
    pub(super) fn is_other_target(&self, name: &str, place: Place) -> bool {
        self.targets.iter().any(|(own, of)| **own == *name && *of != Some(place))
    }
}

/// Whether the name of an item is written behind what it is.
pub(super) fn shows_alias(item: &Item, name: &str) -> bool {
    match &item.source {
        _ if item.alias.is_some() => true,
        Source::Relation { name: own, .. } | Source::Cte(own) => **own != *name,
        Source::Query(_) | Source::Functions { .. } | Source::Join(_) => true,
    }
}

/// Whether the names of an item's columns are written behind that of the item.
pub(super) fn shows_columns(item: &Item) -> bool {
    let is_other = || item.columns.iter().any(|column| column.name != column.own);
    match &item.source {
        Source::Relation { .. } | Source::Cte(_) | Source::Join(_) => {
            item.names_columns && is_other()
        }
        Source::Functions { .. } => true,
        Source::Query(_) => item.names_columns,
    }
}
