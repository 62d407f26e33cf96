//! One client: what it is owed is counted off its messages.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::answers::{Answers, Many, READY};

const PREBUILT_CHUNK: usize = 256 * 1024;
const ENCODED_CHUNK: usize = 64 * 1024;

/// What a client has said and is owed.
#[derive(Default)]
pub(crate) struct State {
    input: Vec<u8>,
    output: Vec<u8>,
    is_started: bool,
    /// The statement that was parsed asks for many rows.
    asks_many: bool,
    /// The format that was bound.
    format: usize,
    /// Many rows are due behind the output, in this format.
    many: Option<usize>,
    is_done: bool,
    pub(crate) wants_tls: bool,
}

/// Serves a client until it leaves, or wants TLS.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    mut state: State,
    answers: &Answers,
    has_tls: bool,
) -> io::Result<(S, State)> {
    let mut buffer = vec![0; 8192];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok((stream, state));
        }
        state.hear(answers, &buffer[..count], has_tls)?;
        if !state.output.is_empty() {
            stream.write_all(&state.output).await?;
            state.output.clear();
        }
        if let Some(format) = state.many.take() {
            send_many(&mut stream, answers, format).await?;
        }
        stream.flush().await?;
        if state.wants_tls || state.is_done {
            return Ok((stream, state));
        }
    }
}

async fn send_many<S: AsyncWrite + Unpin>(
    stream: &mut S,
    answers: &Answers,
    format: usize,
) -> io::Result<()> {
    match &answers.many {
        Many::Prebuilt(rows) => {
            for chunk in rows[format].chunks(PREBUILT_CHUNK) {
                stream.write_all(chunk).await?;
            }
            stream.write_all(&answers.many_end).await
        }
        Many::Encoded(table) => {
            let mut out = Vec::with_capacity(ENCODED_CHUNK + 1024);
            for row in 0..table.rows() {
                if format == 0 {
                    table.write_text(row, &mut out);
                } else {
                    table.write_binary(row, &mut out);
                }
                if out.len() >= ENCODED_CHUNK {
                    stream.write_all(&out).await?;
                    out.clear();
                }
            }
            out.extend_from_slice(&answers.many_end);
            stream.write_all(&out).await
        }
    }
}

impl State {
    fn hear(&mut self, answers: &Answers, heard: &[u8], has_tls: bool) -> io::Result<()> {
        let mut before = std::mem::take(&mut self.input);
        let mut rest: &[u8] = if before.is_empty() {
            heard
        } else {
            before.extend_from_slice(heard);
            &before
        };
        while !self.is_done && !self.wants_tls {
            let head = if self.is_started { 1 } else { 0 };
            let Some(length) = rest.get(head..head + 4) else { break };
            let length = u32::from_be_bytes(length.try_into().unwrap_or_default());
            let end = head + length as usize;
            let Some(body) = rest.get(head + 4..end) else {
                if length < 4 {
                    return Err(io::Error::other("no message"));
                }
                break;
            };
            if self.is_started {
                self.answer(answers, rest[0], body);
            } else {
                self.greet(answers, body, has_tls);
            }
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            self.input = rest.to_vec();
        }
        Ok(())
    }

    fn greet(&mut self, answers: &Answers, packet: &[u8], has_tls: bool) {
        match packet {
            // SSLRequest.
            [4, 210, 22, 47] if has_tls => {
                self.output.push(b'S');
                self.wants_tls = true;
            }
            // The same without TLS, and GSSENCRequest.
            [4, 210, 22, 47 | 48] => self.output.push(b'N'),
            _ => {
                self.is_started = true;
                self.output.extend_from_slice(&answers.startup);
            }
        }
    }

    fn answer(&mut self, answers: &Answers, kind: u8, body: &[u8]) {
        let output = &mut self.output;
        let columns = if self.asks_many { &answers.many_columns } else { &answers.one_columns };
        match kind {
            b'Q' if names_rows(body) => {
                output.extend_from_slice(&answers.many_columns[0]);
                self.many = Some(0);
            }
            b'Q' => {
                output.extend_from_slice(&answers.one_columns[0]);
                output.extend_from_slice(&answers.one[0]);
                output.extend_from_slice(READY);
            }
            b'P' => {
                self.asks_many = names_rows(body);
                output.extend_from_slice(b"1\0\0\0\x04");
            }
            b'B' => {
                self.format = usize::from(body.last() == Some(&1));
                output.extend_from_slice(b"2\0\0\0\x04");
            }
            b'D' if body.first() == Some(&b'S') => {
                output.extend_from_slice(b"t\0\0\0\x06\0\0");
                output.extend_from_slice(&columns[0]);
            }
            b'D' => output.extend_from_slice(&columns[self.format]),
            b'E' if self.asks_many => self.many = Some(self.format),
            b'E' => output.extend_from_slice(&answers.one[self.format]),
            // Many rows bring a ReadyForQuery of their own.
            b'S' if self.many.is_none() => output.extend_from_slice(READY),
            b'C' => output.extend_from_slice(b"3\0\0\0\x04"),
            b'X' => self.is_done = true,
            _ => {}
        }
    }
}

fn names_rows(statement: &[u8]) -> bool {
    statement.windows(5).any(|part| part == b" rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_in_pieces_are_answered_as_whole_ones() {
        let answers = Answers::new(true);
        let said =
            b"\0\0\0\x08\0\x03\0\0P\0\0\0\x10\0select 1\0\0\0B\0\0\0\x0e\0\0\0\0\0\0\0\x01\0\x01\
                     D\0\0\0\x06P\0E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04Q\0\0\0\x06x\0";
        let mut whole = State::default();
        whole.hear(&answers, said, false).expect("messages");
        let mut pieces = State::default();
        for byte in said {
            pieces.hear(&answers, &[*byte], false).expect("a part of a message");
        }
        assert_eq!(whole.output, pieces.output);
        let expected = [
            &answers.startup[..],
            b"1\0\0\0\x042\0\0\0\x04",
            &answers.one_columns[1],
            &answers.one[1],
            READY,
            &answers.one_columns[0],
            &answers.one[0],
            READY,
        ];
        assert_eq!(whole.output, expected.concat());
    }
}
