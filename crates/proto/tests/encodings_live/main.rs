//! Encodings against a real PostgreSQL: the same text of any bytes, the same bytes of any text, or the same error.
//!
//! What PostgreSQL 18 answered to random cases is kept in `tests/golden/encodings.tsv`. With
//! `TRUNKLINE_TEST_PG=host:port` in the environment the test asks that server (user `postgres`, trusted) about those
//! cases, about thousands more, and about every character; 18's answers are written to the golden file.

#![allow(clippy::print_stdout, reason = "how many cases there were, with --nocapture")]

mod random;
mod server;

use std::fmt::Write as _;

use random::Random;
use server::Server;
use trunkline_proto::Encoding;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/encodings.tsv");

/// How many random cases of each kind are kept, and how many more are asked.
const KEPT: usize = 40;
const MORE: usize = 4_000;

/// Bytes or text, and what becomes of them: the other one in hexadecimal, or `! code message`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Case {
    encoding: String,
    is_text: bool,
    given: String,
    outcome: String,
}

impl Case {
    /// What this crate makes of it.
    fn ours(&self) -> String {
        let encoding = Encoding::find(&self.encoding).unwrap();
        let given = unhex(&self.given);
        let outcome = match self.is_text {
            true => encoding.encoded(std::str::from_utf8(&given).unwrap()).map(|bytes| hex(&bytes)),
            false => encoding.decode(&given).map(|text| hex(text.as_bytes())),
        };
        outcome
            .unwrap_or_else(|error| format!("! {} {}", error.sqlstate().as_str(), error.message()))
    }
}

#[test]
fn encodings_are_those_of_postgresql() {
    let mut golden = read_golden();
    let address = std::env::var("TRUNKLINE_TEST_PG").ok();
    if let Some(address) = address {
        let mut server = Server::connect(&address).unwrap();
        let names: Vec<&str> = foreign().map(Encoding::name).collect();
        if golden.is_empty() {
            golden = cases(&names, KEPT, 1);
        }
        let mut asked = golden.clone();
        server.ask(&mut asked).unwrap();
        check(&asked);
        if server.version >= 18 {
            write_golden(&asked);
            golden = asked;
        }
        let mut more = cases(&names, MORE, 2);
        server.ask(&mut more).unwrap();
        check(&more);
        println!("{} cases", golden.len() + more.len());
        for name in names {
            check_every_character(&mut server, name);
        }
    }
    assert!(golden.len() > 2_000, "{} cases", golden.len());
    check(&golden);
}

/// The encodings that are converted here.
fn foreign() -> impl Iterator<Item = Encoding> {
    let all = (0..64).filter_map(Encoding::from_number);
    all.filter(|encoding| encoding.is_supported() && encoding.is_foreign())
}

fn cases(names: &[&str], count: usize, seed: u64) -> Vec<Case> {
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for name in names {
        for place in 0..count * 2 {
            let is_text = place < count;
            let given = if is_text { random.text().into_bytes() } else { random.bytes() };
            let (encoding, given) = ((*name).to_owned(), hex(&given));
            cases.push(Case { encoding, is_text, given, outcome: String::new() });
        }
    }
    cases
}

impl Case {
    /// Whether this crate says what PostgreSQL says.
    ///
    /// `convert_from` looks at all bytes before it converts one; what comes from a client PostgreSQL converts at
    /// once, as this crate does.
    fn is_met(&self) -> bool {
        let ours = self.ours();
        ours == self.outcome || ours.starts_with("! 22P05") && self.outcome.starts_with("! 22021")
    }
}

fn check(cases: &[Case]) {
    let failures: Vec<String> = cases
        .iter()
        .filter(|case| !case.is_met())
        .map(|case| format!("{case:?}\n  ours: {}", case.ours()))
        .collect();
    let shown: Vec<&str> = failures.iter().take(20).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), shown.join("\n"));
}

/// Every character that PostgreSQL can write in an encoding, and no other.
fn check_every_character(server: &mut Server, name: &str) {
    let encoding = Encoding::find(name).unwrap();
    // Only one has those beyond; to ask for them takes long.
    let last = if name == "GB18030" { char::MAX } else { '\u{ffff}' };
    let theirs = server.characters(name, last).unwrap();
    let mut count = 0;
    for character in '\u{1}'..=last {
        let ours = encoding.encoded(character.encode_utf8(&mut [0; 4])).ok().map(|b| hex(&b));
        assert_eq!(ours.as_ref(), theirs.get(&character), "{name} {character:?}");
        count += usize::from(ours.is_some());
    }
    assert_eq!(count, theirs.len());
    println!("{name}: {count} characters");
}

fn read_golden() -> Vec<Case> {
    let text = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    let of_line = |line: &str| {
        let [encoding, kind, given, outcome] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("a line of four columns: {line}");
        };
        let (encoding, given) = (encoding.to_owned(), given.to_owned());
        Case { encoding, is_text: kind == "text", given, outcome: outcome.to_owned() }
    };
    text.lines().map(of_line).collect()
}

fn write_golden(cases: &[Case]) {
    let mut text = String::new();
    for Case { encoding, is_text, given, outcome } in cases {
        let kind = if *is_text { "text" } else { "bytes" };
        writeln!(text, "{encoding}\t{kind}\t{given}\t{outcome}").unwrap();
    }
    std::fs::write(GOLDEN, text).unwrap();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let pair = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}
