//! Rows of fields, as COPY reads them, into batches.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Field, SchemaRef};
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{TextStyle, ValueError};
use trunkline_proto::{Format, Oid, SqlState};

use crate::read::{Appender, Datum, appender, type_of};

/// Makes batches of rows of fields in PostgreSQL's bytes, as COPY has them in any of its formats.
///
/// Each field goes straight into the array of its column, as a
/// [parameter](crate::param_array) does. After an error the rows before it are there, and more may
/// come: whoever leaves out wrong rows, as `ON_ERROR ignore` does, goes on; a wrong row ends its batch.
///
/// ```
/// use std::sync::Arc;
/// use arrow_schema::{DataType, Field, Schema};
/// use trunkline_arrow::BatchBuilder;
/// use trunkline_core::{Format, PgError};
///
/// let schema = Schema::new(vec![Field::new("id", DataType::Int64, true)]);
/// let mut batches = BatchBuilder::new(Arc::new(schema), "people")?;
/// for (line, id) in (1..).zip(["1", "2"]) {
///     let fields = [Ok::<_, PgError>(Some(id.as_bytes()))];
///     assert!(batches.push(Format::Text, line, fields)?.is_none());
/// }
/// while let Some(batch) = batches.finish()? {
///     assert_eq!(batch.num_rows(), 2);
/// }
/// # Ok::<(), PgError>(())
/// ```
pub struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    relation: String,
    style: TextStyle,
    rows: usize,
    bytes: usize,
    max_rows: usize,
    max_bytes: usize,
    /// Batches that were not returned yet, the oldest first.
    ready: VecDeque<RecordBatch>,
}

struct ColumnBuilder {
    oid: Oid,
    values: Appender,
}

/// What a batch has at most, unless it is said: the rows of DataFusion's batches, and 16 MiB.
const MAX_ROWS: usize = 8_192;
const MAX_BYTES: usize = 16 << 20;

impl BatchBuilder {
    /// A builder of batches of a schema, for rows that are of the types that its fields are
    /// announced as; `relation` is the table's name in errors.
    ///
    /// # Errors
    ///
    /// 0A000 for a column of unions.
    pub fn new(schema: SchemaRef, relation: &str) -> Result<BatchBuilder> {
        let column = |field: &Arc<Field>| {
            Ok(ColumnBuilder { oid: type_of(field).oid, values: appender(field, 0)? })
        };
        Ok(BatchBuilder {
            columns: schema.fields().iter().map(column).collect::<Result<_>>()?,
            schema,
            relation: relation.to_owned(),
            style: TextStyle::default(),
            rows: 0,
            bytes: 0,
            max_rows: MAX_ROWS,
            max_bytes: MAX_BYTES,
            ready: VecDeque::new(),
        })
    }

    /// Sets how text is read: the session's settings.
    pub fn style(mut self, style: TextStyle) -> BatchBuilder {
        self.style = style;
        self
    }

    /// Sets the types that the columns' fields come in, where they are others than those of the
    /// schema; the values are cast, as parameters are.
    pub fn types(mut self, types: &[Oid]) -> BatchBuilder {
        for (column, oid) in self.columns.iter_mut().zip(types) {
            column.oid = *oid;
        }
        self
    }

    /// Sets the number of rows of a batch, by default 8,192.
    pub fn max_rows(mut self, rows: usize) -> BatchBuilder {
        self.max_rows = rows;
        self
    }

    /// Sets the number of bytes, of fields or of what they became, after which a batch ends, by
    /// default 16 MiB.
    pub fn max_bytes(mut self, bytes: usize) -> BatchBuilder {
        self.max_bytes = bytes;
        self
    }

