//! A server that is held to the protocol.

use std::sync::Arc;
use std::time::Duration;

use crate::dialogue::{Dialogue, Whose};
use crate::dsn::Dsn;
use crate::frontend;
use crate::link::Link;
use crate::scripts::{Database, Scripts};

/// The version whose answers are the expectations; those of others are variants.
pub(crate) const NEWEST: u32 = 18;

/// Where it is, and what it is.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) dsn: Dsn,
    /// The same by a user who has to prove who it is by SCRAM.
    pub(crate) password: Option<Dsn>,
    /// The same by MD5.
    pub(crate) md5: Option<Dsn>,
    /// The same by a password in clear.
    pub(crate) cleartext: Option<Dsn>,
    /// The same by a Unix socket.
    pub(crate) unix: Option<Dsn>,
    /// A PostgreSQL, by whose words others are judged.
    pub(crate) is_postgresql: bool,
    /// Whether what the files say of trunkline holds for it.
    pub(crate) has_exceptions: bool,
    pub(crate) version: u32,
    /// What the session scripts have in common, if it is them that are played.
    pub(crate) scripts: Option<Arc<Scripts>>,
    /// The database for scripts.
    own: Option<Database>,
    has_tls: bool,
}

impl Server {
    pub(crate) fn new(name: &str, dsn: Dsn, is_postgresql: bool) -> Server {
        Server {
            name: name.into(),
            dsn,
            password: None,
            md5: None,
            cleartext: None,
            unix: None,
            is_postgresql,
            has_exceptions: false,
            version: NEWEST,
            scripts: None,
            own: None,
            has_tls: false,
        }
    }

    /// Asks what it is.
    pub(crate) fn meet(&mut self, patience: Duration) -> Result<(), String> {
        let named = |why| format!("{}: {why}", self.name);
        let link = Link::login(&self.dsn, patience).map_err(named)?;
        let mut asking = Link::connect(&self.dsn, patience).map_err(named)?;
        asking.owe(1);
        asking.say(&frontend::ssl_request());
        self.has_tls = asking.hear().map_err(named)? == "byte S";
        if self.is_postgresql {
            self.version = link.version.ok_or_else(|| named("it has no version".into()))?;
        }
        Ok(())
    }

    /// Whose answers are expected of it.
    pub(crate) fn whose(&self) -> Whose {
        if self.has_exceptions { Whose::Ours } else { Whose::PostgreSql(self.version) }
    }

    /// From now on scripts are played to it.
    pub(crate) fn play_scripts(
        &mut self,
        scripts: &Arc<Scripts>,
        patience: Duration,
    ) -> Result<(), String> {
        if self.is_postgresql {
            self.own = Some(Scripts::database(&self.dsn, patience)?);
        }
        self.scripts = Some(scripts.clone());
        Ok(())
    }

    /// Where a dialogue is played, or why it cannot be.
    pub(crate) fn stage(&self, dialogue: &Dialogue, patience: Duration) -> Result<Dsn, String> {
        let dsn = self.address(dialogue)?;
        match &self.scripts {
            None => Ok(dsn.clone()),
            Some(scripts) => scripts.tables(dsn, self.own.as_ref(), patience),
        }
    }

    /// Why a script of this server differs.
    pub(crate) fn fact(&self, script: &str) -> Option<&str> {
        self.scripts.as_ref().filter(|_| self.has_exceptions)?.fact(script)
    }

    /// What a script of this server awaits.
    pub(crate) fn awaits(&self, script: &str) -> Option<&str> {
        self.scripts.as_ref().filter(|_| self.has_exceptions)?.awaits(script)
    }

    /// How a dialogue gets to it, or why it cannot.
    fn address(&self, dialogue: &Dialogue) -> Result<&Dsn, String> {
        let mut dsn = &self.dsn;
        for need in dialogue.needs() {
            dsn = match need {
                "tls" if self.has_tls => dsn,
                "password" => self.password.as_ref().ok_or("no user with a password is given")?,
                "md5" => self.md5.as_ref().ok_or("no user of MD5 is given")?,
                "cleartext" => {
                    self.cleartext.as_ref().ok_or("no user of clear passwords is given")?
                }
                "unix" => self.unix.as_ref().ok_or("no Unix socket is given")?,
                _ => return Err("the server has no TLS".into()),
            };
        }
        Ok(dsn)
    }
}
