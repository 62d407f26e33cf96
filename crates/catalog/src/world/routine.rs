//! The routines of a snapshot: `pg_proc`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;
use trunkline_core::catalog::{Argument, Routine, RoutineKind, Type, TypeKind};

use super::numbered::{HasOid, Numbered};
use super::row::{Maker, count, letter};
use super::types::TypeWhat;
use super::{Objects, World};
use crate::datum::{Datum, List, Row};
use crate::facts::{self, PG_CATALOG, facts};

/// The routines of a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Routines {
    all: Numbered<RoutineObject>,
    by_name: HashMap<(u32, Arc<str>), Vec<u32>>,
}

/// A row of `pg_proc`.
#[derive(Debug)]
pub(crate) struct RoutineObject {
    pub(crate) oid: u32,
    pub(crate) schema: u32,
    pub(crate) name: Arc<str>,
    /// The types of what it is called with.
    pub(crate) inputs: Vec<Oid>,
    place: Place,
}

impl HasOid for RoutineObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

/// Where what is said of a routine is.
#[derive(Debug)]
enum Place {
    /// A schema of the snapshot, and the place there.
    Of(usize, usize),
    /// It came with a type.
    Made(Box<Routine>),
}

impl Routines {
    pub(crate) fn get(&self, oid: u32) -> Option<&RoutineObject> {
        self.all.get(oid)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, RoutineObject> {
        self.all.iter()
    }

    /// All routines of a name in a schema.
    pub(crate) fn named(&self, schema: u32, name: &str) -> impl Iterator<Item = &RoutineObject> {
        let found = self.by_name.get(&(schema, name.into())).into_iter().flatten();
        found.filter_map(|oid| self.get(*oid))
    }
}

/// Whether an argument is one of what a routine is called with.
pub(crate) fn is_input(argument: &Argument) -> bool {
    matches!(argument.mode, 'i' | 'b' | 'v')
}

impl Objects {
    pub(super) fn add_routines(&mut self) {
        let snapshot = self.snapshot.clone();
        for (at, schema) in snapshot.schemas.iter().enumerate() {
            let Some(number) = self.schema_named(&schema.name) else { continue };
            for (place, routine) in schema.routines.iter().enumerate() {
                let inputs: Vec<Oid> = routine
                    .arguments
                    .iter()
                    .filter(|argument| is_input(argument))
                    .map(|argument| argument.type_oid)
                    .collect();
                let mut names: Vec<String> = vec![schema.name.clone(), routine.name.clone()];
                names.extend(inputs.iter().map(|oid| oid.0.to_string()));
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let oid = self.numbers.of("proc", &names);
                let name: Arc<str> = routine.name.as_str().into();
                self.routines.by_name.entry((number, name.clone())).or_default().push(oid);
                let place = Place::Of(at, place);
                let object = RoutineObject { oid, schema: number, name, inputs, place };
                self.routines.all.push(object);
            }
        }
    }

    /// What is said of a routine.
    pub(crate) fn routine<'a>(&'a self, object: &'a RoutineObject) -> Option<&'a Routine> {
        match &object.place {
            Place::Of(schema, place) => self.snapshot.schemas.get(*schema)?.routines.get(*place),
            Place::Made(routine) => Some(routine),
        }
    }

    /// The type that a routine came with, if it did.
    pub(super) fn made_with(&self, object: &RoutineObject) -> Option<Oid> {
        match &object.place {
            Place::Of(..) => None,
            Place::Made(routine) => Some(routine.result),
        }
    }

