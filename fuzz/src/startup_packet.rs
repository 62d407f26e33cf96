//! The first packet of a connection, and the bodies of `p` that follow it.
use bytes::Bytes;
use trunkline_proto::{
    message::{Encode, PasswordMessage, SaslInitialResponse, StartupPacket},
    trace::Trace,
};

/// Panics on what must not be.
pub fn run(data: &[u8]) {
    let body = Bytes::copy_from_slice(data);
    Trace::new().startup(&body, &mut Vec::new()).unwrap();
    let (_, _) = (PasswordMessage::decode(body.clone()), SaslInitialResponse::decode(body.clone()));
    if let Ok(StartupPacket::Startup(message)) = StartupPacket::decode(body) {
        let mut out = Vec::new();
        message.encode(&mut out).unwrap();
        assert_eq!(&out[4..], data);
    }
}
