//! The messages of SCRAM from a server that is none, or that does not know the password.

use trunkline_proto::{
    PeerError,
    auth::scram::{Binding, BindingPolicy, ScramClient, ScramServer, ScramVerifier},
};

fn client() -> ScramClient {
    let offered = [&b"SCRAM-SHA-256"[..]];
    let client = ScramClient::new(offered, BindingPolicy::Prefer, &Binding::None, [0; 18]);
    client.expect("it is offered")
}

/// What our client says to a server-first-message, in which `OURS` is its own nonce.
fn respond(message: &str) -> Result<(), PeerError> {
    // The nonce of eighteen zeros.
    let message = message.replace("OURS", &"A".repeat(24));
    client().respond(message.as_bytes(), "pencil").map(|_| ())
}

#[test]
fn t16_the_nonce_of_the_server_extends_ours() {
    assert_eq!(respond("r=OURSmore,s=c2FsdA==,i=4096"), Ok(()));
    let others =
        ["OURS", "other", "", "moreOURS", "ours", &"A".repeat(23), &("B".to_owned() + "OURSmore")];
    for nonce in others {
        let error = respond(&format!("r={nonce},s=c2FsdA==,i=4096")).expect_err(nonce);
        assert!(error.is_fatal());
        assert_eq!(error.message(), "invalid SCRAM response (nonce mismatch)", "{nonce}");
    }
}

/// Also RUSTSEC-2026-0179: a server that asks for billions of iterations keeps its client busy for
/// hours.
#[test]
fn cve_2026_42198_iterations_are_bounded() {
    assert_eq!(ScramClient::MAX_ITERATIONS, 100_000);
    let ask = |iterations: &str| respond(&format!("r=OURSmore,s=c2FsdA==,i={iterations}"));
    assert_eq!(ask("1"), Ok(()));
    assert_eq!(ask("100000"), Ok(()));
    for too_many in ["100001", "2147483647", "4294967295"] {
        let words = format!("server asks for {too_many} SCRAM iterations, at most 100000 are done");
        assert_eq!(ask(too_many).expect_err("too many").message(), words);
    }
    for nonsense in ["0", "-1", "+5", "", " 4096", "4096 ", "0x10", "1e3", "4294967296"] {
        let error = ask(nonsense).expect_err(nonsense);
        assert_eq!(error.message(), "malformed SCRAM message (invalid iteration count)");
    }
}

#[test]
fn t16_a_server_first_message_has_its_three_attributes_and_no_more() {
    let malformed = [
        "",
        "r=OURSmore",
        "r=OURSmore,i=4096",
        "r=OURSmore,s=,i=4096",
        "r=OURSmore,s=*,i=4096",
        "r=OURSmore,s=c2FsdA==,i=4096,x=1",
        "s=c2FsdA==,r=OURSmore,i=4096",
        "m=ext,r=OURSmore,s=c2FsdA==,i=4096",
        "e=other-error",
    ];
    for message in malformed {
        assert!(respond(message).expect_err(message).is_fatal());
    }
}

/// Runs SCRAM against a server that knows the password, but for what is done to its last message.
fn run(tamper: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<(), PeerError> {
    let verifier = ScramVerifier::from_password("pencil", b"salt", 16);
    let server = ScramServer::new(verifier, [1; 18], Binding::None);
    let client = client();
    let (first, server) = server.first(client.mechanism().as_bytes(), &client.first())?;
    let (answer, client) = client.respond(&first, "pencil")?;
    client.finish(&tamper(server.finish(&answer).expect("the right password")))
}

#[test]
fn t16_the_server_proves_that_it_knows_the_verifier() {
    assert_eq!(run(|signature| signature), Ok(()));
    let wrong = run(|_| format!("v={}=", "A".repeat(43)).into_bytes()).expect_err("zeros");
    assert_eq!(wrong.message(), "incorrect server signature");
    let flipped = |mut signature: Vec<u8>| {
        signature[5] = if signature[5] == b'A' { b'B' } else { b'A' };
        signature
    };
    assert_eq!(run(flipped).expect_err("one bit or more"), wrong);
    assert!(run(|_| b"v=".to_vec()).is_err());
    assert!(run(|_| b"v=AAAA".to_vec()).is_err());
    assert!(run(|signature| [signature, b",x=1".to_vec()].concat()).is_err());
    assert!(run(|_| Vec::new()).is_err());
    let refused = run(|_| b"e=other-error".to_vec()).expect_err("an error");
    assert!(refused.message().ends_with(": other-error"), "{refused}");
}
