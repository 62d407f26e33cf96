//! What a server has, for the catalogs: schemas, tables, columns, keys and comments, as Python code tells.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::sync::OnceCell;
use trunkline::catalog::{
    Attribute, Constraint, ConstraintKind, ForeignKey, Relation, RelationKind, Schema, Snapshot,
};
use trunkline::{Oid, Result};
use trunkline_catalog::ddl;

use crate::asking::Asker;
use crate::call::Call;
use crate::column;
use crate::error;

/// The tables of one database.
#[pyclass(frozen, module = "trunkline")]
pub(crate) struct Catalog(Mutex<State>);

#[derive(Clone, Default)]
struct State {
    snapshot: Arc<Snapshot>,
    /// Where each table stands: the place of its schema, and its own within.
    places: HashMap<(String, String), (usize, usize)>,
}

/// A foreign key as Python code tells it: its columns, the other table with its schema, and the columns there.
type Reference = (Vec<String>, String, String, Vec<String>);

#[pymethods]
impl Catalog {
    #[new]
    fn new() -> Catalog {
        let mut state = State::default();
        state.schema("public");
        Catalog(Mutex::new(state))
    }

    /// Adds what definitions say, such as `pg_dump --schema-only` writes; what was passed over.
    fn define(&self, sql: &str) -> PyResult<Vec<(u32, String)>> {
        let defined =
            ddl::define(sql).map_err(|wrong| PyValueError::new_err(format!("{wrong}")))?;
        let mut state = self.lock();
        for schema in defined.snapshot.schemas {
            state.add_schema(schema);
        }
        let snapshot = Arc::make_mut(&mut state.snapshot);
        snapshot.roles.extend(defined.snapshot.roles);
        snapshot.extensions.extend(defined.snapshot.extensions);
        let passed = defined.passed_over.into_iter();
        Ok(passed.map(|over| (u32::try_from(over.line).unwrap_or(u32::MAX), over.what)).collect())
    }

    fn schema(&self, name: &str) {
        self.lock().schema(name);
    }

    #[pyo3(signature = (name, columns, *, schema="public", not_null=Vec::new(), primary_key=Vec::new(), unique=Vec::new(), foreign_keys=Vec::new(), comment=None, comments=HashMap::new(), rows=None, view=None))]
    #[allow(clippy::too_many_arguments, reason = "Python code names each")]
    fn table(
        &self,
        name: String,
        columns: &Bound<'_, PyAny>,
        schema: &str,
        not_null: Vec<String>,
        primary_key: Vec<String>,
        unique: Vec<Vec<String>>,
        foreign_keys: Vec<Reference>,
        comment: Option<String>,
        comments: HashMap<String, String>,
        rows: Option<u64>,
        view: Option<String>,
    ) -> PyResult<()> {
        let columns = column::columns(columns)?;
        let attributes = columns.iter().map(|named| {
            let mut attribute = Attribute::new(named.column(Oid::TEXT));
            let is_key = primary_key.contains(&named.name);
            attribute.not_null = is_key || not_null.contains(&named.name);
            attribute.comment = comments.get(&named.name).map(|text| text.as_str().into());
            attribute
        });
        let kind = if view.is_some() { RelationKind::View } else { RelationKind::Table };
        let mut relation = Relation::new(name, kind, attributes);
        let places = |names: &[String]| -> PyResult<Vec<usize>> {
            let place = |name: &String| columns.iter().position(|column| column.name == *name);
            let unknown =
                |name: &String| PyValueError::new_err(format!("column \"{name}\" does not exist"));
            names.iter().map(|name| place(name).ok_or_else(|| unknown(name))).collect()
        };
        for name in not_null.iter().chain(comments.keys()) {
            places(std::slice::from_ref(name))?;
        }
        if !primary_key.is_empty() {
            let key = ConstraintKind::Primary(places(&primary_key)?.into());
            relation.constraints.push(Constraint::new(None, key));
        }
        for names in &unique {
            let key = ConstraintKind::Unique(places(names)?.into());
            relation.constraints.push(Constraint::new(None, key));
        }
        for (names, schema, table, refers_to) in foreign_keys {
            let key = ForeignKey::new(places(&names)?, schema, table, refers_to);
            let key = ConstraintKind::Foreign(Arc::new(key));
            relation.constraints.push(Constraint::new(None, key));
        }
        relation.comment = comment;
        relation.rows = rows;
        relation.definition = view.filter(|query| !query.is_empty());
        self.lock().add(schema, relation);
        Ok(())
    }

    #[pyo3(signature = (name, *, schema="public"))]
    fn drop(&self, name: &str, schema: &str) -> bool {
        let mut state = self.lock();
        let Some((of, place)) = state.places.remove(&(schema.to_owned(), name.to_owned())) else {
            return false;
        };
        let snapshot = Arc::make_mut(&mut state.snapshot);
        let Some(relations) = snapshot.schemas.get_mut(of).map(|schema| &mut schema.relations)
        else {
            return false;
        };
        relations.swap_remove(place);
        // The last one has taken its place.
        if let Some(moved) = relations.get(place).map(|moved| moved.name.clone()) {
            state.places.insert((schema.to_owned(), moved), (of, place));
        }
        true
    }

    /// Takes what another has instead of its own, all at once.
    fn replace(&self, other: &Bound<'_, Catalog>) {
        let other = other.get().lock().clone();
        *self.lock() = other;
    }

