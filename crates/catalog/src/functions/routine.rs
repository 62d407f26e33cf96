//! Routines as SQL: `pg_get_functiondef` and its kin.

use trunkline_core::catalog::{Argument, Routine, RoutineKind};
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind, quote_identifier};

use super::definitions::oid;
use crate::datum::{Datum, Row};
use crate::facts::{facts, rows_by};
use crate::plan::Call;
use crate::world::{World, is_input, sql_body, typed_text, usual_cost};

/// A routine of the snapshot, or of every database.
fn routine(world: &World, oid: u32) -> Option<Routine> {
    match world.objects.routines.get(oid) {
        Some(object) => world.objects.routine(object).cloned(),
        None => builtin(oid),
    }
}

/// What `pg_proc` says of a routine that every database has.
fn builtin(oid: u32) -> Option<Routine> {
    crate::world::proc_by_oid(oid)?;
    let facts = facts("pg_proc")?;
    let found = rows_by("pg_proc", "oid", &Datum::Oid(oid));
    let row: &Row = found.first()?;
    let cell = |name: &str| row.get(facts.column(name)).cloned().unwrap_or_default();
    let text = |name: &str| cell(name).as_str().unwrap_or_default().to_owned();
    let first = |name: &str, usual| text(name).chars().next().unwrap_or(usual);
    let items = |name: &str| -> Vec<Datum> {
        cell(name).as_list().map(|list| list.items.clone()).unwrap_or_default()
    };
    let all = items("proallargtypes");
    let types = if all.is_empty() { items("proargtypes") } else { all };
    let (names, modes) = (items("proargnames"), items("proargmodes"));
    let at = |list: &[Datum], place: usize| -> String {
        list.get(place).and_then(Datum::as_str).unwrap_or_default().to_owned()
    };
    let arguments = types.iter().enumerate().map(|(place, oid)| Argument {
        name: at(&names, place),
        mode: at(&modes, place).chars().next().unwrap_or('i'),
        type_oid: Oid(oid.as_oid().unwrap_or(0)),
        default: None,
    });
    let mut arguments: Vec<Argument> = arguments.collect();
    // The last ones have defaults.
    let inputs = arguments.iter_mut().filter(|argument| is_input(argument)).rev();
    let defaults = text("proargdefaults");
    for (argument, default) in inputs.zip(parts(&defaults).into_iter().rev()) {
        argument.default = Some(default.to_owned());
    }
    let result = Oid(cell("prorettype").as_oid().unwrap_or(0));
    let mut routine = Routine::new(text("proname"), arguments, result);
    routine.kind = match first("prokind", 'f') {
        'p' => RoutineKind::Procedure,
        'a' => RoutineKind::Aggregate,
        _ => RoutineKind::Function,
    };
    routine.returns_set = cell("proretset").is_true();
    routine.language = match cell("prolang").as_oid() {
        Some(12) => "internal",
        Some(13) => "c",
        Some(14) => "sql",
        _ => "plpgsql",
    }
    .to_owned();
    routine.source = text("prosrc");
    routine.volatility = first("provolatile", 'v');
    routine.strict = cell("proisstrict").is_true();
    routine.security_definer = cell("prosecdef").is_true();
    routine.leakproof = cell("proleakproof").is_true();
    routine.parallel = first("proparallel", 'u');
    let whole = |name: &str| cell(name).as_float().map(whole);
    (routine.cost, routine.rows) = (whole("procost"), whole("prorows"));
    Some(routine)
}

/// The expressions between the commas of a list.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    let mut lexer = Lexer::new(list);
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
            TokenKind::Comma if depth == 0 => {
                parts.extend(list.get(start..token.span.start));
                start = token.span.start + 1;
            }
            _ => {}
        }
    }
    parts.extend(list.get(start..).filter(|last| !last.is_empty()));
    parts.into_iter().map(str::trim).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "it is an estimate, and the cast keeps within bounds"
)]
fn whole(estimate: f64) -> u32 {
    estimate as u32
}

fn found(call: &Call<'_>) -> Option<Routine> {
    routine(&call.run.world, oid(call, 0)?)
}

