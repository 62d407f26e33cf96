//! Advisory locks among threads.

use std::sync::atomic::AtomicBool;
use std::thread;

use trunkline_proto::message::FieldCode;

use super::*;

fn request(pid: i32, object: u32, mode: AdvisoryMode) -> AdvisoryRequest {
    let key = AdvisoryKey { database: 5, class: 0, object, kind: 1 };
    AdvisoryRequest { pid, key, mode, scope: AdvisoryScope::Session }
}

fn exclusive(pid: i32, object: u32) -> AdvisoryRequest {
    request(pid, object, AdvisoryMode::Exclusive)
}

/// A wish of one who waits, for any time, unless it is told to stop.
fn patient(stop: &AtomicBool) -> AdvisoryWait<'_> {
    AdvisoryWait { stop, waits: true, timeout: Duration::ZERO }
}

impl AdvisoryLocks {
    /// Takes a lock if it can be had at once.
    fn try_lock(&self, request: AdvisoryRequest) -> Result<bool> {
        let stop = AtomicBool::new(false);
        self.lock(request, AdvisoryWait { waits: false, ..patient(&stop) }, || true)
    }
}

/// Runs something while others wait, each for its lock, in this order; whether each got it.
fn while_waiting(
    locks: &AdvisoryLocks,
    wishes: &[AdvisoryRequest],
    then: impl FnOnce(),
) -> Vec<Result<bool>> {
    let stop = AtomicBool::new(false);
    let waiting = |locks: &AdvisoryLocks| locks.all().iter().filter(|one| !one.granted).count();
    thread::scope(|scope| {
        let before = waiting(locks);
        let mut waiters = Vec::new();
        for (count, wish) in wishes.iter().enumerate() {
            let wait = patient(&stop);
            waiters.push(scope.spawn(move || locks.lock(*wish, wait, || true)));
            while waiting(locks) <= before + count {
                thread::yield_now();
            }
        }
        then();
        stop.store(true, Ordering::Relaxed);
        wishes.iter().for_each(|wish| locks.hurry(wish.pid));
        waiters.into_iter().map(|waiter| waiter.join().expect("no panic")).collect()
    })
}

#[test]
fn who_comes_first_is_served_first() {
    let locks = AdvisoryLocks::default();
    assert!(locks.try_lock(request(1, 7, AdvisoryMode::Shared)).expect("it is free"));
    let wishes = [exclusive(2, 7)];
    let got = while_waiting(&locks, &wishes, || {
        // It could be shared, but somebody waits who could not have it then for long.
        assert!(!locks.try_lock(request(3, 7, AdvisoryMode::Shared)).expect("no error"));
        // Who has it already does not wait for itself.
        assert!(locks.try_lock(request(1, 7, AdvisoryMode::Shared)).expect("no error"));
        locks.leave(1);
        while locks.all().iter().any(|one| !one.granted) {
            thread::yield_now();
        }
    });
    assert!(matches!(got[..], [Ok(true)]), "{got:?}");
    locks.leave(2);
    assert!(locks.all().is_empty());
    assert_eq!(locks.table().count, 0);
}

#[test]
fn who_closes_a_circle_is_told_the_way() {
    let locks = AdvisoryLocks::default();
    for (pid, object) in [(1, 10), (2, 20), (3, 30)] {
        assert!(locks.try_lock(exclusive(pid, object)).expect("it is free"));
    }
    let wishes = [exclusive(1, 20), exclusive(2, 30)];
    let got = while_waiting(&locks, &wishes, || {
        let stop = AtomicBool::new(false);
        let error = locks.lock(exclusive(3, 10), patient(&stop), || true).expect_err("a deadlock");
        let detail = error.to_fields().get(FieldCode::DETAIL).map(ToOwned::to_owned);
        let lines = "Process 3 waits for ExclusiveLock on advisory lock [5,0,10,1]; blocked by process 1.\n\
                     Process 1 waits for ExclusiveLock on advisory lock [5,0,20,1]; blocked by process 2.\n\
                     Process 2 waits for ExclusiveLock on advisory lock [5,0,30,1]; blocked by process 3.";
        assert_eq!(detail.as_deref(), Some(lines.as_bytes()));
    });
    // The others go on to wait, until nobody waits for them.
    assert!(
        got.iter().all(|one| one.as_ref().is_err_and(|e| e.sqlstate() == SqlState::QUERY_CANCELED))
    );
}

