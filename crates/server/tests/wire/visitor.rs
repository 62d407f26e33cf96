//! A client of our own frontend, with a password and a certificate, and what becomes of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, RevokedCertParams, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use trunkline::Tls;
use trunkline_proto::Limits;
use trunkline_proto::auth::scram::{Binding, BindingPolicy};
use trunkline_proto::frontend::{LoginStep, Startup, TlsStep};
use trunkline_proto::message::{
    AnyBackend, Authentication, BackendTag, Encode, FieldCode, ProtocolVersion, StartupMessage,
};
use trunkline_proto::wire::frame;

pub(crate) trait Socket: Read + Write {}
impl<T: Read + Write> Socket for T {}

/// Who makes certificates: the server's, and those of clients.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Authority {
        Authority::called("authority of a test")
    }

    pub(crate) fn called(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A certificate and its key, of these names and with this subject.
    pub(crate) fn issue(
        &self,
        names: &[&str],
        subject: impl FnOnce(&mut CertificateParams),
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name = rcgen::DistinguishedName::new();
        subject(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.der().clone(), key.serialize_der().try_into().expect("a key"))
    }

    /// The list of the first days of these years of what is revoked, by serial numbers.
    pub(crate) fn revoke(
        &self,
        (since, until): (i32, i32),
        serials: &[u64],
    ) -> CertificateRevocationListDer<'static> {
        let (this_update, next_update) = (date_time_ymd(since, 1, 1), date_time_ymd(until, 1, 1));
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: (*serial).into(),
            revocation_time: this_update,
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update,
            next_update,
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.0).expect("a list").into()
    }

    /// A certificate for `localhost`.
    pub(crate) fn server(&self) -> Tls {
        let (certificate, key) = self.issue(&["localhost"], |_| {});
        Tls::new(vec![certificate], key).expect("they fit")
    }
}

/// A client that has said nothing yet.
pub(crate) struct Visitor {
    socket: Box<dyn Socket>,
    startup: Startup,
    policy: BindingPolicy,
}

impl Visitor {
    /// Comes by TCP, without TLS.
    pub(crate) fn tcp(address: SocketAddr) -> Visitor {
        let socket = TcpStream::connect(address).expect("it listens");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        Visitor::new(Box::new(socket), Startup::new(&Limits::default()))
    }

    pub(crate) fn unix(path: &Path) -> Visitor {
        let socket = UnixStream::connect(path).expect("it listens");
        Visitor::new(Box::new(socket), Startup::new(&Limits::default()))
    }

    fn new(socket: Box<dyn Socket>, startup: Startup) -> Visitor {
        Visitor { socket, startup, policy: BindingPolicy::Prefer }
    }

    /// Speaks TLS from now on.
    pub(crate) fn tls(self, authority: &Authority) -> Visitor {
        self.shake_hands(authority, None)
    }

