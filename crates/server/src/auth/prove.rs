//! Having a client prove who it is.

use std::ops::ControlFlow;

use bytes::BytesMut;
use tokio::sync::Semaphore;
use trunkline_core::{Identity, PgError};
use trunkline_proto::PeerError;
use trunkline_proto::auth::scram::{Binding, NONCE_LENGTH, ScramServer};
use trunkline_proto::backend::{
    Cleartext, CleartextPassword, CleartextStep, Exchange, Login, Ready,
};

use super::claim::{Claim, Origin, wrong_password};
use super::method::Method;
use super::users::Challenge;
use crate::connection::io::Io;
use crate::guards::Guards;
use crate::login::End;
use crate::registry::random;

/// Has the client prove who it is, in the way of the first rule that fits it.
pub(crate) async fn prove(
    guards: &Guards,
    login: Login,
    from: Origin,
    identity: &mut Identity,
    io: &mut Io,
) -> Result<Ready, End> {
    let claim = Claim::new(&login, from);
    if from.must_encrypt && !claim.encrypted {
        return Err(claim.in_clear().into());
    }
    let guard = &guards.auth.0;
    let rule = guard.rules.first_for(&claim).ok_or_else(|| claim.unknown())?;
    tracing::debug!(line = rule.line, user = claim.user, "this rule fits");
    let vouched = rule.certified.vouches(io.stream().certificate(), claim.user)?;
    let users = &guard.users;
    match &rule.method {
        Method::Trust | Method::Certificate if vouched => Ok(login.trust(io.output())),
        Method::Trust => Err(claim.failed("\"trust\"").into()),
        Method::Certificate => Err(claim.failed("certificate").into()),
        Method::Reject => Err(claim.rejected().into()),
        Method::Password | Method::OAuth(_) if !claim.is_private() && !guards.insecure => {
            Err(claim.in_clear().into())
        }
        Method::Password => {
            let answer = password(login, io).await?;
            match know(guards, answer).await? {
                (true, answer) if vouched => Ok(answer.accept(io.output())),
                (_, answer) => Err(answer.refuse().into()),
            }
        }
        Method::Md5 => match users.challenge(login.user()) {
            Challenge::Md5(hash) => {
                let mut salt = [0; 4];
                random(&mut salt)?;
                let md5 = login.md5(hash.filter(|_| vouched), salt, io.output());
                converse(
                    io,
                    md5,
                    || End::Silent,
                    |md5, input, output| md5.step(input, output).map(flow),
                )
                .await
            }
            Challenge::Scram => scram(guards, login, vouched, io).await,
        },
        Method::Scram => scram(guards, login, vouched, io).await,
        Method::Callback(callback) => callback.decide(login, identity, guards.insecure, io).await,
        Method::OAuth(_) if !vouched => Err(claim.failed("OAuth bearer").into()),
        Method::OAuth(oauth) => Box::pin(oauth.prove(login, from.address, io)).await,
    }
}

/// Strangers keep no more than one core busy.
static HASHING: Semaphore = Semaphore::const_new(1);

/// Whether this is the user's password: hashed aside, for the tasks of others run here.
async fn know(
    guards: &Guards,
    answer: CleartextPassword,
) -> Result<(bool, CleartextPassword), End> {
    let _turn = HASHING.acquire().await;
    let auth = guards.auth.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        (auth.0.users.know(answer.login().user(), answer.as_bytes()), answer)
    });
    hashed.await.map_err(|_| PgError::internal("internal error").into())
}

/// Has the client prove that it knows its password. Who is not `vouched` for by its certificate
/// fails as with a wrong one, so that nobody learns by another's certificate whether it is right.
async fn scram(guards: &Guards, login: Login, vouched: bool, io: &mut Io) -> Result<Ready, End> {
    let binding = match (&guards.tls, login.is_encrypted()) {
        (Some(tls), true) => tls.binding().clone(),
        _ => Binding::default(),
    };
    let mut nonce = [0; NONCE_LENGTH];
    random(&mut nonce)?;
    let user = login.user().to_owned();
    let users = &guards.auth.0.users;
    let verifier = match vouched {
        true => users.verifier(login.user()),
        false => users.mock(login.user()),
    };
    let scram = login.scram(ScramServer::new(verifier, nonce, binding), io.output());
    // As in PostgreSQL, and in SASL only: who leaves within a message has failed.
    let left = || wrong_password(&user).into();
    converse(io, scram, left, |scram, input, output| scram.step(input, output).map(flow)).await
}

/// Asks for the password in clear.
pub(super) async fn password(login: Login, io: &mut Io) -> Result<CleartextPassword, End> {
    let asked = login.cleartext(io.output());
    io.trust();
    converse(
        io,
        asked,
        || End::Silent,
        |asked: Cleartext, input, _| {
            asked.step(input).map(|step| match step {
                CleartextStep::NeedInput(asked) => ControlFlow::Continue(asked),
                CleartextStep::Password(password) => ControlFlow::Break(password),
            })
        },
    )
    .await
}

fn flow<T>(exchange: Exchange<T>) -> ControlFlow<Ready, T> {
    match exchange {
        Exchange::NeedInput(more) => ControlFlow::Continue(more),
        Exchange::Done(ready) => ControlFlow::Break(ready),
    }
}

/// Goes through the messages of a method, from its first question to what it ends with: `left` if the
/// client leaves within a message.
pub(crate) async fn converse<S, T>(
    io: &mut Io,
    mut state: S,
    left: impl FnOnce() -> End,
    step: impl Fn(S, &mut BytesMut, &mut Vec<u8>) -> Result<ControlFlow<T, S>, PeerError>,
) -> Result<T, End> {
    loop {
        io.flush().await?;
        io.take_output();
        state = match step(state, &mut io.input, &mut io.output)? {
            ControlFlow::Break(end) => return Ok(end),
            ControlFlow::Continue(state) => state,
        };
        if !io.output.is_empty() {
            continue;
        }
        io.release_output();
        if !io.fill().await? {
            return Err(if io.input.is_empty() { End::Silent } else { left() });
        }
    }
}
