//! An instance from its start to its end.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::Utc;
use hyper_util::service::TowerToHyperService;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::deploy::CUT_SHORT;
use crate::folder::Folder;
use crate::http::limits::Limits;
use crate::http::server;
use crate::identity::Identity;
use crate::logs::Logs;
use crate::oidc::devices::Devices;
use crate::oidc::keys::Keys;
use crate::oidc::one_time::OneTimeKeys;
use crate::oidc::pending::Pending;
use crate::oidc::{DESKTOP, Successors};
use crate::options::Options;
use crate::people;
use crate::random::NoRandomness;
use crate::sealing::Seal;
use crate::site::{Shared, Site};
use crate::store::{self, Store, applications, deployments, progress, sessions};
use crate::v1::{Drafts, WindowLimit};
use crate::workloads::Platform;
use crate::workloads::containers::Engines;
use crate::{Notice, StartError, api, descriptors, seed};

/// The fact that holds the instance's id, for the day the identity's own file cannot be read.
const INSTANCE_ID: &str = "instance_id";
/// How long the database may take to close.
const STORE_TIME: Duration = Duration::from_secs(1);

/// A running instance. [`Instance::stop`] ends it in order; dropped without it, its workloads end
/// with the process.
pub struct Instance {
    site: Shared,
    instance_id: String,
    was_filled: bool,
    notices: Vec<Notice>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _folder: Folder,
}

/// Starts an instance: when this returns, it answers. Its workloads come up meanwhile.
///
/// # Errors
/// What is in the way, as [`StartError`] names it; nothing was lost by it.
pub async fn start(options: Options) -> Result<Instance, StartError> {
    if let Some(account) = options
        .service_account
        .as_ref()
        .filter(|account| is_reserved(&account.client_id))
    {
        return Err(StartError::ClientIdReserved {
            client_id: account.client_id.clone(),
        });
    }
    descriptors::raise();
    let folder = Folder::open(&options.data_dir)?;
    match start_in(&folder, options).await {
        Ok(started) => Ok(started.holding(folder)),
        Err(error) => {
            folder.undo();
            Err(error)
        }
    }
}

async fn start_in(folder: &Folder, options: Options) -> Result<Started, StartError> {
    // Before anything is written: a port that was asked for is never exchanged.
    let asked = match options.port {
        Some(port) => Some(listen_on(port).await?),
        None => None,
    };
    let (found, mut notices) = Identity::read(folder)?;
    let (store, set_aside) = Store::open(&folder.database())?;
    let is_whole = set_aside.is_empty();
    notices.extend(set_aside);
    let database = |reason: String| StartError::DatabaseUnreadable {
        path: folder.database(),
        reason,
    };
    let mut identity = match found {
        Some(identity) => identity,
        None => {
            let noted = store.call(|db| progress::get(db, INSTANCE_ID)).await;
            Identity::make(noted.map_err(|error| database(error.to_string()))?)?
        }
    };
    let (listener, port) = match asked {
        Some(asked) => asked,
        None => listen_anywhere(identity.port).await?,
    };
    let moved = identity.port.filter(|before| *before != port);
    // A port that was asked for is no surprise.
    if let (None, Some(before)) = (options.port, moved) {
        notices.push(Notice::new(
            "port_moved",
            [("from", before.to_string()), ("to", port.to_string())],
        ));
    }
    let rotated = identity
        .renew_signing_key(options.rotate_signing_key, Utc::now())
        .map_err(|NoRandomness| StartError::NoRandomness)?;
    if rotated || identity.port != Some(port) {
        identity.port = Some(port);
        identity.save(folder)?;
    }
    let instance_id = identity.instance_id.clone();
    let (known, is_filled) = store
        .call(move |db| {
            progress::set(db, INSTANCE_ID, &instance_id)?;
            deployments::fail_unfinished(db, CUT_SHORT, store::now())?;
            sessions::forget_ended(db, store::now())?;
            Ok((applications::keys(db)?, seed::is_done(db)?))
        })
        .await
        .map_err(|error| database(error.to_string()))?;
    let logs = Logs::new(folder.logs());
    // Where the database is new, nobody knows whose logs they are.
    if is_whole && let Err(error) = logs.keep_only(&known) {
        tracing::warn!(%error, "logs of removed applications are left");
    }

    let broken = |error: &dyn std::error::Error| StartError::FolderUnwritable {
        path: folder.identity(),
        source: io::Error::other(error.to_string()),
    };
    let seal = Seal::new(identity.sealing_key.expose_secret()).map_err(|error| broken(&error))?;
    let keys = Keys::new(identity.signing_key.expose_secret(), &identity.retired_keys)
        .map_err(|error| broken(&error))?;
    let seal = Arc::new(seal);
    let issuer = format!("http://127.0.0.1:{port}");
    let url = Url::parse(&issuer).map_err(|error| broken(&error))?;
    let engines = Engines::new(options.engine, identity.instance_id.clone());
    let platform = Platform::new(store.clone(), &seal, options.workload, engines, logs);
    let site = Arc::new(Site {
        url,
        issuer,
        store,
        keys,
        launch_key: identity.launch_key,
        one_time_keys: Arc::default(),
        successors: Successors::new(identity.sealing_key.expose_secret()),
        service_account: options.service_account,
        limits: Limits::new(options.rate_limit),
        speaks: options.speaks,
        v1_limit: WindowLimit::new(options.v1_rate_limit),
        drafts: Drafts::default(),
        pending: Pending::default(),
        devices: Devices::default(),
        seal,
        platform: Arc::new(platform),
        without: options.without,
        document: OnceLock::new(),
    });

    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let service = TowerToHyperService::new(api::router(Arc::clone(&site), port));
    tasks.spawn(server::serve(listener, service, stop.clone()));
    let platform = Arc::clone(&site.platform);
    site.platform
        .tasks
        .spawn(async move { platform.measure().await });
    site.platform
        .rollouts
        .spawn(fill(Arc::clone(&site), options.seed));
    Ok(Started {
        site,
        instance_id: identity.instance_id,
        is_filled,
        notices,
        stop,
        tasks,
    })
}

