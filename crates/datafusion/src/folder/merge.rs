//! From what is in the files to what is in the table.

use std::sync::Arc;

use datafusion::arrow::compute::kernels::cast_utils::Parser;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Fields, Int64Type, Schema, SchemaRef,
};
use datafusion::common::parsers::CompressionTypeVariant as Compression;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};
use datafusion::config::CsvOptions;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::logical_expr::type_coercion::binary::type_union_resolution;
use trunkline_core::SqlState;

use super::csv::{CsvFacts, CsvType};
use super::error::FolderError;
use super::facts::Facts;
use super::file::DataFile;

/// How the files of a table are read together.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) format: Arc<dyn FileFormat>,
    pub(super) cuts: Cuts,
    pub(super) schema: SchemaRef,
}

/// Whether a file may be cut into pieces, to be read by several threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cuts {
    Always,
    Never,
    /// When no line ends within quotes.
    Found,
}

/// So many columns a table may have: PostgreSQL's messages count them in 16 bits.
pub(super) const COLUMNS: usize = 32_767;

/// Refuses what no client could read, and no planner plan.
pub(super) fn check_columns(location: &str, columns: usize) -> Result<(), FolderError> {
    if columns <= COLUMNS {
        return Ok(());
    }
    Err(FolderError::new(
        SqlState::TOO_MANY_COLUMNS,
        format!("{location}: {columns} columns; a table may have up to {COLUMNS}"),
    ))
}

/// One schema for all files.
///
/// JSON and Parquet files are read by the names of their columns: what one lacks is NULL. CSV
/// files are read by position: they must have the same columns.
pub(super) fn merge(files: &[DataFile], facts: &[Arc<Facts>]) -> Result<Merged, FolderError> {
    let told: Vec<(&DataFile, &Facts)> = files
        .iter()
        .zip(facts)
        .map(|(file, facts)| (file, facts.as_ref()))
        .filter(|(_, facts)| !matches!(facts, Facts::Empty))
        .collect();
    let Some((first, facts)) = told.first() else {
        let place = files.first().map_or("", |file| file.location.as_str());
        return Err(FolderError::new(
            SqlState::UNDEFINED_TABLE,
            format!("{place}: empty: it tells no columns; write at least a header, or remove it"),
        ));
    };
    for (file, facts) in &told {
        check_columns(&file.location, facts.columns())?;
    }
    match facts {
        Facts::Csv(csv) => merge_csv(first, csv, &told),
        Facts::Json { is_array, .. } => {
            let format = JsonFormat::default().with_newline_delimited(!is_array);
            let other = told.iter().find(
                |(_, facts)| !matches!(facts, Facts::Json { is_array: other, .. } if other == is_array),
            );
            if let Some((other, _)) = other {
                let how = "one is a JSON array, the other has a value a line";
                return Err(differ(first, other, how));
            }
            let cuts = if *is_array || !is_plain(first) { Cuts::Never } else { Cuts::Always };
            Ok(Merged { format: Arc::new(format), cuts, schema: merge_by_name(&told)? })
        }
        Facts::Parquet { .. } | Facts::Empty => {
            let format = Arc::new(ParquetFormat::new());
            Ok(Merged { format, cuts: Cuts::Always, schema: merge_by_name(&told)? })
        }
    }
}

