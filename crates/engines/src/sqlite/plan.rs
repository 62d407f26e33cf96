//! Statements in SQLite's words.

use std::sync::{Arc, Mutex, PoisonError};

use trunkline_catalog::syntax::check_depth;
use trunkline_core::{Column, Columns, CommandTag, Oid, PgError, Prepared, Result};

use super::schema::Schema;
use super::translate::{self, Translated, translate};
use super::types::Type;

/// A prepared statement; its plan follows the definitions that it was made of.
#[derive(Debug)]
pub(super) struct Statement {
    sql: Box<str>,
    parameters: Arc<[Oid]>,
    columns: Option<Arc<[Column]>>,
    /// The same, with the scales that are not announced.
    shape: Arc<[Column]>,
    plan: Mutex<Arc<Plan>>,
}

/// A translation, which holds as long as the definitions have the same number.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) translated: Translated,
    pub(super) version: i64,
}

/// Whether a text is a statement, whatever it names.
pub(super) fn check(sql: &str) -> Result<()> {
    check_depth(sql)?;
    translate::check(sql)
}

impl Plan {
    pub(super) fn new(sql: &str, hints: &[Oid], schema: &Schema, version: i64) -> Result<Plan> {
        check_depth(sql)?;
        Ok(Plan { translated: translate(sql, schema, hints)?, version })
    }

    /// The columns as the client is told of them.
    fn announced(&self) -> Option<Arc<[Column]>> {
        let columns = self.translated.columns.as_ref()?.iter();
        let told = columns.map(|column| {
            let ty = Type { oid: column.type_oid, typmod: column.typmod };
            column.clone().typmod(ty.announced_typmod())
        });
        Some(told.collect())
    }

    /// How many columns it returns.
    pub(super) fn columns(&self) -> usize {
        self.translated.columns.as_ref().map_or(0, Vec::len)
    }

    /// Whether it changes definitions, rather than rows.
    pub(super) fn defines(&self) -> bool {
        let word = self.translated.tag.split(' ').next().unwrap_or_default();
        // Where there are several steps, they are more than was written.
        self.translated.steps.len() > 1
            || !matches!(word, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES")
    }

    /// The words of CommandComplete.
    pub(super) fn tag(&self, changed: u64) -> CommandTag {
        let words = self.translated.tag.clone();
        match (self.translated.counts, self.translated.writes) {
            // What only reads says how many rows it sent.
            (false, _) if words == "SELECT" => CommandTag::select(),
            (false, _) => CommandTag::new(words),
            (true, true) => CommandTag::affected(words, changed),
            (true, false) => CommandTag::sent(words),
        }
    }
}

impl Statement {
    /// A statement and what is announced of it.
    pub(super) fn prepared(sql: &str, plan: Plan) -> Prepared<Statement> {
        let parameters: Arc<[Oid]> = plan.translated.parameters.as_slice().into();
        let columns = plan.announced();
        let announced = columns.clone().map_or(Columns::None, Columns::Known);
        let statement = Statement {
            sql: sql.into(),
            parameters: parameters.clone(),
            columns,
            shape: plan.translated.columns.as_deref().unwrap_or_default().into(),
            plan: Mutex::new(Arc::new(plan)),
        };
        Prepared::new(statement, announced).parameters(parameters)
    }

    /// What its rows look like to who writes them.
    pub(super) fn shape(&self) -> Arc<[Column]> {
        self.shape.clone()
    }

    /// What its rows look like, if it returns rows.
    pub(super) fn columns(&self) -> Option<&Arc<[Column]>> {
        self.columns.as_ref()
    }

    pub(super) fn plan(&self) -> Arc<Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Translates it once more, for other definitions.
    ///
    /// # Errors
    ///
    /// 0A000 if it is not what was announced any more.
    pub(super) fn renew(&self, schema: &Schema, version: i64) -> Result<Arc<Plan>> {
        let plan = Plan::new(&self.sql, &self.parameters, schema, version)?;
        let is_same = *plan.translated.parameters == *self.parameters
            && is_same_shape(plan.translated.columns.as_deref(), &self.shape);
        if !is_same {
            return Err(PgError::unsupported("cached plan must not change result type"));
        }
        let plan = Arc::new(plan);
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan.clone();
        Ok(plan)
    }
}

/// Whether rows look the same, wherever their columns are from.
fn is_same_shape(now: Option<&[Column]>, before: &[Column]) -> bool {
    let shape = |columns: &[Column]| -> Vec<Column> {
        columns.iter().map(|column| column.clone().origin(Oid(0), 0)).collect()
    };
    shape(now.unwrap_or_default()) == shape(before)
}
