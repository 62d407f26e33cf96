//! What an engine's statement is lent: the relations in it that the engine does not have.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use trunkline_core::types::Value;
use trunkline_core::{LentRelation, LentRows, Oid, PgError, Result, SqlState};
use trunkline_sql::{Mention, quote_identifier};

use crate::answer::Answer;
use crate::datum::Datum;
use crate::io;
use crate::run::{Run, Spent};
use crate::worker::Work;
use crate::world::{World, is_alias};

/// How many relations a statement may be lent: some more than the catalogs have.
const MOST: usize = 500;

/// The relations that one statement is lent.
#[derive(Debug, Default)]
pub(crate) struct Loan {
    relations: Vec<LentRelation>,
    /// What gives the rows of each.
    answers: Vec<Arc<Answer>>,
}

impl Loan {
    /// Adds a relation as a statement names it, which is found in this schema; `world` has it unless every
    /// database does.
    ///
    /// # Errors
    ///
    /// 42P01 with its place in the statement if there is none, 54000 for too many.
    pub(crate) fn add(
        &mut self,
        sql: &str,
        mention: &Mention<'_>,
        schema: &str,
        world: Option<Arc<World>>,
    ) -> Result<()> {
        let named = mention.schema.as_deref();
        if self.relations.iter().any(|one| one.is_named(named, &mention.name)) {
            return Ok(());
        }
        if self.relations.len() >= MOST {
            let message = "a statement names too many relations that are not the engine's";
            return Err(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
        }
        let (schema, name) = (quote_identifier(schema), quote_identifier(&mention.name));
        let query = format!("SELECT * FROM {schema}.{name}");
        let answer =
            Answer::prepare_within(&query, &[], Arc::default(), world).map_err(|error| {
                let before = sql.get(..mention.span.start).unwrap_or_default();
                error.position(before.chars().count() + 1)
            })?;
        self.relations.push(LentRelation::new(named, &mention.name, answer.columns()));
        self.answers.push(Arc::new(answer));
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    pub(crate) fn relations(&self) -> Arc<[LentRelation]> {
        self.relations.as_slice().into()
    }

    /// Their rows, all of them under one budget.
    pub(crate) async fn rows(&self, world: Arc<World>) -> Result<Arc<[LentRows]>> {
        let answers = self.answers.clone();
        let work = move |stop: Arc<AtomicBool>| {
            let mut spent = Spent::default();
            let rows = answers.iter().map(|answer| {
                let run = Run::new(world.clone(), Vec::new(), stop.clone());
                run.begin_with(spent);
                let rows = run.rows(answer.query())?;
                let copies = rows.iter().map(|row| {
                    run.step()?;
                    let cells: usize =
                        row.iter().map(|cell| cell.size() + size_of::<Value>()).sum();
                    run.charge(cells)?;
                    values(&world, row, answer)
                });
                let copies = copies.collect::<Result<LentRows>>()?;
                spent = run.spent();
                Ok(copies)
            });
            rows.collect::<Result<Vec<LentRows>>>()
        };
        Ok(Work::start(work)?.await?.into())
    }
}

fn values(world: &World, row: &[Datum], answer: &Answer) -> Result<Vec<Value>> {
    let value = |(datum, oid): (&Datum, Oid)| {
        if is_alias(oid) && !matches!(datum, Datum::Null) {
            return world.text(datum, oid).map(Value::Text);
        }
        Ok(io::to_value(datum, oid, &world.style.types))
    };
    row.iter().zip(answer.columns().iter().map(|column| column.type_oid)).map(value).collect()
}
