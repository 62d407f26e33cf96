//! Operators, ANY, ALL and IN.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator, Value};
use trunkline_core::{Oid, Result};

use super::coerce::is_polymorphic;
use super::tree::{How, Kind, Logic, Node, Sublink, SublinkKind};
use super::{Analyzer, unknown};
use crate::bind::operator_name;
use crate::bind::resolve::{Found, operator};
use crate::error::mismatch;

impl Analyzer<'_> {
    pub(super) fn binary(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Node> {
        match op {
            BinaryOperator::And => self.chain(left, right, true),
            BinaryOperator::Or => self.chain(left, right, false),
            BinaryOperator::Overlaps => self.overlaps(left, right),
            op => {
                let Some(name) = operator_name(op) else { return unknown("this operator") };
                let name = name.rsplit('.').next().unwrap_or(&name).to_owned();
                if let (ast::Expr::Tuple(_), ast::Expr::Subquery(query)) = (left, right) {
                    let value = self.expression(left)?;
                    return self.against_query(&name, value, query, How::Row);
                }
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                self.operate(&name, left, right)
            }
        }
    }

    /// AND and OR of any length, without depth: what is on the left is one with it, what is in
    /// parentheses on the right is not.
    fn chain(&mut self, left: &ast::Expr, right: &ast::Expr, and: bool) -> Result<Node> {
        let (mut parts, mut rest) = (vec![right], left);
        while let Some((left, right)) = same_chain(rest, and) {
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        let clause = if and { "AND" } else { "OR" };
        let mut all = Vec::with_capacity(parts.len());
        for part in parts.into_iter().rev() {
            let part = self.expression(part)?;
            all.push(self.condition(part, clause)?);
        }
        let logic = if and { Logic::And } else { Logic::Or };
        Ok(Node::boolean(Kind::Logic(logic, all)))
    }

    pub(super) fn not(&mut self, of: &ast::Expr) -> Result<Node> {
        let of = self.expression(of)?;
        let of = self.condition(of, "NOT")?;
        Ok(negated(of))
    }

    pub(super) fn unary(&mut self, op: UnaryOperator, of: &ast::Expr) -> Result<Node> {
        if op == UnaryOperator::Not {
            return self.not(of);
        }
        // A number with its sign is a constant.
        let mut plain = of;
        while let ast::Expr::Nested(inner) = plain {
            plain = inner;
        }
        if let (UnaryOperator::Minus, ast::Expr::Value(value)) = (op, plain)
            && let Value::Number(text, _) = &value.value
        {
            return Ok(super::expression::number(&format!("-{text}")));
        }
        let of = self.expression(of)?;
        let name = op.to_string();
        let (declared, result) = self.chosen(&name, std::slice::from_ref(&of))?;
        let operands = vec![self.operand(of, declared.first().copied())?];
        Ok(Node::new(Kind::Operator { name: name.as_str().into(), operands }, result))
    }

    /// An operator between two operands.
    pub(super) fn operate(&mut self, name: &str, left: Node, right: Node) -> Result<Node> {
        let (left, right) = match (left, right) {
            (Node { kind: Kind::Tuple(one), .. }, Node { kind: Kind::Tuple(two), .. })
                if one.len() == two.len() && one.len() > 1 =>
            {
                return self.compare_rows(name, one, two);
            }
            sides => sides,
        };
        let operands = vec![left, right];
        let (declared, result) = self.chosen(name, &operands)?;
        let operands = operands.into_iter().zip(declared);
        let operands = operands.map(|(node, to)| self.operand(node, Some(to)));
        let operands = operands.collect::<Result<_>>()?;
        Ok(Node::new(Kind::Operator { name: name.into(), operands }, result))
    }

    fn operand(&mut self, node: Node, to: Option<Oid>) -> Result<Node> {
        match to {
            Some(to) => self.coerce(node, to),
            None => Ok(node),
        }
    }

    /// What an operator takes, and what it gives.
    fn chosen(&self, name: &str, operands: &[Node]) -> Result<(Vec<Oid>, Oid)> {
        let given: Vec<Oid> = operands.iter().map(|node| node.oid).collect();
        let stand_ins: Vec<Oid> = given.iter().map(|oid| self.names.stand_in(*oid)).collect();
        let found = match operator(name, &stand_ins) {
            Found::One(found) => found,
            Found::None | Found::Many => {
                let shown: Vec<String> = given.iter().map(|oid| self.type_shown(*oid)).collect();
                return Err(mismatch(
                    0,
                    format!("operator does not exist: {}", shown.join(&format!(" {name} "))),
                ));
            }
        };
        // What one of the operands stands for is what the other one is made.
        let is_made = |oid: &&Oid| crate::facts::type_facts(**oid).is_none();
        let made = given.iter().find(is_made).map(|oid| self.names.base_of(*oid).0);
        let own = |oid: Oid| match made {
            Some(made) if is_polymorphic(oid) || (oid == Oid::RECORD && made != oid) => made,
            _ => oid,
        };
        Ok((found.arguments.iter().map(|oid| own(*oid)).collect(), own(found.result)))
    }

    /// `(a, b) = (c, d)` is a comparison of each pair.
    fn compare_rows(&mut self, name: &str, left: Vec<Node>, right: Vec<Node>) -> Result<Node> {
        let pairs = left.into_iter().zip(right);
        let pairs: Vec<Node> =
            pairs.map(|(one, two)| self.operate(name, one, two)).collect::<Result<_>>()?;
        match name {
            "=" => Ok(Node::boolean(Kind::Logic(Logic::And, pairs))),
            "<>" => Ok(Node::boolean(Kind::Logic(Logic::Or, pairs))),
            name => {
                let sides = pairs.into_iter().filter_map(|pair| match pair.kind {
                    Kind::Operator { operands, .. } => <[Node; 2]>::try_from(operands).ok(),
                    _ => None,
                });
                let (left, right) = sides.map(|[one, two]| (one, two)).unzip();
                Ok(Node::boolean(Kind::RowComparison { name: name.into(), left, right }))
            }
        }
    }

    fn overlaps(&mut self, left: &ast::Expr, right: &ast::Expr) -> Result<Node> {
        let mut arguments = Vec::new();
        for side in [left, right] {
            let ast::Expr::Tuple(items) = side else { return unknown("OVERLAPS") };
            for item in items {
                arguments.push(self.expression(item)?);
            }
        }
        self.grammar_call("overlaps", arguments)
    }

    pub(super) fn between(
        &mut self,
        value: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        is_negated: bool,
    ) -> Result<Node> {
        let value = self.expression(value)?;
        let (low, high) = (self.expression(low)?, self.expression(high)?);
        let (below, above) = if is_negated { ("<", ">") } else { (">=", "<=") };
        let both =
            vec![self.operate(below, value.clone(), low)?, self.operate(above, value, high)?];
        let logic = if is_negated { Logic::Or } else { Logic::And };
        Ok(Node::boolean(Kind::Logic(logic, both)))
    }

    /// `value IN (…)`: against an array of what is no column, and against each of the others.
    pub(super) fn in_list(
        &mut self,
        value: &ast::Expr,
        list: &[ast::Expr],
        is_negated: bool,
    ) -> Result<Node> {
        let value = self.expression(value)?;
        let name = if is_negated { "<>" } else { "=" };
        let (mut plain, mut others) = (Vec::new(), Vec::new());
        for item in list {
            let item = self.expression(item)?;
            if mentions_column(&item) { others.push(item) } else { plain.push(item) }
        }
        let mut all = Vec::new();
        let is_row = matches!(value.kind, Kind::Tuple(_));
        let common = match plain.len() {
            0 | 1 => None,
            _ if is_row => None,
            _ => {
                let types: Vec<&Node> = std::iter::once(&value).chain(&plain).collect();
                self.common(&types, "IN").ok()
            }
        };
        if let Some((element, array)) =
            common.and_then(|oid| Some((oid, self.names.array_of(oid)?)))
        {
            let items = plain.drain(..).map(|item| self.coerce(item, element));
            let items = items.collect::<Result<_>>()?;
            let array = Node::new(Kind::Array(items), array);
            all.push(self.against_array(name, value.clone(), array, is_negated)?);
        }
        for item in plain.into_iter().chain(others) {
            all.push(self.operate(name, value.clone(), item)?);
        }
        let logic = if is_negated { Logic::And } else { Logic::Or };
        Ok(match (all.pop(), all.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                all.extend(last);
                Node::boolean(Kind::Logic(logic, all))
            }
        })
    }

    /// `value operator ANY (array)`
    fn against_array(&mut self, name: &str, value: Node, array: Node, all: bool) -> Result<Node> {
        let element = match self.names.element_of(array.oid) {
            Some(element) => element,
            None if array.is_unknown() => Oid::UNKNOWN,
            None => return Err(mismatch(0, "op ANY/ALL (array) requires array on right side")),
        };
        let stand_in = Node::new(Kind::Const(None), element);
        let (declared, _) = self.chosen(name, &[value.clone(), stand_in])?;
        let [left, right] = declared.as_slice() else { return unknown("this operator") };
        let value = self.coerce(value, *left)?;
        // What stands for an element is the element's own type, unless it is made another one.
        let right = if is_polymorphic(*right) { element } else { *right };
        let array = match self.names.array_of(right) {
            Some(to) if element != right => self.coerce(array, to)?,
            _ => array,
        };
        Ok(Node::boolean(Kind::Quantified {
            name: name.into(),
            all,
            sides: Box::new((value, array)),
        }))
    }

    pub(super) fn quantified(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Node> {
        let Some(name) = operator_name(op) else { return unknown("this operator") };
        let value = self.expression(left)?;
        let mut inner = right;
        while let ast::Expr::Nested(of) = inner {
            inner = of;
        }
        match inner {
            // `ANY ((SELECT …))` compares with the array that the query gives, which nothing here tells
            // from one that compares with each row; the type does.
            ast::Expr::Subquery(query) => {
                self.against_query(&name, value, query, if all { How::All } else { How::Any })
            }
            other => {
                let array = self.expression(other)?;
                self.against_array(&name, value, array, all)
            }
        }
    }

    pub(super) fn in_query(&mut self, value: &ast::Expr, query: &ast::Query) -> Result<Node> {
        let value = self.expression(value)?;
        self.against_query("=", value, query, How::Any)
    }

    fn against_query(
        &mut self,
        name: &str,
        value: Node,
        query: &ast::Query,
        how: How,
    ) -> Result<Node> {
        let query = self.subquery(query)?;
        let columns: Vec<Node> = shown_columns(&query);
        let values = match value.kind {
            Kind::Tuple(items) if columns.len() > 1 => items,
            _ => vec![value],
        };
        if values.len() != columns.len() {
            return unknown("this subquery");
        }
        let mut test = Vec::new();
        for (value, column) in values.into_iter().zip(columns) {
            let (declared, _) = self.chosen(name, &[value.clone(), column])?;
            test.push(self.operand(value, declared.first().copied())?);
        }
        let kind = SublinkKind::Compared { name: name.into(), how, test };
        Ok(Node::boolean(Kind::Sublink(Box::new(Sublink { kind, query }))))
    }
}

/// What stands for the columns of a query in a comparison.
fn shown_columns(query: &super::Query) -> Vec<Node> {
    let shown = query.targets().iter().filter(|target| !target.hidden);
    shown.map(|target| Node::new(Kind::Const(None), target.node.oid)).collect()
}

/// The negation of a condition.
pub(super) fn negated(of: Node) -> Node {
    Node::boolean(Kind::Logic(Logic::Not, vec![of]))
}

/// Both sides of an AND or OR, which may be in parentheses.
fn same_chain(expression: &ast::Expr, and: bool) -> Option<(&ast::Expr, &ast::Expr)> {
    let mut inner = expression;
    while let ast::Expr::Nested(of) = inner {
        inner = of;
    }
    match inner {
        ast::Expr::BinaryOp { left, op: BinaryOperator::And, right } if and => Some((left, right)),
        ast::Expr::BinaryOp { left, op: BinaryOperator::Or, right } if !and => Some((left, right)),
        _ => None,
    }
}

/// Whether an expression names a column of the query that it is in.
pub(super) fn mentions_column(node: &Node) -> bool {
    let any = |all: &[Node]| all.iter().any(mentions_column);
    match &node.kind {
        Kind::Column { level, .. } | Kind::Row { level, .. } => *level == 0,
        Kind::Const(_) | Kind::Param(_) | Kind::Keyword(_) => false,
        Kind::CaseOperand | Kind::Value => false,
        Kind::Call(call) => any(&call.arguments),
        Kind::Operator { operands, .. } => any(operands),
        Kind::Logic(_, all) | Kind::Coalesce(all) | Kind::Array(all) | Kind::Tuple(all) => any(all),
        Kind::Convert(convert) => mentions_column(&convert.of),
        Kind::Extreme { of, .. } => any(of),
        Kind::Collate { of, .. }
        | Kind::NullTest { of, .. }
        | Kind::TruthTest { of, .. }
        | Kind::Field { of, .. } => mentions_column(of),
        _ => true,
    }
}
