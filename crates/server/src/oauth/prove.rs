//! Having a client present its token.

use std::net::SocketAddr;

use trunkline_proto::backend::{BearerToken, Login, OAuthFailure, OAuthStep, Ready};

use super::{OAuth, TokenAttempt, TokenVerdict};
use crate::connection::io::Io;
use crate::connection::watch::unbroken;
use crate::login::End;

impl OAuth {
    /// Has the client present a token that is good for its user.
    pub(crate) async fn prove(
        &self,
        login: Login,
        address: Option<SocketAddr>,
        io: &mut Io,
    ) -> Result<Ready, End> {
        let mut asked = login.oauth(&self.discovery, &self.scope, io.output());
        io.trust();
        let failure = loop {
            io.flush().await?;
            io.take_output();
            match asked.step(&mut io.input, &mut io.output)? {
                OAuthStep::NeedInput(more) => asked = more,
                OAuthStep::Token(token) => {
                    // However long the validator takes, no buffer waits with it.
                    io.release_output();
                    match self.judge(&token, address).await {
                        Ok(()) => return Ok(token.accept(io.output())),
                        Err(why) => {
                            // That the login failed is logged by all methods alike.
                            tracing::debug!(?address, why, "token refused");
                            break token.refuse(io.output());
                        }
                    }
                }
                OAuthStep::Discovery(failure) => break failure,
                OAuthStep::Malformed(failure, why) => {
                    tracing::debug!(?address, why, "token refused");
                    break failure;
                }
            }
            if io.output.is_empty() {
                more(io).await?;
            }
        };
        goodbye(failure, io).await
    }

    /// Whether a token is good for its user, or why not.
    async fn judge(
        &self,
        token: &BearerToken,
        address: Option<SocketAddr>,
    ) -> Result<(), &'static str> {
        let user = token.login().user();
        let attempt = TokenAttempt {
            token: token.as_str(),
            user,
            issuer: &self.issuer,
            scope: &self.scope,
            address,
        };
        match unbroken(|| self.validator.judge(attempt)).await {
            Ok(Ok(TokenVerdict::Identity(name))) => match &self.map {
                Some(map) if map.lets(&name, user) => Ok(()),
                None if name == user => Ok(()),
                _ => Err("it is somebody else's"),
            },
            // PostgreSQL takes no delegate_ident_mapping beside a map.
            Ok(Ok(TokenVerdict::Authorized)) if self.map.is_some() => Err("it names nobody"),
            Ok(Ok(TokenVerdict::Authorized)) => Ok(()),
            Ok(Ok(TokenVerdict::Refused(why))) => Err(why),
            Ok(Err(error)) => {
                if let Some(left_out) = self.complaints.admit() {
                    tracing::warn!(%error, left_out, "a token could not be judged");
                }
                Err("it could not be judged")
            }
            Err(_) => Err("the validator panicked"),
        }
    }
}

/// Waits for the client to acknowledge that it failed, and fails.
async fn goodbye(mut failure: OAuthFailure, io: &mut Io) -> Result<Ready, End> {
    loop {
        io.flush().await?;
        failure = failure.step(&mut io.input)?;
        more(io).await?;
    }
}

/// Reads on; a client that goes away has nothing to hear.
async fn more(io: &mut Io) -> Result<(), End> {
    io.release_output();
    if io.fill().await? { Ok(()) } else { Err(End::Silent) }
}
