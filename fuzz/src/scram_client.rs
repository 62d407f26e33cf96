//! A SCRAM client at a server that says anything: its challenge, a line break, its last word.
use trunkline_proto::auth::scram::{Binding, BindingPolicy, ScramClient};

/// Panics on what must not be: a server that does not know the verifier is never believed.
pub fn run(data: &[u8]) {
    // The iterations of a challenge cost time: one that asks for many is not worth it here.
    if data.windows(4).any(|digits| digits.iter().all(u8::is_ascii_digit)) {
        return;
    }
    let (challenge, last) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &b"v="[..]),
    };
    for binding in [Binding::None, Binding::TlsServerEndPoint(vec![7; 32])] {
        let offered = [&b"SCRAM-SHA-256-PLUS"[..], b"SCRAM-SHA-256"];
        let offered = &offered[usize::from(binding == Binding::None)..];
        let policy = BindingPolicy::Prefer;
        let client = ScramClient::new(offered.iter().copied(), policy, &binding, [0; 18]).unwrap();
        let first = client.first();
        assert!(first.starts_with(b"n,,n=,r=") || first.starts_with(b"p=tls-server-end-point,,"));
        // The nonce of eighteen zeros, and what the server adds to it.
        let challenge = [&b"r=AAAAAAAAAAAAAAAAAAAAAAAA"[..], challenge].concat();
        if let Ok((answer, client)) = client.respond(&challenge, "pencil") {
            assert!(answer.starts_with(b"c="));
            assert!(client.finish(last).is_err());
        }
    }
}
