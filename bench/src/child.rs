//! The server as a child of the process that measures it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use trunkline_proto::auth::scram::ScramVerifier;

use crate::certificates::{Authority, Files};
use crate::client::{Client, PASSWORD, Target, USER};
use crate::process::Process;

/// A server that is to be started.
pub(crate) struct Setup {
    flags: Vec<String>,
    /// A program that starts the server, and what is to stand before the server's own words.
    wrapper: Vec<String>,
    host: String,
    tls: bool,
}

/// The server, gone when it is dropped.
pub(crate) struct Running {
    child: Child,
    /// Ends the server when it is closed.
    _stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
    authority: Option<Authority>,
    connector: Option<TlsConnector>,
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

/// What the server counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Gauges {
    pub(crate) tasks: u64,
    pub(crate) sessions: u64,
    pub(crate) running: u64,
    pub(crate) started: u64,
    pub(crate) finished: u64,
    pub(crate) lines: u64,
}

impl Setup {
    /// A server for 20,000 clients whom it believes, in clear.
    pub(crate) fn new() -> Setup {
        let host = "127.0.0.1".to_owned();
        Setup { flags: Vec::new(), wrapper: Vec::new(), host, tls: false }
    }

    pub(crate) fn flag(mut self, name: &str, value: impl ToString) -> Setup {
        self.flags.extend([name.to_owned(), value.to_string()]);
        self
    }

    pub(crate) fn tls(mut self) -> Setup {
        self.tls = true;
        self
    }

    /// Has clients prove who they are.
    ///
    /// By a single round of the hash: the rounds are the client's work, which is not measured. The
    /// server's is the same for any number.
    pub(crate) fn scram(self) -> Setup {
        let verifier = ScramVerifier::from_password(PASSWORD, b"0123456789abcdef", 1).secret();
        self.flag("--users", format!("\"{USER}\" \"{verifier}\""))
    }

    /// On another address than that of loopback.
    pub(crate) fn host(mut self, host: &str) -> Setup {
        self.host = host.to_owned();
        self.flag("--host", host)
    }

    /// Started by another program.
    pub(crate) fn under<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Setup {
        self.wrapper = words.into_iter().map(str::to_owned).collect();
        self
    }

    pub(crate) fn start(self) -> Result<Running, String> {
        let failed = |error: std::io::Error| format!("cannot start the server: {error}");
        let folder = own_folder()?;
        let itself = std::env::current_exe().map_err(failed)?;
        let mut words = self.wrapper.into_iter();
        let mut command = match words.next() {
            None => Command::new(itself),
            Some(program) => {
                let mut command = Command::new(program);
                command.args(words).arg(itself);
                command
            }
        };
        command.arg("serve").args(&self.flags);
        let (mut authority, mut connector) = (None, None);
        if self.tls {
            let made = Authority::new()?;
            let (Files { certificate, key }, _) = made.issue(&folder)?;
            command.arg("--tls").args([certificate, key]);
            connector = Some(made.connector()?);
            authority = Some(made);
        }
        let errors = File::create(folder.join("errors")).map_err(failed)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.ok_or("the server has no pipes")?;
        let mut running = Running {
            child,
            _stdin: stdin,
            stdout: BufReader::new(stdout),
            folder,
            authority,
            connector,
            process: Process(0),
            address: ([0, 0, 0, 0], 0).into(),
        };
        let banner = running.line()?;
        let mut words = banner.strip_prefix("listening ").unwrap_or_default().split(' ');
        let mut number = || words.next().and_then(|word| word.parse::<u32>().ok());
        let (port, process) = number()
            .zip(number())
            .ok_or_else(|| format!("the server does not start: {banner}{}", running.errors()))?;
        let address = format!("{}:{port}", self.host);
        running.address = address.parse().map_err(|_| format!("no address: {address}"))?;
        running.process = Process(process);
        Ok(running)
    }
}

impl Running {
    /// How its clients come.
    pub(crate) fn target(&self) -> Target {
        Target { tls: self.connector.clone(), ..Target::new(self.address) }
    }

    /// Puts a new certificate and its key where the server looks for them; the certificate.
    pub(crate) fn renew(&self) -> Result<CertificateDer<'static>, String> {
        let (_, certificate) = self.authority.as_ref().ok_or("no TLS")?.issue(&self.folder)?;
        Ok(certificate)
    }

    /// Puts a new certificate there with a key of another.
    pub(crate) fn spoil(&self) -> Result<(), String> {
        let authority = self.authority.as_ref().ok_or("no TLS")?;
        let (files, _) = authority.issue(&self.folder)?;
        let failed = |error: std::io::Error| format!("{}: {error}", files.key.display());
        let key = std::fs::read(&files.key).map_err(failed)?;
        authority.issue(&self.folder)?;
        std::fs::write(&files.key, key).map_err(failed)
    }

    /// Sends it one signal.
    pub(crate) fn signal(&self, name: &str) -> Result<(), String> {
        let mut kill = Command::new("kill");
        let sent = kill.arg(format!("-{name}")).arg(self.process.0.to_string()).status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            _ => Err(format!("cannot send SIG{name}")),
        }
    }

    /// Waits for its end; the gauges that it leaves.
    pub(crate) fn ended(&mut self, limit: Duration) -> Result<Gauges, String> {
        let deadline = Instant::now() + limit;
        while self.child.try_wait().map_err(|error| error.to_string())?.is_none() {
            if Instant::now() > deadline {
                return Err(format!("the server has not ended after {} s", limit.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let line = self.line()?;
        Gauges::read(line.strip_prefix("ended ").unwrap_or_default())
    }

    /// What it has said on its standard error.
    pub(crate) fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.join("errors")).unwrap_or_default()
    }

    /// How often something has panicked in it.
    pub(crate) fn panics(&self) -> u64 {
        self.errors().matches("panicked at").count() as u64
    }

    /// What it counts, asked by a client of its own.
    pub(crate) async fn gauges(&self) -> Result<Gauges, String> {
        let mut client = Client::login(&self.target()).await?;
        let words = client.ask("gauges").await?;
        client.leave().await?;
        Gauges::read(words.first().map_or("", String::as_str))
    }

    /// Waits until it has no more clients and files than these; what it has at last.
    pub(crate) async fn back_to(
        &self,
        gauges: Gauges,
        files: usize,
        limit: Duration,
    ) -> Result<(Gauges, usize), String> {
        let deadline = Instant::now() + limit;
        loop {
            let (now, open) = (self.gauges().await?, self.process.files());
            let settled =
                now.tasks <= gauges.tasks && now.sessions <= gauges.sessions && open <= files;
            if settled || Instant::now() > deadline {
                return Ok((now, open));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).map_err(|error| error.to_string())?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Gauges {
    fn read(words: &str) -> Result<Gauges, String> {
        let values = words.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>();
        match values.as_deref() {
            Ok(&[tasks, sessions, running, started, finished, lines]) => {
                Ok(Gauges { tasks, sessions, running, started, finished, lines })
            }
            _ => Err(format!("these are no gauges: {words}")),
        }
    }
}

/// A new folder for the files of one server.
pub(crate) fn own_folder() -> Result<PathBuf, String> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("trunkline-bench-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
