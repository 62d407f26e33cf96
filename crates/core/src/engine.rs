//! The two traits of an engine.

use std::future::Future;
use std::sync::Arc;

use trunkline_proto::Oid;
use trunkline_proto::types::TextStyle;
use trunkline_sql::statement::{Constraints, Discard, TransactionModes};

use crate::catalog::Snapshot;
use crate::client::Client;
use crate::copy_in::{self, CopyIn, CopyTarget};
use crate::error::{PgError, Result};
use crate::lent::{self, LentRelation};
use crate::prepared::{Params, Prepared, Run};
use crate::reply::Reply;

/// What stands behind the server: opens a session for each client.
pub trait Engine: Send + Sync + 'static {
    /// What serves one client.
    type Session: Session;

    /// Opens a session, once a connection, after the client has proved who it is.
    ///
    /// An error ends the connection: `3D000` for a database that does not exist, `42501` for one
    /// that this user may not enter.
    fn open(&self, client: Client) -> impl Future<Output = Result<Self::Session>> + Send;
}

/// One client's view of an engine.
///
/// Calls never overlap, but several [`Rows`](crate::Rows) that earlier calls returned may be alive
/// (suspended portals) while another call runs. The simple and the extended protocol both end here.
/// A session need not know of the protocol's state, of transactions it does not have, nor of the
/// statements that belong to the session itself (`SET`, `SHOW`, `BEGIN`, `DEALLOCATE`, …): the
/// server answers those.
///
/// A client that is lost drops its session without another call: what ends then (an open
/// transaction, above all) is undone by its `Drop`. A panic in a call ends the connection, too.
///
/// An engine that blocks runs on a thread of its own and gives the future a cancel handle; dropping
/// the future pulls it.
pub trait Session: Send + 'static {
    /// A statement that was prepared; shared by the portals that run it.
    type Statement: Send + Sync + 'static;

    /// Parses and describes a statement: the types of its parameters and the shape of its result,
    /// before anything runs.
    ///
    /// `hints` are the types that the client declared for `$1`, `$2`, …; it may declare more or
    /// fewer than there are, and zero where it leaves the choice to the engine. A type that is
    /// declared must be kept: the client will send that type's bytes.
    fn prepare(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> impl Future<Output = Result<Prepared<Self::Statement>>> + Send;

    /// Parses and describes the query of a cursor.
    ///
    /// Where its rows are those of one table, it may give their [key](crate::RowKey) behind the columns
    /// that it has: UPDATE and DELETE find the row by that.
    fn prepare_cursor(
        &mut self,
        sql: &str,
        hints: &[Oid],
    ) -> impl Future<Output = Result<Prepared<Self::Statement>>> + Send {
        self.prepare(sql, hints)
    }

    /// Parses and describes a statement, or the query of a cursor, that names relations which are not the engine's
    /// beside its own: those of the catalogs, above all. Their rows come with the order to [run](Run::lent) it.
    ///
    /// # Errors
    ///
    /// By default the engine looks whether it knows them itself, and 0A000 is for those that it does not.
    fn prepare_lent(
        &mut self,
        sql: &str,
        hints: &[Oid],
        is_cursor: bool,
        lent: &Arc<[LentRelation]>,
    ) -> impl Future<Output = Result<Prepared<Self::Statement>>> + Send {
        async move {
            let prepared = match is_cursor {
                true => self.prepare_cursor(sql, hints).await,
                false => self.prepare(sql, hints).await,
            };
            prepared.map_err(|error| lent::unknown(error, lent))
        }
    }

    /// Parses and describes the call of a function by its number in `pg_proc`, as FunctionCall asks for it: a
    /// statement of one row with one column, whose parameters are the arguments of the function.
    ///
    /// # Errors
    ///
    /// 42883 for a number that no function has, as none has by default; 0A000 for one that cannot be called so.
    fn prepare_call(
        &mut self,
        function: Oid,
    ) -> impl Future<Output = Result<Prepared<Self::Statement>>> + Send {
        async move { Err(PgError::no_function(function)) }
    }

    /// Runs a statement.
    ///
    /// Rows must have the shape that [`prepare`](Session::prepare) announced. Dropping the future,
    /// or the rows while they are running, cancels the statement; the server then awaits
    /// [`settle`](Session::settle).
    fn execute(
        &mut self,
        statement: &Self::Statement,
        run: Run,
    ) -> impl Future<Output = Result<Reply>> + Send;

    /// Lets a statement, or DISCARD of temporary tables (`None`), run beside queries of this session that are
    /// still open, of which the server asks only where the statement [writes](crate::Access::Writes).
    ///
    /// # Errors
    ///
    /// 55006 for a definition of a table that one of them reads.
    fn admit_beside(
        &mut self,
        statement: Option<&Self::Statement>,
        open: &[&Self::Statement],
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (statement, open);
        async { Ok(()) }
    }

    /// Looks at the values that are bound to a statement, and says whether its plan still holds.
    ///
    /// PostgreSQL plans at every Bind, so that is when a statement fails that does not fit its tables any
    /// more, or whose values do not fit where they are put. This is asked then, and waits for nothing; an
    /// engine that does not know better holds every plan for good.
    ///
    /// # Errors
    ///
    /// Those that [`execute`](Session::execute) would answer of the values.
    fn bound(
        &self,
        statement: &Self::Statement,
        params: &Params,
        style: &TextStyle,
    ) -> Result<bool> {
        let _ = (statement, params, style);
        Ok(true)
    }

    /// Plans a statement once more of which [`bound`](Session::bound) said that its plan may not hold.
    ///
    /// # Errors
    ///
    /// Those of [`prepare`](Session::prepare); 0A000 for other columns than were announced.
    fn plan_again(
        &mut self,
        statement: &Self::Statement,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = statement;
        async { Ok(()) }
    }

    /// Says whether a statement of a longer string is one at all: PostgreSQL runs none of a string
    /// in which one has a syntax error. What it names need not exist yet.
    ///
    /// # Errors
    ///
    /// `42601`, with its position in the statement.
    fn check_syntax(&mut self, sql: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = sql;
        async { Ok(()) }
    }

    /// Waits until a statement that was cancelled has really stopped.
    fn settle(&mut self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Starts a transaction block. Dropping the future is followed by a
    /// [`rollback`](Session::rollback), however far it got; an error is not. An engine without transactions shows the client the data as it
    /// is and need not care; the server keeps the block's state either way.
    fn begin(&mut self, modes: TransactionModes) -> impl Future<Output = Result<()>> + Send {
        let _ = modes;
        async { Ok(()) }
    }

    /// Starts a transaction that nobody asked for: of several statements that a client sends in one
    /// string, or ahead of a Sync, all take effect or none. It ends with a commit or a rollback; a
    /// BEGIN within makes it the block, without another call.
    ///
    /// A statement on its own comes without: [`execute`](Session::execute) keeps what it did.
    fn begin_implicit(&mut self) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Ends a transaction and keeps what it did. The server has dropped its rows before. After an
    /// error nothing of it is left.
    fn commit(&mut self) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Ends a transaction and undoes what it did. The server has dropped its rows before. After an
    /// error the connection is closed: nobody knows what it would go on with.
    fn rollback(&mut self) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Says until the end of the transaction when constraints are looked at, and looks at once at those that do
    /// not wait any more. Without a transaction only the names are looked at.
    ///
    /// # Errors
    ///
    /// 42704 for a name that no constraint has, as none has by default; 42809 to defer what is not deferrable;
    /// 23503 and its kin for what is violated.
    fn set_constraints(
        &mut self,
        constraints: &Constraints,
    ) -> impl Future<Output = Result<()>> + Send {
        let unknown = constraints.names.iter().flatten().next();
        let answer = unknown.map_or(Ok(()), |unknown| Err(PgError::no_constraint(&unknown.name)));
        async { answer }
    }

    /// Marks a point within the transaction block.
    fn savepoint(&mut self, name: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = name;
        async { Ok(()) }
    }

    /// Forgets a savepoint and keeps what was done since.
    fn release(&mut self, name: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = name;
        async { Ok(()) }
    }

    /// Undoes what was done since a savepoint, and keeps the savepoint.
    fn rollback_to(&mut self, name: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = name;
        async { Ok(()) }
    }

    /// Makes ready to take the rows of a COPY FROM.
    ///
    /// # Errors
    ///
    /// 0A000 by default; 42P01 and 42703 for a table or a column that is not there.
    fn copy_in(&mut self, target: CopyTarget<'_>) -> impl Future<Output = Result<CopyIn>> + Send {
        let _ = target;
        async { Err(copy_in::unsupported()) }
    }

    /// Hears what the client says by NOTIFY; others hear of it when the transaction is kept.
    ///
    /// # Errors
    ///
    /// Then nobody hears of it.
    fn notify(&mut self, channel: &str, payload: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = (channel, payload);
        async { Ok(()) }
    }

    /// Throws away what DISCARD names of what the engine keeps for this session alone: temporary tables, and
    /// what it knows of sequences. Behind a pooler the next user must not find them.
    ///
    /// Plans and prepared statements are the server's. By default there is nothing of the kind.
    fn discard(&mut self, what: Discard) -> impl Future<Output = Result<()>> + Send {
        let _ = what;
        async { Ok(()) }
    }

    /// What there is, for the catalogs: asked for whenever a statement names one of them.
    fn snapshot(&mut self) -> impl Future<Output = Result<Arc<Snapshot>>> + Send {
        async { Ok(Arc::default()) }
    }

    /// What language the statements are in.
    fn language(&self) -> Language {
        Language::Sql
    }
}

/// The language that a session's clients speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// SQL: the server splits a string at its semicolons and answers the session's statements.
    #[default]
    Sql,
    /// Another one: the engine gets every string whole, and `SET` and `BEGIN` too.
    Other,
}
