//! Adding connections, and changing what people may change of them.

use url::Url;

use super::{Connections, Entry, unknown};
use crate::connection::LONGEST_NAME;
use crate::connections_file::{self, ConnectionOffer};
use crate::signin::{InstanceFound, Prompt, SignInSettings};
use crate::{
    Connection, ConnectionEdit, ConnectionId, ConnectionWay, Failure, Hue, NetworkSettings,
    OwnLimits, Speaks,
};

impl Connections {
    /// The connection to an instance, made if there is none yet.
    pub fn add(&self, url: Url, issuer: String) -> ConnectionId {
        let known = self.find_or_insert(leads_to(&url), |others| Connection {
            issuer: Some(issuer.clone()),
            ..Connection::to(url.clone(), others)
        });
        known.id
    }

    /// The same of what was found, by a way that was chosen, which one that is there already takes from now
    /// on; `None` leaves that one its own. With whether its session has to be taken up anew.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub fn add_by(
        &self,
        found: InstanceFound,
        way: Option<ConnectionWay>,
    ) -> Result<(ConnectionId, bool), Failure> {
        let InstanceFound {
            url,
            issuer,
            speaks,
            scopes_left_out: _,
        } = found;
        let way = way.map(ConnectionWay::checked).transpose()?;
        let usual = way.clone().unwrap_or_default();
        let known = self.find_or_insert(leads_to(&url), |others| Connection {
            issuer: issuer.clone(),
            found: speaks,
            network: usual.network.clone(),
            sign_in: usual.sign_in.clone(),
            limits: usual.limits,
            reads_as: usual.reads_as,
            ..Connection::to(url.clone(), others)
        });
        let has_to_restore = match way {
            Some(way) => self.apply(&known.id, Change::of_way(way))?,
            None => false,
        };
        self.set_found(&known.id, speaks.or(known.found))?;
        Ok((known.id, has_to_restore))
    }

    /// The way to an instance: the one that was chosen, else that of the connection to it, where there
    /// is one.
    pub fn way_to(&self, instance: &Url, chosen: Option<ConnectionWay>) -> ConnectionWay {
        chosen.unwrap_or_else(|| {
            let known = self.to_save().into_iter().find(leads_to(instance));
            known.map(|known| known.way()).unwrap_or_default()
        })
    }

    /// Keeps which reading of the API was found to be an instance's. It counts where none was chosen.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`].
    pub fn set_found(&self, id: &ConnectionId, found: Option<Speaks>) -> Result<(), Failure> {
        if self.get(id)?.found == found {
            return Ok(());
        }
        self.with(id, |entry| {
            let connection = &mut entry.connection;
            let read_before = connection.speaks();
            connection.found = found;
            if connection.speaks() != read_before {
                entry.client.read_as(connection);
            }
        })
    }

    /// Another connection to the instance of one, for another account. Its provider asks who it is,
    /// though somebody is signed in there.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`].
    pub fn another(&self, id: &ConnectionId) -> Result<ConnectionId, Failure> {
        let like = self.get(id)?;
        let sign_in = SignInSettings {
            prompt: like.sign_in.prompt.or(Some(Prompt::Login)),
            ..like.sign_in.clone()
        };
        let added = self.find_or_insert(
            |_| false,
            |others| Connection {
                id: ConnectionId::random(),
                name: free_name(&like.name, others),
                account: None,
                hue: Hue::free(others),
                sign_in: sign_in.clone(),
                ..like.clone()
            },
        );
        Ok(added.id)
    }

    /// Changes what people may change of a connection; all of it, or nothing where anything cannot
    /// be used. Whether its session has to be taken up anew.
    ///
    /// # Errors
    /// As [`Self::edit`], [`Self::set_network`] and [`Self::set_sign_in`];
    /// [`crate::Code::LimitsInvalid`].
    pub fn change(
        &self,
        id: &ConnectionId,
        edit: ConnectionEdit,
        way: ConnectionWay,
    ) -> Result<bool, Failure> {
        let edit = Some(edit.checked()?);
        let way = Change::of_way(way.checked()?);
        self.apply(id, Change { edit, ..way })
    }

    /// Applies what was checked, all at once, and leaves what is not named as it is.
    fn apply(&self, id: &ConnectionId, change: Change) -> Result<bool, Failure> {
        let Change {
            edit,
            network,
            sign_in,
            limits,
            reads_as,
        } = change;
        let settings = sign_in.clone();
        let (client, signs_in_otherwise) = self.with(id, |entry| {
            let connection = &mut entry.connection;
            if let Some(edit) = edit {
                (connection.name, connection.hue) = (edit.name, edit.hue);
                (connection.production, connection.read_only) = (edit.production, edit.read_only);
                entry.client.edited(connection);
            }
            if let Some(network) = network.filter(|network| connection.network != *network) {
                entry.client.network().set(network.clone());
                connection.network = network;
            }
            let read_before = connection.speaks();
            connection.reads_as = reads_as.unwrap_or(connection.reads_as);
            if let Some(limits) = limits.filter(|limits| connection.limits != *limits) {
                connection.limits = limits;
                entry.client.set_limits(limits, read_before);
            }
            if connection.speaks() != read_before {
                entry.client.read_as(connection);
            }
            let sign_in = sign_in.filter(|sign_in| connection.sign_in != *sign_in);
            let signs_in_otherwise = sign_in.is_some();
            if let Some(sign_in) = sign_in {
                if connection.sign_in.issuer != sign_in.issuer {
                    connection.issuer = sign_in.issuer.clone();
                }
                connection.sign_in = sign_in;
            }
            (entry.client.clone(), signs_in_otherwise)
        })?;
        match settings {
            // Outside of the lock: who hears of it may ask for the connections.
            Some(settings) if signs_in_otherwise => Ok(client.set_sign_in(settings)),
            Some(_) | None => Ok(false),
        }
    }

    /// Changes a connection's name, colour and protection.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`], [`crate::Code::ConnectionNameInvalid`].
    pub fn edit(&self, id: &ConnectionId, edit: ConnectionEdit) -> Result<(), Failure> {
        let edit = Some(edit.checked()?);
        let change = Change {
            edit,
            ..Change::default()
        };
        self.apply(id, change).map(drop)
    }

    /// How a connection is reached and signed in to.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`].
    pub fn way(&self, id: &ConnectionId) -> Result<ConnectionWay, Failure> {
        Ok(self.get(id)?.way())
    }

    /// Sets the way to an instance and its provider; it holds from the next request on.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`], [`crate::Code::ProxyInvalid`],
    /// [`crate::Code::AuthorityUnreadable`]; nothing is changed then.
    pub fn set_network(&self, id: &ConnectionId, network: NetworkSettings) -> Result<(), Failure> {
        network.check()?;
        let network = Some(network);
        let change = Change {
            network,
            ..Change::default()
        };
        self.apply(id, change).map(drop)
    }

    /// Has a connection sign in in another way. Its session goes on, unless it is of another
    /// provider or client: then it ends, and whether that is so is told; what the keyring holds
    /// stays for [`crate::Client::restore_for_settings`].
    ///
    /// # Errors
    /// [`crate::Code::ConnectionUnknown`]; [`crate::Code::IssuerInvalid`].
    pub fn set_sign_in(&self, id: &ConnectionId, sign_in: SignInSettings) -> Result<bool, Failure> {
        let sign_in = Some(sign_in.checked()?);
        let change = Change {
            sign_in,
            ..Change::default()
        };
        self.apply(id, change)
    }

    /// What a team's file offers; what leads to an instance that there is a connection to is marked.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionsFileInvalid`].
    pub fn offered(&self, file: &str) -> Result<Vec<ConnectionOffer>, Failure> {
        let mut offers = connections_file::read(file)?;
        let known = self.to_save();
        for offer in &mut offers {
            let mut known = known.iter();
            let same = known.find(|one| offer.is_known_as(one));
            offer.known = same.map(|one| one.id.clone());
        }
        Ok(offers)
    }

    /// Makes connections of what was offered, but for what is known already. All of them, or none
    /// where anything cannot be used.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub fn accept(&self, offers: Vec<ConnectionOffer>) -> Result<Vec<ConnectionId>, Failure> {
        let mut checked = Vec::new();
        for mut offer in offers {
            offer.name = crate::connection::checked_name(&offer.name)?;
            offer.url = crate::address::exactly(offer.url)?;
            offer.way = offer.way.checked()?;
            checked.push(offer);
        }
        let added = checked.into_iter().map(|offer| {
            let is_known = |known: &Connection| offer.is_known_as(known);
            let ConnectionOffer { name, url, way, .. } = &offer;
            let made = self.find_or_insert(is_known, |others| Connection {
                name: name.clone(),
                hue: offer.hue.unwrap_or_else(|| Hue::free(others)),
                issuer: way.sign_in.issuer.clone(),
                sign_in: way.sign_in.clone(),
                network: way.network.clone(),
                limits: way.limits,
                reads_as: way.reads_as,
                production: offer.production,
                read_only: offer.read_only,
                ..Connection::to(url.clone(), others)
            });
            made.id
        });
        Ok(added.collect())
    }

    /// The file that hands these connections to others: without accounts, and without what leads to
    /// this machine alone.
    ///
    /// # Errors
    /// [`crate::Code::ConnectionsFileInvalid`].
    pub fn to_file(&self) -> Result<String, Failure> {
        let mut all = self.to_save();
        all.retain(|connection| connection.local_instance.is_none());
        // Several accounts are one instance to others.
        let mut told: Vec<Connection> = Vec::new();
        for connection in all {
            let mut told_before = told.iter();
            if told_before.all(|one| one.leads_where() != connection.leads_where()) {
                told.push(connection);
            }
        }
        connections_file::write(&told)
    }

    /// Changes an entry, and says so.
    fn with<T>(
        &self,
        id: &ConnectionId,
        change: impl FnOnce(&mut Entry) -> T,
    ) -> Result<T, Failure> {
        let result = {
            let mut all = self.shared.write();
            let mut entries = all.iter_mut();
            let entry = entries.find(|entry| entry.connection.id == *id);
            change(entry.ok_or_else(|| unknown(id))?)
        };
        self.changed();
        Ok(result)
    }
}

/// What is changed of a connection; what is `None` stays.
#[derive(Default)]
struct Change {
    edit: Option<ConnectionEdit>,
    network: Option<NetworkSettings>,
    sign_in: Option<SignInSettings>,
    limits: Option<OwnLimits>,
    reads_as: Option<Option<Speaks>>,
}

impl Change {
    fn of_way(way: ConnectionWay) -> Self {
        Self {
            edit: None,
            network: Some(way.network),
            sign_in: Some(way.sign_in),
            limits: Some(way.limits),
            reads_as: Some(way.reads_as),
        }
    }
}

fn leads_to(url: &Url) -> impl Fn(&Connection) -> bool + use<> {
    let url = url.clone();
    move |known| known.url == url && known.local_instance.is_none()
}

/// The name with the first number that makes it one of its own.
fn free_name(name: &str, all: &[Connection]) -> String {
    let mut names = (2..).map(|number| {
        let number = format!(" ({number})");
        let room = LONGEST_NAME - number.len();
        name.chars()
            .take(room)
            .chain(number.chars())
            .collect::<String>()
    });
    let is_free = |name: &String| all.iter().all(|known| known.name != *name);
    names.find(is_free).unwrap_or_else(|| name.to_owned())
}
