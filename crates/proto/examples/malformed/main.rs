//! Malformed input for every decoder: nothing panics, nothing hangs, and memory is bounded by what
//! was sent.
//!
//! ```console
//! $ cargo xtask bench malformed
//! ```

#![allow(clippy::print_stdout, reason = "what it found is printed")]

mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).map_or(Ok(1_000_000), |word| word.parse());
    let Ok(count) = count else {
        println!("say how many messages");
        return ExitCode::FAILURE;
    };
    // A panic is counted, not told a million times.
    std::panic::set_hook(Box::new(|_| {}));
    let seen = run::run(count);
    for (name, decoder) in &seen.decoders {
        let run::Decoder { messages, understood, slowest, peak, beyond } = decoder;
        let slowest = slowest.as_secs_f64() * 1000.0;
        println!(
            "{name:<22}{messages:>10} messages, {understood:>9} understood, slowest {slowest:>7.3} ms, peak {peak:>7} bytes, {beyond} too many"
        );
    }
    let slowest = seen.slowest().as_secs_f64() * 1000.0;
    let holds = seen.panics == 0 && seen.beyond() == 0 && slowest <= 100.0;
    println!(
        "T5  malformed input       target 0 panics, <= 100 ms, 0 beyond 64 KiB and twice what was sent   measured {count} messages to {} decoders, {} panics, {slowest:.1} ms, {} beyond   {}",
        seen.decoders.len(),
        seen.panics,
        seen.beyond(),
        if holds { "holds" } else { "DOES NOT HOLD" }
    );
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
