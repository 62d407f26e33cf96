//! Values as text, in the session's style.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use trunkline_core::types::TextStyle;
use trunkline_core::{Formats, PgError, Progress, Result, RowBuf};

/// The function that makes text of any value, as PostgreSQL's output functions do.
#[derive(Debug)]
pub(crate) struct AsText {
    style: Arc<TextStyle>,
    signature: Signature,
}

impl AsText {
    pub(crate) fn new(style: Arc<TextStyle>) -> AsText {
        AsText { style, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl PartialEq for AsText {
    fn eq(&self, other: &AsText) -> bool {
        self.style == other.style
    }
}

impl Eq for AsText {}

impl Hash for AsText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl ScalarUDFImpl for AsText {
    fn name(&self) -> &str {
        "text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let Some(value) = args.args.first() else {
            return Err(DataFusionError::Plan("text takes one value".to_owned()));
        };
        let field = args.arg_fields.first();
        let external = |error: PgError| DataFusionError::External(Box::new(error));
        match value {
            ColumnarValue::Array(array) => {
                let texts = texts(array.clone(), field, &self.style).map_err(external)?;
                Ok(ColumnarValue::Array(texts))
            }
            ColumnarValue::Scalar(value) => {
                let texts = texts(value.to_array()?, field, &self.style).map_err(external)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&texts, 0)?))
            }
        }
    }
}

/// Encodes a column as it would be sent, and takes the messages apart again: there is one place
/// that knows how values look.
fn texts(array: ArrayRef, marked: Option<&FieldRef>, style: &TextStyle) -> Result<ArrayRef> {
    let length = array.len();
    let metadata = marked.map(|field| field.metadata().clone()).unwrap_or_default();
    let field = Field::new("text", array.data_type().clone(), true).with_metadata(metadata);
    let schema = Arc::new(Schema::new(vec![field]));
    let columns = trunkline_arrow::columns(&schema);
    let batch = RecordBatch::try_new(schema, vec![array])
        .map_err(|error| PgError::internal(error.to_string()))?;
    let mut rows = trunkline_arrow::rows(columns.clone(), [batch]);
    let (formats, mut messages) = (Formats::default(), Vec::new());
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let mut buffer = RowBuf::new(&mut messages, &columns, &formats, style);
        match rows.poll_fill(&mut context, &mut buffer) {
            Poll::Ready(Ok(Progress::End(_))) => break,
            Poll::Ready(Ok(Progress::More)) => {}
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => return Err(PgError::internal("a batch in memory is not ready")),
        }
    }
    let mut texts = StringBuilder::with_capacity(length, messages.len());
    let mut rest = messages.as_slice();
    while let Some((cell, after)) = next_cell(rest) {
        texts.append_option(cell.map(String::from_utf8_lossy));
        rest = after;
    }
    Ok(Arc::new(texts.finish()))
}

/// The cell of the first message, and what follows it.
fn next_cell(messages: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    // D, the length of the message, the number of cells, the length of the cell.
    let length: [u8; 4] = messages.get(7..11)?.try_into().ok()?;
    match usize::try_from(i32::from_be_bytes(length)) {
        Ok(length) => {
            let (cell, rest) = messages.get(11..)?.split_at_checked(length)?;
            Some((Some(cell), rest))
        }
        Err(_) => Some((None, messages.get(11..)?)),
    }
}
