//! Every connection of this machine, each with its client.

use std::path::Path;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak,
};
use std::time::Duration;

use url::Url;

use crate::lock::lock;
use crate::session::Surroundings;
use crate::signin::Browser;
use crate::{
    Account, Cache, Client, Clock, Code, Connection, ConnectionId, Event, Failure, Network,
    Publish, SessionState, StampedSession, Vault,
};

mod changing;

/// What all clients share.
pub struct Parts {
    /// The keyring.
    pub vault: Arc<Vault>,
    /// The browser.
    pub browser: Arc<dyn Browser>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where events go.
    pub publish: Arc<dyn Publish>,
    /// What was read last.
    pub cache: Arc<Cache>,
}

/// The connections, in the order in which they were made.
pub struct Connections {
    shared: Arc<Shared>,
}

struct Shared {
    around: Surroundings,
    cache: Arc<Cache>,
    all: RwLock<Vec<Entry>>,
    /// Held by who makes a connection. Its client reads what was kept, which may take a moment: all
    /// others go on meanwhile.
    making: Mutex<()>,
}

struct Entry {
    connection: Connection,
    client: Client,
}

impl Connections {
    /// The connections that the settings hold.
    pub fn new(parts: Parts, known: Vec<Connection>) -> Self {
        let Parts {
            vault,
            browser,
            clock,
            publish,
            cache,
        } = parts;
        vault.remember_in(cache.clone());
        let relay = Arc::new(Relay {
            onward: publish,
            shared: Mutex::new(Weak::new()),
        });
        let around = Surroundings {
            vault,
            browser,
            clock,
            publish: relay.clone(),
            network: Network::default(),
        };
        let shared = Arc::new(Shared {
            around,
            cache,
            all: RwLock::new(Vec::new()),
            making: Mutex::new(()),
        });
        *relay.lock() = Arc::downgrade(&shared);
        for connection in known {
            let client = shared.client(&connection);
            shared.write().push(Entry { connection, client });
        }
        Self { shared }
    }

    /// Opens the cache in a folder of the caller's.
    ///
    /// # Errors
    /// [`Code::CacheFailed`].
    pub fn cache_in(folder: &Path) -> Result<Cache, Failure> {
        Cache::open(&folder.join("cache.sqlite"))
    }

    /// Every connection and its session, in order.
    pub fn list(&self) -> Vec<(Connection, StampedSession)> {
        let all = self.shared.read();
        all.iter()
            .map(|entry| (entry.connection.clone(), entry.client.stamped_session()))
            .collect()
    }

    /// What the settings should hold.
    pub fn to_save(&self) -> Vec<Connection> {
        self.shared
            .read()
            .iter()
            .map(|entry| entry.connection.clone())
            .collect()
    }

    /// A connection.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`].
    pub fn get(&self, id: &ConnectionId) -> Result<Connection, Failure> {
        self.shared.find(id, |entry| entry.connection.clone())
    }

    /// A connection's client.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`].
    pub fn client(&self, id: &ConnectionId) -> Result<Client, Failure> {
        self.shared.find(id, |entry| entry.client.clone())
    }

    /// The connection to the local instance of this id, made if there is none yet; all that lead there
    /// follow it where it has moved to another port.
    pub fn add_local(&self, url: Url, instance: &str, name: &str) -> ConnectionId {
        let leads_there = |known: &Connection| known.local_instance.as_deref() == Some(instance);
        let first = self.find_or_insert(leads_there, |others| Connection {
            name: name.to_owned(),
            local_instance: Some(instance.to_owned()),
            ..Connection::to(url.clone(), others)
        });
        for mut connection in self.to_save().into_iter().filter(leads_there) {
            if connection.url != url {
                connection.url = url.clone();
                self.exchange(connection);
            }
        }
        first.id
    }

    /// Every connection to the local instance of this id: several accounts may be at home there.
    pub fn local(&self, instance: &str) -> Vec<ConnectionId> {
        let all = self.to_save().into_iter();
        all.filter(|known| known.local_instance.as_deref() == Some(instance))
            .map(|connection| connection.id)
            .collect()
    }

    /// Lets writes through on a locked connection for 15 minutes.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`].
    pub fn unlock(&self, id: &ConnectionId) -> Result<(), Failure> {
        self.client(id)?.unlock();
        self.changed();
        Ok(())
    }

    /// Locks it again before that.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`].
    pub fn lock_again(&self, id: &ConnectionId) -> Result<(), Failure> {
        self.client(id)?.lock_again();
        self.changed();
        Ok(())
    }

