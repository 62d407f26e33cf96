//! Strings.

use std::collections::{HashMap, HashSet};

use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::{quote_identifier, quote_literal};

use crate::datum::Datum;
use crate::plan::{Call, Function};

/// The bytes of a name, at most.
const LONGEST_NAME: usize = 63;

pub(super) fn function(name: &str, types: &[Oid]) -> Option<Function> {
    let is_text = types.first().is_none_or(|oid| {
        matches!(*oid, Oid::TEXT | Oid::NAME | Oid::BPCHAR | Oid::VARCHAR)
            || oid.0 == 2276
            || oid.0 == 2283
    });
    if !is_text
        && !matches!(
            name,
            "chr"
                | "to_hex"
                | "to_oct"
                | "to_bin"
                | "text"
                | "array_to_string"
                | "quote_literal"
                | "quote_nullable"
        )
    {
        return None;
    }
    Some(match name {
        "lower" => |call| map(call, |text| text.to_lowercase()),
        "upper" => |call| map(call, |text| text.to_uppercase()),
        "initcap" => |call| map(call, initcap),
        "reverse" => |call| map(call, |text| text.chars().rev().collect()),
        // The blanks that fill it up are no characters of it.
        "length" | "char_length" | "character_length" if types.first() == Some(&Oid::BPCHAR) => {
            |call| number(call, |text| text.trim_end_matches(' ').chars().count())
        }
        "length" | "char_length" | "character_length" => {
            |call| number(call, |text| text.chars().count())
        }
        "octet_length" => |call| number(call, str::len),
        "bit_length" => |call| number(call, |text| text.len() * 8),
        "ascii" => |call| {
            number(call, |text| {
                text.chars().next().map_or(0, |one| usize::try_from(u32::from(one)).unwrap_or(0))
            })
        },
        "chr" => chr,
        "to_hex" => |call| digits(call, |value| format!("{value:x}")),
        "to_oct" => |call| digits(call, |value| format!("{value:o}")),
        "to_bin" => |call| digits(call, |value| format!("{value:b}")),
        "btrim" => |call| trim(call, true, true),
        "ltrim" => |call| trim(call, true, false),
        "rtrim" => |call| trim(call, false, true),
        "position" | "strpos" => position,
        "substr" | "substring" => substring,
        "left" => |call| ends(call, true),
        "right" => |call| ends(call, false),
        "replace" => replace,
        "translate" => translate,
        "split_part" => split_part,
        "repeat" => repeat,
        "lpad" => |call| pad(call, true),
        "rpad" => |call| pad(call, false),
        "starts_with" => |call| {
            Ok(text(call, 0)
                .zip(text(call, 1))
                .map_or(Datum::Null, |(text, with)| Datum::Bool(text.starts_with(with))))
        },
        "concat" => concat,
        "concat_ws" => concat_ws,
        "quote_ident" => |call| map(call, |text| quote_identifier(text).into_owned()),
        "quote_literal" => |call| match call.arguments.first() {
            Some(Datum::Null) | None => Ok(Datum::Null),
            Some(value) => quoted(call, value),
        },
        "quote_nullable" => |call| match call.arguments.first() {
            Some(Datum::Null) | None => Ok(Datum::text("NULL")),
            Some(value) => quoted(call, value),
        },
        "nameconcatoid" => name_with_number,
        "format" => format_text,
        _ => return None,
    })
}

pub(super) fn text<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a str> {
    call.arguments.get(place)?.as_str()
}

fn int(call: &Call<'_>, place: usize) -> Option<i64> {
    call.arguments.get(place)?.as_int()
}

/// The text of an argument of any type.
fn shown(call: &Call<'_>, value: &Datum, place: usize) -> Result<String> {
    call.run.world.text(value, call.types.get(place).copied().unwrap_or(Oid::TEXT))
}

/// An argument that is cast to text: what is true says so in full.
fn cast(call: &Call<'_>, value: &Datum, place: usize) -> Result<Datum> {
    let from = call.types.get(place).copied().unwrap_or(Oid::TEXT);
    call.run.cast(value.clone(), from, Oid::TEXT, -1, true)
}

fn quoted(call: &Call<'_>, value: &Datum) -> Result<Datum> {
    let text = cast(call, value, 0)?;
    Ok(text.as_str().map_or(Datum::Null, |text| Datum::text(quote_literal(text))))
}

