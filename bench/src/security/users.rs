//! T25: whether the time that a login takes tells who exists.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use trunkline_proto::auth::scram::{
    Binding, BindingPolicy, NONCE_LENGTH, SCRAM_SHA_256, ScramClient, ScramFailure, ScramServer,
    ScramVerifier,
};

use trunkline_proto::message::{Encode, ProtocolVersion, StartupMessage};

use super::Extent;
use super::line::{Line, grouped};
use crate::child::Setup;
use crate::client::USER;
use crate::dice::Dice;

/// What a user who does not exist is made up from.
const SECRET: &[u8] = &[7; 32];

/// T25: a wrong password of a user who exists, and any of one who does not, within this process.
pub(super) fn enumeration(extent: Extent) -> Result<Vec<Line>, String> {
    let count = extent.of(100_000, 10_000);
    let known = ScramVerifier::from_password("right", b"0123456789abcdef", 4096);
    let unknown = ScramVerifier::mock("nobody", SECRET, 4096);
    let mut samples = [Samples::default(), Samples::default()];
    let (mut dice, mut differences) = (Dice::new(0), 0);
    for _ in 0..count {
        // Both by turns in no order, so that what else the machine does strikes both alike.
        let which = dice.below(2);
        for which in [which, 1 - which] {
            let verifier = if which == 0 { &known } else { &unknown };
            let (nanoseconds, is_wrong_password) = attempt(verifier, &mut dice)?;
            differences += usize::from(!is_wrong_password);
            samples[which].push(nanoseconds);
        }
    }
    let [known, unknown] = &mut samples;
    let t = welch(known, unknown).abs();
    let line = Line::new("T25", "unknown users");
    let line = line.with(format!("{} attempts each", grouped(count as u64)));
    let line = line.seen(format!("{:.0} and {:.0} ns", known.mean(), unknown.mean()));
    let line = line.within(t, 4.5, "|t| of Welch");
    Ok(vec![line.exactly(differences, 0, "answers that differ"), on_the_wire(count)?])
}

/// Two users, only the first of whom exists, as seen by a client: from the packet that names one to
/// the server's first message of SCRAM, with whatever the server does to find the verifier.
fn on_the_wire(count: usize) -> Result<Line, String> {
    let server = Setup::new().scram().start()?;
    let unknown: String = USER.chars().rev().collect();
    let mut samples = [Samples::default(), Samples::default()];
    let mut dice = Dice::new(1);
    for _ in 0..count {
        let which = dice.below(2);
        for which in [which, 1 - which] {
            let user = if which == 0 { USER } else { &unknown };
            let taken = asked(server.target().address, user).map_err(|error| error.to_string())?;
            samples[which].push(taken.as_nanos() as f64);
        }
    }
    let [known, unknown] = &mut samples;
    let t = welch(known, unknown).abs();
    let line = Line::new("T25", "unknown users, wire");
    let line = line.with(format!("{} attempts each", grouped(count as u64)));
    let line = line.seen(format!("{:.2} and {:.2} us", known.mean() / 1e3, unknown.mean() / 1e3));
    Ok(line.within(t, 4.5, "|t| of Welch"))
}

/// How long the server takes from the name to the salt.
fn asked(address: SocketAddr, user: &str) -> std::io::Result<Duration> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    let mut hello = Vec::new();
    let parameters = [("user", user), ("database", "db")];
    let packet = StartupMessage { version: ProtocolVersion::V3_0, parameters };
    packet.encode(&mut hello).map_err(std::io::Error::other)?;
    let first: &[u8] = b"p\0\0\0\x2fSCRAM-SHA-256\0\0\0\0\x19n,,n=,r=eighteen.bytes.of";
    let start = Instant::now();
    for said in [&hello[..], first] {
        socket.write_all(said)?;
        let mut head = [0; 5];
        socket.read_exact(&mut head)?;
        let [_, length @ ..] = head;
        let mut body = vec![0; u32::from_be_bytes(length).saturating_sub(4) as usize];
        socket.read_exact(&mut body)?;
        if head[0] != b'R' {
            return Err(std::io::Error::other(String::from_utf8_lossy(&body).into_owned()));
        }
    }
    Ok(start.elapsed())
}

/// The server's part of one login with a wrong proof, in nanoseconds, and whether it ended as a
/// wrong password does.
fn attempt(verifier: &ScramVerifier, dice: &mut Dice) -> Result<(f64, bool), String> {
    let mut nonce = [0; NONCE_LENGTH];
    nonce.fill_with(|| dice.throw() as u8);
    let offered = [SCRAM_SHA_256.as_bytes()];
    let client = ScramClient::new(offered, BindingPolicy::Disable, &Binding::None, nonce);
    let client = client.map_err(|error| error.to_string())?.first();
    let server = ScramServer::new(verifier.clone(), nonce, Binding::None);
    let start = Instant::now();
    let first = server.first(SCRAM_SHA_256.as_bytes(), &client);
    let mut taken = start.elapsed();
    let (answer, last) = first.map_err(|error| error.to_string())?;
    let answer = String::from_utf8_lossy(&answer);
    let nonce = answer.split(',').next().unwrap_or_default();
    let proof = format!("c=biws,{nonce},p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let start = Instant::now();
    let outcome = last.finish(proof.as_bytes());
    taken += start.elapsed();
    Ok((taken.as_nanos() as f64, outcome == Err(ScramFailure::WrongPassword)))
}

/// Times of the same thing.
#[derive(Debug, Default)]
struct Samples(Vec<f64>);

impl Samples {
    fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        let squares = self.0.iter().map(|value| (value - mean).powi(2));
        squares.sum::<f64>() / (self.0.len() as f64 - 1.0)
    }
}

/// The t of two samples, without what an interrupt made slower than nine of ten.
fn welch(one: &mut Samples, other: &mut Samples) -> f64 {
    let mut all: Vec<f64> = one.0.iter().chain(&other.0).copied().collect();
    all.sort_by(f64::total_cmp);
    let limit = all.get(all.len() * 9 / 10).copied().unwrap_or(f64::MAX);
    for samples in [&mut *one, &mut *other] {
        samples.0.retain(|value| *value <= limit);
    }
    let error = one.variance() / one.0.len() as f64 + other.variance() / other.0.len() as f64;
    (one.mean() - other.mean()) / error.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times that jitter, all of them later by so much.
    fn samples(seed: usize, later: f64) -> Samples {
        let mut dice = Dice::new(seed);
        Samples((0..10_000).map(|_| 3000.0 + dice.below(500) as f64 + later).collect())
    }

    #[test]
    fn a_difference_of_a_hundredth_is_seen() {
        let alike = welch(&mut samples(1, 0.0), &mut samples(2, 0.0)).abs();
        assert!(alike < 4.5, "{alike}");
        let different = welch(&mut samples(1, 0.0), &mut samples(2, 30.0)).abs();
        assert!(different > 4.5, "{different}");
    }
}
