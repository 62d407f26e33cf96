//! Signed tokens over TLS, from our own client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::BytesMut;
use ring::signature::{Ed25519KeyPair, KeyPair};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use trunkline::{Auth, Jwks, JwtValidator, OAuth, Tls};
use trunkline_proto::Limits;
use trunkline_proto::auth::oauth::Credentials;
use trunkline_proto::auth::scram::Binding;
use trunkline_proto::frontend::{LoginStep, Method, Startup, TlsStep};
use trunkline_proto::message::ProtocolVersion;

use crate::toy::{self, RunningServer};

pub(crate) const ISSUER: &str = "https://issuer.example/tenant";

/// Signs tokens, and has its keys in a file.
pub(crate) struct Issuer(Ed25519KeyPair);

impl Issuer {
    pub(crate) fn new() -> Issuer {
        Issuer(Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a seed"))
    }

    fn keys(&self, name: &str) -> Jwks {
        let x = BASE64.encode(self.0.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "today", "use": "sig"});
        let file = format!("trunkline-oauth-{name}-{}.json", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, json!({"keys": [key]}).to_string()).expect("a file");
        let keys = Jwks::from_file(&path).expect("a key");
        std::fs::remove_file(&path).expect("it was there");
        keys
    }

    pub(crate) fn token(&self, changes: Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let mut claims = json!({
            "iss": ISSUER, "aud": "postgres", "sub": "ann", "scope": "sql", "exp": now + 300,
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = match value.as_i64() {
                Some(seconds) => json!(i64::try_from(now).expect("a time") + seconds),
                None => value.clone(),
            };
        }
        let header = json!({"alg": "EdDSA", "kid": "today", "typ": "at+jwt"});
        let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
        let signature = BASE64.encode(self.0.sign(format!("{header}.{claims}").as_bytes()));
        format!("{header}.{claims}.{signature}")
    }
}

/// A server that takes tokens of the issuer, and what its clients trust.
pub(crate) struct Served {
    pub(crate) server: RunningServer,
    trusted: RootCertStore,
    /// The certificate, in PEM.
    pub(crate) certificate: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.certificate);
    }
}

pub(crate) fn server(issuer: &Issuer, name: &str) -> Served {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
    let certificate = made.cert.der().clone();
    let key = made.signing_key.serialize_der().try_into().expect("a key");
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate.clone()).expect("a certificate");
    let file = format!("trunkline-oauth-{name}-{}.pem", std::process::id());
    let path = std::env::temp_dir().join(file);
    std::fs::write(&path, made.cert.pem()).expect("a file");
    let tls = Tls::new(vec![certificate], key).expect("they fit");
    let validator = JwtValidator::new(issuer.keys(name), "postgres");
    let auth = Auth::oauth(OAuth::new(ISSUER, "sql", validator));
    let server = toy::start_with(|builder| builder.auth(auth).tls(tls));
    Served { server, trusted, certificate: path }
}

/// How a client fares: the method by which it came in, or the server's words.
fn log_in(served: &Served, proof: &Credentials) -> String {
    let mut socket = TcpStream::connect(served.server.address).expect("it listens");
    let mut output = Vec::new();
    let requested = Startup::new(&Limits::default()).request_tls(&mut output);
    socket.write_all(&output).expect("the server reads");
    let mut answer = [0];
    socket.read_exact(&mut answer).expect("the server answers");
    let Ok(TlsStep::Accepted(handshake)) = requested.step(&mut BytesMut::from(&answer[..])) else {
        panic!("no TLS")
    };
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(served.trusted.clone())
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut socket = StreamOwned::new(client, socket);

    let mut output = Vec::new();
    let parameters = [("user", "ann"), ("database", "toy")];
    let startup = handshake.established(Binding::None);
    let login = startup.log_in(ProtocolVersion::V3_2, parameters, &mut output);
    let mut login = login.expect("legal parameters");
    let (mut input, mut heard) = (BytesMut::new(), Vec::new());
    loop {
        socket.write_all(&output).expect("the server reads");
        output.clear();
        login = match login.step(&mut input, &mut output).expect("a legal answer") {
            LoginStep::NeedInput(login) => {
                let mut chunk = [0; 4096];
                let count = socket.read(&mut chunk).expect("the server answers");
                assert!(count > 0, "the server has left");
                input.extend_from_slice(&chunk[..count]);
                login
            }
            LoginStep::Sasl(request) => request.oauth(proof, &mut output).expect("it is offered"),
            LoginStep::Discovery(discovery) => {
                heard.push(String::from_utf8_lossy(discovery.document()).into_owned());
                discovery.acknowledge(&mut output).expect("it can be written")
            }
            LoginStep::Authenticated(authenticated) => {
                assert_eq!(authenticated.method, Method::OAuth);
                return "in".to_owned();
            }
            LoginStep::Refused(error) => {
                let code = error.fields.sqlstate().expect("a code");
                heard.push(format!("{code} {}", error.fields.message()));
                return heard.join("\n");
            }
            other => panic!("{other:?}"),
        };
    }
}

/// What a client hears whose token is not good, and one that has none.
const REFUSED: &str = "{ \"status\": \"invalid_token\", \"openid-configuration\": \
     \"https://issuer.example/tenant/.well-known/openid-configuration\", \"scope\": \"sql\" }\n\
     28000 OAuth bearer authentication failed for user \"ann\"";

#[test]
fn a_signed_token_lets_its_user_in() {
    let issuer = Issuer::new();
    let served = server(&issuer, "signed");
    let present = |token: String| log_in(&served, &Credentials::Token(token.into()));
    assert_eq!(present(issuer.token(json!({}))), "in");
    assert_eq!(present(issuer.token(json!({"aud": ["x", "postgres"], "nbf": -10}))), "in");
    let wrong = [
        json!({"exp": -3600}),
        json!({"nbf": 3600}),
        json!({"aud": "another"}),
        json!({"iss": "https://issuer.example"}),
        json!({"scope": "profile"}),
        json!({"sub": "bob"}),
        json!({"sub": "ANN"}),
    ];
    for changes in wrong {
        assert_eq!(present(issuer.token(changes.clone())), REFUSED, "{changes}");
    }
    let token = issuer.token(json!({}));
    for garbage in
        ["x", "a.b.c", &token[..token.len() - 2], token.split_once('.').expect("a dot").1]
    {
        assert_eq!(present(garbage.to_owned()), REFUSED, "{garbage}");
    }
}

#[test]
fn a_client_without_token_is_told_where_one_can_be_had() {
    let served = server(&Issuer::new(), "discovery");
    assert_eq!(log_in(&served, &Credentials::Discovery), REFUSED);
}
