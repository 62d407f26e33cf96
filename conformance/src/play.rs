//! Playing a dialogue to a server.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::dialogue::{Attribute, Dialogue, Step, Whose};
use crate::dsn::Dsn;
use crate::frontend;
use crate::link::Link;
use crate::text::{self, Token};

/// How often a cancel is tried again: it may come before what it is meant for.
const AGAIN: Duration = Duration::from_millis(20);

/// When a turn is over.
pub(crate) enum Until {
    /// After as many replies of this kind, by the first word of their lines.
    Reply(String, usize),
    /// After as many ReadyForQuery as messages that ask for one.
    Answered,
}

/// A dialogue on its way.
pub(crate) struct Play<'a> {
    dialogue: &'a Dialogue,
    dsn: &'a Dsn,
    patience: Duration,
    links: BTreeMap<char, Link>,
    /// How many ReadyForQuery each connection is owed.
    owed: BTreeMap<char, usize>,
}

impl<'a> Play<'a> {
    pub(crate) fn new(dialogue: &'a Dialogue, dsn: &'a Dsn, patience: Duration) -> Play<'a> {
        Play { dialogue, dsn, patience, links: BTreeMap::new(), owed: BTreeMap::new() }
    }

    /// Says the messages of a turn.
    pub(crate) fn say(&mut self, connection: char, messages: &[String]) -> Result<(), String> {
        let mut write = Vec::new();
        let mut requests = 0;
        for line in messages {
            let wrong = |why| format!("> {line}: {why}");
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "connect" => {
                    let mut link = Link::connect(self.dsn, self.patience)?;
                    if self.dialogue.has(&Attribute::EverySetting) {
                        link.show_every_setting();
                    }
                    self.links.insert(connection, link);
                    continue;
                }
                "hang" => {
                    self.write(connection, &mut write)?;
                    self.link(connection)?.hang_up();
                    continue;
                }
                "half" => {
                    self.write(connection, &mut write)?;
                    self.link(connection)?.half_close();
                    continue;
                }
                "tls" => {
                    let protocols: Vec<&str> = rest.split_whitespace().collect();
                    let link = self.link(connection)?;
                    link.owe(std::mem::take(&mut requests));
                    link.start_tls(&std::mem::take(&mut write), &protocols)?;
                    continue;
                }
                "cancel" => {
                    self.cancel(rest).map_err(wrong)?;
                    continue;
                }
                "sql" => {
                    self.link(connection)?;
                    *self.owed.entry(connection).or_default() += 1;
                    write.extend(frontend::query(rest));
                    continue;
                }
                "SSLRequest" | "GSSENCRequest" => requests += 1,
                "Query" | "Sync" | "FunctionCall" | "ask" => {
                    *self.owed.entry(connection).or_default() += 1;
                }
                // The same by their numbers.
                "packet" if rest.starts_with("8087710") => requests += 1,
                _ => {}
            }
            self.link(connection)?;
            let mut tokens = self.tokens(line).map_err(wrong)?;
            self.prove(connection, &mut tokens).map_err(wrong)?;
            let key = |name: &str| self.links.get(&name.chars().next()?)?.key.clone();
            write.extend(frontend::encode(&tokens, &key).map_err(wrong)?);
        }
        self.link(connection)?.owe(requests);
        self.write(connection, &mut write)
    }

    fn write(&mut self, connection: char, write: &mut Vec<u8>) -> Result<(), String> {
        let by_byte = self.dialogue.has(&Attribute::ByteByByte);
        let bytes = std::mem::take(write);
        let link = self.link(connection)?;
        match by_byte {
            true => bytes.iter().for_each(|byte| link.say(&[*byte])),
            false if bytes.is_empty() => {}
            false => link.say(&bytes),
        }
        Ok(())
    }

    /// The connection of this name; one that is new logs in.
    fn link(&mut self, connection: char) -> Result<&mut Link, String> {
        if !self.links.contains_key(&connection) {
            let link = Link::login(self.dsn, self.patience)?;
            self.links.insert(connection, link);
        }
        self.links.get_mut(&connection).ok_or_else(|| "no connection".into())
    }

    fn tokens(&self, line: &str) -> Result<Vec<Token>, String> {
        text::tokens(line, &|name| match name.split_once('.') {
            None if name == "user" => Some(self.dsn.user.clone().into_bytes()),
            None if name == "database" => Some(self.dsn.database.clone().into_bytes()),
            Some((link, "pid")) => {
                let (pid, _) = self.links.get(&link.chars().next()?)?.key.as_ref()?;
                Some(pid.to_string().into_bytes())
            }
            None if name == "password" => Some(self.dsn.password.clone().into_bytes()),
            Some((link, what)) => {
                let exchange = &self.links.get(&link.chars().next()?)?.exchange;
                match what {
                    "nonce" => Some(exchange.nonce()),
                    "binding" => Some(exchange.binding()),
                    "md5" => Some(exchange.md5(&self.dsn.user, &self.dsn.password)),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// Keeps the first message of SCRAM, and puts the proof behind the last.
    fn prove(&mut self, connection: char, tokens: &mut [Token]) -> Result<(), String> {
        let password = &self.dsn.password;
        let Some(link) = self.links.get_mut(&connection) else { return Ok(()) };
        match tokens {
            [Token::Word(kind), Token::Bytes(_), Token::Bytes(first)]
                if kind == "SASLInitialResponse" =>
            {
                link.exchange.first.clone_from(first);
            }
            [Token::Word(kind), Token::Bytes(message)] if kind == "SASLResponse" => {
                link.exchange.first.clone_from(message);
            }
            [Token::Word(kind), Token::Bytes(message)] if kind == "SASLProof" => {
                *message = link.exchange.proved(message, password)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `cancel a`: by connections of its own, until the other one hears of it.
    fn cancel(&mut self, name: &str) -> Result<(), String> {
        let tokens = self.tokens(&format!("CancelRequest {name}"))?;
        let target = name.chars().next().unwrap_or('a');
        let key = self.links.get(&target).and_then(|link| link.key.clone());
        let request = frontend::encode(&tokens, &|_| key.clone())?;
        let deadline = Instant::now() + self.patience;
        while Instant::now() < deadline {
            let mut link = Link::connect(self.dsn, self.patience)?;
            link.say(&request);
            if link.hear()? != "closed" {
                return Err("a cancel is answered".into());
            }
            if self.link(target)?.is_spoken_to(AGAIN) {
                return Ok(());
            }
        }
        Err("nothing is cancelled".into())
    }

    /// Listens to a connection until a turn is over, the server hangs up, or nothing comes.
    pub(crate) fn hear(&mut self, connection: char, until: &Until) -> Result<Vec<String>, String> {
        let owed = self.owed.remove(&connection).unwrap_or_default().max(1);
        let (kind, count) = match until {
            Until::Reply(kind, count) => (kind.as_str(), *count),
            Until::Answered => ("ReadyForQuery", owed),
        };
        let link = self.link(connection)?;
        let (mut heard, mut found) = (Vec::new(), 0);
        while found < count {
            match link.hear() {
                Ok(line) => {
                    found += usize::from(first_word(&line) == kind);
                    let closed = line == "closed";
                    heard.push(line);
                    if closed {
                        break;
                    }
                }
                Err(why) => {
                    heard.push(format!("({why})"));
                    break;
                }
            }
        }
        Ok(heard)
    }

    /// Says goodbye on every connection; what is still said then was not expected.
    pub(crate) fn end(&mut self) -> Result<(), String> {
        let terminate = frontend::typed(b'X', &[]);
        for (name, link) in &mut self.links {
            if link.is_closed() {
                continue;
            }
            if link.is_open() {
                link.say(&terminate);
            }
            link.half_close();
            let line = link.hear().unwrap_or_else(|why| format!("({why})"));
            if line != "closed" && line != "tls refused" {
                return Err(format!("{name}: more than expected: {line}"));
            }
        }
        Ok(())
    }
}

impl Until {
    /// A turn is over when what ends it has come: the last of the replies expected.
    ///
    /// In a turn that nobody has recorded `?` stands for the replies, `? KIND` or `? KIND COUNT`.
    pub(crate) fn of(replies: &[String]) -> Until {
        let last = replies.last().map_or("?", String::as_str);
        if last == "?" {
            return Until::Answered;
        }
        let mut words = last.split_whitespace();
        if words.next() == Some("?") {
            let kind = words.next().unwrap_or_default().to_owned();
            return Until::Reply(kind, words.next().and_then(|n| n.parse().ok()).unwrap_or(1));
        }
        let kind = first_word(last);
        let count = replies.iter().filter(|line| first_word(line) == kind).count();
        Until::Reply(kind.into(), count)
    }
}

/// What kind of reply a line shows.
fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// Plays a dialogue, `judge` being told of each turn what was expected and what was heard.
pub(crate) fn play(
    dialogue: &Dialogue,
    dsn: &Dsn,
    whose: Whose,
    patience: Duration,
    mut judge: impl FnMut(usize, char, &[String], Vec<String>) -> Result<(), String>,
) -> Result<(), String> {
    let mut play = Play::new(dialogue, dsn, patience);
    for (index, step) in dialogue.steps.iter().enumerate() {
        match step {
            Step::Say { connection, messages } => play.say(*connection, messages)?,
            Step::Hear { connection, .. } => {
                let expected = step.replies(whose);
                let heard = play.hear(*connection, &Until::of(expected))?;
                judge(index, *connection, expected, heard)?;
            }
        }
    }
    play.end()
}
