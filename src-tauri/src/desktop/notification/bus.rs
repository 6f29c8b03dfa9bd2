//! The desktop notifications of freedesktop.org, over the session's bus: one connection and one who
//! listens, however many are shown.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use miso_client::LinkTarget;
use tauri::AppHandle;
use tokio::sync::Mutex;
use zbus::proxy;
use zbus::zvariant::Value;

use super::Told;
use crate::{IDENTIFIER, links};

/// A notification that nobody has minded by then is not waited for any more.
const WAITED_FOR: Duration = Duration::from_secs(60 * 60);
/// So many are waited for at once; older ones go first.
const MOST: usize = 100;

/// The bus, once something was told over it, until it is lost.
static BUS: Mutex<Option<Bus>> = Mutex::const_new(None);

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    #[allow(clippy::too_many_arguments, reason = "the interface's own")]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        timeout: i32,
    ) -> zbus::Result<u32>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action: &str) -> zbus::Result<()>;
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

#[derive(Clone)]
struct Bus {
    notifications: NotificationsProxy<'static>,
    waiting: Arc<Mutex<Waiting>>,
}

/// Where clicks lead, by the number of the notification.
#[derive(Default)]
struct Waiting(HashMap<u32, (Instant, LinkTarget)>);

/// Shows it; where it is clicked on, a window leads to its place.
pub(super) async fn show(app: &AppHandle, told: &Told, target: LinkTarget) -> zbus::Result<()> {
    let was_known = BUS.lock().await.is_some();
    let shown = bus(app).await?.show(told, target.clone()).await;
    if shown.is_ok() {
        return Ok(());
    }
    *BUS.lock().await = None;
    match was_known {
        // The bus was lost meanwhile.
        true => bus(app).await?.show(told, target).await,
        false => shown,
    }
}

async fn bus(app: &AppHandle) -> zbus::Result<Bus> {
    let mut known = BUS.lock().await;
    if let Some(bus) = known.as_ref() {
        return Ok(bus.clone());
    }
    let bus = Bus::open(app).await?;
    *known = Some(bus.clone());
    Ok(bus)
}

impl Bus {
    async fn open(app: &AppHandle) -> zbus::Result<Self> {
        let connection = zbus::Connection::session().await?;
        let notifications = NotificationsProxy::new(&connection).await?;
        let mut clicks = notifications.receive_action_invoked().await?;
        let mut ends = notifications.receive_notification_closed().await?;
        let waiting: Arc<Mutex<Waiting>> = Arc::default();
        let (app, minded) = (app.clone(), waiting.clone());
        tauri::async_runtime::spawn(async move {
            loop {
                tokio::select! {
                    Some(click) = clicks.next() => {
                        let Ok(click) = click.args() else {
                            continue;
                        };
                        if let Some(target) = minded.lock().await.minded(click.id) {
                            links::lead(&app, target);
                        }
                    }
                    Some(end) = ends.next() => {
                        if let Ok(end) = end.args() {
                            minded.lock().await.minded(end.id);
                        }
                    }
                    else => return,
                }
            }
        });
        Ok(Self {
            notifications,
            waiting,
        })
    }

    async fn show(&self, told: &Told, target: LinkTarget) -> zbus::Result<()> {
        let able = self.notifications.get_capabilities().await;
        let able = able.unwrap_or_default();
        let can = |name: &str| able.iter().any(|each| each == name);
        let body = match can("body-markup") {
            true => unmarked(&told.body),
            false => told.body.clone(),
        };
        let open = super::text("notification.open", &[]);
        let actions: &[&str] = if can("actions") {
            &["default", &open]
        } else {
            &[]
        };
        let hints = HashMap::from([("desktop-entry", Value::from(IDENTIFIER))]);
        // Whoever hears of a click waits until its number is known.
        let mut waiting = self.waiting.lock().await;
        let shown = self.notifications.notify(
            "Miso Desktop",
            0,
            IDENTIFIER,
            &told.title,
            &body,
            actions,
            hints,
            -1,
        );
        waiting.wait(shown.await?, target, Instant::now());
        Ok(())
    }
}

impl Waiting {
    fn wait(&mut self, id: u32, target: LinkTarget, now: Instant) {
        self.0
            .retain(|_, (since, _)| now.duration_since(*since) < WAITED_FOR);
        self.0.insert(id, (now, target));
        while self.0.len() > MOST {
            let oldest = self.0.iter().min_by_key(|(id, (since, _))| (*since, **id));
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.0.remove(&oldest);
        }
    }

    /// Where a click on it leads, once.
    fn minded(&mut self, id: u32) -> Option<LinkTarget> {
        let (_, target) = self.0.remove(&id)?;
        Some(target)
    }
}

/// Text where markup is understood.
fn unmarked(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    #[test]
    fn each_is_waited_for_once_and_not_for_ever() {
        let target = |application: &str| {
            let connection = "one".to_owned().into();
            LinkTarget::log(connection, application, "dev", DateTime::<Utc>::UNIX_EPOCH)
        };
        let mut waiting = Waiting::default();
        let now = Instant::now();
        waiting.wait(1, target("a"), now);
        waiting.wait(2, target("b"), now);
        assert_eq!(waiting.minded(2), Some(target("b")));
        assert_eq!(waiting.minded(2), None);
        waiting.wait(3, target("c"), now + WAITED_FOR);
        assert_eq!(waiting.minded(1), None, "an hour is over");
        for id in 4..300 {
            waiting.wait(id, target("d"), now + WAITED_FOR);
        }
        assert_eq!(waiting.0.len(), MOST);
        assert_eq!(waiting.minded(3), None, "the oldest");
        assert!(waiting.minded(299).is_some());
    }
}
