//! The engine of these tests keeps the promises that the server relies on.

use trunkline::Identity;
use trunkline::testkit::{Expectations, block_on, check};

use crate::toy::Toy;

#[test]
fn the_toy_keeps_its_promises() {
    let expectations = Expectations::new("rows 5", "wrong")
        .empty("rows 0")
        .parameter("echo", b"a word")
        .endless("endless")
        .identity(Identity::new("me", "toy"));
    block_on(check(&Toy, &expectations)).expect("the toy keeps them");
    let unknown = Expectations::new("rows 5", "nowhere").identity(Identity::new("me", "toy"));
    block_on(check(&Toy, &unknown)).expect("a table that does not exist is refused, too");
}
