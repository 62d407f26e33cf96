//! Calls and operators that are something else to DataFusion.

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, DuplicateTreatment, ExactNumberInfo, Expr,
    Function, FunctionArgumentClause, FunctionArguments, Interval, ObjectNamePart, OrderByExpr,
    OrderByOptions, UnaryOperator, Value, ValueWithSpan,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::{arguments, folded, function, int4, patterns, take};
use crate::functions::numeric::ARRAY_OF;

/// What a call of a function is instead; `None` for one that stays.
pub(super) fn of_function(call: &mut Function) -> Option<Expr> {
    let [ObjectNamePart::Identifier(name)] = call.name.0.as_slice() else { return None };
    let name = folded(name);
    if let ("array", FunctionArguments::Subquery(query)) = (&*name, &call.args) {
        return Some(function(ARRAY_OF, vec![Expr::Subquery(query.clone())]));
    }
    let plain = call.over.is_none() && call.filter.is_none() && call.within_group.is_empty();
    match &*name {
        "mod" if plain => {
            let (left, right) = two(call)?;
            Some(binary(left, BinaryOperator::Modulo, right))
        }
        "div" if plain => {
            let (left, right) = two(call)?;
            let numeric = |expr| function("numeric", vec![expr]);
            let quotient = binary(numeric(left), BinaryOperator::Divide, numeric(right));
            Some(function("trunc", vec![quotient]))
        }
        "age" if plain => {
            let mut args: Vec<Expr> = arguments(call).map(take).collect();
            if args.len() == 1 {
                args.insert(0, super::call("current_date", Span::empty(), None));
            }
            Some(function("age", args))
        }
        "log" if plain && arguments(call).count() == 1 => {
            let args = arguments(call).map(take).collect();
            Some(function("log10", args))
        }
        "regexp_split_to_array" if plain => {
            let (text, mut pattern) = two(call)?;
            patterns::translate(&mut pattern);
            // No text has it.
            let unit = || string("\u{1f}");
            let marked = function("regexp_replace", vec![text, pattern, unit(), string("g")]);
            Some(function("string_to_array", vec![marked, unit()]))
        }
        "regexp_substr" if plain => {
            let (text, mut pattern) = two(call)?;
            patterns::translate(&mut pattern);
            let group = function("concat", vec![string("("), pattern, string(")")]);
            let groups = function("regexp_match", vec![text, group]);
            let first = Expr::Value(Value::Number("1".to_owned(), false).into());
            Some(function("array_element", vec![groups, first]))
        }
        "length" | "char_length" | "character_length" => {
            // The blanks at the end of a `char(n)` do not count.
            let argument = arguments(call).next()?;
            *argument = to_text(argument, &DataType::Text)?;
            None
        }
        "regexp_match" | "regexp_replace" | "regexp_like" => {
            patterns::translate(arguments(call).nth(1)?);
            if &*name == "regexp_replace" {
                patterns::replacement(arguments(call).nth(2)?);
            }
            None
        }
        "regexp_count" | "regexp_instr" | "ntile" => {
            if &*name != "ntile" {
                patterns::translate(arguments(call).nth(1)?);
            }
            Some(cast(Expr::Function(call.clone()), DataType::Int4(None)))
        }
        // Numbers without a sign to DataFusion.
        "row_number" | "rank" | "dense_rank" if call.over.is_some() => {
            Some(cast(Expr::Function(call.clone()), DataType::BigInt(None)))
        }
        "array_length" | "cardinality" | "array_ndims" | "array_position" => {
            Some(cast(Expr::Function(call.clone()), DataType::Int4(None)))
        }
        "date" if plain && arguments(call).count() == 1 => {
            let moment = arguments(call).next().map(take)?;
            Some(cast(moment, DataType::Date))
        }
        "factorial" => Some(function("numeric", vec![Expr::Function(call.clone())])),
        "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" => {
            Some(function("now", Vec::new()))
        }
        _ => None,
    }
}

pub(super) fn string(text: &str) -> Expr {
    Expr::Value(Value::SingleQuotedString(text.to_owned()).into())
}

fn two(call: &mut Function) -> Option<(Expr, Expr)> {
    if !matches!(&call.args, FunctionArguments::List(list) if list.args.len() == 2) {
        return None;
    }
    let mut args = arguments(call);
    match (args.next(), args.next()) {
        (Some(left), Some(right)) => {
            int4(left);
            int4(right);
            Some((take(left), take(right)))
        }
        _ => None,
    }
}

