//! Statements that the catalogs answer.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};

use trunkline_core::Run as Order;
use trunkline_core::{
    Column, Columns, CommandTag, Format, Oid, PgError, Prepared, Progress, Reply, Result, RowBuf,
    RowSource, Rows, SqlState,
};

use crate::bind::{Bound, bind, needs_catalog};
use crate::datum::{Datum, Row};
use crate::facts::{base_of, element_of, type_facts};
use crate::io;
use crate::parse;
use crate::plan::{Body, Query};
use crate::run::Run;
use crate::worker::Work;
use crate::world::{World, is_alias, is_shown_by};

/// A statement of the catalogs, ready to run.
#[derive(Debug)]
pub(crate) struct Answer {
    bound: Bound,
    columns: Arc<[Column]>,
    shows_inventory: bool,
}

impl Answer {
    /// Reads and binds a statement.
    pub(crate) fn prepare(sql: &str, hints: &[Oid]) -> Result<Answer> {
        let query = parse::query(sql)?;
        let bound = stacker::maybe_grow(1 << 20, 16 << 20, || bind(sql, &query, hints));
        // A deep tree is taken down as it was built.
        stacker::maybe_grow(4 << 20, 32 << 20, || drop(query));
        let bound = bound?;
        let columns = bound.columns.iter().map(|column| {
            let base = base_of(column.oid);
            let typmod = match type_facts(column.oid) {
                Some(known) if known.kind == b'd' => known.typmod,
                _ => column.typmod,
            };
            let (relation, number) = column.origin.unwrap_or((0, 0));
            Column::new(&*column.name, base).typmod(typmod).origin(Oid(relation), number)
        });
        let columns = columns.collect();
        Ok(Answer { bound, columns, shows_inventory: is_shown_by(sql) })
    }

    /// Whether it shows what the session has by name.
    pub(crate) fn shows_inventory(&self) -> bool {
        self.shows_inventory
    }

    /// How the statement is described.
    pub(crate) fn described<S>(self: &Arc<Answer>, statement: S) -> Prepared<S> {
        let columns = Columns::Known(self.columns.clone());
        Prepared::new(statement, columns).parameters(self.bound.parameters.clone())
    }

    /// Runs it.
    pub(crate) async fn execute(
        self: &Arc<Answer>,
        world: Arc<World>,
        order: &Order,
    ) -> Result<Reply> {
        let style = world.client.reading_style();
        let parameters = order.params.iter().map(|param| {
            match (io::from_param(&param, &style)?, param.type_oid) {
                // `regclass` and its kin come by name.
                (Datum::Text(text), oid) if needs_catalog(oid) => world.parse(oid, &text),
                (value, _) => Ok(value),
            }
        });
        let parameters = parameters.collect::<Result<Vec<_>>>()?;
        let (answer, own) = (self.clone(), world.clone());
        let run = move |stop: Arc<AtomicBool>| {
            let run = Run::new(own, parameters, stop);
            // What fails while PostgreSQL plans fails before the rows are described.
            run.constants(&answer.bound.query)?;
            Ok(run.rows(&answer.bound.query))
        };
        let rows = if is_short(&self.bound.query) {
            run(Arc::default())?
        } else {
            Work::start(run)?.await?
        };
        let types = self.columns.iter().map(|column| column.type_oid).collect();
        let (rows, failure) = match rows {
            Ok(rows) => (rows, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let source = Answered { world, types, rows: rows.into_iter(), failure };
        Ok(Reply::Rows(Rows::from_source(self.columns.clone(), source)))
    }
}

/// Whether a query is done at once: it goes through no rows.
fn is_short(query: &Query) -> bool {
    match &query.body {
        Body::Select(select) => {
            query.ctes.is_empty()
                && select.from.is_none()
                && select.sets.is_empty()
                && !select.project.iter().chain(&select.filter).any(has_query)
        }
        _ => false,
    }
}

fn has_query(expr: &crate::plan::Expr) -> bool {
    let mut found = matches!(expr, crate::plan::Expr::Subquery { .. });
    stacker::maybe_grow(128 << 10, 2 << 20, || expr.parts(&mut |part| found |= has_query(part)));
    found
}

/// Rows on their way to the client.
struct Answered {
    world: Arc<World>,
    types: Vec<Oid>,
    rows: std::vec::IntoIter<Row>,
    /// What is told instead of them.
    failure: Option<PgError>,
}

impl RowSource for Answered {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Err(error));
        }
        while !rows.is_full() {
            let Some(row) = self.rows.next() else {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            };
            rows.row(|out| {
                for (value, oid) in row.iter().zip(&self.types) {
                    self.write(value, *oid, out)?;
                }
                Ok(())
            })?;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

impl Answered {
    fn write(
        &self,
        value: &Datum,
        oid: Oid,
        out: &mut trunkline_core::RowWriter<'_>,
    ) -> Result<()> {
        let is_named =
            is_alias(element_of(oid).unwrap_or(oid)) || matches!(value, Datum::Record(_));
        match (value, out.format()) {
            (Datum::Null, _) => out.null(),
            (Datum::Text(text), Format::Text) => out.text(text),
            (value, Format::Text) if is_named => out.text(&self.world.text(value, oid)?),
            (Datum::Record(row), Format::Binary) => self.write_record(row, out)?,
            (_, Format::Binary) if !can_be_sent(oid) => {
                let name = type_facts(oid).map_or_else(String::new, |known| known.name.to_string());
                let message = format!("no binary output function available for type {name}");
                return Err(PgError::new(SqlState::UNDEFINED_FUNCTION, message));
            }
            (Datum::Text(_), Format::Binary) if oid == Oid::VOID => out.bytes(&[]),
            (value, _) => out.value(&io::to_value(value, oid))?,
        }
        Ok(())
    }

    fn write_record(&self, row: &Row, out: &mut trunkline_core::RowWriter<'_>) -> Result<()> {
        // What its fields are is not announced; they are sent as what they look like.
        let fields = row.iter().map(|field| (crate::world::natural(field), field));
        let fields: Vec<_> = fields.map(|(oid, field)| (oid, io::to_value(field, oid))).collect();
        out.bytes(&io::record_bytes(&fields, &self.world.style)?);
        Ok(())
    }
}

/// Whether a type has a binary form.
fn can_be_sent(oid: Oid) -> bool {
    !type_facts(element_of(oid).unwrap_or(oid))
        .is_some_and(|known| matches!(&*known.name, "aclitem"))
}
