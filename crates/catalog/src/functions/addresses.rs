//! Functions and operators of `inet` and `cidr`.

use core::net::IpAddr;
use std::sync::Arc;

use trunkline_core::types::{Inet, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::Datum;
use crate::error::unsupported;
use crate::facts::Operator;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "host" => |call| of(call, |inet| Datum::text(inet.address.to_string())),
        "family" => |call| of(call, |inet| Datum::Int(if inet.address.is_ipv4() { 4 } else { 6 })),
        "masklen" => |call| of(call, |inet| Datum::Int(inet.bits.into())),
        "abbrev" => abbreviated,
        "network" => |call| of(call, |inet| made(network(inet))),
        "broadcast" => {
            |call| of(call, |inet| made(with(inet, number(inet) | !mask(inet), inet.bits)))
        }
        "netmask" => |call| of(call, |inet| made(with(inet, mask(inet), most(inet)))),
        "hostmask" => |call| of(call, |inet| made(with(inet, !mask(inet), most(inet)))),
        "set_masklen" => set_length,
        "inet_same_family" => |call| {
            let pair = inet(call, 0).zip(inet(call, 1));
            Ok(pair.map_or(Datum::Null, |(one, two)| Datum::Bool(most(one) == most(two))))
        },
        "inet_merge" => merged,
        _ => return None,
    })
}

/// Whether one network is within the other one.
pub(super) fn operator(operator: &Operator) -> Option<Function> {
    if operator.left != Oid::INET || operator.right != Oid::INET {
        return None;
    }
    Some(match &*operator.name {
        "<<" => |call| is_within(call, |one, two| one > two),
        "<<=" => |call| is_within(call, |one, two| one >= two),
        ">>" => |call| is_within(call, |one, two| one < two),
        ">>=" => |call| is_within(call, |one, two| one <= two),
        "&&" => |call| is_within(call, |_, _| true),
        _ => return None,
    })
}

fn inet<'a>(call: &'a Call<'_>, place: usize) -> Option<&'a Inet> {
    match call.arguments.get(place)?.as_value()? {
        Value::Inet(inet) => Some(inet),
        _ => None,
    }
}

fn of(call: &Call<'_>, tell: fn(&Inet) -> Datum) -> Result<Datum> {
    Ok(inet(call, 0).map_or(Datum::Null, tell))
}

fn made(inet: Inet) -> Datum {
    Datum::Other(Arc::new(Value::Inet(inet)))
}

/// How many bits an address has.
fn most(inet: &Inet) -> u8 {
    if inet.address.is_ipv4() { 32 } else { 128 }
}

/// The bits of an address, the first one highest.
fn number(inet: &Inet) -> u128 {
    match inet.address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}

fn leading(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// Ones for the bits of the network.
fn mask(inet: &Inet) -> u128 {
    leading(inet.bits)
}

/// Other bits, of the same family.
fn with(inet: &Inet, number: u128, bits: u8) -> Inet {
    let address = match inet.address {
        IpAddr::V4(_) => {
            let [a, b, c, d, ..] = number.to_be_bytes();
            IpAddr::from([a, b, c, d])
        }
        IpAddr::V6(_) => IpAddr::from(number.to_be_bytes()),
    };
    Inet { address, bits }
}

fn network(inet: &Inet) -> Inet {
    with(inet, number(inet) & mask(inet), inet.bits)
}

/// `abbrev`: of a `cidr` the bytes that are of the host alone are left out.
fn abbreviated(call: &Call<'_>) -> Result<Datum> {
    let Some(inet) = inet(call, 0) else { return Ok(Datum::Null) };
    if call.types.first() != Some(&Oid::CIDR) {
        let mut out = Vec::new();
        inet.text(Oid::INET, &mut out);
        return Ok(Datum::text(String::from_utf8_lossy(&out).into_owned()));
    }
    let IpAddr::V4(address) = inet.address else {
        return Err(unsupported(0, "abbrev() of a network of IPv6"));
    };
    let bytes = usize::from(inet.bits).div_ceil(8).max(1);
    let shown: Vec<String> = address.octets().iter().take(bytes).map(ToString::to_string).collect();
    Ok(Datum::text(format!("{}/{}", shown.join("."), inet.bits)))
}

/// `set_masklen(address, bits)`: -1 is all of them.
fn set_length(call: &Call<'_>) -> Result<Datum> {
    let bits = call.arguments.get(1).and_then(Datum::as_int);
    let Some((inet, bits)) = inet(call, 0).zip(bits) else { return Ok(Datum::Null) };
    let known = if bits == -1 { Some(most(inet)) } else { u8::try_from(bits).ok() };
    let Some(known) = known.filter(|bits| *bits <= most(inet)) else {
        let message = format!("invalid mask length: {bits}");
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    };
    let changed = Inet { bits: known, ..*inet };
    Ok(made(if call.result == Oid::CIDR { network(&changed) } else { changed }))
}

/// The smallest network that both are in.
fn merged(call: &Call<'_>) -> Result<Datum> {
    let Some((one, two)) = inet(call, 0).zip(inet(call, 1)) else { return Ok(Datum::Null) };
    if most(one) != most(two) {
        let message = "cannot merge addresses from different families";
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    }
    let same = (number(one) ^ number(two)).leading_zeros();
    let same = u8::try_from(same).unwrap_or(u8::MAX);
    let bits = same.min(one.bits).min(two.bits);
    Ok(made(with(one, number(one) & leading(bits), bits)))
}

/// Whether the bits that both networks have are the same, and their lengths are as they should be.
fn is_within(call: &Call<'_>, lengths: fn(u8, u8) -> bool) -> Result<Datum> {
    let Some((one, two)) = inet(call, 0).zip(inet(call, 1)) else { return Ok(Datum::Null) };
    let common = leading(one.bits.min(two.bits));
    let is_same = most(one) == most(two) && (number(one) ^ number(two)) & common == 0;
    Ok(Datum::Bool(is_same && lengths(one.bits, two.bits)))
}
