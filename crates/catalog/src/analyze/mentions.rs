//! What a query depends on: the columns that it names.

use std::sync::Arc;

use trunkline_core::Result;
use trunkline_core::types::TextStyle;

use super::tree::{Kind, Node, Source};
use super::{Analyzer, Names};

/// A column of a relation, by the number of its schema, its name and its own; without a column, the relation.
pub(crate) type Mention = (u32, Arc<str>, Option<Arc<str>>);

/// The columns of relations that a query names, wherever in it; a relation of which it names none is itself one.
pub(crate) fn mentions(sql: &str, names: Names<'_>) -> Result<Vec<Mention>> {
    let parsed = crate::parse::query(sql.trim_end().trim_end_matches(';'))?;
    let style = TextStyle::default();
    let mut analyzer = Analyzer::new(names, &style);
    analyzer.query(&parsed)?;
    let all = analyzer.mentions;
    let is_named = |schema: u32, relation: &str| {
        all.iter()
            .any(|(own, name, column)| *own == schema && **name == *relation && column.is_some())
    };
    let stays = |one: &&Mention| one.2.is_some() || !is_named(one.0, &one.1);
    Ok(all.iter().filter(stays).cloned().collect())
}

impl Analyzer<'_> {
    /// Notes the column that a node is, if it is one of a relation's.
    pub(super) fn note(&mut self, node: &Node) {
        let Kind::Column { level, item, column } = node.kind else { return };
        let place = self.scopes.len().checked_sub(1 + level);
        let of = place.and_then(|place| self.scopes.get(place)?.items.get(item));
        let Some(of) = of else { return };
        match &of.source {
            Source::Relation { schema, name, .. } => {
                let column = of.columns.get(column).map(|column| column.own.clone());
                let mention = (*schema, name.clone(), column);
                self.mentions.insert(mention);
            }
            // The columns of a join with a name were noted where it was made.
            Source::Join(_) | Source::Query(_) | Source::Functions { .. } | Source::Cte(_) => {}
        }
    }
}