    /// Adds the functions that make values of ranges and multiranges, which have the names of the types.
    pub(super) fn add_constructors(&mut self) {
        let mut made = Vec::new();
        for of in self.types.iter().filter(|of| of.what == TypeWhat::Range) {
            let Some(Type { kind: TypeKind::Range(range), access, .. }) = self.type_of(of) else {
                continue;
            };
            let (name, multirange, _) = &range.multirange;
            let ends = [range.of, range.of, Oid::TEXT];
            let (own, array) = ([Oid(of.oid)], [Oid(of.array)]);
            for (name, arguments, mode, result, source) in [
                (
                    &*of.name,
                    ends.get(..2).unwrap_or_default(),
                    'i',
                    Oid(of.oid),
                    "range_constructor2",
                ),
                (&*of.name, &ends[..], 'i', Oid(of.oid), "range_constructor3"),
                (name, &[][..], 'i', *multirange, "multirange_constructor0"),
                (name, &own[..], 'i', *multirange, "multirange_constructor1"),
                (name, &array[..], 'v', *multirange, "multirange_constructor2"),
            ] {
                let argument = |oid: &Oid| Argument {
                    name: String::new(),
                    mode,
                    type_oid: *oid,
                    default: None,
                };
                let all = arguments.iter().map(argument).collect();
                let mut routine = Routine::new(name, all, result);
                routine.language = "internal".to_owned();
                routine.source = source.to_owned();
                (routine.volatility, routine.parallel) = ('i', 's');
                routine.strict = result == *multirange;
                routine.access.owner.clone_from(&access.owner);
                made.push((of.schema, arguments.to_vec(), routine));
            }
        }
        let numbers = made.iter().map(|(schema, inputs, routine)| {
            let mut names = vec![schema.to_string(), routine.name.clone()];
            names.extend(inputs.iter().map(|oid| oid.0.to_string()));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.numbers.of("proc", &names)
        });
        let mut numbers: Vec<u32> = numbers.collect();
        // Who asks for them in the order of their numbers has them as they were made.
        numbers.sort_unstable();
        for ((schema, inputs, routine), oid) in made.into_iter().zip(numbers) {
            let name: Arc<str> = routine.name.as_str().into();
            self.routines.by_name.entry((schema, name.clone())).or_default().push(oid);
            let place = Place::Made(Box::new(routine));
            self.routines.all.push(RoutineObject { oid, schema, name, inputs, place });
        }
    }
}

static LANGUAGES: LazyLock<HashMap<Arc<str>, u32>> = LazyLock::new(|| {
    let Some(facts) = facts("pg_language") else { return HashMap::new() };
    let (oid, name) = (facts.column("oid"), facts.column("lanname"));
    facts.rows.iter().map(|row| (facts::text(row, name), facts::number(row, oid))).collect()
});

/// The number of a language (`pg_language`); zero for one that is not here.
pub(super) fn language(name: &str) -> u32 {
    LANGUAGES.get(name).copied().unwrap_or(0)
}

/// What a call costs where nobody has said it.
pub(crate) fn usual_cost(language: &str) -> u32 {
    if matches!(language, "internal" | "c") { 1 } else { 100 }
}

pub(super) fn procs(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_proc");
    let rows = world.objects.routines.iter().filter_map(|object| {
        let routine = world.objects.routine(object)?;
        Some(row(world, &maker, object, routine))
    });
    rows.collect()
}

fn row(world: &World, maker: &Maker, object: &RoutineObject, routine: &Routine) -> Row {
    let arguments = &routine.arguments;
    let has_modes = arguments.iter().any(|argument| argument.mode != 'i');
    let has_names = arguments.iter().any(|argument| !argument.name.is_empty());
    let of_all = |wanted: bool, cell: &dyn Fn(&Argument) -> Datum| match wanted {
        true => Datum::list(arguments.iter().map(cell).collect()),
        false => Datum::Null,
    };
    let inputs = object.inputs.iter().map(|oid| Datum::Oid(oid.0)).collect();
    let defaults: Vec<&str> =
        arguments.iter().filter_map(|argument| argument.default.as_deref()).collect();
    let variadic = arguments.iter().find(|argument| argument.mode == 'v').map_or(0, |argument| {
        world.element_of(argument.type_oid).map_or(argument.type_oid.0, |element| element.0)
    });
    let language = language(&routine.language);
    let cost = routine.cost.unwrap_or(usual_cost(&routine.language));
    let rows = routine.rows.unwrap_or(if routine.returns_set { 1000 } else { 0 });
    let kind = match routine.kind {
        RoutineKind::Procedure => 'p',
        RoutineKind::Aggregate => 'a',
        _ => 'f',
    };
    let body = sql_body(routine);
    let settings = match routine.settings.as_slice() {
        [] => Datum::Null,
        settings => Datum::texts(settings.iter().map(String::as_str)),
    };
    maker.row([
        ("oid", Datum::Oid(object.oid)),
        ("proname", Datum::Text(object.name.clone())),
        ("pronamespace", Datum::Oid(object.schema)),
        ("proowner", Datum::Oid(world.owner(routine.access.owner.as_deref()))),
        ("prolang", Datum::Oid(language)),
        ("procost", Datum::Float(cost.into())),
        ("prorows", Datum::Float(rows.into())),
        ("provariadic", Datum::Oid(variadic)),
        ("prokind", letter(kind)),
        ("prosecdef", Datum::Bool(routine.security_definer)),
        ("proleakproof", Datum::Bool(routine.leakproof)),
        ("proisstrict", Datum::Bool(routine.strict)),
        ("proretset", Datum::Bool(routine.returns_set)),
        ("provolatile", letter(routine.volatility)),
        ("proparallel", letter(routine.parallel)),
        ("pronargs", count(object.inputs.len())),
        ("pronargdefaults", count(defaults.len())),
        ("prorettype", Datum::Oid(routine.result.0)),
        ("proargtypes", Datum::Array(Arc::new(List::vector(inputs)))),
        ("proallargtypes", of_all(has_modes, &|argument| Datum::Oid(argument.type_oid.0))),
        ("proargmodes", of_all(has_modes, &|argument| letter(argument.mode))),
        ("proargnames", of_all(has_names, &|argument| Datum::text(argument.name.as_str()))),
        (
            "proargdefaults",
            if defaults.is_empty() { Datum::Null } else { Datum::text(defaults.join(", ")) },
        ),
        ("prosrc", Datum::text(if body.is_some() { "" } else { &routine.source })),
        ("prosqlbody", body.map_or(Datum::Null, Datum::text)),
        ("proconfig", settings),
        ("proacl", world.acl(&routine.access)),
    ])
}

/// What a routine does, where that is kept as SQL and not as a string.
pub(crate) fn sql_body(routine: &Routine) -> Option<&str> {
    let body = routine.source.trim();
    let start = body.get(..12).unwrap_or_default().to_ascii_uppercase();
    let is_sql = start == "BEGIN ATOMIC" || start.starts_with("RETURN ");
    (routine.language == "sql" && is_sql).then_some(body)
}
