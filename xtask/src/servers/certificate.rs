//! A certificate for 127.0.0.1 and `localhost` that lives as long as a test run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::halt::Halt;
use crate::process;

/// A key and the certificate signed with it; clients trust the certificate itself.
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    pub(crate) fn make(folder: &Path) -> Result<Self, Halt> {
        let made = Self { certificate: folder.join("server.crt"), key: folder.join("server.key") };
        let mut openssl = Command::new(process::require("openssl")?);
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "2", "-subj", "/CN=localhost", "-sha256"]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        // An end-entity certificate: rustls takes no authority for a server.
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.arg("-keyout").arg(&made.key).arg("-out").arg(&made.certificate);
        process::output(&mut openssl)?;
        Ok(made)
    }
}
