//! A line of `pg_hba.conf`: connection, databases, users, address, method, options.

use std::net::IpAddr;
use std::sync::Arc;
use std::vec;

use super::token::{Line, Token};
use super::{Database, Method, Network, Rule, RulesError, Source, User, UserMap, UserMaps};
use crate::auth::certificate::{Certified, Names};
use crate::oauth::{Judge, OAuth};

/// What PostgreSQL has and we do not; taken for a name it would change who gets in.
const GROUPS: &str = "groups are not supported: name the users";

pub(super) fn rule(
    line: Line,
    maps: &UserMaps,
    validator: Option<&Arc<dyn Judge>>,
) -> Result<Rule, RulesError> {
    let number = line.number;
    read(line.fields.into_iter(), maps, validator)
        .map(|rule| Rule { line: number, ..rule })
        .map_err(|message| RulesError { line: number, message })
}

fn read(
    mut fields: vec::IntoIter<Vec<Token>>,
    maps: &UserMaps,
    validator: Option<&Arc<dyn Judge>>,
) -> Result<Rule, String> {
    let kind = one(&mut fields, "a connection type", "local, host, hostssl or hostnossl")?;
    let tls = match kind.text.as_str() {
        "local" | "host" => None,
        "hostssl" => Some(true),
        "hostnossl" => Some(false),
        other => {
            return Err(format!(
                "invalid connection type \"{other}\": say local, host, hostssl or hostnossl"
            ));
        }
    };
    let databases = list(&mut fields, "a database", database)?;
    let users = list(&mut fields, "a user", user)?;
    let source = match kind.text.as_str() {
        "local" => Source::Local,
        _ => Source::Host { tls, network: network(&mut fields)? },
    };
    let method = one(&mut fields, "an authentication method", Method::NAMES)?;
    let mut options = options(fields)?;
    let map = map(&mut options, &method, maps)?;
    let method = match (method.text.as_str(), validator) {
        ("oauth", Some(validator)) => oauth(&mut options, validator, map.clone())?,
        ("oauth", None) => return Err("oauth needs a validator of tokens".to_owned()),
        (name, _) => Method::named(name).ok_or_else(|| {
            format!("invalid authentication method \"{name}\": say {}", Method::NAMES)
        })?,
    };
    if matches!(method, Method::Certificate) && tls != Some(true) {
        return Err("cert authentication is only supported on hostssl connections".to_owned());
    }
    let certified = certified(options, &method, tls, map)?;
    Ok(Rule { line: 0, source, databases, users, method, certified })
}

/// The options, each once. PostgreSQL takes the last of two in silence; who adds a stricter one to a
/// long line need not see the other.
fn options(fields: vec::IntoIter<Vec<Token>>) -> Result<Vec<(String, String)>, String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for token in fields.flatten() {
        let (name, value) = option(token)?;
        if found.iter().any(|(said, _)| *said == name) {
            return Err(format!("authentication option \"{name}\" is said twice: leave one"));
        }
        found.push((name, value));
    }
    Ok(found)
}

/// The name of an option and its value.
fn option(token: Token) -> Result<(String, String), String> {
    match token.text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(format!("authentication option not in name=value format: {}", token.text)),
    }
}

/// Takes the option that says which names are which users.
fn map(
    options: &mut Vec<(String, String)>,
    method: &Token,
    maps: &UserMaps,
) -> Result<Option<UserMap>, String> {
    let Some(at) = options.iter().position(|(name, _)| name == "map") else { return Ok(None) };
    let (_, name) = options.remove(at);
    if !matches!(method.text.as_str(), "cert" | "oauth") {
        return Err(
            "authentication option \"map\" is only valid for the methods cert and oauth".to_owned()
        );
    }
    let map = maps.named(&name);
    map.map(Some).ok_or_else(|| format!("there is no map \"{name}\": add it to the file of maps"))
}

/// Takes the options that say where tokens come from and what they must be good for.
fn oauth(
    options: &mut Vec<(String, String)>,
    validator: &Arc<dyn Judge>,
    map: Option<UserMap>,
) -> Result<Method, String> {
    let mut take = |wanted: &str| {
        let at = options.iter().position(|(name, _)| name == wanted).ok_or_else(|| {
            format!("authentication method \"oauth\" requires argument \"{wanted}\" to be set")
        })?;
        let value = options.remove(at).1;
        Ok::<_, String>(value)
    };
    let (issuer, scope) = (take("issuer")?, take("scope")?);
    Ok(Method::OAuth(OAuth::judged(issuer, scope, validator.clone(), map)))
}

