//! Channel binding: the proof is tied to the server's certificate, so it cannot be relayed.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// What a connection has to bind a proof to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// No TLS.
    #[default]
    None,
    /// TLS, but no hash of the certificate: Ed25519 and newer signatures have none. SCRAM works
    /// without channel binding, unless the client requires it.
    Unsupported,
    /// TLS, and the `tls-server-end-point` data: see [`tls_server_end_point`].
    TlsServerEndPoint(Vec<u8>),
}

impl Binding {
    /// The binding of a TLS connection whose server presents this certificate (DER).
    pub fn of_certificate(certificate: &[u8]) -> Binding {
        match tls_server_end_point(certificate) {
            Some(data) => Binding::TlsServerEndPoint(data),
            None => Binding::Unsupported,
        }
    }
}

/// Whether a client binds its proof to the TLS connection: libpq's `channel_binding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BindingPolicy {
    /// Never.
    Disable,
    /// If both sides can.
    #[default]
    Prefer,
    /// Always: any other outcome, or another method of authentication, is an error.
    Require,
}

/// The `tls-server-end-point` data of a certificate (RFC 5929): its hash, by the hash function of
/// its own signature; SHA-256 in place of MD5 and SHA-1.
///
/// `certificate` is DER. `None` if its signature has no such function (Ed25519) or it is not known
/// here, or if this is no certificate.
pub fn tls_server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (fields, _) = element(SEQUENCE, certificate)?;
    let (_, rest) = element(SEQUENCE, fields)?;
    let (algorithm, _) = element(SEQUENCE, rest)?;
    let (oid, parameters) = element(OID, algorithm)?;
    let hash = match oid.split_last()? {
        // RSASSA-PSS tells its hash in the parameters.
        (10, RSA) => pss_hash(parameters)?,
        // md5, sha1 with RSA
        (4 | 5 | 11, RSA) => Hash::Sha256,
        (12, RSA) => Hash::Sha384,
        (13, RSA) => Hash::Sha512,
        // with SHA-1, SHA-256
        (1, ECDSA) | (2, ECDSA_SHA2) => Hash::Sha256,
        (3, ECDSA_SHA2) => Hash::Sha384,
        (4, ECDSA_SHA2) => Hash::Sha512,
        _ => return None,
    };
    Some(match hash {
        Hash::Sha256 => Sha256::digest(certificate).to_vec(),
        Hash::Sha384 => Sha384::digest(certificate).to_vec(),
        Hash::Sha512 => Sha512::digest(certificate).to_vec(),
    })
}

enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// `RSASSA-PSS-params`, RFC 4055; the default is SHA-1.
fn pss_hash(parameters: &[u8]) -> Option<Hash> {
    let (fields, _) = element(SEQUENCE, parameters)?;
    let Some((algorithm, _)) = element(CONTEXT_0, fields) else { return Some(Hash::Sha256) };
    let (algorithm, _) = element(SEQUENCE, algorithm)?;
    let (oid, _) = element(OID, algorithm)?;
    match oid {
        SHA_1 => Some(Hash::Sha256),
        _ => match oid.split_last()? {
            (1, SHA_2) => Some(Hash::Sha256),
            (2, SHA_2) => Some(Hash::Sha384),
            (3, SHA_2) => Some(Hash::Sha512),
            _ => None,
        },
    }
}

/// Splits an element of DER into its content and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        length @ 0..=0x7f => (length, rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(long.checked_sub(0x80)?)?;
            if bytes.is_empty() || bytes.len() > 4 {
                return None;
            }
            let length = bytes.iter().fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
            (usize::try_from(length).ok()?, rest)
        }
    };
    if *found == tag { rest.split_at_checked(length) } else { None }
}

const SEQUENCE: u8 = 0x30;
const OID: u8 = 0x06;
const CONTEXT_0: u8 = 0xa0;
/// 1.2.840.113549.1.1
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// 1.2.840.10045.4
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
/// 1.2.840.10045.4.3
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
/// 2.16.840.1.101.3.4.2
const SHA_2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
/// 1.3.14.3.2.26
const SHA_1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
