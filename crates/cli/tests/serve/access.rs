//! Rules, users and certificates: docs/authentication.md is held to its word, and SIGHUP.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, RevokedCertParams, date_time_ymd,
};

use crate::running::{Folder, Serving, data, hello, mistake, trunkline};

const PAGE: &str = include_str!("../../../../docs/authentication.md");

/// The file of this name on the page.
pub(crate) fn file(name: &str) -> &'static str {
    let begin = format!("`{name}`:\n\n```text\n");
    let (_, rest) = PAGE.split_once(begin.as_str()).unwrap_or_else(|| panic!("no {name}"));
    rest.split("```").next().unwrap_or_default()
}

/// The commands of the page that begin so, without the dollar.
pub(crate) fn commands(begin: &str) -> Vec<&'static str> {
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.filter(|line| line.starts_with(begin)).collect()
}

/// The number of the certificate of the robot.
const ROBOT: u64 = 7;

/// A certificate and its key.
fn issue(folder: &Folder, name: &str, authority: &CertifiedIssuer<'_, KeyPair>, common: &str) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.serial_number = (name == "robot").then(|| ROBOT.into());
    params.distinguished_name.push(DnType::CommonName, common);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    folder.write(&format!("{name}.crt"), &certificate.pem());
    folder.secret(&format!("{name}.key"), &key.serialize_pem());
}

fn authority(folder: &Folder) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    folder.write("clients.crt", &authority.pem());
    authority
}

/// The list of these numbers of certificates.
fn revoke(folder: &Folder, authority: &CertifiedIssuer<'_, KeyPair>, serials: &[u64]) {
    let this_update = date_time_ymd(2020, 1, 1);
    let revoked = serials.iter().map(|serial| RevokedCertParams {
        serial_number: (*serial).into(),
        revocation_time: this_update,
        reason_code: None,
        invalidity_date: None,
    });
    let list = CertificateRevocationListParams {
        this_update,
        next_update: date_time_ymd(4000, 1, 1),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(authority).expect("a list");
    folder.write("clients.crl", &list.pem().expect("text"));
}

/// Everything that the page speaks of.
fn page(name: &str) -> Folder {
    page_by(name).0
}

/// The same, and who signs the certificates.
fn page_by(name: &str) -> (Folder, CertifiedIssuer<'static, KeyPair>) {
    let folder = Folder::new(name);
    folder.data();
    folder.write("pg_hba.conf", file("pg_hba.conf"));
    folder.write("pg_ident.conf", file("pg_ident.conf"));
    folder.secret("users.txt", file("users.txt"));
    let authority = authority(&folder);
    for (name, common) in [("server", "server"), ("robot", "robot.example.org"), ("other", "robot")]
    {
        issue(&folder, name, &authority, common);
    }
    revoke(&folder, &authority, &[]);
    (folder, authority)
}

/// What psql prints, or complains of, for a command line of the page.
fn psql(folder: &Folder, port: &str, line: &str) -> Result<String, String> {
    let line = line.replacen("host=127.0.0.1", &format!("host=127.0.0.1 port={port}"), 1);
    let mut shell = Command::new("sh");
    shell.args(["-c", &line.replacen("psql", "psql -XAtw", 1)]).current_dir(&folder.0);
    let output = shell.env("LC_ALL", "C").output().expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

#[test]
fn the_page_is_true() {
    let folder = page("access-page");
    let [_, line] = commands("trunkline serve")[..] else { panic!("two commands") };
    let mut command = trunkline();
    let words = line.split(' ').skip(1).map(|word| word.replace(":5432", ":0"));
    let serving = Serving::start(command.current_dir(&folder.0).args(words));
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    let lines = commands("psql ");
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(psql(&folder, &port, line), Ok("1\n".to_owned()), "{line}");
        let user = line.split("user=").nth(1).and_then(|rest| rest.split(' ').next());
        let user = user.expect("a user");
        let (wrong, refusal) = match line.contains("sslcert=") {
            true => (
                line.replace("robot.crt", "other.crt").replace("robot.key", "other.key"),
                "certificate",
            ),
            false => (line.replace("=secret", "=wrong"), "password"),
        };
        let refused = psql(&folder, &port, &wrong).expect_err(&wrong);
        let refusal = format!("{refusal} authentication failed for user \"{user}\"\n");
        assert!(refused.ends_with(&refusal), "{refused}");
    }
    let as_user = |user: &str| {
        let place =
            format!("host=127.0.0.1 dbname=data user={user} password=secret sslmode=require");
        psql(&folder, &port, &format!("psql '{place}' -c 'select 1'")).expect_err("refused")
    };
    assert!(as_user("banned").contains("pg_hba.conf rejects connection for host \"127.0.0.1\""));
    // Not from 10.0.0.0/8: the next line that fits asks for the password alone.
    assert!(as_user("robot").contains("connection requires a valid client certificate"));
}

#[test]
fn rules_by_database_are_not_evaded_by_another_name() {
    let folder = Folder::new("access-name");
    folder.data();
    folder.write("pg_hba.conf", "host data all all reject\nhost all all 127.0.0.1/32 trust\n");
    let mut command = trunkline();
    command.current_dir(&folder.0).args(["serve", "data/", "--listen", "127.0.0.1:0"]);
    let serving = Serving::start(command.args(["--hba", "pg_hba.conf"]));
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    let ask = |database: &str| {
        let line = format!("psql 'host=127.0.0.1 dbname={database} user=eve' -c 'select 1'");
        psql(&folder, &port, &line).expect_err("refused")
    };
    assert!(ask("data").contains("pg_hba.conf rejects connection"));
    assert!(ask("postgres").contains("database \"postgres\" does not exist"));
}

/// The lines of a server's log, until one has this in it.
fn log_until(log: &mut BufReader<ChildStderr>, word: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).expect("text") > 0, "it ended without {word:?}");
        if line.contains(word) {
            return line;
        }
    }
}

