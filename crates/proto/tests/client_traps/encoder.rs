//! What our client must not write: lengths that wrap around, strings that end early.

use trunkline_proto::{
    Oid,
    message::{
        CopyData, Encode, FrontendMessage, NewBind, NewFunctionCall, NewParse, PasswordMessage,
        Query, SaslInitialResponse, SaslResponse, Sync,
    },
    wire::frame,
};

use crate::script::connected;

/// A buffer of zeros that nobody touches: address space, and no memory.
fn zeros(length: usize) -> Vec<u8> {
    vec![0; length]
}

fn bind<P>(parameters: P) -> NewBind<'static, P> {
    NewBind { portal: "", statement: "", parameter_formats: &[], parameters, result_formats: &[] }
}

/// Nothing is written, and nothing has changed: neither the output nor what may be sent next.
fn refused(message: &impl FrontendMessage) {
    let mut connection = connected();
    let mut output = b"before".to_vec();
    assert!(connection.send(message, &mut output).is_err());
    assert_eq!(output, b"before");
    assert_eq!(connection.owed(), 0);
    connection.send(&Sync, &mut output).expect("the connection is as it was");
}

/// pgx, Npgsql (CVE-2024-32655), sqlx (RUSTSEC-2024-0363) and diesel (RUSTSEC-2024-0365) wrote the
/// length of 4 GiB and n bytes as n: the rest of the value was read as messages.
#[test]
fn cve_2024_27304_a_length_that_does_not_fit_is_refused_and_not_wrapped() {
    for length in [0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0004] {
        let huge = zeros(length);
        refused(&bind([Some(&huge)]));
        refused(&bind([Some(&b"small"[..]), None, Some(&huge)]));
        refused(&NewFunctionCall {
            function: Oid(1),
            argument_formats: &[],
            arguments: [Some(&huge)],
            result_format: trunkline_proto::Format::Binary,
        });
        let mut output = b"before".to_vec();
        let response = SaslInitialResponse { mechanism: "a", response: Some(&huge) };
        assert!(response.encode(&mut output).is_err());
        assert_eq!(output, b"before");
    }
}

/// Each value fits, all of them together do not.
#[test]
fn cve_2024_27304_the_length_of_a_message_is_refused_and_not_wrapped() {
    for length in [0x7fff_fffc, 0xffff_ffff, 0x1_0000_0004] {
        let encoded = frame(&mut Vec::new(), b'B', |out| {
            // Instead of what was written: copies of values would be real memory.
            *out = zeros(length + 5);
            Ok(())
        });
        assert!(encoded.is_err(), "{length}");
    }
    let mut fits = Vec::new();
    let encoded = frame(&mut fits, b'B', |out| {
        *out = zeros(0x7fff_fffb + 5);
        Ok(())
    });
    assert_eq!((encoded, &fits[1..5]), (Ok(()), &b"\x7f\xff\xff\xff"[..]));
}

#[test]
fn t24_what_cannot_be_counted_is_not_written() {
    refused(&bind(std::iter::repeat_n(None::<&[u8]>, 65536)));
    let types = std::iter::repeat_n(Oid::INT4, 65536);
    refused(&NewParse { name: "", sql: "", parameter_types: types });
    let mut output = Vec::new();
    let most = bind(std::iter::repeat_n(None::<&[u8]>, 65535));
    connected().send(&most, &mut output).expect("PostgreSQL takes so many");
    // The count behind two empty names and no formats.
    assert_eq!(output[9..11], [0xff, 0xff]);
}

#[test]
fn t24_a_string_with_a_nul_is_not_written() {
    let none: [Oid; 0] = [];
    refused(&Query { sql: "select 1\0drop table t" });
    refused(&NewParse { name: "", sql: "select 1\0", parameter_types: none });
    refused(&NewParse { name: "s\0", sql: "", parameter_types: none });
    refused(&NewBind { portal: "p\0", ..bind([None::<&[u8]>]) });
    refused(&NewBind { statement: "s\0", ..bind([None::<&[u8]>]) });
    let mut output = Vec::new();
    assert!(PasswordMessage { password: "a\0b" }.encode(&mut output).is_err());
    assert!(output.is_empty());
    // Where bytes are counted, a NUL is a byte like others.
    connected().send(&bind([Some(b"a\0b")]), &mut output).expect("the server judges it");
    assert!(CopyData { data: "a\0b" }.encode(&mut output).is_ok());
    assert!(SaslResponse { data: "a\0b" }.encode(&mut output).is_ok());
}
