//! Windows: those that build on a named one, and the bounds of their frames.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DataType, Expr, Ident, Interval, NamedWindowDefinition, NamedWindowExpr, Query, Select,
    SelectItem, VisitMut, VisitorMut, WindowFrameBound, WindowSpec, WindowType,
};

use super::{folded, take};

/// Gives the windows of a SELECT that build on a named one what they take from it: its partitions, and
/// its order unless they have one of their own.
///
/// One that no clause names stays a name, which DataFusion does not find.
///
/// Source: <https://www.postgresql.org/docs/18/sql-expressions.html#SYNTAX-WINDOW-FUNCTIONS>.
pub(super) fn build_on_named(select: &mut Select) {
    let mut named = Named { windows: HashMap::new(), depth: 0 };
    for NamedWindowDefinition(name, definition) in &mut select.named_window {
        if let NamedWindowExpr::NamedWindow(other) = definition
            && let Some(window) = named.windows.get(&folded(other))
        {
            *definition = NamedWindowExpr::WindowSpec(window.clone());
        }
        if let NamedWindowExpr::WindowSpec(spec) = definition {
            named.complete(spec);
            named.windows.insert(folded(name), spec.clone());
        }
    }
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            let _: ControlFlow<()> = expr.visit(&mut named);
        }
    }
}

/// The windows that a clause names.
struct Named {
    windows: HashMap<String, WindowSpec>,
    /// How many queries within the SELECT the visitor is in: they do not know its windows.
    depth: usize,
}

impl Named {
    fn complete(&self, spec: &mut WindowSpec) {
        let Some(base) = spec.window_name.as_ref().and_then(|name| self.find(name)) else { return };
        if spec.partition_by.is_empty() {
            spec.partition_by = base.partition_by.clone();
            if spec.order_by.is_empty() {
                spec.order_by = base.order_by.clone();
            }
            spec.window_name = None;
        }
    }

    fn find(&self, name: &Ident) -> Option<&WindowSpec> {
        self.windows.get(&folded(name))
    }
}

impl VisitorMut for Named {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if self.depth == 0
            && let Expr::Function(call) = expr
            && let Some(WindowType::WindowSpec(spec)) = &mut call.over
        {
            self.complete(spec);
            if let Some(unknown) = spec.window_name.take() {
                call.over = Some(WindowType::NamedWindow(unknown));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The bounds of a frame stay literals: DataFusion takes no other expressions there.
pub(super) fn frame(spec: &mut WindowSpec) {
    let Some(frame) = &mut spec.window_frame else { return };
    for bound in std::iter::once(&mut frame.start_bound).chain(&mut frame.end_bound) {
        let (WindowFrameBound::Preceding(Some(offset)) | WindowFrameBound::Following(Some(offset))) =
            bound
        else {
            continue;
        };
        if let Expr::Cast { expr, data_type: DataType::Interval { .. }, .. } = &mut **offset {
            let value = Box::new(take(expr));
            **offset = Expr::Interval(Interval {
                value,
                leading_field: None,
                leading_precision: None,
                last_field: None,
                fractional_seconds_precision: None,
            });
        }
    }
}
