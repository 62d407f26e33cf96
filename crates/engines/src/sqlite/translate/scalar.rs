//! Functions of one row, by name.

use trunkline_core::{Oid, Result};

use super::Translator;
use super::json_call::takes_rows;
use super::typed::{Form, Typed, has_key};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// The call of a function, or `None` if there is none of the name and arguments.
    pub(super) fn scalar_call(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let count = values.len();
        match (name, count) {
            ("coalesce" | "greatest" | "least", 1..) => return self.alike(name, values).map(Some),
            ("nullif", 2) => {
                let all: Vec<&Typed> = values.iter().collect();
                let common = self.common_of(&all)?;
                let ty = common.or_text();
                let sql = self.arguments(values, &[ty])?;
                return Ok(Some(Typed::new(format!("nullif({sql})"), ty)));
            }
            _ => {}
        }
        let bytes = values.first().is_some_and(|value| value.ty.oid == Oid::BYTEA);
        if let ("length" | "octet_length", [only], true) = (name, values.as_slice(), bytes) {
            return Ok(Some(Typed::new(format!("length({})", only.sql), Type::INT4)));
        }
        if let ("length" | "char_length" | "character_length", [only]) = (name, values.as_slice())
            && only.ty.oid == Oid::BPCHAR
        {
            // The spaces at the end of a char(n) do not count.
            let sql = format!("length(rtrim({}, ' '))", only.sql);
            return Ok(Some(Typed::new(sql, Type::INT4)));
        }
        // A pattern of text stands where a place would.
        if let ("substring", [_, pattern]) = (name, values.as_slice())
            && (pattern.ty.is_string() || matches!(pattern.form, Form::Literal(_)))
        {
            let sql = self.arguments(values, &[Type::TEXT])?;
            return Ok(Some(Typed::new(format!("pg_regexp_part({sql})"), Type::TEXT)));
        }
        if let Some((function, argument, result)) = fixed(name, count) {
            if !accepted(&values, argument) {
                return Ok(None);
            }
            let sql = self.arguments(values, argument)?;
            return Ok(Some(Typed::new(format!("{function}({sql})"), result)));
        }
        if let ("jsonb_typeof" | "json_typeof" | "jsonb_array_length" | "json_array_length", [_]) =
            (name, values.as_slice())
        {
            return self.json_fact(name, values);
        }
        if takes_rows(name) {
            return self.json_call(name, values);
        }
        match (name, count) {
            ("abs" | "floor" | "ceil" | "ceiling" | "sign" | "trunc" | "round", 1)
            | ("round" | "trunc", 2) => self.rounding(name, values),
            ("mod" | "div", 2) => self.division(name, values),
            ("power" | "pow", 2)
            | (
                "sqrt" | "exp" | "ln" | "log" | "log10" | "degrees" | "radians" | "sin" | "cos"
                | "tan",
                1,
            ) => {
                let ty = values.first().map_or(Type::FLOAT8, |value| value.ty);
                let is_of_angle = matches!(name, "degrees" | "radians" | "sin" | "cos" | "tan");
                let is_numeric = ty.oid == Oid::NUMERIC && !is_of_angle;
                let ty = if is_numeric { Type::NUMERIC } else { Type::FLOAT8 };
                let sql = self.arguments(values, &[Type::FLOAT8])?;
                let name = match name {
                    "log" => "log10",
                    "pow" => "power",
                    name => name,
                };
                Ok(Some(Typed::new(format!("pg_{name}({sql})"), ty)))
            }
            ("array_to_string", 2 | 3) => self.array_to_string(values),
            ("format", 1..) => {
                let mut words = Vec::new();
                for value in values {
                    words.push(self.printed(value)?);
                }
                Ok(Some(Typed::new(format!("pg_format({})", words.join(", ")), Type::TEXT)))
            }
            ("cardinality", 1) | ("array_length", 2) => self.array_call(name, values),
            (
                "array_append" | "array_prepend" | "array_cat" | "array_remove" | "array_replace"
                | "array_position" | "array_positions",
                _,
            ) => self.array_search(name, values),
            ("jsonb_set" | "jsonb_insert", 3 | 4) => self.jsonb_placed(name, values),
            ("md5", 1) => {
                let is_bytes = values.first().is_some_and(|value| value.ty.oid == Oid::BYTEA);
                let argument = if is_bytes { Type::of(Oid::BYTEA) } else { Type::TEXT };
                if !accepted(&values, &[argument]) {
                    return Ok(None);
                }
                let sql = self.arguments(values, &[argument])?;
                Ok(Some(Typed::new(format!("pg_md5({sql})"), Type::TEXT)))
            }
            ("lastval", 0) => {
                self.volatile = true;
                Ok(Some(Typed::new("pg_lastval()", Type::INT8)))
            }
            ("pg_get_serial_sequence", 2) => self.serial_sequence(&values).map(Some),
            ("nextval" | "currval", 1) | ("setval", 2 | 3) => {
                self.sequence_call(name, values).map(Some)
            }
            ("pi", 0) => Ok(Some(Typed::new("3.141592653589793", Type::FLOAT8))),
            ("random", 0) => {
                let sql = "((random() & 9007199254740991) / 9007199254740992.0)";
                Ok(Some(Typed::new(sql, Type::FLOAT8)))
            }
            ("gen_random_uuid" | "uuid_generate_v4", 0) => {
                Ok(Some(Typed::new("pg_uuid(randomblob(16))", Type::of(Oid::UUID))))
            }
            ("concat", 1..) | ("concat_ws", 2..) => {
                let mut texts = Vec::new();
                for value in values {
                    texts.push(self.printed(value)?);
                }
                Ok(Some(Typed::new(format!("{name}({})", texts.join(", ")), Type::TEXT)))
            }
            _ => self.time_call(name, values),
        }
    }

    /// A value as it is sent: a boolean is `t` or `f`.
    fn printed(&mut self, value: Typed) -> Result<String> {
        let value = self.settle_text(value)?;
        if value.ty == Type::BOOL {
            return Ok(format!("CASE {} WHEN 1 THEN 't' WHEN 0 THEN 'f' END", value.sql));
        }
        Ok(self.cast(value, Type::TEXT)?.sql)
    }

    /// The arguments, each as the type in its place; the last type holds for those beyond.
    pub(super) fn arguments(&mut self, values: Vec<Typed>, types: &[Type]) -> Result<String> {
        let mut parts = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            let ty = types.get(index).or(types.last()).copied().unwrap_or(Type::TEXT);
            let value = self.settle(value, ty)?;
            let value =
                if value.ty.is_string() == ty.is_string() { value } else { self.cast(value, ty)? };
            parts.push(value.sql);
        }
        Ok(parts.join(", "))
    }

    /// `coalesce`, `greatest` and `least`: values of one type.
    fn alike(&mut self, name: &str, values: Vec<Typed>) -> Result<Typed> {
        let all: Vec<&Typed> = values.iter().collect();
        let ty = self.common_of(&all)?;
        let ty = ty.or_text();
        let not_null = values.iter().any(|value| value.not_null);
        let (mut parts, mut sent, mut is_sent) = (Vec::new(), Vec::new(), false);
        for value in values {
            let value = self.coerce(value, ty)?;
            is_sent |= matches!(value.form, Form::Sent(_))
                || ty.scale().is_none() && value.ty.scale().is_some_and(|scale| scale > 0);
            sent.push(value.exact());
            parts.push(value.sql);
        }
        let list = parts.join(", ");
        let sql = match (name, parts.as_slice()) {
            (_, [only]) => only.clone(),
            ("coalesce", _) => format!("coalesce({list})"),
            _ if has_key(ty) => format!("pg_{name}_of({}, {list})", ty.oid.0),
            // SQLite's max(a, b) is NULL if either is; PostgreSQL leaves NULLs out.
            ("greatest", _) => format!("pg_greatest({list})"),
            _ => format!("pg_least({list})"),
        };
        let typed = Typed { not_null, ..Typed::new(sql, ty) };
        if is_sent && ty.oid == Oid::NUMERIC && name == "coalesce" && sent.len() > 1 {
            let form = Form::Sent(format!("coalesce({})", sent.join(", ")));
            return Ok(Typed { form, ..typed });
        }
        Ok(typed)
    }

    fn rounding(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return Ok(None) };
        let first = self.settle(first, Type::FLOAT8)?;
        if !first.ty.is_number() {
            return Ok(None);
        }
        let digits = match values.next() {
            Some(digits) => Some(self.settle(digits, Type::INT4)?.sql),
            None => None,
        };
        let to_digits =
            digits.as_deref().and_then(|digits| digits.trim_matches(['(', ')']).parse().ok());
        let rounded = to_digits
            .filter(|digits| (-1000..1000).contains(digits))
            .map_or(Type::NUMERIC, |digits: i32| Type::scaled(digits.max(0)));
        let whole = first.ty.is_integer();
        let sql = &first.sql;
        Ok(Some(match (name, digits) {
            ("abs", None) => self.checked(format!("abs({sql})"), first.ty.computed(), &[&first]),
            ("sign", None) => {
                let ty = if first.ty.oid == Oid::NUMERIC { Type::scaled(0) } else { Type::FLOAT8 };
                Typed::new(format!("sign({sql})"), ty)
            }
            (name, None) => {
                let ty = if first.ty.oid == Oid::NUMERIC { Type::scaled(0) } else { Type::FLOAT8 };
                let name = if name == "ceiling" { "ceil" } else { name };
                let sql = match name {
                    _ if whole => format!("CAST({sql} AS REAL)"),
                    "round" => format!("pg_round({sql}, {})", first.ty.oid.0),
                    name => format!("pg_{name}({sql})"),
                };
                Typed::new(sql, ty)
            }
            ("round", Some(digits)) => Typed::new(format!("pg_round_to({sql}, {digits})"), rounded),
            (_, Some(digits)) => Typed::new(format!("pg_trunc_to({sql}, {digits})"), rounded),
        }))
    }

    fn division(&mut self, name: &str, values: Vec<Typed>) -> Result<Option<Typed>> {
        let mut values = values.into_iter();
        let (Some(left), Some(right)) = (values.next(), values.next()) else { return Ok(None) };
        let (left, right) = self.settle_pair(left, right)?;
        let ty = self.common(left.ty, right.ty).unwrap_or(left.ty);
        let function = match (name, ty.is_integer()) {
            ("mod", true) => "pg_mod",
            ("mod", false) => "pg_remainder",
            _ => "pg_div",
        };
        let ty = if name == "div" { Type::NUMERIC } else { ty };
        Ok(Some(Typed::new(format!("{function}({}, {})", left.sql, right.sql), ty)))
    }
}

