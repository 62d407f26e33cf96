//! Roles.

use trunkline_core::catalog::Role;
use trunkline_core::{PgError, SqlState};
use trunkline_sql::{Reader, TokenKind};

use super::{Loader, Read};

impl Loader<'_> {
    /// `CREATE ROLE | USER | GROUP name [WITH] option …`
    pub(super) fn create_role(&mut self, reader: &mut Reader<'_>) -> Read {
        let login = reader.at("user");
        reader.advance();
        // `CREATE USER MAPPING` is of a foreign server.
        if login && reader.at("mapping") {
            return Ok(());
        }
        let mut role = Role::new(reader.name()?);
        role.login = login;
        if self.defined.snapshot.roles.iter().any(|one| one.name == role.name) {
            let message = format!("role \"{}\" already exists", role.name);
            return Err(PgError::new(SqlState::DUPLICATE_OBJECT, message).into());
        }
        let members = self.role_options(reader, &mut role)?;
        let name = role.name.clone();
        self.defined.snapshot.roles.push(role);
        for (member, is_admin) in members {
            if let Some(member) = self.role(&member) {
                member.member_of.push((name.clone(), is_admin));
            }
        }
        Ok(())
    }

    pub(super) fn role(&mut self, name: &str) -> Option<&mut Role> {
        self.defined.snapshot.roles.iter_mut().find(|role| role.name == name)
    }

    /// What a role may do; the roles that become its members are answered.
    pub(super) fn role_options(
        &mut self,
        reader: &mut Reader<'_>,
        role: &mut Role,
    ) -> Read<Vec<(String, bool)>> {
        let mut members = Vec::new();
        while !reader.at_end() {
            if reader.at_kind(TokenKind::String) {
                reader.advance();
                continue;
            }
            match reader.label()?.as_str() {
                "superuser" => role.superuser = true,
                "nosuperuser" => role.superuser = false,
                "createdb" => role.create_db = true,
                "nocreatedb" => role.create_db = false,
                "createrole" => role.create_role = true,
                "nocreaterole" => role.create_role = false,
                "inherit" => role.inherit = true,
                "noinherit" => role.inherit = false,
                "login" => role.login = true,
                "nologin" => role.login = false,
                "replication" => role.replication = true,
                "noreplication" => role.replication = false,
                "bypassrls" => role.bypass_rls = true,
                "nobypassrls" => role.bypass_rls = false,
                "connection" => {
                    reader.expect("limit")?;
                    role.connection_limit = reader.number()?.parse().unwrap_or(-1);
                }
                "valid" => {
                    reader.expect("until")?;
                    role.valid_until = Some(reader.string()?);
                }
                "in" => {
                    reader.advance();
                    let names = names(reader)?;
                    role.member_of.extend(names.into_iter().map(|name| (name, false)));
                }
                "role" | "user" => {
                    members.extend(names(reader)?.into_iter().map(|name| (name, false)));
                }
                "admin" => members.extend(names(reader)?.into_iter().map(|name| (name, true))),
                // WITH, and ENCRYPTED PASSWORD, which nobody shows.
                _ => {}
            }
        }
        Ok(members)
    }
}

fn names(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    let mut names = vec![reader.label()?];
    while reader.eat_kind(TokenKind::Comma) {
        names.push(reader.label()?);
    }
    Ok(names)
}
