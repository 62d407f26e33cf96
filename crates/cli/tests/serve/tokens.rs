//! Lines of oauth in `--hba`, and the keys by which tokens are judged.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;

use crate::access::{commands, file};
use crate::running::{Folder, Serving, data, mistake, trunkline};

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
}

fn keys(key: &Ed25519KeyPair) -> String {
    let x = BASE64.encode(key.public_key());
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "now"}]}).to_string()
}

/// A token for ann, for five minutes.
fn token(key: &Ed25519KeyPair, audience: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let header = json!({"alg": "EdDSA", "kid": "now"});
    let claims = json!({
        "iss": "https://issuer.example", "aud": audience, "sub": "ann", "email": "ann@example.org",
        "scope": "openid sql", "exp": now + 300,
    });
    let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
    let signature = BASE64.encode(key.sign(format!("{header}.{claims}").as_bytes()));
    format!("{header}.{claims}.{signature}")
}

/// A message of the server: its type and the rest.
fn heard(socket: &mut UnixStream) -> (u8, String) {
    let mut head = [0; 5];
    socket.read_exact(&mut head).expect("a message");
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let mut body = vec![0; usize::try_from(length).expect("a length") - 4];
    socket.read_exact(&mut body).expect("a message");
    (head[0], String::from_utf8_lossy(&body).into_owned())
}

fn say(socket: &mut UnixStream, tag: &[u8], body: &[u8]) {
    let length = u32::try_from(body.len() + 4).expect("a short message").to_be_bytes();
    socket.write_all(&[tag, &length, body].concat()).expect("the server reads");
}

/// What the server answers to ann and a token.
fn log_in(folder: &Folder, token: &str) -> String {
    log_in_as(folder, "ann", token)
}

fn log_in_as(folder: &Folder, user: &str, token: &str) -> String {
    let mut socket =
        UnixStream::connect(folder.0.join(".s.PGSQL.5432")).expect("the server listens");
    let startup = format!("\0\x03\0\0user\0{user}\0database\0data\0\0");
    say(&mut socket, b"", startup.as_bytes());
    assert_eq!(heard(&mut socket), (b'R', "\0\0\0\x0aOAUTHBEARER\0\0".to_owned()));
    let response = format!("n,,\x01auth=Bearer {token}\x01\x01");
    let length = u32::try_from(response.len()).expect("a short token").to_be_bytes();
    say(&mut socket, b"p", &[b"OAUTHBEARER\0", &length[..], response.as_bytes()].concat());
    match heard(&mut socket) {
        (b'R', body) if body == "\0\0\0\0" => "in".to_owned(),
        (_, body) => body,
    }
}

#[test]
fn a_token_lets_its_user_in_as_long_as_its_key_is_there() {
    let folder = Folder::new("tokens");
    folder.data();
    folder.write("tokens.conf", file("tokens.conf"));
    let [old, new] = [key(1), key(2)];
    folder.write("keys.json", &keys(&old));
    let [line, _] = commands("trunkline serve")[..] else { panic!("two commands") };
    let mut command = trunkline();
    let serving = Serving::start(command.current_dir(&folder.0).args(line.split(' ').skip(1)));
    assert_eq!(log_in(&folder, &token(&old, "warehouse")), "in");
    let told = "https://issuer.example/.well-known/openid-configuration";
    for wrong in [token(&old, "another"), token(&new, "warehouse"), "a.b.c".to_owned()] {
        let answer = log_in(&folder, &wrong);
        assert!(answer.contains(told) && answer.contains("openid sql"), "{answer}");
    }
    // The issuer has other keys now.
    folder.write("keys.json", &keys(&new));
    serving.send("-HUP");
    let is_in = |_: &u32| log_in(&folder, &token(&new, "warehouse")) == "in";
    assert!((0..100_000).any(|tries| is_in(&tries)), "the new keys are never read");
    assert_ne!(log_in(&folder, &token(&old, "warehouse")), "in");
}

#[test]
fn a_map_says_which_user_a_token_is_for() {
    let folder = Folder::new("tokens-map");
    folder.data();
    let line = file("tokens.conf").lines().next().expect("a line");
    folder.write("tokens.conf", &format!("{line} map=people\n"));
    folder.write("people.conf", "people ann@example.org robot\npeople ann ann\n");
    folder.write("keys.json", &keys(&key(1)));
    let [line, _] = commands("trunkline serve")[..] else { panic!("two commands") };
    let mut command = trunkline();
    command.current_dir(&folder.0).args(line.split(' ').skip(1));
    let _serving =
        Serving::start(command.args(["--ident", "people.conf", "--oauth-claim", "email"]));
    let token = token(&key(1), "warehouse");
    for (user, is_in) in [("robot", true), ("ann", false), ("ann@example.org", false)] {
        assert_eq!(log_in_as(&folder, user, &token) == "in", is_in, "{user}");
    }
}

#[test]
fn what_tokens_need_is_said_at_the_start() {
    let folder = Folder::new("tokens-missing");
    let rules = folder.write("tokens.conf", file("tokens.conf")).display().to_string();
    folder.write("keys.json", &keys(&key(1)));
    let said = |arguments: &[&str]| {
        let mut command = trunkline();
        command.current_dir(&folder.0).arg("serve").arg(data()).args(arguments);
        mistake(command.args(["--listen", "127.0.0.1:0"]))
    };
    for (arguments, hint) in [
        (&["--hba", &rules][..], "line 1: oauth needs a validator of tokens"),
        (&["--oauth-claim", "email"], "--oauth-claim is for lines of oauth in --hba FILE"),
        (&["--oauth-keys", "keys.json"], "--oauth-keys is for lines of oauth in --hba FILE"),
        (&["--hba", &rules, "--oauth-audience", "x"], "need both --oauth-keys and"),
        (&["--hba", &rules, "--oauth-audience", "x", "--oauth-keys", "none"], "none: "),
    ] {
        let (code, text) = said(arguments);
        assert!(code == 2 && text.contains(hint), "{arguments:?}: {text}");
    }
}
