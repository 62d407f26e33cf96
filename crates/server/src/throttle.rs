//! A bound on how often the log hears of what strangers can cause as often as they like.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lets so many lines a second into the log, and counts those that it keeps out.
#[derive(Debug)]
pub(crate) struct Throttle {
    lines: u32,
    second: Mutex<Second>,
}

#[derive(Debug, Default)]
struct Second {
    began: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl Throttle {
    pub(crate) fn new(lines: u32) -> Throttle {
        Throttle { lines, second: Mutex::default() }
    }

    /// Whether one more line may be written; it should tell how many were left out before it.
    pub(crate) fn admit(&self) -> Option<u64> {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_over = |began| now.duration_since(began) >= Duration::from_secs(1);
        if second.began.is_none_or(is_over) {
            (second.began, second.lines) = (Some(now), 0);
        }
        if second.lines >= self.lines {
            second.left_out = second.left_out.saturating_add(1);
            return None;
        }
        second.lines += 1;
        Some(std::mem::take(&mut second.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn so_many_a_second_and_the_rest_is_counted() {
        let throttle = Throttle::new(2);
        let admitted = || [throttle.admit(), throttle.admit(), throttle.admit(), throttle.admit()];
        assert_eq!(admitted(), [Some(0), Some(0), None, None]);
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(throttle.admit(), None);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(admitted(), [Some(3), Some(0), None, None]);
    }
}
