//! What somebody has to know who is to find out what went wrong: versions, the budget, the last
//! faults. No account, no value, no token; the words of the other side are not among it either.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use miso_client::{BudgetStand, ConnectionId, Fault};
use serde::{Deserialize, Serialize};
use specta::Type;
use sysinfo::System;

use crate::error::CommandError;
use crate::state::App;

/// The state of the app, for people.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    versions: Versions,
    connections: Vec<ConnectionDiagnostics>,
}

/// What runs here.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct Versions {
    /// The app.
    app: String,
    /// The operating system with its machine.
    system: String,
    /// What draws the pages; null where that is not known.
    webview: Option<String>,
    /// The compiler that made the app.
    rust: String,
}

/// How one connection is doing.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
pub struct ConnectionDiagnostics {
    /// Which one.
    connection: ConnectionId,
    /// What people call it.
    name: String,
    /// Its budget.
    budget: BudgetStand,
    /// What went wrong lately, the newest first.
    faults: Vec<Fault>,
}

impl Diagnostics {
    /// As it is now.
    pub(crate) fn of(app: &App) -> Self {
        let connections = app.connections.list().into_iter().filter_map(|(each, _)| {
            // One that is removed at this moment is none any more.
            let client = app.client(&each.id).ok()?;
            Some(ConnectionDiagnostics {
                connection: each.id,
                name: each.name,
                budget: client.budget_stand(),
                faults: client.faults(),
            })
        });
        Self {
            versions: Versions::here(),
            connections: connections.collect(),
        }
    }

    /// The same as a text to hand on, with the log's lines at its end.
    pub(crate) fn to_text(&self, at: DateTime<Utc>, log: &[String]) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = self.write(&mut text, at);
        if !log.is_empty() {
            text.push_str("\n[log]\n");
        }
        for line in log {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn write(&self, to: &mut String, at: DateTime<Utc>) -> std::fmt::Result {
        let Versions {
            app,
            system,
            webview,
            rust,
        } = &self.versions;
        writeln!(to, "Miso Desktop {app}, {}", instant(at))?;
        writeln!(to, "system: {system}")?;
        writeln!(to, "webview: {}", webview.as_deref().unwrap_or("-"))?;
        writeln!(to, "rust: {rust}")?;
        self.connections.iter().try_for_each(|each| each.write(to))
    }
}

impl ConnectionDiagnostics {
    fn write(&self, to: &mut String) -> std::fmt::Result {
        let BudgetStand {
            minute,
            hour,
            window_minutes,
            limits_told,
            remaining,
            resets,
            barred_until,
            by_class,
            others_an_hour,
            stretch,
        } = &self.budget;
        writeln!(to, "\n[connection {}]", one_line(&self.name))?;
        writeln!(to, "sent in a minute: {} of {}", minute.spent, minute.limit)?;
        let window = match window_minutes {
            60 => "an hour".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        writeln!(to, "sent in {window}: {} of {}", hour.spent, hour.limit)?;
        let who = if *limits_told { "server" } else { "settings" };
        writeln!(to, "limits by: {who}")?;
        writeln!(to, "left: {}", or_dash(*remaining))?;
        writeln!(to, "resets: {}", or_dash(resets.map(instant)))?;
        writeln!(to, "barred until: {}", or_dash(barred_until.map(instant)))?;
        writeln!(
            to,
            "sent in this run: {} interactive, {} watched, {} background",
            by_class.interactive, by_class.watched, by_class.background
        )?;
        writeln!(to, "others in an hour: {}", or_dash(*others_an_hour))?;
        writeln!(to, "slowed down: {stretch:.1}")?;
        for fault in &self.faults {
            let call = fault.call.as_deref().unwrap_or("sign-in");
            let request = fault.request_id.as_deref().unwrap_or("-");
            let code = CommandError::from(miso_client::Failure::new(fault.code)).code;
            let at = instant(fault.at);
            writeln!(to, "{at} {code} {} {}", one_line(call), one_line(request))?;
        }
        Ok(())
    }
}

impl Versions {
    fn here() -> Self {
        let system = System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned());
        Self {
            app: env!("CARGO_PKG_VERSION").to_owned(),
            system: format!("{system}, {}", std::env::consts::ARCH),
            webview: tauri::webview_version().ok(),
            rust: env!("MISO_RUSTC").to_owned(),
        }
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// What comes from elsewhere begins no line of its own.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use miso_client::{Code, SentByClass, SpentOf};

    use super::*;

    fn some() -> Diagnostics {
        let at = "2026-11-26T12:00:00.5Z".parse().unwrap();
        Diagnostics {
            versions: Versions::here(),
            connections: vec![ConnectionDiagnostics {
                connection: "orders".to_owned().into(),
                name: "Team\n[log]\u{1b}[31m".to_owned(),
                budget: BudgetStand {
                    minute: SpentOf {
                        spent: 12,
                        limit: 100,
                    },
                    hour: SpentOf {
                        spent: 340,
                        limit: 1000,
                    },
                    window_minutes: 60,
                    limits_told: true,
                    remaining: Some(600),
                    resets: Some(at),
                    barred_until: None,
                    by_class: SentByClass {
                        interactive: 1,
                        watched: 2,
                        background: 3,
                    },
                    others_an_hour: Some(60),
                    stretch: 1.25,
                },
                faults: vec![
                    Fault {
                        at,
                        code: Code::NotFound,
                        call: Some("GET /api/applications/shop".to_owned()),
                        request_id: Some("req-7\nforged".to_owned()),
                    },
                    Fault {
                        at,
                        code: Code::KeyringLocked,
                        call: None,
                        request_id: None,
                    },
                ],
            }],
        }
    }

    #[test]
    fn the_text_says_all_of_it() {
        let now = "2026-11-26T12:01:00Z".parse().unwrap();
        let text = some().to_text(now, &["a line of the log".to_owned()]);
        for part in [
            concat!(
                "Miso Desktop ",
                env!("CARGO_PKG_VERSION"),
                ", 2026-11-26T12:01:00.000Z"
            ),
            "rust: rustc ",
            "sent in a minute: 12 of 100",
            "sent in an hour: 340 of 1000",
            "limits by: server",
            "left: 600",
            "resets: 2026-11-26T12:00:00.500Z",
            "barred until: -",
            "sent in this run: 1 interactive, 2 watched, 3 background",
            "others in an hour: 60",
            "2026-11-26T12:00:00.500Z not_found GET /api/applications/shop req-7 forged\n",
            "2026-11-26T12:00:00.500Z keyring_locked sign-in -\n",
            "\n[log]\na line of the log\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.contains("[connection Team [log] [31m]"), "{text}");
        assert_eq!(text.matches("\n[log]\n").count(), 1, "{text}");
    }

    #[test]
    fn without_a_log_there_is_no_part_for_it() {
        let text = some().to_text(Utc::now(), &[]);
        assert!(!text.contains("\n[log]\n"), "{text}");
    }
}
