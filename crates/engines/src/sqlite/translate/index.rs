//! CREATE INDEX.

use sqlparser::ast::{CreateIndex, Expr};
use trunkline_core::{PgError, Result, SqlState};

use super::from::table_source;
use super::name::{folded, quoted};
use super::scope::Scope;
use super::validation::Rows;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::marked;

impl Translator<'_> {
    pub(super) fn create_index(&mut self, create: &CreateIndex) -> Result<Done> {
        let relation = self.defined(&create.table_name)?;
        if relation.view {
            let message = format!("cannot create index on relation \"{}\"", relation.name);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
                .detail("This operation is not supported for views."));
        }
        self.redefines("CREATE INDEX", &relation);
        if create.nulls_distinct == Some(false) {
            return Err(unsupported("an index with NULLS NOT DISTINCT"));
        }
        let mut source = table_source(&relation, &relation.name);
        source.columns.iter_mut().for_each(|column| column.sql = quoted(&column.name));
        let scope = Scope::of(source);
        self.immutable = Some("functions in index expression must be marked IMMUTABLE");
        let (mut keys, mut names) = (Vec::new(), Vec::new());
        let (mut values, mut told) = (Vec::new(), Vec::new());
        for column in &create.columns {
            // The class of operators, such as varchar_pattern_ops, says how PostgreSQL compares.
            let key = &column.column;
            let mut expr = &key.expr;
            while let Expr::Nested(inner) = expr {
                expr = inner;
            }
            let typed = self.expression(expr, &scope);
            let descending = if key.options.asc == Some(false) { " DESC" } else { "" };
            let name = self.figured(expr).map_or_else(|| "expr".to_owned(), |(name, _)| name);
            names.push(free_among(&names, &name));
            let (sql, words, ty) = match expr {
                Expr::Identifier(_) => {
                    // A column by itself is looked for when there is no text any more.
                    let typed = typed.map_err(PgError::unplaced)?;
                    (typed.sql, expr.to_string(), typed.ty)
                }
                _ => {
                    let typed = typed?;
                    let words = expr.to_string();
                    (marked(&words, &typed.sql), in_key(expr, &words), typed.ty)
                }
            };
            keys.push(format!("{sql}{descending}"));
            values.push(sql);
            told.push((words, ty));
        }
        // SQLite finds rows without these: they only spare a look at the table.
        for included in &create.include {
            let (_, column) = relation.column(&folded(included)).ok_or_else(|| {
                let message = format!("column \"{}\" does not exist", folded(included));
                PgError::new(SqlState::UNDEFINED_COLUMN, message)
            })?;
            names.push(free_among(&names, &column.name));
        }
        self.immutable = Some("functions in index predicate must be marked IMMUTABLE");
        let condition = match &create.predicate {
            Some(condition) => {
                let sql = self.condition(condition, &scope, "WHERE")?;
                format!(" WHERE {}", marked(&condition.to_string(), &sql))
            }
            None => String::new(),
        };
        let name = match &create.name {
            Some(name) => self.table_name(name)?.plain,
            None => self.free_name(&format!("{}_{}_idx", relation.name, names.join("_"))),
        };
        if self.is_taken(&name, create.if_not_exists)? {
            return Ok(Done::definition("CREATE INDEX", Vec::new()));
        }
        if create.unique {
            self.demand_unique(&Rows::of(&relation), name.clone(), told, &values, &condition);
        }
        let database = if relation.temporary { "temp" } else { "main" };
        let unique = if create.unique { "UNIQUE " } else { "" };
        let sql = format!(
            "CREATE {unique}INDEX {database}.{} ON {} ({}){condition}",
            quoted(&name),
            quoted(&relation.name),
            keys.join(", ")
        );
        Ok(Done::definition("CREATE INDEX", vec![sql]))
    }

    /// A name that nothing has: PostgreSQL puts a number behind one that is taken.
    pub(super) fn free_name(&self, wanted: &str) -> String {
        let numbered = (1..).map(|number| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        names.find(|name| self.kind_of(name).is_none()).unwrap_or_else(|| wanted.to_owned())
    }
}

/// A name for a column of an index that none before it has.
fn free_among(names: &[String], wanted: &str) -> String {
    let numbered = (1..).map(|number| format!("{wanted}{number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
    all.find(|name| !names.contains(name)).unwrap_or_else(|| wanted.to_owned())
}

/// An expression as messages tell of it: only a call needs no parentheses.
fn in_key(expr: &Expr, words: &str) -> String {
    match expr {
        Expr::Function(_) | Expr::Extract { .. } => words.to_owned(),
        _ => format!("({words})"),
    }
}
