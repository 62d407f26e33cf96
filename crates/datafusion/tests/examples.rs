//! The example is run, and asked as any client asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

#[test]
fn memory_tables() {
    let server = Example::start("memory_tables");
    let answer = server.ask("select name, moons from planets where moons > 20 order by 1");
    assert!(answer.contains("Jupiter\0\0\0\u{2}97"), "{answer:?}");
    assert!(answer.contains("Uranus\0\0\0\u{2}28"), "{answer:?}");
    assert!(answer.contains("SELECT 2\0"), "{answer:?}");
    let answer = server.ask("select nope from planets");
    assert!(answer.contains("C42703\0"), "{answer:?}");
}

/// A running example, killed when it is dropped.
struct Example {
    child: Child,
    address: String,
}

impl Example {
    /// Starts a server on a free port and waits for the address in its first line.
    fn start(name: &str) -> Example {
        let mut command = Command::new(example(name));
        let mut child =
            command.arg("0").stdout(Stdio::piped()).spawn().expect("the example starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is read");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("{name} says {line:?}")).to_owned();
        Example { child, address }
    }

    /// Logs in, asks, says goodbye: all that the server said.
    fn ask(&self, sql: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let startup = b"\0\x03\0\0user\0me\0database\0sky\0\0";
        let mut sent = length(startup.len());
        sent.extend_from_slice(startup);
        sent.push(b'Q');
        sent.extend(length(sql.len() + 1));
        sent.extend_from_slice(sql.as_bytes());
        sent.extend_from_slice(b"\0X\0\0\0\x04");
        stream.write_all(&sent).expect("the server reads");
        let mut received = Vec::new();
        stream.read_to_end(&mut received).expect("the server answers and closes");
        String::from_utf8_lossy(&received).into_owned()
    }
}

/// A length word, which counts itself.
fn length(of: usize) -> Vec<u8> {
    u32::try_from(of + 4).expect("short").to_be_bytes().to_vec()
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary of an example: cargo builds it for `cargo test`, but does not tell where.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let path = profile.join("examples").join(name);
    assert!(path.exists(), "{} is not built: cargo build --examples", path.display());
    path
}
