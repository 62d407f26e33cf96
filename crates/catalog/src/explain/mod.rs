//! EXPLAIN of a statement that the catalogs answer: its plan, in PostgreSQL's form.
//!
//! Nobody knows what the steps cost, so that costs are 0, and of rows it is said how many there are where that is
//! certain. ANALYZE runs the statement and tells of the whole what it came to.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-explain.html>, and what PostgreSQL 18 answers.

mod conditions;
mod document;
mod from;
mod query;
mod select;
mod step;
mod text;

use std::collections::HashSet;
use std::sync::Arc;

use trunkline_core::{
    Access, Column, Columns, CommandTag, Prepared, Reply, Result, Rows, Run as Order, Terms,
};

use crate::analyze::tree::{Body, Item, Kind, Query, Source};
use crate::analyze::{self, Names};
use crate::answer::Answer;
use crate::deparse::Explained;
use crate::run::Run;
use crate::syntax::{Explain, ExplainFormat};
use crate::views;
use crate::worker::{Work, timed};
use crate::world::World;
use query::Explainer;
use step::{Ran, Step, Told};

/// An EXPLAIN, ready to run.
#[derive(Debug)]
pub(crate) struct Explanation {
    asked: Explain,
    sql: Box<str>,
    answer: Arc<Answer>,
}

impl Explanation {
    /// The EXPLAIN of a statement.
    pub(crate) fn new(asked: Explain, sql: &str, answer: Arc<Answer>) -> Explanation {
        Explanation { asked, sql: sql.into(), answer }
    }

    /// How it is described.
    pub(crate) fn described<S>(&self, statement: S) -> Prepared<S> {
        let columns: Arc<[Column]> = [self.asked.column()].into();
        let mut prepared = Prepared::new(statement, Columns::Known(columns));
        if !self.asked.is_generic {
            prepared = prepared.parameters(self.answer.parameters().to_vec());
        }
        prepared.terms(Terms { access: Access::Live, ..Terms::default() })
    }

    /// Tells the plan.
    ///
    /// # Errors
    ///
    /// 0A000 for what has no plan here, 53400 for a plan that is too long; of ANALYZE those of the statement.
    pub(crate) async fn execute(
        self: &Arc<Explanation>,
        world: Arc<World>,
        order: &Order,
    ) -> Result<Reply> {
        let (own, here) = (self.clone(), world.clone());
        let work = Work::start(move |stop| {
            let (root, took) = timed(|| own.plan(&Run::new(here, Vec::new(), stop)));
            Ok((root?, took))
        });
        let (root, took) = work?.await?;
        let ran = match self.asked.analyze {
            true => {
                let (rows, took) = self.answer.measured(world, order).await?;
                Some(Ran { rows, milliseconds: took.as_secs_f64() * 1000.0 })
            }
            false => None,
        };
        let milliseconds = took.as_secs_f64() * 1000.0;
        let told = Told { asked: self.asked, root, milliseconds, ran };
        let rows = match self.asked.format {
            ExplainFormat::Text => text::lines(&told),
            _ => vec![document::document(&told)],
        };
        let columns = [self.asked.column()].into();
        let rows = Rows::from_rows(columns, rows.into_iter().map(|line| (line,)));
        Ok(Reply::Rows(rows.tagged(CommandTag::new("EXPLAIN"))))
    }

    fn plan(&self, run: &Run) -> Result<Step> {
        let world = &run.world;
        let names = Names::new(&world.objects, world.path(), None);
        let tree = analyze::statement(&self.sql, names, &world.style, self.answer.parameters())?;
        let mut explainer = Explainer {
            world,
            run,
            names,
            words: Explained::new(names),
            verbose: self.asked.verbose,
            prefix: has_several(&tree),
            numbered: 0,
            working: HashSet::new(),
        };
        let mut root = explainer.query(self.answer.query(), &tree, None)?.step;
        if !self.asked.verbose {
            root.forget_output();
        }
        Ok(root)
    }
}

/// Whether a query has more than one relation or the like, in it or in those within it.
fn has_several(query: &Query) -> bool {
    let Body::Select(select) = &query.body else {
        return matches!(query.body, Body::Set(..)) || !query.ctes.is_empty();
    };
    let mut has_query = !query.ctes.is_empty();
    query.walk(0, &mut |node, _| has_query |= matches!(node.kind, Kind::Sublink(_)));
    let is_one = |item: &&Item| !matches!(item.source, Source::Join(_));
    let is_within = |item: &Item| match &item.source {
        Source::Query(_) => true,
        Source::Relation { schema, name, .. } => views::definition(*schema, name).is_some(),
        _ => false,
    };
    has_query
        || select.items.iter().filter(is_one).count() > 1
        || select.items.iter().any(is_within)
}
