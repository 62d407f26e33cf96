//! An engine with a statement for every case.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use trunkline::{
    Access, Client, Column, Columns, CommandTag, Engine, Listener, Notice, Oid, PgError, Prepared,
    Progress, Reply, Result, RowBuf, RowSource, Rows, Run, Server, ServerBuilder, Session,
    Severity, SqlState, Terms,
};

/// Statements that run forever and have not been dropped yet.
pub(crate) static RUNNING: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Toy;

impl Engine for Toy {
    type Session = ToySession;

    async fn open(&self, client: Client) -> Result<ToySession> {
        match &*client.identity().database {
            "toy" => Ok(ToySession { client, fused: false }),
            "slow" => std::future::pending().await,
            "broken" => panic!("the engine panics"),
            other => Err(PgError::new(
                SqlState::INVALID_CATALOG_NAME,
                format!("database \"{other}\" does not exist"),
            )),
        }
    }
}

pub(crate) struct ToySession {
    client: Client,
    /// Panics at its end.
    fused: bool,
}

impl Drop for ToySession {
    fn drop(&mut self) {
        assert!(!self.fused, "the engine panics at the end of a session");
    }
}

impl Session for ToySession {
    type Statement = Vec<String>;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Vec<String>>> {
        // As a cursor needs it.
        let sql = sql.strip_prefix("table ").unwrap_or(sql);
        let words: Vec<String> = sql.split_whitespace().map(str::to_owned).collect();
        let columns = match words[0].as_str() {
            "one" => known([("?column?", Oid::INT4)]),
            "rows" | "late" | "endless" => known([("id", Oid::INT8), ("name", Oid::TEXT)]),
            "nothing" => known::<0>([]),
            "explain" => known([("QUERY PLAN", Oid::TEXT)]),
            "echo" => known([("echo", hints.first().copied().unwrap_or(Oid::TEXT))]),
            "notice" | "forever" | "sleep" | "panic" | "disturb" => Columns::None,
            "unplanned" => return std::future::pending().await,
            "fuse" => known([("id", Oid::INT8), ("name", Oid::TEXT)]),
            "wrong" => return Err(PgError::new(SqlState::SYNTAX_ERROR, "wrong").position(1)),
            other => {
                return Err(PgError::new(
                    SqlState::UNDEFINED_TABLE,
                    format!("relation \"{other}\" does not exist"),
                ));
            }
        };
        let parameters = match words[0].as_str() {
            "echo" => vec![hints.first().copied().filter(|oid| oid.0 != 0).unwrap_or(Oid::TEXT)],
            _ => Vec::new(),
        };
        let access = if words[0] == "disturb" { Access::Writes } else { Access::Live };
        let terms = Terms { access, ..Terms::default() };
        Ok(Prepared::new(words, columns).parameters(parameters).terms(terms))
    }

    async fn execute(&mut self, words: &Vec<String>, run: Run) -> Result<Reply> {
        let number = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        match words[0].as_str() {
            "one" => Ok(Rows::new([("?column?", Oid::INT4)]).row((1,)).into()),
            "nothing" => Ok(Rows::new::<Column>([]).row(Vec::new()).into()),
            "explain" => Ok(Rows::new([("QUERY PLAN", Oid::TEXT)]).row((words.join(" "),)).into()),
            "echo" => {
                let param = run.params.get(0).ok_or_else(|| PgError::internal("no parameter"))?;
                let value: Option<trunkline::types::Value> = param.decode(&run.style)?;
                let columns = [("echo", param.type_oid)];
                Ok(Rows::new(columns).row(vec![value.unwrap_or_default()]).into())
            }
            "rows" => Ok(Reply::Rows(source(Numbers { next: 0, end: number, fails: false }))),
            "fuse" => {
                self.fused = true;
                let numbers = Numbers { next: 0, end: 3, fails: false };
                Ok(Reply::Rows(source(Fuse(numbers))))
            }
            "late" => Ok(Reply::Rows(source(Numbers { next: 0, end: number, fails: true }))),
            "endless" => Ok(Reply::Rows(source(Numbers { next: 0, end: i64::MAX, fails: false }))),
            "notice" => {
                let notice = Notice::new(Severity::Notice, SqlState::SUCCESSFUL_COMPLETION, "hear");
                for _ in 0..number.max(1) {
                    self.client.notify(notice.clone());
                }
                Ok(CommandTag::new("NOTICE").into())
            }
            "disturb" => Ok(CommandTag::new("DISTURB").into()),
            "forever" => {
                let _running = Running::new();
                std::future::pending().await
            }
            "sleep" => {
                tokio::time::sleep(Duration::from_millis(number.unsigned_abs())).await;
                Ok(CommandTag::new("SLEEP").into())
            }
            _ => panic!("the engine panics"),
        }
    }
}

struct Running;

impl Running {
    fn new() -> Running {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

fn known<const N: usize>(columns: [(&str, Oid); N]) -> Columns {
    Columns::Known(columns.into_iter().map(Column::from).collect())
}

fn source(numbers: impl RowSource) -> Rows {
    let columns = [("id", Oid::INT8), ("name", Oid::TEXT)];
    Rows::from_source(columns.into_iter().map(Column::from).collect::<Arc<[_]>>(), numbers)
}

/// Rows that panic at their end.
struct Fuse(Numbers);

impl RowSource for Fuse {
    fn poll_fill(&mut self, cx: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        self.0.poll_fill(cx, rows)
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        panic!("the engine panics at the end of rows");
    }
}

/// Rows from `next` to `end`, and then an error if `fails`.
struct Numbers {
    next: i64,
    end: i64,
    fails: bool,
}

impl RowSource for Numbers {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        while !rows.is_full() {
            if self.next == self.end {
                return Poll::Ready(match self.fails {
                    true => Err(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")),
                    false => Ok(Progress::End(CommandTag::select())),
                });
            }
            let id = self.next;
            rows.row(|row| {
                row.int8(id);
                row.text("name");
                Ok(())
            })?;
            self.next += 1;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

/// A server for one test, gone when it is dropped.
pub(crate) struct RunningServer<E = Toy> {
    runtime: Option<tokio::runtime::Runtime>,
    pub(crate) address: SocketAddr,
    pub(crate) server: Server<E>,
}

impl<E> Drop for RunningServer<E> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts a server on a port that the system chooses.
pub(crate) fn start() -> RunningServer {
    start_with(|builder| builder)
}

/// Starts a server that differs.
pub(crate) fn start_with(
    change: impl FnOnce(ServerBuilder<Toy>) -> ServerBuilder<Toy>,
) -> RunningServer {
    start_server(change(Server::builder(Toy)).build())
}

/// Starts a server of any engine.
pub(crate) fn start_server<E: Engine>(server: Server<E>) -> RunningServer<E> {
    start_at([127, 0, 0, 1], server)
}

/// Starts a server on another address; clients come over loopback.
pub(crate) fn start_at<E: Engine>(host: [u8; 4], server: Server<E>) -> RunningServer<E> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(Listener::tcp((host, 0).into())).expect("a free port");
    let address = listener.local_address().expect("a TCP address");
    let serving = server.clone();
    runtime.spawn(async move { serving.serve(listener).await });
    let address = ([127, 0, 0, 1], address.port()).into();
    RunningServer { runtime: Some(runtime), address, server }
}