    /// Removes a connection with all that was kept of it. Signs it out first.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`]; or what could not be cleared, the connection is gone then too.
    pub async fn remove(&self, id: &ConnectionId) -> Result<(), Failure> {
        let client = self.client(id)?;
        // Gone first: nobody signs in to what is about to be erased.
        self.shared
            .write()
            .retain(|entry| entry.connection.id != *id);
        client.close();
        self.changed();
        let signed_out = client.sign_out().await;
        let erased = self.shared.cache.erase_all_of(id);
        signed_out.and(erased)
    }

    /// The connection that is looked for, made if there is none yet: by one at a time, so that two
    /// who ask at once get the same.
    fn find_or_insert(
        &self,
        is_meant: impl Fn(&Connection) -> bool,
        make: impl Fn(&[Connection]) -> Connection,
    ) -> Connection {
        let connection = {
            let _alone = lock(&self.shared.making);
            let others = self.to_save();
            if let Some(known) = others.iter().find(|known| is_meant(known)) {
                return known.clone();
            }
            let connection = make(&others);
            let client = self.shared.client(&connection);
            self.shared.write().push(Entry {
                connection: connection.clone(),
                client,
            });
            connection
        };
        self.changed();
        connection
    }

    /// Puts a connection in the place of the one with its id.
    fn exchange(&self, connection: Connection) {
        let client = self.shared.client(&connection);
        let mut all = self.shared.write();
        if let Some(entry) = all
            .iter_mut()
            .find(|entry| entry.connection.id == connection.id)
        {
            *entry = Entry { connection, client };
        }
        drop(all);
        self.changed();
    }

    /// Waits for what must not be cut off at the end of the process: a refresh token that came for
    /// one that is spent goes into the keyring.
    pub async fn settled(&self) {
        let clients = self.clients();
        futures_util::future::join_all(clients.iter().map(Client::settled)).await;
    }

    /// Waits until no line of a log is put away any more, so that another process may work on the logs.
    /// What is not done after `patience` is ended: its lines come again.
    pub async fn logs_settled(&self, patience: Duration) {
        let clients = self.clients();
        let all = clients.iter().map(|client| client.logs_settled(patience));
        futures_util::future::join_all(all).await;
    }

    fn clients(&self) -> Vec<Client> {
        let all = self.shared.read();
        all.iter().map(|entry| entry.client.clone()).collect()
    }

    /// Waits until what was read is written, or the time is over.
    pub fn flush(&self, limit: Duration) {
        if !self.shared.cache.flush(limit) {
            tracing::warn!("not everything that was read could be kept");
        }
    }

    fn changed(&self) {
        self.shared
            .around
            .publish
            .publish(Event::ConnectionsChanged);
    }
}

impl Shared {
    fn client(&self, connection: &Connection) -> Client {
        Client::new(connection, self.around.clone(), self.cache.clone())
    }

    fn find<T>(&self, id: &ConnectionId, take: impl Fn(&Entry) -> T) -> Result<T, Failure> {
        self.read()
            .iter()
            .find(|entry| entry.connection.id == *id)
            .map(take)
            .ok_or_else(|| unknown(id))
    }

    /// Keeps who signed in; whether that is new.
    fn remember(&self, id: &ConnectionId, account: &Account) -> bool {
        let mut all = self.write();
        let Some(entry) = all.iter_mut().find(|entry| entry.connection.id == *id) else {
            return false;
        };
        entry.client.show_account(account);
        let before = entry.connection.account.replace(account.clone());
        before.as_ref() != Some(account)
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Entry>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Entry>> {
        self.all.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(id: &ConnectionId) -> Failure {
    Failure::new(Code::ConnectionUnknown).with("connection", id)
}

/// Passes events on, and keeps with a connection who signed in.
struct Relay {
    onward: Arc<dyn Publish>,
    shared: Mutex<Weak<Shared>>,
}

impl Relay {
    fn lock(&self) -> MutexGuard<'_, Weak<Shared>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Publish for Relay {
    fn publish(&self, event: Event) {
        let signed_in = match &event {
            Event::SessionChanged {
                connection,
                session: SessionState::SignedIn { account, .. },
                ..
            } => Some((connection.clone(), account.clone())),
            Event::SessionChanged { .. }
            | Event::ConnectionsChanged
            | Event::ResourceChanged { .. }
            | Event::WaitDue { .. }
            | Event::DeploymentEnded { .. }
            | Event::RecordingsChanged { .. }
            | Event::SignOutNotTold { .. } => None,
        };
        let shared = self.lock().upgrade();
        let is_new = match (signed_in, shared) {
            (Some((connection, account)), Some(shared)) => shared.remember(&connection, &account),
            (_, _) => false,
        };
        self.onward.publish(event);
        if is_new {
            self.onward.publish(Event::ConnectionsChanged);
        }
    }
}
