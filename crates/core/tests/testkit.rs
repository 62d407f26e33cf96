//! The testkit passes engines that keep their promises, and names what others break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::task::{Context, Poll};

use trunkline_core::testkit::{BrokenPromise, Expectations, block_on, check};
use trunkline_core::{
    Client, Column, Columns, CommandTag, Description, Engine, Identity, Oid, PgError, Prepared,
    Progress, Query, Reply, Result, RowBuf, RowSource, Rows, Run, Session, SqlState, query_fn,
    statement_fn,
};

const COLUMNS: [(&str, Oid); 2] = [("id", Oid::INT4), ("half", Oid::FLOAT8)];

#[test]
fn functions_keep_the_promises() {
    let expectations = Expectations::new("select 3", "select")
        .empty("select 0")
        .parameter("select $1", b"5")
        .endless("select forever");
    block_on(check(&query_fn(answer), &expectations)).expect("query_fn");
    block_on(check(&statement_fn(describe, answer), &expectations)).expect("statement_fn");
}

fn describe(sql: &str) -> Result<Description> {
    match sql {
        "select" => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input")),
        _ => Ok(Description::rows(COLUMNS)
            .parameters([Oid::INT4].into_iter().take(usize::from(sql.contains("$1"))))),
    }
}

async fn answer(query: Query) -> Result<Rows> {
    let count = match query.sql() {
        "select 3" => 3,
        "select 0" => 0,
        "select forever" => i32::MAX,
        "select $1" => match query.params().and_then(|params| params.get(0)) {
            Some(count) => count.decode::<Option<i32>>(&query.run().style)?.unwrap_or(0),
            None => 0,
        },
        _ => return Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input")),
    };
    let columns = COLUMNS.into_iter().map(Column::from).collect();
    let half = |id| (id % 2 == 1).then(|| f64::from(id) / 2.0);
    Ok(Rows::from_rows(columns, (0..count).map(move |id| (id, half(id)))))
}

#[test]
fn an_honest_engine_passes() {
    told(Lie::None).expect("it keeps every promise");
}

#[test]
fn lies_are_found() {
    let announces = "a statement returns what it announces, in both formats";
    let few = "rows taken a few at a time are the rows taken at once";
    let refused = "a broken statement is refused with a code, and the session goes on";
    let parameter = "a parameter is taken in both formats, and as NULL";
    for (lie, promise, why) in [
        (Lie::Opens, "a session opens", "no"),
        (Lie::OtherType, announces, "announces"),
        (Lie::OtherArity, announces, "a row has 1 values, but 2 are announced"),
        (Lie::TextInBinary, announces, "its bytes, in Binary, cannot be read"),
        (Lie::OtherInBinary, announces, "in binary"),
        (Lie::TwoRows, announces, "three are needed"),
        (Lie::Overruns, few, "a row beyond the limit"),
        (Lie::Forgets, few, "are not the 3 rows"),
        (Lie::Shares, "two suspended results do not disturb each other", "are not the 3 rows"),
        (Lie::Sticks, "a session is usable after a statement was dropped", "still busy"),
        (Lie::Accepts, refused, "it is not refused"),
        (Lie::Succeeds, refused, "00000"),
        (Lie::Internal, refused, "XX000"),
        (Lie::Sulks, refused, "still busy"),
        (Lie::NotEmpty, "a result without rows has its columns all the same", "returns 1 rows"),
        (Lie::Overrules, parameter, "declared as 23"),
        (Lie::Unspecified, parameter, "unspecified"),
        (Lie::TextOnly, parameter, "it is refused"),
        (Lie::Ends, "a statement that never ends stops when it is dropped", "it ends"),
        (Lie::NoCommit, "a session is usable in a transaction block and after it", "still busy"),
    ] {
        let broken = told(lie).expect_err(promise);
        assert_eq!(broken.promise(), promise, "{lie:?}: {broken}");
        assert!(broken.to_string().contains(why), "{lie:?}: {broken}");
    }
}

fn told(lie: Lie) -> std::result::Result<(), BrokenPromise> {
    let expectations = Expectations::new("rows", "broken")
        .empty("empty")
        .parameter("echo", b"7")
        .endless("endless")
        .identity(Identity::new("me", "liars"));
    block_on(check(&Liar(lie), &expectations))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    None,
    Opens,
    OtherType,
    OtherArity,
    TextInBinary,
    OtherInBinary,
    TwoRows,
    Overruns,
    Forgets,
    Shares,
    Sticks,
    Accepts,
    Succeeds,
    Internal,
    Sulks,
    NotEmpty,
    Overrules,
    Unspecified,
    TextOnly,
    Ends,
    NoCommit,
}

struct Liar(Lie);

struct LiarSession {
    lie: Lie,
    busy: Arc<AtomicBool>,
    shared: Arc<AtomicI32>,
}

impl Engine for Liar {
    type Session = LiarSession;

    async fn open(&self, client: Client) -> Result<LiarSession> {
        assert_eq!(&*client.identity().database, "liars");
        match self.0 {
            Lie::Opens => Err(PgError::new(SqlState::INVALID_CATALOG_NAME, "no")),
            lie => Ok(LiarSession { lie, busy: Arc::default(), shared: Arc::default() }),
        }
    }
}

