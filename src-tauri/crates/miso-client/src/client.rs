//! The client of one connection: one set of methods over one reading of the wire.

mod reads_as;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use miso_api::{Application, Deployment, Environment, Health, Me, Page};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use url::Url;

use crate::answer::LookedAt;
use crate::configuring::HeldSecrets;
use crate::confirming::Confirmations;
use crate::course::Still;
use crate::explorer::SentCalls;
use crate::fleet::entry_of;
use crate::read_only::ReadOnly;
use crate::recording::Recorder;
use crate::session::{Bearer, Known, Session, Surroundings};
use crate::signin::{DeviceCode, SignInParameters, SignInSettings};
use crate::tail::Tails;
use crate::telling::Telling;
use crate::transport::{Instance, Transport};
use crate::view::View;
use crate::watch::{Leases, follow_on, watch};
use crate::{
    Account, Budget, Cache, Capabilities, Capability, Class, Clock, Code, Connection, ConnectionId,
    Event, Failure, Lease, Network, Publish, Reading, Resource, SessionState, StampedSession,
};

/// The client of one connection. Cheap to clone; watchers live as long as the last clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub id: ConnectionId,
    pub url: Url,
    pub clock: Arc<dyn Clock>,
    pub publish: Arc<dyn Publish>,
    pub budget: Arc<Budget>,
    pub transport: Transport,
    pub network: Network,
    pub capabilities: Arc<Capabilities>,
    pub view: View,
    pub leases: Leases,
    /// Whether the whole connection counts as production.
    pub production: AtomicBool,
    /// Whether it is locked.
    pub read_only: Arc<ReadOnly>,
    /// What is shown now to be confirmed.
    pub confirmations: Confirmations,
    /// Since when deployments have not moved.
    pub still: Still,
    pub tails: Tails,
    pub recorder: Recorder,
    pub telling: Telling,
    /// Which of the unwell were looked at closer.
    pub looked_at: LookedAt,
    pub held_secrets: HeldSecrets,
    /// What was sent by hand.
    pub sent_calls: SentCalls,
    session: Arc<Session>,
}

impl Client {
    /// A client for a connection; makes no request by itself.
    pub(crate) fn new(connection: &Connection, around: Surroundings, cache: Arc<Cache>) -> Self {
        let network = Network::new(connection.network.clone());
        let around = Surroundings {
            network: network.clone(),
            ..around
        };
        let (clock, publish) = (around.clock.clone(), around.publish.clone());
        let budget = Arc::new(Budget::of(connection, clock.clone(), cache.clone()));
        let capabilities = Arc::new(Capabilities::kept(
            connection.id.clone(),
            cache.clone(),
            clock.clone(),
        ));
        capabilities.set_speaks(connection.speaks());
        let session = Arc::new(Session::new(
            connection.id.clone(),
            connection.url.clone(),
            connection.sign_in.clone(),
            around,
        ));
        session.set_speaks(connection.speaks());
        let (id, announce) = (connection.id.clone(), publish.clone());
        let read_only = Arc::new(ReadOnly::new(connection.read_only));
        let transport = Transport::new(
            Instance {
                base: connection.url.clone(),
                network: network.clone(),
                capabilities: capabilities.clone(),
            },
            budget.clone(),
            read_only.clone(),
            Arc::new(Bearer(session.clone())),
            clock.clone(),
            Arc::new(move |wait| {
                announce.publish(Event::WaitDue {
                    connection: id.clone(),
                    wait,
                })
            }),
        );
        let subject = connection
            .account
            .as_ref()
            .map(|account| account.subject.clone());
        let view = View::new(connection.id.clone(), cache, subject.unwrap_or_default());
        let id = connection.id.clone();
        let leases = Leases::default();
        Self {
            inner: Arc::new(Inner {
                id,
                url: connection.url.clone(),
                clock,
                publish,
                budget,
                transport,
                network,
                capabilities,
                view,
                leases,
                production: AtomicBool::new(connection.production),
                read_only,
                confirmations: Confirmations::default(),
                still: Still::default(),
                tails: Tails::default(),
                recorder: Recorder::default(),
                telling: Telling::default(),
                looked_at: LookedAt::default(),
                held_secrets: HeldSecrets::default(),
                sent_calls: SentCalls::default(),
                session,
            }),
        }
    }

