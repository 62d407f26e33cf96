//! The embedding program decides who comes in.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use subtle::ConstantTimeEq;
use tokio::sync::oneshot;
use trunkline_core::{Attachment, Identity, PgError, Result, SqlState};
use trunkline_proto::backend::{CleartextPassword, Login, Ready};

use super::certificate::Certificate;
use super::claim::{refused, wrong_password};
use super::prove::password;
use crate::connection::io::Io;
use crate::connection::watch::unbroken;
use crate::login::End;

/// A client that has said who it is, for a function of the program to decide on:
/// [`Auth::callback`](crate::Auth::callback).
pub struct Attempt {
    identity: Identity,
    certificate: Option<Certificate>,
    question: Question,
}

/// Whether the password was asked for.
enum Question {
    /// Others could read it.
    Forbidden,
    Open(oneshot::Sender<Answer>),
    Asked,
    Answered(Password),
}

/// Where a password is awaited.
type Answer = oneshot::Sender<Password>;

/// A password as the client sent it; shown by no `Debug`.
pub struct Password(Box<[u8]>);

impl Attempt {
    /// The user it wants to be.
    pub fn user(&self) -> &str {
        &self.identity.user
    }

    /// The database it wants; the user's name when it named none.
    pub fn database(&self) -> &str {
        &self.identity.database
    }

    /// Its address; `None` on a Unix socket.
    pub fn address(&self) -> Option<SocketAddr> {
        self.identity.address
    }

    /// Whether TLS protects what it says.
    pub fn is_encrypted(&self) -> bool {
        self.identity.encrypted
    }

    /// The name by which it asked for the server in TLS (SNI), in lower case; `None` if it gave none.
    pub fn server_name(&self) -> Option<&str> {
        self.identity.server_name.as_deref()
    }

    /// A place for what its session is to find in its [`Identity`] when it is let in.
    pub fn attachment(&self) -> &Attachment {
        &self.identity.attachment
    }

    /// The certificate it has shown; `None` too where [`Tls`](crate::Tls) knows no authority.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Asks for the password in clear, once.
    ///
    /// # Errors
    ///
    /// 28000 where others could read it: on TCP without TLS, unless
    /// [`danger_listen_insecurely`](crate::ServerBuilder::danger_listen_insecurely) was said. 08006
    /// if the client is gone.
    pub async fn password(&mut self) -> Result<&Password> {
        if matches!(self.question, Question::Open(_))
            && let Question::Open(ask) = std::mem::replace(&mut self.question, Question::Asked)
        {
            let (answer, answered) = oneshot::channel();
            if ask.send(answer).is_ok()
                && let Ok(password) = answered.await
            {
                self.question = Question::Answered(password);
            }
        }
        match &self.question {
            Question::Answered(password) => Ok(password),
            Question::Forbidden => {
                let message = "a password is not asked for where others can read it";
                Err(refused(message.to_owned()).hint("Connect with sslmode=require."))
            }
            _ => Err(PgError::new(SqlState::CONNECTION_FAILURE, "the client gave no password")),
        }
    }

    /// The error for a wrong password, and for a user that does not exist: 28P01.
    pub fn wrong_password(&self) -> PgError {
        wrong_password(&self.identity.user)
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("identity", &self.identity)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl Password {
    /// Its bytes. Compare them in constant time, as [`is`](Password::is) does.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is this one; how long that takes tells nothing but the lengths.
    pub fn is(&self, other: impl AsRef<[u8]>) -> bool {
        self.0.ct_eq(other.as_ref()).into()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

type Verdict = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A function that decides.
pub(crate) struct Callback(Arc<dyn Fn(Attempt) -> Verdict + Send + Sync>);

impl Callback {
    pub(super) fn new<F, V>(decide: F) -> Callback
    where
        F: Fn(Attempt) -> V + Send + Sync + 'static,
        V: Future<Output = Result<()>> + Send + 'static,
    {
        Callback(Arc::new(move |attempt| Box::pin(decide(attempt))))
    }

    /// Has it decide, and asks for the password when it wants to know that.
    pub(super) async fn decide(
        &self,
        login: Login,
        identity: &mut Identity,
        insecure: bool,
        io: &mut Io,
    ) -> Result<Ready, End> {
        identity.attachment = Attachment::open();
        let is_private = identity.encrypted || identity.address.is_none();
        let (ask, mut asked) = oneshot::channel();
        let attempt = Attempt {
            identity: identity.clone(),
            certificate: io.stream().certificate().and_then(|shown| Certificate::read(shown)),
            question: match is_private || insecure {
                true => Question::Open(ask),
                false => Question::Forbidden,
            },
        };
        let mut verdict = pin!(unbroken(|| (self.0)(attempt)));
        tokio::select! {
            decided = &mut verdict => {
                decided.map_err(|_| broken())??;
                Ok(login.trust(io.output()))
            }
            Ok(answer) = &mut asked => {
                // The function may give up waiting, or be asked for no password after all.
                let mut is_decided = false;
                let given: CleartextPassword = {
                    let mut asking = pin!(password(login, io));
                    loop {
                        tokio::select! {
                            given = &mut asking => break given?,
                            decided = &mut verdict, if !is_decided => {
                                decided.map_err(|_| broken())??;
                                is_decided = true;
                            }
                        }
                    }
                };
                if !is_decided {
                    let _ = answer.send(Password(given.as_bytes().into()));
                    verdict.await.map_err(|_| broken())??;
                }
                Ok(given.accept(io.output()))
            }
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback(..)")
    }
}

/// It has panicked.
fn broken() -> PgError {
    PgError::internal("internal error")
}