    fn tables(&self) -> Vec<(String, String)> {
        let snapshot = self.snapshot();
        let of = |schema: &Schema| {
            let name = |table: &Relation| (schema.name.clone(), table.name.clone());
            schema.relations.iter().map(name).collect::<Vec<_>>()
        };
        snapshot.schemas.iter().flat_map(of).collect()
    }
}

impl Catalog {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.lock().snapshot.clone()
    }
}

impl State {
    /// The place of a schema, which is made if it is not there.
    fn schema(&mut self, name: &str) -> usize {
        let known = self.snapshot.schemas.iter().position(|schema| schema.name == name);
        known.unwrap_or_else(|| {
            let schemas = &mut Arc::make_mut(&mut self.snapshot).schemas;
            schemas.push(Schema { name: name.to_owned(), ..Schema::default() });
            schemas.len() - 1
        })
    }

    /// Adds a table, in the place of another of its name.
    fn add(&mut self, schema: &str, relation: Relation) {
        let of = self.schema(schema);
        let key = (schema.to_owned(), relation.name.clone());
        let known = self.places.get(&key).copied();
        let snapshot = Arc::make_mut(&mut self.snapshot);
        let Some(relations) = snapshot.schemas.get_mut(of).map(|schema| &mut schema.relations)
        else {
            return;
        };
        match known.and_then(|(_, place)| relations.get_mut(place)) {
            Some(place) => *place = relation,
            None => {
                self.places.insert(key, (of, relations.len()));
                relations.push(relation);
            }
        }
    }

    fn add_schema(&mut self, schema: Schema) {
        let Schema { name, relations, sequences, types, routines, comments, access } = schema;
        for relation in relations {
            self.add(&name, relation);
        }
        let of = self.schema(&name);
        if let Some(known) = Arc::make_mut(&mut self.snapshot).schemas.get_mut(of) {
            known.sequences.extend(sequences);
            known.types.extend(types);
            known.routines.extend(routines);
            known.comments.extend(comments);
            known.access = access;
        }
    }
}

/// The catalogs of a server's databases.
#[derive(Clone, Default)]
pub(crate) struct Catalogs(Option<Arc<Source>>);

enum Source {
    /// That of all databases.
    One(Py<Catalog>),
    /// Each database's.
    Each(HashMap<String, Py<Catalog>>),
    /// What is told by a callable.
    Told(Told),
}

/// A callable that is called with a database's name for its catalog, and what it said, until it is to say it again.
struct Told {
    tell: Arc<Py<PyAny>>,
    asker: Asker,
    known: Mutex<HashMap<String, Arc<OnceCell<Arc<Snapshot>>>>>,
}

/// The most databases whose catalogs are kept: strangers may make up names.
const MOST: usize = 1_000;

impl Catalogs {
    /// From a catalog, a dict of them by the names of databases, a callable, or None.
    pub(crate) fn of(given: &Bound<'_, PyAny>, asker: &Asker) -> PyResult<Catalogs> {
        if given.is_none() {
            return Ok(Catalogs(None));
        }
        let source = if let Ok(catalog) = given.cast::<Catalog>() {
            Source::One(catalog.clone().unbind())
        } else if given.is_instance_of::<PyDict>() {
            Source::Each(given.extract()?)
        } else if given.is_callable() {
            let (tell, asker) = (Arc::new(given.clone().unbind()), asker.clone());
            Source::Told(Told { tell, asker, known: Mutex::default() })
        } else {
            let ty = given.get_type();
            let message =
                format!("a catalog is a trunkline.Catalog, a dict of them or a callable, not {ty}");
            return Err(PyTypeError::new_err(message));
        };
        Ok(Catalogs(Some(Arc::new(source))))
    }

    /// Forgets what was told, and what is being told just now.
    pub(crate) fn forget(&self) {
        if let Some(Source::Told(told)) = self.0.as_deref() {
            told.lock().clear();
        }
    }

    /// What a database has.
    pub(crate) async fn snapshot(&self, database: &str) -> Result<Arc<Snapshot>> {
        match self.0.as_deref() {
            None => Ok(Arc::default()),
            Some(Source::One(catalog)) => Ok(catalog.get().snapshot()),
            Some(Source::Each(catalogs)) => {
                let found = catalogs.get(database).map(|catalog| catalog.get().snapshot());
                Ok(found.unwrap_or_default())
            }
            // Of all that want to know, one asks.
            Some(Source::Told(told)) => {
                told.cell(database).get_or_try_init(|| told.ask(database)).await.cloned()
            }
        }
    }
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<OnceCell<Arc<Snapshot>>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cell(&self, database: &str) -> Arc<OnceCell<Arc<Snapshot>>> {
        let mut known = self.lock();
        if known.len() >= MOST && !known.contains_key(database) {
            known.clear();
        }
        known.entry(database.to_owned()).or_default().clone()
    }

    async fn ask(&self, database: &str) -> Result<Arc<Snapshot>> {
        let (tell, name) = (self.tell.clone(), database.to_owned());
        self.asker
            .ask(
                &Arc::new(Call::default()),
                move |py| tell.bind(py).call1((name,)),
                |py, catalog, tell| {
                    let catalog = catalog.cast::<Catalog>().map_err(PyErr::from);
                    let snapshot = catalog.map(|catalog| catalog.get().snapshot());
                    let _ = tell.send(snapshot.map_err(|raised| error::answer(py, &raised)));
                },
            )
            .await
    }
}