/// Whether values are given where texts are wanted: nothing else becomes a text by itself.
fn accepted(values: &[Typed], types: &[Type]) -> bool {
    values.iter().enumerate().all(|(index, value)| {
        let wanted = types.get(index).or(types.last()).copied().unwrap_or(Type::TEXT);
        value.is_unknown() || wanted != Type::TEXT || value.ty.is_string()
    })
}

/// Functions whose arguments and result have always the same types: SQLite's name, the types.
fn fixed(name: &str, count: usize) -> Option<(&'static str, &'static [Type], Type)> {
    const TEXT: &[Type] = &[Type::TEXT];
    const TEXT_INT: &[Type] = &[Type::TEXT, Type::INT4];
    const TEXT_INT_TEXT: &[Type] = &[Type::TEXT, Type::INT4, Type::TEXT];
    const TEXT_TEXT_INT: &[Type] = &[Type::TEXT, Type::TEXT, Type::INT4];
    const BYTES: &[Type] = &[Type::of(Oid::BYTEA), Type::TEXT];
    Some(match (name, count) {
        ("lower", 1) => ("pg_lower", TEXT, Type::TEXT),
        ("upper", 1) => ("pg_upper", TEXT, Type::TEXT),
        ("initcap", 1) => ("pg_initcap", TEXT, Type::TEXT),
        ("length" | "char_length" | "character_length", 1) => ("length", TEXT, Type::INT4),
        ("octet_length", 1) => ("octet_length", TEXT, Type::INT4),
        ("substring" | "substr", 2 | 3) => ("pg_substr", TEXT_INT, Type::TEXT),
        ("left", 2) => ("pg_left", TEXT_INT, Type::TEXT),
        ("right", 2) => ("pg_right", TEXT_INT, Type::TEXT),
        ("lpad", 2 | 3) => ("pg_lpad", TEXT_INT_TEXT, Type::TEXT),
        ("rpad", 2 | 3) => ("pg_rpad", TEXT_INT_TEXT, Type::TEXT),
        ("regexp_replace", 3 | 4) => ("pg_regexp_replace", TEXT, Type::TEXT),
        ("regexp_match", 2 | 3) => ("pg_regexp_match", TEXT, Type::of(Oid::TEXT_ARRAY)),
        ("regexp_split_to_array", 2 | 3) => ("pg_regexp_split", TEXT, Type::of(Oid::TEXT_ARRAY)),
        ("regexp_count", 2) => ("pg_regexp_count", TEXT, Type::INT4),
        ("regexp_instr", 2) => ("pg_regexp_instr", TEXT, Type::INT4),
        ("regexp_like", 2 | 3) => ("pg_regexp_like", TEXT, Type::BOOL),
        ("regexp_substr", 2) => ("pg_regexp_substr", TEXT, Type::TEXT),
        ("string_to_array", 2 | 3) => ("pg_string_to_array", TEXT, Type::of(Oid::TEXT_ARRAY)),
        ("repeat", 2) => ("pg_repeat", TEXT_INT, Type::TEXT),
        ("reverse", 1) => ("pg_reverse", TEXT, Type::TEXT),
        ("split_part", 3) => ("pg_split_part", TEXT_TEXT_INT, Type::TEXT),
        ("ascii", 1) => ("pg_ascii", TEXT, Type::INT4),
        ("chr", 1) => ("pg_chr", &[Type::INT4], Type::TEXT),
        ("overlay", 3 | 4) => ("pg_overlay", &[Type::TEXT, Type::TEXT, Type::INT4], Type::TEXT),
        ("bit_length", 1) => ("pg_bit_length", TEXT, Type::INT4),
        ("to_hex", 1) => ("pg_to_hex", &[Type::INT8], Type::TEXT),
        ("replace", 3) => ("replace", TEXT, Type::TEXT),
        ("translate", 3) => ("pg_translate", TEXT, Type::TEXT),
        ("strpos" | "position", 2) => ("instr", TEXT, Type::INT4),
        ("starts_with", 2) => ("pg_starts_with", TEXT, Type::BOOL),
        ("btrim" | "trim", 1 | 2) => ("pg_btrim", TEXT, Type::TEXT),
        ("ltrim", 1 | 2) => ("pg_ltrim", TEXT, Type::TEXT),
        ("rtrim", 1 | 2) => ("pg_rtrim", TEXT, Type::TEXT),
        ("encode", 2) => ("pg_encode", BYTES, Type::TEXT),
        ("decode", 2) => ("pg_decode", TEXT, Type::of(Oid::BYTEA)),
        ("sha224", 1) => ("pg_sha224", BYTES, Type::of(Oid::BYTEA)),
        ("sha256", 1) => ("pg_sha256", BYTES, Type::of(Oid::BYTEA)),
        ("sha384", 1) => ("pg_sha384", BYTES, Type::of(Oid::BYTEA)),
        ("sha512", 1) => ("pg_sha512", BYTES, Type::of(Oid::BYTEA)),
        ("quote_literal", 1) => ("pg_quote_literal", TEXT, Type::TEXT),
        ("quote_ident", 1) => ("pg_quote_ident", TEXT, Type::TEXT),
        _ => return None,
    })
}
