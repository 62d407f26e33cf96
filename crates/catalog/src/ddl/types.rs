//! `CREATE TYPE` and `CREATE DOMAIN`.

use std::sync::Arc;

use trunkline_core::catalog::{Constraint, ConstraintKind, Domain, Range, Type, TypeKind};
use trunkline_core::{Column, Oid};
use trunkline_sql::{Reader, TokenKind};

use super::names::Name;
use super::{Loader, Read};

impl Loader<'_> {
    fn add_type(&mut self, name: &Name, kind: TypeKind) -> Read {
        let schema = self.schema_for(name)?.name.clone();
        let (oid, array) = self.numbered(&schema, &name.plain);
        self.schema_for(name)?.types.push(Type::new(name.plain.as_str(), oid, array, kind));
        Ok(())
    }

    pub(super) fn create_type(&mut self, reader: &mut Reader<'_>, start: usize) -> Read {
        let name = Name::read(reader)?;
        if !reader.eat("as") {
            self.pass_over(start, "CREATE TYPE of a base type");
            return Ok(());
        }
        if reader.eat("enum") {
            reader.expect_kind(TokenKind::LeftParen)?;
            let mut labels = Vec::new();
            while !reader.eat_kind(TokenKind::RightParen) {
                labels.push(reader.string()?);
                let _ = reader.eat_kind(TokenKind::Comma);
            }
            return self.add_type(&name, TypeKind::Enum(labels));
        }
        if reader.eat("range") {
            let range = self.range(reader, &name)?;
            return self.add_type(&name, TypeKind::Range(Box::new(range)));
        }
        reader.expect_kind(TokenKind::LeftParen)?;
        let mut columns = Vec::new();
        while !reader.eat_kind(TokenKind::RightParen) {
            let name = reader.name()?;
            let mut attribute = self.typed_column(reader, &name)?;
            if reader.eat("collate") {
                attribute.collation = Some(Name::read(reader)?.plain.into());
            }
            columns.push(Arc::new(attribute));
            let _ = reader.eat_kind(TokenKind::Comma);
        }
        self.add_type(&name, TypeKind::Composite(columns))
    }

    /// `( SUBTYPE = type, MULTIRANGE_TYPE_NAME = name, … )`
    fn range(&mut self, reader: &mut Reader<'_>, name: &Name) -> Read<Range> {
        reader.expect_kind(TokenKind::LeftParen)?;
        let (mut of, mut multirange) = (Oid::TEXT, None);
        while !reader.eat_kind(TokenKind::RightParen) {
            let option = reader.label()?;
            if !reader.eat_operator("=") {
                return Err(reader.unexpected().into());
            }
            match option.as_str() {
                "subtype" => of = self.data_type(reader)?.0,
                "multirange_type_name" => multirange = Some(Name::read(reader)?.plain),
                _ => drop(Name::read(reader)?),
            }
            let _ = reader.eat_kind(TokenKind::Comma);
        }
        // `range` within the name becomes `multirange`.
        let made_up = match name.plain.find("range") {
            Some(at) => {
                let (before, behind) = name.plain.split_at_checked(at).unwrap_or_default();
                format!("{before}multi{behind}")
            }
            None => format!("{}_multirange", name.plain),
        };
        let multirange = multirange.unwrap_or(made_up);
        let schema = self.schema_for(name)?.name.clone();
        let (oid, array) = self.numbered(&schema, &multirange);
        Ok(Range { of, multirange: (multirange, oid, array) })
    }

    pub(super) fn create_domain(&mut self, reader: &mut Reader<'_>) -> Read {
        let name = Name::read(reader)?;
        let _ = reader.eat("as");
        let (oid, typmod, _) = self.data_type(reader)?;
        let mut domain = Domain {
            of: Column::new("", oid).typmod(typmod),
            not_null: false,
            default: None,
            constraints: Vec::new(),
            collation: None,
        };
        while !reader.at_end() {
            if reader.eat("collate") {
                domain.collation = Some(Name::read(reader)?.plain);
                continue;
            }
            let given = if reader.eat("constraint") { Some(reader.name()?) } else { None };
            if reader.eat("not") {
                reader.expect("null")?;
                domain.not_null = true;
            } else if reader.eat("null") {
            } else if reader.eat("default") {
                domain.default = Some(self.default(reader)?);
            } else {
                reader.expect("check")?;
                let text = self.enclosed(reader)?;
                let made_up = || match domain.constraints.len() {
                    0 => format!("{}_check", name.plain),
                    count => format!("{}_check{count}", name.plain),
                };
                let given = given.unwrap_or_else(made_up);
                let kind = ConstraintKind::Check(text);
                domain.constraints.push(Constraint::new(Some(given), kind));
            }
        }
        self.add_type(&name, TypeKind::Domain(Box::new(domain)))
    }
}
