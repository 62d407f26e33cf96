//! Every type against a real PostgreSQL: the same text, the same bytes, the same errors.
//!
//! What PostgreSQL 18 answered is kept in `tests/golden`. With `TRUNKLINE_TEST_PG=host:port` in the
//! environment the test asks that server (user `postgres`, trusted) instead, writes its answers to
//! the golden files, and asks about thousands of random values more.

mod golden;
mod random;
mod rare;
mod server;

use std::collections::BTreeMap;

use golden::{Case, Golden, escape, hex, pairs, style};
use server::{Outcome, Server};
use trunkline_proto::types::{IsNull, TextStyle, ToPg, Value, ValueError, name_of};
use trunkline_proto::{Format, Oid};

#[test]
fn values_are_those_of_postgresql() {
    let mut failures = Vec::new();
    let server = std::env::var("TRUNKLINE_TEST_PG").ok();
    let mut server = server.map(|address| Server::connect(&address).unwrap());
    for mut file in Golden::all().unwrap() {
        // Without the rules of zones there is nothing to test in that file.
        if file.name == "types-zones" && cfg!(not(feature = "time")) {
            continue;
        }
        assert!(!file.cases.is_empty(), "{} has no cases", file.name);
        if let Some(server) = &mut server {
            ask(server, &mut file.cases);
            file.write().unwrap();
        }
        check(&file.cases, &mut failures);
    }
    if let Some(server) = &mut server {
        for mut cases in random::families() {
            ask(server, &mut cases);
            check(&cases, &mut failures);
        }
    }
    let shown: Vec<&str> = failures.iter().take(60).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), shown.join("\n"));
}

/// Fills in what the server makes of each input.
fn ask(server: &mut Server, cases: &mut [Case]) {
    let mut groups: BTreeMap<(String, u32, bool), Vec<&mut Case>> = BTreeMap::new();
    for case in cases {
        let key = (case.settings.clone(), case.oid.0, case.binary);
        groups.entry(key).or_default().push(case);
    }
    for ((settings, oid, binary), mut cases) in groups {
        server.query("RESET ALL; SET TimeZone = 'UTC'").unwrap();
        for (name, value) in pairs(&settings) {
            server.query(&format!("SET {name} = '{value}'")).unwrap();
        }
        let inputs: Vec<&[u8]> = cases.iter().map(|case| case.input.as_slice()).collect();
        let outcomes = server.ask(oid, binary.into(), &inputs).unwrap();
        for (case, outcome) in cases.iter_mut().zip(outcomes) {
            case.outcome = Some(outcome);
        }
    }
}

fn check(cases: &[Case], failures: &mut Vec<String>) {
    let mut styles: BTreeMap<&str, TextStyle> = BTreeMap::new();
    for case in cases {
        let style = styles.entry(&case.settings).or_insert_with(|| style(&case.settings));
        if let Err(why) = check_case(case, style) {
            let name = name_of(case.oid).unwrap();
            let input = if case.binary { hex(&case.input) } else { escape(&case.input) };
            failures.push(format!("{name} [{}] {input}: {why}", case.settings));
        }
    }
}

fn check_case(case: &Case, style: &TextStyle) -> Result<(), String> {
    let format = if case.binary { Format::Binary } else { Format::Text };
    let read = Value::decode(case.oid, format, &case.input, style);
    let outcome = case.outcome.as_ref().ok_or("PostgreSQL has not been asked")?;
    let (text, binary) = match (outcome, &read) {
        (Outcome::Error { sqlstate, message }, Err(error)) => {
            // It asked for the memory before it looked for the bytes.
            if message.starts_with("invalid memory alloc") {
                return Ok(());
            }
            let (ours, theirs) = (described(error), format!("{sqlstate} {message}"));
            // The parameter's number is the server's to say.
            let theirs = theirs.replace(" in bind parameter 1", "");
            return if ours == theirs { Ok(()) } else { Err(format!("{ours} != {theirs}")) };
        }
        (Outcome::Error { sqlstate, message }, Ok(value)) => {
            return Err(format!("{value:?} != {sqlstate} {message}"));
        }
        (Outcome::Value { text, .. }, Err(error)) => {
            return Err(format!("{} != {}", described(error), escape(text)));
        }
        (Outcome::Value { text, binary }, Ok(_)) => (text, binary),
    };
    let value = read.map_err(|error| described(&error))?;
    agree("text", &encode(&value, case, Format::Text, style)?, text)?;
    agree("binary", &encode(&value, case, Format::Binary, style)?, binary)?;
    // It refuses what it has sent itself.
    if case.oid == Oid::TSQUERY && text.is_empty() {
        return Ok(());
    }
    // What PostgreSQL sends in one format is the same value in the other.
    let from_binary = Value::decode(case.oid, Format::Binary, binary, style)
        .map_err(|error| format!("its binary: {}", described(&error)))?;
    agree("text of its binary", &encode(&from_binary, case, Format::Text, style)?, text)?;
    // Other styles lose digits, or write what reads as another zone or another order; a NaN loses
    // its sign.
    let reads_back = case.settings.is_empty()
        && !text.windows(3).any(|word| word == b"NaN")
        && !(matches!(case.oid, Oid::TSVECTOR | Oid::TSQUERY)
            && (case.binary || case.input.contains(&b'(')));
    if reads_back {
        let from_text = Value::decode(case.oid, Format::Text, text, style)
            .map_err(|error| format!("its text: {}", described(&error)))?;
        agree("binary of its text", &encode(&from_text, case, Format::Binary, style)?, binary)?;
    }
    Ok(())
}

fn encode(
    value: &Value,
    case: &Case,
    format: Format,
    style: &TextStyle,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    match value.encode(case.oid, format, style, &mut out) {
        Ok(IsNull::No) => Ok(out),
        Ok(IsNull::Yes) => Err("encodes as NULL".to_owned()),
        Err(error) => Err(format!("does not encode: {}", described(&error))),
    }
}

fn agree(what: &str, ours: &[u8], theirs: &[u8]) -> Result<(), String> {
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("{what}: {} != {}", escape(ours), escape(theirs)))
    }
}

fn described(error: &ValueError) -> String {
    format!("{} {}", error.sqlstate(), error.message())
}