pub(super) fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    let nested = |expr| Box::new(Expr::Nested(Box::new(expr)));
    Expr::Nested(Box::new(Expr::BinaryOp { left: nested(left), op, right: nested(right) }))
}

/// `substring(text FROM pattern)` is the first group of a match; `None` for one by places.
pub(super) fn of_substring(text: &mut Expr, from: &mut Expr) -> Option<Expr> {
    literal(from)?.parse::<f64>().is_err().then(|| {
        patterns::translate(from);
        let groups = function("regexp_match", vec![take(text), take(from)]);
        let first = Expr::Value(Value::Number("1".to_owned(), false).into());
        function("array_element", vec![groups, first])
    })
}

/// A `varchar` or `char(n)` that becomes text is one no more, and loses its blanks.
pub(super) fn to_text(expr: &mut Expr, data_type: &DataType) -> Option<Expr> {
    let Expr::Function(call) = expr else { return None };
    let trims = match &*call.name.to_string() {
        "as_bpchar" => true,
        "as_varchar" => false,
        _ => return None,
    };
    if crate::types::oid_of(data_type) != Some(trunkline_core::Oid::TEXT) {
        return None;
    }
    let text = arguments(call).next().map(take)?;
    Some(if trims { function("rtrim", vec![text]) } else { text })
}

/// What an operator before its operand is instead.
pub(super) fn of_unary(op: UnaryOperator, operand: &mut Expr) -> Option<Expr> {
    let name = match op {
        UnaryOperator::PGAbs => "abs",
        UnaryOperator::PGSquareRoot => "sqrt",
        UnaryOperator::PGCubeRoot => "cbrt",
        UnaryOperator::BitwiseNot => {
            let ones = Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr: Box::new(Expr::Value(Value::Number("1".to_owned(), false).into())),
            };
            int4(operand);
            let mut ones = ones;
            int4(&mut ones);
            return Some(binary(take(operand), BinaryOperator::PGBitwiseXor, ones));
        }
        _ => return None,
    };
    int4(operand);
    Some(function(name, vec![take(operand)]))
}

/// A literal with a unit behind it is read as the type's input function reads it.
pub(super) fn of_interval(interval: &Interval) -> Option<Expr> {
    let Expr::Value(value) = &*interval.value else { return None };
    let Value::SingleQuotedString(text) = &value.value else { return None };
    let text = match (&interval.leading_field, &interval.last_field) {
        (None, None) => text.clone(),
        (Some(unit), None) => format!("{text} {unit}").to_lowercase(),
        _ => return None,
    };
    let literal = Value::SingleQuotedString(text).with_span(value.span);
    Some(cast(Expr::Value(literal), DataType::Interval { fields: None, precision: None }))
}

/// A cast to `numeric` without digits keeps those of the value.
pub(super) fn to_numeric(expr: &mut Expr, data_type: &mut DataType) -> Option<Expr> {
    let (DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info)) = data_type
    else {
        return None;
    };
    if *info != ExactNumberInfo::None {
        return None;
    }
    if let Some(text) = literal(expr) {
        if let Some((digits, scale)) = digits(&text) {
            *info = ExactNumberInfo::PrecisionAndScale(digits, scale);
        }
        return None;
    }
    match expr {
        Expr::Value(value) if matches!(value.value, Value::Placeholder(_) | Value::Null) => None,
        expr => Some(function("numeric", vec![take(expr)])),
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => literal(inner),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, _) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The precision and scale of a number; `None` for another text, or one with an exponent.
fn digits(text: &str) -> Option<(u64, i64)> {
    let text = text.trim();
    let number = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !plain(whole) || !plain(fraction) {
        return None;
    }
    let precision = (whole.len() + fraction.len()).max(1);
    let fits = precision <= 38;
    fits.then_some((u64::try_from(precision).ok()?, i64::try_from(fraction.len()).ok()?))
}

/// `LIKE … ESCAPE` with another character than the backslash, if the pattern is known.
pub(super) fn escape(pattern: &mut Expr, escape: &mut Option<ValueWithSpan>) {
    let Some(Value::SingleQuotedString(character)) = escape.as_ref().map(|value| &value.value)
    else {
        return;
    };
    let character = character.chars().next();
    let Expr::Value(value) = pattern else { return };
    let Value::SingleQuotedString(text) = &mut value.value else { return };
    let (mut translated, mut escaped) = (String::with_capacity(text.len()), false);
    for found in text.chars() {
        match found {
            _ if !escaped && Some(found) == character => escaped = true,
            '\\' => {
                translated.push_str("\\\\");
                escaped = false;
            }
            found => {
                if escaped {
                    translated.push('\\');
                }
                translated.push(found);
                escaped = false;
            }
        }
    }
    *text = translated;
    *escape = None;
}

