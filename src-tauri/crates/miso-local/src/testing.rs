//! What several tests start with.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use miso_api::{Deployment, LogLine};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::configuration;
use crate::deploy::{Order, carry_out};
use crate::http::limits::Limits;
use crate::logs::read::Wanted;
use crate::logs::{self, Logs};
use crate::oidc::Successors;
use crate::oidc::devices::Devices;
use crate::oidc::keys::Keys;
use crate::oidc::pending::Pending;
use crate::options::{ContainerEngine, RateLimit, ServiceAccount, Speaks, WorkloadCommand};
use crate::place::Place;
use crate::sealing::Seal;
use crate::site::Site;
use crate::store::applications::{self, StoredApplication};
use crate::store::placements::{self, Placement};
use crate::store::{self, Store, deployments};
use crate::v1::Drafts;
use crate::workloads::Platform;
use crate::workloads::containers::Engines;

/// The authority that [`site`] believes to have.
pub(crate) const HOST: &str = "127.0.0.1:8700";

/// A site without a listener, with a service account `ci`.
pub(crate) fn site(folder: &Path, limit: RateLimit, command: WorkloadCommand) -> Site {
    let (store, _) = Store::open(&folder.join("miso.db")).unwrap();
    let pair = aws_lc_rs::signature::EcdsaKeyPair::generate(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
    );
    let keys = Keys::new(pair.unwrap().to_pkcs8v1().unwrap().as_ref(), &[]).unwrap();
    let seal = Arc::new(Seal::new(&[7; 32]).unwrap());
    let issuer = format!("http://{HOST}");
    Site {
        url: Url::parse(&issuer).unwrap(),
        issuer,
        platform: Arc::new(platform(folder, &store, command)),
        store,
        keys,
        launch_key: "the launch key".to_owned().into(),
        one_time_keys: Arc::default(),
        successors: Successors::new(&[7; 32]),
        service_account: Some(ServiceAccount {
            client_id: "ci".to_owned(),
            client_secret: "a secret".to_owned().into(),
        }),
        limits: Limits::new(limit),
        speaks: Speaks::Both,
        v1_limit: None,
        drafts: Drafts::default(),
        pending: Pending::default(),
        devices: Devices::default(),
        seal,
        without: Vec::new(),
        document: std::sync::OnceLock::new(),
    }
}

/// A platform over a store, without a container engine.
pub(crate) fn platform(folder: &Path, store: &Store, command: WorkloadCommand) -> Platform {
    platform_with(folder, store, command, ContainerEngine::None)
}

fn platform_with(
    folder: &Path,
    store: &Store,
    command: WorkloadCommand,
    engine: ContainerEngine,
) -> Platform {
    let seal = Arc::new(Seal::new(&[7; 32]).unwrap());
    // As unique as the folder: what one test leaves is no other's.
    let id = folder.file_name().unwrap().to_string_lossy().into_owned();
    let logs = Logs::new(folder.join("logs"));
    Platform::new(
        store.clone(),
        &seal,
        command,
        Engines::new(engine, id),
        logs,
    )
}

/// A command by which nothing can be started: what is deployed fails.
pub(crate) fn no_command() -> WorkloadCommand {
    WorkloadCommand {
        program: "/nowhere/missing".into(),
        args: Vec::new(),
    }
}

/// This test program itself, as the workload that the image names.
pub(crate) fn own_command() -> WorkloadCommand {
    let this = format!("{}::a_workload", module_path!().split_once("::").unwrap().1);
    WorkloadCommand {
        program: std::env::current_exe().unwrap(),
        args: ["--ignored", "--exact", "--nocapture", &this]
            .map(OsString::from)
            .to_vec(),
    }
}

/// A shell script as every workload.
#[cfg(unix)]
pub(crate) fn script(script: &str) -> WorkloadCommand {
    WorkloadCommand {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
    }
}

