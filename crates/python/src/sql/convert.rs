//! What was read, as objects of the classes that `trunkline.sql` defines.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use trunkline_sql::Span;

use super::model::{Clauses, Column, Item, Operand, Sort, Target, Term, Value};

type Object<'py> = PyResult<Bound<'py, PyAny>>;

/// Makes objects of the classes of `trunkline.sql`.
pub(super) struct Maker<'py, 'a> {
    pub(super) py: Python<'py>,
    classes: Bound<'py, PyModule>,
    decimal: Bound<'py, PyAny>,
    source: &'a str,
}

impl<'py, 'a> Maker<'py, 'a> {
    pub(super) fn new(py: Python<'py>, source: &'a str) -> PyResult<Self> {
        let decimal = py.import("decimal")?.getattr("Decimal")?;
        Ok(Self { py, classes: py.import("trunkline.sql")?, decimal, source })
    }

    pub(super) fn make(&self, class: &str, fields: &[Bound<'py, PyAny>]) -> Object<'py> {
        self.classes.getattr(class)?.call1(PyTuple::new(self.py, fields)?)
    }

    pub(super) fn any<T: IntoPyObject<'py>>(&self, value: T) -> Object<'py> {
        value.into_bound_py_any(self.py)
    }

    pub(super) fn tuple<T>(&self, items: &[T], make: impl Fn(&T) -> Object<'py>) -> Object<'py> {
        let items = items.iter().map(make).collect::<PyResult<Vec<_>>>()?;
        Ok(PyTuple::new(self.py, items)?.into_any())
    }

    pub(super) fn text(&self, span: Span) -> Bound<'py, PyAny> {
        PyString::new(self.py, span.text(self.source)).into_any()
    }

    fn none(&self) -> Bound<'py, PyAny> {
        self.py.None().into_bound(self.py)
    }

    /// The fields of a statement that tell of its clauses, in their order there.
    pub(super) fn clauses(&self, clauses: &Clauses) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let optional = |value: &Option<Value>| match value {
            Some(value) => self.value(value),
            None => Ok(self.none()),
        };
        Ok(vec![
            self.tuple(&clauses.columns, |target| self.target(target))?,
            self.tuple(&clauses.terms, |term| self.term(term))?,
            self.tuple(&clauses.group_by, |item| self.item(item))?,
            self.tuple(&clauses.order_by, |sort| self.sort(sort))?,
            optional(&clauses.limit)?,
            optional(&clauses.offset)?,
            self.tuple(&clauses.insert_columns, |name| self.any(name.as_str()))?,
            self.tuple(&clauses.rows, |row| self.tuple(row, |value| self.value(value)))?,
            self.tuple(&clauses.assignments, |(column, value)| {
                self.make("Assignment", &[self.any(column.as_str())?, self.value(value)?])
            })?,
        ])
    }

    fn value(&self, value: &Value) -> Object<'py> {
        match value {
            Value::Null => Ok(self.none()),
            Value::Bool(value) => self.any(*value),
            Value::Integer(value) => self.any(*value),
            Value::Decimal(digits) => self.decimal.call1((digits.as_str(),)),
            Value::Text(text) => self.any(text.as_str()),
            Value::Parameter(number) => self.make("Parameter", &[self.any(*number)?]),
            Value::Default => self.make("Default", &[]),
            Value::Typed(value, kind) => {
                self.make("Typed", &[self.value(value)?, self.any(kind.written.as_str())?])
            }
            Value::Expression(span) => self.make("Expression", &[self.text(*span)]),
        }
    }

    fn column(&self, column: &Column) -> Object<'py> {
        let Column { schema, table, name } = column;
        self.make("Column", &[self.any(name)?, self.any(table)?, self.any(schema)?])
    }

    fn item(&self, item: &Item) -> Object<'py> {
        match item {
            Item::Column(column) => self.column(column),
            Item::Star(table) => self.make("Star", &[self.any(table)?]),
            Item::Value(value) => self.value(value),
        }
    }

    fn target(&self, target: &Target) -> Object<'py> {
        let Target { span, item, alias, name } = target;
        let fields = [self.text(*span), self.item(item)?, self.any(alias)?, self.any(name)?];
        self.make("Target", &fields)
    }

    fn term(&self, term: &Term) -> Object<'py> {
        let text = self.text(term.span);
        let Some((column, operator, operand)) = &term.comparison else {
            return self.make("Term", &[text]);
        };
        let value = match operand {
            Operand::None => self.none(),
            Operand::One(value) => self.value(value)?,
            Operand::Many(values) => self.tuple(values, |value| self.value(value))?,
        };
        self.make(
            "Term",
            &[text, self.column(column)?, self.any(*operator)?, value, self.any(true)?],
        )
    }

    fn sort(&self, sort: &Sort) -> Object<'py> {
        let Sort { item, descending, nulls_first } = sort;
        self.make("Sort", &[self.item(item)?, self.any(*descending)?, self.any(*nulls_first)?])
    }
}
