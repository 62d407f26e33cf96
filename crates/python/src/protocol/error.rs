//! ErrorResponse and NoticeResponse: lists of coded fields.

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};
use trunkline_proto::{
    Misuse,
    message::{self as proto, Encode, ErrorFields, FieldCode},
    state::Kind,
};

use super::{
    field::{Text, text, written},
    message::{Message, Side, Step, Wire, made, new},
};

/// The names of the fields that may be given by keyword, and their codes.
const NAMES: [(&str, FieldCode); 14] = [
    ("detail", FieldCode::DETAIL),
    ("hint", FieldCode::HINT),
    ("position", FieldCode::POSITION),
    ("internal_position", FieldCode::INTERNAL_POSITION),
    ("internal_query", FieldCode::INTERNAL_QUERY),
    ("where", FieldCode::WHERE),
    ("schema", FieldCode::SCHEMA),
    ("table", FieldCode::TABLE),
    ("column", FieldCode::COLUMN),
    ("data_type", FieldCode::DATA_TYPE),
    ("constraint", FieldCode::CONSTRAINT),
    ("file", FieldCode::FILE),
    ("line", FieldCode::LINE),
    ("routine", FieldCode::ROUTINE),
];

/// The fields of an error that is made here.
fn fields(
    py: Python<'_>,
    [message, sqlstate, severity]: [Text; 3],
    more: Option<&Bound<'_, PyDict>>,
) -> PyResult<ErrorFields> {
    let mut fields = ErrorFields::default();
    fields.push(FieldCode::SEVERITY, written(&severity.0, py));
    fields.push(FieldCode::SEVERITY_NONLOCALIZED, written(&severity.0, py));
    fields.push(FieldCode::SQLSTATE, written(&sqlstate.0, py));
    fields.push(FieldCode::MESSAGE, written(&message.0, py));
    for (name, value) in more.into_iter().flatten() {
        let name = name.extract::<String>()?;
        let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) else {
            return Err(PyTypeError::new_err(format!("an error has no field '{name}'")));
        };
        if !value.is_none() {
            let value = value.str()?.extract::<Text>()?;
            fields.push(*code, written(&value.0, py));
        }
    }
    Ok(fields)
}

/// The fields of a list of pairs.
fn from_pairs(py: Python<'_>, pairs: &Bound<'_, PyAny>) -> PyResult<ErrorFields> {
    let mut fields = ErrorFields::default();
    for pair in pairs.try_iter()? {
        let (code, value) = pair?.extract::<(Text, Text)>()?;
        match written(&code.0, py).as_ref() {
            [byte] => fields.push(FieldCode(*byte), written(&value.0, py)),
            _ => return Err(PyValueError::new_err("the code of a field is one ASCII letter")),
        }
    }
    Ok(fields)
}

/// All fields as pairs of strings, in order.
fn pairs(py: Python<'_>, fields: &ErrorFields) -> PyResult<Py<PyTuple>> {
    let mut pairs = Vec::new();
    for (code, value) in fields.iter() {
        pairs.push((text(py, &[code.0])?, text(py, value)?));
    }
    Ok(PyTuple::new(py, pairs)?.unbind())
}

fn get(py: Python<'_>, fields: &ErrorFields, code: FieldCode) -> PyResult<Option<Py<PyString>>> {
    fields.get(code).map(|value| text(py, value)).transpose()
}

/// The severity, in English where the backend says so.
fn severity(fields: &ErrorFields) -> &[u8] {
    let severity = fields.get(FieldCode::SEVERITY_NONLOCALIZED);
    severity.or_else(|| fields.get(FieldCode::SEVERITY)).unwrap_or_default()
}

/// What an error is to the rules: whether it ends the connection.
pub(super) fn kind(fields: &ErrorFields) -> Kind {
    match severity(fields) {
        b"FATAL" | b"PANIC" => Kind::Fatal,
        _ => Kind::Error,
    }
}

