//! A container that runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::errors::Error;
use bollard::models::ImageInspect;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use miso_api::LogLevel;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::creating::{Making, inside};
use super::engine::{Engine, Network, within};
use super::engines::{Engines, remove};
use super::keeper::Keeper;
use super::spec::Spec;
use super::{printed, pull, reasons};
use crate::logs::place_log::PlaceLog;
use crate::metrics::meter::Subject;
use crate::random;
use crate::workloads::endpoint::Endpoint;
use crate::workloads::launch::Launch;
use crate::workloads::output::Output;
use crate::workloads::ports::{HeldPort, WantedPort};
use crate::workloads::running::{Ended, NotStarted};

/// How long a port of this machine may take to be found open.
const A_LOOK: Duration = Duration::from_millis(300);
/// How long an engine may take to make a container and start it: a little less than a deployment
/// waits for that, which then says why.
const TIME_TO_START: Duration = Duration::from_secs(55);
/// How long an engine has yet for what it was asked when that is called off.
const A_MOMENT: Duration = Duration::from_secs(1);

/// A container that runs. Dropped, it is ended and removed, but nobody waits for it.
pub(crate) struct Container {
    name: Arc<str>,
    host: Arc<str>,
    /// The port that is reached; one that ended at once has none.
    port: Option<u16>,
    elsewhere: Elsewhere,
    /// On the machine's network: nobody else here is given the port that it was told.
    _told: Option<HeldPort>,
    output: Output,
    ended: watch::Receiver<Option<Ended>>,
    stop: DropGuard,
    keeper: JoinHandle<()>,
}

/// On the machine's network: whether it opens the port that the manifest names, which was free at
/// its start, in place of the one that it was told.
enum Elsewhere {
    No,
    Perhaps {
        wanted: WantedPort,
        is_said: bool,
    },
    /// Nobody else is taken to be there as long as it runs.
    Yes {
        _wanted: WantedPort,
    },
}

impl Container {
    /// Makes a container, starts it and follows what it prints. Where that is called off, nothing of
    /// it is left.
    pub(crate) async fn start(
        engines: &Arc<Engines>,
        spec: &Spec,
        launch: &Launch,
        instance: &str,
        log: Arc<PlaceLog>,
        stop: &CancellationToken,
    ) -> Result<Self, NotStarted> {
        let prepared = tokio::select! {
            prepared = Prepared::of(engines, spec, launch) => prepared?,
            () = stop.cancelled() => return Err(called_off()),
        };
        let Prepared {
            engine,
            foreign,
            told,
            elsewhere,
        } = prepared;
        let facts = Arc::clone(&engine.facts);
        let making = Making {
            spec,
            launch,
            facts: &facts,
            owner: &engines.instance,
            instance,
            port: told.as_ref().map_or(spec.port, |told| told.0),
        };
        let holding = engines.hold(name(instance, launch));
        let container = Arc::clone(&holding.name);
        let patience = spec.time_to_be_well.max(TIME_TO_START);
        let made = tokio::select! {
            made = within(patience, make(&engine, &making, &container)) => made,
            () = is_over(stop) => Err(NotMade::CalledOff),
        };
        let made = made.and_then(|port| match stop.is_cancelled() {
            true => Err(NotMade::CalledOff),
            false => Ok(port),
        });
        let port = match made {
            Ok(port) => port,
            Err(error) => {
                if let Err(error) = remove(&engine, &container).await {
                    tracing::warn!(%error, %container, "a container that did not start stays for now");
                }
                return Err(error.said_of(&engine, &foreign));
            }
        };
        let output = Output::of(instance, log);
        let follower = printed::follow(engine.clone(), Arc::clone(&container), output.clone());
        let (tell, ended) = watch::channel(None);
        let keeper = Keeper {
            foreign,
            engine,
            holding,
            output: output.clone(),
            follower: tokio::spawn(follower),
            started: Instant::now(),
            memory_bytes: spec.memory_bytes,
        };
        let stop = CancellationToken::new();
        Ok(Self {
            name: container,
            host: Arc::clone(&facts.host),
            port,
            elsewhere,
            _told: told,
            output,
            ended,
            keeper: tokio::spawn(keeper.keep(stop.clone(), tell)),
            stop: stop.drop_guard(),
        })
    }

