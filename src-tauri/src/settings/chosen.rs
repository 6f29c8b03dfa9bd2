//! What the user chose, as it is kept.

use std::time::Duration;

use chrono::{DateTime, Utc};
use logbook::Limits;
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Light, dark or as the system.
    #[serde(default)]
    pub theme: Theme,
    /// Whether the sidebar is narrow.
    #[serde(default)]
    pub sidebar_collapsed: bool,
    /// Applications to keep in sight.
    #[serde(default)]
    pub starred: Vec<Starred>,
    /// Whether the system tells nothing of what ended while the window was not in front.
    #[serde(default)]
    pub quiet: bool,
    /// Whether an application's key is typed before anything of it is deployed to production.
    #[serde(default)]
    pub type_to_deploy: bool,
    /// When somebody last looked at each connection.
    #[serde(default)]
    pub looked: Vec<Looked>,
    /// Ways to look at the list of applications that were given a name.
    #[serde(default)]
    pub views: Vec<SavedView>,
    /// Which columns the list of applications shows.
    #[serde(default)]
    pub columns: Vec<ShownColumns>,
    /// Which fields of their lines logs show as columns.
    #[serde(default)]
    pub log_columns: Vec<LogColumns>,
    /// Whether long lines of a log are broken instead of cut off.
    #[serde(default)]
    pub log_wrap: bool,
    /// What is kept of logs.
    #[serde(default)]
    pub log_keeping: LogKeeping,
}

/// What is kept of logs on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogKeeping {
    /// Whether the logs of starred applications are recorded while the app runs, whichever page is
    /// open.
    #[serde(default = "always")]
    pub record: bool,
    /// How long lines are kept, in days.
    #[serde(default = "a_week")]
    pub days: u32,
    /// How long those of production are kept, in hours.
    #[serde(default = "a_day")]
    pub production_hours: u32,
    /// How much is kept of all logs together, in GiB.
    #[serde(default = "two")]
    pub gibibytes: u32,
}

impl Default for LogKeeping {
    fn default() -> Self {
        Self {
            record: always(),
            days: a_week(),
            production_hours: a_day(),
            gibibytes: two(),
        }
    }
}

impl LogKeeping {
    /// Nobody means less than one of each, nor more than this.
    const MOST_DAYS: u32 = 3_650;
    const MOST_GIBIBYTES: u32 = 1_024;

    /// The bounds of a log.
    pub(crate) fn limits(&self, is_production: bool) -> Limits {
        let hours = match is_production {
            true => self.production_hours.clamp(1, Self::MOST_DAYS * 24),
            false => self.days.clamp(1, Self::MOST_DAYS) * 24,
        };
        Limits {
            book_bytes: self.total_bytes(),
            age: Duration::from_secs(u64::from(hours) * 60 * 60),
            ..Limits::default()
        }
    }

    /// The most bytes of all logs together.
    pub(crate) fn total_bytes(&self) -> u64 {
        u64::from(self.gibibytes.clamp(1, Self::MOST_GIBIBYTES)) << 30
    }
}

fn always() -> bool {
    true
}

fn a_week() -> u32 {
    7
}

fn a_day() -> u32 {
    24
}

fn two() -> u32 {
    2
}

/// Which fields the log of an application shows as columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogColumns {
    /// The connection.
    pub connection: ConnectionId,
    /// The application's key.
    pub application: String,
    /// The names of the fields, in their order.
    pub fields: Vec<String>,
}

/// When somebody last looked at a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Looked {
    /// The connection.
    pub connection: ConnectionId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A way to look at a connection's list of applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SavedView {
    /// The connection.
    pub connection: ConnectionId,
    /// How it is called there.
    pub name: String,
    /// What it is narrowed and sorted by, as it stands in an address.
    pub list: String,
    /// The columns that are not as they usually are.
    pub columns: Vec<String>,
}

/// What of a connection's list of applications is shown or hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShownColumns {
    /// The connection.
    pub connection: ConnectionId,
    /// The columns that are not as they usually are.
    pub columns: Vec<String>,
}

/// A starred application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Starred {
    /// The connection.
    pub connection: ConnectionId,
    /// The application's key.
    pub application: String,
}

/// Light, dark or as the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn settings_from_before_record_and_keep_as_usual() {
        let settings: Settings = serde_json::from_str("{}").unwrap();
        assert!(settings.log_keeping.record);
        assert_eq!(settings.log_keeping.limits(false), Limits::default());
        assert_eq!(settings.log_keeping.limits(true), Limits::production());
        assert_eq!(settings.log_keeping.total_bytes(), logbook::TOTAL_BYTES);
    }

    #[test]
    fn what_nobody_means_is_bounded() {
        let keeping = |number| LogKeeping {
            record: true,
            days: number,
            production_hours: number,
            gibibytes: number,
        };
        let hour = Duration::from_secs(60 * 60);
        for (number, age, production, bytes) in [
            (0, 24 * hour, hour, 1 << 30),
            (3, 72 * hour, 3 * hour, 3 << 30),
            (u32::MAX, 87_600 * hour, 87_600 * hour, 1 << 40),
        ] {
            let kept = keeping(number);
            assert_eq!(kept.limits(false).age, age, "{number}");
            assert_eq!(kept.limits(true).age, production, "{number}");
            assert_eq!(kept.total_bytes(), bytes, "{number}");
        }
    }
}
