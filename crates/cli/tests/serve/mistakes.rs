//! Mistakes: each is explained in one line that names the way out.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::running::{Folder, data, mistake, trunkline};

/// Runs `trunkline serve DATA ARGUMENTS` in a folder and expects one line with this hint.
fn explained(folder: &Folder, arguments: &[&str], code: i32, hint: &str) {
    let mut command = trunkline();
    command.current_dir(&folder.0).arg("serve").args(arguments);
    let (found, said) = mistake(&mut command);
    assert_eq!(found, code, "{arguments:?}: {said}");
    assert!(said.contains(hint), "{arguments:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
    assert!(said.starts_with("trunkline: "), "{arguments:?}: {said}");
}

/// The same with the data set of the README behind it.
fn explained_of_data(folder: &Folder, arguments: &[&str], code: i32, hint: &str) {
    let data = data().display().to_string();
    explained(folder, &[&[data.as_str()], arguments].concat(), code, hint);
}

#[test]
fn about_files() {
    let folder = Folder::new("mistakes-files");
    std::fs::create_dir(folder.0.join("empty")).expect("a folder");
    folder.write("users.txt", "\"a\" \"b\"\n");
    let cases: [(&[&str], &str); 9] = [
        (&[], "say a folder, as in trunkline serve data/"),
        (&["/nowhere/at/all"], "/nowhere/at/all: there is no such file or folder"),
        (&["empty"], "no tables in empty"),
        (&["users.txt"], "its name does not tell a format"),
        (&["/dev/null"], "neither a file nor a folder"),
        (&[""], "a value is required for '[PATH]...'"),
        (&["empty", "--table", "nothing"], "NAME=PATH"),
        (&["empty", "--table", "=x.csv"], "NAME=PATH"),
        (&["--table", "x=/nowhere.csv"], "/nowhere.csv: there is no such file"),
    ];
    for (arguments, hint) in cases {
        explained(&folder, arguments, 2, hint);
    }
}

#[test]
fn about_places() {
    let folder = Folder::new("mistakes-places");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("its address").to_string();
    folder.write("file", "");
    let deep = format!("./{}", "x".repeat(100));
    std::fs::create_dir(folder.0.join(&deep)).expect("a folder");
    let cases: [(&str, i32, &str); 17] = [
        (&taken, 1, "in use"),
        ("nonsense", 2, "say HOST:PORT, as in nonsense:5432"),
        ("", 2, "say HOST:PORT, as in 127.0.0.1:5432"),
        ("5432", 2, "as in 127.0.0.1:5432"),
        ("::1", 2, "as in [::1]:5432"),
        ("127.0.0.1:99999", 2, "HOST:PORT"),
        ("127.0.0.1:abc", 2, "HOST:PORT"),
        ("*:0", 1, "try 127.0.0.1 or 0.0.0.0"),
        ("192.0.2.1:0", 1, "this machine has no such address"),
        ("0.0.0.0:0", 2, "without authentication; say --user NAME with --tls-cert"),
        ("[::]:0", 2, "--insecure-listen"),
        ("./nothing", 1, "no such folder; make it first"),
        ("./file", 2, "not a folder"),
        ("./:0", 2, "from 1 to 65535"),
        ("./:x", 2, "from 1 to 65535"),
        ("./:70000", 2, "from 1 to 65535"),
        (&deep, 1, "at most 107 bytes"),
    ];
    for (place, code, hint) in cases {
        explained_of_data(&folder, &["--listen", place], code, hint);
    }
    explained_of_data(&folder, &["--listen", "0.0.0.0:0", "--user", "a"], 2, "without TLS; say");
}

#[test]
fn about_certificates() {
    let folder = Folder::new("mistakes-tls");
    let [one, other] = [0, 1].map(|_| {
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate")
    });
    folder.secret("one.crt", &one.cert.pem());
    folder.secret("one.key", &one.signing_key.serialize_pem());
    folder.secret("other.key", &other.signing_key.serialize_pem());
    folder.secret("garbage", "no certificate\n");
    folder.write("broken.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    folder.secret("encrypted.key", encrypted);
    let open = folder.write("open.key", &one.signing_key.serialize_pem());
    std::fs::set_permissions(open, Permissions::from_mode(0o644)).expect("a mode");
    let cases = [
        ("nothing.crt", "one.key", "nothing.crt: No such file"),
        ("one.crt", "nothing.key", "nothing.key: No such file"),
        ("garbage", "one.key", "garbage: it holds no certificate"),
        ("one.crt", "garbage", "garbage: it holds no private key"),
        ("one.key", "one.crt", "one.key: it holds no certificate"),
        ("broken.crt", "one.key", "the certificate and its key cannot be used"),
        ("one.crt", "other.key", "the key is that of another certificate"),
        ("one.crt", "encrypted.key", "the key is encrypted"),
        ("one.crt", ".", "private key file . is not a regular file"),
        ("one.crt", "/dev/null", "private key file /dev/null is not a regular file"),
        ("one.crt", "open.key", "private key file open.key has group or world access"),
    ];
    for (certificate, key, hint) in cases {
        explained_of_data(&folder, &["--tls-cert", certificate, "--tls-key", key], 2, hint);
    }
    let both = "both --tls-cert and --tls-key";
    explained_of_data(&folder, &["--tls-cert", "one.crt"], 2, both);
    explained_of_data(&folder, &["--tls-key", "one.key"], 2, both);
    let needed = "--tls-required needs --tls-cert and --tls-key";
    explained_of_data(&folder, &["--tls-required"], 2, needed);
}

#[test]
fn about_users() {
    let folder = Folder::new("mistakes-users");
    folder.secret("text", "nonsense\n");
    folder.secret("junk", "\"a\" \"b\" junk\n");
    folder.secret("twice", "\"a\" \"b\"\n\"a\" \"c\"\n");
    folder.secret("nobody", "; nobody yet\n");
    folder.secret("md5", "\"a\" \"md55f4dcc3b5aa765d61d8327deb882cf99\"\n");
    let open = folder.write("open", "\"a\" \"b\"\n");
    std::fs::set_permissions(open, Permissions::from_mode(0o644)).expect("a mode");
    let group = folder.write("group", "\"a\" \"b\"\n");
    std::fs::set_permissions(group, Permissions::from_mode(0o660)).expect("a mode");
    let cases = [
        ("--users-file", "nothing", "cannot read the users file nothing"),
        ("--users-file", ".", "users file . is not a regular file"),
        ("--users-file", "text", "text: line 1: expected \"name\""),
        ("--users-file", "junk", "junk: line 1: expected the end of the line"),
        ("--users-file", "twice", "twice: line 2: the user of line 1 with another secret"),
        ("--users-file", "nobody", "add a line \"name\" \"secret\""),
        ("--users-file", "md5", "make a SCRAM verifier"),
        ("--users-file", "open", "users file open has group or world access"),
        (
            "--users-file",
            "group",
            "or u=rw,g=r (0640) or less if owned by root; say chmod 0600 group",
        ),
        ("--users-file", "/dev/null", "users file /dev/null is not a regular file"),
        ("--user", "", "NAME or NAME:PASSWORD"),
        ("--user", "a:", "NAME or NAME:PASSWORD"),
        ("--user", ":b", "NAME or NAME:PASSWORD"),
    ];
    for (flag, value, hint) in cases {
        explained_of_data(&folder, &[flag, value], 2, hint);
    }
    folder.secret("ann", "\"bob\" \"b\"\n\"ann\" \"a\"\n");
    let both = ["--users-file", "ann", "--user", "ann:c"];
    explained_of_data(&folder, &both, 2, "user ann is in the users file, too: leave out");
    let with_password = |password: &str, users: &[&str], hint: &str| {
        let mut command = trunkline();
        command.env("TRUNKLINE_PASSWORD", password).arg("serve").arg(data());
        let (code, said) = mistake(command.args(users.iter().flat_map(|user| ["--user", user])));
        assert!(code == 2 && said.contains(hint), "{users:?}: {said}");
    };
    with_password("x", &[], "it is nobody's: say --user NAME");
    with_password("x", &["a:b"], "it is nobody's");
    with_password("x", &["a", "b"], "--users-file");
    with_password("", &["a"], "is empty");
}

#[test]
fn about_numbers_names_and_files_of_flags() {
    let folder = Folder::new("mistakes-flags");
    folder.write("wrong.toml", "\nlisen = []\n");
    folder.write("half.toml", "tls-cert = \"server.crt\"\n");
    folder.write("syntax.toml", "listen = [\n");
    folder.write("type.toml", "max-connections = \"many\"\n");
    folder.write("zero.toml", "max-connections = 0\n");
    let open = folder.write("open.toml", "user = [\"a:b\"]\n");
    std::fs::set_permissions(open, Permissions::from_mode(0o644)).expect("a mode");
    let cases: [(&[&str], &str); 14] = [
        (&["--config", "nothing.toml"], "cannot read nothing.toml"),
        (&["--config", "wrong.toml"], "wrong.toml line 2: unknown field `lisen`"),
        (&["--config", "half.toml"], "both --tls-cert and --tls-key"),
        (&["--config", "syntax.toml"], "syntax.toml line 1: "),
        (&["--config", "type.toml"], "type.toml line 1: "),
        (&["--config", "zero.toml"], "--max-connections 0"),
        (&["--config", "open.toml"], "chmod 0600 open.toml"),
        (&["--max-connections", "0"], "--max-connections 0 lets nobody in"),
        (&["--max-connections", "many"], "'--max-connections <N>'"),
        (&["--lisen", "x"], "a similar argument exists: '--listen'"),
        (&["--listen"], "a value is required for '--listen <ADDRESS>'"),
        (&["--log", "loud"], "say error, warn, info, debug or trace"),
        (&["--database", ""], "--database"),
        (&["--nonsense"], "trunkline serve --help"),
    ];
    for (arguments, hint) in cases {
        explained_of_data(&folder, arguments, 2, hint);
    }
    for (name, value, hint) in [
        ("TRUNKLINE_MAX_CONNECTIONS", "lots", "invalid value 'lots'"),
        ("TRUNKLINE_INSECURE_LISTEN", "perhaps", "value was not a boolean"),
        ("TRUNKLINE_LISTEN", "garbage", "HOST:PORT"),
        ("TRUNKLINE_LOG", "loud", "say error"),
        ("TRUNKLINE_CONFIG", "/nothing.toml", "cannot read /nothing.toml"),
    ] {
        let (code, said) = mistake(trunkline().arg("serve").arg(data()).env(name, value));
        assert!(code == 2 && said.contains(hint), "{name}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{name}: {said}");
    }
    assert!(Path::new(&data()).exists());
}

#[test]
fn about_users_of_a_file_without_their_passwords() {
    let folder = Folder::new("mistakes-secrets");
    for (name, user) in [
        ("list.toml", "[[\"bob:hunter2\"]]"),
        ("number.toml", "[\"bob:hunter2\", 12345678]"),
        ("table.toml", "{ bob = \"hunter2\" }"),
        ("digits.toml", "12345678"),
    ] {
        folder.secret(name, &format!("\nuser = {user}\n"));
        let mut command = trunkline();
        command.current_dir(&folder.0).arg("serve").arg(data()).args(["--config", name]);
        let (code, said) = mistake(&mut command);
        let place = format!("{name} line 2: expected a string or a list of strings");
        assert!(code == 2 && said.contains(&place), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("12345678"), "{said}");
    }
    // One user needs no list; everybody may read this one.
    let open = folder.write("one.toml", "user = \"bob:hunter2\"\n");
    std::fs::set_permissions(open, Permissions::from_mode(0o644)).expect("a mode");
    explained_of_data(&folder, &["--config", "one.toml"], 2, "chmod 0600 one.toml");
}
