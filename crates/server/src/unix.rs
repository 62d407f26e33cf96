//! A Unix socket and its file: made without a moment in which others could connect, and never
//! taken from, or left to, somebody else.

use std::fs::{DirBuilder, File, Metadata, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
}

impl UnixSocket {
    /// Listens in a folder, as [`Listener::unix`](crate::Listener::unix) tells.
    pub(crate) async fn bind(folder: &Path, port: u16) -> io::Result<UnixSocket> {
        // Looking at a file and replacing it are two steps: one server at a time.
        let _lock = lock(folder).await?;
        let path = folder.join(format!(".s.PGSQL.{port}"));
        // A longer name could be given, but nobody could connect to it.
        std::os::unix::net::SocketAddr::from_pathname(&path)?;
        give_way(&path).await?;
        // Bound where only we can reach it, opened to its owner only; then it gets its name.
        let hidden = Hidden::new(folder)?;
        let bound = hidden.0.join("s");
        let listener = UnixListener::bind(&bound)?;
        std::fs::set_permissions(&bound, Permissions::from_mode(0o600))?;
        let file = identity(&std::fs::symlink_metadata(&bound)?);
        std::fs::rename(&bound, &path)?;
        Ok(UnixSocket { listener, path, file, removed: AtomicBool::new(false) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }

    /// Removes the file, once, and only if it is still this socket's.
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

/// How long another server may take to start in the same folder.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps other servers from starting in this folder; the system lets go when it is dropped.
async fn lock(folder: &Path) -> io::Result<File> {
    let file = File::open(folder)?;
    let locked = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                // A file system without locks has to do without.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(());
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    };
    match tokio::time::timeout(PATIENCE, locked).await {
        Ok(locked) => locked.map(|()| file),
        Err(_) => Err(in_use(folder, "is locked by another server")),
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
mod tests {
    use super::*;

    /// A folder that goes with the test.
    fn folder(name: &str) -> Hidden {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("a folder");
        Hidden(path)
    }

    fn names(folder: &Hidden) -> Vec<String> {
        let entries = std::fs::read_dir(&folder.0).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
    }

    #[tokio::test]
    async fn the_file_is_the_owners_and_goes_with_the_socket() {
        let folder = folder("unix-file");
        let socket = UnixSocket::bind(&folder.0, 5433).await.expect("a socket");
        assert_eq!(names(&folder), [".s.PGSQL.5433"]);
        let mode = std::fs::metadata(socket.path()).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let taken = UnixSocket::bind(&folder.0, 5433).await.expect_err("it is taken");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        drop(socket);
        assert!(names(&folder).is_empty());
    }

    #[tokio::test]
    async fn what_a_dead_server_left_is_replaced() {
        let folder = folder("unix-stale");
        let path = folder.0.join(".s.PGSQL.5432");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
        let socket = UnixSocket::bind(&folder.0, 5432).await.expect("a socket");
        assert!(UnixStream::connect(&path).await.is_ok());
        drop(socket);
        assert!(names(&folder).is_empty());
    }

    #[tokio::test]
    async fn a_file_that_is_another_servers_by_now_is_left_alone() {
        let folder = folder("unix-other");
        let socket = UnixSocket::bind(&folder.0, 5432).await.expect("a socket");
        let path = socket.path().to_owned();
        std::fs::remove_file(&path).expect("somebody removes it");
        let other = UnixSocket::bind(&folder.0, 5432).await.expect("another socket");
        drop(socket);
        assert!(UnixStream::connect(&path).await.is_ok());
        drop(other);
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn names_of_sockets_are_no_longer_than_libpqs() {
        let folder = folder("unix-long");
        let long = 107 - "/.s.PGSQL.5432".len() - folder.0.as_os_str().len() - 1;
        let folder = Hidden(folder.0.join("x".repeat(long)));
        std::fs::create_dir(&folder.0).expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        assert!(runtime.block_on(UnixSocket::bind(&folder.0, 5432)).is_ok());
        assert!(runtime.block_on(UnixSocket::bind(&folder.0, 15432)).is_err());
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn of_many_servers_that_start_at_once_one_listens() {
        let folder = folder("unix-race");
        let path = folder.0.join(".s.PGSQL.5432");
        for round in 0..20 {
            if round % 2 == 0 {
                // All of them see the same dead file.
                drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
            }
            let started = std::sync::Barrier::new(8);
            let sockets: Vec<_> = std::thread::scope(|scope| {
                let servers: Vec<_> = (0..8)
                    .map(|_| {
                        scope.spawn(|| {
                            let runtime = tokio::runtime::Builder::new_current_thread()
                                .enable_all()
                                .build()
                                .expect("a runtime");
                            started.wait();
                            let socket = runtime.block_on(UnixSocket::bind(&folder.0, 5432));
                            // It lives as long as its runtime.
                            socket.ok().map(|socket| (runtime, socket))
                        })
                    })
                    .collect();
                servers.into_iter().filter_map(|server| server.join().expect("no panic")).collect()
            });
            assert_eq!(sockets.len(), 1);
            assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());
            drop(sockets);
            assert!(names(&folder).is_empty());
        }
    }
}
