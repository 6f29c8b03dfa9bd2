//! Bringing faults about: an application that is well, and its next version, which is not.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream::iter;
use miso_api::{DeployRequest, Deployment, DeploymentStatus, LogLevel};
use miso_client::{AnswerKind, Client, Resource};
use miso_local::{
    ContainerEngine, Instance, Options, RateLimit, Seed, ServiceAccount, Speaks, V1RateLimit,
    WorkloadCommand,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::{AT_ONCE, DEV, LONGEST, lines};
use crate::service_client::{ROBOT, SECRET, service_client};

pub(super) const WELL: &str = "miso/faulty:0.9";
pub(super) const FAULTY: &str = "miso/faulty:1.0";
/// A process that has been well is asked how it is every five seconds: a fault after so long is
/// found a second or two later.
const AFTER: f64 = 8.0;
/// The same of a leak, which has to be measured some times first.
const LEAK_AFTER: f64 = 33.0;
/// How long a process may be in starting before its deployment fails, in seconds.
const START_TIME: i64 = 20;
/// So many of each kind.
const EACH: usize = 3;

/// A fault, and what is to be told of it.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) key: String,
    pub(super) name: &'static str,
    pub(super) kind: AnswerKind,
    /// How many seconds it is well before; none where it never is.
    pub(super) after: f64,
    /// What its failing check is called.
    pub(super) check: Option<String>,
    /// The variable that it names.
    pub(super) item: Option<&'static str>,
}

/// What is true of a fault that was brought about.
#[derive(Clone, Debug)]
pub(super) struct Injected {
    /// The deployment that it came with.
    pub(super) deployment: String,
    /// When it was there.
    pub(super) at: DateTime<Utc>,
    /// When its deployment was asked for.
    pub(super) asked: DateTime<Utc>,
}

const NAMES: [(&str, AnswerKind); 10] = [
    ("crash", AnswerKind::Crash),
    ("value", AnswerKind::WrongValue),
    ("secret", AnswerKind::MissingSecret),
    ("dependency", AnswerKind::Dependency),
    ("slow", AnswerKind::SlowStart),
    ("leak", AnswerKind::MemoryLeak),
    ("check", AnswerKind::FailingCheck),
    ("burst", AnswerKind::ErrorBurst),
    ("port", AnswerKind::NoListener),
    ("flap", AnswerKind::Flapping),
];

