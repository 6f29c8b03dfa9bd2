//! The client of one connection: one set of methods over one reading of the wire.

use std::sync::Arc;

use miso_api::{Application, DeployRequest, Deployment, Environment, Health, LineSink, Me, Page};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::session::{Known, Session, Surroundings};
use crate::tail::{Tail, TailProgress, follow};
use crate::transport::{Call, Transport};
use crate::view::{Epoch, View};
use crate::watch::{Leases, follow_deployment, watch};
use crate::wire::documented;
use crate::{
    Account, Budget, Cache, Class, Clock, Code, Connection, ConnectionId, Event, Failure, Lease,
    Limits, Publish, Reading, Resource, SessionState, Source,
};

/// Above this many applications search, sort and paging are the server's (DESIGN.md).
const MOST_APPLICATIONS: u32 = 1_000;

/// The client of one connection. Cheap to clone; watchers live as long as the last clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub id: ConnectionId,
    pub clock: Arc<dyn Clock>,
    pub publish: Arc<dyn Publish>,
    pub budget: Arc<Budget>,
    pub transport: Transport,
    pub view: View,
    pub leases: Leases,
    /// Whether the whole connection counts as production.
    pub production: bool,
    session: Arc<Session>,
}

impl Client {
    /// A client for a connection; makes no request by itself.
    pub(crate) fn new(
        connection: &Connection,
        around: Surroundings,
        cache: Arc<Cache>,
    ) -> Result<Self, Failure> {
        let (clock, publish) = (around.clock.clone(), around.publish.clone());
        let budget = Arc::new(Budget::new(clock.clone(), Limits::default()));
        let session = Arc::new(Session::new(
            connection.id.clone(),
            connection.url.clone(),
            connection.client_id.clone(),
            around,
        ));
        let (id, announce) = (connection.id.clone(), publish.clone());
        let transport = Transport::new(
            connection.url.clone(),
            budget.clone(),
            session.clone(),
            clock.clone(),
            Arc::new(move |wait| {
                announce.publish(Event::WaitDue {
                    connection: id.clone(),
                    wait,
                })
            }),
        )?;
        let subject = connection
            .account
            .as_ref()
            .map(|account| account.subject.clone());
        let view = View::new(connection.id.clone(), cache, subject.unwrap_or_default());
        let id = connection.id.clone();
        let leases = Leases::default();
        Ok(Self {
            inner: Arc::new(Inner {
                id,
                clock,
                publish,
                budget,
                transport,
                view,
                leases,
                production: connection.production,
                session,
            }),
        })
    }

    /// The connection's session.
    pub fn session(&self) -> SessionState {
        self.inner.session.state()
    }

    /// Says that [`Self::restore`] is about to be called.
    pub fn begin_restoring(&self) {
        self.inner.session.begin_restoring();
    }

    /// Takes up the session that the keyring holds, if any.
    pub async fn restore(&self) {
        self.inner.session.restore().await;
        self.inner.leases.wake_all();
    }

    /// Signs in with the browser. Its end is announced by [`Event::SessionChanged`].
    pub async fn sign_in(&self, remember: bool) {
        self.inner.session.sign_in(remember).await;
        self.inner.leases.wake_all();
    }

    /// Signs in as a service account, for machines without a browser.
    ///
    /// # Errors
    /// [`Code::SignedOut`] for a wrong id or secret.
    pub async fn sign_in_as_service(
        &self,
        client_id: String,
        secret: SecretString,
        remember: bool,
    ) -> Result<(), Failure> {
        self.inner
            .session
            .sign_in_as_service(client_id, secret, remember)
            .await
    }

    /// Calls an attempt to sign in off.
    pub fn cancel_sign_in(&self) {
        self.inner.session.cancel();
    }

    /// The address the browser was sent to, while it is waited for. Not for the webview.
    pub fn sign_in_address(&self) -> Option<Url> {
        self.inner.session.address()
    }

    /// Says what is known of the instance from elsewhere than the network: its issuer, and further
    /// parameters of the authorization request, such as the local instance's launch key.
    pub fn set_known(&self, issuer: String, parameters: Vec<(String, SecretString)>) {
        let issuer = Some(issuer);
        self.inner.session.set_known(Known { issuer, parameters });
    }

    /// Signs out and forgets what was kept of the account here.
    ///
    /// # Errors
    /// Where the keyring or the cache could not be cleared; the session is over all the same.
    pub async fn sign_out(&self) -> Result<(), Failure> {
        let signed_out = self.inner.session.sign_out().await;
        let erased = self.inner.view.erase();
        signed_out.and(erased)
    }

    /// Shows what is known of this account only.
    pub(crate) fn show_account(&self, account: &Account) {
        self.inner.view.set_account(&account.subject);
    }

