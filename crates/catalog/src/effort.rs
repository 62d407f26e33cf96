//! What it takes to run a query: the threads of the sockets run only what is done at once, for there nobody
//! hears a cancel.

use crate::datum::Datum;
use crate::facts::element_of;
use crate::plan::{Body, Effort, Expr, Query};

/// How many expressions a query may have that is done at once.
const FEW: usize = 100;
/// How many bytes each of its constants may hold.
const SHORT: usize = 1024;

/// What it takes to run a query: what goes through no rows, and calls nothing that may take long, is done at
/// once.
pub(crate) fn effort(query: &Query, parameters: &[Datum]) -> Effort {
    let Body::Select(select) = &query.body else { return Effort::Long };
    let is_plain = query.ctes.is_empty()
        && select.from.is_none()
        && select.sets.is_empty()
        && select.group.is_none()
        && select.windows.is_empty();
    let is_short = is_plain && parameters.iter().all(|one| one.size() <= SHORT);
    let mut effort = if is_short { Effort::Short } else { Effort::Long };
    let mut left = FEW;
    let bounds = query.limit.iter().chain(&query.offset);
    for expr in select.project.iter().chain(&select.filter).chain(bounds) {
        effort = effort.max(effort_of(expr, &mut left));
    }
    effort
}

fn effort_of(expr: &Expr, left: &mut usize) -> Effort {
    let mut effort = match expr {
        Expr::Subquery { .. } | Expr::Quantified(_) => Effort::Long,
        Expr::Const(value) if value.size() > SHORT => Effort::Long,
        Expr::Cast { to, typmod, .. } if *typmod > 1024 || element_of(*to).is_some() => {
            Effort::Long
        }
        Expr::Call(call) => call.effort,
        _ => Effort::Short,
    };
    match left.checked_sub(1) {
        Some(less) => *left = less,
        None => effort = effort.max(Effort::Long),
    }
    let mut part = |part: &Expr| effort = effort.max(effort_of(part, left));
    stacker::maybe_grow(128 << 10, 2 << 20, || expr.parts(&mut part));
    effort
}

#[cfg(test)]
mod tests {
    use super::{Effort, effort};
    use crate::answer::Answer;
    use crate::datum::Datum;

    fn effort_of(sql: &str) -> Effort {
        effort(Answer::prepare(sql, &[]).expect("SQL").query(), &[])
    }

    #[test]
    fn what_tells_of_the_session_is_short() {
        for sql in [
            "SELECT version()",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "SELECT current_schema() = 'public', current_database() || '!', current_user::text",
            "SELECT current_setting('server_version_num')::int > 90000 AND NOT pg_is_in_recovery()",
            "SELECT pg_try_advisory_lock(1)",
        ] {
            assert_eq!(effort_of(sql), Effort::Short, "{sql}");
        }
    }

    #[test]
    fn what_may_take_long_is_not_short() {
        let list = "array_fill(1, ARRAY[1000000])";
        for sql in [
            format!("SELECT {list} && {list}"),
            format!("SELECT {list} @> {list}"),
            "SELECT regexp_count('aaa', 'a*b')".to_owned(),
            "SELECT regexp_replace('aaa', 'a', 'b', 'g')".to_owned(),
            "SELECT '{}'::jsonb @> '{}'::jsonb".to_owned(),
            "SELECT 1e100000 * 1e100000".to_owned(),
            "SELECT 'a' = ANY (current_schemas(true))".to_owned(),
            "SELECT 'x'::char(10000000)".to_owned(),
            "SELECT '{}'::regtype[]".to_owned(),
            "SELECT version() WHERE repeat('a', 2) = 'aa'".to_owned(),
            "SELECT version() FROM pg_class".to_owned(),
            "SELECT (SELECT version())".to_owned(),
            "SELECT count(pg_sleep(1000))".to_owned(),
            "SELECT count(*) FILTER (WHERE pg_sleep(1000)::text = '')".to_owned(),
            "SELECT current_user GROUP BY pg_sleep(1000)::text".to_owned(),
            "SELECT current_user HAVING pg_sleep(1000)::text = ''".to_owned(),
            "SELECT lag(pg_sleep(1000)) OVER ()".to_owned(),
            "SELECT current_user LIMIT (SELECT count(*) FROM pg_class)".to_owned(),
            "SELECT current_user OFFSET length(repeat('a', 1000))".to_owned(),
            format!("SELECT version() = '{}'", "x".repeat(100_000)),
            format!("SELECT {}", vec!["version()"; 1_000].join(", ")),
        ] {
            let start: String = sql.chars().take(70).collect();
            assert_eq!(effort_of(&sql), Effort::Long, "{start}");
        }
        let parameter = Answer::prepare("SELECT version() = $1", &[]).expect("SQL");
        let long = Datum::text("x".repeat(100_000));
        assert_eq!(effort(parameter.query(), &[long]), Effort::Long);
        assert_eq!(effort(parameter.query(), &[Datum::text("x")]), Effort::Short);
        assert_eq!(effort_of("SELECT repeat('a', 2), pg_sleep(1)"), Effort::Waiting);
    }
}