#[test]
fn a_hangup_reads_everything_again_or_nothing() {
    let folder = page("access-hangup");
    folder.write("pg_hba.conf", "host all guest all scram-sha-256\n");
    let mut command = trunkline();
    command.current_dir(&folder.0).arg("serve").arg(data()).args(["--listen", "127.0.0.1:0"]);
    command.args(["--hba", "pg_hba.conf", "--ident", "pg_ident.conf", "--users-file", "users.txt"]);
    command.args(["--tls-cert", "server.crt", "--tls-key", "server.key"]);
    command.args(["--tls-client-ca", "clients.crt", "--tls-crl", "clients.crl"]);
    command.args(["--guesses", "0", "--log", "info"]).stderr(Stdio::piped());
    let mut serving = Serving::start(&mut command);
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    let mut log = BufReader::new(serving.child.stderr.take().expect("its log"));
    let logs_in = |password: &str| {
        let place = format!("host=127.0.0.1 dbname=data user=guest password={password}");
        psql(&folder, &port, &format!("psql '{place}' -c 'select 1'")).is_ok()
    };
    assert!(logs_in("secret"));

    // Users and rules change together.
    folder.secret("users.txt", "\"guest\" \"other\"\n");
    folder.write("pg_hba.conf", "hostssl all guest all scram-sha-256\nhost all all all reject\n");
    assert!(logs_in("secret"), "before it was told so");
    serving.send("-HUP");
    log_until(&mut log, "were read again");
    assert!(logs_in("other") && !logs_in("secret"));

    // One file that is wrong, and nothing changes.
    folder.secret("users.txt", "\"guest\" \"third\"\n");
    for (name, text, why) in [
        (
            "pg_hba.conf",
            "\nhost all all all truts\n",
            "pg_hba.conf: line 2: invalid authentication method",
        ),
        ("pg_hba.conf", "hostssl all all all cert map=x\n", "line 1: there is no map"),
        ("pg_ident.conf", "a b\n", "pg_ident.conf: line 1: a name is missing"),
        ("server.crt", "nothing\n", "cannot offer TLS: server.crt: it holds no certificate"),
        ("clients.crt", "nothing\n", "cannot offer TLS: clients.crt: it holds no certificate"),
        ("clients.crl", "nothing\n", "cannot offer TLS: clients.crl: it holds no revocation list"),
        ("users.txt", "guest\n", "users.txt: line 1: expected"),
        ("users.txt", "\"guest\" \"a\"b\"\n", "users.txt: line 1: expected the end of the line"),
        (
            "users.txt",
            "\"guest\" \"a\"\n\"guest\" \"b\"\n",
            "users.txt: line 2: the user of line 1 with another secret",
        ),
    ] {
        let kept = std::fs::read_to_string(folder.0.join(name)).expect("a file");
        folder.write(name, text);
        serving.send("-HUP");
        let line = log_until(&mut log, "nothing is reloaded");
        assert!(line.contains(why) && line.contains("ERROR"), "{line}");
        folder.write(name, &kept);
        assert!(logs_in("other") && !logs_in("third"), "{name}");
    }
    serving.send("-HUP");
    log_until(&mut log, "were read again");
    assert!(logs_in("third"));
    assert_eq!(serving.signal("-TERM"), Some(0));
    let _ = log.read_to_string(&mut String::new());
}