/// `nameconcatoid(name, oid)`, as `information_schema` names routines: the name gives way to the number.
fn name_with_number(call: &Call<'_>) -> Result<Datum> {
    let (Some(name), Some(Datum::Oid(oid))) = (text(call, 0), call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let number = format!("_{oid}");
    let end = name.floor_char_boundary(LONGEST_NAME - number.len());
    Ok(Datum::text(format!("{}{number}", name.get(..end).unwrap_or(name))))
}

fn map(call: &Call<'_>, change: impl Fn(&str) -> String) -> Result<Datum> {
    Ok(text(call, 0).map_or(Datum::Null, |text| Datum::text(change(text))))
}

fn number(call: &Call<'_>, count: impl Fn(&str) -> usize) -> Result<Datum> {
    Ok(text(call, 0)
        .map_or(Datum::Null, |text| Datum::Int(i64::try_from(count(text)).unwrap_or(i64::MAX))))
}

/// The bits of a whole number as digits.
fn digits(call: &Call<'_>, shown: fn(u64) -> String) -> Result<Datum> {
    let Some(value) = int(call, 0) else { return Ok(Datum::Null) };
    let bits = u64::from_ne_bytes(value.to_ne_bytes());
    let is_short = call.types.first() == Some(&Oid::INT4);
    Ok(Datum::text(shown(if is_short { bits & 0xffff_ffff } else { bits })))
}

fn initcap(text: &str) -> String {
    let mut out = String::new();
    let mut is_start = true;
    for one in text.chars() {
        if is_start {
            out.extend(one.to_uppercase())
        } else {
            out.extend(one.to_lowercase())
        }
        is_start = !one.is_alphanumeric();
    }
    out
}

fn chr(call: &Call<'_>) -> Result<Datum> {
    let one = int(call, 0).and_then(|value| u32::try_from(value).ok()).and_then(char::from_u32);
    match one.filter(|one| *one != '\0') {
        Some(one) => Ok(Datum::text(one.to_string())),
        None => Err(PgError::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            "requested character not valid for encoding",
        )),
    }
}

fn trim(call: &Call<'_>, start: bool, end: bool) -> Result<Datum> {
    let of: HashSet<char> = text(call, 1).unwrap_or(" ").chars().collect();
    let is_cut = |one: char| of.contains(&one);
    map(call, |text| {
        let text = if start { text.trim_start_matches(is_cut) } else { text };
        (if end { text.trim_end_matches(is_cut) } else { text }).to_owned()
    })
}

fn position(call: &Call<'_>) -> Result<Datum> {
    let Some((text, part)) = text(call, 0).zip(text(call, 1)) else { return Ok(Datum::Null) };
    let place =
        text.find(part).map_or(0, |at| text.get(..at).unwrap_or_default().chars().count() + 1);
    Ok(Datum::Int(i64::try_from(place).unwrap_or(0)))
}

fn substring(call: &Call<'_>) -> Result<Datum> {
    if call.types.get(1) == Some(&Oid::TEXT) {
        return super::regexps::substring(call);
    }
    let (Some(text), Some(from)) = (text(call, 0), int(call, 1)) else { return Ok(Datum::Null) };
    let end = match call.arguments.get(2) {
        None => i64::MAX,
        Some(length) => {
            let length = length.as_int().unwrap_or(0);
            if length < 0 {
                return Err(PgError::new(
                    SqlState::SUBSTRING_ERROR,
                    "negative substring length not allowed",
                ));
            }
            from.saturating_add(length)
        }
    };
    let start = from.max(1);
    let skip = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let take = usize::try_from(end.saturating_sub(start).max(0)).unwrap_or(usize::MAX);
    Ok(Datum::text(text.chars().skip(skip).take(take).collect::<String>()))
}

fn ends(call: &Call<'_>, left: bool) -> Result<Datum> {
    let (Some(text), Some(count)) = (text(call, 0), int(call, 1)) else { return Ok(Datum::Null) };
    let length = text.chars().count();
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let keep = if count >= 0 { wanted.min(length) } else { length.saturating_sub(wanted) };
    let skip = if left { 0 } else { length - keep };
    Ok(Datum::text(text.chars().skip(skip).take(keep).collect::<String>()))
}

fn replace(call: &Call<'_>) -> Result<Datum> {
    let (Some(own), Some(from), Some(to)) = (text(call, 0), text(call, 1), text(call, 2)) else {
        return Ok(Datum::Null);
    };
    if from.is_empty() {
        return Ok(Datum::text(own));
    }
    let grown = own.matches(from).count().saturating_mul(to.len()).saturating_add(own.len());
    call.run.admit_text(grown)?;
    Ok(Datum::text(own.replace(from, to)))
}

fn translate(call: &Call<'_>) -> Result<Datum> {
    let (Some(own), Some(from), Some(to)) = (text(call, 0), text(call, 1), text(call, 2)) else {
        return Ok(Datum::Null);
    };
    call.run.steps(own.len().saturating_add(from.len()))?;
    let mut changes = HashMap::new();
    let mut to = to.chars();
    for one in from.chars() {
        let other = to.next();
        // The first one counts.
        changes.entry(one).or_insert(other);
    }
    let changed = own.chars().filter_map(|one| changes.get(&one).copied().unwrap_or(Some(one)));
    Ok(Datum::text(changed.collect::<String>()))
}

fn split_part(call: &Call<'_>) -> Result<Datum> {
    let (Some(own), Some(by), Some(number)) = (text(call, 0), text(call, 1), int(call, 2)) else {
        return Ok(Datum::Null);
    };
    if number == 0 {
        return Err(crate::error::bad_argument("field position must not be zero"));
    }
    let parts: Vec<&str> = if by.is_empty() { vec![own] } else { own.split(by).collect() };
    let length = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let place = if number > 0 { number - 1 } else { length.saturating_add(number) };
    let part =
        usize::try_from(place).ok().and_then(|place| parts.get(place)).copied().unwrap_or_default();
    Ok(Datum::text(part))
}

