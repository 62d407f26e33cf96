//! What all messages have in common.

use pyo3::{PyClass, PyTypeInfo, basic::CompareOp, prelude::*, types::PyTuple};
use trunkline_proto::{Misuse, message::TransactionStatus, state::Kind};

use super::{connection::local_error, login::Step as LoginStep, record};

/// A message of the protocol: the base of them all.
///
/// Messages do not change, compare by class and fields, and can be taken apart by `match`.
#[pyclass(frozen, subclass, module = "trunkline.protocol")]
pub(super) struct Message {
    shape: &'static Shape,
}

/// Who sends a message of some class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Frontend,
    Backend,
    Both,
}

/// What a message is to the rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs before or into the login.
    Login(LoginStep),
    /// It is ReadyForQuery, with what it says of the transaction.
    Ready(TransactionStatus),
    /// It is another of those that the table of trunkline-proto knows.
    Loop(Kind),
}

impl Step {
    /// The name of the message, for the words of an error.
    #[cold]
    pub(super) fn name(self) -> String {
        match self {
            Step::Login(step) => format!("{step:?}"),
            Step::Ready(_) => "ReadyForQuery".to_owned(),
            Step::Loop(kind) => format!("{kind:?}"),
        }
    }
}

/// A message class: how it is written, and what it is to the rules.
pub(super) trait Wire: PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync {
    /// Who sends it.
    const SIDE: Side;
    /// The fields that `repr` does not show.
    const HIDDEN: &'static [&'static str] = &[];
    /// What it is to the rules.
    fn step(&self, py: Python<'_>) -> Step;
    /// Appends its frame; leaves `out` as it was if there is none.
    fn encode(&self, py: Python<'_>, out: &mut Vec<u8>) -> Result<(), Misuse>;
}

/// What is known of a class without its type.
pub(super) struct Shape {
    pub(super) side: Side,
    pub(super) step: fn(&Bound<'_, Message>) -> PyResult<Step>,
    pub(super) encode: fn(&Bound<'_, Message>, &mut Vec<u8>) -> PyResult<()>,
    hidden: &'static [&'static str],
}

struct ShapeOf<T>(std::marker::PhantomData<T>);

impl<T: Wire> ShapeOf<T> {
    const SHAPE: Shape = Shape {
        side: T::SIDE,
        step: |message| Ok(message.cast::<T>()?.get().step(message.py())),
        encode: |message, out| {
            let py = message.py();
            let written = message.cast::<T>()?.get().encode(py, out);
            written.map_err(|misuse| local_error(py, misuse.message()))
        },
        hidden: T::HIDDEN,
    };
}

/// A message before Python has it.
pub(super) fn new<T>(message: T) -> PyClassInitializer<T>
where
    T: Wire + PyClass<BaseType = Message>,
{
    let shape = const { &ShapeOf::<T>::SHAPE };
    PyClassInitializer::from(Message { shape }).add_subclass(message)
}

/// A message as Python has it.
pub(super) fn made<T>(py: Python<'_>, message: T) -> PyResult<Py<PyAny>>
where
    T: Wire + PyClass<BaseType = Message> + PyTypeInfo,
{
    Py::new(py, new(message)).map(Py::into_any)
}

impl Message {
    pub(super) fn shape(&self) -> &'static Shape {
        self.shape
    }
}

#[pymethods]
impl Message {
    fn __repr__(slf: &Bound<'_, Message>) -> PyResult<String> {
        record::repr(slf, slf.get().shape.hidden)
    }

    fn __richcmp__(
        slf: &Bound<'_, Message>,
        other: &Bound<'_, PyAny>,
        op: CompareOp,
    ) -> PyResult<Py<PyAny>> {
        record::compare(slf, other, op)
    }

    fn __hash__(slf: &Bound<'_, Message>) -> PyResult<isize> {
        record::hash(slf)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Message>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((slf.get_type().into_any(), record::values(slf)?))
    }

    /// The bytes of its frame, whatever a connection may say of it.
    fn to_wire(slf: &Bound<'_, Message>) -> PyResult<Vec<u8>> {
        let mut out = Vec::new();
        (slf.get().shape.encode)(slf, &mut out)?;
        Ok(out)
    }
}
