//! Every example is run, and asked by our own client and by psql.

#![allow(clippy::print_stderr, reason = "it tells what is skipped")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

#[test]
fn ten_lines() {
    let server = Example::start("ten_lines", &["0"]);
    assert_eq!(server.client(&["what is $1?", "new"]), Ok("what is $1?\t1\n".into()));
    server.psql(&[], "hello?; there", Ok("hello?|1\nthere|1\n"));
}

#[test]
fn fixed_rows() {
    let server = Example::start("fixed_rows", &["0"]);
    let by_moons = "select * from planets where moons >= $1";
    assert_eq!(
        server.client(&[by_moons, "28"]),
        Ok("Jupiter\t97\t69911\t1898000000000000000000000000\tt\tNULL\n\
            Uranus\t28\t25362\t86810000000000000000000000\tt\t1781-03-13\n"
            .into())
    );
    assert_eq!(server.client(&[by_moons, "1000"]), Ok(String::new()));
    let refused = server.client(&[by_moons, "many"]).expect_err("no number");
    assert!(refused.contains("22P02"), "{refused}");
    let refused = server.client(&["select 1"]).expect_err("no such table");
    assert!(refused.contains("0A000") && refused.contains("Try: select"), "{refused}");
    server.psql(
        &[],
        "select * from planets",
        Ok("Earth|1|6371|5972000000000000000000000|f|\n\
            Jupiter|97|69911|1898000000000000000000000000|t|\n\
            Uranus|28|25362|86810000000000000000000000|t|1781-03-13\n\
            Neptune|16|24622|102400000000000000000000000|t|1846-09-23\n"),
    );
}

#[test]
fn own_types() {
    let server = Example::start("own_types", &["0"]);
    server.psql(&[], "moods", Ok("sad\nok\nvery happy\n"));
    let visits = "(\"Ada, of course\",1815-12-10)|{ok,NULL,\"very happy\"}|[sad,\"very happy\")\n";
    server.psql(&[], "visits", Ok(visits));
    assert_eq!(server.client(&["echo $1", "a"]), Ok("a\n".into()));
    server.psql(&[], "sleep", Err("ERROR:  say moods, visits or echo $1\n"));
}

#[test]
fn calculator() {
    let server = Example::start("calculator", &["0"]);
    for (formula, value) in [("1 + 2 * 3", "7"), ("20/4/5 - 1", "0"), ("12;", "12")] {
        assert_eq!(server.client(&[formula]), Ok(format!("{value}\n")), "{formula}");
    }
    for (formula, sqlstate, position) in [
        ("1 + * 3", "42601", "5"),
        ("1 + 2 apples", "42601", "7"),
        ("", "42601", "1"),
        ("1 / 0", "22012", "6"),
        ("9223372036854775807 + 1", "22003", "24"),
        ("9223372036854775808", "22003", "20"),
    ] {
        let refused = server.client(&[formula]).expect_err(formula);
        assert!(refused.contains(&format!("C: \"{sqlstate}\"")), "{formula}: {refused}");
        assert!(refused.contains(&format!("P: \"{position}\"")), "{formula}: {refused}");
    }
    server.psql(&[], "1 + 2 * 3", Ok("7\n"));
    server.psql(
        &[],
        "1 + ; 3",
        Err("ERROR:  a number is missing\nLINE 1: 1 + ; 3\n            ^\n"),
    );
}

#[test]
fn bench_server() {
    let server = Example::start("bench_server", &["--port", "0"]);
    assert_eq!(server.client(&["select 1"]), Ok("1\n".into()));
    let rows = server.client(&["select * from rows limit 1000"]).expect("rows");
    let second = "1\t0.87\trow-0000000000000001\t2024-01-01 00:00:01.000123\tf";
    assert_eq!((rows.lines().nth(1), rows.lines().count()), (Some(second), 1000));
    let refused = server.client(&["select 2"]).expect_err("not known");
    assert!(refused.contains("42601"), "{refused}");

    let server = Example::start("bench_server", &["--port", "0", "--scram"]);
    let ask = |password| {
        let variables = [("PGUSER", "bench_scram"), ("PGPASSWORD", password)];
        server.client_with(&variables, &["select 1"])
    };
    assert_eq!(ask("secret"), Ok("1\n".into()));
    assert!(ask("wrong").is_err());
}

