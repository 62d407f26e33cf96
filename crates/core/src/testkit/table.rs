//! What a statement returned, taken apart.

use std::sync::Arc;

use bytes::BytesMut;
use trunkline_proto::message::{BackendTag, DataRow};
use trunkline_proto::types::{TextStyle, ToPg, Value};
use trunkline_proto::wire::frame;
use trunkline_proto::{Format, Oid};

use crate::column::Column;
use crate::prepared::Formats;

/// Rows as they were sent.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) columns: Arc<[Column]>,
    pub(super) rows: Vec<Vec<Option<Vec<u8>>>>,
}

impl Table {
    pub(super) fn new(columns: Arc<[Column]>) -> Table {
        Table { columns, rows: Vec::new() }
    }

    /// Takes the DataRow messages in `sent`.
    pub(super) fn extend(&mut self, sent: &[u8]) -> Result<(), String> {
        let mut sent = BytesMut::from(sent);
        while !sent.is_empty() {
            let header = frame::peek(&sent).ok_or("half a message was written")?;
            let length = header.frame_length(u32::MAX / 4).map_err(|error| error.to_string())?;
            let body = frame::split(&mut sent, length).ok_or("half a message was written")?;
            if BackendTag(header.tag) != BackendTag::DATA_ROW {
                return Err(format!("a message that is no row was written: {}", header.tag));
            }
            let row = DataRow::decode(body).map_err(|error| error.to_string())?;
            let (has, announced) = (row.values.len(), self.columns.len());
            if has != announced {
                return Err(format!("a row has {has} values, but {announced} are announced"));
            }
            self.rows.push(row.values.iter().map(|value| value.map(<[u8]>::to_vec)).collect());
        }
        Ok(())
    }

    /// Every value as text, `None` where it is NULL. Values whose text and binary forms cannot be
    /// compared without the engine are the same wherever they are not NULL.
    pub(super) fn printed(
        &self,
        formats: &Formats,
        style: &TextStyle,
    ) -> Result<Vec<Vec<Option<String>>>, String> {
        let row = |row: &Vec<Option<Vec<u8>>>| {
            let values = row.iter().zip(self.columns.iter()).enumerate();
            let values = values.map(|(index, (value, column))| {
                let Some(bytes) = value else { return Ok(None) };
                printed(column.type_oid, formats.get(index), bytes, style).map(Some).map_err(
                    |why| {
                        format!(
                            "column \"{}\" is announced as {} but {why}",
                            column.name, column.type_oid
                        )
                    },
                )
            });
            values.collect()
        };
        self.rows.iter().map(row).collect()
    }
}

fn printed(oid: Oid, format: Format, bytes: &[u8], style: &TextStyle) -> Result<String, String> {
    let value = Value::decode(oid, format, bytes, style).map_err(|error| {
        format!("its bytes, in {format:?}, cannot be read: {}", error.message())
    })?;
    if matches!(value, Value::Opaque(_) | Value::Record(_) | Value::Oid(_)) {
        return Ok(String::new());
    }
    let mut text = Vec::new();
    let _ = value
        .encode(oid, Format::Text, style, &mut text)
        .map_err(|error| error.message().to_owned())?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
