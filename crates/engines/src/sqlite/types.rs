//! The types of columns: what a table declares, and what PostgreSQL calls it.
//!
//! SQLite keeps the declared type of a column as it was written and derives an affinity from it by
//! substrings: `INT` means INTEGER, then `CHAR`, `CLOB`, `TEXT` mean TEXT, then `BLOB`, then
//! `REAL`, `FLOA`, `DOUB`; all else is NUMERIC, which makes the number 2024 of the text `2024`
//! (<https://www.sqlite.org/datatype3.html#determination_of_column_affinity>). So a table that is
//! made here declares `INT4`, `BOOLEAN`, `NUMERIC(10,2)` or `VARCHAR(20)` as they are, and what is
//! kept as text says so behind its name: `TIMESTAMPTZ TEXT`, `UUID TEXT`, `JSONB TEXT`. An array is
//! an `INT4 ARRAY`: its text begins with a brace, which no affinity takes for a number.

use std::borrow::Cow;

use trunkline_core::{Oid, types};
use trunkline_sql::TypeName;

/// A type with its modifier, -1 without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) oid: Oid,
    pub(crate) typmod: i32,
}

impl Type {
    pub(crate) const BOOL: Type = Type::of(Oid::BOOL);
    pub(crate) const INT4: Type = Type::of(Oid::INT4);
    pub(crate) const INT8: Type = Type::of(Oid::INT8);
    pub(crate) const FLOAT8: Type = Type::of(Oid::FLOAT8);
    pub(crate) const NUMERIC: Type = Type::of(Oid::NUMERIC);
    pub(crate) const TEXT: Type = Type::of(Oid::TEXT);
    /// What a string literal is before its surroundings give it a type.
    pub(crate) const UNKNOWN: Type = Type::of(Oid::UNKNOWN);

    pub(crate) const fn of(oid: Oid) -> Type {
        Type { oid, typmod: -1 }
    }

    /// A computed `numeric` of so many digits behind the point.
    ///
    /// PostgreSQL announces no modifier of it, but prints the zeros. No type that can be declared
    /// has a precision of nothing.
    pub(crate) const fn scaled(scale: i32) -> Type {
        Type { oid: Oid::NUMERIC, typmod: scale + 4 }
    }

    /// The digits behind the point of every value of the type, if they are known.
    pub(crate) fn scale(self) -> Option<i32> {
        match self.oid {
            _ if self.is_integer() => Some(0),
            Oid::NUMERIC if self.typmod >= 4 => {
                let rest = self.typmod - 4;
                Some((((rest & 0x7ff) ^ 0x400).wrapping_sub(0x400)).max(0))
            }
            _ => None,
        }
    }

    /// The type of what is computed of this one: a modifier is not announced, but a scale stays.
    pub(crate) fn computed(self) -> Type {
        match (self.oid, self.scale()) {
            (Oid::NUMERIC, Some(scale)) => Type::scaled(scale),
            _ => Type::of(self.oid),
        }
    }

    /// The type as operators have it: those of `varchar` are those of `text`.
    pub(crate) fn operand(self) -> Type {
        if self.oid == Oid::VARCHAR { Type::TEXT } else { self }
    }

    /// The type as it is announced.
    pub(crate) fn as_announced(self) -> Type {
        Type { typmod: self.announced_typmod(), ..self }
    }

    /// The modifier as it is announced, -1 of a computed scale.
    pub(crate) fn announced_typmod(self) -> i32 {
        let computed = self.oid == Oid::NUMERIC && (4..4 + 0x800).contains(&self.typmod);
        if computed { -1 } else { self.typmod }
    }

    pub(crate) fn is_unknown(self) -> bool {
        self.oid == Oid::UNKNOWN
    }

    /// The same, but text for what nothing gave a type.
    pub(crate) fn or_text(self) -> Type {
        if self.is_unknown() { Type::TEXT } else { self }
    }

    pub(crate) fn is_integer(self) -> bool {
        matches!(self.oid, Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::OID)
    }

    pub(crate) fn is_number(self) -> bool {
        self.is_integer() || matches!(self.oid, Oid::FLOAT4 | Oid::FLOAT8 | Oid::NUMERIC)
    }

    pub(crate) fn is_string(self) -> bool {
        matches!(self.oid, Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME)
    }

    pub(crate) fn is_date_or_timestamp(self) -> bool {
        matches!(self.oid, Oid::DATE | Oid::TIMESTAMP | Oid::TIMESTAMPTZ)
    }

