//! What the log hears of strangers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use trunkline::Server;
use trunkline_proto::message::CancelRequest;

use crate::clock;
use crate::dialogue::Dialogue;
use crate::toy::Toy;

/// Keeps the lines about logins and cancels: what each says was left out before it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u64>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Id::from_u64(NEXT.fetch_add(1, Ordering::SeqCst))
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut LeftOut(&self.0));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct LeftOut<'a>(&'a Mutex<Vec<u64>>);

impl Visit for LeftOut<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "left_out" {
            self.0.lock().expect("no panic").push(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[tokio::test(start_paused = true)]
async fn t16_the_log_hears_of_strangers_ten_times_a_second() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let address = clock::start(&Server::builder(Toy).build()).await;
    let strangers = move || {
        for number in 0..50 {
            let cancel = CancelRequest { process_id: number, key: vec![0; 4] };
            assert_eq!(Dialogue::silent(address).say(&cancel).hear_out(), "");
            // A user without a name.
            let nobody = crate::startup::startup(0x30000, &[("database", "toy")]);
            assert_eq!(Dialogue::silent(address).say(&nobody).hear_out(), "E(FATAL 28000)");
        }
    };
    clock::client(strangers).await;
    assert_eq!(*log.0.lock().expect("no panic"), [0; 10]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    clock::client(strangers).await;
    let mut expected = [0; 20];
    expected[10] = 90;
    assert_eq!(*log.0.lock().expect("no panic"), expected);
}
