//! Relations by name: queries of WITH, tables and views of the catalogs.

use std::sync::Arc;

use sqlparser::ast;
use trunkline_core::{Oid, Result};

use super::level::NamedCte;
use super::{Binder, OutputColumn, Typed};
use crate::datum::Datum;
use crate::error::no_relation;
use crate::facts::{self, CastContext, PG_CATALOG};
use crate::plan::{Body, Expr, From, Query, Select, Source, Sub};
use crate::views;
use crate::world::INFORMATION_SCHEMA;

impl Binder {
    /// A relation of FROM.
    pub(super) fn relation(
        &mut self,
        schema: Option<&str>,
        name: &str,
        alias: Option<&ast::TableAlias>,
        place: usize,
    ) -> Result<From> {
        if schema.is_none()
            && let Some(cte) = self.ctes.iter().rev().find(|cte| *cte.name == *name).cloned()
        {
            // What its rows are may change while the queries within run again.
            if cte.is_working || cte.bases > 0 {
                self.bases.iter_mut().skip(cte.bases).for_each(|base| base.is_correlated = true);
            }
            self.note_cte(Some(NamedCte { bases: cte.bases, name: cte.name.clone() }));
            return self.leaf(Source::Cte(cte.id), cte.columns, alias, Some((name, None, 0)));
        }
        let oid = match schema {
            None | Some("pg_catalog") => Some(PG_CATALOG),
            Some("information_schema") => Some(*INFORMATION_SCHEMA),
            Some(_) => None,
        };
        let known = oid.and_then(|oid| Some((oid, facts::relation_columns(oid, name)?)));
        let Some((oid, columns)) = known else {
            if let Some((source, columns, schema, relation)) = self.declared(schema, name) {
                let named = Some((name, Some(&*schema), relation));
                return self.leaf(source, columns, alias, named);
            }
            let shown = schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"));
            return Err(no_relation(place, &shown));
        };
        let relation = facts::relation_oid(oid, name).unwrap_or(0);
        let source = match views::definition(oid, name) {
            Some(sql) => Source::Query(self.view(sql, columns)?),
            None => Source::Table(oid, name.into()),
        };
        let columns = columns.iter().zip(1_i16..).map(|(column, number)| OutputColumn {
            name: column.name.clone(),
            oid: column.oid,
            typmod: -1,
            fields: None,
            origin: Some((relation, number)),
        });
        let schema = if oid == PG_CATALOG { "pg_catalog" } else { "information_schema" };
        self.leaf(source, columns.collect(), alias, Some((name, Some(schema), relation)))
    }

    /// A table, a view or a sequence of the world, whose rows are only declared.
    fn declared(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Option<(Source, Vec<OutputColumn>, Arc<str>, u32)> {
        let world = self.world.as_ref()?;
        let class = world.declared_class(schema, name)?;
        let columns = match class.sequence {
            Some(_) => world.sequence_columns(),
            None => world
                .objects
                .columns(class)
                .iter()
                .map(|one| (&*one.column.name, one.column.type_oid, one.column.typmod))
                .collect(),
        };
        let columns =
            columns.into_iter().zip(1_i16..).map(|((name, oid, typmod), number)| OutputColumn {
                name: name.into(),
                oid,
                typmod,
                fields: None,
                origin: Some((class.oid, number)),
            });
        let schema = world.schema_name(class.schema)?;
        let source = Source::Table(class.schema, class.name.clone());
        Some((source, columns.collect(), schema, class.oid))
    }

    /// The query of a view, its columns of the types that they are declared with.
    fn view(&mut self, sql: &'static str, declared: &[facts::Column]) -> Result<Arc<Sub>> {
        let parsed = crate::parse::query(sql)?;
        let mut binder = Binder::new(sql, self.next_id);
        binder.depth = self.depth;
        let (mut query, columns) = binder.query(&parsed)?;
        if let Body::Select(select) = &mut query.body {
            let exprs = std::mem::take(&mut select.project);
            let mut given: Vec<_> = exprs.into_iter().zip(&columns).map(Some).collect();
            // A view that leaves columns out, because they are NULL, names those that it has.
            let is_named = given.len() < declared.len();
            for (index, to) in declared.iter().enumerate() {
                let place = match is_named {
                    true => columns.iter().position(|column| column.name == to.name),
                    false => Some(index),
                };
                let found = place.and_then(|place| given.get_mut(place)?.take());
                select.project.push(match found {
                    Some((expr, from)) => {
                        let typed = Typed::new(expr, from.oid);
                        binder.convert(typed, to.oid, -1, CastContext::Explicit)?.expr
                    }
                    None => Expr::Const(Datum::Null),
                });
            }
            debug_assert!(
                given.iter().all(Option::is_none),
                "a column that is not the view's: {sql}"
            );
            query.width = declared.len();
        }
        self.next_id = binder.next_id;
        self.grouped += binder.grouped;
        Ok(Arc::new(Sub { id: self.id(), query, is_correlated: false }))
    }

    /// `TABLE name`
    pub(super) fn whole_relation(
        &mut self,
        schema: Option<&str>,
        name: &str,
        order: &[ast::OrderByExpr],
    ) -> Result<(Query, Vec<OutputColumn>)> {
        self.scopes.push(super::scope::Scope::default());
        let from = self.relation(schema, name, None, 0);
        let scope = self.scopes.pop().unwrap_or_default();
        let columns: Vec<OutputColumn> =
            scope.leaves.into_iter().next().map(|leaf| leaf.columns).unwrap_or_default();
        let project =
            (0..columns.len()).map(|column| Expr::Column { depth: 0, leaf: 0, column }).collect();
        let select = Select {
            from: Some(from?),
            leaves: 1,
            filter: Vec::new(),
            group: None,
            windows: Vec::new(),
            sets: Vec::new(),
            project,
            kept: None,
        };
        let columns = columns.into_iter().map(|column| OutputColumn {
            oid: if column.oid == Oid::UNKNOWN { Oid::TEXT } else { column.oid },
            ..column
        });
        self.ordered(Body::Select(Box::new(select)), columns.collect(), order)
    }
}
