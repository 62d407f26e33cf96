//! The login with a password, by a verifier that was made once.

use std::sync::Arc;

use async_trait::async_trait;
use pgwire::api::PgWireServerHandlers;
use pgwire::api::auth::sasl::SASLAuthStartupHandler;
use pgwire::api::auth::sasl::scram::{ScramAuth, ScramSecret, gen_salted_password};
use pgwire::api::auth::{
    AuthSource, DefaultServerParameterProvider, LoginInfo, Password, StartupHandler,
};
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::error::{PgWireError, PgWireResult};

use crate::handler::Handler;

const PASSWORD: &str = "secret";
const SALT: &[u8] = b"0123456789abcdef";
const ITERATIONS: usize = 4096;

/// The handlers of a server that asks for a password.
pub(crate) struct Scram {
    handler: Arc<Handler>,
    startup: Arc<SASLAuthStartupHandler<DefaultServerParameterProvider>>,
}

impl Scram {
    pub(crate) fn new(handler: Arc<Handler>) -> Scram {
        let salted = gen_salted_password(PASSWORD, SALT, ITERATIONS);
        let secret = ScramSecret::verifier_from_salted_password(SALT.to_vec(), salted, ITERATIONS);
        let auth = ScramAuth::new(Arc::new(Verifier::of(secret)));
        let parameters = Arc::new(DefaultServerParameterProvider::default());
        let startup = Arc::new(SASLAuthStartupHandler::new(parameters).with_scram(auth));
        Scram { handler, startup }
    }
}

impl PgWireServerHandlers for Scram {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        self.handler.clone()
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        self.handler.clone()
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        self.startup.clone()
    }
}

#[derive(Debug)]
struct Verifier {
    salt: Vec<u8>,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
    iterations: usize,
}

impl Verifier {
    fn of(secret: ScramSecret) -> Verifier {
        let ScramSecret::Verifier { salt, iterations, stored_key, server_key } = secret else {
            unreachable!("a verifier is made of a salted password")
        };
        Verifier { salt, stored_key, server_key, iterations }
    }
}

#[async_trait]
impl AuthSource for Verifier {
    async fn get_password(&self, _: &LoginInfo) -> PgWireResult<Password> {
        Err(PgWireError::ApiError("no password is kept".into()))
    }

    async fn get_scram_secret(&self, _: &LoginInfo) -> PgWireResult<(ScramSecret, Option<()>)> {
        let secret = ScramSecret::Verifier {
            salt: self.salt.clone(),
            iterations: self.iterations,
            stored_key: self.stored_key.clone(),
            server_key: self.server_key.clone(),
        };
        Ok((secret, None))
    }
}
