//! What a piece of work costs in process, by the time of the thread that does it.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// How often each is done: the median counts.
const TIMES: usize = 7;

/// Does something over and over, each time to what `prepare` makes, and prints the nanoseconds
/// that each of its items takes: one line of JSON.
///
/// # Errors
///
/// Those of the work.
pub fn measured<T, R, E>(
    name: &str,
    items: usize,
    mut prepare: impl FnMut() -> T,
    mut work: impl FnMut(T) -> Result<R, E>,
) -> Result<(), E> {
    // Once to be warm.
    black_box(work(prepare())?);
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let prepared = prepare();
        let start = now();
        let result = work(prepared)?;
        taken.push((now() - start) as f64 / items as f64);
        drop(black_box(result));
    }
    taken.sort_by(f64::total_cmp);
    println!("{{\"figure\":\"{name}\",\"ns\":{}}}", taken[TIMES / 2]);
    Ok(())
}

/// In nanoseconds.
fn now() -> i64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}
