//! Files of Unix sockets, and of their locks.

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
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_file_is_the_owners_and_goes_with_the_socket() {
    let folder = folder("unix-file");
    let socket = UnixSocket::bind(&folder.0, 5433).await.expect("a socket");
    assert_eq!(names(&folder), [".s.PGSQL.5433", ".s.PGSQL.5433.lock"]);
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
    let removed = UnixSocket::bind(&folder.0, 5432).await.expect_err("its server still lives");
    assert_eq!(removed.kind(), io::ErrorKind::AddrInUse);
    std::fs::remove_file(folder.0.join(".s.PGSQL.5432.lock")).expect("somebody removes it");
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

#[tokio::test]
async fn whoever_can_read_the_folder_cannot_lock_us_out() {
    let folder = folder("unix-held");
    let reader = File::open(&folder.0).expect("the folder");
    reader.try_lock().expect("a lock on the folder");
    assert!(UnixSocket::bind(&folder.0, 5432).await.is_ok());
}

#[tokio::test]
async fn the_lock_names_our_process_and_only_its_owner_can_open_it() {
    let folder = folder("unix-lock");
    let path = folder.0.join(".s.PGSQL.5432.lock");
    // Of a server that was killed.
    std::fs::write(&path, "999999999\n/data\n1\n5432\n").expect("a file");
    let socket = UnixSocket::bind(&folder.0, 5432).await.expect("a socket");
    let text = std::fs::read_to_string(&path).expect("the file");
    assert_eq!(text, format!("{}\n", std::process::id()));
    drop(socket);
    let socket = UnixSocket::bind(&folder.0, 5432).await.expect("a socket");
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(socket);
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn the_lock_of_a_server_that_answers_is_left_alone() {
    let folder = folder("unix-alive");
    let path = folder.0.join(".s.PGSQL.5432");
    let _answers = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let taken = UnixSocket::bind(&folder.0, 5432).await.expect_err("it is taken");
    assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    assert_eq!(names(&folder), [".s.PGSQL.5432"], "it has no lock, and gets none");
    let lock = folder.0.join(".s.PGSQL.5432.lock");
    std::fs::write(&lock, "1\n/data\n").expect("a file");
    assert!(UnixSocket::bind(&folder.0, 5432).await.is_err());
    assert_eq!(std::fs::read_to_string(&lock).expect("the file"), "1\n/data\n");
}

#[tokio::test]
async fn a_link_in_place_of_the_lock_is_not_followed() {
    let folder = folder("unix-link");
    let precious = folder.0.join("precious");
    std::fs::write(&precious, "precious").expect("a file");
    let lock = folder.0.join(".s.PGSQL.5432.lock");
    std::os::unix::fs::symlink(&precious, &lock).expect("a link");
    assert!(UnixSocket::bind(&folder.0, 5432).await.is_err());
    assert_eq!(std::fs::read_to_string(&precious).expect("the file"), "precious");
}
