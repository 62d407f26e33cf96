//! Which settings a server tells its clients of: read from the start of a session.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Names in the ParameterStatus messages between the startup packet and ReadyForQuery.
pub(super) fn settings(port: u16) -> Result<BTreeSet<String>, String> {
    let start = || -> std::io::Result<BTreeSet<String>> {
        let mut server = TcpStream::connect(("127.0.0.1", port))?;
        let mut packet = vec![0, 0, 0, 0, 0, 3, 0, 0];
        packet.extend_from_slice(b"user\0postgres\0\0");
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        packet[..4].copy_from_slice(&length.to_be_bytes());
        server.write_all(&packet)?;
        read(&mut server)
    };
    start().map_err(|error| format!("the start of a session: {error}"))
}

fn read(server: &mut impl Read) -> std::io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    loop {
        let mut head = [0; 5];
        server.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let mut body = vec![0; u32::from_be_bytes(length).saturating_sub(4) as usize];
        server.read_exact(&mut body)?;
        match kind {
            b'S' => {
                let name = body.split(|&byte| byte == 0).next().unwrap_or_default();
                names.insert(String::from_utf8_lossy(name).into_owned());
            }
            b'E' => return Err(std::io::Error::other(String::from_utf8_lossy(&body).into_owned())),
            b'Z' => return Ok(names),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_until_the_server_is_ready() {
        let mut said = &b"R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\x00b\x00Z\0\0\0\x05I"[..];
        assert_eq!(read(&mut said).unwrap(), BTreeSet::from(["a".to_owned()]));
        assert!(read(&mut &b"S\0\0\0\x08a"[..]).is_err());
    }
}
