//! The parts of an expression.

use super::{Expr, Index, SubqueryKind};
use crate::facts::Volatility;
use crate::run::{MORE, RED};

impl Expr {
    /// Calls a function with each part.
    pub(crate) fn parts<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        match self {
            Expr::Const(_) | Expr::Param(_) | Expr::Column { .. } => {}
            Expr::WholeRow { .. } | Expr::Slot { .. } => {}
            Expr::Field(of, _) | Expr::Not(of) => see(of),
            Expr::Cast { of, .. } | Expr::IsNull { of, .. } | Expr::IsBool { of, .. } => see(of),
            Expr::Domain(demands) => see(&demands.of),
            Expr::Call(call) => call.arguments.iter().for_each(see),
            Expr::And(all)
            | Expr::Or(all)
            | Expr::Coalesce(all)
            | Expr::List(all)
            | Expr::Row(all, _) => {
                all.iter().for_each(see);
            }
            Expr::Extreme { of, .. } => of.iter().for_each(see),
            Expr::Distinct { sides, .. } => {
                see(&sides.0);
                see(&sides.1);
            }
            Expr::Case { arms, otherwise } => {
                for (condition, result) in arms {
                    see(condition);
                    see(result);
                }
                otherwise.iter().for_each(|otherwise| see(otherwise));
            }
            Expr::NullIf { value, equal } => {
                see(value);
                see(equal);
            }
            Expr::Subscript { of, indexes } => {
                see(of);
                for index in indexes {
                    match index {
                        Index::One(index) => see(index),
                        Index::Slice(from, to) => from.iter().chain(to).for_each(&mut *see),
                    }
                }
            }
            Expr::In { of, list, .. } => {
                see(of);
                list.iter().for_each(see);
            }
            Expr::Quantified(quantified) => {
                see(&quantified.value);
                see(&quantified.array);
            }
            Expr::Subquery { kind, .. } => match kind {
                SubqueryKind::Scalar | SubqueryKind::Exists | SubqueryKind::Array { .. } => {}
                SubqueryKind::Quantified { value, .. } => see(value),
                SubqueryKind::RowIn(values, _) => values.iter().for_each(see),
            },
        }
    }

    /// How many expressions it is, itself among them, as far as it is not more than so many.
    pub(crate) fn count(&self, most: usize) -> usize {
        let mut count = 1_usize;
        if most > 0 {
            stacker::maybe_grow(RED, MORE, || {
                self.parts(&mut |part| count += part.count(most.saturating_sub(count)));
            });
        }
        count
    }

    /// Whether PostgreSQL works it out while it plans; if not, the largest of its parts of which that is
    /// true are found.
    pub(crate) fn constants<'a>(&'a self, found: &mut Vec<&'a Expr>) -> bool {
        stacker::maybe_grow(RED, MORE, || {
            let (mut constant, mut parts) = (Vec::new(), 0_usize);
            self.parts(&mut |part| {
                parts += 1;
                if part.constants(found) {
                    constant.push(part);
                }
            });
            let is_constant = parts == constant.len()
                && match self {
                    Expr::Column { .. } | Expr::WholeRow { .. } | Expr::Slot { .. } => false,
                    // PostgreSQL looks at what a domain demands when it runs.
                    Expr::Subquery { .. } | Expr::Domain(_) => false,
                    Expr::Call(call) => call.volatility == Volatility::Immutable,
                    _ => true,
                };
            if !is_constant {
                found.append(&mut constant);
            }
            is_constant
        })
    }

    /// Calls a function with each part, to change it.
    pub(crate) fn parts_mut(&mut self, see: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Const(_) | Expr::Param(_) | Expr::Column { .. } => {}
            Expr::WholeRow { .. } | Expr::Slot { .. } => {}
            Expr::Field(of, _) | Expr::Not(of) => see(of),
            Expr::Cast { of, .. } | Expr::IsNull { of, .. } | Expr::IsBool { of, .. } => see(of),
            Expr::Domain(demands) => see(&mut demands.of),
            Expr::Call(call) => call.arguments.iter_mut().for_each(see),
            Expr::And(all)
            | Expr::Or(all)
            | Expr::Coalesce(all)
            | Expr::List(all)
            | Expr::Row(all, _) => {
                all.iter_mut().for_each(see);
            }
            Expr::Extreme { of, .. } => of.iter_mut().for_each(see),
            Expr::Distinct { sides, .. } => {
                see(&mut sides.0);
                see(&mut sides.1);
            }
            Expr::Case { arms, otherwise } => {
                for (condition, result) in arms {
                    see(condition);
                    see(result);
                }
                otherwise.iter_mut().for_each(|otherwise| see(otherwise));
            }
            Expr::NullIf { value, equal } => {
                see(value);
                see(equal);
            }
            Expr::Subscript { of, indexes } => {
                see(of);
                for index in indexes {
                    match index {
                        Index::One(index) => see(index),
                        Index::Slice(from, to) => from.iter_mut().chain(to).for_each(&mut *see),
                    }
                }
            }
            Expr::In { of, list, .. } => {
                see(of);
                list.iter_mut().for_each(see);
            }
            Expr::Quantified(quantified) => {
                see(&mut quantified.value);
                see(&mut quantified.array);
            }
            Expr::Subquery { kind, .. } => match kind {
                SubqueryKind::Scalar | SubqueryKind::Exists | SubqueryKind::Array { .. } => {}
                SubqueryKind::Quantified { value, .. } => see(value),
                SubqueryKind::RowIn(values, _) => values.iter_mut().for_each(see),
            },
        }
    }
}
