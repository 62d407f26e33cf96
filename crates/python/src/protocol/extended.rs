//! The extended query protocol: statements and portals.

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyString, PyTuple},
};
use trunkline_proto::{
    Misuse, Oid,
    message::{self as proto, Encode, FrontendTag, Target},
    state::Kind,
    wire::{Count, frame, put_string},
};

use super::{
    field::{Number, Numbers, Text, Values, counted, put_codes, put_values, written},
    message::{Message, Side, Step, Wire, new},
    record,
};

/// Parse: prepare a statement. The empty name is the unnamed statement, the type 0 is left to the
/// backend.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PARSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Parse {
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
    #[pyo3(get)]
    pub(super) sql: Py<PyString>,
    #[pyo3(get)]
    pub(super) parameter_types: Py<PyTuple>,
}

#[pymethods]
impl Parse {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("name", "sql", "parameter_types")
    }

    #[new]
    #[pyo3(signature = (name = None, sql = None, parameter_types = None))]
    fn new(
        py: Python<'_>,
        name: Option<Text>,
        sql: Option<Text>,
        parameter_types: Option<Numbers<u32>>,
    ) -> PyResult<PyClassInitializer<Parse>> {
        let (name, sql) = (Text::or_empty(py, name), Text::or_empty(py, sql));
        let parameter_types = Numbers::or_none(py, parameter_types);
        counted(&parameter_types, py, Count::Unsigned)?;
        Ok(new(Parse { name, sql, parameter_types }))
    }
}

impl Wire for Parse {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Parse)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let (name, sql) = (written(&self.name, py), written(&self.sql, py));
        let parameter_types = Numbers::<u32>::of(&self.parameter_types, py).map(Oid);
        proto::NewParse { name, sql, parameter_types }.encode(out)
    }
}

/// Bind: parameters for a statement make a portal. Format codes are none (all text), one for all, or
/// one each.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Bind {
    #[pyo3(get)]
    pub(super) portal: Py<PyString>,
    #[pyo3(get)]
    pub(super) statement: Py<PyString>,
    #[pyo3(get)]
    pub(super) parameters: Py<PyTuple>,
    #[pyo3(get)]
    pub(super) parameter_formats: Py<PyTuple>,
    #[pyo3(get)]
    pub(super) result_formats: Py<PyTuple>,
}

#[pymethods]
impl Bind {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        let names = ["portal", "statement", "parameters", "parameter_formats", "result_formats"];
        record::match_args(py, names)
    }

    #[new]
    #[pyo3(signature = (portal = None, statement = None, parameters = None, parameter_formats = None, result_formats = None))]
    fn new(
        py: Python<'_>,
        portal: Option<Text>,
        statement: Option<Text>,
        parameters: Option<Values>,
        parameter_formats: Option<Numbers<i16>>,
        result_formats: Option<Numbers<i16>>,
    ) -> PyResult<PyClassInitializer<Bind>> {
        let (portal, statement) = (Text::or_empty(py, portal), Text::or_empty(py, statement));
        let parameters = Values::or_none(py, parameters);
        let parameter_formats = Numbers::or_none(py, parameter_formats);
        let result_formats = Numbers::or_none(py, result_formats);
        for list in [&parameters, &parameter_formats, &result_formats] {
            counted(list, py, Count::Unsigned)?;
        }
        Ok(new(Bind { portal, statement, parameters, parameter_formats, result_formats }))
    }
}

impl Wire for Bind {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Bind)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        // Not by `NewBind`: a proxy passes on names of any encoding, and format codes that mean nothing.
        frame(out, FrontendTag::BIND.0, |out| {
            put_string(out, &written(&self.portal, py))?;
            put_string(out, &written(&self.statement, py))?;
            put_codes(out, &self.parameter_formats, py)?;
            put_values(out, &self.parameters, py)?;
            put_codes(out, &self.result_formats, py)
        })
    }
}

/// What a Describe or Close names: `S` or `P`.
fn target(target: &str) -> PyResult<Target> {
    match target {
        "S" => Ok(Target::Statement),
        "P" => Ok(Target::Portal),
        _ => Err(PyValueError::new_err("a target is 'S' (a statement) or 'P' (a portal)")),
    }
}

