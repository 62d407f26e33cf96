//! What the sessions of an engine have in common: the objects of its last snapshot.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use trunkline_core::catalog::Snapshot;

use crate::declared::{merged, type_names};
use crate::refusals::Refusals;
use crate::statements::Statements;
use crate::world::Objects;

/// What the sessions of an engine have in common.
#[derive(Debug, Default)]
pub(crate) struct Common {
    /// What is there beside the engine's own objects.
    declared: Option<Arc<Snapshot>>,
    /// The names of the types among that, row types included.
    type_names: HashSet<String>,
    /// What the engine's last snapshot comes to.
    last: Mutex<Option<Making>>,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) statements: Statements,
}

/// A snapshot of the engine, and its objects once somebody has made them.
#[derive(Clone, Debug)]
struct Making {
    of: Arc<Snapshot>,
    known: Arc<OnceLock<Known>>,
}

/// Objects, and the snapshot of the engine that they are of.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) of: Arc<Snapshot>,
    pub(crate) objects: Arc<Objects>,
    /// The engine's own relations and sequences, where others are declared beside them.
    own: Arc<Names>,
}

/// Schemas and names.
type Names = HashSet<(Box<str>, Box<str>)>;

/// The relations and sequences of a snapshot.
fn names(of: &Snapshot) -> Names {
    let names = of.schemas.iter().flat_map(|schema| {
        let relations = schema.relations.iter().map(|one| &one.name);
        let names = relations.chain(schema.sequences.iter().map(|one| &one.name));
        names.map(|name| (schema.name.as_str().into(), name.as_str().into()))
    });
    names.collect()
}

impl Known {
    /// Whether the engine has a relation or a sequence of this name; only where something is declared.
    pub(crate) fn has(&self, schema: &str, name: &str) -> bool {
        self.own.contains(&(schema.into(), name.into()))
    }
}

impl Common {
    pub(crate) fn declaring(declared: Snapshot) -> Common {
        let type_names = type_names(&declared);
        Common { declared: Some(Arc::new(declared)), type_names, ..Common::default() }
    }

    /// Whether a role may do everything, as `pg_roles` says it: one that is declared says so itself, and
    /// `postgres` is there anyway.
    pub(crate) fn is_superuser(&self, name: &str) -> bool {
        let mut roles = self.declared.iter().flat_map(|declared| &declared.roles);
        roles.find(|role| role.name == name).map_or(name == "postgres", |role| role.superuser)
    }

    /// The names of the types that are there beside the engine's own.
    pub(crate) fn type_names(&self) -> &HashSet<String> {
        &self.type_names
    }

    /// Whether there is anything beside the engine's own objects.
    pub(crate) fn declares(&self) -> bool {
        self.declared.is_some()
    }

    /// The objects of a snapshot; sessions with the same one share them.
    ///
    /// They are made by the first who asks, and others who want the same wait for it; who wants another does
    /// not, for snapshots are compared and objects made outside of the lock.
    pub(crate) fn objects(&self, of: Arc<Snapshot>) -> Known {
        let making = self.making(&of);
        let known = making.known.get_or_init(|| {
            // Where nothing is declared, all is the engine's, and nobody asks.
            let (all, own) = match &self.declared {
                Some(declared) => (merged(&of, declared), names(&of)),
                None => (of.clone(), HashSet::new()),
            };
            Known { of: of.clone(), objects: Arc::new(Objects::new(all)), own: Arc::new(own) }
        });
        Known { of, ..known.clone() }
    }

    fn making(&self, of: &Arc<Snapshot>) -> Making {
        let is_this = |one: &&Making| Arc::ptr_eq(&one.of, of);
        let last = self.last().clone();
        if let Some(last) = last.as_ref().filter(is_this) {
            return last.clone();
        }
        // An engine that tells the same anew has the same objects.
        let same = last.filter(|last| last.of == *of);
        let mut last = self.last();
        if let Some(last) = last.as_ref().filter(is_this) {
            return last.clone();
        }
        let known = same.map(|same| same.known).unwrap_or_default();
        last.insert(Making { of: of.clone(), known }).clone()
    }

    fn last(&self) -> MutexGuard<'_, Option<Making>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use trunkline_core::catalog::{Schema, Snapshot};

    use super::Common;

    fn snapshot(name: &str) -> Arc<Snapshot> {
        let schema = Schema { name: name.to_owned(), ..Schema::default() };
        Arc::new(Snapshot { schemas: vec![schema], ..Snapshot::default() })
    }

    #[test]
    fn sessions_share_the_objects_of_what_is_the_same() {
        let common = Common::default();
        let (one, same, other) = (snapshot("a"), snapshot("a"), snapshot("b"));
        let all = thread::scope(|scope| {
            let asked = [&one, &one, &one].map(|of| scope.spawn(|| common.objects(of.clone())));
            asked.map(|asked| asked.join().expect("objects").objects)
        });
        assert!(Arc::ptr_eq(&all[0], &all[1]));
        let again = common.objects(same);
        assert!(Arc::ptr_eq(&again.objects, &common.objects(one).objects));
        let other = common.objects(other);
        assert!(!Arc::ptr_eq(&again.objects, &other.objects));
    }

    /// Of 10,000 tables there is one copy.
    #[test]
    fn what_is_declared_alone_is_not_copied() {
        let schema = Schema { name: "rail".to_owned(), ..Schema::default() };
        let declared = Snapshot { schemas: vec![schema], ..Snapshot::default() };
        let common = Common::declaring(declared);
        let kept = common.declared.clone().expect("what was declared");
        let public = common.objects(snapshot("public")).objects;
        assert!(Arc::ptr_eq(&public.snapshot, &kept));
        let both = common.objects(snapshot("stock")).objects;
        assert_eq!(both.snapshot.schemas.len(), 2);
    }

    /// Who panics while it compares or makes something leaves a lock that others can take.
    #[test]
    fn a_panic_keeps_nobody_out() {
        let common = Common::default();
        thread::scope(|scope| {
            let held = scope.spawn(|| {
                let _held = common.last();
                panic!("while the lock is held");
            });
            assert!(held.join().is_err());
        });
        assert_eq!(common.objects(snapshot("a")).objects.schemas.len(), 1);
    }
}