pub(super) fn arguments(call: &Call<'_>, with_defaults: bool) -> Result<Datum> {
    let world = &call.run.world;
    let Some(routine) = found(call) else { return Ok(Datum::Null) };
    let parts = list(world, &routine, with_defaults);
    Ok(Datum::text(match oid(call, 0).and_then(direct_arguments) {
        None => parts.join(", "),
        Some(direct) => {
            let (before, ordered) = parts.split_at_checked(direct).unwrap_or_default();
            // What any number of arguments comes before is ordered by as many.
            let ordered = if ordered.is_empty() {
                parts.get(direct.saturating_sub(1)..)
            } else {
                Some(ordered)
            };
            let ordered = format!("ORDER BY {}", ordered.unwrap_or_default().join(", "));
            if before.is_empty() { ordered } else { format!("{} {ordered}", before.join(", ")) }
        }
    }))
}

/// How many arguments stand before ORDER BY, of an aggregate of what is in order.
fn direct_arguments(oid: u32) -> Option<usize> {
    let known = facts("pg_aggregate")?;
    let [row] = rows_by("pg_aggregate", "aggfnoid", &Datum::Oid(oid)).try_into().ok()?;
    let cell = |name| row.get(known.column(name));
    let is_ordered = matches!(cell("aggkind")?.as_str()?, "o" | "h");
    usize::try_from(cell("aggnumdirectargs")?.as_int()?).ok().filter(|_| is_ordered)
}

pub(super) fn result(call: &Call<'_>) -> Result<Datum> {
    let routine = found(call).filter(|routine| routine.kind != RoutineKind::Procedure);
    Ok(routine.map_or(Datum::Null, |routine| Datum::text(returned(&call.run.world, &routine))))
}

/// `pg_get_function_arg_default(routine, number)`: arguments that are only given back count, too.
pub(super) fn argument_default(call: &Call<'_>) -> Result<Datum> {
    let routine = found(call);
    let place = call.arguments.get(1).and_then(Datum::as_int).and_then(|n| usize::try_from(n).ok());
    let argument = place.and_then(|place| routine.as_ref()?.arguments.get(place.checked_sub(1)?));
    let default = argument.filter(|one| is_input(one)).and_then(|one| one.default.as_deref());
    let shown = default.zip(argument);
    let shown = shown.map(|(text, of)| typed_text(&call.run.world, (of.type_oid, -1), text));
    Ok(shown.map_or(Datum::Null, Datum::text))
}

fn type_name(world: &World, oid: Oid) -> String {
    world.type_text(oid.0, -1).unwrap_or_else(|| "???".to_owned())
}

fn list(world: &World, routine: &Routine, with_defaults: bool) -> Vec<String> {
    let is_procedure = routine.kind == RoutineKind::Procedure;
    let shown = routine.arguments.iter().filter(|argument| argument.mode != 't').map(|argument| {
        let mode = match argument.mode {
            'o' => "OUT ",
            'b' => "INOUT ",
            'v' => "VARIADIC ",
            // A procedure says what it takes where it also gives something back.
            _ if is_procedure => "IN ",
            _ => "",
        };
        let mut sql = mode.to_owned();
        if !argument.name.is_empty() {
            sql.push_str(&quote_identifier(&argument.name));
            sql.push(' ');
        }
        sql.push_str(&type_name(world, argument.type_oid));
        if let (true, true, Some(default)) = (with_defaults, is_input(argument), &argument.default)
        {
            sql.push_str(&format!(
                " DEFAULT {}",
                typed_text(world, (argument.type_oid, -1), default)
            ));
        }
        sql
    });
    shown.collect()
}

fn returned(world: &World, routine: &Routine) -> String {
    let columns: Vec<String> = routine
        .arguments
        .iter()
        .filter(|argument| argument.mode == 't')
        .map(|argument| {
            let name = quote_identifier(&argument.name);
            format!("{name} {}", type_name(world, argument.type_oid))
        })
        .collect();
    if !columns.is_empty() {
        return format!("TABLE({})", columns.join(", "));
    }
    let set = if routine.returns_set { "SETOF " } else { "" };
    format!("{set}{}", type_name(world, routine.result))
}

/// A source between dollar quotes that it does not have.
fn quoted(source: &str, tag: &str) -> String {
    let mut tag = tag.to_owned();
    while source.contains(&format!("${tag}")) {
        tag.push('x');
    }
    format!("${tag}${source}${tag}$")
}

