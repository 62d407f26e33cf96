//! Which figures there are, beside whom, and what is hoped for.

use super::fleet::Peer::{self, Ceiling, Encoding, Pgwire, PostgreSql};
use super::fleet::Way;
use crate::bench::figures::Goal;

/// Figures that are read together.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Values that are printed: the first is compared.
    pub(super) values: &'static [Value],
    pub(super) figures: &'static [Figure],
}

/// A value that is printed.
pub(super) struct Value {
    /// As the client names it.
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// So many of these are one of the client's.
    pub(super) times: f64,
    pub(super) unit: &'static str,
    /// Which of many counts.
    pub(super) pick: Pick,
}

#[derive(Clone, Copy)]
pub(super) enum Pick {
    Median,
    /// What a server takes once and keeps is not seen to grow again.
    Largest,
}

/// One figure of each of some servers.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) way: Way,
    /// What the client is told.
    pub(super) words: &'static [&'static str],
    /// Whom we are compared with, and how many times their rate ours has to be.
    pub(super) beside: &'static [(Peer, &'static [Goal])],
    /// What our own values have to be.
    pub(super) own: &'static [(&'static str, Goal)],
}

const fn goal(times: f64) -> Goal {
    Goal::at_least(times)
}

const fn floor(times: f64) -> Goal {
    Goal::at_least(times).floor()
}

const fn most(limit: f64) -> Goal {
    Goal::at_most(limit)
}

const fn value(name: &'static str, label: &'static str, unit: &'static str) -> Value {
    Value { name, label, times: 1.0, unit, pick: Pick::Median }
}

const RATE: Value = value("rate", "rate", "/s");
const CPU: Value = value("cpu_us", "processor", " us");
const CPU_NS: Value = Value { times: 1000.0, unit: " ns", ..CPU };
const MB: Value = value("mb_s", "bytes", " MB/s");
const FIRST: Value = value("first_row_ms", "first row after", " ms");
const GROWN: Value = Value { pick: Pick::Largest, ..value("grown_mb", "memory grows by", " MB") };
const KIB: Value = value("kib", "memory", " KiB");

const NOTHING: &[Goal] = &[];
/// Above PostgreSQL.
const ABOVE: &[Goal] = &[goal(1.0)];
const NO_GOALS: &[(Peer, &[Goal])] =
    &[(Pgwire, NOTHING), (PostgreSql, NOTHING), (Ceiling, NOTHING)];

const fn point(
    name: &'static str,
    words: &'static [&'static str],
    beside: &'static [(Peer, &'static [Goal])],
) -> Figure {
    Figure { name, way: Way::Plain, words, beside, own: &[] }
}