fn merge_csv(
    first: &DataFile,
    csv: &CsvFacts,
    told: &[(&DataFile, &Facts)],
) -> Result<Merged, FolderError> {
    let names = |facts: &CsvFacts| {
        facts.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(", ")
    };
    let mut types: Vec<CsvType> = csv.columns.iter().map(|(_, of)| *of).collect();
    for (file, facts) in told {
        let Facts::Csv(facts) = facts else { continue };
        if names(facts) != names(csv) {
            let how = format!("their columns are ({}) and ({})", names(csv), names(facts));
            return Err(differ(first, file, &how));
        }
        if facts.delimiter != csv.delimiter || facts.has_header != csv.has_header {
            return Err(differ(first, file, "their delimiters or headers differ"));
        }
        for (column, (_, other)) in types.iter_mut().zip(&facts.columns) {
            *column = column.widen(*other);
        }
    }
    let fields = csv.columns.iter().zip(types);
    let fields = fields.map(|((name, _), of)| Field::new(name, of.data_type(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Fields>()));
    let options = CsvOptions::default()
        .with_has_header(csv.has_header)
        .with_delimiter(csv.delimiter)
        .with_newlines_in_values(false);
    let format = Arc::new(CsvFormat::default().with_options(options));
    let cuts = if is_plain(first) { Cuts::Found } else { Cuts::Never };
    Ok(Merged { format, cuts, schema })
}

/// Compressed files are decompressed by their store, from the beginning to the end.
fn is_plain(file: &DataFile) -> bool {
    file.format.compression == Compression::UNCOMPRESSED
}

fn merge_by_name(told: &[(&DataFile, &Facts)]) -> Result<SchemaRef, FolderError> {
    let mut merged: Vec<(Field, &DataFile)> = Vec::new();
    let mut last: Option<&SchemaRef> = None;
    for (file, facts) in told {
        let (Facts::Parquet { schema, .. } | Facts::Json { schema, .. }) = facts else { continue };
        if last == Some(schema) {
            continue;
        }
        last = Some(schema);
        for field in schema.fields() {
            let Some((known, of)) =
                merged.iter_mut().find(|(known, _)| known.name() == field.name())
            else {
                merged.push((Field::clone(field).with_nullable(true), file));
                continue;
            };
            if known.data_type() == field.data_type() {
                continue;
            }
            let types = [known.data_type().clone(), field.data_type().clone()];
            let Some(both) = type_union_resolution(&types) else {
                let how = format!(
                    "column {} is {} in the one and {} in the other",
                    field.name(),
                    known.data_type(),
                    field.data_type()
                );
                return Err(differ(of, file, &how));
            };
            known.set_data_type(both);
        }
    }
    Ok(Arc::new(Schema::new(merged.into_iter().map(|(field, _)| field).collect::<Fields>())))
}

fn differ(one: &DataFile, other: &DataFile, how: &str) -> FolderError {
    FolderError::new(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "{} and {} cannot be parts of one table: {how}; give each a table with --table \
             NAME=PATH",
            one.location, other.location,
        ),
    )
}

/// The statistics of a file over the columns of its table.
pub(super) fn statistics(facts: &Facts, schema: &Schema, values: &[ScalarValue]) -> Statistics {
    let rows = facts.rows();
    let mut statistics = Statistics::new_unknown(schema);
    if let Some(rows) = rows {
        statistics.num_rows = Precision::Exact(rows);
    }
    if let Facts::Parquet { schema: of_file, statistics: known } = facts {
        statistics.total_byte_size = known.total_byte_size;
        for (field, column) in schema.fields().iter().zip(&mut statistics.column_statistics) {
            let Some((index, of_file)) = of_file.column_with_name(field.name()) else { continue };
            // Of a column that is converted, the bounds are those of another type.
            if of_file.data_type() == field.data_type()
                && let Some(known) = known.column_statistics.get(index)
            {
                *column = known.clone();
                if field.data_type().is_floating() {
                    // Writers leave NaN out, which is larger than all that they tell.
                    column.min_value = Precision::Absent;
                    column.max_value = Precision::Absent;
                }
            }
        }
    }
    statistics.column_statistics.extend(values.iter().map(|value| match value.is_null() {
        true => ColumnStatistics {
            null_count: rows.map_or(Precision::Absent, Precision::Exact),
            ..ColumnStatistics::new_unknown()
        },
        false => ColumnStatistics {
            null_count: Precision::Exact(0),
            max_value: Precision::Exact(value.clone()),
            min_value: Precision::Exact(value.clone()),
            distinct_count: Precision::Exact(1),
            ..ColumnStatistics::new_unknown()
        },
    }));
    statistics
}

/// The type of a partition column: integers, dates, else text.
pub(super) fn partition_type<'a>(values: impl Iterator<Item = &'a str> + Clone) -> DataType {
    let is_date = |value: &str| value.len() == 10 && Date32Type::parse(value).is_some();
    if values.clone().next().is_none() {
        DataType::Utf8
    } else if values.clone().all(|value| Int64Type::parse(value).is_some()) {
        DataType::Int64
    } else if values.clone().all(is_date) {
        DataType::Date32
    } else {
        DataType::Utf8
    }
}
