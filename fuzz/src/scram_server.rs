//! A SCRAM server at a client that says anything, and at one whose proof was tampered with.
use trunkline_proto::auth::scram::{
    Binding, BindingPolicy, ScramClient, ScramServer, ScramServerFinal, ScramVerifier,
};

/// Panics on what must not be: nobody comes in without the password.
pub fn run(data: &[u8]) {
    let (first, last) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, data),
    };
    for binding in [Binding::None, Binding::TlsServerEndPoint(vec![7; 32])] {
        for mechanism in server(&binding).mechanisms() {
            if let Ok((answer, server)) = server(&binding).first(mechanism.as_bytes(), first) {
                assert!(answer.starts_with(b"r=") && answer.ends_with(b",s=c2FsdA==,i=1"));
                assert!(server.finish(last).is_err());
            }
        }
        let (answer, server) = proof(&binding);
        assert!(server.finish(&answer).is_ok());
        let mut tampered = answer.clone();
        for change in data.chunks_exact(2) {
            let place = usize::from(change[0]) % tampered.len();
            tampered[place] ^= change[1];
        }
        assert_eq!(proof(&binding).1.finish(&tampered).is_ok(), tampered == answer);
    }
}

fn server(binding: &Binding) -> ScramServer {
    let verifier = ScramVerifier::from_password("pencil", b"salt", 1);
    ScramServer::new(verifier, [1; 18], binding.clone())
}

/// The last message of a client that knows the password, and the server that awaits it.
fn proof(binding: &Binding) -> (Vec<u8>, ScramServerFinal) {
    let offered = server(binding).mechanisms().iter().map(|mechanism| mechanism.as_bytes());
    let client = ScramClient::new(offered, BindingPolicy::Prefer, binding, [0; 18]).unwrap();
    let mechanism = client.mechanism().as_bytes();
    let (challenge, server) = server(binding).first(mechanism, &client.first()).unwrap();
    (client.respond(&challenge, "pencil").unwrap().0, server)
}
