//! `to_char` by many templates, compared with what PostgreSQL 18 answered (`tests/golden/templates.tsv`,
//! recorded by `ask_templates.py`).

use trunkline_proto::types::datetime::{Timestamp, Timestamptz};
use trunkline_proto::types::template::{DateTemplate, NumberTemplate};
use trunkline_proto::types::{FromPg, Interval, Numeric, TextStyle, TimeZone, ValueError};
use trunkline_proto::{Format, Oid};

#[test]
fn templates_print_what_postgresql_prints() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in include_str!("golden/templates.tsv").lines() {
        let fields: Vec<String> = line.split('\t').map(unescaped).collect();
        let [kind, zone, value, template, expected] = fields.as_slice() else {
            panic!("{line}");
        };
        let zone = match TimeZone::parse(zone) {
            Ok(zone) => zone,
            // Without the feature `time` there are no zones of the world.
            Err(_) if cfg!(not(feature = "time")) => continue,
            Err(error) => panic!("{zone}: {error}"),
        };
        asked += 1;
        let answer = match printed(kind, zone, value, template) {
            Ok(Some(text)) => format!("={text}"),
            Ok(None) => "NULL".to_owned(),
            Err(error) => format!("!{} {}", error.sqlstate(), error.message()),
        };
        if answer != *expected {
            wrong.push(format!("{kind} {value} by {template}: {answer} and not {expected}"));
        }
    }
    assert!(asked > 1000, "only {asked}");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

fn printed(
    kind: &str,
    zone: TimeZone,
    value: &str,
    template: &str,
) -> Result<Option<String>, ValueError> {
    let dates = DateTemplate::new(template);
    let style = TextStyle { time_zone: zone.clone(), ..TextStyle::default() };
    match kind {
        "timestamp" => Ok(dates.timestamp(read::<Timestamp>(Oid::TIMESTAMP, value, &style).0)),
        "timestamptz" => {
            let moment = read::<Timestamptz>(Oid::TIMESTAMPTZ, value, &style);
            Ok(dates.timestamptz(moment.0, &zone))
        }
        "interval" => dates.interval(Interval::parse(value).unwrap()),
        kind => {
            let numbers = NumberTemplate::new(template)?;
            let printed = match kind {
                "int4" => numbers.int4(value.parse().unwrap()),
                "int8" => numbers.int8(value.parse().unwrap()),
                "numeric" => numbers.numeric(&Numeric::parse(value).unwrap()),
                "float4" => numbers.float4(value.parse().unwrap()),
                _ => numbers.float8(value.parse().unwrap()),
            };
            printed.map(Some)
        }
    }
}

fn read<'a, T: FromPg<'a>>(oid: Oid, text: &'a str, style: &TextStyle) -> T {
    T::decode(oid, Format::Text, text.as_bytes(), style).unwrap()
}

fn unescaped(field: &str) -> String {
    let mut out = String::new();
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next().unwrap() {
                't' => '\t',
                'n' => '\n',
                other => other,
            },
            other => other,
        });
    }
    out
}
