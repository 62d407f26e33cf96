//! A client that says exactly what it is told and writes down what it hears.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::BytesMut;
use trunkline_proto::message::{
    AnyBackend, BackendTag, Encode, FieldCode, ProtocolVersion, StartupMessage,
};
use trunkline_proto::wire::frame;

/// How long a test waits for a word that does not come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Dialogue {
    pub(crate) socket: TcpStream,
    input: BytesMut,
    output: Vec<u8>,
    /// The process and key of BackendKeyData.
    pub(crate) key: (i32, Vec<u8>),
}

impl Dialogue {
    /// A socket on which nothing has been said.
    pub(crate) fn silent(address: SocketAddr) -> Dialogue {
        Dialogue::over(TcpStream::connect(address).expect("the server listens"))
    }

    pub(crate) fn over(socket: TcpStream) -> Dialogue {
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        // A Unix socket has no such option.
        let _ = socket.set_nodelay(true);
        Dialogue { socket, input: BytesMut::new(), output: Vec::new(), key: (0, Vec::new()) }
    }

    /// A client that has logged in.
    pub(crate) fn login(address: SocketAddr) -> Dialogue {
        Dialogue::login_as(address, "ann")
    }

    /// A client that has logged in by this name.
    pub(crate) fn login_as(address: SocketAddr, user: &str) -> Dialogue {
        let mut client = Dialogue::silent(address);
        let parameters = [("user", user), ("database", "toy")];
        let message = StartupMessage { version: ProtocolVersion::V3_0, parameters };
        let greeting = client.say(&message).hear_until('Z');
        assert!(greeting.starts_with("R(Ok) S("), "{greeting}");
        client
    }

    /// Puts a message into the next write.
    pub(crate) fn say(&mut self, message: &impl Encode) -> &mut Dialogue {
        message.encode(&mut self.output).expect("a message that can be written");
        self
    }

    /// Puts any bytes into the next write.
    pub(crate) fn say_raw(&mut self, bytes: &[u8]) -> &mut Dialogue {
        self.output.extend_from_slice(bytes);
        self
    }

    /// Writes what was said so far.
    pub(crate) fn send(&mut self) -> &mut Dialogue {
        self.socket.write_all(&self.output).expect("the server reads");
        self.output.clear();
        self
    }

    /// Sends, and writes down everything up to a message of this type.
    pub(crate) fn hear_until(&mut self, last: char) -> String {
        self.send();
        let mut heard = Vec::new();
        loop {
            let message = self.next().expect("the server goes on talking");
            let text = describe(&message);
            let done = text.starts_with(last);
            if let AnyBackend::BackendKeyData(data) = &message {
                self.key = (data.process_id, data.key.to_vec());
            }
            heard.push(text);
            if done {
                return heard.join(" ");
            }
        }
    }

    /// Sends, and says whether it ends in ReadyForQuery rather than in the end of the connection.
    pub(crate) fn hear_until_ready(&mut self) -> bool {
        self.send();
        while let Some(message) = self.next() {
            if matches!(message, AnyBackend::ReadyForQuery(_)) {
                return true;
            }
        }
        false
    }

    /// The next message in words.
    pub(crate) fn first(&mut self) -> String {
        self.next().map(|message| describe(&message)).unwrap_or_default()
    }

    /// Sends, and writes down everything until the server closes.
    pub(crate) fn hear_out(&mut self) -> String {
        self.send();
        let mut heard = Vec::new();
        while let Some(message) = self.next() {
            heard.push(describe(&message));
        }
        heard.join(" ")
    }

    /// The next message; `None` when the server has closed.
    pub(crate) fn next(&mut self) -> Option<AnyBackend> {
        loop {
            if let Some(header) = frame::peek(&self.input) {
                let length = header.frame_length(u32::MAX / 4).expect("a server's length");
                if let Some(body) = frame::split(&mut self.input, length) {
                    let tag = BackendTag(header.tag);
                    return Some(AnyBackend::decode(tag, body).expect("a server's message"));
                }
            }
            if self.read() == 0 {
                assert!(self.input.is_empty(), "half a message: {:?}", self.input);
                return None;
            }
        }
    }

