//! The engine that answers, found again when it went away, and what of it is this instance's.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bollard::errors::Error;
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::discovery::{Addresses, addresses};
use super::engine::{A_WORD, Engine, within};
use super::pull::{self, Pulled};
use super::reasons;
use super::usage::ContainerUsages;
use crate::metrics::Usage;
use crate::options::ContainerEngine;

/// The label by which the containers of an instance are known; its value is the instance's id.
pub(super) const LABEL: &str = "miso.instance";
/// Looks between two at what an engine has of us, and between two for an engine where none is.
const LOOKS: u32 = 12;

/// Finds the engine and keeps what is known of it.
pub(crate) struct Engines {
    choice: ContainerEngine,
    /// The instance's id.
    pub(super) instance: String,
    current: tokio::sync::Mutex<Option<Engine>>,
    /// Held while what is left is removed.
    clearing: tokio::sync::Mutex<()>,
    /// The names of the containers that somebody here answers for.
    held: Mutex<HashSet<Arc<str>>>,
    seen: Mutex<Option<Seen>>,
    /// A file of credentials in place of the user's own.
    #[cfg(test)]
    pub(super) credentials: Option<std::path::PathBuf>,
}

/// What was seen of the engine last, for who looks at an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Name and version, such as `Docker 27.3.1`.
    pub(crate) name: String,
    /// Where it answers, or did.
    pub(crate) address: String,
    pub(crate) answers: bool,
}

/// No engine answers.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoEngine {
    #[error("this instance uses no container engine")]
    Forbidden,
    #[error(
        "no container engine answers at {address} ({why}): start it, or correct DOCKER_HOST, and deploy again"
    )]
    Given { address: String, why: String },
    #[error(
        "no container engine answers on this machine{tried}: start Docker, Podman or Colima, or name one with DOCKER_HOST, and deploy again"
    )]
    Nowhere { tried: String },
}

/// One container's name, which is answered for as long as this is held.
pub(super) struct Holding {
    engines: Arc<Engines>,
    pub(super) name: Arc<str>,
}

impl Engines {
    pub(crate) fn new(choice: ContainerEngine, instance: String) -> Self {
        Self {
            choice,
            instance,
            current: tokio::sync::Mutex::default(),
            clearing: tokio::sync::Mutex::default(),
            held: Mutex::default(),
            seen: Mutex::default(),
            #[cfg(test)]
            credentials: None,
        }
    }

    /// What was seen of the engine last; `None` where there never was one.
    pub(crate) fn seen(&self) -> Option<Seen> {
        self.lock_seen().clone()
    }

    /// Looks for an engine, and removes what an instance that was killed left there.
    pub(crate) async fn look_for_one(self: &Arc<Self>) {
        if let Err(error) = self.get().await {
            tracing::debug!(%error, "no container engine");
        }
    }

    /// The engine, whichever answers now.
    pub(super) async fn get(self: &Arc<Self>) -> Result<Engine, NoEngine> {
        let mut current = self.current.lock().await;
        if let Some(engine) = current.as_ref()
            && engine.answers().await
        {
            self.saw(engine);
            return Ok(engine.clone());
        }
        match self.find().await {
            Ok(engine) => {
                #[cfg(test)]
                let engine = self.with_credentials(engine);
                self.saw(&engine);
                *current = Some(engine.clone());
                // What a killed one left may have the port that the next one wants.
                if timeout(A_WORD, self.begin_to_clear(&engine)).await.is_err() {
                    tracing::warn!("what is left of containers is not removed yet");
                }
                Ok(engine)
            }
            Err(error) => {
                self.saw_none();
                *current = None;
                Err(error)
            }
        }
    }

    /// Has an image pulled where the engine has it not; tells how that goes.
    pub(crate) async fn pull(
        self: &Arc<Self>,
        image: &str,
        told: &watch::Sender<String>,
    ) -> Result<Pulled, String> {
        let engine = self.get().await.map_err(|error| {
            format!(
                "{image} is not of this instance's catalogue: a container engine has to run it, and {error}"
            )
        })?;
        pull::pull(&engine, image, told).await
    }

