//! Certificates of clients that are revoked.

use std::sync::{Arc, Mutex};

use rcgen::DnType;
use rustls_pki_types::CertificateRevocationListDer;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use trunkline::{Auth, Rules, Tls, TlsError, UserMaps};

use crate::auth::users;
use crate::toy;
use crate::visitor::{Authority, Visitor};

/// Years in which a list is good.
const NOW: (i32, i32) = (2020, 4000);

/// What becomes of ann, whose certificate has this number; "in" or not.
fn log_in(
    authority: &Authority,
    lists: Vec<CertificateRevocationListDer<'static>>,
    serial: u64,
) -> bool {
    let tls = authority.server().with_client_authorities(vec![authority.root()]);
    let tls = tls.and_then(|tls| tls.with_revocation_lists(lists)).expect("lists");
    log_in_by(authority, tls, serial)
}

/// The same of a server with this.
fn log_in_by(authority: &Authority, tls: Tls, serial: u64) -> bool {
    let rules = "hostssl cert all all cert\nhostssl all all all scram-sha-256\n";
    let rules = Rules::parse(rules, &UserMaps::default()).expect("rules");
    let server = toy::start_with(|builder| builder.auth(Auth::rules(rules, users())).tls(tls));
    let own = authority.issue(&[], |params| {
        params.serial_number = Some(serial.into());
        params.distinguished_name.push(DnType::CommonName, "ann");
    });
    // Who shows none is not asked whether it is revoked.
    let without = Visitor::tcp(server.address).tls(authority).log_in("ann", "toy", "secret");
    assert_eq!(without, "ScramPlus");
    let said = Visitor::tcp(server.address).certified(authority, own).log_in("ann", "cert", "");
    assert!(said == "Trust" || said.starts_with("the end"), "{said}");
    said == "Trust"
}

#[test]
fn a_revoked_certificate_does_not_get_past_tls() {
    let authority = Authority::new();
    let list = || vec![authority.revoke(NOW, &[7, 9])];
    assert!(log_in(&authority, list(), 8));
    assert!(!log_in(&authority, list(), 7));
    assert!(!log_in(&authority, list(), 9));
}

/// As PostgreSQL 15 does with `ssl_crl_file`.
#[test]
fn who_has_no_list_that_is_good_is_refused() {
    let (authority, other) = (Authority::called("one"), Authority::called("other"));
    assert!(!log_in(&authority, vec![other.revoke(NOW, &[])], 8), "the list of another");
    assert!(!log_in(&authority, vec![authority.revoke((2020, 2021), &[])], 8), "it has expired");
    let both = vec![other.revoke(NOW, &[8]), authority.revoke(NOW, &[])];
    assert!(log_in(&authority, both, 8));
    // One that only claims to be of this authority.
    let forged = Authority::called("one");
    assert!(!log_in(&authority, vec![forged.revoke(NOW, &[])], 8));
}

#[test]
fn of_two_lists_the_newest_counts() {
    let authority = Authority::new();
    let (old, new) =
        (|| authority.revoke((2020, 4000), &[]), || authority.revoke((2024, 4000), &[7]));
    assert!(!log_in(&authority, vec![old(), new()], 7));
    assert!(!log_in(&authority, vec![new(), old()], 7));
    // OpenSSL, too, takes an older one that is good before a newer one that has expired.
    let short = || authority.revoke((2022, 2023), &[]);
    assert!(log_in(&authority, vec![short(), old()], 8));
    assert!(log_in(&authority, vec![old(), short()], 8));
}

#[test]
fn a_list_that_does_not_count_is_told_when_it_is_read() {
    let authority = Authority::called("one");
    let known = authority.server().with_client_authorities(vec![authority.root()]).expect("roots");
    let log = Log::default();
    let said = tracing::subscriber::with_default(log.clone(), || {
        let expired =
            known.clone().with_revocation_lists(vec![authority.revoke((2020, 2021), &[])]);
        expired.expect("it may be renewed later");
        known.clone().with_revocation_lists(vec![authority.revoke(NOW, &[])]).expect("a list");
        let future = authority.revoke((3000, 4000), &[]);
        let error = known.with_revocation_lists(vec![authority.revoke(NOW, &[]), future]);
        error.expect_err("it does not count yet").to_string()
    });
    assert!(said.contains("of CN=one is not yet valid: it begins at 3000-01-01"), "{said}");
    let warned = log.0.lock().expect("no panic").clone();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("has expired") && warned[0].contains("CN=one"), "{warned:?}");
}

/// Keeps the warnings.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == Level::WARN {
            let mut line = Line::default();
            event.record(&mut line);
            self.0.lock().expect("no panic").push(line.0);
        }
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

#[test]
fn lists_count_in_whatever_order_they_are_said() {
    let authority = Authority::new();
    let root = || vec![authority.root()];
    let list = |serial: u64| vec![authority.revoke(NOW, &[serial])];
    let lists_first = || {
        let tls = authority.server().with_revocation_lists(list(7));
        tls.and_then(|tls| tls.with_client_authorities(root())).expect("lists")
    };
    assert!(!log_in_by(&authority, lists_first(), 7));
    assert!(log_in_by(&authority, lists_first(), 8));
    // Said again, authorities replace authorities, and lists lists.
    let other = vec![Authority::called("other").root()];
    let others = || lists_first().with_client_authorities(other.clone()).expect("authorities");
    assert!(!log_in_by(&authority, others(), 8));
    let back = || others().with_client_authorities(root()).expect("authorities");
    assert!(!log_in_by(&authority, back(), 7));
    assert!(log_in_by(&authority, back(), 8));
    let newer = || back().with_revocation_lists(list(8)).expect("lists");
    assert!(log_in_by(&authority, newer(), 7));
    assert!(!log_in_by(&authority, newer(), 8));
}

#[test]
fn what_is_no_list_is_refused() {
    let authority = Authority::new();
    let error = |tls: Result<Tls, TlsError>| tls.expect_err("no list").to_string();
    let known =
        || authority.server().with_client_authorities(vec![authority.root()]).expect("roots");
    assert!(
        error(known().with_revocation_lists(Vec::new())).ends_with("there is no revocation list")
    );
    let garbage = vec![CertificateRevocationListDer::from(vec![0x30, 0x03, 1, 2, 3])];
    assert!(error(known().with_revocation_lists(garbage)).contains("is malformed"));
}
