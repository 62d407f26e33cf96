//! Types that are not built in against a real PostgreSQL: the same text, the same bytes, the same
//! errors.
//!
//! What PostgreSQL 18 answered is kept in `tests/golden/user-types.tsv`, with the OIDs that its types
//! had. With `TRUNKLINE_TEST_PG=host:port` in the environment (user `postgres`, trusted) the test makes
//! the types in a database of its own, registers them with the OIDs that they have there, asks the
//! same again and about `TRUNKLINE_TYPES_VALUES` random values of each type, or of those with
//! `TRUNKLINE_TYPES_ONLY` in their name; with `TRUNKLINE_TEST_PG15` an older server too, whose
//! different answers `differs` lists.

#[path = "../live/agreement.rs"]
mod agreement;
mod cases;
#[allow(dead_code, reason = "the other test throws it more ways")]
#[path = "../live/dice.rs"]
mod dice;
mod golden;
#[path = "../live/printed.rs"]
mod printed;
mod random;
mod registered;
// The other test asks it more.
#[allow(dead_code, reason = "the other test asks it more")]
#[path = "../types_live/server.rs"]
mod server;

use cases::{Case, oid_of};
use golden::Golden;
use registered::{DATABASE, Oids, SCHEMA, VECTORS};
use server::{Outcome, Server};
use trunkline_proto::types::{TextStyle, Types, Value};
use trunkline_proto::{Format, Oid};

/// How many inputs each type gets, unless the environment says it.
const VALUES: usize = 1000;

#[test]
fn recorded_values_are_those_of_postgresql() {
    let golden = Golden::read();
    assert!(golden.cases.len() > 100, "{} cases", golden.cases.len());
    let style = style(registered::types(&mut |name| golden.oids.get(name).copied()));
    let mut failures = Vec::new();
    for case in &golden.cases {
        failures.extend(case.check(&style).err());
    }
    show(&failures);
}

#[test]
fn live_values_are_those_of_postgresql() {
    let servers = ["TRUNKLINE_TEST_PG", "TRUNKLINE_TEST_PG15"].map(|name| std::env::var(name).ok());
    for address in servers.into_iter().flatten() {
        compare(&address);
    }
}

fn compare(address: &str) {
    let mut live = Live::new(address);
    let mut oids = Oids::new();
    let types = registered::types(&mut |name| {
        let oid = live.oid(name)?;
        oids.insert(name.to_owned(), oid);
        Some(oid)
    });
    let style = style(types);
    let mut golden = Golden::read();
    golden.cases.retain(|case| oids.contains_key(case.type_name.as_str()));
    live.ask(&oids, &mut golden.cases);
    let mut failures = Vec::new();
    for case in &golden.cases {
        live.check(case, &style, &mut failures);
    }
    if golden.is_new && !live.is_old {
        golden.write(&oids);
    }
    let count = std::env::var("TRUNKLINE_TYPES_VALUES");
    let count = count.map_or(VALUES, |count| count.parse().unwrap());
    let mut asked = 0;
    let only = std::env::var("TRUNKLINE_TYPES_ONLY").unwrap_or_default();
    oids.retain(|name, _| name.contains(&only));
    for (name, oid) in &oids {
        let mut cases = random::cases(name, *oid, count, &style);
        live.ask(&oids, &mut cases);
        asked += cases.len();
        cases.iter().for_each(|case| live.check(case, &style, &mut failures));
    }
    assert!(asked >= count * oids.len(), "{asked} values only");
    show(&failures);
}

fn style(types: Types) -> TextStyle {
    TextStyle { types, ..TextStyle::default() }
}

fn show(failures: &[String]) {
    let shown: Vec<&str> = failures.iter().take(40).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), shown.join("\n"));
}

/// A server with the types in a database of its own.
struct Live {
    server: Server,
    /// Older than 16.
    is_old: bool,
}

impl Live {
    fn new(address: &str) -> Live {
        let mut server = Server::connect(address).unwrap();
        server.query(&format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")).unwrap();
        // Strings are in the order of their bytes, letters are those of any script.
        let locale = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'";
        server.query(&format!("CREATE DATABASE {DATABASE} {locale}")).unwrap();
        let mut server = Server::connect_to(address, DATABASE).unwrap();
        server.query(SCHEMA).unwrap();
        // An older one may not have it.
        let _ = server.query(VECTORS);
        server.query("SET TimeZone = 'UTC'").unwrap();
        let age = "DO $$ BEGIN ASSERT current_setting('server_version_num')::int >= 160000; END $$";
        let is_old = server.query(age).is_err();
        Live { server, is_old }
    }

    fn oid(&mut self, name: &str) -> Option<Oid> {
        let outcomes = self.server.ask(Oid::REGTYPE.0, 0, &[name.as_bytes()]).unwrap();
        match outcomes.first()? {
            Outcome::Value { binary, .. } => {
                Some(Oid(u32::from_be_bytes(binary.as_slice().try_into().ok()?)))
            }
            Outcome::Error { .. } => None,
        }
    }

    fn ask(&mut self, oids: &Oids, cases: &mut [Case]) {
        let mut groups = std::collections::BTreeMap::<_, Vec<&mut Case>>::new();
        for case in cases {
            let oid = oids[case.type_name.as_str()];
            groups.entry((oid, case.format == Format::Binary)).or_default().push(case);
        }
        for ((oid, is_binary), cases) in groups {
            let inputs: Vec<&[u8]> = cases.iter().map(|case| case.input.as_slice()).collect();
            let outcomes = self.server.ask(oid.0, is_binary.into(), &inputs).unwrap();
            for (case, outcome) in cases.into_iter().zip(outcomes) {
                case.outcome = Some(outcome);
            }
        }
    }

    fn check(&self, case: &Case, style: &TextStyle, failures: &mut Vec<String>) {
        if let Err(why) = case.check(style)
            && !(self.is_old && differs(case, style))
        {
            failures.push(why);
        }
    }
}

/// What PostgreSQL 15 answers otherwise; never a value where we have another.
fn differs(case: &Case, style: &TextStyle) -> bool {
    let has = |parts: &[&str]| parts.iter().any(|part| case.type_name.contains(part));
    let read = Value::decode(oid_of(&case.type_name, style), case.format, &case.input, style);
    let ours = read.as_ref().err().map(|error| error.sqlstate().to_string());
    let (theirs, message) = match &case.outcome {
        Some(Outcome::Error { sqlstate, message }) => (Some(sqlstate.as_str()), message.as_str()),
        _ => (None, ""),
    };
    let is_text = case.format == Format::Text;
    match (ours.as_deref(), theirs) {
        (None, None) => false,
        // hstore words its errors as internal ones.
        (Some(_), Some("XX000")) if has(&["hstore", "holder"]) => true,
        // Labels of ltree have no hyphens and 255 characters at most.
        (_, Some("42601" | "42622")) if has(&["ltree", "holder"]) => true,
        // 17 reads the text of an array from left to right; 15 looks at the braces first, and takes
        // some that are uneven.
        _ if is_text && has(&["[]", "moods", "item", "sized"]) => true,
        // The exponent of a number might have spaces before it.
        (Some("22P02"), Some("22003")) if is_text && has(&["price"]) => true,
        // 16 takes underscores in integers,
        (_, Some("22P02")) if is_text && message.contains('_') => true,
        // and units of intervals without a number no more.
        (Some("22007"), _) if is_text && has(&["spans"]) => true,
        // What is out of range was shown with what follows it.
        (Some("22003"), Some("22003")) => message.contains("out of range for type real"),
        _ => false,
    }
}