    /// What containers use. Nothing that takes long is waited for: more is measured beside this.
    pub(crate) async fn look(
        self: &Arc<Self>,
        usages: &mut ContainerUsages,
        names: &[Arc<str>],
    ) -> HashMap<Arc<str>, Usage> {
        let is_due = usages.is_due(LOOKS);
        let engine = {
            // Where it is being looked for, there is nothing to see yet.
            let Ok(current) = self.current.try_lock() else {
                return HashMap::new();
            };
            current.clone()
        };
        let Some(engine) = engine else {
            if is_due {
                let engines = Arc::clone(self);
                tokio::spawn(async move { engines.look_for_one().await });
            }
            return HashMap::new();
        };
        if !engine.answers().await {
            self.saw_none();
            return HashMap::new();
        }
        self.saw(&engine);
        if is_due {
            drop(self.begin_to_clear(&engine));
        }
        usages.look(&engine, names).await
    }

    /// Answers for a container of that name from now on.
    pub(super) fn hold(self: &Arc<Self>, name: String) -> Holding {
        let name: Arc<str> = name.into();
        self.lock_held().insert(Arc::clone(&name));
        Holding {
            engines: Arc::clone(self),
            name,
        }
    }

    #[cfg(test)]
    fn with_credentials(&self, engine: Engine) -> Engine {
        match &self.credentials {
            None => engine,
            Some(file) => Engine {
                credentials: [file.clone()].into(),
                ..engine
            },
        }
    }

    async fn find(&self) -> Result<Engine, NoEngine> {
        match addresses(&self.choice) {
            Addresses::Forbidden => Err(NoEngine::Forbidden),
            Addresses::Given(address) => Engine::at(&address)
                .await
                .map_err(|why| NoEngine::Given { address, why }),
            Addresses::Usual(addresses) => {
                let mut tried = Vec::new();
                for address in addresses {
                    match Engine::at(&address).await {
                        Ok(engine) => return Ok(engine),
                        Err(why) => tried.push(format!("{address}: {why}")),
                    }
                }
                let tried = match tried.is_empty() {
                    true => String::new(),
                    false => format!(" ({})", tried.join("; ")),
                };
                Err(NoEngine::Nowhere { tried })
            }
        }
    }

    /// Has cleared beside all else, once at a time.
    fn begin_to_clear(self: &Arc<Self>, engine: &Engine) -> JoinHandle<()> {
        let (engines, engine) = (Arc::clone(self), engine.clone());
        tokio::spawn(async move {
            let Ok(_this_one) = engines.clearing.try_lock() else {
                return;
            };
            engines.clear(&engine).await;
        })
    }

    /// Removes the containers of this instance that nobody here answers for.
    async fn clear(&self, engine: &Engine) {
        let label = format!("{LABEL}={}", self.instance);
        let wanted = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&HashMap::from([("label", vec![label.as_str()])]))
            .build();
        let found = match within(A_WORD, engine.docker.list_containers(Some(wanted))).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "what is left of containers is not known");
                return;
            }
        };
        let names = found
            .into_iter()
            .filter_map(|container| container.names?.into_iter().next());
        for name in names {
            let name = name.trim_start_matches('/');
            if self.lock_held().contains(name) {
                continue;
            }
            match remove(engine, name).await {
                Ok(()) => tracing::info!(name, "a container that was left is removed"),
                Err(error) => tracing::warn!(%error, name, "a container that was left stays"),
            }
        }
    }

    fn saw(&self, engine: &Engine) {
        let facts = &engine.facts;
        *self.lock_seen() = Some(Seen {
            name: format!("{} {}", facts.name, facts.version),
            address: facts.address.clone(),
            answers: true,
        });
    }

    fn saw_none(&self) {
        if let Some(seen) = self.lock_seen().as_mut() {
            seen.answers = false;
        }
    }

    fn lock_seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_held(&self) -> MutexGuard<'_, HashSet<Arc<str>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.engines.lock_held().remove(&self.name);
    }
}

/// Removes a container whatever it does, with the volumes that have no name; fails where that takes
/// too long.
pub(super) async fn remove(engine: &Engine, name: &str) -> Result<(), Error> {
    let all = RemoveContainerOptionsBuilder::default()
        .force(true)
        .v(true)
        .build();
    match within(A_WORD, engine.docker.remove_container(name, Some(all))).await {
        Err(error) if !reasons::is_unknown(&error) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