    /// The caller.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked; so for all reads below.
    pub async fn me(&self) -> Result<Reading<Me>, Failure> {
        self.read(Resource::Me).await
    }

    /// Every application with all its environments, up to 1,000.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn applications(&self) -> Result<Reading<Page<Application>>, Failure> {
        self.read(Resource::Applications).await
    }

    /// One application.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn application(&self, application: String) -> Result<Reading<Application>, Failure> {
        self.read(Resource::Application { application }).await
    }

    /// Every environment, on the way of a release.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn environments(&self) -> Result<Reading<Vec<Environment>>, Failure> {
        let reading: Reading<Page<Environment>> = self.read(Resource::Environments).await?;
        Ok(reading.map(|page| self.known_stages().sorted(page.data)))
    }

    /// Recent deployments, newest first, of everything or of one application.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn deployments(
        &self,
        application: Option<String>,
    ) -> Result<Reading<Page<Deployment>>, Failure> {
        self.read(Resource::Deployments { application }).await
    }

    /// One deployment.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn deployment(&self, id: String) -> Result<Reading<Deployment>, Failure> {
        self.read(Resource::Deployment { id }).await
    }

    /// The health of an application in an environment.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn health(
        &self,
        application: String,
        environment: String,
    ) -> Result<Reading<Health>, Failure> {
        self.read(Resource::Health {
            application,
            environment,
        })
        .await
    }

    /// The address of an application in an environment.
    ///
    /// # Errors
    /// [`Code::NotFound`] where it has none that a browser could open.
    pub async fn address_of(&self, application: String, environment: &str) -> Result<Url, Failure> {
        let all = self.applications().await?.value.data;
        let entry = all
            .into_iter()
            .filter(|known| known.key == application)
            .flat_map(|known| known.environments)
            .find(|entry| entry.environment == environment);
        entry
            .and_then(|entry| Url::parse(&entry.url?).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Failure::new(Code::NotFound))
    }

    /// Creates an application from its manifest. Sent once.
    ///
    /// # Errors
    /// [`Code::Validation`] with the fields, [`Code::Conflict`] where the key is taken,
    /// [`Code::OutcomeUnknown`] where the answer was lost.
    pub async fn create_application(&self, manifest: Value) -> Result<Application, Failure> {
        let created = self
            .write(&documented::create_application(manifest))
            .await?;
        self.inner.leases.wake(&Resource::Applications);
        Ok(created)
    }

    /// Starts a deployment, and watches it until it ends. Sent once.
    ///
    /// # Errors
    /// [`Code::Conflict`] while another one is under way there, [`Code::Forbidden`] and
    /// [`Code::NoteTooLong`], also without being sent where that is known before,
    /// [`Code::OutcomeUnknown`] where the answer was lost.
    pub async fn deploy(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<Deployment, Failure> {
        self.check_deploy(application, request)?;
        let key = Uuid::new_v4().to_string();
        let call = documented::deploy(application, request, &key)
            .map_err(|error| Failure::new(Code::Validation).saying(error.to_string()))?;
        let sent = self.write::<Deployment>(&call).await;
        self.inner.leases.wake_lists(application);
        let deployment = match sent {
            Err(failure) if failure.code == Code::OutcomeUnknown => {
                self.find(application, &key).await.ok_or(failure)?
            }
            other => other?,
        };
        let resource = Resource::Deployment {
            id: deployment.id.clone(),
        };
        self.inner.keep(&resource, &deployment)?;
        follow_deployment(&self.inner, &deployment.id);
        Ok(deployment)
    }

    /// The deployment that carries our key, where its request was lost on the way back.
    async fn find(&self, application: &str, idempotency_key: &str) -> Option<Deployment> {
        let call = documented::deployments(Some(application));
        let known: Result<Page<Deployment>, Failure> =
            self.inner.transport.send(&call, Class::Interactive).await;
        match known {
            Ok(known) => known
                .data
                .into_iter()
                .find(|known| known.idempotency_key.as_deref() == Some(idempotency_key)),
            Err(failure) => {
                tracing::info!(
                    ?failure,
                    "what became of a deployment could not be found out"
                );
                None
            }
        }
    }

    /// Has a resource kept fresh while the lease is held.
    pub fn watch(&self, resource: Resource) -> Lease {
        watch(&self.inner, resource)
    }

    /// Follows a log into a sink while the lease is held.
    pub fn follow_log(
        &self,
        application: String,
        environment: String,
        sink: Arc<dyn LineSink>,
        cursor: Option<String>,
        on_progress: impl Fn(TailProgress) + Send + Sync + 'static,
    ) -> Lease {
        let lease = self.inner.leases.take_for_log(self.inner.clock.monotonic());
        let on_progress = Box::new(on_progress);
        let tail = Tail {
            application,
            environment,
            sink,
            cursor,
            on_progress,
        };
        tokio::spawn(follow(Arc::downgrade(&self.inner), lease.id.clone(), tail));
        lease
    }

    /// Renews a lease.
    ///
    /// # Errors
    /// [`Code::NotFound`] where it has ended; take a new one.
    pub fn renew(&self, lease: &str) -> Result<(), Failure> {
        self.inner.leases.renew(lease, self.inner.clock.monotonic())
    }

    /// Ends a lease.
    pub fn end(&self, lease: &str) {
        self.inner.leases.end(lease);
    }

    /// Asks the server now; the new value is announced by [`Event::ResourceChanged`].
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn refresh(&self, resource: &Resource) -> Result<(), Failure> {
        self.inner.refresh(resource, Class::Interactive).await
    }

    /// What is known, at once; else what the server says.
    async fn read<T: DeserializeOwned>(&self, resource: Resource) -> Result<Reading<T>, Failure> {
        if let Some(reading) = self.inner.view.peek(&resource) {
            return Ok(reading);
        }
        self.inner.refresh(&resource, Class::Interactive).await?;
        self.inner
            .view
            .peek(&resource)
            .ok_or_else(|| Failure::new(Code::SignedOut))
    }

    async fn write<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Failure> {
        self.inner.transport.send(call, Class::Interactive).await
    }
}

