//! The app in the trays of Linux desktops: a StatusNotifierItem on the session's bus.

use std::sync::{Mutex, PoisonError};

use ksni::menu::StandardItem;
use ksni::{Handle, Icon, MenuItem, OfflineReason, ToolTip, Tray, TrayMethods};
use tauri::AppHandle;

use super::shape::{SIZES, drawn};
use super::{Watched, set_there, watched};
use crate::IDENTIFIER;
use crate::desktop::bring_forward;
use crate::desktop::words::text;

/// What shows it, once it is on the bus.
static SHOWN: Mutex<Option<Handle<Item>>> = Mutex::new(None);

struct Item {
    app: AppHandle,
    watched: Watched,
}

/// Goes to the bus, and waits there for a tray.
pub(super) fn enter(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let item = Item {
            app: app.clone(),
            watched: watched(&app),
        };
        // Where there is none, it says so itself before this one is done.
        set_there(&app, true);
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => *shown() = Some(handle),
            Err(error) => {
                tracing::info!(%error, "there is no tray");
                set_there(&app, false);
            }
        }
    });
}

/// Shows how what is watched is by then: of two that come in the other order the last one knows all.
pub(super) fn show() {
    let Some(handle) = shown().clone() else {
        return;
    };
    tauri::async_runtime::spawn(async move {
        handle
            .update(|item| item.watched = watched(&item.app))
            .await;
    });
}

fn shown() -> std::sync::MutexGuard<'static, Option<Handle<Item>>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tray for Item {
    fn id(&self) -> String {
        IDENTIFIER.to_owned()
    }

    fn title(&self) -> String {
        format!("Miso Desktop: {}", self.watched.words())
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        let drawn = SIZES.map(|size| Icon {
            width: size,
            height: size,
            data: drawn(self.watched, size),
        });
        drawn.into()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Miso Desktop".to_owned(),
            description: self.watched.words(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        bring_forward(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let item = |label: String, act: fn(&mut Self)| -> MenuItem<Self> {
            StandardItem {
                label,
                activate: Box::new(act),
                ..StandardItem::default()
            }
            .into()
        };
        let state = StandardItem {
            label: self.watched.words(),
            enabled: false,
            ..StandardItem::default()
        };
        vec![
            state.into(),
            MenuItem::Separator,
            item(text("tray.open", &[]), |item| bring_forward(&item.app)),
            item(text("tray.quit", &[]), |item| item.app.exit(0)),
        ]
    }

    fn watcher_online(&self) {
        self.tell(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.tell(false);
        true
    }
}

impl Item {
    fn tell(&self, is_there: bool) {
        set_there(&self.app, is_there);
    }
}
