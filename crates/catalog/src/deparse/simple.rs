//! Which expressions need no parentheses within which others.

use crate::analyze::tree::{CallForm, Kind, Logic, Node};

/// Whether an expression needs no parentheses within `parent`, which has none of its own around it.
pub(super) fn is_simple(node: &Node, parent: &Node) -> bool {
    match &node.kind {
        Kind::Column { .. }
        | Kind::Row { .. }
        | Kind::Const(_)
        | Kind::Param(_)
        | Kind::Value
        | Kind::Merged(_)
        | Kind::CaseOperand
        | Kind::Keyword(_)
        | Kind::Subscript { .. }
        | Kind::Array(_)
        | Kind::Tuple(_)
        | Kind::Coalesce(_)
        | Kind::Grouping(_)
        | Kind::Extreme { .. }
        | Kind::NullIf(_)
        | Kind::Aggregate(_)
        | Kind::Call(_)
        | Kind::Case(_) => true,
        Kind::Field { .. } => !matches!(parent.kind, Kind::Field { .. }),
        Kind::Convert(convert) => convert.by_function || is_simple(&convert.of, node),
        Kind::Operator { .. } => {
            let both = (arithmetic(node), arithmetic(parent));
            let is_first = matches!(&parent.kind,
                Kind::Operator { operands, .. }
                    if operands.first().is_some_and(|first| std::ptr::eq(first, node)));
            match (both, &parent.kind) {
                ((Some(own), Some(around)), _) => own > around || (own == around && is_first),
                (_, Kind::Operator { .. }) => false,
                _ => has_own_parentheses(parent, false),
            }
        }
        Kind::Sublink(_) | Kind::NullTest { .. } | Kind::TruthTest { .. } | Kind::Distinct(_) => {
            has_own_parentheses(parent, false)
        }
        Kind::Logic(own, _) => match &parent.kind {
            Kind::Logic(around, _) => match own {
                Logic::Not | Logic::And => matches!(around, Logic::And | Logic::Or),
                Logic::Or => *around == Logic::Or,
            },
            _ => has_own_parentheses(parent, true),
        },
        Kind::Quantified { .. } | Kind::RowComparison { .. } | Kind::Collate { .. } => false,
    }
}

/// How closely an operator of arithmetic binds: `+` and `-` less than `*`, `/` and `%`.
fn arithmetic(node: &Node) -> Option<u8> {
    let Kind::Operator { name, operands } = &node.kind else { return None };
    match (&**name, operands.len()) {
        ("+" | "-", 2) => Some(1),
        ("*" | "/" | "%", 2) => Some(2),
        _ => None,
    }
}

/// Whether what stands in an expression is apart from anything else in it, as the arguments of a call are.
fn has_own_parentheses(parent: &Node, for_logic: bool) -> bool {
    match &parent.kind {
        Kind::Call(call) => call.form != CallForm::Grammar,
        Kind::Logic(..) => !for_logic,
        Kind::Subscript { .. }
        | Kind::Array(_)
        | Kind::Tuple(_)
        | Kind::Coalesce(_)
        | Kind::Grouping(_)
        | Kind::Extreme { .. }
        | Kind::NullIf(_)
        | Kind::Aggregate(_)
        | Kind::Case(_) => true,
        _ => false,
    }
}