    /// Appends a row, and returns a batch when one is full.
    ///
    /// The fields come in the order of the columns, NULL as `None`; `line` is the line of the data
    /// that they end at, or the number of a binary row.
    ///
    /// # Errors
    ///
    /// What a field is; what its type says of its bytes, with the CONTEXT that COPY tells; 22P04 for
    /// fewer or more fields than columns; 23502 for NULL where there must be none, 22004 for NULL
    /// within a nested value where there must be none; 22001 for a
    /// string that is too long for a column marked as `varchar(n)` or `char(n)`.
    pub fn push<'f, E: Into<PgError>>(
        &mut self,
        format: Format,
        line: u64,
        fields: impl IntoIterator<Item = Result<Option<&'f [u8]>, E>>,
    ) -> Result<Option<RecordBatch>> {
        let row = self.row(format, line, fields);
        if row.is_ok() {
            self.rows += 1;
        }
        // Of a wrong row some columns have a value already.
        if row.is_err() || self.rows >= self.max_rows || self.is_large() {
            self.end_batch()?;
        }
        row.map(|()| self.ready.pop_front())
    }

    fn is_large(&self) -> bool {
        // Values may take more than they came in: blanks of `char(n)`, lists of a fixed length.
        let held = || self.columns.iter().map(|column| column.values.held());
        self.bytes >= self.max_bytes || held().fold(0, usize::saturating_add) >= self.max_bytes
    }

    fn row<'f, E: Into<PgError>>(
        &mut self,
        format: Format,
        line: u64,
        fields: impl IntoIterator<Item = Result<Option<&'f [u8]>, E>>,
    ) -> Result<()> {
        let (mut found, mut missing_value) = (0, None);
        for field in fields {
            let bytes = field.map_err(Into::into)?;
            if found >= self.columns.len() {
                return Err(wrong_shape("extra data after last expected column".to_owned())
                    .context(self.at_line(line)));
            }
            if bytes.is_none() && missing_value.is_none() {
                let is_wrong = |field: &&Arc<Field>| !field.is_nullable();
                missing_value = self.schema.fields().get(found).filter(is_wrong).cloned();
            }
            self.field(found, format, bytes).map_err(|error| {
                PgError::from(error).context(self.at_field(line, found, format, bytes))
            })?;
            found += 1;
        }
        if let Some(missing) = self.schema.fields().get(found) {
            let message = format!("missing data for column \"{}\"", missing.name());
            return Err(wrong_shape(message).context(self.at_line(line)));
        }
        // Told last, as by PostgreSQL: a table's constraints come after its types.
        if let Some(field) = missing_value {
            return Err(self.not_null(&field).context(self.at_line(line)));
        }
        Ok(())
    }

    fn field(
        &mut self,
        column: usize,
        format: Format,
        bytes: Option<&[u8]>,
    ) -> Result<(), ValueError> {
        // A column takes up some bytes whatever it has.
        self.bytes = self.bytes.saturating_add(8).saturating_add(bytes.map_or(0, <[u8]>::len));
        let Some(ColumnBuilder { oid, values }) = self.columns.get_mut(column) else {
            return Ok(());
        };
        match bytes {
            Some(bytes) => values.append(Datum::new(*oid, format, bytes, &self.style), &self.style),
            None => {
                values.append_null();
                Ok(())
            }
        }
    }

    /// A batch of the rows that are left over; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// 54000 for more elements than the offsets of lists reach; the rows of that batch are lost.
    pub fn finish(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows > 0 {
            self.end_batch()?;
        }
        Ok(self.ready.pop_front())
    }

    fn end_batch(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let arrays = self.columns.iter_mut().map(|column| {
            let array = column.values.finish()?;
            Ok(if array.len() == rows { array } else { array.slice(0, rows) })
        });
        let arrays = match arrays.collect::<Result<Vec<_>, ValueError>>() {
            Ok(arrays) => arrays,
            Err(error) => {
                self.clear()?;
                return Err(error.into());
            }
        };
        if rows > 0 {
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options);
            self.ready.push_back(batch.map_err(contradiction)?);
        }
        Ok(())
    }

    /// Leaves nothing of a batch that failed: some columns, or parts of one, have their values still.
    #[cold]
    fn clear(&mut self) -> Result<()> {
        for (column, field) in self.columns.iter_mut().zip(self.schema.fields()) {
            column.values = appender(field, 0)?;
        }
        Ok(())
    }

    #[cold]
    fn not_null(&self, field: &Field) -> PgError {
        let (column, relation) = (field.name(), &self.relation);
        let message = format!(
            "null value in column \"{column}\" of relation \"{relation}\" violates not-null constraint"
        );
        PgError::new(SqlState::NOT_NULL_VIOLATION, message)
            .field(b't', relation.clone())
            .field(b'c', column.clone())
    }

    /// `COPY t, line 2`
    fn at_line(&self, line: u64) -> String {
        format!("COPY {}, line {line}", self.relation)
    }

    /// `COPY t, line 2, column a: "x"`
    #[cold]
    fn at_field(&self, line: u64, column: usize, format: Format, bytes: Option<&[u8]>) -> String {
        let name = self.schema.fields().get(column).map_or("", |field| field.name());
        let place = format!("{}, column {name}", self.at_line(line));
        match (format, bytes) {
            (Format::Binary, _) => place,
            (Format::Text, None) => format!("{place}: null input"),
            (Format::Text, Some(bytes)) => format!("{place}: \"{}\"", clipped(bytes)),
        }
    }
}

/// The first hundred bytes, not through a character.
fn clipped(text: &[u8]) -> String {
    const MOST: usize = 100;
    let Some(head) = text.get(..MOST).filter(|_| text.len() > MOST) else {
        return String::from_utf8_lossy(text).into_owned();
    };
    let valid = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), str::len);
    format!("{}...", String::from_utf8_lossy(head.get(..valid).unwrap_or_default()))
}

impl fmt::Debug for BatchBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchBuilder")
            .field("relation", &self.relation)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn wrong_shape(message: String) -> PgError {
    PgError::new(SqlState::BAD_COPY_FILE_FORMAT, message)
}

#[cold]
fn contradiction(error: ArrowError) -> PgError {
    PgError::internal("columns do not make a batch").source(error)
}
