//! The system's notifications: at the end of a deployment that was started here (UX.md, 6), where the page
//! does not say it because none of the windows is in front, and when a log says again what somebody wants to be
//! told of (UX.md, 10).

use chrono::Utc;
use logbook::BookKey;
use miso_api::{Deployment, DeploymentStatus, LogLine};
use miso_client::{ConnectionId, LinkTarget};
use tauri::{AppHandle, Manager};

use super::window::is_in_front;
use super::words::text;
use crate::state::App;

/// Characters of what a server says that are shown outside of the app.
const LONGEST: usize = 200;

/// What a notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub title: String,
    pub body: String,
}

/// Tells the end of a deployment, unless the page does or nobody wants to be told. A click leads to it.
pub(crate) fn tell_end(app: &AppHandle, connection: &ConnectionId, deployment: &Deployment) {
    let Some(state) = app.try_state::<App>() else {
        return;
    };
    if state.settings.settings().quiet || is_quiet_now(&state) {
        return;
    }
    let Ok(client) = state.client(connection) else {
        return;
    };
    let name = state.connections.get(connection).map(|one| one.name);
    let told = told(
        deployment,
        &client.stage(&deployment.environment).name,
        &name.unwrap_or_default(),
    );
    let target = LinkTarget::deployment(connection.clone(), deployment);
    tell(app, told, target);
}

/// Tells something by the system, unless one of the windows is in front. A click leads to its place.
pub(super) fn tell(app: &AppHandle, told: Told, target: LinkTarget) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if is_in_front(&app) {
            return;
        }
        if let Err(error) = system::show(&app, &told, target).await {
            tracing::warn!(%error, "something could not be told by the system");
        }
    });
}

/// Tells that a log says again what somebody wants to be told of, unless nobody wants to be told now.
/// A click leads to the line.
pub(crate) fn tell_appeared(app: &AppHandle, log: &BookKey, line: &LogLine) {
    let Some(state) = app.try_state::<App>() else {
        return;
    };
    let connection = ConnectionId::from(log.connection.clone());
    let Ok(client) = state.client(&connection) else {
        return;
    };
    // Whoever asked for this one line has not switched it off with the ends of deployments.
    if is_quiet_now(&state) {
        return;
    }
    let name = state.connections.get(&connection).map(|one| one.name);
    let stage = client.stage(&log.environment).name;
    let told = appeared(&log.application, &stage, &name.unwrap_or_default(), line);
    let target = LinkTarget::log(
        connection,
        &log.application,
        &log.environment,
        line.timestamp,
    );
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = system::show(&app, &told, target).await {
            tracing::warn!(%error, "what a log says again could not be told by the system");
        }
    });
}

/// Whether nobody wants to be told anything now, whatever it is.
pub(super) fn is_quiet_now(state: &App) -> bool {
    state.settings.settings().is_quiet_hour(Utc::now())
}

fn appeared(application: &str, environment: &str, connection: &str, line: &LogLine) -> Told {
    let (application, environment) = (inert(application), inert(environment));
    let title = text(
        "notification.appeared",
        &[("application", &application), ("environment", &environment)],
    );
    let said = [connection, &line.message].map(inert);
    Told {
        title,
        body: said.join("\n").trim().to_owned(),
    }
}

fn told(deployment: &Deployment, environment: &str, connection: &str) -> Told {
    let word = match &deployment.status {
        DeploymentStatus::Completed => "notification.completed",
        DeploymentStatus::Cancelled => "notification.cancelled",
        DeploymentStatus::Failed
        | DeploymentStatus::Pending
        | DeploymentStatus::Running
        | DeploymentStatus::Unknown(_) => "notification.failed",
    };
    let image = deployment.image.as_deref().unwrap_or_default();
    let (application, tag) = (
        inert(&deployment.application_key),
        inert(miso_client::tag_of(image)),
    );
    let title = text(
        word,
        &[
            ("application", &application),
            ("tag", &tag),
            ("environment", &inert(environment)),
        ],
    );
    let said = [Some(connection), deployment.error.as_deref()];
    let said: Vec<String> = said.into_iter().flatten().map(inert).collect();
    let body = said.join("\n").trim().to_owned();
    Told { title, body }
}

/// One line without what steers a terminal or turns the direction of what follows.
pub(super) fn inert(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .map(|letter| if miso_api::acts(letter) { ' ' } else { letter })
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown.trim().to_owned()
}

#[cfg(target_os = "linux")]
#[path = "notification/bus.rs"]
mod system;

/// The notifications of Windows and macOS.
#[cfg(not(target_os = "linux"))]
mod system {
    use miso_client::LinkTarget;
    use tauri::AppHandle;

    use super::Told;

    /// Shows it. A click brings the app forward by itself.
    pub(super) async fn show(_: &AppHandle, told: &Told, _: LinkTarget) -> Result<(), String> {
        let mut notification = notify_rust::Notification::new();
        notification.summary(&told.title).body(&told.body);
        #[cfg(windows)]
        notification.app_id(crate::IDENTIFIER);
        let shown = tauri::async_runtime::spawn_blocking(move || notification.show().map(drop));
        let shown = shown.await.map_err(|error| error.to_string())?;
        shown.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ended(change: Value) -> Deployment {
        let mut value = json!({"id": "d-1", "applicationKey": "orders", "environment": "prod",
            "image": "registry.example/orders:1.4.0", "status": "completed"});
        for (name, changed) in change.as_object().unwrap() {
            value[name] = changed.clone();
        }
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn it_says_what_ended_where_and_how() {
        let said = |change| {
            let Told { title, body } = told(&ended(change), "PROD", "Team Orders");
            (title, body)
        };
        let completed = ("orders: 1.4.0 runs in PROD", "Team Orders");
        let (title, body) = said(json!({}));
        assert_eq!((title.as_str(), body.as_str()), completed);
        let (title, body) = said(json!({"status": "failed", "error": "exit code 1"}));
        assert_eq!(title, "orders: 1.4.0 failed in PROD");
        assert_eq!(body, "Team Orders\nexit code 1");
        let (title, _) = said(json!({"status": "cancelled"}));
        assert_eq!(
            title,
            "orders: the deployment of 1.4.0 to PROD was cancelled"
        );
    }

    #[test]
    fn it_says_what_a_log_says_again() {
        let line = json!({"id": "a", "timestamp": "2026-11-26T02:10:14Z", "level": "error",
            "message": "refused\nby db:5432"});
        let line = serde_json::from_value(line).unwrap();
        let Told { title, body } = appeared("orders", "PROD", "Team Orders", &line);
        assert_eq!(title, "orders: a watched message again in PROD");
        assert_eq!(body, "Team Orders\nrefused by db:5432");
    }

    #[test]
    fn what_a_server_says_is_one_short_inert_line() {
        let error = format!(
            "\u{1b}]8;;x\u{7}a\nb \u{202e}\u{61c}\u{2028}<b>{}",
            "x".repeat(999)
        );
        let Told { body, .. } = told(&ended(json!({"error": error})), "PROD", "");
        assert!(body.chars().count() <= LONGEST + 1, "{body}");
        assert!(!body.contains(miso_api::acts), "{body}");
    }
}
