//! INSERT.

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Expr, Insert, ObjectName, OnConflict,
    OnConflictAction, OnInsert, Query, SetExpr, TableObject,
};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::super::functions::conflict::{AFFECT_ONCE, HAS_UPDATED};
use super::from::{system_column, table_source, written};
use super::name::{folded, no_column_of, parts, quoted, shown};
use super::query::Queried;
use super::scope::{Scope, Source, SourceColumn};
use super::typed::{Form, Typed};
use super::unparsed::Overriding;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Column, Numbering, Relation};
use crate::sqlite::types::Type;

/// What is inserted into: a table, and which of its columns.
struct Target<'r> {
    relation: &'r Relation,
    columns: Vec<usize>,
    /// The names of the columns, if they were written: of all columns, fewer values may be given.
    names: &'r [ObjectName],
}

impl<'r> Target<'r> {
    /// The columns that are given values, counted.
    fn columns(&self) -> impl Iterator<Item = (usize, &'r Column)> {
        let column = |place: &usize| self.relation.columns.get(*place);
        self.columns.iter().filter_map(column).enumerate()
    }
}

impl Translator<'_> {
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<Done> {
        let TableObject::TableName(name) = &insert.table else {
            return Err(unsupported("such a target of INSERT"));
        };
        let relation = self.target(name, "insert into")?;
        let alias = match &insert.table_alias {
            Some(alias) => folded(&alias.alias),
            None => relation.name.clone(),
        };
        let source = table_source(&relation, &alias);
        self.is_temporary = relation.temporary;
        self.sequences.extend(relation.sequences());
        let columns = self.insert_columns(&insert.columns, &relation)?;
        let head = format!("INSERT INTO {} AS {}", written(&relation), quoted(&alias));
        let mut sql = match &insert.source {
            None => default_row(&head, &relation),
            Some(query) => {
                let target = Target { relation: &relation, columns, names: &insert.columns };
                self.insert_rows(&head, query, &target)?
            }
        };
        if let Some(on) = &insert.on {
            match on {
                OnInsert::OnConflict(conflict) => {
                    let is_single = insert.source.as_deref().is_none_or(is_single);
                    sql.push_str(&self.on_conflict(conflict, &relation, &source, is_single)?);
                }
                _ => return Err(unsupported("ON DUPLICATE KEY")),
            }
        }
        let mut source = source;
        source.system.extend(self.locked_by(insert, &relation));
        let (returning, shape) =
            self.returning(insert.returning.as_deref(), &source, &Scope::of(source.clone()))?;
        sql.push_str(&returning);
        Ok(Done {
            steps: vec![sql],
            columns: shape,
            tag: "INSERT 0".into(),
            counts: true,
            writes: true,
        })
    }

    /// `xmax` of a row that is returned: who has locked it, which is nobody if it was inserted, and this
    /// transaction if ON CONFLICT has updated it. SQLite does not tell which of both of a table without
    /// numbers of rows.
    fn locked_by(&mut self, insert: &Insert, relation: &Relation) -> Option<SourceColumn> {
        let may_update = matches!(
            &insert.on,
            Some(OnInsert::OnConflict(OnConflict { action: OnConflictAction::DoUpdate(_), .. }))
        );
        let sql = match (may_update, relation.rowid()) {
            (false, _) => "0".to_owned(),
            (true, Some(_)) if insert.returning.is_some() => {
                self.once = Some(relation.name.clone());
                format!("{HAS_UPDATED}()")
            }
            (true, _) => return None,
        };
        Some(system_column("xmax", sql, Type::of(Oid::XID)))
    }

    /// The columns that are given values: those that are named, else all.
    fn insert_columns(&self, names: &[ObjectName], relation: &Relation) -> Result<Vec<usize>> {
        if names.is_empty() {
            return Ok((0..relation.columns.len()).collect());
        }
        let mut places = Vec::new();
        for name in names {
            let column = parts(name)?.pop().unwrap_or_default();
            let (place, _) = self.target_column(&column, name, relation)?;
            if places.contains(&place) {
                let message = format!("column \"{column}\" specified more than once");
                return Err(self.at(PgError::new(SqlState::DUPLICATE_COLUMN, message), name));
            }
            places.push(place);
        }
        Ok(places)
    }

    pub(super) fn target_column<'r>(
        &self,
        column: &str,
        name: &ObjectName,
        relation: &'r Relation,
    ) -> Result<(usize, &'r Column)> {
        relation.column(column).ok_or_else(|| self.at(no_column_of(relation, column), name))
    }

    fn insert_rows(&mut self, head: &str, query: &Query, target: &Target<'_>) -> Result<String> {
        let values = match query.body.as_ref() {
            SetExpr::Values(values)
                if query.with.is_none()
                    && query.order_by.is_none()
                    && query.limit_clause.is_none() =>
            {
                values
            }
            _ => return self.insert_query(head, query, target),
        };
        let rows: Vec<&[Expr]> = values.rows.iter().map(|row| row.content.as_slice()).collect();
        self.insert_values(head, &rows, target)
    }

    fn insert_query(&mut self, head: &str, query: &Query, target: &Target<'_>) -> Result<String> {
        let wanted: Vec<Type> = target.columns().map(|(_, column)| column.ty).collect();
        let queried = self.query(query, None, Some(&wanted))?;
        let items = match query.body.as_ref() {
            SetExpr::Select(select) => select.projection.as_slice(),
            _ => &[],
        };
        let extra = items.get(wanted.len()).map_or(0, |item| self.place(item));
        self.check_width(queried.outputs.len(), target, extra)?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        let overriding = self.overriding(target.relation);
        for (output, (_, column)) in queried.outputs.iter().zip(target.columns()) {
            if !takes(column, overriding)? {
                continue;
            }
            let typed = Typed {
                form: if output.origin.is_some() { Form::Column } else { Form::Computed },
                origin: output.origin,
                ..Typed::new(quoted(&output.inner), output.ty)
            };
            let value = self.assign(typed, &column.name, column.ty)?.sql;
            values.push(target.relation.given(column, value));
            names.push(quoted(&column.name));
        }
        for (name, value) in supplied(target.relation, &names) {
            names.push(name);
            values.push(value);
        }
        // The condition keeps ON CONFLICT from being read as the ON of a join.
        Ok(format!(
            "{head} ({}) SELECT {} FROM ({}) WHERE 1",
            names.join(", "),
            values.join(", "),
            queried.sql
        ))
    }

    /// What the statement says of numbers that it gives for identity columns.
    fn overriding(&self, relation: &Relation) -> Option<Overriding> {
        let has_identity =
            |column: &Column| column.numbers().is_some_and(|numbers| numbers.kind.is_identity());
        self.overriding.filter(|_| relation.columns.iter().any(has_identity))
    }

    /// 42601 for more values than columns, of which `extra` is the place of the first, and for fewer
    /// than columns that are named.
    fn check_width(&self, values: usize, target: &Target<'_>, extra: usize) -> Result<()> {
        let (message, place) = match target.names.get(values) {
            _ if values > target.columns.len() => {
                ("INSERT has more expressions than target columns", extra)
            }
            Some(name) => ("INSERT has more target columns than expressions", self.place(name)),
            None => return Ok(()),
        };
        let error = PgError::new(SqlState::SYNTAX_ERROR, message);
        Err(error.position(place))
    }

    /// `VALUES`: a column of which every row says DEFAULT is left out, which SQLite reads so.
    fn insert_values(
        &mut self,
        head: &str,
        rows: &[&[Expr]],
        target: &Target<'_>,
    ) -> Result<String> {
        let width = rows.first().map_or(0, |row| row.len());
        if let Some(other) = rows.iter().find(|row| row.len() != width) {
            let message = "VALUES lists must all be the same length";
            let error = PgError::new(SqlState::SYNTAX_ERROR, message);
            return Err(match other.first() {
                Some(first) => self.at(error, first),
                None => error,
            });
        }
        let extra = rows.first().and_then(|row| row.get(target.columns.len()));
        let extra = extra.map_or(0, |extra| self.place(extra));
        self.check_width(width, target, extra)?;
        let scope = Scope::default();
        let (mut names, mut kept) = (Vec::new(), Vec::new());
        let overriding = self.overriding(target.relation);
        for (index, column) in target.columns().take(width) {
            let given = rows.iter().any(|row| row.get(index).is_some_and(|v| !is_default(v)));
            if given && takes(column, overriding)? {
                names.push(quoted(&column.name));
                kept.push((index, column));
            }
        }
        if kept.is_empty() {
            return match rows {
                [_] => Ok(default_row(head, target.relation)),
                _ => Err(unsupported("VALUES of several rows of nothing but DEFAULT")),
            };
        }
        let supplied = supplied(target.relation, &names);
        let mut tuples = Vec::new();
        for row in rows {
            let mut values = Vec::new();
            for (index, column) in &kept {
                let Some(value) = row.get(*index) else { continue };
                values.push(if is_default(value) {
                    default_of(column, target.relation)
                } else {
                    let typed = self.expression(value, &scope)?;
                    target.relation.given(column, self.assign(typed, &column.name, column.ty)?.sql)
                });
            }
            values.extend(supplied.iter().map(|(_, value)| value.clone()));
            tuples.push(values.join(", "));
        }
        names.extend(supplied.into_iter().map(|(name, _)| name));
        Ok(match tuples.as_slice() {
            [tuple] => format!("{head} ({}) {}", names.join(", "), target.relation.row(tuple)),
            tuples => format!("{head} ({}) VALUES ({})", names.join(", "), tuples.join("), (")),
        })
    }

    fn on_conflict(
        &mut self,
        conflict: &OnConflict,
        relation: &Relation,
        source: &Source,
        is_single: bool,
    ) -> Result<String> {
        let target = match &conflict.conflict_target {
            None => String::new(),
            Some(ConflictTarget::Columns(columns)) => {
                let (mut names, mut places) = (Vec::new(), Vec::new());
                for column in columns {
                    let name = ObjectName::from(vec![column.clone()]);
                    let (place, column) = self.target_column(&folded(column), &name, relation)?;
                    names.push(quoted(&column.name));
                    places.push(place);
                }
                if !relation.is_unique(&places) {
                    return Err(PgError::new(
                        SqlState::INVALID_COLUMN_REFERENCE,
                        "there is no unique or exclusion constraint matching the ON CONFLICT \
                         specification",
                    ));
                }
                format!(" ({})", names.join(", "))
            }
            Some(ConflictTarget::OnConstraint(name)) => {
                let wanted = shown(name);
                let columns = relation.constraint_columns(&wanted).ok_or_else(|| {
                    let message = format!(
                        "constraint \"{wanted}\" for table \"{}\" does not exist",
                        relation.name
                    );
                    PgError::new(SqlState::UNDEFINED_OBJECT, message)
                })?;
                let columns = columns.iter().filter_map(|place| relation.columns.get(*place));
                let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
                format!(" ({})", names.join(", "))
            }
        };
        match &conflict.action {
            OnConflictAction::DoNothing => Ok(format!(" ON CONFLICT{target} DO NOTHING")),
            OnConflictAction::DoUpdate(update) => {
                if target.is_empty() {
                    let message =
                        "ON CONFLICT DO UPDATE requires inference specification or constraint name";
                    return Err(PgError::new(SqlState::SYNTAX_ERROR, message)
                        .hint("For example, ON CONFLICT (column_name)."));
                }
                let excluded = table_source(relation, "excluded");
                let sources = vec![source.clone(), excluded];
                let scope = Scope { sources, ..Scope::default() };
                let set = self.assignments(&update.assignments, relation, &scope)?;
                let mut conditions = Vec::new();
                if let Some(rowid) = relation.rowid().filter(|_| !is_single) {
                    self.once = Some(relation.name.clone());
                    conditions.push(format!("{}({}.{rowid})", AFFECT_ONCE, quoted(&source.alias)));
                }
                if let Some(condition) = &update.selection {
                    conditions.push(format!("({})", self.condition(condition, &scope, "WHERE")?));
                }
                let condition = match conditions.as_slice() {
                    [] => String::new(),
                    all => format!(" WHERE {}", all.join(" AND ")),
                };
                Ok(format!(" ON CONFLICT{target} DO UPDATE SET {set}{condition}"))
            }
        }
    }

    /// 42601 for a column that is assigned to twice.
    fn check_once(&self, assignments: &[Assignment]) -> Result<()> {
        let mut seen = Vec::new();
        let targets = assignments.iter().flat_map(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
            AssignmentTarget::Tuple(names) => names.as_slice(),
        });
        for name in targets {
            let column = parts(name)?.pop().unwrap_or_default();
            if seen.contains(&column) {
                let message = format!("multiple assignments to same column \"{column}\"");
                return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
            }
            seen.push(column);
        }
        Ok(())
    }

    /// `SET a = …, b = …`
    pub(super) fn assignments(
        &mut self,
        assignments: &[Assignment],
        relation: &Relation,
        scope: &Scope<'_>,
    ) -> Result<String> {
        self.check_once(assignments)?;
        let mut parts = Vec::new();
        for assignment in assignments {
            match (&assignment.target, &assignment.value) {
                (AssignmentTarget::ColumnName(name), value) => {
                    parts.extend(self.assignment(name, value, relation, scope)?);
                }
                (AssignmentTarget::Tuple(names), Expr::Tuple(values))
                    if names.len() == values.len() =>
                {
                    for (name, value) in names.iter().zip(values) {
                        parts.extend(self.assignment(name, value, relation, scope)?);
                    }
                }
                (AssignmentTarget::Tuple(names), Expr::Subquery(query)) => {
                    let (mut columns, mut types) = (Vec::new(), Vec::new());
                    for name in names {
                        let column = super::name::parts(name)?.pop().unwrap_or_default();
                        let (_, column) = self.target_column(&column, name, relation)?;
                        if column.generated || column.is_always() {
                            let name = &column.name;
                            let message =
                                format!("column \"{name}\" can only be updated to DEFAULT");
                            return Err(made_by_itself(column, message));
                        }
                        columns.push(quoted(&column.name));
                        types.push(column.ty);
                    }
                    let queried = self.query(query, Some(scope), Some(&types))?;
                    parts.push(format!("({}) = ({})", columns.join(", "), one_row(&queried)));
                }
                _ => return Err(unsupported("such an assignment")),
            }
        }
        Ok(parts.join(", "))
    }

    fn assignment(
        &mut self,
        name: &ObjectName,
        value: &Expr,
        relation: &Relation,
        scope: &Scope<'_>,
    ) -> Result<Option<String>> {
        let column = parts(name)?.pop().unwrap_or_default();
        let (_, column) = self.target_column(&column, name, relation)?;
        if !is_default(value) && (column.generated || column.is_always()) {
            let message = format!("column \"{}\" can only be updated to DEFAULT", column.name);
            return Err(made_by_itself(column, message));
        }
        if column.generated {
            // SQLite works it out, and lets nobody say so.
            return Ok(None);
        }
        let value = if is_default(value) {
            self.sequences.extend(column.sequence.clone());
            default_of(column, relation)
        } else {
            let typed = self.expression(value, scope)?;
            relation.given(column, self.assign(typed, &column.name, column.ty)?.sql)
        };
        Ok(Some(format!("{} = {value}", quoted(&column.name))))
    }
}