pub(super) fn cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, array: false, format: None }
}

/// Types that DataFusion does not know by their name, or takes for another.
pub(super) fn known_type(data_type: &mut DataType) {
    match data_type {
        DataType::CharacterVarying(None) | DataType::CharVarying(None) => {
            *data_type = DataType::Varchar(None);
        }
        DataType::Float(ExactNumberInfo::Precision(0..=24)) => *data_type = DataType::Real,
        DataType::Float(_) => *data_type = DataType::DoublePrecision,
        _ => {}
    }
}

/// The function that marks a text as a string of another type, or a number as one of so many digits.
pub(super) fn marked(expr: Expr, data_type: &DataType) -> Option<Expr> {
    let name = match crate::types::oid_of(data_type)? {
        trunkline_core::Oid::VARCHAR => "as_varchar",
        trunkline_core::Oid::BPCHAR => "as_bpchar",
        trunkline_core::Oid::NUMERIC if has_digits(data_type) => "as_numeric",
        _ => return None,
    };
    Some(function(name, vec![expr]))
}

fn has_digits(data_type: &DataType) -> bool {
    let (DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info)) = data_type
    else {
        return false;
    };
    *info != ExactNumberInfo::None
}

/// DISTINCT sorts in PostgreSQL.
pub(super) fn sort_distinct(call: &mut Function) {
    if !["array_agg", "string_agg"].iter().any(|name| super::is_named(&call.name, name)) {
        return;
    }
    let Some(expr) = arguments(call).next().cloned() else { return };
    let FunctionArguments::List(list) = &mut call.args else { return };
    let sorted =
        |clause: &FunctionArgumentClause| matches!(clause, FunctionArgumentClause::OrderBy(_));
    if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
        && !list.clauses.iter().any(sorted)
    {
        let options = OrderByOptions { asc: None, nulls_first: None };
        let by = OrderByExpr { expr, options, with_fill: None };
        list.clauses.push(FunctionArgumentClause::OrderBy(vec![by]));
    }
}

/// Whether a list of a column has a value, which is unknown if it has none but a NULL.
fn in_column(value: Expr, list: &Expr, negated: bool) -> Expr {
    let has = function("array_has", vec![list.clone(), value]);
    let null = || Expr::Value(Value::Null.into());
    let place = function("array_position", vec![list.clone(), null()]);
    let is_unknown = Expr::IsNotNull(Box::new(place));
    let when = |condition, result| CaseWhen { condition, result };
    let case = Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![
            when(has.clone(), Expr::Value(Value::Boolean(true).into())),
            when(is_unknown, null()),
        ],
        else_result: Some(Box::new(has)),
    };
    match negated {
        true => Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(case) },
        false => case,
    }
}

/// `= ANY ('{a,b}')` and `= ANY (ARRAY['a', 'b'])` are `IN ('a', 'b')`, and `<> ALL` its opposite.
pub(super) fn in_array(left: &mut Expr, right: &Expr, negated: bool) -> Option<Expr> {
    let mut inner = right;
    while let Expr::Nested(nested) = inner {
        inner = nested;
    }
    if let Expr::Array(array) = inner
        && !array.elem.is_empty()
    {
        let list = array.elem.clone();
        return Some(Expr::InList { expr: Box::new(take(left)), list, negated });
    }
    if matches!(inner, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
        return Some(in_column(take(left), inner, negated));
    }
    let Expr::Value(value) = inner else { return None };
    let Value::SingleQuotedString(text) = &value.value else { return None };
    let elements = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if elements.contains(['"', '{', '\\']) || elements.trim().is_empty() {
        return None;
    }
    let element = |element: &str| match element.trim() {
        null if null.eq_ignore_ascii_case("null") => Expr::Value(Value::Null.into()),
        element => {
            let literal = Value::SingleQuotedString(element.to_owned());
            Expr::Value(literal.with_span(value.span))
        }
    };
    let list = elements.split(',').map(element).collect();
    Some(Expr::InList { expr: Box::new(take(left)), list, negated })
}
