//! Functions of the session that an engine's own statements call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use trunkline_core::catalog::{Schema, Snapshot};
use trunkline_core::types::{Types, Value};
use trunkline_core::{Client, Oid, Result, SqlState};
use trunkline_sql::quote_identifier;

use crate::answer::Answer;
use crate::datum::Datum;
use crate::functions::needs_objects;
use crate::io;
use crate::run::Run;
use crate::world::{Objects, World};

/// A function of the session, such as `pg_notify`, for an engine whose statement calls it for each row.
///
/// What says something of tables and other objects is not found here: an engine knows its own.
pub struct Called {
    answer: Answer,
    objects: Arc<Objects>,
}

impl Called {
    /// The function of a name for arguments of these types, of which [`Oid::UNKNOWN`] is none yet; `None` if
    /// there is no such function here.
    ///
    /// # Errors
    ///
    /// 42725 if several fit equally well.
    pub fn find(name: &str, types: &[Oid]) -> Result<Option<Called>> {
        if needs_objects(name) {
            return Ok(None);
        }
        let places: Vec<String> = (1..=types.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT {}({})", quote_identifier(name), places.join(", "));
        let hints: Vec<Oid> =
            types.iter().map(|oid| if *oid == Oid::UNKNOWN { Oid(0) } else { *oid }).collect();
        let answer = match Answer::prepare(&sql, &hints) {
            Ok(answer) if answer.is_call() => answer,
            Ok(_) => return Ok(None),
            Err(error) if error.sqlstate() == SqlState::AMBIGUOUS_FUNCTION => return Err(error),
            Err(_) => return Ok(None),
        };
        let public = Schema { name: "public".to_owned(), ..Schema::default() };
        let snapshot = Snapshot { schemas: vec![public], ..Snapshot::default() };
        Ok(Some(Called { answer, objects: Arc::new(Objects::new(Arc::new(snapshot))) }))
    }

    /// The types that its arguments are to have.
    pub fn arguments(&self) -> &[Oid] {
        self.answer.parameters()
    }

    /// The type of what it gives.
    pub fn result(&self) -> Oid {
        self.answer.columns().first().map_or(Oid::UNKNOWN, |column| column.type_oid)
    }

    /// Calls it with values of these types; one that waits stops once `stop` is set.
    ///
    /// It blocks the thread as long as it waits for a lock or the clock.
    ///
    /// # Errors
    ///
    /// Those of the function; 57014 if it was stopped.
    pub fn call(
        &self,
        client: &Client,
        values: Vec<Value>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Value> {
        let values = values.into_iter().map(io::from_value).collect::<Result<Vec<_>>>()?;
        let world = Arc::new(World::new(client.clone(), self.objects.clone()));
        let rows = Run::new(world, values, stop.clone()).rows(self.answer.query())?;
        let value = rows.first().and_then(|row| row.first());
        Ok(io::to_value(value.unwrap_or(&Datum::Null), self.result(), &Types::default()))
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Called").field("arguments", &self.arguments()).finish_non_exhaustive()
    }
}
