//! A running server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use trunkline::{Auth, Listener};
use trunkline_catalog::Catalog;

use crate::access::{Access, refused};
use crate::asking::Asker;
use crate::bounds::Bounds;
use crate::catalog::Catalogs;
use crate::engine::PyEngine;
use crate::error;
use crate::executor::Executor;
use crate::handler::Handler;
use crate::listen::listen;
use crate::logs;
use crate::pool::Pool;

type Server = trunkline::Server<Catalog<PyEngine>>;

/// How long what was told to end may take.
const GOING: Duration = Duration::from_secs(2);

/// A server on its sockets, until it is stopped.
#[pyclass(frozen, module = "trunkline._trunkline", name = "Server")]
pub(crate) struct PyServer {
    server: Server,
    access: Access,
    /// What was read of it last.
    auth: Mutex<Auth>,
    asker: Asker,
    catalogs: Catalogs,
    /// For statements, and for what they may not delay: logins and catalogs.
    pools: [Arc<Pool>; 2],
    runtime: Mutex<Option<Runtime>>,
    /// Tells a stop that it shall not wait any longer.
    hurry: Notify,
    addresses: Vec<(String, u16)>,
    /// The process that started it: a fork has none of its threads.
    process: u32,
}

#[pymethods]
impl PyServer {
    /// Listens on each place, and serves what comes.
    #[new]
    fn new(
        py: Python<'_>,
        places: Vec<String>,
        handler: Handler,
        tasks: Py<PyAny>,
        access: Access,
        bounds: Bounds,
        catalog: Bound<'_, PyAny>,
    ) -> PyResult<PyServer> {
        logs::begin(py)?;
        let limits = bounds.limits(py)?;
        let [pool, front] = [(); 2].map(|()| Arc::new(Pool::new(bounds.threads, bounds.waiting)));
        let asker = Asker { executor: Executor::Any(front.clone()), tasks: Arc::new(tasks) };
        let catalogs = Catalogs::of(&catalog, &asker)?;
        let (auth, tls) = access.load(py, &asker, None)?;
        let engine = PyEngine {
            handler: Arc::new(handler),
            pool: pool.clone(),
            front: asker.clone(),
            catalogs: catalogs.clone(),
        };
        let mut builder =
            trunkline::Server::builder(Catalog::new(engine)).auth(auth.clone()).limits(limits);
        if let Some(tls) = tls {
            builder = builder.tls(tls);
        }
        if bounds.require_tls {
            builder = builder.require_tls();
        }
        if bounds.insecure {
            builder = builder.danger_listen_insecurely();
        }
        let server = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("trunkline")
            .build()?;
        let serving = server.clone();
        let addresses = py.detach(|| {
            runtime.block_on(async {
                let mut listeners = Vec::new();
                for place in &places {
                    listeners.extend(listen(place).await?);
                }
                for listener in &listeners {
                    serving.check(listener)?;
                }
                let addresses = listeners.iter().map(address).collect::<Vec<_>>();
                for listener in listeners {
                    let server = serving.clone();
                    tokio::spawn(async move {
                        if let Err(error) = server.serve(listener).await {
                            tracing::error!(%error, "the server stopped listening");
                        }
                    });
                }
                Ok::<_, std::io::Error>(addresses)
            })
        });
        let addresses = match addresses {
            Ok(addresses) => addresses,
            Err(error) => {
                runtime.shutdown_background();
                return Err(refused(&error));
            }
        };
        let (runtime, process) = (Mutex::new(Some(runtime)), std::process::id());
        let (pools, hurry) = ([pool, front], Notify::new());
        let auth = Mutex::new(auth);
        Ok(PyServer {
            server,
            access,
            auth,
            asker,
            catalogs,
            pools,
            runtime,
            hurry,
            addresses,
            process,
        })
    }

    /// Each address and port; of a Unix socket the folder, and the port in its name.
    #[getter]
    fn addresses(&self) -> Vec<(String, u16)> {
        self.addresses.clone()
    }

    /// Stops it: at once, or when running statements are done. Later calls only hurry the first one.
    fn stop(&self, py: Python<'_>, at_once: bool) -> PyResult<()> {
        self.check_process()?;
        if at_once {
            self.hurry.notify_one();
        }
        let Some(runtime) = self.runtime().take() else { return Ok(()) };
        let server = self.server.clone();
        py.detach(|| {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = self.hurry.notified() => {}
                    () = server.shutdown() => {}
                }
            });
            // What still runs is cancelled: its connection is gone.
            runtime.shutdown_timeout(GOING);
            for pool in &self.pools {
                pool.stop();
            }
            for pool in &self.pools {
                pool.join(GOING);
            }
        });
        Ok(())
    }

    /// Reads users, rules, certificates and the level of the log again.
    fn reload(&self, py: Python<'_>) -> PyResult<()> {
        self.check_process()?;
        logs::begin(py)?;
        let before = self.auth.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (auth, tls) = self.access.load(py, &self.asker, Some(&before))?;
        self.server.reload(auth.clone(), tls).map_err(|error| refused(&error))?;
        *self.auth.lock().unwrap_or_else(PoisonError::into_inner) = auth;
        Ok(())
    }

    /// Tells clients that listen on a channel; how many were told.
    fn notify(&self, py: Python<'_>, channel: &str, payload: &str) -> PyResult<usize> {
        self.check_process()?;
        self.server.notify(channel, payload).map_err(|refused| error::raised(py, &refused))
    }

    /// Has a catalog that is told by a callable told again.
    fn forget_catalog(&self) {
        self.catalogs.forget();
    }
}

impl PyServer {
    fn runtime(&self) -> MutexGuard<'_, Option<Runtime>> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_process(&self) -> PyResult<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        Err(PyRuntimeError::new_err("the server is the parent process's: a fork cannot use it"))
    }
}

impl Drop for PyServer {
    fn drop(&mut self) {
        let runtime = self.runtime().take();
        match runtime {
            // Its threads are the parent's.
            Some(runtime) if self.process != std::process::id() => std::mem::forget(runtime),
            Some(runtime) => runtime.shutdown_background(),
            None => {}
        }
    }
}

fn address(listener: &Listener) -> (String, u16) {
    match (listener.local_address(), listener.path()) {
        (Some(address), _) => (address.ip().to_string(), address.port()),
        (None, Some(path)) => {
            let port = path.extension().and_then(|port| port.to_str()?.parse().ok());
            let folder = path.parent().map(|folder| folder.display().to_string());
            (folder.unwrap_or_default(), port.unwrap_or(5432))
        }
        (None, None) => (String::new(), 0),
    }
}