fn repeat(call: &Call<'_>) -> Result<Datum> {
    let (Some(own), Some(times)) = (text(call, 0), int(call, 1)) else { return Ok(Datum::Null) };
    let times = usize::try_from(times).unwrap_or(0);
    call.run.admit_text(own.len().saturating_mul(times))?;
    Ok(Datum::text(own.repeat(times)))
}

fn pad(call: &Call<'_>, left: bool) -> Result<Datum> {
    let (Some(own), Some(length)) = (text(call, 0), int(call, 1)) else { return Ok(Datum::Null) };
    let with = text(call, 2).unwrap_or(" ");
    let length = usize::try_from(length).unwrap_or(0);
    call.run.admit_text(length.saturating_mul(4))?;
    let missing = length.saturating_sub(own.chars().count());
    let filling: String =
        with.chars().cycle().take(if with.is_empty() { 0 } else { missing }).collect();
    let kept: String = own.chars().take(length).collect();
    Ok(Datum::text(if left { filling + &kept } else { kept + &filling }))
}

/// `||` of strings.
pub(super) fn join(call: &Call<'_>) -> Result<Datum> {
    let [one, two] = call.arguments else { return Ok(Datum::Null) };
    let (one, two) = (cast(call, one, 0)?, cast(call, two, 1)?);
    let (Some(one), Some(two)) = (one.as_str(), two.as_str()) else { return Ok(Datum::Null) };
    call.run.admit_text(one.len().saturating_add(two.len()))?;
    Ok(Datum::text([one, two].concat()))
}

/// The values of VARIADIC "any", as text.
fn all_shown(call: &Call<'_>, from: usize) -> Result<Vec<String>> {
    let arguments = call.arguments.iter().enumerate().skip(from);
    let mut length = 0_usize;
    arguments
        .filter(|(_, value)| !value.is_null())
        .map(|(place, value)| {
            let text = shown(call, value, place)?;
            length = length.saturating_add(text.len());
            call.run.check_text(length)?;
            Ok(text)
        })
        .collect()
}

fn concat(call: &Call<'_>) -> Result<Datum> {
    let all = all_shown(call, 0)?.concat();
    call.run.admit_text(all.len())?;
    Ok(Datum::text(all))
}

fn concat_ws(call: &Call<'_>) -> Result<Datum> {
    let Some(separator) = text(call, 0) else { return Ok(Datum::Null) };
    let all = all_shown(call, 1)?.join(separator);
    call.run.admit_text(all.len())?;
    Ok(Datum::text(all))
}

/// `format('%I.%s', …)`
fn format_text(call: &Call<'_>) -> Result<Datum> {
    let Some(form) = text(call, 0) else { return Ok(Datum::Null) };
    let mut out = String::new();
    let mut next = 1_usize;
    let mut rest = form.chars().peekable();
    while let Some(one) = rest.next() {
        if one != '%' {
            out.push(one);
            continue;
        }
        if rest.next_if_eq(&'%').is_some() {
            out.push('%');
            continue;
        }
        let mut digits = String::new();
        let take = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: &mut String| {
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
        };
        take(&mut rest, &mut digits);
        let mut place = next;
        if !digits.is_empty() && rest.next_if_eq(&'$').is_some() {
            place = digits.parse().unwrap_or(usize::MAX);
            digits.clear();
        }
        let is_left = rest.next_if_eq(&'-').is_some();
        take(&mut rest, &mut digits);
        let width: usize = digits.parse().unwrap_or(0);
        call.run.admit_text(width)?;
        next = place.saturating_add(1);
        let Some(value) = call.arguments.get(place) else {
            return Err(crate::error::bad_argument("too few arguments for format()"));
        };
        let shown = if value.is_null() { None } else { Some(shown(call, value, place)?) };
        let start = out.len();
        match (rest.next(), shown) {
            (Some('s'), shown) => out.push_str(&shown.unwrap_or_default()),
            (Some('I'), Some(shown)) => out.push_str(&quote_identifier(&shown)),
            (Some('I'), None) => {
                let message = "null values cannot be formatted as an SQL identifier";
                return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message));
            }
            (Some('L'), Some(shown)) => out.push_str(&quote_literal(&shown)),
            (Some('L'), None) => out.push_str("NULL"),
            _ => return Err(crate::error::bad_argument("unrecognized format() type specifier")),
        }
        let written = out.get(start..).unwrap_or_default().chars().count();
        let padding = " ".repeat(width.saturating_sub(written));
        out.insert_str(if is_left { out.len() } else { start }, &padding);
        call.run.step()?;
        call.run.check_text(out.len())?;
    }
    call.run.admit_text(out.len())?;
    Ok(Datum::text(out))
}
