//! The values and formats of a Bind.

use std::sync::Arc;

use trunkline_core::types::TextStyle;
use trunkline_core::{Columns, Encoding, Format, Formats, Oid, Params, PgError, Result, SqlState};
use trunkline_proto::message::{Bind, parameter_place};

use super::foreign::decoded_value;

/// The values that a Bind has for parameters of these types.
///
/// Each of them is read: PostgreSQL does so when they are bound, so that is when they fail.
///
/// # Errors
///
/// 22023 for a format that does not exist; what the type of the first bad value says of it, and which
/// parameter it is.
pub(super) fn bound(
    bind: &Bind<&[u8]>,
    types: Arc<[Oid]>,
    speech: (&TextStyle, Encoding),
    portal: &str,
) -> Result<Params> {
    if types.is_empty() {
        return Ok(Params::default());
    }
    let codes = bind.parameter_formats().take(types.len());
    let unknown = codes.clone().zip(0_usize..).find(|(code, _)| Format::from_code(*code).is_none());
    let Some((code, index)) = unknown else {
        return read(bind, types, codes, speech, portal);
    };
    // Those in front of it come first.
    let before = types.iter().copied().take(index).collect();
    read(bind, before, codes.take(index), speech, portal)?;
    Err(unsupported(code).context(parameter_place(portal, index)))
}

/// The first values, of known formats.
fn read(
    bind: &Bind<&[u8]>,
    types: Arc<[Oid]>,
    codes: impl ExactSizeIterator<Item = i16>,
    (style, encoding): (&TextStyle, Encoding),
    portal: &str,
) -> Result<Params> {
    let formats = formats(codes).map_err(unsupported)?;
    let values = bind.parameters().take(types.len()).enumerate();
    let values = values.map(|(index, value)| (formats.get(index), value));
    let mut params = if encoding.is_foreign() {
        let mut decoded = Vec::new();
        for ((index, (format, value)), oid) in values.enumerate().zip(types.iter()) {
            let value =
                value.map(|value| decoded_value((*oid, format), &style.types, value, encoding));
            let value = value.transpose();
            decoded.push((
                format,
                value.map_err(|error| error.context(parameter_place(portal, index)))?,
            ));
        }
        Params::bind(types, decoded.iter().map(|(format, value)| (*format, value.as_deref())))?
    } else {
        Params::bind(types, values)?
    };
    check(&mut params, style, portal)?;
    Ok(params)
}

/// Whether there are as many formats as values, and as many values as parameters.
///
/// # Errors
///
/// 08P01 if not.
pub(super) fn check_counts(bind: &Bind<&[u8]>, name: &str, parameters: usize) -> Result<()> {
    let (formats, values) = (bind.parameter_formats().len(), bind.parameter_count());
    let message = if formats > 1 && formats != values {
        format!("bind message has {formats} parameter formats but {values} parameters")
    } else if values != parameters {
        format!(
            "bind message supplies {values} parameters, but prepared statement \"{name}\" requires {parameters}"
        )
    } else {
        return Ok(());
    };
    Err(PgError::new(SqlState::PROTOCOL_VIOLATION, message))
}

fn check(params: &mut Params, style: &TextStyle, portal: &str) -> Result<()> {
    let Err((index, error)) = params.check(style) else { return Ok(()) };
    let mut place = parameter_place(portal, index);
    // PostgreSQL shows no value, only whether there is one; of bytes that are no text not even that.
    if let Some(param) = params.get(index)
        && param.format == Format::Text
        && error.sqlstate() != SqlState::CHARACTER_NOT_IN_REPERTOIRE
    {
        let is_empty = param.bytes.is_none_or(<[u8]>::is_empty);
        place.push_str(if is_empty { " = ''" } else { " = '...'" });
    }
    let error = match error.message() {
        message @ "incorrect binary data format" => {
            let message = format!("{message} in bind parameter {}", index.saturating_add(1));
            PgError::new(error.sqlstate(), message)
        }
        _ => error.into(),
    };
    Err(error.context(place))
}

/// The formats of a result, as a Bind asks for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResultFormats {
    /// Those in which rows are written.
    pub(crate) known: Formats,
    /// The codes, if there is one that no format has: they are announced all the same.
    codes: Option<Arc<[i16]>>,
}

impl ResultFormats {
    /// The code of a column, as it is announced.
    pub(super) fn code(&self, column: usize) -> i16 {
        match self.codes.as_deref() {
            None => self.known.get(column).code(),
            Some([code]) => *code,
            Some(codes) => codes.get(column).copied().unwrap_or_default(),
        }
    }

    /// Whether there is a code that no format has.
    pub(super) fn is_odd(&self) -> bool {
        self.codes.is_some()
    }

    /// The first code among those of so many columns that no format has: the first row is refused for it.
    pub(super) fn unknown(&self, columns: usize) -> Option<i16> {
        self.codes.as_deref()?;
        (0..columns).map(|column| self.code(column)).find(|code| Format::from_code(*code).is_none())
    }
}

/// The formats of the result; of one that does not exist only the first row complains.
///
/// # Errors
///
/// 08P01 for a number of them that does not fit.
pub(super) fn result_formats(bind: &Bind<&[u8]>, columns: &Columns) -> Result<ResultFormats> {
    let codes = bind.result_formats();
    match columns {
        // For a statement without rows they are ignored.
        Columns::None => return Ok(ResultFormats::default()),
        Columns::Known(columns) if codes.len() > 1 && codes.len() != columns.len() => {
            return Err(PgError::new(
                SqlState::PROTOCOL_VIOLATION,
                format!(
                    "bind message has {} result formats but query has {} columns",
                    codes.len(),
                    columns.len()
                ),
            ));
        }
        Columns::Known(_) | Columns::AfterBind => {}
    }
    Ok(match formats(codes.clone()) {
        Ok(known) => ResultFormats { known, codes: None },
        Err(_) => ResultFormats { known: Formats::default(), codes: Some(codes.collect()) },
    })
}

/// The error for a format that does not exist.
pub(super) fn unsupported(code: i16) -> PgError {
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, format!("unsupported format code: {code}"))
}

fn formats(mut codes: impl ExactSizeIterator<Item = i16>) -> std::result::Result<Formats, i16> {
    let format = |code| Format::from_code(code).ok_or(code);
    match codes.len() {
        0 => Ok(Formats::default()),
        1 => codes.next().map_or(Ok(Format::Text), format).map(Formats::All),
        _ => codes.map(format).collect::<std::result::Result<_, _>>().map(Formats::Each),
    }
}

/// Whether the text of a value may be `now` or `today`: that of dates and times, and of what may have
/// such in it. Of the types that most parameters are, nobody has to be told the time.
pub(super) fn may_be_now(oid: Oid) -> bool {
    !matches!(
        oid,
        Oid::BOOL
            | Oid::INT2
            | Oid::INT4
            | Oid::INT8
            | Oid::FLOAT4
            | Oid::FLOAT8
            | Oid::NUMERIC
            | Oid::TEXT
            | Oid::VARCHAR
            | Oid::BPCHAR
            | Oid::NAME
            | Oid::OID
            | Oid::BYTEA
            | Oid::UUID
            | Oid::JSON
            | Oid::JSONB
    )
}
