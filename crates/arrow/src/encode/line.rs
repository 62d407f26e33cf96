//! Lines of COPY, straight from the arrays.

use trunkline_core::{Column, Result};
use trunkline_proto::Oid;
use trunkline_proto::copy::Encoder;
use trunkline_proto::types::{DateFormat, TextStyle};

use super::cell::Cells;

/// Which columns need no look at their text: it has nothing that COPY escapes.
pub(crate) fn plain(columns: &[Column], lines: &Encoder, style: &TextStyle) -> Vec<bool> {
    let columns = columns.iter().enumerate();
    let is_plain = |(place, column): (usize, &Column)| {
        lines.is_plain(place) && is_tame(column.type_oid, style)
    };
    columns.map(is_plain).collect()
}

/// Whether a type's text has no other bytes than letters, digits and `+-.:/@ `.
fn is_tame(oid: Oid, style: &TextStyle) -> bool {
    // In other formats than ISO the zone's abbreviation stands there, of `<a,b>3` with a comma.
    if oid == Oid::TIMESTAMPTZ {
        return style.date_style.format == DateFormat::Iso;
    }
    matches!(
        oid,
        Oid::BOOL
            | Oid::INT2
            | Oid::INT4
            | Oid::INT8
            | Oid::OID
            | Oid::FLOAT4
            | Oid::FLOAT8
            | Oid::NUMERIC
            | Oid::DATE
            | Oid::TIME
            | Oid::TIMESTAMP
            | Oid::INTERVAL
            | Oid::UUID
    )
}

/// Appends a row as a line, without its end.
#[inline]
pub(crate) fn write(
    cells: &[Cells],
    plain: &[bool],
    row: usize,
    style: &TextStyle,
    lines: &Encoder,
    out: &mut Vec<u8>,
) -> Result<()> {
    for (column, (cells, is_plain)) in cells.iter().zip(plain).enumerate() {
        lines.separate(column, out);
        if cells.is_null(row) {
            lines.null(out);
            continue;
        }
        let start = out.len();
        cells.encoder.value(row, style, out)?;
        if !is_plain {
            lines.escape(column, start, out);
        }
    }
    Ok(())
}
