//! Which function or operator is meant, by the types of its arguments.
//!
//! Source: <https://www.postgresql.org/docs/18/typeconv-func.html> and
//! <https://www.postgresql.org/docs/18/typeconv-oper.html>.

use std::sync::Arc;

use trunkline_core::Oid;

use crate::facts::{
    CastContext, OPERATORS, Operator, PG_CATALOG, PROCS, Proc, array_of, base_of, cast_context,
    element_of, multirange_of, range_of, type_facts,
};

/// How a name is found.
pub(crate) enum Found<T> {
    One(T),
    None,
    /// Several fit equally well.
    Many,
}

/// A function that was chosen, and what its arguments are cast to.
pub(crate) struct Chosen<T: 'static> {
    pub(crate) what: &'static T,
    pub(crate) arguments: Vec<Oid>,
    pub(crate) result: Oid,
}

impl Chosen<Proc> {
    /// Names and types of the columns that the function gives, if they are several.
    pub(crate) fn outputs(&self) -> Vec<(Arc<str>, Oid)> {
        let settled = |oid: &Oid| settle(&self.what.arguments, *oid, &self.arguments).1;
        self.what.outputs.iter().map(|(name, oid)| (name.clone(), settled(oid))).collect()
    }
}

/// The function of a name for arguments of these types; `schema` restricts it.
pub(crate) fn function(schema: Option<u32>, name: &str, types: &[Oid]) -> Found<Chosen<Proc>> {
    let Some(procs) = PROCS.get(name) else { return Found::None };
    let mut candidates = Vec::new();
    for proc in procs.iter().filter(|proc| proc.schema == schema.unwrap_or(PG_CATALOG)) {
        let count = proc.arguments.len();
        if proc.variadic.0 != 0 && types.len() >= count {
            let mut arguments = proc.arguments.clone();
            arguments.truncate(count.saturating_sub(1));
            arguments.resize(types.len(), proc.variadic);
            candidates.push((proc, arguments));
        } else if types.len() <= count && types.len() + proc.defaults >= count {
            candidates.push((proc, proc.arguments.iter().take(types.len()).copied().collect()));
        }
    }
    // What was declared with exactly so many arguments comes before what has defaults or VARIADIC.
    match choose(&candidates, types) {
        Found::One(place) => match candidates.into_iter().nth(place) {
            Some((proc, arguments)) => {
                let (arguments, result) = settle(&arguments, proc.result, types);
                Found::One(Chosen { what: proc, arguments, result })
            }
            None => Found::None,
        },
        Found::None => Found::None,
        Found::Many => Found::Many,
    }
}

/// The operator of a name; a prefix operator has only one type.
pub(crate) fn operator(name: &str, types: &[Oid]) -> Found<Chosen<Operator>> {
    let Some(operators) = OPERATORS.get(name) else { return Found::None };
    let fitting = operators.iter().filter(|operator| (operator.left.0 == 0) == (types.len() == 1));
    let candidates: Vec<_> = fitting
        .map(|operator| match types.len() {
            1 => (operator, vec![operator.right]),
            _ => (operator, vec![operator.left, operator.right]),
        })
        .collect();
    // An unknown side is first taken to be of the other's type.
    let known = types.iter().copied().find(|oid| *oid != Oid::UNKNOWN);
    let assumed: Vec<Oid> = types
        .iter()
        .map(|oid| if *oid == Oid::UNKNOWN { known.unwrap_or(*oid) } else { *oid })
        .collect();
    let bases: Vec<Oid> = assumed.iter().map(|oid| base_of(*oid)).collect();
    let exact = [&assumed, &bases]
        .into_iter()
        .find_map(|wanted| candidates.iter().position(|(_, declared)| declared == wanted));
    let place = match exact {
        Some(place) => place,
        None => match choose(&candidates, types) {
            Found::One(place) => place,
            Found::None => return Found::None,
            Found::Many => return Found::Many,
        },
    };
    match candidates.into_iter().nth(place) {
        Some((operator, declared)) => {
            let (arguments, result) = settle(&declared, operator.result, types);
            Found::One(Chosen { what: operator, arguments, result })
        }
        None => Found::None,
    }
}

fn is_polymorphic(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::ANY
            | Oid::ANYARRAY
            | Oid::ANYELEMENT
            | Oid::ANYNONARRAY
            | Oid::ANYENUM
            | Oid::ANYRANGE
            | Oid::ANYMULTIRANGE
            | Oid::ANYCOMPATIBLE
            | Oid::ANYCOMPATIBLEARRAY
            | Oid::ANYCOMPATIBLENONARRAY
    )
}

