//! A desktop's notifications, as far as an app can tell: what is shown is kept, and can be clicked on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

use super::session::Session;
use super::wait::until;

const PATH: &str = "/org/freedesktop/Notifications";
const NAME: &str = "org.freedesktop.Notifications";

/// One that was shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number.
    pub id: u32,
    /// Its title.
    pub title: String,
    /// The rest.
    pub body: String,
    /// By which connection to the bus it came.
    pub by: String,
}

/// Who shows notifications in a session.
pub struct Notifications {
    shown: Arc<Mutex<Vec<Shown>>>,
    bus: zbus::Connection,
}

struct Server(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["body", "body-markup", "actions"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("tests", "tests", "1", "1.2")
    }

    #[allow(clippy::too_many_arguments, reason = "the interface's own")]
    fn notify(
        &self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        _app_name: String,
        _replaces: u32,
        _icon: String,
        title: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().expect("nobody failed here");
        let id = u32::try_from(shown.len() + 1).expect("not so many");
        let by = header.sender().map(ToString::to_string).unwrap_or_default();
        shown.push(Shown {
            id,
            title,
            body,
            by,
        });
        id
    }

    fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str)
    -> zbus::Result<()>;
}

impl Notifications {
    /// Shows what is told in a session from now on.
    pub async fn of(session: &Session) -> Self {
        let command = session.command("true");
        let mut variables = command.get_envs();
        let address = variables.find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS");
        let address = address.and_then(|(_, value)| value?.to_str());
        let shown = Arc::new(Mutex::new(Vec::new()));
        let bus = zbus::connection::Builder::address(address.expect("the session has a bus"))
            .and_then(|bus| bus.serve_at(PATH, Server(shown.clone())))
            .and_then(|bus| bus.name(NAME))
            .expect("a name on the bus");
        let bus = bus.build().await.expect("a connection to the bus");
        Self { shown, bus }
    }

    /// What was shown so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.shown.lock().expect("nobody failed here").clone()
    }

    /// Waits for one with this title.
    pub async fn see(&self, patience: Duration, title: &str) -> Shown {
        until(&format!("a notification {title:?}"), patience, || {
            let all = self.shown();
            let found = all.iter().find(|shown| shown.title == title).cloned();
            async move { found.ok_or_else(|| format!("{all:?}")) }
        })
        .await
    }

    /// Clicks on one.
    pub async fn click(&self, shown: &Shown) {
        let emitter = SignalEmitter::new(&self.bus, PATH).expect("a place to tell from");
        let told = Server::action_invoked(&emitter, shown.id, "default").await;
        told.expect("the click is told");
    }
}
