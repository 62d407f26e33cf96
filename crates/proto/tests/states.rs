//! The transition table: what must hold for it, and the page that is made from it.

use std::{collections::BTreeMap, fmt::Write};

use trunkline_proto::state::{Conversation, Kind, Phase, Request, Sender, Verdict, next};

/// Every legal message: where it leads.
fn transitions() -> Vec<(Phase, Sender, Kind, Verdict)> {
    let kinds = Kind::FRONTEND.map(|kind| (Sender::Frontend, kind)).into_iter();
    let kinds = kinds.chain(Kind::BACKEND.map(|kind| (Sender::Backend, kind)));
    let all = Phase::ALL.into_iter().flat_map(|phase| {
        kinds.clone().map(move |(sender, kind)| (phase, sender, kind, next(phase, sender, kind)))
    });
    all.filter(|(.., verdict)| *verdict != Verdict::Illegal).collect()
}

fn reachable(from: Phase, may_pass: impl Fn(Sender, Kind) -> bool) -> Vec<Phase> {
    let mut found = vec![from];
    let mut index = 0;
    while let Some(phase) = found.get(index).copied() {
        for (start, sender, kind, verdict) in transitions() {
            if let Verdict::Next(end) = verdict
                && start == phase
                && may_pass(sender, kind)
                && !found.contains(&end)
            {
                found.push(end);
            }
        }
        index += 1;
    }
    found
}

#[test]
fn every_phase_is_reached() {
    let reached = reachable(Phase::Starting, |_, _| true);
    assert_eq!(reached.len(), Phase::ALL.len());
    assert!(Phase::ALL.iter().all(|phase| reached.contains(phase)));
}

/// Wherever an answer is owed, the backend can give it and the frontend's turn comes again.
#[test]
fn no_answer_is_a_dead_end() {
    for phase in Phase::ALL.into_iter().filter(|phase| phase.owes_reply()) {
        let reached =
            reachable(phase, |sender, kind| sender == Sender::Backend && kind != Kind::Fatal);
        assert!(reached.iter().any(|phase| !phase.owes_reply()), "{phase:?}");
        let failed = reachable(phase, |sender, kind| {
            sender == Sender::Backend && matches!(kind, Kind::Error | Kind::ReadyForQuery)
        });
        let can_fail = phase == Phase::Starting || failed.len() > 1;
        assert!(can_fail, "{phase:?} has no way to say that it failed");
    }
}

#[test]
fn only_a_closed_connection_refuses_last_words() {
    for phase in Phase::ALL {
        let is_open = phase != Phase::Closed;
        let fatal = next(phase, Sender::Backend, Kind::Fatal);
        assert_eq!(fatal == Verdict::Next(Phase::Closed), is_open, "{phase:?}");
        let notice = next(phase, Sender::Backend, Kind::Asynchronous);
        assert_eq!(notice == Verdict::Next(phase), is_open, "{phase:?}");
    }
}

#[test]
fn ready_for_query_leads_to_idle_and_only_it_ends_the_skipping() {
    for (phase, sender, kind, verdict) in transitions() {
        if kind == Kind::ReadyForQuery {
            assert!(matches!(verdict, Verdict::Next(Phase::Idle) | Verdict::Ignored));
            assert!(phase.owes_ready() || phase == Phase::Lost, "{phase:?}");
        }
        if phase == Phase::Skipping && sender == Sender::Frontend {
            let expected = match kind {
                Kind::Sync => Verdict::Next(Phase::Ending),
                Kind::Terminate => Verdict::Next(Phase::Closed),
                _ => Verdict::Ignored,
            };
            assert_eq!(verdict, expected, "{kind:?}");
        }
    }
}

/// The page in the documentation is what the table says. To write it anew, run the test with
/// `UPDATE_DOCS=1`.
#[test]
fn the_page_shows_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol-states.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).expect("docs/ can be written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == page, "docs/protocol-states.md is not what the table says: UPDATE_DOCS=1");
}

fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("```mermaid\nstateDiagram-v2\n    [*] --> Starting\n");
    for ((phase, end), labels) in arrows() {
        writeln!(page, "    {phase} --> {end}: {}", labels.join(", ")).expect("a string");
    }
    page.push_str("```\n\n## The table\n\n");
    page.push_str("| phase | of the frontend | of the backend |\n|---|---|---|\n");
    for phase in Phase::ALL {
        let [frontend, backend] =
            [Sender::Frontend, Sender::Backend].map(|sender| row(phase, sender));
        writeln!(page, "| **{}** | {frontend} | {backend} |", name(phase)).expect("a string");
    }
    page
}

/// The arrows worth drawing: not what is the same everywhere, nor what changes nothing.
fn arrows() -> BTreeMap<(String, String), Vec<String>> {
    let mut arrows = BTreeMap::<_, Vec<String>>::new();
    for (phase, sender, kind, verdict) in transitions() {
        let Verdict::Next(end) = verdict else { continue };
        if end == phase || end == Phase::Closed {
            continue;
        }
        let side = match sender {
            Sender::Frontend => "F",
            Sender::Backend => "B",
        };
        arrows.entry((name(phase), name(end))).or_default().push(format!("{side} {kind:?}"));
    }
    for labels in arrows.values_mut().filter(|labels| labels.len() > 6) {
        *labels = vec!["F anything else".to_owned()];
    }
    arrows
}

fn row(phase: Phase, sender: Sender) -> String {
    let (mut next, mut ignored) = (BTreeMap::<String, Vec<String>>::new(), Vec::new());
    for (_, _, kind, verdict) in
        transitions().into_iter().filter(|(start, by, ..)| *start == phase && *by == sender)
    {
        match verdict {
            Verdict::Next(_) if matches!(kind, Kind::Asynchronous | Kind::Fatal) => {}
            Verdict::Next(end) => next.entry(name(end)).or_default().push(format!("{kind:?}")),
            Verdict::Ignored => ignored.push(format!("{kind:?}")),
            Verdict::Illegal => {}
        }
    }
    let mut cells: Vec<_> =
        next.into_iter().map(|(end, kinds)| format!("{} → {end}", kinds.join(", "))).collect();
    if phase.owes_reply() && sender == Sender::Frontend {
        cells.push("*waits*".to_owned());
    }
    if !ignored.is_empty() {
        cells.push(format!("*ignored:* {}", ignored.join(", ")));
    }
    cells.join("<br>")
}

fn name(phase: Phase) -> String {
    format!("{phase:?}").replace('(', "_").replace(')', "")
}

const INTRODUCTION: &str = "\
# The states of a connection

Made from the transition table (`crates/proto/src/state/table.rs`) by a test of `trunkline-proto`;
not to be edited by hand. The table is one for both sides: it says which message is legal when,
and knows nothing of who asks.

In every phase but `Closed` the backend may send NoticeResponse, NotificationResponse and
ParameterStatus (`Asynchronous`), which change nothing, and an ErrorResponse that ends the
connection (`Fatal`). What comes before `Starting`, the login, is not in the table: there each
step is a value that offers only its legal moves.

While an answer is owed, further messages of the frontend wait in a queue, and each takes effect
when those before it are answered: so the answer to one message decides what the next one means.

## The diagram

`F` is sent by the frontend, `B` by the backend. Left out: what changes nothing, and what leads to
`Closed`.

";

#[test]
fn ready_is_owed_for_what_waits_too() {
    let mut conversation = Conversation::starting();
    assert_eq!(conversation.ready_owed(), 1);
    assert_eq!(conversation.reply(Kind::ReadyForQuery), Verdict::Next(Phase::Idle));
    assert_eq!(conversation.ready_owed(), 0);
    for kind in [Kind::Parse, Kind::Sync, Kind::Query, Kind::Flush] {
        assert_eq!(conversation.request(kind), Request::Taken);
    }
    assert_eq!(conversation.ready_owed(), 2);
    conversation.reply(Kind::ParseComplete);
    conversation.reply(Kind::ReadyForQuery);
    assert_eq!(conversation.ready_owed(), 1);
}