impl Inner {
    /// Asks the server for a resource, once for all who ask at the same time, and publishes.
    pub(crate) async fn refresh(&self, resource: &Resource, class: Class) -> Result<(), Failure> {
        let asked = self.clock.now();
        let gate = self.view.gate(resource);
        let _asking = gate.lock().await;
        if let Some((_, as_of, Source::Live)) = self.view.raw(resource)
            && as_of >= asked
        {
            return Ok(());
        }
        let epoch = self.view.epoch();
        match self.fetch(resource, class).await {
            Ok(value) => {
                self.take(epoch, resource, value);
                Ok(())
            }
            Err(failure) => {
                if self.view.fail(resource, &failure) {
                    self.announce(resource, true);
                }
                Err(failure)
            }
        }
    }

    /// Takes a value that came with a write's answer.
    fn keep(&self, resource: &Resource, value: &impl Serialize) -> Result<(), Failure> {
        self.take(self.view.epoch(), resource, json(value)?);
        Ok(())
    }

    fn take(&self, epoch: Epoch, resource: &Resource, value: Value) {
        if let Some(changed) = self.view.put(epoch, resource, value, self.clock.now()) {
            self.announce(resource, changed);
        }
    }

    fn announce(&self, resource: &Resource, changed: bool) {
        let (connection, resource) = (self.id.clone(), resource.clone());
        self.publish.publish(Event::ResourceChanged {
            connection,
            resource,
            changed,
        });
    }

    async fn fetch(&self, resource: &Resource, class: Class) -> Result<Value, Failure> {
        match resource {
            Resource::Applications => self.fetch_applications(class).await,
            Resource::Application { application } => {
                self.fetch_one::<Application>(&documented::application(application), class)
                    .await
            }
            Resource::Environments => {
                self.fetch_one::<Page<Environment>>(&documented::environments(), class)
                    .await
            }
            Resource::Me => self.fetch_one::<Me>(&documented::me(), class).await,
            Resource::Deployments { application } => {
                let call = documented::deployments(application.as_deref());
                self.fetch_one::<Page<Deployment>>(&call, class).await
            }
            Resource::Deployment { id } => {
                self.fetch_one::<Deployment>(&documented::deployment(id), class)
                    .await
            }
            Resource::Health {
                application,
                environment,
            } => {
                self.fetch_one::<Health>(&documented::health(application, environment), class)
                    .await
            }
        }
    }

    async fn fetch_one<T: DeserializeOwned + Serialize>(
        &self,
        call: &Call,
        class: Class,
    ) -> Result<Value, Failure> {
        json(&self.transport.send::<T>(call, class).await?)
    }

    async fn fetch_applications(&self, class: Class) -> Result<Value, Failure> {
        let mut all: Page<Application> = self
            .transport
            .send(&documented::applications(1), class)
            .await?;
        let pages = all.meta.as_ref().map_or(1, |meta| meta.total_pages);
        for page in 2..=pages.min(MOST_APPLICATIONS / documented::PAGE_SIZE) {
            let next: Page<Application> = self
                .transport
                .send(&documented::applications(page), class)
                .await?;
            all.data.extend(next.data);
        }
        json(&all)
    }
}

fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(Code::NotMiso).with("excerpt", error))
}
