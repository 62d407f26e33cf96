//! An engine over a folder, and how much memory it takes.

use std::fs;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;
use trunkline_core::settings::Settings;
use trunkline_core::{
    Client, Engine, Formats, Identity, Params, PgError, Progress, Reply, RowBuf, Run, Session,
};
use trunkline_datafusion::{DataFusion, DataFusionSession, Database};

pub(crate) const MIB: usize = 1 << 20;

/// Only one test at a time takes memory.
static ALONE: Mutex<()> = Mutex::new(());

pub(crate) struct Served {
    folder: TempDir,
    session: Option<(DataFusion, DataFusionSession, Client)>,
    _alone: MutexGuard<'static, ()>,
}

impl Served {
    /// A folder with a file that is as it should be.
    pub(crate) fn new() -> Served {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let served = Served { folder, session: None, _alone: alone };
        served.write("good.csv", b"a\n1\n");
        served
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Opens the folder with so much memory for queries.
    pub(crate) async fn open(&mut self, memory: usize) {
        let database = Database::open([self.path("")], &[], Some("d")).await.unwrap();
        let engine = DataFusion::new(database, Some(memory)).unwrap();
        let client = Client::new(Identity::new("u", "d"), Settings::default());
        let session = engine.open(client.clone()).await.unwrap();
        self.session = Some((engine, session, client));
    }

    /// The rows of a query and how many bytes they are on the wire.
    pub(crate) async fn query(&mut self, sql: &str) -> Result<(usize, usize), PgError> {
        let (_, session, client) = self.session.as_mut().unwrap();
        let style = client.style();
        let prepared = session.prepare(sql, &[]).await?;
        let run = Run::new(Params::default(), style.clone());
        let Reply::Rows(mut rows) = session.execute(&prepared.statement, run).await? else {
            panic!("{sql}: no rows")
        };
        let (columns, formats) = (rows.columns().clone(), Formats::default());
        let (mut count, mut size) = (0, 0);
        loop {
            let mut out = Vec::new();
            let progress = poll_fn(|cx| {
                let mut buffer = RowBuf::new(&mut out, &columns, &formats, &style);
                rows.poll_fill(cx, &mut buffer)
            });
            let progress = progress.await?;
            size += out.len();
            count += messages(&out);
            if let Progress::End(_) = progress {
                return Ok((count, size));
            }
        }
    }

    /// The code and the message of a query that must fail, with the good file still to be read.
    pub(crate) async fn fail(&mut self, sql: &str) -> (String, String) {
        let error = match self.query(sql).await {
            Ok(rows) => panic!("{sql}: {rows:?}"),
            Err(error) => error,
        };
        assert_eq!(self.query("select a from good").await.unwrap().0, 1, "{error:?}");
        (error.sqlstate().to_string(), error.message().to_owned())
    }
}

fn messages(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Some(length) = bytes.get(1..5) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        bytes = &bytes[length + 1..];
        count += 1;
    }
    count
}

/// By how much the memory of this process grows at most from here on.
pub(crate) struct Peak(usize);

impl Peak {
    pub(crate) fn start() -> Peak {
        fs::write("/proc/self/clear_refs", "5").unwrap();
        Peak(peak())
    }

    #[track_caller]
    pub(crate) fn is_within(&self, limit: usize) {
        let grown = peak().saturating_sub(self.0);
        assert!(grown <= limit, "{} MiB more at the peak", grown / MIB);
    }
}

fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn memory_that_was_used_shows_in_the_peak() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let peak = Peak::start();
    // Much more than what an earlier test may still give back meanwhile.
    drop(std::hint::black_box(vec![1_u8; 256 * MIB]));
    assert!(std::panic::catch_unwind(|| peak.is_within(60 * MIB)).is_err());
}