fn fits(from: Oid, to: Oid) -> bool {
    match to {
        to if to == from => true,
        Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY => {
            from == Oid::UNKNOWN || element_of(from).is_some() || from == Oid::ANYARRAY
        }
        Oid::ANYNONARRAY | Oid::ANYCOMPATIBLENONARRAY => element_of(from).is_none(),
        Oid::ANYENUM => from == Oid::UNKNOWN,
        Oid::ANYRANGE => from == Oid::UNKNOWN || range_of(from).is_some(),
        Oid::ANYMULTIRANGE => from == Oid::UNKNOWN || multirange_of(from).is_some(),
        to if is_polymorphic(to) => true,
        Oid::RECORD => type_facts(from).is_some_and(|known| known.kind == b'c'),
        to => cast_context(from, to) == Some(CastContext::Implicit),
    }
}

/// The type that is given for all of `anyarray`, if one is; `None` if they are several, of which `int2vector` and
/// `smallint[]` are two.
fn array_given(declared: &[Oid], types: &[Oid]) -> Option<Option<Oid>> {
    let given = declared.iter().zip(types).filter(|(declared, _)| **declared == Oid::ANYARRAY);
    let mut given = given.map(|(_, given)| base_of(*given)).filter(|oid| *oid != Oid::UNKNOWN);
    let first = given.next();
    given.all(|oid| Some(oid) == first).then_some(first)
}

/// Whether `anyelement` and the like mean one type.
fn is_consistent(declared: &[Oid], types: &[Oid]) -> bool {
    if array_given(declared, types).is_none() {
        return false;
    }
    let mut element = None;
    for (declared, given) in declared.iter().zip(types) {
        let found = match *declared {
            Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM if *given != Oid::UNKNOWN => {
                Some(*given)
            }
            Oid::ANYARRAY => element_of(*given),
            Oid::ANYRANGE => range_of(*given),
            Oid::ANYMULTIRANGE => multirange_of(*given),
            _ => None,
        };
        if let (Some(found), Some(before)) = (found, element)
            && found != before
        {
            return false;
        }
        element = element.or(found);
    }
    let compatible: Vec<Oid> = declared
        .iter()
        .zip(types)
        .filter_map(|(declared, given)| match *declared {
            Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLENONARRAY => Some(*given),
            Oid::ANYCOMPATIBLEARRAY => element_of(*given),
            _ => None,
        })
        .collect();
    compatible.is_empty() || common_type(&compatible).is_some()
}

fn category(oid: Oid) -> u8 {
    if oid == Oid::UNKNOWN { b'X' } else { type_facts(oid).map_or(b'U', |known| known.category) }
}

fn is_preferred(oid: Oid, of: u8) -> bool {
    type_facts(oid).is_some_and(|known| known.preferred && known.category == of)
}

/// The candidate that fits best.
fn choose<T>(candidates: &[(&T, Vec<Oid>)], types: &[Oid]) -> Found<usize> {
    if let Some(place) = candidates.iter().position(|(_, declared)| declared == types) {
        return Found::One(place);
    }
    let bases: Vec<Oid> = types.iter().map(|oid| base_of(*oid)).collect();
    let mut left: Vec<usize> = (0..candidates.len())
        .filter(|place| {
            candidates.get(*place).is_some_and(|(_, declared)| {
                declared.iter().zip(types).all(|(to, from)| fits(*from, *to))
                    && is_consistent(declared, types)
            })
        })
        .collect();
    let declared =
        |place: usize| candidates.get(place).map(|(_, types)| types.as_slice()).unwrap_or_default();
    // Those with the most arguments of exactly their type, then of that or the preferred one.
    keep_best(&mut left, |place| {
        declared(place)
            .iter()
            .zip(&bases)
            .filter(|(to, from)| to == from && **from != Oid::UNKNOWN)
            .count()
    });
    keep_best(&mut left, |place| {
        let pairs = declared(place).iter().zip(&bases).filter(|(_, from)| **from != Oid::UNKNOWN);
        pairs.filter(|(to, from)| to == from || is_preferred(**to, category(**from))).count()
    });
    if left.len() > 1 && types.contains(&Oid::UNKNOWN) {
        by_category(&mut left, types, &declared);
    }
    if left.len() > 1 {
        // All known arguments are of one type: the unknown ones may be, too.
        let mut known = bases.iter().filter(|oid| **oid != Oid::UNKNOWN);
        if let Some(first) = known.next()
            && known.all(|oid| oid == first)
        {
            let fitting: Vec<usize> = left
                .iter()
                .copied()
                .filter(|place| {
                    let declared = declared(*place);
                    let all = vec![*first; declared.len()];
                    declared.iter().all(|to| fits(*first, *to)) && is_consistent(declared, &all)
                })
                .collect();
            if fitting.len() == 1 {
                left = fitting;
            }
        }
    }
    match left.as_slice() {
        [] => Found::None,
        [place] => Found::One(*place),
        _ => Found::Many,
    }
}