#[test]
fn a_certificate_that_is_revoked_is_refused_from_the_next_hangup_on() {
    let (folder, authority) = page_by("access-revoked");
    let [_, line] = commands("trunkline serve")[..] else { panic!("two commands") };
    let mut command = trunkline();
    let words = line.split(' ').skip(1).map(|word| word.replace(":5432", ":0"));
    command.current_dir(&folder.0).args(words).args(["--log", "info"]).stderr(Stdio::piped());
    let mut serving = Serving::start(&mut command);
    let port = serving.address().rsplit(':').next().expect("a port").to_owned();
    let mut log = BufReader::new(serving.child.stderr.take().expect("its log"));
    let line = commands("psql ").into_iter().find(|line| line.contains("sslcert="));
    let line = line.expect("a client with a certificate");
    assert_eq!(psql(&folder, &port, line), Ok("1\n".to_owned()));
    revoke(&folder, &authority, &[ROBOT]);
    serving.send("-HUP");
    log_until(&mut log, "were read again");
    let refused = psql(&folder, &port, line).expect_err("it is revoked");
    assert!(refused.contains("certificate revoked"), "{refused}");
}

#[test]
#[cfg(target_os = "linux")]
fn when_its_terminal_is_gone_the_server_ends() {
    let folder = Folder::new("gone");
    let socket = folder.0.join(".s.PGSQL.5432");
    // `script` is the terminal, `trunkline` what runs in it.
    let mut terminal = Command::new("script");
    let program = trunkline().get_program().to_owned();
    let run = format!(
        "exec '{}' serve '{}' --listen '{}' >'{}'",
        Path::new(&program).display(),
        data().display(),
        folder.0.display(),
        folder.0.join("banner").display(),
    );
    terminal.args(["-qefc", &run, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut terminal = terminal.spawn().expect("the tests need script");
    let client = loop {
        match UnixStream::connect(&socket) {
            Ok(client) => break client,
            Err(_) => std::thread::yield_now(),
        }
    };
    assert_eq!(hello(&client, "data"), b'S');
    terminal.kill().expect("an end");
    terminal.wait().expect("an end");
    // The end of the connection is that of the server.
    crate::running::rest(&client);
    while socket.exists() {
        std::thread::yield_now();
    }
}

#[test]
fn mistakes_about_rules_name_the_way_out() {
    let folder = page("access-mistakes");
    folder.write("wrong.conf", "\nhots all all all trust\n");
    folder.write("trusting.conf", "host all all all trust\n");
    let explained = |arguments: &[&str], hint: &str| {
        let mut command = trunkline();
        command.current_dir(&folder.0).arg("serve").arg(data()).args(arguments);
        let (code, said) = mistake(&mut command);
        assert!(code == 2 && said.contains(hint), "{arguments:?}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
    };
    let tls = ["--tls-cert", "server.crt", "--tls-key", "server.key"];
    let with_tls = |arguments: &[&'static str]| [arguments, &tls].concat();
    explained(&["--hba", "none.conf"], "cannot read the rules none.conf");
    explained(
        &["--hba", "wrong.conf"],
        "wrong.conf: line 2: invalid connection type \"hots\": say",
    );
    explained(&["--hba", "pg_hba.conf"], "pg_hba.conf: line 4: there is no map \"machines\"");
    explained(&["--hba", "pg_hba.conf", "--ident", "none"], "cannot read the user name maps none");
    explained(&["--ident", "pg_ident.conf"], "--ident is for lines of cert and oauth in --hba");
    explained(
        &with_tls(&["--tls-client-ca", "clients.crt"]),
        "--tls-client-ca is for lines of cert",
    );
    explained(&["--hba", "pg_hba.conf", "--tls-client-ca", "clients.crt"], "needs --tls-cert and");
    explained(&["--tls-crl", "clients.crl"], "--tls-crl is for certificates by --tls-client-ca");
    let rules = ["--hba", "pg_hba.conf", "--ident", "pg_ident.conf"];
    explained(&with_tls(&rules), "no authority for them; say --tls-client-ca FILE");
    let none = [&rules[..], &["--tls-client-ca", "server.key"]].concat();
    explained(&with_tls(&none), "server.key: it holds no certificate in PEM");
    let public = ["--listen", "0.0.0.0:0", "--hba", "trusting.conf"];
    explained(
        &with_tls(&public),
        "without authentication; let no line of trusting.conf trust others",
    );
    explained(&public, "without authentication; say --tls-cert and --tls-key, and let no line");
}
