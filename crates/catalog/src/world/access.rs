//! Whose things are, and what others may do with them.

use std::sync::Arc;

use trunkline_core::catalog::{Access, Grant, Grantee};
use trunkline_core::{PgError, Result, SqlState};

use super::{ClassObject, World};
use crate::datum::{Datum, Row};
use crate::facts::{self, facts, number};

/// The role that owns the schema `public`.
const DATABASE_OWNER: u32 = 6171;

/// The letters of privileges in the order of an `aclitem`.
pub(crate) const ACL_LETTERS: &str = "arwdDxtXUCTcsAm";

/// What one role may do with something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AclItem {
    /// Zero stands for everybody.
    pub(crate) grantee: u32,
    pub(crate) grantor: u32,
    /// Letters, with `*` behind one that may be given to others.
    pub(crate) privileges: String,
}

impl AclItem {
    /// Whether it says that something may be done, and given to others if that is asked.
    pub(crate) fn allows(&self, privilege: char, with_grant: bool) -> bool {
        let mut letters = self.privileges.chars().peekable();
        while let Some(letter) = letters.next() {
            let is_given = letters.next_if_eq(&'*').is_some();
            if letter == privilege {
                return is_given || !with_grant;
            }
        }
        false
    }
}

/// A name as `aclitem` has it: in quotes if it has anything but letters, digits and `_`.
fn quoted(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The name at the start of an `aclitem`, and the rest.
fn name_of(text: &str) -> (String, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find(['=', '/', ',']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return (name.to_owned(), rest);
    };
    let mut name = String::new();
    let mut rest = inner;
    while let Some(end) = rest.find('"') {
        let (part, behind) = rest.split_at(end);
        name.push_str(part);
        rest = behind.get(1..).unwrap_or_default();
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return (name, rest),
        }
    }
    (name + rest, "")
}

impl World {
    /// The number of an owner: without a name it is whose session it is.
    pub(crate) fn owner(&self, name: Option<&str>) -> u32 {
        match name {
            Some(name) => self.role_named(name).unwrap_or(0),
            None => self.session_role().0,
        }
    }

    /// The owner of a class.
    pub(crate) fn class_owner(&self, class: &ClassObject) -> u32 {
        self.owner(self.objects.owner_of(class))
    }

    /// The owner of a schema, and what others may do with it.
    pub(crate) fn schema_access(&self, oid: u32, name: &str) -> (u32, Datum) {
        let schema = self.objects.snapshot.schemas.iter().find(|schema| schema.name == name);
        let access = schema.map(|schema| &schema.access);
        let said = access.filter(|access| access.owner.is_some() || !access.grants.is_empty());
        match said {
            // `public` belongs to whoever owns the database, and everybody may use it.
            None if oid == super::PUBLIC => {
                let items = ["pg_database_owner=UC/pg_database_owner", "=U/pg_database_owner"];
                (DATABASE_OWNER, Datum::texts(items))
            }
            said => {
                let owner = self.owner(said.and_then(|access| access.owner.as_deref()));
                (owner, said.map_or(Datum::Null, |access| self.acl(access)))
            }
        }
    }

    /// `aclitem[]`; NULL stands for what is usual.
    pub(crate) fn acl(&self, access: &Access) -> Datum {
        self.acl_of(access.owner.as_deref(), &access.grants)
    }

    /// The `aclitem[]` of something that somebody owns.
    pub(crate) fn acl_of(&self, owner: Option<&str>, grants: &[Grant]) -> Datum {
        if grants.is_empty() {
            return Datum::Null;
        }
        let owner: Arc<str> = match owner {
            Some(owner) => owner.into(),
            None => self.session_role().1,
        };
        let name = |grantee: &Grantee| match grantee {
            Grantee::Owner => quoted(&owner),
            Grantee::Public => String::new(),
            Grantee::Role(name) => quoted(name),
        };
        Datum::texts(
            grants.iter().map(|grant| {
                format!("{}={}/{}", name(&grant.to), grant.privileges, name(&grant.by))
            }),
        )
    }