fn keep_best(left: &mut Vec<usize>, score: impl Fn(usize) -> usize) {
    let best = left.iter().map(|place| score(*place)).max().unwrap_or(0);
    left.retain(|place| score(*place) == best);
}

/// Unknown arguments are strings wherever that is possible, or what all candidates agree on.
fn by_category<'a>(left: &mut Vec<usize>, types: &[Oid], declared: &impl Fn(usize) -> &'a [Oid]) {
    let mut wanted = Vec::new();
    for (place, from) in types.iter().enumerate() {
        if *from != Oid::UNKNOWN {
            wanted.push(None);
            continue;
        }
        let of =
            |candidate: &usize| declared(*candidate).get(place).map_or(b'U', |to| category(*to));
        let is_string = left.iter().any(|candidate| of(candidate) == b'S');
        let first = left.first().map_or(b'U', of);
        let chosen = if is_string {
            b'S'
        } else if left.iter().all(|candidate| of(candidate) == first) {
            first
        } else {
            return;
        };
        let prefers = left.iter().any(|candidate| {
            declared(*candidate).get(place).is_some_and(|to| is_preferred(*to, chosen))
        });
        wanted.push(Some((chosen, prefers)));
    }
    let fits = |candidate: &usize| {
        declared(*candidate).iter().zip(&wanted).all(|(to, wanted)| match wanted {
            Some((chosen, prefers)) => {
                category(*to) == *chosen && (!prefers || is_preferred(*to, *chosen))
            }
            None => true,
        })
    };
    if left.iter().any(fits) {
        left.retain(fits);
    }
}

/// What polymorphic arguments and results are for these types.
fn settle(declared: &[Oid], result: Oid, types: &[Oid]) -> (Vec<Oid>, Oid) {
    let (mut element, mut range, mut multirange) = (None, None, None);
    let mut compatible: Vec<Oid> = Vec::new();
    for (declared, given) in declared.iter().zip(types) {
        match *declared {
            Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM if *given != Oid::UNKNOWN => {
                element = Some(*given)
            }
            Oid::ANYARRAY => element = element.or(element_of(*given)),
            Oid::ANYRANGE if *given != Oid::UNKNOWN => {
                element = element.or(range_of(*given));
                range = Some(*given);
            }
            Oid::ANYMULTIRANGE if *given != Oid::UNKNOWN => {
                element = element.or(multirange_of(*given));
                multirange = Some(*given);
            }
            Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLENONARRAY => compatible.push(*given),
            Oid::ANYCOMPATIBLEARRAY => compatible.extend(element_of(*given)),
            _ => {}
        }
    }
    let array = array_given(declared, types).flatten();
    let element = element.unwrap_or(Oid::TEXT);
    let compatible = common_type(&compatible).unwrap_or(Oid::TEXT);
    let as_given = |oid: Oid, given: Option<Oid>| match oid {
        Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM => element,
        Oid::ANYRANGE => range.unwrap_or(oid),
        Oid::ANYMULTIRANGE => multirange.unwrap_or(oid),
        Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLENONARRAY => compatible,
        // `int2vector` is an array as it stands.
        Oid::ANYARRAY => match given.filter(|given| *given != Oid::UNKNOWN).or(array) {
            Some(given) if element_of(given) == Some(element) => given,
            _ => array_of(element).unwrap_or(Oid::TEXT_ARRAY),
        },
        Oid::ANYCOMPATIBLEARRAY => array_of(compatible).unwrap_or(Oid::TEXT_ARRAY),
        Oid::ANY => given.filter(|given| *given != Oid::UNKNOWN).unwrap_or(Oid::TEXT),
        oid => oid,
    };
    let arguments =
        declared.iter().zip(types).map(|(oid, given)| as_given(*oid, Some(*given))).collect();
    (arguments, as_given(result, None))
}

/// The type that UNION, CASE and the like make of several; `None` if they have none in common.
///
/// Source: <https://www.postgresql.org/docs/18/typeconv-union-case.html>.
pub(crate) fn common_type(types: &[Oid]) -> Option<Oid> {
    if let Some(first) = types.first()
        && types.iter().all(|oid| oid == first)
        && *first != Oid::UNKNOWN
    {
        return Some(*first);
    }
    let mut known = types.iter().map(|oid| base_of(*oid)).filter(|oid| *oid != Oid::UNKNOWN);
    let Some(mut chosen) = known.next() else { return Some(Oid::TEXT) };
    for oid in known {
        if oid == chosen {
            continue;
        }
        if category(oid) != category(chosen) {
            return None;
        }
        let implicit = |from, to| cast_context(from, to) == Some(CastContext::Implicit);
        if !is_preferred(chosen, category(chosen))
            && implicit(chosen, oid)
            && !implicit(oid, chosen)
        {
            chosen = oid;
        }
    }
    Some(chosen)
}
