//! Users with passwords, and a certificate: what a server needs that others can reach.
//!
//!     cargo run --example scram_tls USERLIST CERTIFICATE KEY [ADDRESS]
//!     psql "host=127.0.0.1 user=alice sslmode=require" -c "who am I?"
//!
//! USERLIST has a line of `"name" "password"` for each user, where a SCRAM verifier may stand in
//! place of the password; CERTIFICATE and KEY are PEM files.

#![allow(clippy::print_stdout, reason = "the first line tells the address")]

use trunkline::{Auth, Listener, Oid, Query, Result, RowSet, Rows, Server, Tls, Users, query_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (userlist, certificate, key, address) = match words.as_slice() {
        [userlist, certificate, key] => (userlist, certificate, key, "127.0.0.1:5432"),
        [userlist, certificate, key, address] => (userlist, certificate, key, address.as_str()),
        _ => return Err("usage: scram_tls USERLIST CERTIFICATE KEY [ADDRESS]".into()),
    };
    let tls = Tls::from_pem_files(certificate, key)?;
    // What strangers see of users who do not exist stays the same as long as the key does.
    let users = Users::with_secret(tls.salt_secret());
    let users = users.userlist(&std::fs::read_to_string(userlist)?)?;
    let server = Server::builder(query_fn(answer)).auth(Auth::scram(users)).tls(tls).build();

    let listener = Listener::tcp(address.parse()?).await?;
    if let Some(address) = listener.local_address() {
        println!("listening on {address}");
    }
    server.serve(listener).await?;
    Ok(())
}

async fn answer(query: Query) -> Result<RowSet> {
    let who = query.client.identity();
    let columns = [("user", Oid::TEXT), ("encrypted", Oid::BOOL)];
    Ok(Rows::new(columns).row((who.user.to_string(), who.encrypted)))
}
