//! Everything of the authentication that reads what a peer sent.
use trunkline_proto::auth::{
    md5::Md5Verifier,
    oauth::Credentials,
    saslprep,
    scram::{
        Binding, BindingPolicy, ScramClient, ScramServer, ScramVerifier, tls_server_end_point,
    },
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let verifier = ScramVerifier::from_password("pencil", b"salt", 1);
    for binding in [Binding::None, Binding::TlsServerEndPoint(vec![7; 32])] {
        let server = || ScramServer::new(verifier.clone(), [1; 18], binding.clone());
        for mechanism in server().mechanisms() {
            let _ = server().first(mechanism.as_bytes(), data);
        }
        let (_, last) = server().first(b"SCRAM-SHA-256", b"n,,n=,r=x").unwrap();
        assert!(last.finish(data).is_err());
    }
    let offered = [&b"SCRAM-SHA-256"[..]];
    let client = ScramClient::new(offered, BindingPolicy::Prefer, &Binding::None, [0; 18]).unwrap();
    // The iterations of a challenge cost time: one that asks for many is not worth it here.
    if !data.windows(6).any(|digits| digits.iter().all(u8::is_ascii_digit)) {
        let challenge = [&b"r=AAAAAAAAAAAAAAAAAAAAAAAA"[..], data].concat();
        let _ = client.respond(&challenge, "pencil");
    }
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
