//! Whose a statement is, and what it comes to.

use std::sync::Arc;

use trunkline_core::{Language, Oid, PgError, Result, Session};

use super::{CatalogSession, may_be_known_elsewhere};
use crate::answer::Answer;
use crate::facts::type_facts;
use crate::lend::Loan;
use crate::protected;
use crate::route::{Route, begins_query, casts_to, is_relation, named, route};
use crate::statements::Asked;
use crate::world::World;

/// What a statement asks for that is not the engine's.
enum Beside {
    Nothing,
    /// All of it is declared.
    Declared(Arc<World>),
    /// It names no relation, but a declared type.
    Typed(Arc<World>),
    /// Beside what is the engine's, or for a statement that is.
    Lent(Loan),
}

/// Whose a statement is.
pub(super) enum Owner {
    Engine,
    /// The engine's, with relations that it does not have.
    Lent(Loan),
    Catalog(Asked),
    /// The engine's, if it takes it; if not, this is wrong with it.
    Either(PgError),
}

impl<S: Session> CatalogSession<S> {
    /// What there is, if a query names a declared type, or its client said that a parameter is of one.
    async fn typed(&mut self, sql: &str, hints: &[Oid]) -> Result<Option<Arc<World>>> {
        let names = self.common.type_names();
        if casts_to(sql, names) {
            return self.world(None).await.map(Some);
        }
        if names.is_empty() || hints.iter().all(|oid| oid.0 == 0 || type_facts(*oid).is_some()) {
            return Ok(None);
        }
        let world = self.world(None).await?;
        let is_declared = hints.iter().any(|oid| world.objects.types.get(oid.0).is_some());
        Ok(is_declared.then_some(world))
    }

    /// What of the relations that a statement reads is not the engine's.
    async fn beside(&mut self, sql: &str, hints: &[Oid]) -> Result<Beside> {
        let may_be_declared = self.common.declares();
        if self.session.language() != Language::Sql {
            return Ok(Beside::Nothing);
        }
        let Some(named) = named(sql, may_be_declared) else { return Ok(Beside::Nothing) };
        protected::check(named.kind, &named.targets)?;
        if named.relations.is_empty() {
            let typed = if named.is_query { self.typed(sql, hints).await? } else { None };
            return Ok(typed.map_or(Beside::Nothing, Beside::Typed));
        }
        let world = if may_be_declared { Some(self.world(None).await?) } else { None };
        let (mut loan, mut is_all) = (Loan::default(), named.is_query);
        for mention in &named.relations {
            if is_relation(mention.schema.as_ref(), &mention.name) {
                let schema = mention.schema.as_deref().unwrap_or("pg_catalog");
                loan.add(sql, mention, schema, None)?;
                continue;
            }
            match world.as_ref().and_then(|world| {
                self.schema_of_declared(world, mention.schema.as_deref(), &mention.name)
            }) {
                Some(schema) => loan.add(sql, mention, &schema, world.clone())?,
                None => is_all = false,
            }
        }
        Ok(match world {
            _ if loan.is_empty() => Beside::Nothing,
            Some(world) if is_all => Beside::Declared(world),
            _ => Beside::Lent(loan),
        })
    }

    /// Whose a statement is, and what it comes to if it is the catalogs'.
    pub(super) async fn owner(&mut self, sql: &str, hints: &[Oid]) -> Result<Owner> {
        let is_sql = self.session.language() == Language::Sql;
        // What is no query is none of the catalogs': it is not looked for among them, however long it is.
        if is_sql
            && begins_query(sql)
            && let Some(asked) = self.common.statements.find(sql, hints)
        {
            return Ok(Owner::Catalog(asked));
        }
        let client = self.client.clone();
        let style = || client.reading_style();
        let bound = |world| {
            Answer::prepare_within(sql, hints, style(), Some(world)).map(|answer| answer.into())
        };
        let route = if is_sql { route(sql) } else { Route::Engine };
        if route == Route::Engine {
            return match self.beside(sql, hints).await? {
                Beside::Nothing => Ok(Owner::Engine),
                Beside::Lent(loan) => Ok(Owner::Lent(loan)),
                Beside::Declared(world) => bound(world).map(Owner::Catalog),
                Beside::Typed(world) => match bound(world) {
                    // The engine may know functions that are not here, and what looks like a type may be an alias.
                    Err(error) if may_be_known_elsewhere(&error) => Ok(Owner::Either(error)),
                    asked => asked.map(Owner::Catalog),
                },
            };
        }
        let asked = match self.typed(sql, hints).await? {
            Some(world) => bound(world),
            None => self.common.statements.prepare(sql, hints, style()),
        };
        match asked {
            // The engine may know functions that are not here.
            Err(error) if route == Route::Functions && may_be_known_elsewhere(&error) => {
                Ok(Owner::Engine)
            }
            asked => asked.map(Owner::Catalog),
        }
    }
}
