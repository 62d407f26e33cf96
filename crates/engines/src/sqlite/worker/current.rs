//! The rows on which cursors stand.

use std::borrow::Cow;

use trunkline_core::{PgError, Result};

use super::super::cells::{Cell, Cells};
use super::super::given::{Beginning, Fetched, Untold};
use super::super::plan::Plan;
use super::Worker;

impl Worker<'_> {
    /// The values of a query, and of a cursor's what tells when it was opened.
    pub(super) fn opened<'v>(&self, plan: &Plan, values: &'v Cells) -> Result<Cow<'v, Cells>> {
        if plan.translated.key.is_none() || !self.in_transaction {
            return Ok(Cow::Borrowed(values));
        }
        let mut values = values.clone();
        values.push(Cell::Integer(self.guarded.given.open(self.state_of_file()?)));
        Ok(Cow::Owned(values))
    }

    /// Before a statement changes rows: that the row of a cursor is still what it was, and what becomes of keys.
    pub(super) fn watch_keys(&mut self, plan: &Plan, values: &Cells) -> Result<()> {
        let translated = &plan.translated;
        if let Some(of) = &translated.row {
            let (_, schema) = self.schema()?;
            let relation = schema.relation(&of.relation);
            let relation = relation.ok_or_else(|| PgError::internal("a table that is gone"))?;
            let state = if relation.temporary { None } else { Some(self.state_of_file()?) };
            let (mut opening, mut key) = (None, None);
            for cell in values.reader() {
                (key, opening) = (opening, Some(cell));
            }
            let rowid = key.filter(|_| !relation.without_rowid);
            let (cursor, table) = (&*of.cursor, &*relation.name);
            self.guarded.given.check(Fetched { cursor, table, rowid, opening }, state)?;
        }
        self.begin_keys(plan);
        Ok(())
    }

    /// A statement begins, or is run once more: what becomes of keys.
    pub(super) fn begin_keys(&self, plan: &Plan) {
        let translated = &plan.translated;
        let untold = match &*translated.tag {
            "DELETE" => Untold::Nothing,
            tag if plan.defines() && !tag.starts_with("CREATE") => Untold::Definition,
            _ if translated.keeps_keys.is_none() => Untold::Keys,
            _ => Untold::Nothing,
        };
        let (keeper, once) = (translated.keeps_keys.as_deref(), translated.once.as_deref());
        self.guarded.given.begin(Beginning { keeper, once, untold });
    }

    /// A number that is another one when somebody else has written.
    fn state_of_file(&self) -> Result<i64> {
        self.number("PRAGMA main.data_version")
    }
}
