//! Sequences, which SQLite has only for the keys of tables: its table `sqlite_sequence`.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select, SelectItem,
    SetExpr,
};
use trunkline_core::{PgError, Result, SqlState};

use super::query::announced;
use super::typed::{Form, Typed};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::Relation;
use crate::sqlite::storage;
use crate::sqlite::types::Type;

/// The call of `setval` that a query consists of.
pub(super) fn sequence_set<'q>(query: &Query, select: &'q Select) -> Option<Vec<&'q Expr>> {
    let [SelectItem::UnnamedExpr(Expr::Function(function))] = select.projection.as_slice() else {
        return None;
    };
    let name = super::name::parts(&function.name).ok()?.pop()?;
    let plain = query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none();
    if name != "setval" || !plain {
        return None;
    }
    arguments(function).filter(|arguments| matches!(arguments.len(), 2 | 3))
}

fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let plain = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map(plain).collect()
}

impl Translator<'_> {
    /// `SELECT setval(sequence, value [, is_called]) [FROM …]`, of the sequence of a key.
    ///
    /// Keys that are there are never given again, whatever the number is set to.
    pub(super) fn set_sequence(
        &mut self,
        arguments: Vec<&Expr>,
        query: &Query,
        select: &Select,
    ) -> Result<Done> {
        let sequence = match arguments.first() {
            Some(Expr::Function(call)) => {
                let values = self::arguments(call).unwrap_or_default();
                let mut typed = Vec::new();
                for value in values {
                    typed.push(self.expression(value, &Default::default())?);
                }
                self.serial_sequence(&typed)?.1
            }
            Some(Expr::Cast { expr, .. }) => self.named_sequence(expr)?,
            Some(expr) => self.named_sequence(expr)?,
            None => None,
        };
        let mut asked = query.clone();
        let mut items = Vec::new();
        for expr in arguments.iter().skip(1) {
            items.push(SelectItem::UnnamedExpr((*expr).clone()));
        }
        *asked.body = SetExpr::Select(Box::new(Select { projection: items, ..select.clone() }));
        let mut queried = self.query(&asked, None, Some(&[Type::INT8, Type::BOOL]))?;
        let inner: Vec<String> =
            queried.outputs.iter().map(|output| super::name::quoted(&output.inner)).collect();
        let value = inner.first().cloned().unwrap_or_else(|| "NULL".to_owned());
        let called = inner.get(1).map_or("1", String::as_str);
        queried.outputs.truncate(1);
        for output in &mut queried.outputs {
            output.name = "setval".to_owned();
            output.ty = Type::INT8;
        }
        let columns = announced(&queried.outputs);
        let steps = match sequence {
            Some(table) => {
                let table = storage::quoted(&table);
                let from = format!("FROM ({}) WHERE {value} IS NOT NULL", queried.sql);
                vec![
                    format!(
                        "INSERT INTO sqlite_sequence (name, seq) SELECT {table}, 0 WHERE NOT EXISTS \
                         (SELECT 1 FROM sqlite_sequence WHERE name = {table})"
                    ),
                    format!(
                        "UPDATE sqlite_sequence SET seq = coalesce((SELECT {value} - \
                         CASE WHEN {called} THEN 0 ELSE 1 END {from}), seq) WHERE name = {table}"
                    ),
                    format!("SELECT {value} FROM ({})", queried.sql),
                ]
            }
            None => vec![format!("SELECT NULL FROM ({})", queried.sql)],
        };
        Ok(Done {
            writes: steps.len() > 1,
            steps,
            columns: Some(columns),
            tag: "SELECT".into(),
            counts: false,
        })
    }

    fn named_sequence(&mut self, expr: &Expr) -> Result<Option<String>> {
        let typed = self.expression(expr, &Default::default())?;
        Ok(Some(self.sequence_owner(&typed)?.name.clone()))
    }

    /// The name of the sequence of a serial column, `public.t_id_seq`, and its table.
    pub(super) fn serial_sequence(&self, values: &[Typed]) -> Result<(Typed, Option<String>)> {
        let forms: Vec<&Form> = values.iter().map(|value| &value.form).collect();
        let [Form::Literal(table), Form::Literal(column)] = forms.as_slice() else {
            return Err(unsupported("pg_get_serial_sequence of what is no constant"));
        };
        let name = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
        let relation = self.schema.relation(name).ok_or_else(|| {
            let message = format!("relation \"{name}\" does not exist");
            PgError::new(SqlState::UNDEFINED_TABLE, message)
        })?;
        let found = relation.column(column).filter(|(_, column)| column.serial());
        let Some((_, column)) = found else { return Ok((Typed::new("NULL", Type::TEXT), None)) };
        let sequence = format!("public.{}_{}_seq", relation.name, column.name);
        Ok((Typed::new(storage::quoted(&sequence), Type::TEXT), Some(relation.name.clone())))
    }

    /// The last number that a serial column's table has given.
    pub(super) fn current_number(&self, values: &[Typed]) -> Result<Typed> {
        let Some(sequence) = values.first() else { return Err(unsupported("currval")) };
        let table = storage::quoted(&self.sequence_owner(sequence)?.name);
        let sql = format!("(SELECT seq FROM sqlite_sequence WHERE name = {table})");
        Ok(Typed::new(sql, Type::INT8))
    }

    /// The table whose key a sequence counts: 42P01.
    fn sequence_owner(&self, sequence: &Typed) -> Result<&Relation> {
        let Form::Literal(sequence) = &sequence.form else {
            return Err(unsupported("the name of a sequence that is no constant"));
        };
        let name = sequence.rsplit('.').next().unwrap_or(sequence).trim_matches('"');
        let owner = self.schema.relations().iter().find(|relation| {
            let mut serial = relation.columns.iter().filter(|column| column.serial());
            serial.any(|column| format!("{}_{}_seq", relation.name, column.name) == name)
        });
        owner.ok_or_else(|| {
            let message = format!("relation \"{name}\" does not exist");
            PgError::new(SqlState::UNDEFINED_TABLE, message)
        })
    }
}
