//! What an expression depends on: the functions, types, columns and fields that it names.

use std::collections::HashSet;

use trunkline_core::Oid;
use trunkline_core::catalog::Relation;
use trunkline_core::types::TextStyle;

use super::{Finder, Object, PG_CLASS, PG_PROC, PG_TYPE, column, is_made};
use crate::analyze::{self, Mentions, Names, Subject};
use crate::world::{ClassObject, Objects, TypeWhat};

/// The names of all functions and types that somebody made.
pub(super) fn made_names(objects: &Objects) -> HashSet<&str> {
    let routines = objects.routines.iter().map(|one| &*one.name);
    routines.chain(objects.types.iter().map(|one| &*one.name)).collect()
}

/// Where expressions stand.
pub(super) struct Place<'s> {
    /// The schema of what they are of.
    pub(super) home: u32,
    pub(super) subject: Subject<'s>,
    /// The type of what they come to, if it is another's.
    pub(super) stored: Option<(Oid, i32)>,
    /// The table whose columns the subject has, if they are told.
    pub(super) table: Option<&'s ClassObject>,
}

impl Place<'_> {
    /// What is a value of a type by itself.
    pub(super) fn default_of(home: u32, oid: Oid, typmod: i32) -> Place<'static> {
        let (subject, stored) = (Subject::Tables(&[]), Some((oid, typmod)));
        Place { home, subject, stored, table: None }
    }
}

impl<'a> Finder<'a> {
    /// What expressions over the columns of a table name besides those; `stored` is the type of what they come to.
    pub(super) fn on_expressions_of<'t>(
        &mut self,
        of: Object,
        class: &ClassObject,
        texts: impl IntoIterator<Item = &'t str>,
        stored: Option<(Oid, i32)>,
    ) {
        let Some(relation) = self.objects.relation_of(class) else { return };
        let is_made = stored.is_some_and(|(oid, _)| is_made(oid));
        // Most name nothing that somebody made, and to analyze one takes longer than to see that.
        let mut texts = texts.into_iter().filter(|text| is_made || self.may_name(relation, text));
        let Some(first) = texts.next() else { return };
        let texts: Vec<&str> = std::iter::once(first).chain(texts).collect();
        let tables = [(&*class.name, self.names(class.schema).columns_of(class))];
        let (home, subject) = (class.schema, Subject::Tables(&tables));
        self.on_expressions(of, texts, &Place { home, subject, stored, table: None });
    }

    fn may_name(&self, relation: &Relation, text: &str) -> bool {
        let made = |name: &str| {
            let columns = || relation.columns.iter().map(|one| &one.column);
            self.made.contains(name)
                || columns().any(|one| is_made(one.type_oid) && *one.name == *name)
        };
        let mut lexer = trunkline_sql::Lexer::new(text);
        std::iter::from_fn(|| lexer.next_significant())
            .filter(|token| token.kind.is_identifier())
            .any(|token| token.identifier(text).is_ok_and(|name| made(&name)))
    }

    /// What expressions name.
    pub(super) fn on_expressions<'t>(
        &mut self,
        of: Object,
        texts: impl IntoIterator<Item = &'t str>,
        place: &Place<'_>,
    ) {
        let Place { home, subject, stored, table } = place;
        let mut named = Mentions::default();
        for text in texts {
            let style = TextStyle::default();
            let found = analyze::expression(text, self.names(*home), &style, subject, *stored);
            if let Ok((node, items)) = found {
                named.extend(&node, &items);
            }
        }
        self.on_named(of, &named, *table);
    }

    /// What a query or an expression names.
    pub(super) fn on_named(&mut self, of: Object, named: &Mentions, table: Option<&ClassObject>) {
        let objects = self.objects;
        let place = |class: &ClassObject, name: &str| {
            objects.columns(class).iter().position(|one| *one.column.name == *name)
        };
        let mut on: Vec<Object> = Vec::new();
        for (schema, name, mentioned) in &named.columns {
            // What an expression is over is in no schema.
            let class = match *schema {
                0 => table,
                schema => objects.class_in(schema, name),
            };
            let Some(class) = class else { continue };
            let found = mentioned.as_deref().and_then(|mentioned| place(class, mentioned));
            on.push(found.map_or((PG_CLASS, class.oid, 0), |place| column(class.oid, place)));
        }
        for (oid, field) in &named.fields {
            let oid = self.names(0).base_of(*oid).0;
            let Some(TypeWhat::Row(row)) = objects.types.get(oid.0).map(|of| of.what) else {
                continue;
            };
            let found = objects.class(row).and_then(|class| place(class, field));
            on.extend(found.map(|place| column(row, place)));
        }
        on.extend(named.routines.iter().map(|oid| (PG_PROC, *oid, 0)));
        let types = named.types.iter().filter(|oid| is_made(**oid));
        on.extend(types.map(|oid| (PG_TYPE, oid.0, 0)));
        on.sort_unstable();
        on.dedup();
        for on in on {
            self.add(of, on, 'n');
        }
    }

    pub(super) fn names(&self, home: u32) -> Names<'a> {
        Names::new(self.objects, &[], Some(home))
    }
}
