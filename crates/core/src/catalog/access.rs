//! Roles, and what they may do.

/// Whose something is, and what others may do with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The role that owns it; without one it is whose session it is.
    pub owner: Option<String>,
    /// What is granted, the owner's own with it; nothing stands for what is usual.
    pub grants: Vec<Grant>,
}

/// What one role may do with something (`aclitem`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// Who may.
    pub to: Grantee,
    /// A letter for each privilege as `aclitem` has it, with `*` behind one that may be given to others:
    /// `r` SELECT, `a` INSERT, `w` UPDATE, `d` DELETE, `D` TRUNCATE, `x` REFERENCES, `t` TRIGGER, `m` MAINTAIN,
    /// `X` EXECUTE, `U` USAGE, `C` CREATE, `c` CONNECT, `T` TEMPORARY.
    /// <https://www.postgresql.org/docs/18/ddl-priv.html>
    pub privileges: String,
    /// Who said so.
    pub by: Grantee,
}

/// A role, as privileges name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Grantee {
    /// Whose it is.
    Owner,
    /// Everybody (PUBLIC).
    Public,
    /// A role by its name.
    Role(String),
}

/// Which rows of a table a role has to do with (`pg_policy`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// `r` for SELECT, `a` INSERT, `w` UPDATE, `d` DELETE, `*` for all of them (`pg_policy.polcmd`).
    pub command: char,
    /// Whether it gives rows, rather than takes them away.
    pub permissive: bool,
    /// Whom it is about; nobody stands for everybody.
    pub roles: Vec<String>,
    /// Which rows are seen: an expression.
    pub using: Option<String>,
    /// Which rows may be written: an expression.
    pub check: Option<String>,
    /// What is said of it.
    pub comment: Option<String>,
}

impl Policy {
    /// A policy that says nothing yet.
    pub fn new(name: impl Into<String>, command: char) -> Policy {
        Policy {
            name: name.into(),
            command,
            permissive: true,
            roles: Vec::new(),
            using: None,
            check: None,
            comment: None,
        }
    }
}

/// A role of the cluster, besides those that every cluster has (`pg_authid`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "they are columns of pg_authid")]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Whether it may do everything (SUPERUSER).
    pub superuser: bool,
    /// Whether it has what the roles have that it is in (INHERIT).
    pub inherit: bool,
    /// Whether it may make roles (CREATEROLE).
    pub create_role: bool,
    /// Whether it may make databases (CREATEDB).
    pub create_db: bool,
    /// Whether it may connect (LOGIN).
    pub login: bool,
    /// Whether it may replicate (REPLICATION).
    pub replication: bool,
    /// Whether no policy holds for it (BYPASSRLS).
    pub bypass_rls: bool,
    /// How many connections it may have; -1 for any number.
    pub connection_limit: i32,
    /// Until when its password holds: a `timestamptz` as text.
    pub valid_until: Option<String>,
    /// The roles that it is in, and whether it may put others there (ADMIN OPTION).
    pub member_of: Vec<(String, bool)>,
    /// What is said of it.
    pub comment: Option<String>,
}

impl Role {
    /// A role that may do nothing.
    pub fn new(name: impl Into<String>) -> Role {
        Role {
            name: name.into(),
            superuser: false,
            inherit: true,
            create_role: false,
            create_db: false,
            login: false,
            replication: false,
            bypass_rls: false,
            connection_limit: -1,
            valid_until: None,
            member_of: Vec::new(),
            comment: None,
        }
    }
}
