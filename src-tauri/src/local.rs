//! The local instance inside the app. It replaces the far end and nothing else: what is known of
//! it here is its address and a launch key for each sign-in.

use std::path::PathBuf;
use std::sync::Arc;

use miso_client::{ConnectionId, SignInParameters};
use miso_local::{
    ContainerEngine, Instance, Options, RateLimit, SecretString, Seed, SignInKeys, Speaks,
    V1RateLimit, WorkloadCommand,
};
use tokio::sync::Mutex;

use crate::error::CommandError;
use crate::events::Notice;
use crate::state::App;

const NAME: &str = "This machine";

/// The instance, once started.
pub(crate) struct Local {
    folder: PathBuf,
    running: Mutex<Option<Instance>>,
}

impl Local {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            running: Mutex::new(None),
        }
    }

    /// Stops the instance and its workloads.
    pub(crate) async fn stop(&self) {
        if let Some(instance) = self.running.lock().await.take() {
            instance.stop().await;
        }
    }
}

/// Starts the instance unless it runs, and makes the connection to it. The notices say what was
/// set aside.
pub(crate) async fn start(app: &App) -> Result<(ConnectionId, Vec<Notice>), CommandError> {
    let mut running = app.local.running.lock().await;
    let mut notices = Vec::new();
    if running.is_none() {
        let instance = miso_local::start(options(app)?).await?;
        notices = instance.notices().iter().map(notice).collect();
        *running = Some(instance);
    }
    let Some(instance) = running.as_ref() else {
        return Err(CommandError::new("local_failed"));
    };
    let connection =
        app.connections
            .add_local(instance.url().clone(), instance.instance_id(), NAME);
    let keys = instance.sign_in_keys();
    let parameters: SignInParameters = Arc::new(move |challenge| launch_key(&keys, challenge));
    for leading_there in app.connections.local(instance.instance_id()) {
        let client = app.client(&leading_there)?;
        client.set_known(instance.issuer().to_owned(), parameters.clone());
    }
    Ok((connection, notices))
}

/// The launch key in an address that the browser remembers, and that stands in its command line:
/// good for that sign-in alone.
fn launch_key(keys: &SignInKeys, challenge: &str) -> Vec<(String, SecretString)> {
    match keys.for_challenge(challenge) {
        Ok(key) => vec![("launch_key".to_owned(), key)],
        Err(error) => {
            tracing::warn!(%error, "the sign-in page will ask for the key");
            Vec::new()
        }
    }
}

/// Starts the instance at the start of the app, where a connection leads to it, and takes up the
/// session there.
pub(crate) async fn resume(
    app: &App,
    connection: &ConnectionId,
) -> Result<Vec<Notice>, CommandError> {
    let started = start(app).await;
    let client = app.client(connection)?;
    client.begin_restoring();
    client.restore().await;
    started.map(|(_, notices)| notices)
}

fn options(app: &App) -> Result<Options, CommandError> {
    let program = std::env::current_exe()
        .map_err(|error| CommandError::new("local_failed").with("reason", error))?;
    Ok(Options {
        data_dir: app.local.folder.clone(),
        port: None,
        seed: Seed::Demo,
        service_account: None,
        rate_limit: RateLimit::default(),
        speaks: Speaks::default(),
        v1_rate_limit: V1RateLimit::default(),
        without: Vec::new(),
        rotate_signing_key: false,
        workload: WorkloadCommand {
            program,
            args: vec!["workload".into()],
        },
        engine: ContainerEngine::Found,
    })
}

fn notice(notice: &miso_local::Notice) -> Notice {
    let params = notice
        .params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Notice {
        code: notice.code.to_string(),
        params: params.collect(),
    }
}
