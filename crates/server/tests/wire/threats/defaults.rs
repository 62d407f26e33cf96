//! What nobody is told who need not know it.

use std::io::Read;

use trunkline_proto::message::{Query, SaslInitialResponse};

use super::scram;
use crate::dialogue::Dialogue;
use crate::startup::{ANN, startup};
use crate::toy;

/// All that is said until the end, in text as far as it is text.
fn words(client: &mut Dialogue) -> String {
    let mut heard = Vec::new();
    client.send().socket.read_to_end(&mut heard).expect("the server closes");
    String::from_utf8_lossy(&heard).into_owned()
}

#[test]
fn who_has_proved_nothing_hears_of_no_version() {
    let server = toy::start_with(|builder| builder.auth(scram()));
    let mut user = Dialogue::silent(server.address);
    user.say(&startup(0x30000, &ANN)).hear_until('R');
    let (mechanism, response) = ("SCRAM-SHA-256", Some("n,,n=,r=x"));
    user.say(&SaslInitialResponse { mechanism, response }).hear_until('R');
    let refused = words(user.say_raw(b"p\0\0\0\x0cc=biws,r"));
    let nonsense = words(Dialogue::silent(server.address).say(&startup(0x40000, &ANN)));
    let nobody = words(Dialogue::silent(server.address).say(&startup(0x30000, &[])));
    let (own, postgresql) = (env!("CARGO_PKG_VERSION"), "server_version");
    for heard in [refused, nonsense, nobody] {
        assert!(heard.contains("FATAL"), "{heard:?}");
        for told in [own, postgresql, "trunkline", ".rs"] {
            assert!(!heard.contains(told), "{heard:?}");
        }
    }
}

#[test]
fn a_client_does_not_hear_the_words_of_a_panic() {
    let server = toy::start();
    let heard = words(Dialogue::login(server.address).say(&Query { sql: "panic" }));
    let expected = "SFATAL\0VFATAL\0CXX000\0Minternal error\0\0";
    assert!(heard.ends_with(expected), "{heard:?}");
}