    /// Where it was told to listen; `None` of one that ended at once.
    pub(crate) fn endpoint(&self) -> Option<Endpoint> {
        Some(Endpoint::at(Arc::clone(&self.host), self.port?))
    }

    /// What of it is measured.
    pub(crate) fn subject(&self) -> Subject {
        Subject::Container(Arc::clone(&self.name))
    }

    /// It has answered where it was told to listen: it opens no other port in place of that.
    pub(crate) fn has_answered(&mut self) {
        if let Elsewhere::Perhaps { .. } = self.elsewhere {
            self.elsewhere = Elsewhere::No;
        }
    }

    /// Where it listens although it was told another port: on the machine's network an image that
    /// does not look at `PORT` opens the one that the manifest names.
    pub(crate) async fn elsewhere(&mut self) -> Option<Endpoint> {
        let Elsewhere::Perhaps { wanted, is_said } = &mut self.elsewhere else {
            return None;
        };
        let port = wanted.0;
        if is_open(&self.host, self.port?).await {
            self.elsewhere = Elsewhere::No;
            return None;
        }
        if !is_open(&self.host, port).await {
            return None;
        }
        if !wanted.is_of_one() {
            if !std::mem::replace(is_said, true) {
                let message = format!(
                    "port {port} is open, but it is not alone in naming it: whose it is cannot be told. Let it listen on PORT, or give each application a port of its own"
                );
                self.output.say(LogLevel::Warn, message);
            }
            return None;
        }
        if let Elsewhere::Perhaps { wanted, .. } =
            std::mem::replace(&mut self.elsewhere, Elsewhere::No)
        {
            self.elsewhere = Elsewhere::Yes { _wanted: wanted };
        }
        self.port = Some(port);
        let message = format!(
            "listens on port {port} whatever PORT says, and this engine has no network but the machine's: one instance of it can run, and another version replaces it with a gap"
        );
        self.output.say(LogLevel::Warn, message);
        self.endpoint()
    }

    /// Waits until it ends by itself; may be dropped and asked for again.
    pub(crate) async fn ended(&mut self) -> Ended {
        let ended = match self.ended.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone(),
            Err(_) => None,
        };
        ended.unwrap_or_else(|| Ended {
            reason: "was lost".to_owned(),
            lasted: Duration::ZERO,
            port_taken: false,
            without_engine: false,
        })
    }

    /// Asks it to end, ends it when it does not, and removes it.
    pub(crate) async fn stop(self) {
        let Self { stop, keeper, .. } = self;
        drop(stop);
        if let Err(error) = keeper.await {
            tracing::error!(%error, "a container's keeper ended badly");
        }
    }
}

/// What a container is made with, beside what it is to be.
struct Prepared {
    engine: Engine,
    /// What to think of where the image is for another machine.
    foreign: String,
    /// On the machine's network: the port that it is told.
    told: Option<HeldPort>,
    elsewhere: Elsewhere,
}

impl Prepared {
    async fn of(engines: &Arc<Engines>, spec: &Spec, launch: &Launch) -> Result<Self, NotStarted> {
        let engine = engines.get().await.map_err(|error| NotStarted {
            reason: error.to_string(),
            without_engine: true,
        })?;
        let image = image(&engine, &launch.image).await?;
        let (told, elsewhere) = match engine.facts.network {
            Network::Bridge => (None, Elsewhere::No),
            Network::Host => {
                let told = HeldPort::free().await.map_err(|error| NotStarted {
                    reason: format!("could not be started: {error}"),
                    without_engine: false,
                })?;
                // First named, then looked at: of two that are started together each knows of the
                // other.
                let wanted = WantedPort::of(spec.port);
                let is_taken = is_open(&engine.facts.host, spec.port).await;
                let elsewhere = match wanted.filter(|_| !is_taken) {
                    Some(wanted) => Elsewhere::Perhaps {
                        wanted,
                        is_said: false,
                    },
                    None => Elsewhere::No,
                };
                (Some(told), elsewhere)
            }
        };
        Ok(Self {
            foreign: foreign(&image, &engine),
            engine,
            told,
            elsewhere,
        })
    }
}

