//! Bearer tokens on the wire.

#[allow(dead_code, reason = "shared with the tests of the wire")]
#[path = "../wire/clock.rs"]
mod clock;
#[allow(dead_code, reason = "shared with the tests of the wire")]
#[path = "../wire/dialogue.rs"]
mod dialogue;
#[allow(dead_code, reason = "shared with the tests of the wire")]
#[path = "../wire/toy.rs"]
mod toy;

mod answers;
mod libpq;
mod tokens;