#[test]
fn who_has_left_or_is_to_stop_gets_nothing() {
    let locks = AdvisoryLocks::default();
    let canceled = |got: Result<bool>| got.is_err_and(|e| e.sqlstate() == SqlState::QUERY_CANCELED);
    let stop = AtomicBool::new(false);
    // What still runs for a session that has ended.
    assert!(canceled(locks.lock(exclusive(1, 7), patient(&stop), || false)));
    stop.store(true, Ordering::Relaxed);
    // What still runs for a statement that was cancelled.
    for waits in [true, false] {
        let wait = AdvisoryWait { waits, ..patient(&stop) };
        assert!(canceled(locks.lock(exclusive(1, 7), wait, || true)));
    }
    assert!(locks.all().is_empty());
}

#[test]
fn who_waits_hears_that_its_session_has_ended() {
    let locks = AdvisoryLocks::default();
    assert!(locks.try_lock(exclusive(1, 7)).expect("it is free"));
    let (stop, is_here) = (AtomicBool::new(false), AtomicBool::new(true));
    let got = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            locks.lock(exclusive(2, 7), patient(&stop), || is_here.load(Ordering::Relaxed))
        });
        while locks.all().len() < 2 {
            thread::yield_now();
        }
        is_here.store(false, Ordering::Relaxed);
        locks.leave(2);
        waiter.join().expect("no panic")
    });
    assert!(got.is_err_and(|error| error.sqlstate() == SqlState::QUERY_CANCELED));
    assert_eq!((locks.all().len(), locks.table().wishes.len()), (1, 0));
}

#[test]
fn who_holds_it_twice_gives_it_back_twice() {
    let locks = AdvisoryLocks::default();
    let scoped =
        |depth| AdvisoryRequest { scope: AdvisoryScope::Transaction(depth), ..exclusive(1, 7) };
    for wish in [exclusive(1, 7), exclusive(1, 7), scoped(1), scoped(2), scoped(3)] {
        assert!(locks.try_lock(wish).expect("no error"));
    }
    let is_free = || {
        let is_free = locks.try_lock(exclusive(2, 7)).expect("no error");
        locks.leave(2);
        is_free
    };
    let unlock = || locks.unlock(1, &exclusive(1, 7).key, AdvisoryMode::Exclusive);
    assert!(!locks.unlock(1, &exclusive(1, 7).key, AdvisoryMode::Shared));
    assert!(unlock() && unlock() && !unlock() && !is_free());
    // The third savepoint is released, and the second undone.
    locks.release(1, 2);
    locks.undo(1, 2);
    assert_eq!(locks.all().len(), 1);
    locks.undo(1, 0);
    assert!(is_free() && locks.all().is_empty());
    assert!(locks.table().held.is_empty());
}

#[test]
fn a_long_line_is_looked_through_once() {
    const LINE: i32 = 5_000;
    let mut table = Table::default();
    table.grant(exclusive(1, 7));
    for pid in 2..LINE {
        let ticket = u64::try_from(pid).expect("positive");
        table.start_waiting(ticket, exclusive(pid, 7), Arc::default());
    }
    let begun = Instant::now();
    for pid in LINE - 50..LINE {
        assert!(table.cycle(pid).is_none());
    }
    // To look through all for each in it are a thousand million steps.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    table.grant(exclusive(LINE - 1, 8));
    table.start_waiting(u64::MAX, exclusive(1, 8), Arc::default());
    let cycle = table.cycle(1).expect("a circle");
    assert_eq!(cycle.len(), 2);
}

#[test]
fn there_is_an_end_to_them() {
    let locks = AdvisoryLocks::default();
    let all = u32::try_from(MOST).expect("not so many");
    for object in 0..all {
        assert!(locks.try_lock(exclusive(1, object)).expect("there is room"));
    }
    let error = locks.try_lock(exclusive(1, all)).expect_err("there is none");
    assert_eq!(error.sqlstate(), SqlState::OUT_OF_MEMORY);
    assert!(locks.unlock(1, &exclusive(1, 0).key, AdvisoryMode::Exclusive));
    assert!(locks.try_lock(exclusive(1, all)).expect("there is room again"));
    locks.unlock_all(1);
    assert!(locks.all().is_empty());
}
