//! What a file is, told by its name.

use std::fmt;

use datafusion::common::parsers::CompressionTypeVariant as Compression;

/// How the bytes of a data file are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) kind: Kind,
    pub(super) compression: Compression,
}

/// A family of formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Csv,
    Json,
    Parquet,
    Tsv,
}

impl Format {
    /// The format and the table that a file's name tells; `None` when it is no data file.
    ///
    /// The table is the name up to its first known extension: `flights` for `flights.csv.gz` and
    /// for `flights.snappy.parquet`, `my.data` for `my.data.json`.
    pub(super) fn of(file_name: &str) -> Option<(Format, &str)> {
        let (rest, last) = file_name.rsplit_once('.')?;
        let (format, mut table) = match compression(last) {
            Some(compression) => {
                let (table, extension) = rest.rsplit_once('.')?;
                // Parquet compresses within the file.
                let kind = kind(extension).filter(|kind| *kind != Kind::Parquet)?;
                (Format { kind, compression }, table)
            }
            None => (Format { kind: kind(last)?, compression: Compression::UNCOMPRESSED }, rest),
        };
        while let Some((shorter, extension)) = table.rsplit_once('.') {
            let known = kind(extension).is_some()
                || compression(extension).is_some()
                || CODECS.iter().any(|codec| extension.eq_ignore_ascii_case(codec));
            if !known || shorter.is_empty() {
                break;
            }
            table = shorter;
        }
        (!table.is_empty()).then_some((format, table))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Csv => "CSV",
            Kind::Json => "JSON",
            Kind::Parquet => "Parquet",
            Kind::Tsv => "TSV",
        })?;
        match self.compression {
            Compression::UNCOMPRESSED => Ok(()),
            compression => write!(f, " ({compression})"),
        }
    }
}

fn kind(extension: &str) -> Option<Kind> {
    Some(match extension.to_ascii_lowercase().as_str() {
        "csv" => Kind::Csv,
        "json" | "jsonl" | "ndjson" => Kind::Json,
        "parq" | "parquet" => Kind::Parquet,
        "tsv" => Kind::Tsv,
        _ => return None,
    })
}

fn compression(extension: &str) -> Option<Compression> {
    Some(match extension.to_ascii_lowercase().as_str() {
        "bz2" => Compression::BZIP2,
        "gz" => Compression::GZIP,
        "xz" => Compression::XZ,
        "zst" => Compression::ZSTD,
        _ => return None,
    })
}

/// What writers of Parquet put before the extension.
const CODECS: [&str; 5] = ["brotli", "lz4", "snappy", "uncompressed", "zstd"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_table_and_format() {
        let tables = [
            ("flights.csv", "flights", Kind::Csv, Compression::UNCOMPRESSED),
            ("flights.CSV.GZ", "flights", Kind::Csv, Compression::GZIP),
            ("f.tsv.zst", "f", Kind::Tsv, Compression::ZSTD),
            ("f.jsonl.bz2", "f", Kind::Json, Compression::BZIP2),
            ("f.ndjson.xz", "f", Kind::Json, Compression::XZ),
            ("my.data.json", "my.data", Kind::Json, Compression::UNCOMPRESSED),
            ("a.csv.parquet", "a", Kind::Parquet, Compression::UNCOMPRESSED),
            ("part-0.c000.snappy.parquet", "part-0.c000", Kind::Parquet, Compression::UNCOMPRESSED),
            ("Ünïcode 2.parq", "Ünïcode 2", Kind::Parquet, Compression::UNCOMPRESSED),
        ];
        for (file, table, kind, compression) in tables {
            assert_eq!(Format::of(file), Some((Format { kind, compression }, table)), "{file}");
        }
    }

    #[test]
    fn other_names_are_no_data() {
        for file in ["README.md", "csv", ".csv", "a.csv.tmp", "a.parquet.gz", "a.gz", "a.csv~", ""]
        {
            assert_eq!(Format::of(file), None, "{file}");
        }
    }
}
