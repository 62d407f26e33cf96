//! What comes before the login: requests for encryption, cancels, the StartupMessage; whole, and a
//! byte at a time.
use bytes::BytesMut;
use trunkline_proto::{
    Limits,
    backend::{Channel, Startup, Step},
};

/// Panics on what must not be: the first byte decides what the server answers.
pub fn run(data: &[u8]) {
    let Some((choices, said)) = data.split_first() else { return };
    let (whole, consumed) = negotiate(*choices, said, said.len().max(1));
    let (cut, _) = negotiate(*choices, said, 1);
    assert!(consumed <= said.len());
    // Whether something lies behind a request that is declined is seen only where it is there.
    assert!(whole == cut || whole.contains("unencrypted data"), "{whole}\n{cut}");
    // Each kind of encryption is asked for once, and within TLS that was asked for none.
    let answers: String = whole.split(' ').filter(|word| ["S", "N"].contains(word)).collect();
    assert!(["", "S", "N", "NS", "NN"].contains(&&*answers), "{whole}");
}

/// Everything the server says and decides, and how many bytes it took.
fn negotiate(choices: u8, said: &[u8], size: usize) -> (String, usize) {
    let channel = if choices & 1 == 0 { Channel::Tcp } else { Channel::Unix };
    let mut startup = Startup::new(&Limits::default(), channel);
    let (mut input, mut output, mut told) = (BytesMut::new(), Vec::new(), String::new());
    let mut pieces = said.chunks(size);
    let ended = loop {
        let step = startup.step(&mut input, &mut output);
        let words = output.drain(..).map(|byte| format!("{} ", byte.escape_ascii()));
        told.extend(words);
        startup = match step {
            Ok(Step::NeedInput(waiting)) => match pieces.next() {
                Some(piece) => {
                    input.extend_from_slice(piece);
                    waiting
                }
                None => break "waits".to_owned(),
            },
            Ok(Step::Tls(request)) if choices & 2 == 0 => request.decline(&mut output),
            // What follows is taken as if TLS had decrypted it.
            Ok(Step::Tls(request)) => request.accept(&mut output).established(),
            Ok(Step::DirectTls(request)) => {
                let _ = input.split_to(1);
                request.accept().established()
            }
            Ok(Step::Cancel(request)) => break format!("{request:?}"),
            Ok(Step::Login(login)) => break format!("{login:?}"),
            Err(error) => {
                assert!(error.is_fatal());
                break error.to_string();
            }
        };
    };
    let rest = pieces.map(<[u8]>::len).sum::<usize>() + input.len();
    (told + &ended, said.len() - rest)
}
