//! An engine that answered, and what it is.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::ImageInspect;
use tokio::time::timeout;

use super::reasons;

/// How long an engine may take to answer what costs it nothing.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it may take to say what it has, or to remove a container.
pub(super) const A_WORD: Duration = Duration::from_secs(10);

/// An engine that answered.
#[derive(Clone)]
pub(super) struct Engine {
    pub(super) docker: Docker,
    pub(super) facts: Arc<Facts>,
    /// Where its own commands keep what registries ask for.
    pub(super) credentials: Arc<[PathBuf]>,
}

/// What an engine is.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// `Docker` or `Podman`.
    pub(super) name: &'static str,
    pub(super) version: String,
    /// Where it answers.
    pub(super) address: String,
    /// Where the ports are that it publishes, as in a URL.
    pub(super) host: Arc<str>,
    /// What it runs, such as `linux/amd64`.
    pub(super) platform: String,
    pub(super) network: Network,
    pub(super) limits: Limits,
}

/// How containers are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// Each has ports of its own, which are published.
    Bridge,
    /// All have the ports of the machine.
    Host,
}

/// Which limits the engine can hold containers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) memory: bool,
    pub(super) swap: bool,
    pub(super) cpus: Option<u32>,
    pub(super) processes: bool,
}

impl Engine {
    /// Asks who answers at an address, written as in `DOCKER_HOST`.
    pub(super) async fn at(address: &str) -> Result<Self, String> {
        if address.starts_with("ssh://") {
            let advice = "forward its socket instead, and set DOCKER_HOST to that";
            return Err(format!(
                "an engine is not reached over ssh from here: {advice}"
            ));
        }
        let docker = Docker::connect_with_host(address).map_err(|error| reasons::said(&error))?;
        match timeout(PATIENCE, Self::ask(docker, address)).await {
            Ok(asked) => asked.map_err(|error| reasons::said(&error)),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    async fn ask(docker: Docker, address: &str) -> Result<Self, Error> {
        let docker = docker.negotiate_version().await?;
        let version = docker.version().await?;
        let info = docker.info().await?;
        let networks = docker.list_networks(None).await?;
        let bridged = networks
            .iter()
            .any(|network| network.driver.as_deref() == Some("bridge"));
        let components = version.components.unwrap_or_default();
        let is_podman = components
            .iter()
            .any(|component| component.name.contains("Podman"));
        let known = |text: Option<String>| text.unwrap_or_default();
        let cores = info.ncpu.and_then(|cores| u32::try_from(cores).ok());
        let can = |said: Option<bool>| said.unwrap_or_default();
        let facts = Facts {
            name: if is_podman { "Podman" } else { "Docker" },
            version: known(version.version),
            address: address.to_owned(),
            host: host(address).into(),
            platform: format!("{}/{}", known(version.os), known(version.arch)),
            network: match bridged {
                true => Network::Bridge,
                false => Network::Host,
            },
            limits: Limits {
                memory: can(info.memory_limit),
                swap: can(info.swap_limit),
                cpus: cores.filter(|_| can(info.cpu_cfs_quota)),
                processes: can(info.pids_limit),
            },
        };
        let facts = Arc::new(facts);
        Ok(Self {
            docker,
            facts,
            credentials: super::credentials::files().into(),
        })
    }

    /// What it knows of an image that it has.
    pub(super) async fn image(&self, name: &str) -> Result<ImageInspect, Error> {
        within(A_WORD, self.docker.inspect_image(name)).await
    }

    /// Whether it still answers.
    pub(super) async fn answers(&self) -> bool {
        matches!(timeout(PATIENCE, self.docker.ping()).await, Ok(Ok(_)))
    }
}

/// What an engine says, if it does within that time.
pub(super) async fn within<T, E: From<Error>>(
    patience: Duration,
    said: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let said = timeout(patience, said).await;
    said.unwrap_or_else(|_| Err(Error::RequestTimeoutError.into()))
}

/// The machine of an engine: this one for sockets and pipes.
fn host(address: &str) -> String {
    let this = || "127.0.0.1".to_owned();
    let remote = ["tcp://", "http://", "https://"];
    let Some(rest) = remote
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
    else {
        return this();
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        Some(_) | None => authority,
    };
    match host {
        "" | "localhost" | "[::1]" => this(),
        host => host.to_owned(),
    }
}

#[cfg(test)]
impl Facts {
    pub(super) fn example() -> Self {
        Self {
            name: "Docker",
            version: "27.0.0".to_owned(),
            address: "unix:///var/run/docker.sock".to_owned(),
            host: "127.0.0.1".into(),
            platform: "linux/amd64".to_owned(),
            network: Network::Bridge,
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_ports_are_where_the_engine_is() {
        for (address, expected) in [
            ("unix:///var/run/docker.sock", "127.0.0.1"),
            ("tcp://localhost:2375", "127.0.0.1"),
            ("tcp://10.0.0.5:2375", "10.0.0.5"),
            ("https://engine.example:2376", "engine.example"),
            ("tcp://[fd00::1]:2375", "[fd00::1]"),
            ("tcp://[fd00::1]", "[fd00::1]"),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn where_nobody_is_it_says_so() {
        for address in [
            "unix:///nowhere/at/all.sock",
            "tcp://127.0.0.1:1",
            "ssh://a@b",
            "x",
        ] {
            let Err(why) = Engine::at(address).await else {
                panic!("{address} answered");
            };
            assert!(!why.is_empty());
        }
    }
}
