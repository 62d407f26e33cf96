//! How long a message may be, as Python sets it.

use pyo3::prelude::*;
use trunkline_proto::Limits as Bounds;

use super::field::Number;

/// Bounds of the length word of messages that a frontend sends; PostgreSQL's own if nothing is said.
///
/// `startup` is for the packets before the first message, `password` and `scram` for what answers an
/// authentication request, `small` for messages of names, `large` for those of data. A message that
/// says it is longer is refused before anything is kept of it.
#[pyclass(frozen, eq, hash, get_all, module = "trunkline.protocol")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Limits {
    startup: u32,
    password: u32,
    scram: u32,
    small: u32,
    large: u32,
}

#[pymethods]
impl Limits {
    #[new]
    #[pyo3(signature = (*, startup = Number(10004), password = Number(65535), scram = Number(1024), small = Number(10000), large = Number(0x3fff_fffe)))]
    fn new(
        startup: Number<u32>,
        password: Number<u32>,
        scram: Number<u32>,
        small: Number<u32>,
        large: Number<u32>,
    ) -> Limits {
        Limits {
            startup: startup.0,
            password: password.0,
            scram: scram.0,
            small: small.0,
            large: large.0,
        }
    }

    fn __repr__(&self) -> String {
        let Limits { startup, password, scram, small, large } = self;
        format!(
            "Limits(startup={startup}, password={password}, scram={scram}, small={small}, large={large})"
        )
    }
}

impl Limits {
    /// As trunkline-proto takes them.
    pub(super) fn bounds(&self) -> Bounds {
        let mut bounds = Bounds::POSTGRESQL;
        bounds.startup = self.startup;
        bounds.password = self.password;
        bounds.scram = self.scram;
        bounds.small = self.small;
        bounds.large = self.large;
        bounds
    }
}
