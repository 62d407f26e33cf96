//! A client and a server that are connected by two buffers.

use bytes::BytesMut;
use trunkline_proto::{
    Limits, Misuse, PeerError, SqlState, backend, frontend,
    message::{
        BackendMessage, Encode, ErrorFields, ErrorResponse, FrontendMessage, ProtocolVersion,
        TransactionStatus,
    },
};

/// Both ends of a connection, logged in.
pub(crate) struct Pair {
    pub(crate) client: frontend::Connection,
    pub(crate) server: backend::Connection,
    pub(crate) to_server: BytesMut,
    pub(crate) to_client: BytesMut,
}

impl Pair {
    /// A connection whose client has seen its first ReadyForQuery.
    pub(crate) fn new() -> Pair {
        let mut pair = Pair::starting();
        assert_eq!(names(&pair.client_events()), "BackendKeyData Ready");
        pair
    }

    /// A connection whose server has said everything, and whose client has read AuthenticationOk.
    pub(crate) fn starting() -> Pair {
        let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
        let client = frontend::Startup::new(&Limits::default())
            .log_in(ProtocolVersion::V3_0, [("user", "alice")], &mut to_server)
            .expect("legal parameters");
        let startup = backend::Startup::new(&Limits::default(), backend::Channel::Tcp);
        let mut input = BytesMut::from(&to_server[..]);
        let step = startup.step(&mut input, &mut to_client).expect("a legal packet");
        let backend::Step::Login(login) = step else { panic!("{step:?}") };
        let ready = login.trust(&mut to_client);
        let settings: [(&str, &str); 0] = [];
        let server = ready.finish(settings, 7, b"key!", &mut to_client).expect("a legal key");
        let mut to_client = BytesMut::from(&to_client[..]);
        let step = client.step(&mut to_client, &mut Vec::new()).expect("a legal answer");
        let frontend::LoginStep::Authenticated(authenticated) = step else { panic!("{step:?}") };
        let client = authenticated.connection;
        Pair { client, server, to_server: BytesMut::new(), to_client }
    }

    pub(crate) fn ask(&mut self, message: &impl FrontendMessage) {
        self.try_ask(message).expect("legal now");
    }

    pub(crate) fn try_ask(&mut self, message: &impl FrontendMessage) -> Result<(), Misuse> {
        let mut output = Vec::new();
        let sent = self.client.send(message, &mut output);
        self.to_server.extend_from_slice(&output);
        sent
    }

    /// Sends what the client itself would not.
    pub(crate) fn ask_raw(&mut self, message: &impl Encode) {
        let mut output = Vec::new();
        message.encode(&mut output).expect("it can be written");
        self.to_server.extend_from_slice(&output);
    }

    pub(crate) fn answer(&mut self, message: &impl BackendMessage) {
        self.try_answer(message).expect("legal now");
    }

    pub(crate) fn try_answer(&mut self, message: &impl BackendMessage) -> Result<(), Misuse> {
        let mut output = Vec::new();
        let sent = self.server.send(message, &mut output);
        self.to_client.extend_from_slice(&output);
        sent
    }

    pub(crate) fn fail(&mut self, sqlstate: SqlState) {
        let mut output = Vec::new();
        self.server.fail(&error("ERROR", sqlstate), &mut output).expect("legal now");
        self.to_client.extend_from_slice(&output);
    }

    pub(crate) fn ready(&mut self, status: TransactionStatus) {
        let mut output = Vec::new();
        self.server.ready(status, &mut output).expect("owed now");
        self.to_client.extend_from_slice(&output);
    }

    pub(crate) fn server_event(&mut self) -> Option<backend::Event> {
        self.try_server_event().expect("a legal message")
    }

    pub(crate) fn try_server_event(&mut self) -> Result<Option<backend::Event>, PeerError> {
        self.server.receive(&mut self.to_server)
    }

    pub(crate) fn client_events(&mut self) -> Vec<frontend::Event> {
        let mut events = Vec::new();
        while let Some(event) = self.client.receive(&mut self.to_client).expect("a legal answer") {
            events.push(event);
        }
        assert!(self.to_client.is_empty(), "half a message: {:?}", self.to_client);
        events
    }
}

pub(crate) fn error(severity: &str, sqlstate: SqlState) -> ErrorResponse {
    ErrorResponse { fields: ErrorFields::new(severity, sqlstate, "it failed") }
}

/// The names of events, for reading.
pub(crate) fn names<E: std::fmt::Debug>(events: &[E]) -> String {
    let name = |event: &E| {
        let text = format!("{event:?}");
        let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        text[..end].to_owned()
    };
    events.iter().map(name).collect::<Vec<_>>().join(" ")
}