    /// One read of the socket; 0 when the server has closed, by FIN or RST.
    fn read(&mut self) -> usize {
        let mut chunk = [0; 65536];
        match self.socket.read(&mut chunk) {
            Ok(count) => {
                self.input.extend_from_slice(&chunk[..count]);
                count
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("nothing came: {error}"),
        }
    }

    /// Whether the server says nothing for a while: it waits for us.
    pub(crate) fn hears_nothing(&mut self) -> bool {
        self.send();
        let patience = self.socket.read_timeout().expect("a timeout");
        self.socket.set_read_timeout(Some(Duration::from_millis(150))).expect("a timeout");
        let mut byte = [0];
        let silent = self.socket.peek(&mut byte).is_err();
        self.socket.set_read_timeout(patience).expect("a timeout");
        silent
    }

    /// Reads raw bytes, as of an answer to SSLRequest.
    pub(crate) fn raw(&mut self, count: usize) -> Vec<u8> {
        self.send();
        let mut bytes = vec![0; count];
        self.socket.read_exact(&mut bytes).expect("the server answers");
        bytes
    }
}

/// A message in a few words.
fn describe(message: &AnyBackend) -> String {
    match message {
        AnyBackend::CopyInResponse(_) => "G".into(),
        AnyBackend::Authentication(kind) => {
            let kind = format!("{kind:?}");
            format!("R({})", kind.split([' ', '{']).next().unwrap_or_default())
        }
        AnyBackend::BackendKeyData(_) => "K".into(),
        AnyBackend::BindComplete(_) => "2".into(),
        AnyBackend::CloseComplete(_) => "3".into(),
        AnyBackend::CommandComplete(done) => format!("C({})", text(done.tag.as_bytes())),
        AnyBackend::DataRow(row) => {
            let values = row.values.iter().map(|value| value.map_or("NULL".into(), text));
            format!("D({})", values.collect::<Vec<_>>().join(","))
        }
        AnyBackend::EmptyQueryResponse(_) => "I".into(),
        AnyBackend::ErrorResponse(error) => {
            let field = |code| error.fields.get(code).map(text).unwrap_or_default();
            format!("E({} {})", field(FieldCode::SEVERITY), field(FieldCode::SQLSTATE))
        }
        AnyBackend::NoData(_) => "n".into(),
        AnyBackend::NoticeResponse(notice) => {
            format!("N({})", notice.fields.get(FieldCode::SQLSTATE).map(text).unwrap_or_default())
        }
        AnyBackend::NotificationResponse(said) => {
            let (channel, payload) = (text(said.channel.as_bytes()), text(said.payload.as_bytes()));
            format!("A({} {channel} {payload})", said.process_id)
        }
        AnyBackend::ParameterDescription(parameters) => {
            let types = parameters.types.iter().map(|oid| oid.to_string());
            format!("t({})", types.collect::<Vec<_>>().join(","))
        }
        AnyBackend::ParameterStatus(status) => {
            format!("S({}={})", text(status.name.as_bytes()), text(status.value.as_bytes()))
        }
        AnyBackend::ParseComplete(_) => "1".into(),
        AnyBackend::PortalSuspended(_) => "s".into(),
        AnyBackend::ReadyForQuery(ready) => format!("Z({})", char::from(ready.status.byte())),
        AnyBackend::RowDescription(rows) => {
            let fields = rows
                .fields
                .iter()
                .map(|field| format!("{}:{}:{}", text(field.name), field.type_oid, field.format));
            format!("T({})", fields.collect::<Vec<_>>().join(","))
        }
        AnyBackend::NegotiateProtocolVersion(offer) => format!("v({})", offer.version),
        other => format!("{other:?}"),
    }
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => text.to_owned(),
        _ => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