/// A result of a million rows: the first row, and the memory that it takes.
const BULK: &[(&str, Goal)] =
    &[("first_row_ms", most(2.0).floor()), ("grown_mb", most(8.0).floor())];

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "point",
        title: "point queries a second; the server's CPU time for one",
        values: &[RATE, CPU],
        figures: &[
            point(
                "simple, 1 client",
                &["point", "--mode", "simple", "--connections", "1"],
                &[(Pgwire, &[floor(0.97)]), (PostgreSql, NOTHING), (Ceiling, NOTHING)],
            ),
            point(
                "simple, 16 clients",
                &["point", "--mode", "simple", "--connections", "16"],
                &[(Pgwire, &[floor(0.97)]), (PostgreSql, NOTHING), (Ceiling, &[goal(0.95)])],
            ),
            point(
                "simple, 64 clients",
                &["point", "--mode", "simple", "--connections", "64"],
                NO_GOALS,
            ),
            point(
                "extended, 1 client",
                &["point", "--mode", "extended", "--connections", "1"],
                NO_GOALS,
            ),
            point(
                "extended, 16 clients",
                &["point", "--mode", "extended", "--connections", "16"],
                &[(Pgwire, &[goal(4.4), floor(3.5)]), (PostgreSql, ABOVE), (Ceiling, &[goal(0.9)])],
            ),
            point(
                "extended, 64 clients",
                &["point", "--mode", "extended", "--connections", "64"],
                NO_GOALS,
            ),
            point(
                "prepared, 1 client",
                &["point", "--mode", "prepared", "--connections", "1"],
                NO_GOALS,
            ),
            point(
                "prepared, 16 clients",
                &["point", "--mode", "prepared", "--connections", "16"],
                &[(Pgwire, &[goal(2.8), floor(2.3)]), (PostgreSql, ABOVE), (Ceiling, &[goal(0.9)])],
            ),
            point(
                "prepared, 64 clients",
                &["point", "--mode", "prepared", "--connections", "64"],
                NO_GOALS,
            ),
        ],
    },
    Section {
        name: "pipeline",
        title: "queries a second, 32 asked at once; the server's CPU time for one",
        values: &[RATE, CPU],
        figures: &[
            point(
                "one Sync, 1 client",
                &["point", "--mode", "pipeline1", "--connections", "1"],
                &[
                    (Pgwire, &[goal(7.0), floor(5.0)]),
                    (PostgreSql, &[goal(1.0), floor(0.9)]),
                    (Ceiling, &[goal(0.35)]),
                ],
            ),
            point(
                "one Sync, 16 clients",
                &["point", "--mode", "pipeline1", "--connections", "16"],
                &[(Pgwire, &[goal(7.0)]), (PostgreSql, ABOVE), (Ceiling, &[goal(0.3)])],
            ),
            point(
                "a Sync each, 1 client",
                &["point", "--mode", "pipeline", "--connections", "1"],
                NO_GOALS,
            ),
            point(
                "a Sync each, 16 clients",
                &["point", "--mode", "pipeline", "--connections", "16"],
                NO_GOALS,
            ),
        ],
    },
    Section {
        name: "bulk",
        title: "rows a second of a million; the server's CPU time for one; bytes; first row; growth",
        values: &[RATE, CPU_NS, MB, FIRST, GROWN],
        figures: &[
            Figure {
                name: "simple, text",
                way: Way::Plain,
                words: &["bulk", "--expect", "1000000", "--mode", "simple"],
                beside: &[
                    (Pgwire, &[goal(8.0), floor(5.0)]),
                    (PostgreSql, &[floor(2.5)]),
                    (Encoding, &[goal(0.85)]),
                    (Ceiling, NOTHING),
                ],
                own: BULK,
            },
            Figure {
                name: "extended, binary",
                way: Way::Plain,
                words: &["bulk", "--expect", "1000000", "--mode", "extended"],
                beside: &[
                    (Pgwire, &[goal(8.5), floor(6.0)]),
                    (PostgreSql, &[floor(4.0)]),
                    (Encoding, &[goal(0.85)]),
                    (Ceiling, NOTHING),
                ],
                own: BULK,
            },
        ],
    },
    Section {
        name: "tls",
        title: "the same under TLS 1.3",
        values: &[RATE, CPU_NS, MB, FIRST, GROWN],
        figures: &[
            Figure {
                name: "simple, text",
                way: Way::Tls,
                words: &["bulk", "--expect", "1000000", "--mode", "simple"],
                beside: &[(Pgwire, NOTHING), (PostgreSql, NOTHING), (Encoding, &[goal(0.8)])],
                own: &[],
            },
            Figure {
                name: "extended, binary",
                way: Way::Tls,
                words: &["bulk", "--expect", "1000000", "--mode", "extended"],
                beside: &[(Pgwire, NOTHING), (PostgreSql, NOTHING), (Encoding, NOTHING)],
                own: &[],
            },
        ],
    },
    Section {
        name: "logins",
        title: "clients a second that come, ask once, and leave; the server's CPU time for one",
        values: &[RATE, CPU],
        figures: &[
            login(
                "in clear, 1 at a time",
                Way::Plain,
                "1",
                &[(Pgwire, NOTHING), (PostgreSql, NOTHING), (Ceiling, NOTHING)],
            ),
            login(
                "in clear, 8 at a time",
                Way::Plain,
                "8",
                &[(Pgwire, &[floor(0.95)]), (PostgreSql, NOTHING), (Ceiling, NOTHING)],
            ),
            login(
                "TLS, 8 at a time",
                Way::Tls,
                "8",
                &[(Pgwire, &[floor(0.95)]), (PostgreSql, NOTHING), (Ceiling, NOTHING)],
            ),
            login(
                "SCRAM, 8 at a time",
                Way::Scram,
                "8",
                &[(Pgwire, &[floor(0.95)]), (PostgreSql, NOTHING)],
            ),
        ],
    },
    Section {
        name: "idle",
        title: "resident memory of an idle client, of 2000 that have asked once",
        values: &[KIB],
        figures: &[
            idle(
                "in clear",
                Way::Plain,
                &["idle"],
                &[(Pgwire, NOTHING)],
                &[("kib", most(2.0)), ("kib", most(4.0).floor())],
            ),
            idle(
                "TLS",
                Way::Tls,
                &["idle"],
                &[(Pgwire, NOTHING)],
                &[("kib", most(9.0)), ("kib", most(12.0).floor())],
            ),
            idle(
                "in clear, a statement prepared",
                Way::Plain,
                &["idle", "--mode", "prepared"],
                &[(Pgwire, NOTHING)],
                &[],
            ),
            idle("in clear, after 1000 rows", Way::Plain, THOUSAND, &[], &[("kib", most(2.0))]),
            idle("TLS, after 1000 rows", Way::Tls, THOUSAND, &[], &[("kib", most(9.0))]),
        ],
    },
];

const THOUSAND: &[&str] = &["idle", "--sql", "select * from rows limit 1000"];

const fn login(
    name: &'static str,
    way: Way,
    at_once: &'static str,
    beside: &'static [(Peer, &'static [Goal])],
) -> Figure {
    let words: &[&str] = match at_once.as_bytes() {
        b"1" => &["logins", "--connections", "1"],
        _ => &["logins", "--connections", "8"],
    };
    Figure { name, way, words, beside, own: &[] }
}

const fn idle(
    name: &'static str,
    way: Way,
    words: &'static [&'static str],
    beside: &'static [(Peer, &'static [Goal])],
    own: &'static [(&'static str, Goal)],
) -> Figure {
    Figure { name, way, words, beside, own }
}
