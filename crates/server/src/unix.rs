//! A Unix socket and its file: made without a moment in which others could connect, and never
//! taken from, or left to, somebody else.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::{UnixListener, UnixStream};

use crate::registry::random;

/// A Unix socket and the file it was bound to.
#[derive(Debug)]
pub struct UnixSocket {
    listener: UnixListener,
    path: PathBuf,
    /// Device and inode: the file under our name may be another server's by now.
    file: (u64, u64),
    removed: AtomicBool,
    lock: Lock,
}

impl UnixSocket {
    /// Listens in a folder, as [`Listener::unix`](crate::Listener::unix) tells.
    pub(crate) async fn bind(folder: &Path, port: u16) -> io::Result<UnixSocket> {
        let path = folder.join(format!(".s.PGSQL.{port}"));
        // Looking at a file and replacing it are two steps: one server at a time.
        let mut lock = Lock::take(&path)?;
        // A longer name could be given, but nobody could connect to it.
        std::os::unix::net::SocketAddr::from_pathname(&path)?;
        give_way(&path).await?;
        lock.claim()?;
        // Bound where only we can reach it, opened to its owner only; then it gets its name.
        let hidden = Hidden::new(folder)?;
        let bound = hidden.0.join("s");
        let listener = UnixListener::bind(&bound)?;
        std::fs::set_permissions(&bound, Permissions::from_mode(0o600))?;
        let file = identity(&std::fs::symlink_metadata(&bound)?);
        std::fs::rename(&bound, &path)?;
        Ok(UnixSocket { listener, path, file, removed: AtomicBool::new(false), lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }

    /// Removes the file and its lock, once, and only if they are still this socket's.
    ///
    /// While the socket listens no other server takes its place, so nobody's file is hit between
    /// the look and the removal.
    pub(crate) fn remove_file(&self) {
        if self.removed.swap(true, Ordering::AcqRel) {
            return;
        }
        let found = std::fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| identity(&found) == self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
        self.lock.remove_file();
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        self.remove_file();
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// The file `.s.PGSQL.PORT.lock` of a socket, named as PostgreSQL names it, which holds the number
/// of our process: a PostgreSQL that finds it does not take the socket. Other servers of our kind
/// see that it is locked, which ends with the process, however that ends.
#[derive(Debug)]
struct Lock {
    file: File,
    path: PathBuf,
    /// Whether the file is ours to remove; that of a PostgreSQL is not.
    is_ours: bool,
}

impl Lock {
    fn take(socket: &Path) -> io::Result<Lock> {
        let mut path = socket.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        loop {
            // In a folder for all, such as /tmp, the name can be anything that others put there.
            let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
            let mut open = OpenOptions::new();
            open.read(true).write(true).create(true).truncate(false).mode(0o600);
            let file = match open.custom_flags(flags).open(&path) {
                Ok(file) => file,
                Err(error) if error.raw_os_error() == Some(libc::ELOOP) => {
                    return Err(in_use(&path, "is a link"));
                }
                Err(error) => return Err(error),
            };
            match file.try_lock() {
                Ok(()) => {}
                // A file system without locks has to do without.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(in_use(socket, "is in use by another server"));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Empty: it was made just now, or by a server that died before it wrote its number.
            let found = file.metadata()?;
            let lock = Lock { file, path: path.clone(), is_ours: found.len() == 0 };
            // Its owner may have removed the file before we had the lock.
            if lock.is_in_place() {
                return Ok(lock);
            }
        }
    }

    /// Writes our process into it; until then it may be another server's, which is alive.
    fn claim(&mut self) -> io::Result<()> {
        self.is_ours = true;
        self.file.set_len(0)?;
        writeln!(&self.file, "{}", std::process::id())
    }

    fn is_in_place(&self) -> bool {
        let there = std::fs::symlink_metadata(&self.path);
        let here = self.file.metadata();
        there.is_ok_and(|there| here.is_ok_and(|here| identity(&there) == identity(&here)))
    }

    fn remove_file(&self) {
        if self.is_ours && self.is_in_place() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.remove_file();
    }
}

/// Removes a socket that a dead server left behind.
async fn give_way(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => Err(in_use(path, "exists and is no socket")),
        // Only a refusal proves that nobody listens: a server can be too busy to answer.
        Ok(_) => match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path)
            }
            _ => Err(in_use(path, "is in use by another server")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn in_use(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, format!("{} {why}", path.display()))
}

/// A folder that is ours alone, removed when it is dropped.
struct Hidden(PathBuf);

impl Hidden {
    fn new(parent: &Path) -> io::Result<Hidden> {
        loop {
            // Short: a path to a socket has about a hundred bytes, and the name to come needs few.
            let mut bytes = [0; 3];
            random(&mut bytes)?;
            let [a, b, c] = bytes;
            let path = parent.join(format!(".{a:02x}{b:02x}{c:02x}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Hidden(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.0.join("s"));
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[cfg(test)]
mod tests;
