//! What our trace prints of recorded conversations is what libpq printed of them, and every frame
//! in them is encoded again as it was.

use bytes::Bytes;
use trunkline_proto::{
    message::{AnyBackend, AnyFrontend, BackendTag, Encode, FrontendTag, StartupPacket},
    trace::Trace,
};

struct Frame {
    is_traced: bool,
    side: u8,
    bytes: Vec<u8>,
}

/// Reads `golden/*.trace`: frames as lines of hex (`-` in front: not in libpq's trace), an empty
/// line, libpq's lines. `golden/capture.py` wrote them.
fn golden(name: &str) -> (Vec<Frame>, Vec<u8>) {
    let path = format!("{}/tests/golden/{name}.trace", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read(path).unwrap();
    let end = file.windows(2).position(|bytes| bytes == b"\n\n").unwrap();
    let frames = std::str::from_utf8(&file[..end]).unwrap().lines().map(|line| {
        let (is_traced, line) = line.strip_prefix('-').map_or((true, line), |line| (false, line));
        let (side, hex) = line.split_once(' ').unwrap();
        let bytes = (0..hex.len()).step_by(2);
        let bytes = bytes.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        Frame { is_traced, side: side.as_bytes()[0], bytes }
    });
    (frames.collect(), file[end + 2..].to_vec())
}

fn check(name: &str, mut trace: Trace) {
    let (frames, expected) = golden(name);
    let mut printed = Vec::new();
    for Frame { is_traced, side, bytes: frame } in frames {
        let mut ignored = Vec::new();
        let out = if is_traced { &mut printed } else { &mut ignored };
        let mut again = Vec::new();
        match side {
            b'F' if frame[0] == 0 => {
                let packet = StartupPacket::decode(Bytes::copy_from_slice(&frame[4..])).unwrap();
                trace.startup(&frame[4..], out).unwrap();
                match packet {
                    StartupPacket::Ssl(request) => request.encode(&mut again).unwrap(),
                    StartupPacket::Startup(message) => message.encode(&mut again).unwrap(),
                    other => panic!("{other:?}"),
                }
            }
            b'B' if frame.len() == 1 => {
                trace.encryption_response(frame[0], out).unwrap();
                again.push(frame[0]);
            }
            b'F' => {
                let tag = FrontendTag(frame[0]);
                trace.frontend(tag, &frame[5..], out).unwrap();
                let message = AnyFrontend::decode(tag, Bytes::copy_from_slice(&frame[5..]));
                message.unwrap().encode(&mut again).unwrap();
            }
            _ => {
                let tag = BackendTag(frame[0]);
                trace.backend(tag, &frame[5..], out).unwrap();
                let message = AnyBackend::decode(tag, Bytes::copy_from_slice(&frame[5..]));
                message.unwrap().encode(&mut again).unwrap();
            }
        }
        assert_eq!(again, frame, "{name}: a frame changed");
    }
    assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&expected), "{name}");
    assert_eq!(printed, expected, "{name}");
}

#[test]
fn simple_queries() {
    check("simple", Trace::new());
}

#[test]
fn extended_queries_and_pipelines() {
    check("extended", Trace::new());
}

#[test]
fn copy_in_out_and_fail() {
    check("copy", Trace::new());
}

#[test]
fn function_calls() {
    check("function_call", Trace::new());
}

#[test]
fn replication() {
    check("replication", Trace::new());
}

#[test]
fn every_way_to_log_in() {
    for name in ["login_scram", "login_md5", "login_cleartext", "login_refused"] {
        check(name, Trace::new());
    }
}

#[test]
fn protocol_versions() {
    for name in ["protocol_3_2", "negotiate"] {
        check(name, Trace::new());
    }
}

#[test]
fn regress_mode_hides_what_varies() {
    check("regress", Trace::regress());
}

#[test]
fn what_is_not_understood_is_said() {
    let mut trace = Trace::new();
    let mut out = Vec::new();
    trace.frontend(FrontendTag(b'y'), b"abc", &mut out).unwrap();
    trace.frontend(FrontendTag::PASSWORD, b"", &mut out).unwrap();
    trace.frontend(FrontendTag::BIND, b"\0\0\0", &mut out).unwrap();
    trace.backend(BackendTag::DATA_ROW, b"\0\x01\xff\xff\xff\xfe", &mut out).unwrap();
    trace.backend(BackendTag::COPY_DATA, b" ~\x7f\x1f", &mut out).unwrap();
    trace.startup(b"\x04\xd2\x16\x30", &mut out).unwrap();
    trace.encryption_response(b'G', &mut out).unwrap();
    let expected = [
        "F\t7\tUnknown message: 79",
        "mismatched message length: consumed 4, expected 7",
        "F\t4\tUnknownAuthenticationResponse",
        "F\t7\tBind\t \"\" \"\"",
        "mismatched message length: consumed 6, expected 7",
        "B\t10\tDataRow\t 1 -2",
        "mismatched message length: consumed 10, expected 10",
        "B\t8\tCopyData\t ' ~\\x7f\\x1f'",
        "F\t8\tGSSENCRequest\t 1234 5680",
        "B\t1\tGSSENCResponse\t G",
    ];
    assert_eq!(String::from_utf8(out).unwrap().lines().collect::<Vec<_>>(), expected);
}
