//! PostgreSQL's own client.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::tokens::{ISSUER, Issuer, server};

/// A libpq of version 18: that in `TRUNKLINE_LIBPQ`, or the one that psycopg brought to the tests of
/// real clients.
fn libpq() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("TRUNKLINE_LIBPQ") {
        return Some(path.into());
    }
    let cache = std::env::var_os("TRUNKLINE_CACHE").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/trunkline"));
    let clients = cache.or(home)?.join("python-clients/lib");
    let entries = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries(clients)
        .flat_map(|python| entries(python.path().join("site-packages/psycopg_binary.libs")))
        .map(|file| file.path())
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libpq-") && name.ends_with(".so.5.18")
        })
}

#[test]
#[allow(clippy::print_stderr, reason = "it tells what is skipped")]
fn libpq_18_is_told_where_a_token_can_be_had_and_logs_in_by_it() {
    let Some(libpq) = libpq() else {
        eprintln!("SKIPPED: no libpq 18 in TRUNKLINE_LIBPQ or among the real clients");
        return;
    };
    let issuer = Issuer::new();
    let served = server(&issuer, "libpq");
    let port = served.server.address.port();
    let conninfo = format!(
        "host=localhost hostaddr=127.0.0.1 port={port} user=ann dbname=toy sslmode=verify-full \
         sslrootcert={} oauth_issuer={ISSUER} oauth_client_id=test",
        served.certificate.display(),
    );
    let log_in = |conninfo: &str, token: &str| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oauth/libpq.py");
        let mut python = Command::new("python3");
        let output = python.arg(script).arg(&libpq).args([conninfo, token]).output();
        let output = output.expect("the tests need Python");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let asked = format!("asked for a token: {ISSUER}/.well-known/openid-configuration sql\n");
    let good = issuer.token(json!({}));
    assert_eq!(log_in(&conninfo, &good), format!("{asked}answered: 1\n"));
    // It knows the document already, and asks nobody.
    let known = conninfo.replace(ISSUER, &format!("{ISSUER}/.well-known/openid-configuration"));
    let without_scope = asked.replace(" sql\n", "");
    let heard = log_in(&format!("{known} oauth_scope=sql"), &good);
    assert!(heard.starts_with(&without_scope) && heard.ends_with("answered: 1\n"), "{heard}");

    for changes in [json!({"exp": -3600}), json!({"aud": "another"}), json!({"sub": "bob"})] {
        let heard = log_in(&conninfo, &issuer.token(changes));
        let refused = "FATAL:  OAuth bearer authentication failed for user \"ann\"\n";
        assert!(heard.starts_with(&asked) && heard.ends_with(refused), "{heard}");
    }
    let elsewhere = conninfo.replace(ISSUER, "https://another.example");
    assert!(log_in(&elsewhere, &good).contains("is incompatible with oauth_issuer"));
}
