//! `JSON_OBJECT(key VALUE value, …)` and `JSON_ARRAY(…)`, which SQL has words of its own for.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-json.html#FUNCTIONS-JSON-CREATION-TABLE>.

use sqlparser::ast::{
    DataType, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, JsonNullClause,
};
use trunkline_core::{Oid, Result};

use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

/// Whether a call is one of both: `json_object` of one text or two is a function.
pub(super) fn constructs(name: &str, list: &FunctionArgumentList) -> bool {
    let is_member = |arg: &FunctionArg| matches!(arg, FunctionArg::ExprNamed { .. });
    name == "json_array" || name == "json_object" && list.args.iter().all(is_member)
}

impl Translator<'_> {
    /// The object or the array of the arguments: 0A000 for another type than `json` or `jsonb`.
    pub(super) fn constructed(
        &mut self,
        name: &str,
        list: &FunctionArgumentList,
        function: &Function,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let is_object = name == "json_object";
        // What stands for nothing is in an object, and not in an array.
        let (mut has_nulls, mut ty) = (is_object, Type::of(Oid::JSON));
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::JsonNullClause(JsonNullClause::NullOnNull) => {
                    has_nulls = true;
                }
                FunctionArgumentClause::JsonNullClause(JsonNullClause::AbsentOnNull) => {
                    has_nulls = false;
                }
                FunctionArgumentClause::JsonReturningClause(clause) => {
                    ty = match clause.data_type {
                        DataType::JSON => Type::of(Oid::JSON),
                        DataType::JSONB => Type::of(Oid::JSONB),
                        _ => {
                            let error = unsupported("RETURNING of another type than JSON");
                            return Err(self.at(error, &function.name));
                        }
                    };
                }
                _ => return Err(self.at(unsupported("this form of a call"), &function.name)),
            }
        }
        let mut parts = Vec::new();
        for arg in &list.args {
            match arg {
                FunctionArg::ExprNamed {
                    name,
                    arg: FunctionArgExpr::Expr(value),
                    operator: FunctionArgOperator::Value | FunctionArgOperator::Colon,
                } if is_object => {
                    let key = self.expression(name, scope)?;
                    parts.push(self.name_of_member(key)?);
                    let value = self.expression(value, scope)?;
                    parts.push(self.json_words(value)?);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) if !is_object => {
                    let value = self.expression(value, scope)?;
                    parts.push(self.json_words(value)?);
                }
                _ => return Err(self.at(unsupported("this form of a call"), &function.name)),
            }
        }
        let absent = if has_nulls { "" } else { "_absent" };
        let sql = format!("pg_{name}{absent}({})", parts.join(", "));
        let sql = if ty.oid == Oid::JSONB { format!("pg_jsonb({sql})") } else { sql };
        Ok(Typed { not_null: true, ..Typed::new(sql, ty) })
    }
}
