//! How many segments of data a socket of TCP was sent, by the kernel's own count (`sock_diag(7)`).
//!
//! A server that delays nothing makes a segment of each write that is not large.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

const NETLINK: i32 = 16;
const SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;
const INET: u8 = 2;
const TCP: u8 = 6;
const INET_DIAG_INFO: u16 = 2;
/// The length of `struct nlmsghdr`, and that of `struct inet_diag_msg` behind it.
const HEADS: usize = 16 + 72;
/// Where `tcpi_data_segs_in` stands in `struct tcp_info`.
const DATA_SEGMENTS_IN: usize = 152;

/// The segments with data that this socket was sent until now.
pub(crate) fn received(socket: &TcpStream) -> u32 {
    let diag = Socket::new(Domain::from(NETLINK), Type::DGRAM, Some(Protocol::from(SOCK_DIAG)));
    let mut diag = diag.expect("Linux tells of its sockets");
    diag.write_all(&request(socket)).expect("the kernel listens");
    let mut answer = [0; 4096];
    let length = diag.read(&mut answer).expect("the kernel answers");
    let mut attributes = answer[..length].get(HEADS..).expect("the socket is known");
    while let Some(&[length, more, kind, _]) = attributes.first_chunk() {
        let length = usize::from(u16::from_ne_bytes([length, more]));
        if u16::from(kind) == INET_DIAG_INFO {
            let count = attributes[4 + DATA_SEGMENTS_IN..].first_chunk();
            return u32::from_ne_bytes(*count.expect("a kernel that counts segments"));
        }
        attributes = &attributes[length.next_multiple_of(4)..];
    }
    panic!("the kernel has not told of the connection");
}

/// `struct nlmsghdr`, `struct inet_diag_req_v2`.
fn request(socket: &TcpStream) -> Vec<u8> {
    let addresses = [socket.local_addr(), socket.peer_addr()].map(|end| end.expect("connected"));
    let mut body = vec![INET, TCP, 1 << (INET_DIAG_INFO - 1), 0];
    let all_states = u32::MAX;
    body.extend_from_slice(&all_states.to_ne_bytes());
    for end in &addresses {
        body.extend_from_slice(&end.port().to_be_bytes());
    }
    for end in &addresses {
        let SocketAddr::V4(end) = end else { panic!("not 127.0.0.1: {end}") };
        body.extend_from_slice(&end.ip().octets());
        body.extend_from_slice(&[0; 12]);
    }
    let (any_interface, no_cookie) = (0_u32, u64::MAX);
    body.extend_from_slice(&any_interface.to_ne_bytes());
    body.extend_from_slice(&no_cookie.to_ne_bytes());
    let length = u32::try_from(16 + body.len()).expect("a short request");
    let mut request = length.to_ne_bytes().to_vec();
    request.extend_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend_from_slice(&REQUEST.to_ne_bytes());
    request.extend_from_slice(&[0; 8]);
    request.extend_from_slice(&body);
    request
}

#[test]
fn each_write_is_counted() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let mut client = TcpStream::connect(address).expect("it listens");
    let (mut server, _) = listener.accept().expect("a client");
    server.set_nodelay(true).expect("an option of TCP");
    for count in 1..=20 {
        server.write_all(b"one").and_then(|()| server.write_all(b"two")).expect("it reads");
        client.read_exact(&mut [0; 6]).expect("both");
        assert_eq!(received(&client), 2 * count);
    }
}