/// Three of each kind, made of a seed.
pub(super) fn faults(seed: u64) -> Vec<Fault> {
    let mut state = seed;
    let mut random = || {
        // SplitMix64 by Steele, Lea and Flood.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let checks = ["db", "queue", "storage"];
    let mut faults = Vec::new();
    for number in 0..EACH {
        for (name, kind) in NAMES {
            let later = (random() % 15) as f64 / 10.0;
            let after = match name {
                "value" | "secret" => 0.0,
                // Of those that may, one is never well.
                "crash" | "port" if number == 0 => 0.0,
                "slow" => 60.0,
                "leak" => LEAK_AFTER + later,
                _ => AFTER + later,
            };
            let check = match name {
                "dependency" => Some(base_of(number)),
                "check" => Some(checks[(random() % 3) as usize].to_owned()),
                "leak" => Some("memory".to_owned()),
                "flap" => Some("upstream".to_owned()),
                _ => None,
            };
            faults.push(Fault {
                key: format!("{name}-{number}"),
                name,
                kind,
                after,
                check,
                item: match name {
                    "value" => Some("QUEUE_SIZE"),
                    "secret" => Some("API_TOKEN"),
                    _ => None,
                },
            });
        }
    }
    faults
}

/// The application that one depends on; it turns unwell itself.
fn base_of(number: usize) -> String {
    format!("base-{number}")
}

impl Fault {
    /// How long after its deployment's end it is asked about.
    pub(super) fn seen_after(&self) -> Duration {
        let seconds = match self.name {
            // It turns three times.
            "flap" => 42.0,
            "value" | "secret" | "slow" => 1.0,
            _ if self.after < 1.0 => 1.0,
            // It ends twice, and is asked about between the two probes that see a burst.
            _ => self.after + 12.0,
        };
        Duration::from_secs_f64(seconds).min(LONGEST)
    }

    fn manifest(&self) -> Value {
        let variable = |name: &str, value: String| json!({"name": name, "value": value, "location": "variable", "required": true});
        let mut items = vec![
            variable("FAULT", self.name.to_owned()),
            variable("FAULT_AFTER", self.after.to_string()),
        ];
        match (self.name, &self.check) {
            ("check", Some(check)) => items.push(variable("FAULT_CHECK", check.clone())),
            ("dependency", Some(base)) => items.push(variable("DEPENDS_ON", base.clone())),
            ("value", _) => items.push(variable("QUEUE_SIZE", "many".to_owned())),
            ("secret", _) => {
                items.push(json!({"name": "API_TOKEN", "location": "keyvault", "required": false}))
            }
            _ => {}
        }
        manifest(&self.key, items)
    }
}

fn manifest(key: &str, configuration: Vec<Value>) -> Value {
    json!({"key": key, "displayName": key, "type": "api", "image": WELL, "port": 8080,
        "registryMode": "external", "requiresDatabase": false, "requiresRedis": false,
        "requiresStorage": false, "configuration": configuration})
}

/// An instance of its own, and a client that may ask it as often as it likes.
pub(super) async fn instance(folder: &Path) -> (Instance, Client) {
    let own = std::env::current_exe().unwrap();
    let program = own.ancestors().nth(2).unwrap().join("miso-desktop");
    assert!(
        program.is_file(),
        "{} is missing: cargo build --workspace --bin miso-desktop",
        program.display()
    );
    let instance = miso_local::start(Options {
        data_dir: folder.to_owned(),
        port: None,
        seed: Seed::Empty,
        service_account: Some(ServiceAccount {
            client_id: ROBOT.to_owned(),
            client_secret: SECRET.into(),
        }),
        rate_limit: RateLimit::PerHourMinute {
            hour: 900_000,
            minute: 90_000,
        },
        speaks: Speaks::default(),
        v1_rate_limit: V1RateLimit::default(),
        without: Vec::new(),
        rotate_signing_key: false,
        workload: WorkloadCommand {
            program,
            args: vec!["workload".into()],
        },
        engine: ContainerEngine::None,
    });
    let instance = instance.await.unwrap();
    let client = service_client(instance.url(), instance.issuer()).await;
    client.me().await.unwrap();
    (instance, client)
}

/// Makes all applications, each well and running.
pub(super) async fn make(client: &Client, faults: &[Fault]) {
    let bases = (0..EACH).map(|number| {
        let base = Fault {
            key: base_of(number),
            name: "check",
            kind: AnswerKind::FailingCheck,
            after: AFTER,
            check: Some("db".to_owned()),
            item: None,
        };
        base.manifest()
    });
    let manifests: Vec<Value> = bases.chain(faults.iter().map(Fault::manifest)).collect();
    let mut made = iter(manifests)
        .map(|manifest| async {
            let made = client.create_application(manifest).await.unwrap();
            newest_ended(client, &made.key).await
        })
        .buffer_unordered(AT_ONCE);
    while let Some(deployment) = made.next().await {
        let status = &deployment.status;
        assert_eq!(*status, DeploymentStatus::Completed, "{deployment:?}");
    }
}

/// Deploys the version that has the fault once there is room for that, and says when it is there.
pub(super) async fn inject(client: &Client, fault: &Fault, room: &Semaphore) -> Injected {
    let asked = Utc::now();
    let deployment = {
        let _room = room.acquire().await.unwrap();
        deploy(client, &fault.key).await
    };
    let ended = Utc::now();
    let step = |name| deployment.steps.iter().find(|step| step.name == name);
    let started = step("start").and_then(|step| step.started_at).unwrap();
    let well = step("health").and_then(|step| step.completed_at);
    let later = |seconds: f64| {
        let well = well.unwrap_or(ended);
        well + TimeDelta::milliseconds((seconds * 1000.0) as i64)
    };
    let at = match (fault.name, &fault.check) {
        ("slow", _) => started + TimeDelta::seconds(START_TIME),
        ("port", _) if fault.after < 1.0 => started + TimeDelta::seconds(START_TIME),
        ("dependency", Some(base)) => {
            deploy(client, base).await;
            noticed(client, &fault.key, asked).await
        }
        // It never was well, and has ended.
        _ if fault.after < 1.0 => ended,
        _ => later(fault.after),
    };
    Injected {
        deployment: deployment.id,
        at,
        asked,
    }
}

/// When an application itself says first that another one is not well.
async fn noticed(client: &Client, key: &str, since: DateTime<Utc>) -> DateTime<Utc> {
    let began = Instant::now();
    loop {
        let said = lines(client, key, LogLevel::Warn, "is not well", since).await;
        if let Some(first) = said.first() {
            return *first;
        }
        assert!(began.elapsed() < LONGEST, "{key} noticed nothing");
        sleep(Duration::from_millis(500)).await;
    }
}

async fn deploy(client: &Client, key: &str) -> Deployment {
    let request = DeployRequest {
        environment: DEV.to_owned(),
        image: Some(FAULTY.to_owned()),
        ..DeployRequest::default()
    };
    client.deploy(key, &request).await.unwrap();
    newest_ended(client, key).await
}

/// The newest deployment of an application, once it has ended.
async fn newest_ended(client: &Client, key: &str) -> Deployment {
    let history = Resource::Deployments {
        application: Some(key.to_owned()),
    };
    let began = Instant::now();
    loop {
        client.refresh(&history).await.unwrap();
        let known = client.deployments(Some(key.to_owned())).await.unwrap();
        let newest = known.value.data.into_iter().next();
        if let Some(newest) = newest.filter(|one| one.status.has_ended()) {
            return newest;
        }
        assert!(began.elapsed() < 2 * LONGEST, "{key} is not deployed");
        sleep(Duration::from_millis(300)).await;
    }
}
