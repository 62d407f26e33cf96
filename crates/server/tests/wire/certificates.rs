//! Clients that show a certificate.

use rcgen::string::BmpString;
use rcgen::{CertificateParams, DnType, DnValue, SanType};
use trunkline::{Auth, Rules, Server, UserMaps};

use crate::auth::{users, wrong};
use crate::toy::{self, RunningServer, Toy};
use crate::visitor::{Authority, Visitor};

const RULES: &str = "
hostssl cert all all cert
hostssl mapped all all cert map=m
hostssl dns all all cert map=m clientname=SAN-DNS
hostssl mail all all cert map=m clientname=SAN-EMAIL
hostssl uri all all cert map=m clientname=SAN-URI
hostssl ca all all trust clientcert=verify-ca
hostssl full all all trust clientcert=verify-full
hostssl both all all scram-sha-256 clientcert=verify-full
hostssl clear all all password clientcert=verify-full
hostssl md5 all all md5 clientcert=verify-full
hostssl plain all all scram-sha-256
";

const MAP: &str = "m \"Ann of Accounting\" ann\nm spiffe://example/ann ann\nm ops all\n";

fn auth() -> Auth {
    let maps = UserMaps::parse(MAP).expect("maps");
    Auth::rules(Rules::parse(RULES, &maps).expect("rules"), users())
}

fn server(authority: &Authority) -> RunningServer {
    let tls = authority.server().with_client_authorities(vec![authority.root()]);
    toy::start_with(|builder| builder.auth(auth()).tls(tls.expect("an authority")))
}

fn called(name: impl Into<DnValue>) -> impl FnOnce(&mut CertificateParams) {
    let name = name.into();
    move |params| params.distinguished_name.push(DnType::CommonName, name)
}

const MISSING: &str = "28000 connection requires a valid client certificate";

fn failed(user: &str) -> String {
    format!("28000 certificate authentication failed for user \"{user}\"")
}

#[test]
fn a_certificate_is_good_for_whom_it_names() {
    let authority = Authority::new();
    let server = server(&authority);
    let come = || Visitor::tcp(server.address);
    let show = |name: &str| come().certified(&authority, authority.issue(&[], called(name)));
    assert_eq!(show("ann").log_in("ann", "cert", ""), "Trust");
    assert_eq!(show("ann").log_in("bob", "cert", ""), failed("bob"));
    assert_eq!(show("Ann").log_in("ann", "cert", ""), failed("ann"));
    assert_eq!(show("Ann of Accounting").log_in("ann", "mapped", ""), "Trust");
    assert_eq!(
        show("Ann of Accounting").log_in("Ann of Accounting", "mapped", ""),
        failed("Ann of Accounting")
    );
    assert_eq!(show("ops").log_in("whoever", "mapped", ""), "Trust");
    // With a map, the same name is not enough.
    assert_eq!(show("ann").log_in("ann", "mapped", ""), failed("ann"));
    for database in ["cert", "mapped", "dns", "mail", "uri", "ca", "full", "both"] {
        assert_eq!(come().tls(&authority).log_in("ann", database, "secret"), MISSING);
    }
    assert_eq!(come().tls(&authority).log_in("ann", "plain", "secret"), "ScramPlus");
}

#[test]
fn pgwire_446_a_certificate_may_be_asked_for_beside_another_proof() {
    let authority = Authority::new();
    let server = server(&authority);
    let show = |name: &str| {
        let own = authority.issue(&[], called(name));
        Visitor::tcp(server.address).certified(&authority, own)
    };
    assert_eq!(show("bob").log_in("ann", "ca", ""), "Trust");
    assert_eq!(show("ann").log_in("ann", "full", ""), "Trust");
    let trust = "28000 \"trust\" authentication failed for user \"ann\"";
    assert_eq!(show("bob").log_in("ann", "full", ""), trust);
    for (database, user, proof) in
        [("both", "ann", "ScramPlus"), ("clear", "ann", "Cleartext"), ("md5", "mia", "Md5")]
    {
        assert_eq!(show(user).log_in(user, database, "secret"), proof);
        assert_eq!(show(user).log_in(user, database, "wrong"), wrong(user));
        assert_eq!(show("bob").log_in(user, database, "secret"), wrong(user));
    }
}

