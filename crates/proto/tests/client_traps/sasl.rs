//! Which proof our client gives, and to whom: no weaker one than it was told to, no matter what the
//! server asks for.

use trunkline_proto::{
    Limits, PeerError,
    auth::{
        oauth::Credentials,
        scram::{Binding, BindingPolicy},
    },
    frontend::{Login, LoginStep, Method, SaslRequest, Startup},
    message::{Authentication, Encode, PgStr, ProtocolVersion},
};

use crate::script::{bytes, login};

const PLAIN: &str = "SCRAM-SHA-256";
const PLUS: &str = "SCRAM-SHA-256-PLUS";

/// A client under TLS, to whose certificate it could bind a proof if the certificate has a hash.
fn under_tls(binding: Binding, policy: BindingPolicy) -> Login {
    Startup::new(&Limits::default())
        .direct_tls()
        .established(binding)
        .log_in(ProtocolVersion::V3_0, [("user", "alice")], &mut Vec::new())
        .expect("legal parameters")
        .channel_binding(policy)
}

fn certificate() -> Binding {
    Binding::TlsServerEndPoint(vec![7; 32])
}

fn offer(mechanisms: &[&'static str]) -> Authentication {
    let mechanisms = mechanisms.iter().copied().map(PgStr::from_static).collect();
    Authentication::Sasl { mechanisms }
}

fn asked(client: Login, mechanisms: &[&'static str]) -> SaslRequest {
    match client.step(&mut bytes(&[&offer(mechanisms)]), &mut Vec::new()) {
        Ok(LoginStep::Sasl(request)) => request,
        other => panic!("{other:?}"),
    }
}

/// Says this to the client; what it writes is its proof, or nothing.
fn say(client: Login, message: &impl Encode) -> (Result<LoginStep, PeerError>, Vec<u8>) {
    let mut output = Vec::new();
    (client.step(&mut bytes(&[message]), &mut output), output)
}

/// pgjdbc let servers in that asked for another proof, or for none.
#[test]
fn cve_2025_49146_where_binding_is_required_no_other_proof_is_given() {
    let requests = [
        Authentication::Ok,
        Authentication::CleartextPassword,
        Authentication::Md5Password { salt: *b"salt" },
        Authentication::Gss,
        Authentication::Sspi,
        Authentication::KerberosV5,
    ];
    for binding in [certificate(), Binding::Unsupported, Binding::None] {
        for request in &requests {
            let client = under_tls(binding.clone(), BindingPolicy::Require);
            let (step, output) = say(client, request);
            assert!(step.is_err(), "{request:?}");
            assert!(output.is_empty());
        }
    }
    let client = under_tls(certificate(), BindingPolicy::Require);
    let mut output = Vec::new();
    let token = Credentials::Token("abc".to_owned().into());
    assert!(asked(client, &["OAUTHBEARER"]).oauth(&token, &mut output).is_err());
    assert!(output.is_empty());
}

/// pgjdbc fell back to SCRAM without binding where the certificate has no hash, as with Ed25519.
#[test]
fn cve_2026_54291_where_binding_is_required_a_certificate_without_hash_is_refused() {
    let scram = |binding, policy, mechanisms: &[&'static str]| {
        let mut output = Vec::new();
        let request = asked(under_tls(binding, policy), mechanisms);
        (request.scram("secret", [2; 18], &mut output).is_ok(), output)
    };
    let required = |binding, mechanisms| scram(binding, BindingPolicy::Require, mechanisms);
    for mechanisms in [&[PLUS, PLAIN][..], &[PLUS], &[PLAIN]] {
        assert_eq!(required(Binding::Unsupported, mechanisms), (false, Vec::new()));
    }
    // Nor where the server, or somebody in its place, hides that it could.
    assert_eq!(required(certificate(), &[PLAIN]), (false, Vec::new()));
    let (is_given, proof) = required(certificate(), &[PLUS, PLAIN]);
    assert!(is_given && proof.windows(24).any(|part| part == b"p=tls-server-end-point,,"));
    let preferred = scram(Binding::Unsupported, BindingPolicy::Prefer, &[PLUS, PLAIN]);
    assert!(preferred.0, "it was not required");
}

/// `y` tells a server that offers PLUS that somebody has taken it out of the list.
#[test]
fn t15_a_client_that_could_bind_says_so() {
    let flag = |binding, policy| {
        let mut output = Vec::new();
        let request = asked(under_tls(binding, policy), &[PLAIN]);
        request.scram("secret", [2; 18], &mut output).expect("it is offered");
        // Type, length, the name and its NUL, the length of the response.
        char::from(output[5 + PLAIN.len() + 1 + 4])
    };
    assert_eq!(flag(certificate(), BindingPolicy::Prefer), 'y');
    assert_eq!(flag(certificate(), BindingPolicy::Disable), 'n');
    assert_eq!(flag(Binding::Unsupported, BindingPolicy::Prefer), 'n');
    assert_eq!(flag(Binding::None, BindingPolicy::Prefer), 'n');
    let mut output = Vec::new();
    let plus_in_clear = asked(login(ProtocolVersion::V3_0), &[PLUS, PLAIN]);
    assert!(plus_in_clear.scram("secret", [2; 18], &mut output).is_err());
    assert!(output.is_empty());
}

/// A client that has begun SCRAM, `challenged` or not.
fn in_scram(challenged: bool) -> Login {
    let request = asked(login(ProtocolVersion::V3_0), &[PLAIN]);
    let client = request.scram("secret", [2; 18], &mut Vec::new()).expect("it is offered");
    if !challenged {
        return client;
    }
    let nonce = "AgIC".repeat(6);
    let data = format!("r={nonce}more,s=c2FsdA==,i=16").into_bytes().into();
    match say(client, &Authentication::SaslContinue { data }) {
        (Ok(LoginStep::NeedInput(client)), output) if !output.is_empty() => client,
        other => panic!("{other:?}"),
    }
}

/// A server that lets the client in before it has proved itself does not know the password.
#[test]
fn t16_scram_does_not_end_without_the_proof_of_the_server() {
    for challenged in [false, true] {
        let (step, output) = say(in_scram(challenged), &Authentication::Ok);
        let error = step.expect_err("no proof");
        assert_eq!(error.message(), "authentication request 0 out of order");
        assert!(output.is_empty());
    }
}

#[test]
fn t16_a_server_does_not_change_its_mind_within_scram() {
    let requests = [
        Authentication::CleartextPassword,
        Authentication::Md5Password { salt: *b"salt" },
        offer(&[PLAIN]),
        offer(&["OAUTHBEARER"]),
        Authentication::Gss,
    ];
    for challenged in [false, true] {
        for request in &requests {
            let (step, output) = say(in_scram(challenged), request);
            assert!(step.is_err(), "{request:?}");
            assert!(output.is_empty(), "no second proof");
        }
    }
    // Nor the order of its messages.
    let data = b"v=AAAA".as_slice().into();
    assert!(say(in_scram(false), &Authentication::SaslFinal { data }).0.is_err());
    let data = b"r=x,s=c2FsdA==,i=16".as_slice().into();
    assert!(say(in_scram(true), &Authentication::SaslContinue { data }).0.is_err());
}

#[test]
fn t16_a_proof_is_given_once() {
    let (step, _) = say(login(ProtocolVersion::V3_0), &Authentication::CleartextPassword);
    let Ok(LoginStep::Cleartext(request)) = step else { panic!("{step:?}") };
    let client = request.answer("secret", &mut Vec::new()).expect("it can be written");
    let (step, output) = say(client, &Authentication::CleartextPassword);
    assert!(step.is_err() && output.is_empty());
}

fn in_oauth() -> Login {
    let request = asked(login(ProtocolVersion::V3_0), &["OAUTHBEARER"]);
    let token = Credentials::Token("abc".to_owned().into());
    request.oauth(&token, &mut Vec::new()).expect("it is offered")
}

#[test]
fn t17_oauth_has_no_final_message_and_scram_must_have_one() {
    let (step, _) = say(in_oauth(), &Authentication::Ok);
    let Ok(LoginStep::Authenticated(authenticated)) = step else { panic!("{step:?}") };
    assert_eq!(authenticated.method, Method::OAuth);
    let data = b"v=AAAA".as_slice().into();
    assert!(say(in_oauth(), &Authentication::SaslFinal { data }).0.is_err());
    assert!(say(in_scram(true), &Authentication::Ok).0.is_err());
}

/// The caller learns that nobody was asked for a proof: libpq's `require_auth`.
#[test]
fn t16_who_is_let_in_without_proof_is_told_so() {
    let (step, _) = say(login(ProtocolVersion::V3_0), &Authentication::Ok);
    let Ok(LoginStep::Authenticated(authenticated)) = step else { panic!("{step:?}") };
    assert_eq!(authenticated.method, Method::Trust);
}
