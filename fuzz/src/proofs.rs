//! What a peer or a file says for a proof, but for SCRAM: verifiers, MD5, tokens, certificates.
use trunkline_proto::auth::{
    md5::Md5Verifier,
    oauth::Credentials,
    saslprep,
    scram::{ScramVerifier, tls_server_end_point},
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let parsed = ScramVerifier::parse(text).map(|verifier| verifier.secret());
        assert!(parsed.is_none_or(|secret| ScramVerifier::parse(&secret).is_some()));
        let _ = Md5Verifier::parse(text);
    }
    if let Ok(credentials) = Credentials::parse(data)
        && let Some(message) = credentials.to_message()
    {
        assert_eq!(Credentials::parse(&message), Ok(credentials));
    }
    let _ = (tls_server_end_point(data), saslprep(data));
}
