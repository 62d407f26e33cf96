//! Columns as Python code names them: `"id"`, or `("id", "int4")`.

use arrow_schema::Schema;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use trunkline::types::{array_of, oid_of};
use trunkline::{Column, Oid};
use trunkline_sql::TypeName;

/// A column of which at least the name is known.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// Its type and the type's modifier.
    pub(crate) ty: Option<(Oid, i32)>,
}

impl Named {
    /// The column, of a type that was found where none was said.
    pub(crate) fn column(&self, found: Oid) -> Column {
        let (oid, typmod) = self.ty.unwrap_or((found, -1));
        Column::new(self.name.as_str(), oid).typmod(typmod)
    }
}

/// The columns of a list of names, or of pairs of a name and a type; a name alone, too.
///
/// # Errors
///
/// TypeError for what is neither, ValueError for a type that is not known.
pub(crate) fn columns(list: &Bound<'_, PyAny>) -> PyResult<Vec<Named>> {
    if list.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("columns are a list of names, not a text"));
    }
    list.try_iter()?.map(|column| named(&column?)).collect()
}

/// The columns of Arrow's.
pub(crate) fn of_schema(schema: &Schema) -> Vec<Named> {
    let columns = trunkline_arrow::columns(schema);
    let named = columns.iter().map(|column| Named {
        name: column.name.to_string(),
        ty: Some((column.type_oid, column.typmod)),
    });
    named.collect()
}

fn named(column: &Bound<'_, PyAny>) -> PyResult<Named> {
    if let Ok(name) = column.cast::<PyString>() {
        return Ok(Named { name: name.to_str()?.to_owned(), ty: None });
    }
    let wrong = || {
        let given = column.get_type();
        PyTypeError::new_err(format!("a column is a name, or a name and a type, not {given}"))
    };
    let pair = column.cast::<PyTuple>().map_err(|_| wrong())?;
    // What DB-API cursors say of a column begins with its name, too.
    let name = pair.get_item(0).map_err(|_| wrong())?.extract::<String>().map_err(|_| wrong())?;
    let ty = match pair.get_item(1).ok().and_then(|ty| ty.extract::<String>().ok()) {
        Some(ty) if pair.len() == 2 => Some(type_of(&ty)?),
        _ => None,
    };
    Ok(Named { name, ty })
}

/// The type that a name stands for, and its modifier: `int`, `numeric(10,2)`, `text[]`.
///
/// # Errors
///
/// ValueError for one that is not built in.
pub(crate) fn type_of(text: &str) -> PyResult<(Oid, i32)> {
    let unknown = || PyValueError::new_err(format!("type \"{text}\" does not exist"));
    let parsed = TypeName::parse(text).map_err(|_| unknown())?;
    let oid = oid_of(&parsed.name).ok_or_else(unknown)?;
    let numbers: Option<Vec<i32>> =
        parsed.modifiers.iter().map(|span| span.text(text).trim().parse().ok()).collect();
    let typmod = match (oid, numbers.as_deref().ok_or_else(unknown)?) {
        (_, []) => -1,
        (Oid::NUMERIC, [precision @ 1..=1000]) => (precision << 16) + 4,
        (Oid::NUMERIC, [precision @ 1..=1000, scale @ -1000..=1000]) => {
            ((precision << 16) | (scale & 0x7ff)) + 4
        }
        (Oid::VARCHAR | Oid::BPCHAR, [length @ 1..=10_485_760]) => length + 4,
        (Oid::BIT | Oid::VARBIT, [length @ 1..=83_886_080]) => *length,
        (Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ, [digits @ 0..=6]) => *digits,
        _ => return Err(unknown()),
    };
    match parsed.dimensions {
        0 => Ok((oid, typmod)),
        _ => Ok((array_of(oid).ok_or_else(unknown)?, typmod)),
    }
}
