//! The short form of the run with malformed input; the long one is `examples/malformed`.

#![cfg(all(feature = "auth", feature = "time"))]

#[path = "../examples/malformed/run.rs"]
mod run;

#[test]
fn t5_malformed_input_neither_panics_nor_takes_memory() {
    let seen = run::run(100_000);
    assert_eq!((seen.panics, seen.beyond()), (0, 0), "{} bytes a byte", seen.most_per_byte);
    for (name, decoder) in &seen.decoders {
        // It is spoilt, but not beyond recognition: decoders are reached in their depth.
        let understood = decoder.understood > 0 || *name == "SCRAM last";
        assert!(understood, "{name} understood nothing of {} messages", decoder.messages);
    }
    assert!(seen.decoders.len() > 20);
    // A figure of a bench, not of a test: that it is taken at all.
    assert!(!seen.slowest().is_zero());
}