/// A platform whose workloads are this test program itself, and an application `orders-api`.
pub(crate) struct Bench {
    pub(crate) platform: Arc<Platform>,
    pub(crate) store: Store,
    pub(crate) place: Place,
    pub(crate) folder: TempDir,
    engine: ContainerEngine,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(own_command(), json!({})).await
    }

    /// With another command, and that in the application's manifest.
    pub(crate) async fn with(command: WorkloadCommand, manifest: Value) -> Self {
        Self::on(ContainerEngine::None, command, manifest).await
    }

    /// The same with a container engine.
    pub(crate) async fn on(
        engine: ContainerEngine,
        command: WorkloadCommand,
        manifest: Value,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("miso.db")).unwrap();
        let mut manifest = manifest.as_object().unwrap().clone();
        let seal = Seal::new(&[7; 32]).unwrap();
        let sealed: Vec<_> = configuration::take_secrets(&mut manifest)
            .iter()
            .map(|secret| seal.seal("orders-api", secret).unwrap())
            .collect();
        let application = StoredApplication {
            key: "orders-api".to_owned(),
            manifest,
            version: 1,
            created_at: store::now(),
            updated_at: store::now(),
        };
        store
            .call(move |db| applications::insert(db, &application, &sealed))
            .await
            .unwrap();
        let platform = platform_with(folder.path(), &store, command, engine.clone());
        Self {
            platform: Arc::new(platform),
            store,
            place: Place::new("orders-api", "dev"),
            folder,
            engine,
        }
    }

    /// The platform of the next start, which has started nothing yet.
    pub(crate) async fn started_again(self) -> Self {
        self.platform.shut_down().await;
        self.next_start()
    }

    /// The same after one that was killed.
    pub(crate) fn next_start(self) -> Self {
        let engine = self.engine.clone();
        let next = platform_with(self.folder.path(), &self.store, own_command(), engine);
        Self {
            platform: Arc::new(next),
            ..self
        }
    }

    /// With other means to find an engine, before anything was deployed.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_engines(&mut self, engines: Engines) {
        let seal = Arc::new(Seal::new(&[7; 32]).unwrap());
        let logs = Logs::new(self.folder.path().join("logs"));
        let next = Platform::new(self.store.clone(), &seal, no_command(), engines, logs);
        self.platform = Arc::new(next);
    }

    /// Rolls a deployment out to its end.
    pub(crate) async fn deploy(&self, image: &str) {
        let order = Order {
            place: self.place.clone(),
            image: Some(image.to_owned()),
            note: None,
            idempotency_key: None,
            requested_by: "aino.laine".to_owned(),
        };
        carry_out(&self.platform, &self.store, order).await.unwrap();
    }

    /// The newest deployment.
    pub(crate) async fn newest(&self) -> Deployment {
        let (mut page, _) = self
            .store
            .call(|db| {
                let newest = deployments::Filter {
                    backwards: true,
                    ..deployments::Filter::default()
                };
                deployments::list(db, &newest, 0, 1)
            })
            .await
            .unwrap();
        page.remove(0)
    }

    /// What should run at the place.
    pub(crate) async fn placement(&self) -> Placement {
        let place = self.place.clone();
        let found = self.store.call(move |db| placements::get(db, &place));
        found.await.unwrap().unwrap()
    }

    /// What a workload at the place printed, and what was said about it.
    pub(crate) fn log(&self) -> Vec<LogLine> {
        let wanted = Wanted {
            order: logs::cursor::Order::Asc,
            limit: 10_000,
            levels: None,
            search: None,
            since: None,
            until: None,
            cursor: None,
        };
        let log = self.platform.logs.of(&self.place).unwrap();
        logs::read::read(&[("dev".to_owned(), log)], &wanted)
            .unwrap()
            .lines
    }
}

/// Not a test: what [`own_command`] starts.
#[test]
#[ignore = "runs as a workload of the other tests"]
fn a_workload() {
    let Ok(image) = std::env::var("MISO_IMAGE") else {
        return;
    };
    let name = image.trim_start_matches("miso/").split(':').next().unwrap();
    crate::workload::run(vec![name.into()]);
}
