//! What PostgreSQL is asked: for each family all inputs there are, or random ones, sound and spoilt.

mod documents;
mod exhaustive;
mod nested;
mod paths;
mod plain;
mod rare;
mod settings;
mod strings;

use trunkline_proto::types::{TextStyle, ToPg, Value};
use trunkline_proto::{Format, Oid};

pub(crate) use nested::row;

use crate::dice::Random;
use crate::golden::{Case, oid_of};

/// The text of a value.
pub(crate) type Generate = fn(&mut Random) -> String;

pub(crate) struct Family {
    pub(crate) name: String,
    make: Make,
}

enum Make {
    /// Of one type.
    Texts(Generate),
    /// Texts that need not be UTF-8.
    Bytes(fn(&mut Random) -> Vec<u8>),
    /// Of many types.
    Typed(fn(&mut Random) -> (Oid, String)),
    /// All there are.
    All(fn() -> Vec<Case>),
}

/// The families, the same in every run.
pub(crate) fn all() -> Vec<Family> {
    let family = |name: &str, make| Family { name: name.to_owned(), make };
    let texts = scalars().map(|(name, generate)| family(name, Make::Texts(generate)));
    let bytes = strings::STRINGS.map(|(name, generate)| family(name, Make::Bytes(generate)));
    let typed: [(_, fn(&mut Random) -> _); 2] =
        [("arrays", nested::array), ("regclass and its likes", plain::alias)];
    let typed = typed.map(|(name, generate)| family(name, Make::Typed(generate)));
    let all = exhaustive::ALL.map(|(name, make)| family(name, Make::All(make)));
    texts.chain(bytes).chain(typed).chain(all).collect()
}

/// The types whose values are not strings, and what their texts look like.
fn scalars() -> impl Iterator<Item = (&'static str, Generate)> {
    plain::PLAIN.into_iter().chain(rare::RARE).chain(documents::DOCUMENTS)
}

impl Family {
    /// At least so many inputs, in text; those that are sound again in binary, half of them spoilt.
    pub(crate) fn cases(&self, count: usize) -> Vec<Case> {
        let mut random = Random::new(&self.name);
        let mut cases = Vec::new();
        match self.make {
            Make::All(make) => {
                let all = make();
                // Of each a few in a short run.
                let step = (all.len() / (2 * count).max(1)).max(1);
                return all.into_iter().step_by(step).collect();
            }
            Make::Texts(generate) => {
                let oid = oid_of(&self.name);
                (0..count).for_each(|_| {
                    let text = generate(&mut random);
                    add(oid, text.into_bytes(), &mut random, &mut cases);
                });
            }
            Make::Bytes(generate) => {
                let oid = oid_of(&self.name);
                (0..count).for_each(|_| {
                    let text = generate(&mut random);
                    add(oid, text, &mut random, &mut cases);
                });
            }
            Make::Typed(generate) => (0..count).for_each(|_| {
                let (oid, text) = generate(&mut random);
                add(oid, text.into_bytes(), &mut random, &mut cases);
            }),
        }
        cases
    }
}

fn add(oid: Oid, mut text: Vec<u8>, random: &mut Random, cases: &mut Vec<Case>) {
    let value = Value::decode(oid, Format::Text, &text, &TextStyle::default());
    if random.below(3) == 0 {
        random.spoil(&mut text, alphabet(oid));
    }
    let settings = settings::of(oid, random);
    let case =
        |binary, input| Case { oid, settings: settings.clone(), binary, input, outcome: None };
    cases.push(case(false, text));
    let mut bytes = Vec::new();
    let Ok(value) = value else { return };
    if value.encode(oid, Format::Binary, &TextStyle::default(), &mut bytes).is_ok() {
        if random.below(2) == 0 {
            let any: Vec<u8> = (0..16).map(|_| random.byte()).collect();
            random.spoil(&mut bytes, &any);
        }
        cases.push(case(true, bytes));
    }
}

/// What to spoil text with. Letters next to digits would read as POSIX zones with offsets of days.
fn alphabet(oid: Oid) -> &'static [u8] {
    match oid {
        Oid::DATE | Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            b" +-.,:/0159{}\"\\[]=_"
        }
        Oid::JSONPATH => b" $@.,*+-/%&|!=<>?()[]{}\"\\u0159axt_#'",
        _ => b" +-.,:/0159eTxnul{}\"\\[]=_PYMDHWS",
    }
}