pub(super) fn definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(routine) = found(call) else { return Ok(Datum::Null) };
    let (what, tag) = match routine.kind {
        RoutineKind::Procedure => ("PROCEDURE", "procedure"),
        RoutineKind::Aggregate => {
            let message = format!("\"{}\" is an aggregate function", routine.name);
            return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        _ => ("FUNCTION", "function"),
    };
    let schema = oid(call, 0).and_then(|oid| world.proc(oid)).map(|(schema, _, _)| schema);
    let schema = schema.and_then(|schema| world.schema_name(schema)).unwrap_or_default();
    let name = format!("{}.{}", quote_identifier(&schema), quote_identifier(&routine.name));
    let mut sql =
        format!("CREATE OR REPLACE {what} {name}({})\n", list(world, &routine, true).join(", "));
    if routine.kind != RoutineKind::Procedure {
        sql.push_str(&format!(" RETURNS {}\n", returned(world, &routine)));
    }
    sql.push_str(&format!(" LANGUAGE {}\n", quote_identifier(&routine.language)));
    let mut marks = marks(&routine);
    marks.extend(oid(call, 0).and_then(|oid| support(world, oid)));
    if !marks.is_empty() {
        sql.push_str(&format!(" {}\n", marks.join(" ")));
    }
    for setting in &routine.settings {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        sql.push_str(&format!(" SET {} TO {}\n", quote_identifier(name), set_value(name, value)));
    }
    match oid(call, 0).and_then(|oid| body_of(world, oid)) {
        Some(body) => sql.push_str(&format!("{body}\n")),
        None => {
            let file = oid(call, 0).and_then(|oid| builtin_cell(oid, "probin"));
            let file = file.as_ref().and_then(Datum::as_str);
            let file = file.map_or_else(String::new, |file| format!("'{file}', "));
            sql.push_str(&format!("AS {file}{}\n", quoted(&routine.source, tag)));
        }
    }
    Ok(Datum::text(sql))
}

/// `pg_get_function_sqlbody(routine)`
pub(super) fn body(call: &Call<'_>) -> Result<Datum> {
    let body = oid(call, 0).and_then(|oid| body_of(&call.run.world, oid));
    Ok(body.map_or(Datum::Null, Datum::text))
}

/// What a routine does, where that is kept as SQL and not as a string.
fn body_of(world: &World, oid: u32) -> Option<String> {
    if let Some(object) = world.objects.routines.get(oid) {
        return sql_body(world.objects.routine(object)?).map(str::to_owned);
    }
    builtin_cell(oid, "prosqlbody")?.as_str().map(str::to_owned)
}

/// What `pg_proc` says of a routine of every database in a column.
fn builtin_cell(oid: u32, column: &str) -> Option<Datum> {
    let [row] = rows_by("pg_proc", "oid", &Datum::Oid(oid)).try_into().ok()?;
    row.get(facts("pg_proc")?.column(column)).cloned()
}

/// What is not usual of a routine.
fn marks(routine: &Routine) -> Vec<String> {
    let mut marks: Vec<String> = Vec::new();
    match routine.volatility {
        'i' => marks.push("IMMUTABLE".to_owned()),
        's' => marks.push("STABLE".to_owned()),
        _ => {}
    }
    match routine.parallel {
        's' => marks.push("PARALLEL SAFE".to_owned()),
        'r' => marks.push("PARALLEL RESTRICTED".to_owned()),
        _ => {}
    }
    if routine.strict {
        marks.push("STRICT".to_owned());
    }
    if routine.security_definer {
        marks.push("SECURITY DEFINER".to_owned());
    }
    if routine.leakproof {
        marks.push("LEAKPROOF".to_owned());
    }
    if let Some(cost) = routine.cost.filter(|cost| *cost != usual_cost(&routine.language)) {
        marks.push(format!("COST {cost}"));
    }
    if let Some(rows) = routine.rows.filter(|rows| !matches!(rows, 0 | 1000)) {
        marks.push(format!("ROWS {rows}"));
    }
    marks
}

/// The function that helps the planner with a routine of every database.
fn support(world: &World, oid: u32) -> Option<String> {
    let of = builtin_cell(oid, "prosupport")?.as_oid().filter(|of| *of != 0)?;
    Some(format!("SUPPORT {}", world.other_text(Oid::REGPROC, of)?))
}

/// The value of a setting: one that is a list has each of its names in quotes.
fn set_value(name: &str, value: &str) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let lists = [
        "search_path",
        "datestyle",
        "temp_tablespaces",
        "session_preload_libraries",
        "shared_preload_libraries",
        "local_preload_libraries",
        "unix_socket_directories",
    ];
    if !lists.contains(&name.to_ascii_lowercase().as_str()) {
        return quote(value);
    }
    let parts = value.split(',').map(str::trim).map(|part| {
        let inner = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
        quote(&inner.map_or_else(|| part.to_owned(), |inner| inner.replace("\"\"", "\"")))
    });
    parts.collect::<Vec<_>>().join(", ")
}
