//! Queries and their answers.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use bench_rows::Table;
use futures::{Sink, stream};
use pgwire::api::auth::StartupHandler;
use pgwire::api::auth::noop::NoopStartupHandler;
use pgwire::api::portal::{Format, Portal};
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::api::results::{DataRowEncoder, FieldFormat, FieldInfo, QueryResponse, Response};
use pgwire::api::stmt::QueryParser;
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, PgWireServerHandlers, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::DataRow;

type Schema = Arc<Vec<FieldInfo>>;

/// Which of the two results.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    One,
    Many,
}

pub(crate) struct Handler {
    table: Arc<Table>,
    /// In text and in binary.
    one: [Schema; 2],
    many: [Schema; 2],
    parser: Arc<Parser>,
}

impl Handler {
    pub(crate) fn new(rows: u32) -> Handler {
        let formats = [FieldFormat::Text, FieldFormat::Binary];
        Handler {
            table: Arc::new(Table::new(rows)),
            one: formats.map(|format| Arc::new(one(format))),
            many: formats.map(|format| Arc::new(many(|_| format))),
            parser: Arc::new(Parser),
        }
    }

    fn schema(&self, answer: Answer, format: &Format) -> Schema {
        let kept = match answer {
            Answer::One => &self.one,
            Answer::Many => &self.many,
        };
        match format {
            Format::UnifiedText => kept[0].clone(),
            Format::UnifiedBinary => kept[1].clone(),
            Format::Individual(codes) if codes.iter().all(|code| *code == 0) => kept[0].clone(),
            Format::Individual(codes) if codes.iter().all(|code| *code == 1) => kept[1].clone(),
            Format::Individual(_) => Arc::new(columns(answer, format)),
        }
    }

    fn respond(&self, answer: Answer, format: &Format) -> PgWireResult<Response> {
        let schema = self.schema(answer, format);
        let mut encoder = DataRowEncoder::new(schema.clone());
        Ok(Response::Query(match answer {
            Answer::One => {
                encoder.encode_field(&1_i32)?;
                let row = encoder.take_row();
                QueryResponse::new(schema, stream::iter([Ok(row)]))
            }
            Answer::Many => {
                let table = self.table.clone();
                let rows = (0..table.rows()).map(move |row| encode(&table, row, &mut encoder));
                QueryResponse::new(schema, stream::iter(rows))
            }
        }))
    }
}

/// One of the many rows.
pub(crate) fn encode(table: &Table, row: usize, to: &mut DataRowEncoder) -> PgWireResult<DataRow> {
    let since_1970 = table.ts[row] + 946_684_800_000_000;
    let ts = chrono::DateTime::from_timestamp_micros(since_1970);
    to.encode_field(&table.id[row])?;
    to.encode_field(&table.val[row])?;
    to.encode_field(&table.name(row))?;
    to.encode_field(&ts.map(|ts| ts.naive_utc()))?;
    to.encode_field(&table.flag[row])?;
    Ok(to.take_row())
}

fn one(format: FieldFormat) -> Vec<FieldInfo> {
    let column = FieldInfo::new("?column?".into(), None, None, Type::INT4, format);
    vec![column.with_type_size(4)]
}

/// The five columns.
pub(crate) fn many(format: impl Fn(usize) -> FieldFormat) -> Vec<FieldInfo> {
    let types = [Type::INT8, Type::FLOAT8, Type::TEXT, Type::TIMESTAMP, Type::BOOL];
    let columns = bench_rows::COLUMNS.iter().zip(types).enumerate();
    let column = columns.map(|(at, ((name, _, size), ty))| {
        FieldInfo::new((*name).into(), None, None, ty, format(at)).with_type_size(*size)
    });
    column.collect()
}

fn columns(answer: Answer, format: &Format) -> Vec<FieldInfo> {
    match answer {
        Answer::One => one(format.format_for(0)),
        Answer::Many => many(|column| format.format_for(column)),
    }
}

fn parse(sql: &str) -> Answer {
    if sql.contains(" rows") { Answer::Many } else { Answer::One }
}

#[async_trait]
impl NoopStartupHandler for Handler {}

#[async_trait]
impl SimpleQueryHandler for Handler {
    async fn do_query<C>(&self, _: &mut C, query: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        Ok(vec![self.respond(parse(query), &Format::UnifiedText)?])
    }
}

pub(crate) struct Parser;

#[async_trait]
impl QueryParser for Parser {
    type Statement = Answer;

    async fn parse_sql<C>(
        &self,
        _: &C,
        sql: &str,
        _: &[Option<Type>],
    ) -> PgWireResult<Option<Answer>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        Ok(Some(parse(sql)))
    }

    fn get_parameter_types(&self, _: &Answer) -> PgWireResult<Vec<Type>> {
        Ok(Vec::new())
    }

    fn get_result_schema(
        &self,
        answer: &Answer,
        format: Option<&Format>,
    ) -> PgWireResult<Vec<FieldInfo>> {
        Ok(columns(*answer, format.unwrap_or(&Format::UnifiedText)))
    }
}

#[async_trait]
impl ExtendedQueryHandler for Handler {
    type Statement = Answer;
    type QueryParser = Parser;

    fn query_parser(&self) -> Arc<Parser> {
        self.parser.clone()
    }

    async fn do_query<C>(
        &self,
        _: &mut C,
        portal: &Portal<Answer>,
        _: usize,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Answer>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        self.respond(portal.statement.statement, &portal.result_column_format)
    }
}

/// The handlers of a server that believes everybody.
pub(crate) struct Plain(pub(crate) Arc<Handler>);

impl PgWireServerHandlers for Plain {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        self.0.clone()
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        self.0.clone()
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        self.0.clone()
    }
}
