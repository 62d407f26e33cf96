//! Functions of `inet` and `cidr`.

use trunkline_core::Result;
use trunkline_core::types::{Inet, Value};

use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "host" => |call| of(call, |inet| Datum::text(inet.address.to_string())),
        "family" => |call| of(call, |inet| Datum::Int(if inet.address.is_ipv4() { 4 } else { 6 })),
        "masklen" => |call| of(call, |inet| Datum::Int(inet.bits.into())),
        _ => return None,
    })
}

fn of(call: &Call<'_>, tell: fn(&Inet) -> Datum) -> Result<Datum> {
    Ok(match call.arguments.first() {
        Some(Datum::Other(value)) => match &**value {
            Value::Inet(inet) => tell(inet),
            _ => Datum::Null,
        },
        _ => Datum::Null,
    })
}
