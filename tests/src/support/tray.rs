//! A desktop's tray, as far as an app can tell: what enters it can be read, opened and chosen from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::zvariant::{OwnedValue, Value};

use super::session::Session;
use super::wait::{LATER, until};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const ITEM_PATH: &str = "/StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const MENU_PATH: &str = "/MenuBar";

/// The tray of a session.
pub struct Tray {
    entered: Arc<Mutex<Vec<String>>>,
    bus: zbus::Connection,
}

struct Watcher(Arc<Mutex<Vec<String>>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        let mut entered = self.0.lock().expect("nobody failed here");
        entered.push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().expect("nobody failed here").clone()
    }
}

impl Tray {
    /// Puts a tray into a session.
    pub async fn of(session: &Session) -> Self {
        let command = session.command("true");
        let mut variables = command.get_envs();
        let address = variables.find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS");
        let address = address.and_then(|(_, value)| value?.to_str());
        let entered = Arc::new(Mutex::new(Vec::new()));
        let bus = zbus::connection::Builder::address(address.expect("the session has a bus"))
            .and_then(|bus| bus.serve_at(WATCHER_PATH, Watcher(entered.clone())))
            .and_then(|bus| bus.name(WATCHER))
            .expect("a name on the bus");
        let bus = bus.build().await.expect("a connection to the bus");
        Self { entered, bus }
    }

    /// Waits for an app that says this of itself.
    pub async fn see(&self, title: &str) {
        until(&format!("{title:?} is in the tray"), LATER, || async {
            match self.title().await {
                Ok(found) if found == title => Ok(()),
                found => Err(format!("{found:?}")),
            }
        })
        .await;
    }

    /// Clicks on the app that entered last.
    pub async fn click(&self) {
        let item = self.last().expect("an app is in the tray");
        let clicked = self
            .bus
            .call_method(
                Some(item.as_str()),
                ITEM_PATH,
                Some(ITEM),
                "Activate",
                &(0i32, 0i32),
            )
            .await;
        clicked.expect("it can be clicked on");
    }

    /// Chooses from its menu.
    pub async fn choose(&self, label: &str) {
        let item = self.last().expect("an app is in the tray");
        let (depth, names): (i32, Vec<&str>) = (-1, Vec::new());
        let layout = self
            .bus
            .call_method(
                Some(item.as_str()),
                MENU_PATH,
                Some(MENU),
                "GetLayout",
                &(0i32, depth, names),
            )
            .await
            .expect("it has a menu");
        type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));
        let body = layout.body();
        let (_, (_, _, entries)): Layout = body.deserialize().expect("a menu");
        let found = entries.iter().find_map(|entry| id_of(entry, label));
        let id = found.unwrap_or_else(|| panic!("{label:?} is not in {entries:?}"));
        let chosen = self
            .bus
            .call_method(
                Some(item.as_str()),
                MENU_PATH,
                Some(MENU),
                "Event",
                &(id, "clicked", Value::from(0i32), 0u32),
            )
            .await;
        // It may end the app before that has answered.
        let _gone = chosen;
    }

    /// What the app that entered last says of itself.
    pub async fn title(&self) -> Result<String, String> {
        let item = self.last().ok_or_else(|| "nothing".to_owned())?;
        let proxy = zbus::Proxy::new(&self.bus, item, ITEM_PATH, ITEM).await;
        let proxy = proxy.map_err(|error| error.to_string())?;
        let title = proxy.get_property("Title").await;
        title.map_err(|error| error.to_string())
    }

    fn last(&self) -> Option<String> {
        let entered = self.entered.lock().expect("nobody failed here");
        entered.last().cloned()
    }
}

/// The number of an entry of a menu, where it is called so.
fn id_of(entry: &Value<'_>, label: &str) -> Option<i32> {
    let Value::Structure(entry) = plain(entry) else {
        return None;
    };
    let [Value::I32(id), Value::Dict(properties), ..] = entry.fields() else {
        return None;
    };
    let mut properties = properties.iter();
    let is_called = |(name, value): (&Value<'_>, &Value<'_>)| {
        *plain(name) == Value::from("label") && *plain(value) == Value::from(label)
    };
    properties.any(is_called).then_some(*id)
}

fn plain<'a, 'b>(value: &'a Value<'b>) -> &'a Value<'b> {
    match value {
        Value::Value(inner) => inner,
        other => other,
    }
}
