//! The classes of Python's library that values are of.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $module:literal . $class:literal,)+) => {$(
        $(#[$doc])*
        pub(super) fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
            static FOUND: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
            let import = || Ok::<_, PyErr>(py.import($module)?.getattr($class)?.unbind());
            Ok(FOUND.get_or_try_init(py, import)?.bind(py))
        }
    )+};
}

classes! {
    /// `decimal.Decimal`
    decimal = "decimal"."Decimal",
    /// `uuid.UUID`
    uuid = "uuid"."UUID",
    /// `json.loads`
    json_loads = "json"."loads",
    /// `json.dumps`
    json_dumps = "json"."dumps",
    /// `ipaddress.ip_address`
    ip_address = "ipaddress"."ip_address",
    /// `ipaddress.ip_interface`
    ip_interface = "ipaddress"."ip_interface",
    /// `ipaddress.ip_network`
    ip_network = "ipaddress"."ip_network",
    /// `ipaddress._BaseAddress`, of which are both addresses and interfaces
    base_address = "ipaddress"."_BaseAddress",
    /// `ipaddress._BaseNetwork`
    base_network = "ipaddress"."_BaseNetwork",
    /// `enum.Enum`
    enumeration = "enum"."Enum",
}
