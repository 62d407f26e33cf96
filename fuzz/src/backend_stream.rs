//! A whole connection as a server sees it: the startup, the login, then messages in any order.
use bytes::BytesMut;
use trunkline_proto::{
    Format, Limits, SqlState,
    backend::{Channel, Event, Startup, Step, TransactionStatus},
    message::{CommandComplete, CopyInResponse, ErrorFields, ErrorResponse, ParseComplete},
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
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
            _ => return,
        }
    };
    let _ = (login.settings().count(), login.user(), login.options());
    let key = if login.version().minor() >= 2 { &[0; 32][..] } else { &[0; 4] };
    let ready = login.trust(&mut output);
    let mut server = ready.finish([("a", "b")], 1, key, &mut output).unwrap();
    let failed = ErrorFields::new("ERROR", SqlState::INTERNAL_ERROR, "no");
    let failed = ErrorResponse { fields: failed };
    loop {
        let before = input.len();
        let event = match server.receive(&mut input) {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) if error.is_fatal() => return,
            Err(_) => {
                server.fail(&failed, &mut output).unwrap();
                if server.owes_ready() {
                    server.ready(TransactionStatus::Idle, &mut output).unwrap();
                }
                continue;
            }
        };
        assert!(input.len() < before);
        // A Parse and a COPY are answered well, all else by an error.
        let answered = match event {
            Event::Query(query) if query.sql.as_bytes().starts_with(b"copy") => {
                let columns = [0_i16];
                server.send(&CopyInResponse { format: Format::Text, columns }, &mut output)
            }
            Event::CopyData(_) => Ok(()),
            Event::CopyDone => server.send(&CommandComplete { tag: "COPY 0" }, &mut output),
            Event::Parse(_) => server.send(&ParseComplete, &mut output),
            Event::Sync => server.ready(TransactionStatus::Idle, &mut output),
            Event::Flush => Ok(()),
            Event::Terminate => return,
            _ => server.fail(&failed, &mut output),
        };
        answered.unwrap();
        if server.owes_ready() && !server.is_copying_in() {
            server.ready(TransactionStatus::Idle, &mut output).unwrap();
        }
    }
}
