//! `CREATE TABLE`.

use std::sync::Arc;

use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, Indexed, PartitionKey, Relation, RelationKind,
    object_name,
};
use trunkline_core::{PgError, SqlState};
use trunkline_sql::{Reader, Span, TokenKind};

use super::names::Name;
use super::{Loader, Read, if_not_exists};

impl Loader<'_> {
    pub(super) fn create_table(&mut self, reader: &mut Reader<'_>, unlogged: bool) -> Read {
        let is_optional = if_not_exists(reader)?;
        let name = Name::read(reader)?;
        if let Err(taken) = self.check_free(&name) {
            return if is_optional { Ok(()) } else { Err(taken) };
        }
        let place = self.place_for(&name)?;
        let mut relation = Relation::new(name.plain.as_str(), RelationKind::Table, []);
        relation.unlogged = unlogged;
        let mut found = Found::default();
        if reader.eat("partition") {
            reader.expect("of")?;
            let parent = Name::read(reader)?;
            self.inherit(&mut relation, &parent, true)?;
            if reader.at_kind(TokenKind::LeftParen) {
                self.elements(reader, (place, &mut relation), &mut found)?;
            }
            relation.bound = Some(self.bound(reader)?);
        } else if reader.eat("of") {
            let of = Name::read(reader)?;
            self.columns_of_type(&mut relation, &of)?;
            if reader.at_kind(TokenKind::LeftParen) {
                self.elements(reader, (place, &mut relation), &mut found)?;
            }
        } else if reader.at_kind(TokenKind::LeftParen) && !is_query(reader) {
            self.elements(reader, (place, &mut relation), &mut found)?;
        }
        let own: Vec<Box<str>> =
            relation.columns.iter().map(|one| one.column.name.clone()).collect();
        self.table_options(reader, &mut relation)?;
        if reader.eat("as") {
            let query = self.up_to(reader, &[])?;
            relation.columns = self.query_columns(&query, &found.names)?;
        }
        for (column, constraint) in found.constraints {
            // Columns of parents may have come before it by now.
            let name = column.and_then(|at| own.get(at));
            let column = name
                .and_then(|name| relation.columns.iter().position(|one| one.column.name == *name));
            self.constrain(place, &mut relation, column, constraint)?;
        }
        self.finish_keys(&mut relation);
        self.place_relation(place, relation, found.sequences);
        Ok(())
    }

    /// Puts a table where it belongs, with the sequences of its columns.
    pub(super) fn place_relation(
        &mut self,
        place: usize,
        relation: Relation,
        sequences: Vec<trunkline_core::catalog::Sequence>,
    ) {
        self.add_relation(place, relation);
        self.add_sequences(place, sequences);
    }

    /// `( column …, constraint …, LIKE … )`
    fn elements(
        &mut self,
        reader: &mut Reader<'_>,
        (place, relation): (usize, &mut Relation),
        found: &mut Found,
    ) -> Read {
        reader.expect_kind(TokenKind::LeftParen)?;
        if reader.eat_kind(TokenKind::RightParen) {
            return Ok(());
        }
        loop {
            if reader.eat("like") {
                let source = Name::read(reader)?;
                let options = self.like_options(reader)?;
                self.like(relation, &source, &options)?;
            } else if let Some(constraint) = self.table_constraint(reader)? {
                found.constraints.push((None, constraint));
            } else {
                self.element(reader, (place, relation), found)?;
            }
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        reader.expect_kind(TokenKind::RightParen)?;
        Ok(())
    }

    /// A column: of a partition or a typed table it is there already.
    fn element(
        &mut self,
        reader: &mut Reader<'_>,
        (place, relation): (usize, &mut Relation),
        found: &mut Found,
    ) -> Read {
        let name = reader.name()?;
        if reader.at_kind(TokenKind::Comma) || reader.at_kind(TokenKind::RightParen) {
            found.names.push(name);
            return Ok(());
        }
        let at = relation.columns.iter().position(|one| *one.column.name == *name);
        let at = match at {
            Some(at) => {
                if reader.eat("with") {
                    reader.expect("options")?;
                }
                at
            }
            None => {
                let (attribute, sequence) = self.column(reader, place, &relation.name, &name)?;
                relation.columns.push(Arc::new(attribute));
                found.sequences.extend(sequence);
                relation.columns.len() - 1
            }
        };
        let schema = self.schema_name(place);
        let named = (schema.as_str(), relation.name.clone());
        let Some(attribute) = relation.columns.get_mut(at) else { return Ok(()) };
        let attribute = Arc::make_mut(attribute);
        let constraints = self.column_constraints(reader, (named.0, &named.1), attribute, found)?;
        found.constraints.extend(constraints.into_iter().map(|one| (Some(at), one)));
        Ok(())
    }

    fn like_options(&self, reader: &mut Reader<'_>) -> Read<Vec<String>> {
        let mut options = Vec::new();
        loop {
            let including = reader.eat("including");
            if !including && !reader.eat("excluding") {
                return Ok(options);
            }
            let what = reader.label()?;
            if including {
                options.push(what);
            } else {
                options.retain(|own| *own != what);
            }
        }
    }

    /// `LIKE table [INCLUDING …]`
    fn like(&mut self, relation: &mut Relation, source: &Name, options: &[String]) -> Read {
        let source = self.relation(source)?;
        let has = |what: &str| options.iter().any(|own| own == what || own == "all");
        for (place, column) in source.columns.iter().enumerate() {
            let mut own = Attribute::new(column.column.clone());
            own.dimensions = Some(0);
            own.not_null = column.not_null;
            own.collation.clone_from(&column.collation);
            if has("defaults") || (has("generated") && column.generated.is_some()) {
                own.default.clone_from(&column.default);
            }
            if has("generated") || has("identity") {
                own.generated = column.generated;
            }
            if has("comments") {
                own.comment.clone_from(&column.comment);
            }
            relation.columns.push(Arc::new(own));
            if column.not_null {
                // With the name that it has there.
                let own = relation.columns.len() - 1;
                let kind = ConstraintKind::NotNull(place);
                let known = source.constraints.iter().find(|constraint| constraint.kind == kind);
                let name = known
                    .and_then(|constraint| constraint.name.clone())
                    .unwrap_or_else(|| object_name(&source.name, &column.column.name, "not_null"));
                let kind = ConstraintKind::NotNull(own);
                relation.constraints.push(Constraint::new(Some(name), kind));
            }
        }
        let offset = relation.columns.len() - source.columns.len();
        for constraint in source.constraints.iter().filter(|_| offset == 0) {
            let is_check = matches!(constraint.kind, ConstraintKind::Check(_));
            if matches!(constraint.kind, ConstraintKind::NotNull(_)) {
                continue;
            }
            if (is_check && has("constraints")) || (!is_check && has("indexes")) {
                let mut constraint = constraint.clone();
                if !is_check {
                    constraint.name = None;
                }
                relation.constraints.push(constraint);
            }
        }
        Ok(())
    }

    /// `FOR VALUES IN (…) | FROM (…) TO (…) | WITH (MODULUS 2, REMAINDER 0)`, `DEFAULT`
    fn bound(&self, reader: &mut Reader<'_>) -> Read<String> {
        let start = reader.offset();
        if reader.eat("for") {
            reader.expect("values")?;
            let _ = reader.eat("with");
        }
        self.up_to(reader, &["partition", "using", "with", "tablespace"])?;
        Ok(Span::new(start, reader.taken()).text(self.sql).to_owned())
    }

    /// What stands behind the columns of a table.
    fn table_options(&mut self, reader: &mut Reader<'_>, relation: &mut Relation) -> Read {
        while !reader.at_end() && !reader.at("as") {
            if reader.eat("inherits") {
                self.inherits(reader, relation)?;
            } else if reader.eat("partition") {
                reader.expect("by")?;
                relation.kind = RelationKind::Partitioned;
                relation.partitioned = Some(self.partition_key(reader, relation)?);
            } else if reader.eat("with") {
                if reader.at_kind(TokenKind::LeftParen) {
                    relation.options = self.options(reader)?;
                }
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// `PARTITION BY strategy ( column or expression [opclass], … )`
    fn partition_key(&self, reader: &mut Reader<'_>, relation: &Relation) -> Read<PartitionKey> {
        let strategy = reader.name()?.chars().next().unwrap_or('r');
        let spans = reader.expressions()?;
        let keys = spans.into_iter().map(|span| self.indexed(span, relation)).collect();
        Ok(PartitionKey { strategy, keys })
    }

    /// A column, or an expression.
    pub(super) fn indexed(&self, span: Span, relation: &Relation) -> Indexed {
        let text = span.text(self.sql).trim();
        let mut reader = Reader::new(trunkline_sql::Lexer::new(text));
        let name = reader.name().ok();
        let column = name.and_then(|name| {
            relation.columns.iter().position(|column| *column.column.name == *name)
        });
        match column.filter(|_| !reader.at_kind(TokenKind::LeftParen)) {
            Some(column) => Indexed::Column(column),
            None => {
                let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
                Indexed::Expression(inner.unwrap_or(text).to_owned())
            }
        }
    }

    /// The columns of `CREATE TABLE … OF type`.
    fn columns_of_type(&mut self, relation: &mut Relation, of: &Name) -> Read {
        let known = self.type_mut(of)?;
        if let trunkline_core::catalog::TypeKind::Composite(columns) = &known.kind {
            relation.of_type = Some(known.oid);
            relation.columns.clone_from(columns);
            // What is said of the type's is not said of the table's.
            for column in &mut relation.columns {
                if column.comment.is_some() || column.dimensions != Some(0) {
                    let column = Arc::make_mut(column);
                    (column.comment, column.dimensions) = (None, Some(0));
                }
            }
            return Ok(());
        }
        let message = format!("type {} is not a composite type", of.plain);
        Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message).into())
    }

    /// Columns of a primary key refuse NULL.
    pub(super) fn finish_keys(&mut self, relation: &mut Relation) {
        for constraint in &relation.constraints {
            if let ConstraintKind::Primary(key) = &constraint.kind {
                for at in &key.columns {
                    if let Some(column) = relation.columns.get_mut(*at) {
                        Arc::make_mut(column).not_null = true;
                    }
                }
            }
        }
    }
}

/// What the elements of a table come to, besides its columns.
#[derive(Default)]
pub(super) struct Found {
    /// Constraints, each with the column that it stands at.
    pub(super) constraints: Vec<(Option<usize>, super::constraint::Said)>,
    pub(super) sequences: Vec<trunkline_core::catalog::Sequence>,
    /// Of `CREATE TABLE … ( names ) AS`.
    pub(super) names: Vec<String>,
}

/// Whether a query stands in the parentheses.
fn is_query(reader: &Reader<'_>) -> bool {
    reader.next_is(&["select", "values", "with", "table"])
}

/// `( name, … )`
pub(super) fn name_list(reader: &mut Reader<'_>) -> Read<Vec<Name>> {
    reader.expect_kind(TokenKind::LeftParen)?;
    let mut names = vec![Name::read(reader)?];
    while reader.eat_kind(TokenKind::Comma) {
        names.push(Name::read(reader)?);
    }
    reader.expect_kind(TokenKind::RightParen)?;
    Ok(names)
}
