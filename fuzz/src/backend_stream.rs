//! A whole connection as a server sees it: the startup, the login, then messages in any order.
use bytes::BytesMut;
use trunkline_proto::{
    Format, Limits, SqlState,
    backend::{Channel, Connection, Event, Startup, Step, TransactionStatus},
    message::{CommandComplete, CopyInResponse, ErrorFields, ErrorResponse, ParseComplete},
    wire::Input,
};

/// Panics on what must not be, such as a message that says one thing when it owns its bytes and another
/// when it borrows them.
pub fn run(data: &[u8]) {
    let Some((server, input)) = log_in(data) else { return };
    let mut owned = Conversation::new(server);
    owned.goes_on(&mut { input });
    let Some((server, input)) = log_in(data) else { return };
    let mut borrowed = Conversation::new(server);
    // In pieces, as from a socket.
    let (mut start, mut end) = (0, 0);
    while end < input.len() {
        end = input.len().min(end + 11);
        let mut rest = &input[start..end];
        if !borrowed.goes_on(&mut rest) {
            break;
        }
        start = end - rest.len();
    }
    assert_eq!((borrowed.heard, borrowed.output), (owned.heard, owned.output));
}

/// A connection past its login, and what has come behind it.
fn log_in(data: &[u8]) -> Option<(Connection, BytesMut)> {
    let (mut input, mut output) = (BytesMut::from(data), Vec::new());
    let mut startup = Startup::new(&Limits::default(), Channel::Tcp);
    let login = loop {
        startup = match startup.step(&mut input, &mut output) {
            Ok(Step::Tls(request)) => request.accept(&mut output).established(),
            Ok(Step::DirectTls(request)) if input.len() > 1 => {
                let _ = input.split_to(1);
                request.accept().established()
            }
            Ok(Step::Login(login)) => break login,
            _ => return None,
        }
    };
    let _ = (login.settings().count(), login.user(), login.options());
    let key = if login.version().minor() >= 2 { &[0; 32][..] } else { &[0; 4] };
    let ready = login.trust(&mut output);
    Some((ready.finish([("a", "b")], 1, key, &mut output).unwrap(), input))
}

/// What is heard and what is said.
struct Conversation {
    server: Connection,
    heard: Vec<String>,
    output: Vec<u8>,
}

impl Conversation {
    fn new(server: Connection) -> Conversation {
        Conversation { server, heard: Vec::new(), output: Vec::new() }
    }

    /// Answers what has come; whether there may be more.
    fn goes_on<I: Input>(&mut self, input: &mut I) -> bool {
        let Conversation { server, heard, output } = self;
        let failed = ErrorFields::new("ERROR", SqlState::INTERNAL_ERROR, "no");
        let failed = ErrorResponse { fields: failed };
        loop {
            let before = input.remaining();
            let event = match server.receive(input) {
                Ok(Some(event)) => event,
                Ok(None) => return true,
                Err(error) => {
                    heard.push(error.to_string());
                    if error.is_fatal() {
                        return false;
                    }
                    server.fail(&failed, output).unwrap();
                    if server.owes_ready() {
                        server.ready(TransactionStatus::Idle, output).unwrap();
                    }
                    continue;
                }
            };
            assert!(input.remaining() < before);
            heard.push(format!("{event:?}"));
            // A Parse and a COPY are answered well, all else by an error.
            let answered = match event {
                Event::Query(query) if query.sql.as_bytes().starts_with(b"copy") => {
                    let columns = [0_i16];
                    server.send(&CopyInResponse { format: Format::Text, columns }, output)
                }
                Event::CopyData(_) => Ok(()),
                Event::CopyDone => server.send(&CommandComplete { tag: "COPY 0" }, output),
                Event::Parse(_) => server.send(&ParseComplete, output),
                Event::Sync => server.ready(TransactionStatus::Idle, output),
                Event::Flush => Ok(()),
                Event::Terminate => return false,
                _ => server.fail(&failed, output),
            };
            answered.unwrap();
            if server.owes_ready() && !server.is_copying_in() {
                server.ready(TransactionStatus::Idle, output).unwrap();
            }
        }
    }
}
