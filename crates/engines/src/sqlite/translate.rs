//! Stands in for the translation: statements go through as they are.
use super::schema::Schema;
use std::borrow::Cow;
use trunkline_core::{Column, Oid, Result};

#[derive(Clone, Debug)]
pub(crate) struct Translated {
    pub(crate) steps: Vec<String>,
    pub(crate) parameters: Vec<Oid>,
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) tag: Cow<'static, str>,
    pub(crate) counts: bool,
    pub(crate) writes: bool,
}

pub(crate) fn translate(sql: &str, _: &Schema, hints: &[Oid]) -> Result<Translated> {
    let word = sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    let columns = matches!(word.as_str(), "SELECT" | "WITH")
        .then(|| vec![Column::new("id", Oid::INT8), Column::new("name", Oid::TEXT)]);
    Ok(Translated {
        steps: vec![sql.replace('$', "?")],
        parameters: (0..sql.matches('$').count())
            .map(|at| hints.get(at).copied().filter(|oid| oid.0 != 0).unwrap_or(Oid::TEXT))
            .collect(),
        writes: columns.is_none(),
        columns,
        tag: match word.as_str() {
            "INSERT" => "INSERT 0".into(),
            "WITH" => "SELECT".into(),
            _ => word.into(),
        },
        counts: true,
    })
}