#[test]
fn alternative_names_count_where_a_rule_says_so() {
    let authority = Authority::new();
    let server = server(&authority);
    let show = |san: SanType| {
        let own = authority.issue(&[], |params| {
            params.subject_alt_names.push(san);
            params.distinguished_name.push(DnType::CommonName, "ops");
        });
        Visitor::tcp(server.address).certified(&authority, own)
    };
    let ia5 = |text: &str| text.to_owned().try_into().expect("ASCII");
    let good = show(SanType::URI(ia5("spiffe://example/ann")));
    assert_eq!(good.log_in("ann", "uri", ""), "Trust");
    let other = show(SanType::URI(ia5("spiffe://example/ann2")));
    assert_eq!(other.log_in("ann", "uri", ""), failed("ann"));
    // The same word of another kind is another's.
    let kinds: [(_, fn(_) -> SanType); 3] =
        [("dns", SanType::DnsName), ("mail", SanType::Rfc822Name), ("uri", SanType::URI)];
    for (kind, name) in kinds {
        for database in ["dns", "mail", "uri"] {
            let said = show(name(ia5("ops"))).log_in("whoever", database, "");
            let expected = if database == kind { "Trust".to_owned() } else { failed("whoever") };
            assert_eq!(said, expected, "{kind} where {database} is asked for");
        }
    }
}

#[test]
fn cve_2012_0867_a_name_is_neither_cut_nor_read_to_a_nul() {
    let authority = Authority::new();
    let server = server(&authority);
    let log_in = |names: &[DnValue], user: &str| {
        let own = authority.issue(&[], |params| {
            for name in names {
                params.distinguished_name.push(DnType::CommonName, name.clone());
            }
        });
        Visitor::tcp(server.address).certified(&authority, own).log_in(user, "cert", "")
    };
    let text = |name: &str| DnValue::from(name);
    let long = "x".repeat(33);
    assert_eq!(log_in(&[text(&long)], &long), "Trust");
    assert_eq!(log_in(&[text(&long)], &long[..32]), failed(&long[..32]));
    let longer = "y".repeat(64);
    assert_eq!(log_in(&[text(&longer)], &longer[..63]), failed(&longer[..63]));
    assert_eq!(log_in(&[text("ann\0.evil")], "ann"), failed("ann"));
    assert_eq!(log_in(&[], "ann"), failed("ann"));
    let wide: Vec<u8> = "ann".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let wide = BmpString::from_utf16be(wide).expect("UTF-16");
    assert_eq!(log_in(&[DnValue::BmpString(wide)], "ann"), "Trust");
}

#[test]
fn a_certificate_of_another_authority_does_not_get_past_tls() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = server(&authority);
    let own = other.issue(&[], called("ann"));
    let said = Visitor::tcp(server.address).certified(&authority, own).log_in("ann", "cert", "");
    assert!(said.starts_with("the end"), "{said}");
    Visitor::tcp(server.address).tls(&authority).log_in("ann", "plain", "secret");
}

/// Authorities of one name, so that each could have signed each.
#[test]
fn rustsec_2023_0053_a_chain_that_leads_everywhere_leads_nowhere() {
    let authority = Authority::new();
    let server = server(&authority);
    let others: Vec<_> = (0..40).map(|_| Authority::new()).collect();
    let (own, key) = others[0].issue(&[], called("ann"));
    let chain = [own].into_iter().chain(others.iter().map(Authority::root)).collect();
    let visitor = Visitor::tcp(server.address).certified_by(&authority, chain, key);
    let said = visitor.log_in("ann", "cert", "");
    assert!(said.starts_with("the end"), "{said}");
    let good = authority.issue(&[], called("ann"));
    let visitor = Visitor::tcp(server.address).certified(&authority, good);
    assert_eq!(visitor.log_in("ann", "cert", ""), "Trust");
}

#[test]
fn certificates_cannot_be_asked_for_without_an_authority() {
    let tls = Authority::new().server();
    let server = Server::builder(Toy).auth(auth()).tls(tls).build();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let refused = runtime.block_on(async {
        let listener = trunkline::Listener::tcp(([127, 0, 0, 1], 0).into()).await.expect("a port");
        server.check(&listener).expect_err("no authority")
    });
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}
