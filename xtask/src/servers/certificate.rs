//! A certificate for 127.0.0.1 and `localhost`, and some of clients, that live as long as a test run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::halt::Halt;
use crate::process;

/// A key and the certificate signed with it; clients trust the certificate itself.
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The authority that has signed those of clients.
    pub(crate) authority: PathBuf,
}

/// Whose certificates are made, beside one of a stranger that another authority has signed.
const CLIENTS: [&str; 3] = ["shown", "doubled", "Ann of Accounting"];

impl Certificate {
    pub(crate) fn make(folder: &Path) -> Result<Self, Halt> {
        let made = Self {
            certificate: folder.join("server.crt"),
            key: folder.join("server.key"),
            authority: folder.join("authority.crt"),
        };
        let mut openssl = Command::new(process::require("openssl")?);
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "2", "-subj", "/CN=localhost", "-sha256"]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        // An end-entity certificate: rustls takes no authority for a server.
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.arg("-keyout").arg(&made.key).arg("-out").arg(&made.certificate);
        process::output(&mut openssl)?;
        make_authority(folder, "authority")?;
        make_authority(folder, "other")?;
        for name in CLIENTS {
            make_client(folder, name, "authority")?;
        }
        make_client(folder, "stranger", "other")?;
        Ok(made)
    }
}

fn make_authority(folder: &Path, name: &str) -> Result<(), Halt> {
    let mut openssl = Command::new(process::require("openssl")?);
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-sha256", "-subj"]).arg(format!("/CN={name} of a test"));
    openssl.arg("-keyout").arg(folder.join(format!("{name}.key")));
    process::output(openssl.arg("-out").arg(folder.join(format!("{name}.crt"))))?;
    Ok(())
}

/// A certificate and key in files of the client's name.
fn make_client(folder: &Path, name: &str, authority: &str) -> Result<(), Halt> {
    let path = |name: &str, ending: &str| folder.join(format!("{name}.{ending}"));
    let mut openssl = Command::new(process::require("openssl")?);
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-sha256", "-subj"]).arg(format!("/CN={name}"));
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.arg("-CA").arg(path(authority, "crt")).arg("-CAkey").arg(path(authority, "key"));
    openssl.arg("-keyout").arg(path(name, "key")).arg("-out").arg(path(name, "crt"));
    process::output(&mut openssl)?;
    Ok(())
}