fn letter(py: Python<'_>, target: Target) -> &Bound<'_, PyString> {
    match target {
        Target::Statement => intern!(py, "S"),
        Target::Portal => intern!(py, "P"),
    }
}

/// Describe: tell the parameters and columns of a statement (`S`), or the columns of a portal (`P`).
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-DESCRIBE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Describe {
    pub(super) target: Target,
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
}

#[pymethods]
impl Describe {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("target", "name")
    }

    #[new]
    #[pyo3(signature = (target, name = None))]
    fn new(
        py: Python<'_>,
        target: &str,
        name: Option<Text>,
    ) -> PyResult<PyClassInitializer<Describe>> {
        let (target, name) = (self::target(target)?, Text::or_empty(py, name));
        Ok(new(Describe { target, name }))
    }

    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        letter(py, self.target)
    }
}

impl Wire for Describe {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(match self.target {
            Target::Statement => Kind::DescribeStatement,
            Target::Portal => Kind::DescribePortal,
        })
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::Describe { target: self.target, name: written(&self.name, py) }.encode(out)
    }
}

/// Close: forget a statement (`S`) or portal (`P`); closing what is not there is no error.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CLOSE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Close {
    pub(super) target: Target,
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
}

#[pymethods]
impl Close {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("target", "name")
    }

    #[new]
    #[pyo3(signature = (target, name = None))]
    fn new(
        py: Python<'_>,
        target: &str,
        name: Option<Text>,
    ) -> PyResult<PyClassInitializer<Close>> {
        let (target, name) = (self::target(target)?, Text::or_empty(py, name));
        Ok(new(Close { target, name }))
    }

    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        letter(py, self.target)
    }
}

impl Wire for Close {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Close)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::Close { target: self.target, name: written(&self.name, py) }.encode(out)
    }
}

/// Execute: run a portal, or the next part of it; 0 rows means all.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-EXECUTE>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct Execute {
    #[pyo3(get)]
    pub(super) portal: Py<PyString>,
    #[pyo3(get)]
    pub(super) max_rows: i32,
}

#[pymethods]
impl Execute {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("portal", "max_rows")
    }

    #[new]
    #[pyo3(signature = (portal = None, max_rows = Number(0)))]
    fn new(
        py: Python<'_>,
        portal: Option<Text>,
        max_rows: Number<i32>,
    ) -> PyClassInitializer<Execute> {
        new(Execute { portal: Text::or_empty(py, portal), max_rows: max_rows.0 })
    }
}

impl Wire for Execute {
    const SIDE: Side = Side::Frontend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::Execute)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        proto::Execute { portal: written(&self.portal, py), max_rows: self.max_rows }.encode(out)
    }
}

/// ParameterDescription: the types of a statement's parameters.
///
/// <https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PARAMETERDESCRIPTION>
#[pyclass(frozen, extends = Message, module = "trunkline.protocol")]
pub(super) struct ParameterDescription {
    #[pyo3(get)]
    pub(super) types: Py<PyTuple>,
}

#[pymethods]
impl ParameterDescription {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("types",)
    }

    #[new]
    #[pyo3(signature = (types = None))]
    fn new(
        py: Python<'_>,
        types: Option<Numbers<u32>>,
    ) -> PyResult<PyClassInitializer<ParameterDescription>> {
        let types = Numbers::or_none(py, types);
        counted(&types, py, Count::Unsigned)?;
        Ok(new(ParameterDescription { types }))
    }
}

impl Wire for ParameterDescription {
    const SIDE: Side = Side::Backend;

    fn step(&self, _py: Python<'_>) -> Step {
        Step::Loop(Kind::ParameterDescription)
    }

    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse> {
        let types = Numbers::<u32>::of(&self.types, py).map(Oid);
        proto::ParameterDescription { types }.encode(out)
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Parse>()?;
    module.add_class::<Bind>()?;
    module.add_class::<Describe>()?;
    module.add_class::<Close>()?;
    module.add_class::<Execute>()?;
    module.add_class::<ParameterDescription>()
}