impl Session for LiarSession {
    type Statement = String;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<String>> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(PgError::new(SqlState::OBJECT_IN_USE, "still busy"));
        }
        if sql == "broken" && self.lie != Lie::Accepts {
            self.busy.store(self.lie == Lie::Sulks, Ordering::SeqCst);
            return Err(match self.lie {
                Lie::Succeeds => PgError::new(SqlState::SUCCESSFUL_COMPLETION, "fine"),
                Lie::Internal => PgError::internal("oh"),
                _ => PgError::new(SqlState::SYNTAX_ERROR, "syntax error"),
            });
        }
        let columns = match self.lie {
            Lie::OtherType => [("id", Oid::INT8), ("name", Oid::TEXT)],
            _ => [("id", Oid::INT4), ("name", Oid::TEXT)],
        };
        let columns = Columns::Known(columns.into_iter().map(Column::from).collect());
        let parameters = match (sql, self.lie, hints) {
            ("echo", Lie::Overrules, [_]) => vec![Oid::INT8],
            ("echo", Lie::Unspecified, _) => vec![Oid::UNSPECIFIED],
            ("echo", ..) => vec![Oid::INT4],
            _ => Vec::new(),
        };
        Ok(Prepared::new(sql.to_owned(), columns).parameters(parameters))
    }

    async fn execute(&mut self, sql: &String, run: Run) -> Result<Reply> {
        let end = match (sql.as_str(), self.lie) {
            ("rows", Lie::TwoRows) => 2,
            ("rows", _) => 3,
            ("empty", Lie::NotEmpty) | ("endless", Lie::Ends) => 1,
            ("endless", _) => i32::MAX,
            ("echo", lie) => {
                let value = run.params.get(0).ok_or_else(|| PgError::internal("unbound"))?;
                if lie == Lie::TextOnly {
                    let text = value.bytes.map(String::from_utf8_lossy);
                    text.and_then(|text| text.parse().ok())
                        .ok_or_else(|| PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, "no"))?
                } else {
                    value.decode::<Option<i32>>(&run.style)?.unwrap_or(0)
                }
            }
            _ => 0,
        };
        let next = match self.lie {
            Lie::Shares => self.shared.clone(),
            _ => Arc::default(),
        };
        next.store(0, Ordering::SeqCst);
        let columns = [("id", Oid::INT4), ("name", Oid::TEXT)].into_iter().map(Column::from);
        let source = Numbers { lie: self.lie, busy: self.busy.clone(), next, end };
        Ok(Rows::from_source(columns.collect(), source).into())
    }

    async fn commit(&mut self) -> Result<()> {
        self.busy.store(self.lie == Lie::NoCommit, Ordering::SeqCst);
        Ok(())
    }
}

struct Numbers {
    lie: Lie,
    busy: Arc<AtomicBool>,
    next: Arc<AtomicI32>,
    end: i32,
}

impl RowSource for Numbers {
    fn poll_fill(&mut self, _: &mut Context<'_>, rows: &mut RowBuf<'_>) -> Poll<Result<Progress>> {
        if self.lie == Lie::Forgets && self.next.load(Ordering::SeqCst) == 1 {
            self.next.store(2, Ordering::SeqCst);
        }
        while !rows.is_full() || (self.lie == Lie::Overruns && self.end < i32::MAX) {
            let id = self.next.fetch_add(1, Ordering::SeqCst);
            if id >= self.end {
                self.end = 0;
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            }
            let binary = rows.format(0) == trunkline_core::Format::Binary;
            if self.lie == Lie::OtherArity {
                rows.encoded_row(|out| {
                    // One value where two belong, and a count that says so.
                    let count = out.len() - 2;
                    out[count..].copy_from_slice(&1_i16.to_be_bytes());
                    out.extend_from_slice(&(-1_i32).to_be_bytes());
                    Ok(())
                })?;
                continue;
            }
            rows.row(|row| {
                match self.lie {
                    Lie::TextInBinary => row.bytes(b"12345"),
                    Lie::OtherInBinary if binary => row.int4(id + 1),
                    _ => row.int4(id),
                }
                match id % 2 {
                    0 => row.null(),
                    _ => row.text("odd"),
                }
                Ok(())
            })?;
        }
        Poll::Ready(Ok(Progress::More))
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        let unfinished = self.next.load(Ordering::SeqCst) < self.end;
        if self.lie == Lie::Sticks && unfinished {
            self.busy.store(true, Ordering::SeqCst);
        }
    }
}

/// A source that hands its rows out from another thread, so that the testkit has to wait.
#[test]
fn it_waits_for_a_source_that_is_pending() {
    struct Slow(i32, bool);

    impl RowSource for Slow {
        fn poll_fill(
            &mut self,
            cx: &mut Context<'_>,
            rows: &mut RowBuf<'_>,
        ) -> Poll<Result<Progress>> {
            self.1 = !self.1;
            if self.1 {
                let waker = cx.waker().clone();
                std::thread::spawn(move || waker.wake());
                return Poll::Pending;
            }
            if self.0 == 3 {
                return Poll::Ready(Ok(Progress::End(CommandTag::select())));
            }
            self.0 += 1;
            rows.row(|row| row.value(&self.0))?;
            Poll::Ready(Ok(Progress::More))
        }
    }

    let answer = async |query: Query| match query.sql() {
        "three" => Ok(Rows::from_source([Column::new("id", Oid::INT4)].into(), Slow(0, false))),
        _ => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error")),
    };
    block_on(check(&query_fn(answer), &Expectations::new("three", "tree"))).expect("it waits");
}

#[test]
fn a_parameter_that_no_bind_can_reach_is_refused() {
    use trunkline_core::{
        Client, Engine, Identity, Query, Result, RowSet, Rows, Session, query_fn,
    };
    async fn answer(_: Query) -> Result<RowSet> {
        Ok(Rows::new([("one", trunkline_core::Oid::INT4)]))
    }
    let client = Client::new(Identity::new("ann", "toy"), Default::default());
    let prepared = trunkline_core::testkit::block_on(async {
        let mut session = query_fn(answer).open(client).await?;
        session.prepare("select $4000000", &[]).await.map(drop)
    });
    assert_eq!(prepared.map_err(|error| error.sqlstate().to_string()), Err("42P02".to_owned()));
}