    /// Speaks TLS from now on, and shows a certificate.
    pub(crate) fn certified(
        self,
        authority: &Authority,
        (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
    ) -> Visitor {
        self.shake_hands(authority, Some((vec![certificate], key)))
    }

    /// The same with any chain behind the certificate.
    pub(crate) fn certified_by(
        self,
        authority: &Authority,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Visitor {
        self.shake_hands(authority, Some((chain, key)))
    }

    fn shake_hands(
        mut self,
        authority: &Authority,
        own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Visitor {
        let (mut input, mut output) = (BytesMut::new(), Vec::new());
        let requested = self.startup.request_tls(&mut output);
        self.socket.write_all(&output).expect("the server reads");
        input.resize(1, 0);
        self.socket.read_exact(&mut input).expect("the server answers");
        let Ok(TlsStep::Accepted(handshake)) = requested.step(&mut input) else {
            panic!("no TLS");
        };
        let mut trusted = RootCertStore::empty();
        trusted.add(authority.root()).expect("a root");
        let provider = rustls::crypto::ring::default_provider();
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(trusted);
        let config = match own {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).expect("they fit"),
            None => config.with_no_client_auth(),
        };
        let name = "localhost".try_into().expect("a name");
        let tls = ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut stream = StreamOwned::new(tls, self.socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).expect("a handshake");
        }
        let server = stream.conn.peer_certificates().and_then(<[_]>::first).expect("its own");
        let binding = Binding::of_certificate(server);
        Visitor::new(Box::new(stream), handshake.established(binding))
    }

    pub(crate) fn binding(mut self, policy: BindingPolicy) -> Visitor {
        self.policy = policy;
        self
    }

    /// Logs in: how it was proved, or what the server said against it.
    pub(crate) fn log_in(self, user: &str, database: &str, password: &str) -> String {
        self.log_in_as(&[("user", user), ("database", database)], password)
    }

    pub(crate) fn log_in_as(mut self, said: &[(&str, &str)], password: &str) -> String {
        let (mut input, mut output) = (BytesMut::new(), Vec::new());
        let parameters = said.iter().copied();
        let login = self.startup.log_in(ProtocolVersion::V3_0, parameters, &mut output);
        let mut login = login.expect("parameters").channel_binding(self.policy);
        let user = said.first().map_or("", |(_, user)| user);
        loop {
            self.socket.write_all(&output).expect("the server reads");
            output.clear();
            login = match login.step(&mut input, &mut output) {
                Ok(LoginStep::NeedInput(login)) => login,
                Ok(LoginStep::Cleartext(request)) => {
                    request.answer(password, &mut output).expect("a password")
                }
                Ok(LoginStep::Md5(request)) => {
                    request.answer(user, password, &mut output).expect("a password")
                }
                Ok(LoginStep::Sasl(request)) => {
                    let scram = request.scram(password, [7; 18], &mut output);
                    match scram {
                        Ok(login) => login,
                        Err(error) => return format!("the client refuses: {error}"),
                    }
                }
                Ok(LoginStep::Authenticated(done)) => return format!("{:?}", done.method),
                Ok(LoginStep::Refused(error)) => {
                    let field = |code| {
                        let text = error.fields.get(code).unwrap_or_default();
                        String::from_utf8_lossy(text).into_owned()
                    };
                    assert_eq!(field(FieldCode::SEVERITY), "FATAL");
                    return format!("{} {}", field(FieldCode::SQLSTATE), field(FieldCode::MESSAGE));
                }
                Ok(other) => panic!("the server asks for {other:?}"),
                Err(error) => return format!("the client refuses: {error}"),
            };
            if !output.is_empty() {
                continue;
            }
            let mut chunk = [0; 4096];
            match self.socket.read(&mut chunk) {
                Ok(0) => return "the end".to_owned(),
                Ok(count) => input.extend_from_slice(&chunk[..count]),
                Err(error) => return format!("the end: {error}"),
            }
        }
    }

    /// Answers what it is asked by any bytes, or by nothing and leaves: the codes of what it was
    /// asked, and what was said at last.
    pub(crate) fn answer(
        mut self,
        user: &str,
        database: &str,
        mut answer: impl FnMut(&Authentication) -> Option<Vec<u8>>,
    ) -> String {
        let parameters = [("user", user), ("database", database)];
        let mut output = Vec::new();
        let version = ProtocolVersion::V3_0;
        StartupMessage { version, parameters }.encode(&mut output).expect("a message");
        let (mut input, mut heard) = (BytesMut::new(), Vec::new());
        loop {
            if self.socket.write_all(&output).is_err() {
                heard.push("the end".to_owned());
                return heard.join(" ");
            }
            output.clear();
            let header = loop {
                let header = frame::peek(&input);
                let length = header.map_or(usize::MAX, |header| {
                    header.frame_length(10_000).expect("a server's length")
                });
                if input.len() >= length {
                    break header.expect("a header");
                }
                let mut chunk = [0; 4096];
                match self.socket.read(&mut chunk) {
                    Ok(count) if count > 0 => input.extend_from_slice(&chunk[..count]),
                    _ => {
                        heard.push("the end".to_owned());
                        return heard.join(" ");
                    }
                }
            };
            let length = header.frame_length(10_000).expect("a server's length");
            let body = frame::split(&mut input, length).expect("a whole message");
            match AnyBackend::decode(BackendTag(header.tag), body).expect("a server's message") {
                AnyBackend::Authentication(asked) => {
                    heard.push(format!("R{}", asked.code()));
                    match answer(&asked) {
                        Some(bytes) => output = bytes,
                        None => return heard.join(" "),
                    }
                }
                AnyBackend::ErrorResponse(error) => {
                    let field = |code| {
                        String::from_utf8_lossy(error.fields.get(code).unwrap_or_default()).into()
                    };
                    let (code, message): (String, String) =
                        (field(FieldCode::SQLSTATE), field(FieldCode::MESSAGE));
                    heard.push(format!("{code} {message}"));
                    return heard.join(" ");
                }
                other => panic!("the server says {other:?}"),
            }
        }
    }
}