    /// The way of its requests, the provider's too.
    pub fn network(&self) -> &Network {
        &self.inner.network
    }

    /// How it signs in.
    pub(crate) fn sign_in_settings(&self) -> Arc<SignInSettings> {
        self.inner.session.settings()
    }

    /// Has one sign in in another way; whether its session has to be taken up anew.
    pub(crate) fn set_sign_in(&self, settings: SignInSettings) -> bool {
        self.inner.session.set_settings(settings)
    }

    /// Takes up what the keyring holds for the way one signs in now.
    pub async fn restore_for_settings(&self) {
        self.inner.session.restore_for_settings().await;
        self.inner.go_on();
    }

    /// What this instance is known not to offer. It is asked again after a day.
    pub fn lacking(&self) -> Vec<Capability> {
        self.inner.capabilities.lacking()
    }

    /// Forgets what this instance does not offer, so that it is asked again now.
    pub fn forget_lacking(&self) {
        self.inner.capabilities.forget();
        self.inner.leases.wake_all();
    }

    /// A client whose far end is simulated.
    #[cfg(test)]
    pub(crate) fn simulated(
        connection: &Connection,
        around: Surroundings,
        cache: Arc<Cache>,
        carrier: Arc<dyn crate::http::Carrier>,
        tokens: Arc<dyn crate::transport::Tokens>,
    ) -> Self {
        let mut client = Self::new(connection, around, cache);
        let inner = Arc::get_mut(&mut client.inner).unwrap();
        inner.transport.simulate(carrier, tokens);
        client
    }

    /// The connection's session.
    pub fn session(&self) -> SessionState {
        self.inner.session.state().state
    }

    /// The connection's session, with its place among all that were told.
    pub fn stamped_session(&self) -> StampedSession {
        self.inner.session.state()
    }

    /// Says that [`Self::restore`] is about to be called.
    pub fn begin_restoring(&self) {
        self.inner.session.begin_restoring();
    }

    /// Takes up the session that the keyring holds, if any.
    pub async fn restore(&self) {
        self.inner.session.restore().await;
        self.inner.go_on();
    }

    /// The same for who asks a question or two and ends: what goes on by itself, such as following a
    /// deployment, is left to the app.
    pub async fn restore_alone(&self) {
        self.inner.session.restore().await;
    }

    /// Signs in with the browser. Its end is announced by [`Event::SessionChanged`].
    pub async fn sign_in(&self, remember: bool) {
        self.inner.session.sign_in(remember).await;
        self.inner.go_on();
    }

    /// Signs in on another device, where the browser of this one is of no use (RFC 8628). Its end
    /// is announced by [`Event::SessionChanged`].
    pub async fn sign_in_on_device(&self, remember: bool) {
        self.inner.session.sign_in_on_device(remember).await;
        self.inner.go_on();
    }

    /// What the other device is to be told, while [`Self::sign_in_on_device`] waits for it.
    pub fn device_code(&self) -> Option<DeviceCode> {
        self.inner.session.device()
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
        let signing_in = self
            .inner
            .session
            .sign_in_as_service(client_id, secret, remember);
        let signed_in = signing_in.await;
        self.inner.go_on();
        signed_in
    }

    /// Calls an attempt to sign in off.
    pub fn cancel_sign_in(&self) {
        self.inner.session.cancel();
    }

    /// The address the browser was sent to, while it is waited for. Not for the webview.
    pub fn sign_in_address(&self) -> Option<Url> {
        self.inner.session.address()
    }

    /// Takes over what people changed of the connection.
    pub(crate) fn edited(&self, connection: &Connection) {
        let inner = &self.inner;
        inner
            .production
            .store(connection.production, Ordering::SeqCst);
        inner.read_only.set(connection.read_only);
    }

    /// Lets writes through on a locked connection for 15 minutes; until when.
    pub fn unlock(&self) -> DateTime<Utc> {
        self.inner.read_only.unlock(self.inner.clock.now())
    }

