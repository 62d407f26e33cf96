//! The functions by which clients ask about their session.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-info.html>.

mod avg;
pub(crate) mod builtin;
pub(crate) mod coalesce;
mod date_trunc;
mod extract;
mod floats;
mod moment;
pub(crate) mod narrowing;
pub(crate) mod numeric;
pub(crate) mod reading;
pub(crate) mod rounding;
pub(crate) mod sizes;
pub(crate) mod spans;
pub(crate) mod sum;
mod texts;
pub(crate) mod times;
mod to_char;
pub(crate) mod zoned;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ListArray, StringArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TypeSignature, Volatility,
};
use trunkline_arrow::string_metadata;
use trunkline_core::settings::SERVER_VERSION;
use trunkline_core::{Client, Oid, PgError, Result, SqlState, types};

/// Registers the functions of one client's session, over those of the same name.
pub(crate) fn register(state: &mut SessionState, database: &str, client: &Client) {
    let facts = Arc::new(Facts { database: database.to_owned(), client: client.clone() });
    for &(name, returns, answer) in FUNCTIONS {
        let function = SessionFunction {
            name,
            returns: returns.field(name),
            signature: signature(name),
            answer,
            facts: facts.clone(),
        };
        // Only a registry that is read-only refuses.
        let _ = state.register_udf(Arc::new(ScalarUDF::new_from_impl(function)));
    }
    let of_session = extract::functions().into_iter().chain(to_char::functions());
    let of_session = of_session
        .chain(date_trunc::functions())
        .chain(spans::functions())
        .map(|builtin| builtin.udf_of(client));
    let plain = numeric::functions().into_iter().chain(times::functions());
    let plain = plain.chain(spans::rounding());
    let plain =
        plain.chain(floats::functions()).chain(texts::functions()).map(builtin::Builtin::udf);
    for function in of_session.chain(plain).chain(rounding::functions()) {
        let _ = state.register_udf(Arc::new(function));
    }
    for aggregate in [avg::function(), sum::function()] {
        let _ = state.register_udaf(Arc::new(aggregate));
    }
}

/// The schemas in which names without a schema are looked for.
pub(crate) fn search_path(client: &Client) -> Vec<String> {
    let path = client.setting("search_path").unwrap_or_default();
    let user = &client.identity().user;
    let name = |part: &str| {
        let part = part.trim();
        match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            Some("$user") => user.to_string(),
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => part.to_lowercase(),
        }
    };
    path.split(',').map(name).filter(|name| !name.is_empty()).collect()
}

struct Facts {
    database: String,
    client: Client,
}

impl Facts {
    fn user(&self) -> String {
        self.client.identity().user.to_string()
    }

    /// The first schema of the path; every path that was not changed has `public`.
    fn schema(&self) -> Option<String> {
        let path = search_path(&self.client);
        path.into_iter().find(|name| **name != *self.client.identity().user)
    }
}

#[derive(Clone, Copy)]
enum Returns {
    Text,
    Name,
    Texts,
    Int4,
    Bool,
    Timestamptz,
}

impl Returns {
    fn field(self, name: &str) -> FieldRef {
        let field = Field::new(name, self.data_type(), true);
        Arc::new(match self {
            Returns::Name => field.with_metadata(string_metadata(Oid::NAME)),
            _ => field,
        })
    }

    fn data_type(self) -> DataType {
        match self {
            Returns::Text | Returns::Name => DataType::Utf8,
            Returns::Texts => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
            Returns::Int4 => DataType::Int32,
            Returns::Bool => DataType::Boolean,
            Returns::Timestamptz => DataType::Timestamp(
                datafusion::arrow::datatypes::TimeUnit::Microsecond,
                Some("UTC".into()),
            ),
        }
    }
}

type Answer = fn(&Facts, &ScalarFunctionArgs) -> Result<ScalarValue>;

