//! COPY TO: from an engine to the client.

use trunkline_core::{
    CommandTag, CopyOut, Encoding, Params, PgError, Reply, Result, Rows, Run, Session,
};
use trunkline_proto::copy::{CopyFormat, Encoder, check_names};
use trunkline_proto::message::{CopyDone, CopyOutResponse};
use trunkline_sql::quote_identifier;
use trunkline_sql::statement::{Copy, CopySource};

use super::options;
use super::relation::quoted;
use crate::connection::watch::{Shape, Streamed, stream};
use crate::connection::{Connection, Foreign, Stop};

impl<S: Session> Connection<S> {
    pub(super) async fn copy_to(&mut self, copy: &Copy, source: &str) -> Result<Reply, Stop> {
        let rows = self.copied_rows(copy, source).await?;
        let options = options(copy, source)?;
        let columns = rows.columns().clone();
        let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        let relation = match &copy.source {
            CopySource::Table { name, .. } => Some(name.name.as_str()),
            CopySource::Query(_) => None,
        };
        let all = self.columns_to_name(copy, &options).await?;
        let exists = |name: &str| all.iter().any(|column| *column.name == *name);
        options.check_columns(relation, &names, exists).map_err(PgError::from)?;
        let given = options.encoding.filter(|_| options.format != CopyFormat::Binary);
        let encoding = given.unwrap_or_else(|| self.encoding());
        let copy = CopyOut::new(Encoder::new(&options, &names));
        let sent = self.copy_out(rows, copy, encoding).await?;
        Ok(CommandTag::affected("COPY", sent).into())
    }

    /// The rows that are copied.
    async fn copied_rows(&mut self, copy: &Copy, source: &str) -> Result<Rows, Stop> {
        let (made, start);
        let sql = match &copy.source {
            CopySource::Query(query) => {
                start = Some(query.start);
                query.text(source)
            }
            CopySource::Table { name, columns } => {
                start = None;
                let mut list = vec!["*".into()];
                if let Some(columns) = columns {
                    if let Some(all) = self.columns_of(name).await? {
                        let exists = |name: &str| all.iter().any(|column| *column.name == *name);
                        check_names(columns, Some(&name.name), exists).map_err(PgError::from)?;
                    }
                    list = columns.iter().map(|name| quote_identifier(name)).collect();
                }
                self.refuse_view(name).await?;
                made = format!("SELECT {} FROM {}", list.join(", "), quoted(name));
                made.as_str()
            }
        };
        // What stands in a statement of ours has no place in the client's.
        let placed = |stop: Stop| match start {
            Some(start) => stop.behind(source, start),
            None => stop.unplaced(),
        };
        self.enter_statement().await?;
        let prepared = self.prepared(sql, &[]).await.map_err(placed)?;
        if !prepared.parameters.is_empty() {
            return Err(crate::connection::no_parameter(source).into());
        }
        let run = Run::new(Params::default(), self.style());
        match self.executed((&prepared.statement, &prepared.terms), run).await.map_err(placed)? {
            Reply::Rows(rows) => Ok(rows),
            _ => {
                let message = "COPY query must have a RETURNING clause";
                Err(PgError::unsupported(message).into())
            }
        }
    }

    /// Sends rows as the data of a COPY; how many they were.
    async fn copy_out(
        &mut self,
        mut rows: Rows,
        mut copy: CopyOut,
        encoding: Encoding,
    ) -> Result<u64, Stop> {
        let columns = rows.columns().clone();
        let (formats, style) = (copy.formats(), self.style());
        let format = formats.get(0);
        let codes = columns.iter().map(|_| format.code());
        let response = CopyOutResponse { format, columns: codes };
        self.protocol.send(&response, self.io.output())?;
        let copied = Some(&mut copy);
        let shape = Shape {
            columns: &columns,
            formats,
            unknown_format: None,
            style: &style,
            encoding,
            copy: copied,
        };
        let streamed = stream(&mut self.io, &self.entry, &mut rows, shape, u64::MAX).await;
        drop(rows);
        let Streamed { sent, .. } = self.settled(streamed).await?;
        let output = self.io.output();
        let end = output.len();
        copy.end(output);
        if encoding.is_foreign() {
            let types = &style.types;
            Foreign { encoding, columns: &columns, formats, types }.encode_rows(output, end)?;
        }
        self.protocol.send(&CopyDone, self.io.output())?;
        Ok(sent)
    }
}