/// The image, pulled where somebody removed it meanwhile.
async fn image(engine: &Engine, image: &str) -> Result<ImageInspect, NotStarted> {
    match engine.image(image).await {
        Ok(found) => return Ok(found),
        Err(error) if reasons::is_gone(&error) => {
            return Err(NotStarted {
                reason: reasons::not_started(&engine.facts, &error),
                without_engine: true,
            });
        }
        Err(_) => {}
    }
    let (nobody, _) = watch::channel(String::new());
    let not_there = |reason| NotStarted {
        reason,
        without_engine: false,
    };
    pull::pull(engine, image, &nobody)
        .await
        .map_err(not_there)?;
    let found = engine.image(image).await;
    found.map_err(|error| not_there(reasons::not_started(&engine.facts, &error)))
}

/// Once it is called off, what the engine was asked has a moment more: what it has made can be
/// removed, what it is about to make cannot.
async fn is_over(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(A_MOMENT).await;
}

fn called_off() -> NotStarted {
    NotStarted {
        reason: "was called off before it ran".to_owned(),
        without_engine: false,
    }
}

/// Why a container does not run.
enum NotMade {
    Said(Error),
    /// It runs, and the engine has published nothing of it.
    NoPort,
    CalledOff,
}

impl NotMade {
    fn said_of(&self, engine: &Engine, foreign: &str) -> NotStarted {
        match self {
            Self::Said(error) => NotStarted {
                reason: reasons::not_started(&engine.facts, error) + foreign,
                without_engine: reasons::is_gone(error),
            },
            Self::NoPort => NotStarted {
                reason: format!(
                    "{} published no port for it: a container that runs has to be reached",
                    engine.facts.name
                ),
                without_engine: false,
            },
            Self::CalledOff => called_off(),
        }
    }
}

impl From<Error> for NotMade {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

/// Makes a container and starts it; gives the port where it is reached, which one that ended at
/// once has not: why it did is told by its end.
async fn make(engine: &Engine, making: &Making<'_>, name: &str) -> Result<Option<u16>, NotMade> {
    let named = CreateContainerOptionsBuilder::default().name(name).build();
    let docker = &engine.docker;
    docker.create_container(Some(named), making.body()).await?;
    docker.start_container(name, None).await?;
    if engine.facts.network == Network::Host {
        return Ok(Some(making.port));
    }
    let found = docker.inspect_container(name, None).await?;
    let published = found
        .network_settings
        .and_then(|network| network.ports)
        .and_then(|mut ports| ports.remove(&inside(making.port)).flatten())
        .unwrap_or_default();
    let port = published
        .iter()
        .find_map(|binding| binding.host_port.as_ref()?.parse().ok());
    let has_ended = found
        .state
        .is_some_and(|state| state.running == Some(false));
    match port {
        // Whoever listens on the same port of this machine is another.
        None if !has_ended => Err(NotMade::NoPort),
        port => Ok(port),
    }
}

/// A name that no other container has and that says whose it is.
fn name(instance: &str, launch: &Launch) -> String {
    let environment = &launch.place.environment;
    let unique = random::token().unwrap_or_default();
    let unique: String = unique
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    format!("miso-{instance}-{environment}-{unique}")
}

/// What to think of where an image was made for another machine; empty where it was not. Engines
/// can be set up to run such images, so they are tried.
fn foreign(image: &ImageInspect, engine: &Engine) -> String {
    let platform = &engine.facts.platform;
    match (&image.os, &image.architecture) {
        (Some(os), Some(architecture)) if !architecture.is_empty() => {
            let made_for = format!("{os}/{architecture}");
            match made_for == *platform {
                true => String::new(),
                false => format!(" (the image is made for {made_for}, the engine runs {platform})"),
            }
        }
        (_, _) => String::new(),
    }
}

/// Whether something listens on a port.
async fn is_open(host: &str, port: u16) -> bool {
    let host = host.trim_matches(['[', ']']);
    let connected = timeout(A_LOOK, TcpStream::connect((host, port))).await;
    matches!(connected, Ok(Ok(_)))
}