const FUNCTIONS: &[(&str, Returns, Answer)] = &[
    ("version", Returns::Text, |_, _| {
        let (version, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
        text(format!("PostgreSQL {SERVER_VERSION} (trunkline {version}, DataFusion) on {arch}"))
    }),
    ("current_database", Returns::Name, |facts, _| text(facts.database.clone())),
    ("current_catalog", Returns::Name, |facts, _| text(facts.database.clone())),
    ("current_schema", Returns::Name, |facts, _| Ok(ScalarValue::Utf8(facts.schema()))),
    ("current_schemas", Returns::Texts, |facts, args| {
        let implicit = matches!(scalar(args, 0)?, ScalarValue::Boolean(Some(true)));
        let catalog = implicit.then(|| "pg_catalog".to_owned());
        texts(catalog.into_iter().chain(facts.schema()).collect())
    }),
    ("current_user", Returns::Name, |facts, _| text(facts.user())),
    ("current_role", Returns::Name, |facts, _| text(facts.user())),
    ("session_user", Returns::Name, |facts, _| text(facts.user())),
    ("user", Returns::Name, |facts, _| text(facts.user())),
    ("pg_backend_pid", Returns::Int4, |facts, _| {
        Ok(ScalarValue::Int32(Some(facts.client.identity().pid)))
    }),
    ("pg_is_in_recovery", Returns::Bool, |_, _| Ok(ScalarValue::Boolean(Some(false)))),
    ("pg_postmaster_start_time", Returns::Timestamptz, |_, _| {
        Ok(ScalarValue::TimestampMicrosecond(Some(*STARTED), Some("UTC".into())))
    }),
    ("pg_advisory_unlock_all", Returns::Text, |_, _| text(String::new())),
    ("current_setting", Returns::Text, current_setting),
    ("set_config", Returns::Text, set_config),
    ("pg_typeof", Returns::Text, pg_typeof),
];

/// When the process first asked, in microseconds since 1970.
static STARTED: std::sync::LazyLock<i64> = std::sync::LazyLock::new(|| {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
});

fn signature(name: &str) -> Signature {
    let texts = |count: usize, flag: bool| {
        let mut types = vec![DataType::Utf8; count];
        types.extend(flag.then_some(DataType::Boolean));
        TypeSignature::Exact(types)
    };
    match name {
        "current_schemas" => Signature::exact(vec![DataType::Boolean], Volatility::Stable),
        "current_setting" => {
            Signature::one_of(vec![texts(1, false), texts(1, true)], Volatility::Stable)
        }
        "set_config" => Signature::one_of(vec![texts(2, true)], Volatility::Volatile),
        "pg_typeof" => Signature::any(1, Volatility::Stable),
        "pg_advisory_unlock_all" => Signature::nullary(Volatility::Volatile),
        _ => Signature::nullary(Volatility::Stable),
    }
}

fn current_setting(facts: &Facts, args: &ScalarFunctionArgs) -> Result<ScalarValue> {
    let Some(name) = scalar_text(args, 0)? else { return Ok(ScalarValue::Utf8(None)) };
    if let Some(value) = facts.client.setting(&name) {
        return text(value);
    }
    if args.args.len() > 1 && matches!(scalar(args, 1)?, ScalarValue::Boolean(Some(true))) {
        return Ok(ScalarValue::Utf8(None));
    }
    Err(PgError::new(
        SqlState::UNDEFINED_OBJECT,
        format!("unrecognized configuration parameter \"{name}\""),
    ))
}

fn set_config(facts: &Facts, args: &ScalarFunctionArgs) -> Result<ScalarValue> {
    let Some(name) = scalar_text(args, 0)? else {
        return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, "SET requires parameter name"));
    };
    let local = matches!(scalar(args, 2)?, ScalarValue::Boolean(Some(true)));
    let mut settings = facts.client.settings();
    match scalar_text(args, 1)? {
        Some(value) => settings.set(&name, &value, local)?,
        None => settings.reset(&name, local)?,
    }
    Ok(ScalarValue::Utf8(settings.get(&name).map(|value| value.into_owned())))
}

fn pg_typeof(_: &Facts, args: &ScalarFunctionArgs) -> Result<ScalarValue> {
    let Some(field) = args.arg_fields.first() else { return Ok(ScalarValue::Utf8(None)) };
    let name = match field.data_type() {
        DataType::Null => "unknown",
        _ => types::name_of(trunkline_arrow::PgType::of_field(field).oid).unwrap_or("unknown"),
    };
    text(name.to_owned())
}

fn text(value: String) -> Result<ScalarValue> {
    Ok(ScalarValue::Utf8(Some(value)))
}

fn texts(values: Vec<String>) -> Result<ScalarValue> {
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    let values = Arc::new(StringArray::from(values));
    let list = ListArray::try_new(field, offsets, values, None);
    let list = list.map_err(|error| PgError::internal(error.to_string()))?;
    Ok(ScalarValue::List(Arc::new(list)))
}

fn scalar(args: &ScalarFunctionArgs, index: usize) -> Result<ScalarValue> {
    match args.args.get(index) {
        Some(ColumnarValue::Scalar(value)) => Ok(value.clone()),
        Some(ColumnarValue::Array(array)) if array.is_empty() => Ok(ScalarValue::Null),
        Some(ColumnarValue::Array(array)) => {
            ScalarValue::try_from_array(array, 0).map_err(crate::error::answer)
        }
        None => Ok(ScalarValue::Null),
    }
}

fn scalar_text(args: &ScalarFunctionArgs, index: usize) -> Result<Option<String>> {
    let value = scalar(args, index)?;
    Ok(value.try_as_str().flatten().map(str::to_owned))
}

/// A function that answers from the session's facts, the same for every row.
struct SessionFunction {
    name: &'static str,
    returns: FieldRef,
    signature: Signature,
    answer: Answer,
    facts: Arc<Facts>,
}

impl std::fmt::Debug for SessionFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionFunction").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for SessionFunction {
    fn eq(&self, other: &SessionFunction) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.facts, &other.facts)
    }
}

impl Eq for SessionFunction {}

impl Hash for SessionFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for SessionFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(self.returns.data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef, DataFusionError> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        match (self.answer)(&self.facts, &args) {
            Ok(value) => Ok(ColumnarValue::Scalar(value)),
            Err(error) => Err(DataFusionError::External(Box::new(error))),
        }
    }
}