/// An instance that answers, but does not hold its folder yet.
struct Started {
    site: Shared,
    instance_id: String,
    is_filled: bool,
    notices: Vec<Notice>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Started {
    fn holding(self, folder: Folder) -> Instance {
        Instance {
            site: self.site,
            instance_id: self.instance_id,
            was_filled: self.is_filled,
            notices: self.notices,
            stop: self.stop,
            tasks: self.tasks,
            _folder: folder,
        }
    }
}

/// Makes launch keys for single sign-ins.
#[derive(Clone)]
pub struct SignInKeys(Arc<OneTimeKeys>);

impl SignInKeys {
    /// A key for the sign-in of this PKCE challenge (RFC 7636), within 10 minutes.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn for_challenge(&self, challenge: &str) -> Result<SecretString, StartError> {
        let made = self.0.make(challenge, Utc::now());
        made.map_err(|NoRandomness| StartError::NoRandomness)
    }
}

impl Instance {
    /// The instance's address.
    pub fn url(&self) -> &Url {
        &self.site.url
    }

    /// The issuer of its provider: the address without a slash at its end.
    pub fn issuer(&self) -> &str {
        &self.site.issuer
    }

    /// The launch key: who holds it may choose who to be. The authorization parameter
    /// `launch_key` carries it.
    pub fn sign_in_key(&self) -> &SecretString {
        &self.site.launch_key
    }

    /// Launch keys for single sign-ins: for addresses that a browser sees and remembers.
    pub fn sign_in_keys(&self) -> SignInKeys {
        SignInKeys(Arc::clone(&self.site.one_time_keys))
    }

    /// The id of the instance; it stays when the port moves.
    pub fn instance_id(&self) -> &str {
        &self.instance_id
    }

    /// Whether an earlier start had filled it: then the seed counted for nothing.
    pub fn was_filled(&self) -> bool {
        self.was_filled
    }

    /// What the user should be told although the instance runs.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Ends the instance: requests and workloads side by side, then the database. It takes at
    /// most 6 seconds; a process that has not ended by then ends with this one, and a container is
    /// removed at the next start.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        tokio::join!(self.tasks.wait(), self.site.platform.shut_down());
        if timeout(STORE_TIME, self.site.store.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
    }
}

/// Whether a name is the app's own or a person's: the history would take one for the other.
fn is_reserved(client_id: &str) -> bool {
    let person = people::by_id(client_id).or_else(|| people::by_username(client_id));
    client_id == DESKTOP || person.is_some()
}

/// Opens that port, or for 0 any.
async fn listen_on(port: u16) -> Result<(TcpListener, u16), StartError> {
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { port },
        _ => StartError::Listen { port, source },
    };
    let listener = server::listen(port).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    Ok((listener, port))
}

/// Opens the port of last time, or another.
async fn listen_anywhere(remembered: Option<u16>) -> Result<(TcpListener, u16), StartError> {
    if let Some(port) = remembered
        && let Ok(opened) = listen_on(port).await
    {
        return Ok(opened);
    }
    listen_on(0).await
}

/// What comes up while the instance answers already: what ran before, then the seed.
async fn fill(site: Shared, seed: crate::Seed) {
    let filling = async {
        if let Err(error) = site.platform.resume().await {
            tracing::error!(%error, "what ran before could not be started again");
        }
        seed::fill(&site, seed).await;
    };
    tokio::select! {
        () = filling => {}
        () = site.platform.stop.cancelled() => {}
    }
}

#[cfg(test)]
#[path = "instance_tests.rs"]
mod tests;
