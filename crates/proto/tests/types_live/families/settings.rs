//! The settings under which values are read and written.

use trunkline_proto::Oid;

use crate::dice::Random;

const FORMATS: [&str; 4] = ["ISO", "SQL", "Postgres", "German"];
const ORDERS: [&str; 3] = ["MDY", "DMY", "YMD"];
const INTERVALS: [&str; 4] = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"];

/// With and without summer time, halves of hours, days that were left out, and rules in the name.
const ZONES: [&str; 16] = [
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Monrovia",
    "Europe/Dublin",
    "+05:45",
    "-3",
    "EST5EDT,M3.2.0,M11.1.0",
    "<+0330>-3:30",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
];

/// Settings for a value of this type: often none.
pub(super) fn of(oid: Oid, random: &mut Random) -> String {
    if random.below(4) == 0 {
        return String::new();
    }
    match oid {
        Oid::INTERVAL => format!("IntervalStyle={}", random.pick(&INTERVALS)),
        Oid::FLOAT4 | Oid::FLOAT8 | Oid::POINT | Oid::CIRCLE | Oid::PATH => {
            format!("extra_float_digits={}", random.below(19) as i64 - 15)
        }
        Oid::DATE | Oid::TIMESTAMP | Oid::TSRANGE | Oid::DATERANGE => date_style(random),
        Oid::TIMESTAMPTZ | Oid::TSTZRANGE if cfg!(feature = "time") => {
            let zone = random.pick(&ZONES);
            format!("{};TimeZone={zone}", date_style(random))
        }
        Oid::BYTEA => format!("bytea_output={}", random.pick(&["hex", "escape"])),
        _ => String::new(),
    }
}

fn date_style(random: &mut Random) -> String {
    format!("DateStyle={}, {}", random.pick(&FORMATS), random.pick(&ORDERS))
}