    /// Locks it again before that.
    pub fn lock_again(&self) {
        self.inner.read_only.lock_again();
    }

    /// Until when a locked connection can be written to, if it can now.
    pub fn unlocked_until(&self) -> Option<DateTime<Utc>> {
        self.inner.read_only.unlocked_until(self.inner.clock.now())
    }

    /// Says what is known of the instance from elsewhere than the network: its issuer, and further
    /// parameters of the authorization request, such as the local instance's launch key.
    pub fn set_known(&self, issuer: String, parameters: SignInParameters) {
        self.inner.session.set_known(Known {
            issuer: Some(issuer),
            parameters: Some(parameters),
        });
    }

    /// Signs out and forgets what was kept of the account here.
    ///
    /// # Errors
    /// Where the keyring or the cache could not be cleared; the session is over all the same.
    pub async fn sign_out(&self) -> Result<(), Failure> {
        self.inner.leave_the_account();
        let signing_out = self.inner.session.sign_out();
        // The page has nothing to show from the first moment on, whatever the keyring does.
        let (signed_out, erased) =
            tokio::join!(biased; signing_out, async { self.inner.view.erase() });
        signed_out.and(erased)
    }

    /// Lets nobody sign in any more.
    pub(crate) fn close(&self) {
        self.inner.session.close();
    }

    /// Waits for what must not be cut off at the end of the process.
    pub(crate) async fn settled(&self) {
        self.inner.session.settled().await;
    }

    /// Shows what is known of this account only.
    pub(crate) fn show_account(&self, account: &Account) {
        if self.inner.view.set_account(&account.subject) {
            self.inner.leave_the_account();
        }
    }

    /// The caller.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked; so for all reads below.
    pub async fn me(&self) -> Result<Reading<Me>, Failure> {
        self.read(Resource::Me).await
    }

    /// Every application with all its environments, up to 1,000; of many, the first ones at first.
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

    /// One environment.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn environment(&self, environment: String) -> Result<Reading<Environment>, Failure> {
        self.read(Resource::Environment { environment }).await
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
        let known = match self.known_application(&application) {
            Some(known) => known,
            None => self.application(application).await?.value,
        };
        entry_of(&known, environment)
            .and_then(|entry| Url::parse(entry.url.as_deref()?).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Failure::new(Code::NotFound))
    }

    /// Has a resource kept fresh while the lease is held.
    pub fn watch(&self, resource: Resource) -> Lease {
        watch(&self.inner, resource)
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
        self.inner.tails.left(lease);
    }

    /// Asks the server now; the new value is announced by [`Event::ResourceChanged`].
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn refresh(&self, resource: &Resource) -> Result<(), Failure> {
        self.inner.refresh(resource, Class::Interactive).await
    }

    /// What is known, at once; else what the server says.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        resource: Resource,
    ) -> Result<Reading<T>, Failure> {
        if let Some(reading) = self.inner.view.peek(&resource) {
            return Ok(reading);
        }
        self.inner.refresh(&resource, Class::Interactive).await?;
        self.inner
            .view
            .peek(&resource)
            .ok_or_else(|| Failure::new(Code::SignedOut))
    }
}

impl Inner {
    /// Goes on with what waited for somebody to be signed in.
    fn go_on(self: &Arc<Self>) {
        let state = self.session.state().state;
        self.transport
            .faults()
            .note_session(&state, self.clock.now());
        if let SessionState::SignedIn { .. } = state {
            follow_on(self);
            self.recorder.go_on();
            self.telling.go_on();
            self.tails.wake_recorded();
        }
        self.leases.wake_all();
    }

    /// Ends what runs for the account from before: its logs are not for the next one, nor is the
    /// end of what it started.
    fn leave_the_account(&self) {
        self.recorder.leave_the_account();
        self.telling.leave_the_account();
        self.tails.end();
        self.held_secrets.clear();
        self.confirmations.clear();
        self.transport.forget_description();
        self.sent_calls.clear();
        self.looked_at.clear();
        self.leases.leave_the_account();
    }
}
