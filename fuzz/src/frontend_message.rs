//! A stream of messages from a frontend: decoded, printed, encoded and decoded again.
use bytes::{Bytes, BytesMut};
use trunkline_proto::{
    Limits,
    message::{AnyFrontend, Encode, FrontendTag},
    trace::Trace,
    wire::frame,
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let (mut input, mut trace, limits) = (BytesMut::from(data), Trace::new(), Limits::default());
    while let Some(header) = frame::peek(&input) {
        let tag = FrontendTag(header.tag);
        let limit = limits.frontend(tag).unwrap_or(limits.password);
        let Ok(length) = header.frame_length(limit) else { return };
        let Some(body) = frame::split(&mut input, length) else { return };
        trace.frontend(tag, &body, &mut Vec::new()).unwrap();
        if let Ok(message) = AnyFrontend::decode(tag, body) {
            let mut out = Vec::new();
            message.encode(&mut out).unwrap();
            assert_eq!(AnyFrontend::decode(tag, Bytes::from(out).slice(5..)), Ok(message));
        }
    }
}
