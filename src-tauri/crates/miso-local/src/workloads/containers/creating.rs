//! What an engine is told to make.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, PortBinding};

use super::engine::{Facts, Limits, Network};
use super::engines::LABEL;
use super::spec::{Command, Spec};
use crate::workloads::launch::Launch;

/// Processes that one container may have.
const MOST_PROCESSES: i64 = 4096;
/// What the engine keeps of what one prints; what is read of it is kept elsewhere.
const LOG: [(&str, &str); 2] = [("max-size", "10m"), ("max-file", "2")];

/// What a container is made from.
pub(super) struct Making<'a> {
    pub(super) spec: &'a Spec,
    pub(super) launch: &'a Launch,
    pub(super) facts: &'a Facts,
    /// The id of this instance.
    pub(super) owner: &'a str,
    /// What the container is called in logs and events.
    pub(super) instance: &'a str,
    /// The port that it is told to open.
    pub(super) port: u16,
}

/// The port inside, as the engine names it.
pub(super) fn inside(port: u16) -> String {
    format!("{port}/tcp")
}

impl Making<'_> {
    pub(super) fn body(&self) -> ContainerCreateBody {
        let (entrypoint, cmd) = match &self.spec.command {
            None => (None, None),
            Some(Command::Words(words)) => (None, Some(words.clone())),
            Some(Command::Shell(text)) => {
                let shell = ["/bin/sh", "-c"].map(str::to_owned);
                (Some(shell.to_vec()), Some(vec![text.clone()]))
            }
        };
        let environment = self.launch.environment(self.instance, self.port);
        let is_published = self.facts.network == Network::Bridge;
        ContainerCreateBody {
            image: Some(self.launch.image.clone()),
            env: Some(in_lines(environment)),
            entrypoint,
            cmd,
            exposed_ports: is_published.then(|| vec![inside(self.port)]),
            labels: Some(self.labels()),
            tty: Some(false),
            host_config: Some(self.host()),
            ..ContainerCreateBody::default()
        }
    }

    fn labels(&self) -> HashMap<String, String> {
        let place = &self.launch.place;
        [
            (LABEL, self.owner),
            ("miso.application", place.application.as_str()),
            ("miso.environment", place.environment.as_str()),
            ("miso.name", self.instance),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    fn host(&self) -> HostConfig {
        let Limits {
            memory,
            swap,
            cpus,
            processes,
        } = self.facts.limits;
        let bytes = i64::try_from(self.spec.memory_bytes).ok();
        let published = PortBinding {
            // Of this machine for this machine alone; elsewhere for the address that is known.
            host_ip: Some(self.facts.host.trim_matches(['[', ']']).to_owned())
                .filter(|host| host.parse::<std::net::IpAddr>().is_ok()),
            // Any that is free.
            host_port: Some(String::new()),
        };
        let bindings = HashMap::from([(inside(self.port), Some(vec![published]))]);
        let (network_mode, port_bindings) = match self.facts.network {
            Network::Bridge => (None, Some(bindings)),
            Network::Host => (Some("host".to_owned()), None),
        };
        let log = LOG.map(|(name, value)| (name.to_owned(), value.to_owned()));
        HostConfig {
            network_mode,
            port_bindings,
            memory: bytes.filter(|_| memory),
            // None beside it: what does not fit is ended, and does not slow the machine down.
            memory_swap: bytes.filter(|_| memory && swap),
            nano_cpus: cpus.map(|cores| (self.spec.cpus.min(cores.into()) * 1e9) as i64),
            pids_limit: processes.then_some(MOST_PROCESSES),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(log.into()),
            }),
            ..HostConfig::default()
        }
    }
}

fn in_lines(environment: BTreeMap<String, String>) -> Vec<String> {
    environment
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}