    /// An `aclitem` as text.
    pub(crate) fn acl_text(&self, item: &AclItem) -> String {
        let name =
            |oid: u32| self.role_name(oid).map_or_else(|| oid.to_string(), |name| quoted(&name));
        let grantee = if item.grantee == 0 { String::new() } else { name(item.grantee) };
        format!("{grantee}={}/{}", item.privileges, name(item.grantor))
    }

    /// Reads an `aclitem`.
    pub(crate) fn acl_item(&self, text: &str) -> Result<AclItem> {
        let invalid =
            |message: String| PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, message);
        let role = |name: &str| match name {
            "" => Ok(0),
            name => {
                self.role_named(name).or_else(|| name.parse().ok()).ok_or_else(|| no_role(name))
            }
        };
        let (grantee, rest) = name_of(text.trim());
        let rest =
            rest.strip_prefix('=').ok_or_else(|| invalid("missing \"=\" sign".to_owned()))?;
        let (privileges, grantor) = match rest.split_once('/') {
            Some((privileges, grantor)) => (privileges, name_of(grantor).0),
            None => (rest, String::new()),
        };
        let grantor = match grantor.as_str() {
            "" => super::SUPERUSER,
            name => role(name)?,
        };
        Ok(AclItem { grantee: role(&grantee)?, grantor, privileges: privileges.to_owned() })
    }

    /// Reads an `aclitem` as somebody has written it: with the word `group` or `user` before it, without a grantor, and
    /// with its letters in any order.
    ///
    /// # Errors
    ///
    /// 22P02 for what is none, 42704 for a role that is not there.
    pub(crate) fn read_acl_item(&self, text: &str) -> Result<AclItem> {
        let invalid =
            |message: String| PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, message);
        let text = text.trim();
        let words = ["group ", "user "];
        let named = words.iter().find_map(|word| text.strip_prefix(word)).map(str::trim_start);
        let (name, rest) = name_of(named.filter(|named| !named.starts_with('=')).unwrap_or(text));
        if !rest.starts_with('=') {
            let word = name.split(' ').next().unwrap_or_default();
            let hint = "ACL key word must be \"group\" or \"user\".";
            return Err(invalid(format!("unrecognized key word: \"{word}\"")).hint(hint));
        }
        let letters = rest.strip_prefix('=').unwrap_or_default();
        let letters = letters.split_once('/').map_or(letters, |(letters, _)| letters);
        if letters.chars().any(|one| one != '*' && !ACL_LETTERS.contains(one)) {
            let message = format!("invalid mode character: must be one of \"{ACL_LETTERS}\"");
            return Err(invalid(message));
        }
        let mut item = self.acl_item(&format!("{}{rest}", quoted(name.trim())))?;
        let privileges = ACL_LETTERS.chars().filter(|letter| item.allows(*letter, false));
        let privileges = privileges.map(|letter| match item.allows(letter, true) {
            true => format!("{letter}*"),
            false => letter.to_string(),
        });
        item.privileges = privileges.collect();
        Ok(item)
    }

    /// The items of an `aclitem[]`.
    pub(crate) fn acl_items(&self, list: &Datum) -> Result<Vec<AclItem>> {
        let items = list.as_list().map(|list| list.items.as_slice()).unwrap_or_default();
        items.iter().filter_map(Datum::as_str).map(|text| self.acl_item(text)).collect()
    }

    /// What may be done with something of which nothing is said: `acldefault`.
    pub(crate) fn usual_acl(&self, kind: char, owner: u32) -> Option<Vec<AclItem>> {
        // Everybody's, and the owner's own.
        let (public, own) = match kind {
            'r' => ("", "arwdDxtm"),
            's' => ("", "rwU"),
            'd' => ("Tc", "CTc"),
            'f' => ("X", "X"),
            'l' => ("U", "U"),
            'L' => ("", "rw"),
            'n' => ("", "UC"),
            't' => ("", "C"),
            'F' | 'S' => ("", "U"),
            'T' => ("U", "U"),
            'p' => ("", "sA"),
            'c' => return Some(Vec::new()),
            _ => return None,
        };
        let item = |grantee, privileges: &str| AclItem {
            grantee,
            grantor: owner,
            privileges: privileges.to_owned(),
        };
        let everybody = (!public.is_empty()).then(|| item(0, public));
        Some(everybody.into_iter().chain([item(owner, own)]).collect())
    }

    /// The roles that a role is, those that it has what they have among them.
    pub(crate) fn roles_of(&self, role: u32, needs_inherit: bool) -> Vec<u32> {
        let mut all = vec![role];
        let mut at = 0;
        while let Some(member) = all.get(at).copied() {
            let of = self.memberships(member, needs_inherit);
            for role in of {
                if !all.contains(&role) {
                    all.push(role);
                }
            }
            at += 1;
        }
        // Whoever owns the database has what its owner has.
        if all.contains(&self.session_role().0) && !all.contains(&DATABASE_OWNER) {
            all.push(DATABASE_OWNER);
        }
        all
    }

    /// Whether a role may put others in a role.
    pub(crate) fn is_admin(&self, member: u32, of: u32) -> bool {
        let name = self.role_name(of);
        self.roles_of(member, false).into_iter().any(|role| {
            let own = self.role_name(role).and_then(|name| self.objects.role(&name));
            let mut in_them = own.into_iter().flat_map(|own| &own.member_of);
            in_them.any(|(group, is_admin)| *is_admin && Some(&**group) == name.as_deref())
        })
    }

    fn memberships(&self, member: u32, needs_inherit: bool) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(facts) = facts("pg_auth_members") {
            let [role, of] = ["roleid", "member"].map(|name| facts.column(name));
            let rows = facts.rows.iter().filter(|row| number(row, of) == member);
            found.extend(rows.map(|row| number(row, role)));
        }
        let own = self.role_name(member).and_then(|name| self.objects.role(&name));
        if let Some(own) = own.filter(|own| own.inherit || !needs_inherit) {
            found.extend(own.member_of.iter().filter_map(|(name, _)| self.role_named(name)));
        }
        found
    }

    /// Whether a role may do everything.
    pub(crate) fn is_superuser(&self, role: u32) -> bool {
        if role == super::SUPERUSER {
            return true;
        }
        let (own, _) = self.session_role();
        let said = self.role_name(role).and_then(|name| Some(self.objects.role(&name)?.superuser));
        match said {
            Some(said) => said,
            None => own == role && self.setting("is_superuser").as_deref() == Some("on"),
        }
    }

    /// Whether a role may do something with what has this owner and these privileges.
    pub(crate) fn may(
        &self,
        role: u32,
        owner: u32,
        acl: &[AclItem],
        (privilege, with_grant): (char, bool),
    ) -> bool {
        if role != 0 && self.is_superuser(role) {
            return true;
        }
        let roles = if role == 0 { Vec::new() } else { self.roles_of(role, true) };
        // An owner may give to others what is theirs.
        if with_grant && roles.contains(&owner) {
            return true;
        }
        acl.iter().any(|item| {
            (item.grantee == 0 || roles.contains(&item.grantee))
                && item.allows(privilege, with_grant)
        })
    }

    /// A cell of an object that every database has.
    pub(crate) fn known(&self, relation: &str, oid: u32, column: &str) -> Datum {
        let Some(facts) = facts::facts(relation) else { return Datum::Null };
        let own = facts.column("oid");
        let row: Option<&Row> = facts.rows.iter().find(|row| number(row, own) == oid);
        row.and_then(|row| row.get(facts.column(column))).cloned().unwrap_or_default()
    }
}

/// A role that is not there.
pub(crate) fn no_role(name: &str) -> PgError {
    PgError::new(SqlState::UNDEFINED_OBJECT, format!("role \"{name}\" does not exist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["a", "A b", "a\"b", "ä", ""] {
            let text = format!("{}=r/x", quoted(name));
            assert_eq!(name_of(&text), (name.to_owned(), "=r/x"), "{name}");
        }
    }

    #[test]
    fn a_star_lets_it_be_given() {
        let item = AclItem { grantee: 0, grantor: 0, privileges: "r*aw".to_owned() };
        assert!(item.allows('r', true) && item.allows('a', false) && !item.allows('a', true));
        assert!(!item.allows('d', false));
    }
}
