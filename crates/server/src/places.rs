//! Places for clients that have proved who they are: how many, and for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use trunkline_core::{Identity, PgError, Result, SqlState};

use crate::limits::Limits;

/// Who has a place.
#[derive(Debug, Default)]
pub(crate) struct Places {
    taken: Mutex<Taken>,
}

/// How many connections there are of each user and to each database, where that is bounded.
#[derive(Debug, Default)]
struct Taken {
    users: HashMap<Box<str>, usize>,
    databases: HashMap<Box<str>, usize>,
}

/// A place, given back when it is dropped. As small as the permit that it stands for.
#[derive(Debug)]
pub(crate) struct Place {
    all: Arc<Semaphore>,
    /// None where only the number of all connections is bounded.
    _counted: Option<Box<Counted>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.add_permits(1);
    }
}

#[derive(Debug)]
struct Counted {
    places: Arc<Places>,
    user: Box<str>,
    database: Box<str>,
}

impl Places {
    /// A place of `all` for this client.
    ///
    /// # Errors
    ///
    /// 53300, in PostgreSQL's words and order: the bound of the user, what is kept for
    /// administrators, all, the bound of the database.
    pub(crate) fn take(
        self: &Arc<Self>,
        all: &Arc<Semaphore>,
        client: &Identity,
        limits: &Limits,
    ) -> Result<Place> {
        let (user, database) = (&client.user, &client.database);
        let is_admin = limits.admins.iter().any(|admin| **admin == **user);
        // Held to the end: of two that come at once each sees what the other takes.
        let mut taken = self.lock();
        let is_full = |counts: &HashMap<Box<str>, usize>, name: &str, limit: Option<usize>| {
            let count = counts.get(name).copied().unwrap_or_default();
            !is_admin && limit.is_some_and(|limit| count >= limit)
        };
        if is_full(&taken.users, user, limits.connections_per_user) {
            return Err(too_many(format!("too many connections for role \"{user}\"")));
        }
        let kept = if limits.admins.is_empty() || is_admin { 0 } else { limits.reserved };
        let permit = all.try_acquire().map_err(|_| full())?;
        if all.available_permits() < kept {
            let message =
                "remaining connection slots are reserved for roles with the SUPERUSER attribute";
            return Err(too_many(message.to_owned()));
        }
        if is_full(&taken.databases, database, limits.connections_per_database) {
            return Err(too_many(format!("too many connections for database \"{database}\"")));
        }
        let is_bounded = limits.connections_per_user.or(limits.connections_per_database);
        let counted = is_bounded.map(|_| {
            *taken.users.entry(user.clone()).or_default() += 1;
            *taken.databases.entry(database.clone()).or_default() += 1;
            let (user, database) = (user.clone(), database.clone());
            Box::new(Counted { places: self.clone(), user, database })
        });
        permit.forget();
        Ok(Place { all: all.clone(), _counted: counted })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        let Taken { users, databases } = &mut *taken;
        for (counts, name) in [(users, &self.user), (databases, &self.database)] {
            if let Some(count) = counts.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(name);
                }
            }
        }
    }
}

/// There is no place for anybody.
pub(crate) fn full() -> PgError {
    too_many("sorry, too many clients already".to_owned())
}

fn too_many(message: String) -> PgError {
    PgError::new(SqlState::TOO_MANY_CONNECTIONS, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Server {
        places: Arc<Places>,
        all: Arc<Semaphore>,
        limits: Limits,
    }

    impl Server {
        fn new(connections: usize, change: impl FnOnce(&mut Limits)) -> Server {
            let mut limits = Limits { admins: vec!["postgres".to_owned()], ..Limits::default() };
            change(&mut limits);
            let all = Arc::new(Semaphore::new(connections));
            Server { places: Arc::default(), all, limits }
        }

        fn take(&self, user: &str, database: &str) -> Result<Place, String> {
            let client = Identity::new(user, database);
            self.places
                .take(&self.all, &client, &self.limits)
                .map_err(|error| error.message().to_owned())
        }
    }

    const FULL: &str = "sorry, too many clients already";
    const RESERVED: &str =
        "remaining connection slots are reserved for roles with the SUPERUSER attribute";

    fn refused(place: &Result<Place, String>) -> &str {
        place.as_ref().err().map_or("", String::as_str)
    }

    /// As PostgreSQL 18 with `max_connections` 4 and `superuser_reserved_connections` 2.
    #[test]
    fn the_last_places_are_kept_for_administrators() {
        let server = Server::new(4, |limits| limits.reserved = 2);
        let ann = [(); 3].map(|()| server.take("ann", "db"));
        assert_eq!(ann.each_ref().map(refused), ["", "", RESERVED]);
        let admins = [(); 3].map(|()| server.take("postgres", "db"));
        assert_eq!(admins.each_ref().map(refused), ["", "", FULL]);
        assert_eq!(refused(&server.take("ann", "db")), FULL);
        drop(ann);
        // It is the last ones that are kept, not some of their own.
        assert_eq!(refused(&server.take("ann", "db")), RESERVED);
        drop(admins);
        assert_eq!(refused(&server.take("ann", "db")), "");
    }

    #[test]
    fn without_administrators_nothing_is_kept() {
        let server = Server::new(1, |limits| limits.admins.clear());
        assert_eq!(refused(&server.take("ann", "db")), "");
    }

    #[test]
    fn a_user_and_a_database_have_so_many_at_most() {
        let server = Server::new(99, |limits| {
            limits.connections_per_user = Some(2);
            limits.connections_per_database = Some(3);
        });
        let ann = [(); 3].map(|()| server.take("ann", "db"));
        let role = "too many connections for role \"ann\"";
        assert_eq!(ann.each_ref().map(refused), ["", "", role]);
        let bob = [server.take("bob", "db"), server.take("bob", "db"), server.take("bob", "other")];
        let database = "too many connections for database \"db\"";
        assert_eq!(bob.each_ref().map(refused), ["", database, ""]);
        // Whoever may do anything may do this.
        let admins = [(); 5].map(|()| server.take("postgres", "db"));
        assert!(admins.iter().all(Result::is_ok));
        drop((ann, bob, admins));
        let taken = server.places.lock();
        assert!(taken.users.is_empty() && taken.databases.is_empty());
        assert_eq!(server.all.available_permits(), 99);
    }
}