#[test]
fn scram_tls() {
    let folder = Folder::new("scram_tls");
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
    let key = folder.write("server.key", &certified.signing_key.serialize_pem());
    let certificate = folder.write("server.crt", &certified.cert.pem());
    let users = folder.write("users.txt", "; who may come in\n\"alice\" \"open sesame\"\n");
    let server = Example::start("scram_tls", &[&users, &certificate, &key, "127.0.0.1:0"]);

    let ask = |user, password| {
        let variables = [("PGUSER", user), ("PGPASSWORD", password)];
        server.client_with(&variables, &["who am I?"])
    };
    assert_eq!(ask("alice", "open sesame"), Ok("alice\tf\n".into()));
    for (user, password) in [("alice", "wrong"), ("alice", ""), ("bob", "open sesame")] {
        let refused = ask(user, password).expect_err("not let in");
        assert!(refused.contains("FATAL") && refused.contains("28P01"), "{refused}");
    }
    let verify = format!("host=localhost sslmode=verify-full sslrootcert={certificate}");
    server.psql(
        &[&format!("{verify} user=alice password='open sesame' channel_binding=require")],
        "who am I?",
        Ok("alice|t\n"),
    );
    server.psql(
        &[&format!("{verify} user=alice password=wrong")],
        "who am I?",
        Err("FATAL:  password authentication failed for user \"alice\"\n"),
    );
}

#[test]
fn scram_tls_does_not_start_without_its_files() {
    let output = Command::new(example("scram_tls"))
        .args(["/nowhere/users.txt", "/nowhere/server.crt", "/nowhere/server.key"])
        .output()
        .expect("the example starts");
    assert!(!output.status.success());
}

/// A running example, killed when it is dropped.
struct Example {
    child: Child,
    address: String,
}

impl Example {
    /// Starts a server and waits for the address in its first line.
    fn start(name: &str, words: &[&str]) -> Example {
        let mut command = Command::new(example(name));
        let mut child =
            command.args(words).stdout(Stdio::piped()).spawn().expect("the example starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is read");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("{name} says {line:?}")).to_owned();
        Example { child, address }
    }

    /// What the example `client` prints, or complains of.
    fn client(&self, words: &[&str]) -> Result<String, String> {
        self.client_with(&[("PGUSER", "me")], words)
    }

    fn client_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Result<String, String> {
        let mut client = Command::new(example("client"));
        client.envs(variables.iter().copied()).arg(&self.address).args(words);
        outcome(&client.output().expect("the client starts"))
    }

    /// Expects what psql prints, or the end of its complaint; nothing where there is no psql.
    fn psql(&self, conninfo: &[&str], sql: &str, expected: Result<&str, &str>) {
        if !*HAS_PSQL {
            return;
        }
        let (_, port) = self.address.rsplit_once(':').expect("a port");
        let conninfo = conninfo.first().copied().unwrap_or("host=127.0.0.1 user=me");
        let conninfo = format!("{conninfo} port={port}");
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--dbname", &conninfo]);
        psql.args(["--command", sql]).env("LC_ALL", "C");
        match (outcome(&psql.output().expect("psql starts")), expected) {
            (Ok(printed), Ok(expected)) => assert_eq!(printed, expected, "{sql}"),
            (Err(complaint), Err(expected)) => {
                assert!(complaint.ends_with(expected), "{sql}: {complaint}");
            }
            (outcome, _) => panic!("{sql}: {outcome:?}"),
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

static HAS_PSQL: LazyLock<bool> = LazyLock::new(|| {
    let found = Command::new("psql").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: there is no psql on the PATH; the examples met our own client only");
    }
    found
});

/// The binary of an example: cargo builds it for `cargo test`, but does not tell where.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let path = profile.join("examples").join(name);
    assert!(path.exists(), "{} is not built: cargo build --examples", path.display());
    path
}

fn outcome(output: &Output) -> Result<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

/// A folder for one test, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        std::fs::create_dir(&path).expect("a folder of our own");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path of UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
