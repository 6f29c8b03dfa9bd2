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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::workloads::catalogue::Image;
    use serde_json::json;

    /// What an engine with such a network and such limits is told to make.
    fn body(facts: &Facts, command: Option<&str>, port: u16) -> ContainerCreateBody {
        let mut manifest = json!({"port": 8080, "startupCommand": command});
        if command.is_none() {
            manifest.as_object_mut().unwrap().remove("startupCommand");
        }
        let image = "registry.example/box:1.0";
        let launch = Launch::new(
            &Place::new("orders-api", "dev"),
            image,
            Image::resolve(image).unwrap(),
            manifest.as_object().unwrap(),
            BTreeMap::from([("MISO_CPUS".to_owned(), "8".to_owned())]),
        )
        .unwrap();
        let making = Making {
            spec: launch.container().unwrap(),
            launch: &launch,
            facts,
            owner: "an instance",
            instance: "orders-api-1",
            port,
        };
        making.body()
    }

    fn told(body: &ContainerCreateBody, name: &str) -> Option<String> {
        let lines = body.env.iter().flatten();
        let mut named = lines.filter_map(|line| line.strip_prefix(&format!("{name}=")));
        named.next().map(str::to_owned)
    }

    #[test]
    fn on_a_bridge_the_manifests_port_is_published_for_this_machine_alone() {
        let body = body(&Facts::example(), None, 8080);
        assert_eq!(told(&body, "PORT").as_deref(), Some("8080"));
        assert_eq!(
            body.exposed_ports.as_deref(),
            Some(&["8080/tcp".to_owned()][..])
        );
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode, None, "the engine's own");
        let published = &host.port_bindings.unwrap()["8080/tcp"];
        let published = published.as_deref().unwrap();
        assert_eq!(published.len(), 1);
        assert_eq!(published[0].host_ip.as_deref(), Some("127.0.0.1"));
        assert_eq!(published[0].host_port.as_deref(), Some(""), "any free one");
    }

    #[test]
    fn an_engine_elsewhere_publishes_where_it_is() {
        for (host, expected) in [
            ("10.0.0.5", Some("10.0.0.5")),
            ("[fd00::1]", Some("fd00::1")),
            // A name is no address to bind to.
            ("engine.example", None),
        ] {
            let facts = Facts {
                host: host.into(),
                ..Facts::example()
            };
            let host = body(&facts, None, 8080).host_config.unwrap();
            let published = host.port_bindings.unwrap()["8080/tcp"].clone().unwrap();
            assert_eq!(published[0].host_ip.as_deref(), expected);
        }
    }

    #[test]
    fn on_the_machines_network_it_is_told_a_port_and_nothing_is_published() {
        let facts = Facts {
            network: Network::Host,
            ..Facts::example()
        };
        let body = body(&facts, None, 40_123);
        assert_eq!(told(&body, "PORT").as_deref(), Some("40123"));
        assert_eq!(body.exposed_ports, None);
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode.as_deref(), Some("host"));
        assert_eq!(host.port_bindings, None);
    }

    #[test]
    fn limits_are_those_that_the_engine_can_hold() {
        let none = body(&Facts::example(), None, 1).host_config.unwrap();
        let of = |host: &HostConfig| {
            (
                host.memory,
                host.memory_swap,
                host.nano_cpus,
                host.pids_limit,
            )
        };
        assert_eq!(of(&none), (None, None, None, None));
        let facts = Facts {
            limits: Limits {
                memory: true,
                swap: true,
                cpus: Some(4),
                processes: true,
            },
            ..Facts::example()
        };
        let all = body(&facts, None, 1).host_config.unwrap();
        let memory = Some(1 << 30);
        // Of the eight cores that are asked for it has four.
        let cpus = Some(4_000_000_000);
        assert_eq!(of(&all), (memory, memory, cpus, Some(MOST_PROCESSES)));
    }

    #[test]
    fn it_carries_whose_it_is_and_what_it_runs() {
        let plain = body(&Facts::example(), None, 1);
        assert_eq!(plain.image.as_deref(), Some("registry.example/box:1.0"));
        assert_eq!((plain.entrypoint, plain.cmd), (None, None));
        let labels = plain.labels.unwrap();
        assert_eq!(labels[LABEL], "an instance");
        assert_eq!(labels["miso.application"], "orders-api");
        let words = body(&Facts::example(), Some("serve --all"), 1);
        assert_eq!(words.entrypoint, None, "the image's own");
        assert_eq!(words.cmd.unwrap(), ["serve", "--all"]);
        let shell = body(&Facts::example(), Some("a && b"), 1);
        assert_eq!(shell.entrypoint.unwrap(), ["/bin/sh", "-c"]);
        assert_eq!(shell.cmd.unwrap(), ["a && b"]);
    }
}