    /// The name as error messages have it: `integer`, `timestamp with time zone`.
    pub(crate) fn name(self) -> &'static str {
        types::name_of(self.oid).unwrap_or("unknown")
    }

    /// The type of a name in PostgreSQL's spelling; `None` if there is none.
    pub(crate) fn parse(name: &str) -> Option<Type> {
        let parsed = TypeName::parse(name).ok()?;
        let known = parsed.qualifiers.iter().all(|schema| schema == "pg_catalog");
        let mut oid = types::oid_of(&parsed.name).filter(|_| known)?;
        let modifiers: Option<Vec<i32>> =
            parsed.modifiers.iter().map(|span| span.text(name).trim().parse().ok()).collect();
        let typmod = match (oid, modifiers?.as_slice()) {
            (Oid::BPCHAR, []) if parsed.name == "bpchar" && is_char(name) => 5,
            (_, []) => -1,
            (Oid::VARCHAR | Oid::BPCHAR, [length @ 1..=10_485_760]) => length + 4,
            (Oid::NUMERIC, [precision @ 1..=1000]) => (precision << 16) + 4,
            (Oid::NUMERIC, [precision @ 1..=1000, scale @ -1000..=1000]) => {
                ((precision << 16) | (scale & 0x7ff)) + 4
            }
            (
                Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ,
                [digits @ 0..=i32::MAX],
            ) => (*digits).min(6),
            (Oid::BIT | Oid::VARBIT, [length @ 1..=i32::MAX]) => *length,
            _ => -1,
        };
        if parsed.dimensions > 0 {
            oid = types::array_of(oid)?;
        }
        Some(Type { oid, typmod })
    }

    /// The type of what a column declares: PostgreSQL's names, SQLite's habits, else `text`.
    pub(crate) fn declared(declared: &str) -> Type {
        let lower = declared.trim().to_ascii_lowercase();
        match lower.as_str() {
            // What SQLite calls INTEGER has 64 bits.
            "" => return Type::TEXT,
            "int" | "integer" => return Type::INT8,
            "tinyint" => return Type::of(Oid::INT2),
            "datetime" => return Type::of(Oid::TIMESTAMP),
            _ => {}
        }
        let name = without_text(&lower);
        if let Some(known) = Type::parse(&name) {
            return known;
        }
        if let Some(length) = name.strip_prefix("nvarchar") {
            return Type::parse(&format!("varchar{length}")).unwrap_or(Type::TEXT);
        }
        let has = |part: &str| lower.contains(part);
        match () {
            () if has("int") => Type::INT8,
            () if has("char") || has("clob") || has("text") => Type::TEXT,
            () if has("blob") => Type::of(Oid::BYTEA),
            () if has("real") || has("floa") || has("doub") => Type::FLOAT8,
            () => Type::TEXT,
        }
    }

    /// What a table declares for a column of this type.
    pub(crate) fn declaration(self) -> String {
        let name = |oid| types::name_of(oid).unwrap_or("text");
        if let Some(element) = types::element_of(self.oid) {
            return format!(
                "{} ARRAY",
                short(element).unwrap_or_else(|| name(element).to_uppercase())
            );
        }
        let modified = |name: &str| match self.modifiers() {
            Some(modifiers) => format!("{name}({modifiers})"),
            None => name.to_owned(),
        };
        match self.oid {
            Oid::BYTEA => "BLOB".to_owned(),
            Oid::TEXT => "TEXT".to_owned(),
            Oid::NUMERIC => modified("NUMERIC"),
            Oid::VARCHAR => modified("VARCHAR"),
            Oid::BPCHAR => modified("CHAR"),
            oid => match short(oid) {
                Some(plain) => plain,
                None => {
                    let name = match oid {
                        Oid::TIMESTAMPTZ => "TIMESTAMPTZ",
                        Oid::TIMESTAMP => "TIMESTAMP",
                        Oid::TIMETZ => "TIMETZ",
                        Oid::TIME => "TIME",
                        oid => &name(oid).to_uppercase(),
                    };
                    // The parenthesis is the last thing that SQLite's grammar lets in.
                    modified(&format!("{name} TEXT"))
                }
            },
        }
    }

    /// The modifier as it is written: `10,2` of a `numeric(10,2)`.
    pub(crate) fn modifiers(self) -> Option<String> {
        if self.announced_typmod() < 0 {
            return None;
        }
        let rest = self.typmod.saturating_sub(4);
        Some(match self.oid {
            Oid::VARCHAR | Oid::BPCHAR => rest.to_string(),
            Oid::NUMERIC => {
                let scale = ((rest & 0x7ff) ^ 0x400).wrapping_sub(0x400);
                format!("{},{scale}", rest >> 16)
            }
            _ => self.typmod.to_string(),
        })
    }
}

/// What stands before and behind the word TEXT: `timestamp(3)` of `timestamp text(3)`.
fn without_text(declared: &str) -> Cow<'_, str> {
    let (name, modifiers) = declared.split_at(declared.find('(').unwrap_or(declared.len()));
    match name.trim_end().strip_suffix(" text") {
        Some(name) => format!("{}{modifiers}", name.trim()).into(),
        None => declared.into(),
    }
}

/// `char` without a length is `char(1)`; `bpchar` is not.
fn is_char(name: &str) -> bool {
    !name.trim_start().to_ascii_lowercase().starts_with("bpchar")
}

/// Types whose name alone has the affinity that they need.
fn short(oid: Oid) -> Option<String> {
    Some(
        match oid {
            Oid::BOOL => "BOOLEAN",
            Oid::INT2 => "SMALLINT",
            Oid::INT4 => "INT4",
            Oid::INT8 => "BIGINT",
            Oid::FLOAT4 => "REAL",
            Oid::FLOAT8 => "DOUBLE PRECISION",
            Oid::OID => "OID",
            Oid::TID => "TID",
            _ => return None,
        }
        .to_owned(),
    )
}