macro_rules! fields_message {
    ($(#[$doc:meta])* $name:ident, $severity:literal, $sqlstate:literal, |$fields:ident| $kind:expr) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
        pub(super) struct $name {
            pub(super) fields: ErrorFields,
        }

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str) {
                ("message", "sqlstate", "severity", "fields")
            }

            #[new]
            #[pyo3(signature = (message, sqlstate = None, severity = None, **more))]
            fn new(
                py: Python<'_>,
                message: Text,
                sqlstate: Option<Text>,
                severity: Option<Text>,
                more: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<PyClassInitializer<$name>> {
                let or = |text: Option<Text>, default| {
                    text.unwrap_or_else(|| Text(PyString::new(py, default).unbind()))
                };
                let given = [message, or(sqlstate, $sqlstate), or(severity, $severity)];
                Ok(new($name { fields: fields(py, given, more)? }))
            }

            /// The message of these fields: pairs of a code and a text, in this order.
            #[staticmethod]
            fn from_fields(py: Python<'_>, fields: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
                made(py, $name { fields: from_pairs(py, fields)? })
            }

            /// All fields: pairs of a code and a text, in order; codes may be unknown or repeated.
            #[getter]
            fn fields(&self, py: Python<'_>) -> PyResult<Py<PyTuple>> {
                pairs(py, &self.fields)
            }

            /// The severity in English: the field V, or S where there is no V.
            #[getter]
            fn severity(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
                text(py, severity(&self.fields))
            }

            /// The SQLSTATE: the field C.
            #[getter]
            fn sqlstate(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
                get(py, &self.fields, FieldCode::SQLSTATE)
            }

            /// The primary message: the field M.
            #[getter]
            fn message(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
                get(py, &self.fields, FieldCode::MESSAGE)
            }

            /// The text of the first field of a code, `"D"` for the detail; None if there is none.
            fn get(&self, py: Python<'_>, code: &str) -> PyResult<Option<Py<PyString>>> {
                match code.as_bytes() {
                    [byte] => get(py, &self.fields, FieldCode(*byte)),
                    _ => Err(PyValueError::new_err("the code of a field is one ASCII letter")),
                }
            }

            fn __repr__(slf: &Bound<'_, $name>) -> PyResult<String> {
                let fields = slf.get().fields(slf.py())?;
                Ok(format!("{}.from_fields({})", stringify!($name), fields.bind(slf.py()).repr()?))
            }

            fn __reduce__<'py>(
                slf: &Bound<'py, $name>,
            ) -> PyResult<(Bound<'py, PyAny>, (Py<PyTuple>,))> {
                let make = slf.get_type().getattr("from_fields")?;
                Ok((make, (slf.get().fields(slf.py())?,)))
            }
        }

        impl Wire for $name {
            const SIDE: Side = Side::Backend;

            fn step(&self, _py: Python<'_>) -> Step {
                let $fields = &self.fields;
                Step::Loop($kind)
            }

            fn encode(&self, _py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
                proto::$name { fields: self.fields.clone() }.encode(out)
            }
        }
    };
}

fields_message! {
    /// ErrorResponse: the message in hand failed; or the connection, if the severity is FATAL or PANIC.
    ///
    /// `ErrorResponse("no such table", "42P01", hint="…")`: further fields are given by the names
    /// detail, hint, position, internal_position, internal_query, where, schema, table, column,
    /// data_type, constraint, file, line and routine.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-error-fields.html>
    ErrorResponse, "ERROR", "XX000", |fields| kind(fields)
}
fields_message! {
    /// NoticeResponse: a warning or a word; may come at any time. Made as an ErrorResponse is.
    ///
    /// <https://www.postgresql.org/docs/18/protocol-error-fields.html>
    NoticeResponse, "NOTICE", "00000", |_fields| Kind::Asynchronous
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ErrorResponse>()?;
    module.add_class::<NoticeResponse>()
}