/// What the options say of a client's certificate.
fn certified(
    options: Vec<(String, String)>,
    method: &Method,
    tls: Option<bool>,
    map: Option<UserMap>,
) -> Result<Certified, String> {
    let is_cert = matches!(method, Method::Certificate);
    let (mut full, mut names) = (is_cert.then_some(true), Names::Common);
    for (name, value) in &options {
        match (name.as_str(), value.as_str()) {
            ("clientcert" | "clientname", _) if tls != Some(true) => {
                return Err(format!("{name} can only be configured for \"hostssl\" rows"));
            }
            ("clientcert", "verify-full") => full = Some(true),
            ("clientcert", "verify-ca") if !is_cert => full = Some(false),
            ("clientcert", "verify-ca") => {
                return Err(
                    "clientcert only accepts \"verify-full\" when using \"cert\" authentication"
                        .to_owned(),
                );
            }
            ("clientcert", value) => {
                return Err(format!(
                    "invalid value for clientcert: \"{value}\": say verify-ca or verify-full"
                ));
            }
            ("clientname", value) => {
                names = Names::named(value).ok_or_else(|| {
                    let choice = Names::CHOICE;
                    format!("invalid value for clientname: \"{value}\": say {choice}")
                })?;
            }
            (name, _) => {
                return Err(format!(
                    "unrecognized authentication option name: \"{name}\": leave it out"
                ));
            }
        }
    }
    Ok(match full {
        None => Certified::NotAsked,
        Some(false) => Certified::Somebodys,
        Some(true) => Certified::Users { names, map },
    })
}

/// The next field, which must be one word.
fn one(fields: &mut vec::IntoIter<Vec<Token>>, what: &str, choice: &str) -> Result<Token, String> {
    let mut field = fields.next().unwrap_or_default().into_iter();
    match (field.next(), field.next()) {
        (Some(token), None) => Ok(token),
        (None, _) => Err(format!("the line ends before {what}: say {choice}")),
        (Some(_), Some(_)) => Err(format!("multiple values for {what}: say one of {choice}")),
    }
}

fn list<T>(
    fields: &mut vec::IntoIter<Vec<Token>>,
    what: &str,
    read: impl Fn(Token) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let field =
        fields.next().ok_or_else(|| format!("the line ends before {what}: say all or a name"))?;
    field.into_iter().map(read).collect()
}

fn database(token: Token) -> Result<Database, String> {
    refuse_unsupported(&token)?;
    Ok(match () {
        () if token.is("all") => Database::All,
        () if token.is("sameuser") => Database::SameUser,
        () if token.is("replication") => Database::Replication,
        () if token.is("samerole") || token.is("samegroup") => return Err(GROUPS.to_owned()),
        () => Database::Named(token.text),
    })
}

fn user(token: Token) -> Result<User, String> {
    refuse_unsupported(&token)?;
    match token.text.starts_with('+') && !token.quoted {
        true => Err(GROUPS.to_owned()),
        false if token.is("all") => Ok(User::All),
        false => Ok(User::Named(token.text)),
    }
}

/// Names that are none in PostgreSQL.
fn refuse_unsupported(token: &Token) -> Result<(), String> {
    let text = &token.text;
    match text.chars().next() {
        Some('@') if !token.quoted => {
            Err(format!("\"{text}\": files are not included: write the names here"))
        }
        // In quotes, too, as in PostgreSQL 16 and later.
        Some('/') => Err(format!("\"{text}\": regular expressions are not supported: list names")),
        _ => Ok(()),
    }
}

/// An address with the length of its network, or with a mask in a field of its own; `None` for all.
fn network(fields: &mut vec::IntoIter<Vec<Token>>) -> Result<Option<Network>, String> {
    const CHOICE: &str = "all, or a network such as 192.0.2.0/24";
    let token = one(fields, "an address", CHOICE)?;
    if token.is("all") {
        return Ok(None);
    }
    let text = &token.text;
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text.as_str(), None),
    };
    let address: IpAddr =
        address.parse().map_err(|_| format!("\"{text}\" is no address: say {CHOICE}"))?;
    let network = match length {
        Some(length) => {
            let length = length.parse().ok();
            length.and_then(|length| Network::with_length(address, length)).ok_or_else(|| {
                let most = if address.is_ipv4() { 32 } else { 128 };
                format!("invalid CIDR mask in address \"{text}\": say a number from 0 to {most}")
            })?
        }
        None => {
            let mask = one(fields, "a netmask", "one, or the network's length as in 192.0.2.0/24")?;
            let mask: IpAddr = mask.text.parse().map_err(|_| {
                let (mask, length) = (&mask.text, if address.is_ipv4() { 32 } else { 128 });
                format!("invalid IP mask \"{mask}\": say one, or {address}/{length}")
            })?;
            Network::new(address, mask).ok_or_else(|| {
                format!("IP address and mask do not match: {mask} is none for {address}")
            })?
        }
    };
    Ok(Some(network))
}
