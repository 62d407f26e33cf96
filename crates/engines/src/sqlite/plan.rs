//! Statements in SQLite's words.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{
    Access, Column, Columns, CommandTag, LentRelation, Oid, Params, PgError, Prepared, Result,
    Terms,
};

use super::functions::assigned;
use super::schema::Schema;
use super::translate::reading::{Reading, SearchPath};
use super::translate::{Request, Translated, translate};
use super::types::Type;

/// A prepared statement; its plan follows the definitions that it was made of.
#[derive(Debug)]
pub(super) struct Statement {
    sql: Box<str>,
    parameters: Arc<[Oid]>,
    lent: Arc<[LentRelation]>,
    columns: Option<Arc<[Column]>>,
    /// The same, with the scales that are not announced.
    shape: Arc<[Column]>,
    /// Whether the last of them are the key of a table's row.
    is_keyed: bool,
    plan: Mutex<Arc<Plan>>,
    /// How often definitions had changed when the plan was last looked at.
    seen: AtomicU64,
}

/// A translation, which holds as long as the definitions have the same number, and names are looked for
/// where they were.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) translated: Translated,
    pub(super) version: i64,
    /// Where its names were looked for.
    pub(super) path: SearchPath,
    /// Whether it changes definitions, rather than rows.
    defines: bool,
}

impl Plan {
    pub(super) fn new(
        request: Request<'_>,
        schema: &Schema,
        version: i64,
        reading: &Reading,
    ) -> Result<Plan> {
        let translated = translate(request, schema, reading)?;
        let word = translated.tag.split(' ').next().unwrap_or_default();
        // Where there are several steps, they are more than was written.
        let defines = translated.steps.len() > 1
            || !matches!(word, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES");
        Ok(Plan { translated, version, path: reading.path, defines })
    }

    /// The columns as the client is told of them.
    fn announced(&self) -> Option<Arc<[Column]>> {
        let shape = self.shape();
        let columns = shape.as_deref()?.iter();
        let told = columns.map(|column| {
            let ty = Type { oid: column.type_oid, typmod: column.typmod };
            column.clone().typmod(ty.announced_typmod())
        });
        Some(told.collect())
    }

    /// What its rows look like: those that explain it, or its own.
    fn shape(&self) -> Option<Cow<'_, [Column]>> {
        match &self.translated.explain {
            Some(explain) => Some(Cow::Owned(vec![explain.asked.column()])),
            None => self.translated.columns.as_deref().map(Cow::Borrowed),
        }
    }

    /// What the server sees to before it runs.
    fn terms(&self) -> Terms {
        // An open statement of SQLite sees what its own connection writes meanwhile.
        let access = if self.translated.writes { Access::Writes } else { Access::Live };
        let borrows = self.translated.borrows;
        Terms { current_of: self.translated.row.clone(), borrows, access, ..Terms::default() }
    }

    /// How many columns it returns.
    pub(super) fn columns(&self) -> usize {
        self.translated.columns.as_ref().map_or(0, Vec::len)
    }

    /// Whether it changes definitions, rather than rows.
    pub(super) fn defines(&self) -> bool {
        self.defines
    }

    /// The words of CommandComplete.
    pub(super) fn tag(&self, changed: u64) -> CommandTag {
        if self.translated.explain.is_some() {
            return CommandTag::new("EXPLAIN");
        }
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
    pub(super) fn prepared(
        sql: &str,
        lent: &Arc<[LentRelation]>,
        plan: Plan,
        seen: u64,
    ) -> Prepared<Statement> {
        let parameters: Arc<[Oid]> = plan.translated.parameters.as_slice().into();
        let columns = plan.announced();
        let announced = columns.clone().map_or(Columns::None, Columns::Known);
        let key = plan.translated.key;
        let terms = plan.terms();
        let statement = Statement {
            sql: sql.into(),
            parameters: parameters.clone(),
            lent: lent.clone(),
            columns,
            shape: plan.shape().as_deref().unwrap_or_default().into(),
            is_keyed: key.is_some(),
            plan: Mutex::new(Arc::new(plan)),
            seen: AtomicU64::new(seen),
        };
        Prepared::new(statement, announced).parameters(parameters).key(key).terms(terms)
    }

    /// Whether its plan was looked at since definitions changed so often.
    pub(super) fn has_seen(&self, definitions: u64) -> bool {
        self.seen.load(Ordering::Relaxed) == definitions
    }

    pub(super) fn see(&self, definitions: u64) {
        self.seen.store(definitions, Ordering::Relaxed);
    }

    /// Refuses values that do not fit the columns that they are put into.
    pub(super) fn check(&self, params: &Params, style: &TextStyle) -> Result<()> {
        let plan = self.plan();
        for (index, column) in &plan.translated.assigned {
            let Some(param) = params.get(*index).filter(|param| param.bytes.is_some()) else {
                continue;
            };
            assigned(param.decode::<Value>(style)?, param.type_oid, *column, style)?;
        }
        Ok(())
    }

    /// What it was lent.
    pub(super) fn lent(&self) -> &Arc<[LentRelation]> {
        &self.lent
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
    pub(super) fn renew(
        &self,
        schema: &Schema,
        version: i64,
        reading: &Reading,
    ) -> Result<Arc<Plan>> {
        let (hints, lent) = (&self.parameters, &self.lent);
        let request = Request { sql: &self.sql, hints, is_cursor: self.is_keyed, lent };
        let plan = Plan::new(request, schema, version, reading)?;
        let is_same = *plan.translated.parameters == *self.parameters
            && is_same_shape(plan.shape().as_deref(), &self.shape);
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
