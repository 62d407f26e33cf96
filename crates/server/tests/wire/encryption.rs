//! Who must speak TLS.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustls::{
    ClientConfig, ClientConnection, DEFAULT_VERSIONS, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};
use trunkline::{Auth, Listener, Server, ServerBuilder, Tls, Users};
use trunkline_proto::message::{
    CancelRequest, Encode, ProtocolVersion, SslRequest, StartupMessage,
};

use crate::dialogue::Dialogue;
use crate::toy::{self, Toy};

const REFUSED: &str = "E(FATAL 28000)";

/// A certificate of the server, and what a client needs to trust it.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) tls: Tls,
    trusted: RootCertStore,
}

impl Certificate {
    pub(crate) fn make() -> Certificate {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
        let certificate = made.cert.der().clone();
        let key = made.signing_key.serialize_der().try_into().expect("a key");
        let mut trusted = RootCertStore::empty();
        trusted.add(certificate.clone()).expect("a certificate");
        Certificate { tls: Tls::new(vec![certificate], key).expect("they fit"), trusted }
    }

    pub(crate) fn client(self) -> ClientConnection {
        self.client_that_says(&[])
    }

    /// A client that names these protocols by ALPN.
    pub(crate) fn client_that_says(&self, protocols: &[&[u8]]) -> ClientConnection {
        self.client_of(DEFAULT_VERSIONS, protocols)
    }

    /// A client of these versions of TLS.
    pub(crate) fn client_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&[u8]],
    ) -> ClientConnection {
        let provider = rustls::crypto::ring::default_provider();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(self.trusted.clone())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = "localhost".try_into().expect("a name");
        ClientConnection::new(Arc::new(config), name).expect("a client")
    }
}

pub(crate) fn ann() -> impl Encode {
    let parameters = [("user", "ann"), ("database", "toy")];
    StartupMessage { version: ProtocolVersion::V3_0, parameters }
}

/// The kind of the first message to a client that gives its name, and the kind of authentication:
/// `R` and 10 are AuthenticationSASL.
pub(crate) fn ask_for_login(mut socket: impl Read + Write) -> (u8, u8) {
    let mut message = Vec::new();
    ann().encode(&mut message).expect("a message");
    socket.write_all(&message).expect("the server reads");
    let mut answer = [0; 9];
    socket.read_exact(&mut answer).expect("the server answers");
    (answer[0], answer[8])
}

fn with_users(builder: ServerBuilder<Toy>) -> ServerBuilder<Toy> {
    let users = Users::new().and_then(|users| users.password("ann", "secret"));
    builder.auth(Auth::scram(users.expect("users")))
}

/// What a client without TLS hears of a server at `host`.
fn in_clear(
    host: [u8; 4],
    change: impl FnOnce(ServerBuilder<Toy>) -> ServerBuilder<Toy>,
) -> String {
    let tls = Certificate::make().tls;
    let server = toy::start_at(host, change(with_users(Server::builder(Toy)).tls(tls)).build());
    let mut client = Dialogue::silent(server.address);
    client.say(&ann()).send();
    client.first()
}

#[test]
fn where_others_come_in_tls_is_required() {
    const PUBLIC: [u8; 4] = [0, 0, 0, 0];
    const LOOPBACK: [u8; 4] = [127, 0, 0, 1];
    assert_eq!(in_clear(PUBLIC, |builder| builder), REFUSED);
    assert_eq!(in_clear(PUBLIC, ServerBuilder::danger_listen_insecurely), "R(Sasl)");
    assert_eq!(in_clear(LOOPBACK, |builder| builder), "R(Sasl)");
    assert_eq!(in_clear(LOOPBACK, ServerBuilder::require_tls), REFUSED);
    let trusting = |builder: ServerBuilder<Toy>| builder.auth(Auth::trust()).require_tls();
    assert_eq!(in_clear(LOOPBACK, trusting), REFUSED);
}

#[test]
fn with_tls_one_comes_in_and_without_one_can_still_cancel() {
    let certificate = Certificate::make();
    let tls = certificate.tls.clone();
    let server = toy::start_with(|builder| with_users(builder).tls(tls).require_tls());
    let mut socket = TcpStream::connect(server.address).expect("it listens");
    let mut message = Vec::new();
    SslRequest.encode(&mut message).expect("a message");
    socket.write_all(&message).expect("the server reads");
    let mut answer = [0];
    socket.read_exact(&mut answer).expect("the server answers");
    assert_eq!(&answer, b"S");
    let mut socket = StreamOwned::new(certificate.client(), socket);
    assert_eq!(ask_for_login(&mut socket), (b'R', 10));
    let cancel = CancelRequest { process_id: 1, key: vec![1, 2, 3, 4] };
    assert_eq!(Dialogue::silent(server.address).say(&cancel).hear_out(), "");
}

#[test]
fn a_unix_socket_needs_no_tls() {
    let folder = std::env::temp_dir().join(format!("trunkline-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let server = with_users(Server::builder(Toy)).tls(Certificate::make().tls).require_tls();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(Listener::unix(&folder, 5432)).expect("a socket");
    let path = listener.path().expect("a file").to_owned();
    let serving = runtime.spawn(async move { server.build().serve(listener).await });
    let mut socket = UnixStream::connect(&path).expect("it listens");
    assert_eq!(ask_for_login(&socket), (b'R', 10));
    serving.abort();
    assert!(runtime.block_on(serving).is_err());
    let _ = socket.read_to_end(&mut Vec::new());
    std::fs::remove_dir(&folder).expect("nothing is left in it");
}

#[test]
fn tls_cannot_be_required_without_a_certificate() {
    let server = Server::builder(Toy).require_tls().build();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let refused = runtime
        .block_on(async { server.serve(Listener::tcp(([127, 0, 0, 1], 0).into()).await?).await });
    assert_eq!(refused.expect_err("no certificate").kind(), io::ErrorKind::InvalidInput);
}