/// Whether a value that is given for a column is stored: 428C9 where the column makes its own.
fn takes(column: &Column, overriding: Option<Overriding>) -> Result<bool> {
    let identity = column.numbers().map(|numbers| numbers.kind);
    match (identity, overriding) {
        (Some(kind), Some(Overriding::User)) if kind.is_identity() => return Ok(false),
        (Some(Numbering::Always), Some(Overriding::System)) => return Ok(true),
        (Some(Numbering::Always), None) => {}
        _ if column.generated => {}
        _ => return Ok(true),
    }
    let message = format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name);
    let error = made_by_itself(column, message);
    Err(match column.generated {
        true => error,
        false => error.hint("Use OVERRIDING SYSTEM VALUE to override."),
    })
}

/// 428C9
fn made_by_itself(column: &Column, message: String) -> PgError {
    let what = match column.generated {
        true => "a generated column",
        false => "an identity column defined as GENERATED ALWAYS",
    };
    let detail = format!("Column \"{}\" is {what}.", column.name);
    PgError::new(SqlState::GENERATED_ALWAYS, message).detail(detail)
}

/// The word DEFAULT, which the parser takes for a name.
pub(super) fn is_default(value: &Expr) -> bool {
    matches!(value, Expr::Identifier(ident)
        if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}

fn default_of(column: &Column, relation: &Relation) -> String {
    let own = || column.default.as_deref().map(|default| format!("({default})"));
    relation.supplied(column).or_else(own).unwrap_or_else(|| "NULL".to_owned())
}

/// The columns besides those that are named which are given a value all the same, and that value.
fn supplied(relation: &Relation, named: &[String]) -> Vec<(String, String)> {
    let others = relation.columns.iter().map(|column| (quoted(&column.name), column));
    let others = others.filter(|(name, _)| !named.contains(name));
    others.filter_map(|(name, column)| Some((name, relation.supplied(column)?))).collect()
}

/// A row of which nothing is given.
fn default_row(head: &str, relation: &Relation) -> String {
    let (names, values): (Vec<_>, Vec<_>) = supplied(relation, &[]).into_iter().unzip();
    match names.is_empty() {
        true => format!("{head} DEFAULT VALUES"),
        false => format!("{head} ({}) {}", names.join(", "), relation.row(&values.join(", "))),
    }
}

/// A query that gives the values of one row: 21000 where it gives several, of which SQLite takes the first.
fn one_row(queried: &Queried) -> String {
    let names: Vec<String> = queried.outputs.iter().map(|one| quoted(&one.inner)).collect();
    let ([first, others @ ..], false) = (names.as_slice(), queried.is_single) else {
        return queried.sql.clone();
    };
    let message = "more than one row returned by a subquery used as an expression";
    let mut items = vec![format!(
        "CASE WHEN count(*) OVER () > 1 THEN pg_raise('21000', '{message}') ELSE {first} END"
    )];
    items.extend_from_slice(others);
    format!("SELECT {} FROM (SELECT * FROM ({}) LIMIT 2)", items.join(", "), queried.sql)
}

/// Whether a query is one row of values.
fn is_single(query: &Query) -> bool {
    matches!(query.body.as_ref(), SetExpr::Values(values) if values.rows.len() == 1)
}
