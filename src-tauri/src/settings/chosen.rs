//! What the user chose, as it is kept.

use std::time::Duration;

use chrono::{DateTime, Local, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use logbook::Limits;
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Light, dark, of high contrast or as the system.
    #[serde(default)]
    pub theme: Theme,
    /// What the app speaks.
    #[serde(default)]
    pub language: Language,
    /// How times are shown.
    #[serde(default)]
    pub times: Times,
    /// Whether the sidebar is narrow.
    #[serde(default)]
    pub sidebar_collapsed: bool,
    /// Applications to keep in sight.
    #[serde(default)]
    pub starred: Vec<Starred>,
    /// Whether the system tells nothing of what ended while the window was not in front.
    #[serde(default)]
    pub quiet: bool,
    /// The same for watched applications that turn unwell, and well again.
    #[serde(default)]
    pub quiet_health: bool,
    /// The same for requests for access that wait for a decision.
    #[serde(default)]
    pub quiet_requests: bool,
    /// When the system tells nothing at all.
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// Whether the app goes on in the tray when its last window is closed.
    #[serde(default)]
    pub close_to_tray: bool,
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
    /// What was chosen last in the palette, of each connection.
    #[serde(default)]
    pub recents: Vec<Recents>,
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

/// What was chosen last in the palette while a connection was in front.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Recents {
    /// The connection.
    pub connection: ConnectionId,
    /// The names of what was chosen, the last first.
    pub entries: Vec<String>,
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

/// Light, dark, of high contrast or as the system.
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
    /// Of high contrast, and light or dark as the system.
    HighContrast,
}

/// What the app speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// As the system, as far as the app speaks that.
    #[default]
    System,
    /// English.
    En,
    /// Finnish.
    Fi,
}

/// How times are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// The zone by its IANA name; null for the system's.
    #[serde(default)]
    pub zone: Option<String>,
    /// How hours are counted.
    #[serde(default)]
    pub hours: Hours,
    /// Whether lists show when something was instead of how long ago.
    #[serde(default)]
    pub exact: bool,
}

/// How the hours of a day are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Hours {
    /// As the system.
    #[default]
    System,
    /// 0 to 23.
    Whole,
    /// 1 to 12, twice.
    Half,
}

/// A part of every day, over midnight where it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuietHours {
    /// When it begins, in minutes since midnight.
    pub from: u16,
    /// When it has ended, the same.
    pub to: u16,
}

impl QuietHours {
    /// Whether a time of day is within it.
    pub(crate) fn hold_at(self, time: NaiveTime) -> bool {
        let minute = time.num_seconds_from_midnight() / 60;
        let (from, to) = (u32::from(self.from), u32::from(self.to));
        if from <= to {
            return (from..to).contains(&minute);
        }
        minute >= from || minute < to
    }
}

impl Settings {
    /// Whether the system is to tell nothing now, whatever it is.
    pub(crate) fn is_quiet_hour(&self, now: DateTime<Utc>) -> bool {
        self.quiet_hours
            .is_some_and(|hours| hours.hold_at(self.times.at(now).time()))
    }
}

impl Times {
    /// A moment as the clock on the wall shows it.
    pub(crate) fn at(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        match self.named_zone() {
            Some(zone) => moment.with_timezone(&zone).naive_local(),
            None => moment.with_timezone(&Local).naive_local(),
        }
    }

    /// The zone that was chosen. One that nobody knows any more counts as the system's.
    pub(crate) fn named_zone(&self) -> Option<Tz> {
        self.zone.as_deref()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn minutes(hour: u16, minute: u16) -> u16 {
        hour * 60 + minute
    }

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 59).unwrap()
    }

    #[test]
    fn what_an_older_app_kept_is_read_with_the_usual_for_the_rest() {
        assert_eq!(
            serde_json::from_value::<Settings>(json!({})).unwrap(),
            Settings::default()
        );
        let older =
            json!({"theme": "dark", "sidebarCollapsed": true, "starred": [], "quiet": true});
        let read: Settings = serde_json::from_value(older).unwrap();
        let expected = Settings {
            theme: Theme::Dark,
            sidebar_collapsed: true,
            quiet: true,
            ..Settings::default()
        };
        assert_eq!(read, expected);
        assert_eq!(read.language, Language::System);
        assert_eq!(read.times, Times::default());
        assert!(!read.quiet_health && !read.quiet_requests);
        let partly = json!({"times": {"zone": "Asia/Tokyo"}, "theme": "highContrast"});
        let read: Settings = serde_json::from_value(partly).unwrap();
        assert_eq!(read.times.zone.as_deref(), Some("Asia/Tokyo"));
        assert_eq!(read.times.hours, Hours::System);
        assert_eq!(read.theme, Theme::HighContrast);
    }

    #[test]
    fn what_is_chosen_is_read_back_as_it_was() {
        let chosen = Settings {
            language: Language::Fi,
            times: Times {
                zone: Some("Europe/Helsinki".to_owned()),
                hours: Hours::Half,
                exact: true,
            },
            quiet_hours: Some(QuietHours {
                from: 1320,
                to: 420,
            }),
            recents: vec![Recents {
                connection: ConnectionId::from("one".to_owned()),
                entries: vec!["/c/one/promote".to_owned()],
            }],
            ..Settings::default()
        };
        let kept = serde_json::to_value(&chosen).unwrap();
        assert_eq!(kept["language"], "fi");
        assert_eq!(kept["times"]["hours"], "half");
        assert_eq!(serde_json::from_value::<Settings>(kept).unwrap(), chosen);
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let night = QuietHours {
            from: minutes(22, 0),
            to: minutes(7, 30),
        };
        for (hour, minute, quiet) in [
            (21, 59, false),
            (22, 0, true),
            (0, 0, true),
            (7, 29, true),
            (7, 30, false),
            (12, 0, false),
        ] {
            assert_eq!(night.hold_at(time(hour, minute)), quiet, "{hour}:{minute}");
        }
        let lunch = QuietHours {
            from: minutes(11, 0),
            to: minutes(12, 0),
        };
        assert!(lunch.hold_at(time(11, 0)) && !lunch.hold_at(time(12, 0)));
        let none = QuietHours { from: 60, to: 60 };
        assert!((0..24).all(|hour| !none.hold_at(time(hour, 0))));
    }

    #[test]
    fn quiet_hours_are_those_of_the_chosen_zone() {
        let at = |zone: &str| Settings {
            times: Times {
                zone: Some(zone.to_owned()),
                ..Times::default()
            },
            quiet_hours: Some(QuietHours {
                from: minutes(22, 0),
                to: minutes(7, 0),
            }),
            ..Settings::default()
        };
        // 23:30 in Helsinki, 16:30 in New York.
        let moment = "2026-07-01T20:30:00Z".parse().unwrap();
        assert!(at("Europe/Helsinki").is_quiet_hour(moment));
        assert!(!at("America/New_York").is_quiet_hour(moment));
        assert!(!Settings::default().is_quiet_hour(moment));
    }

    #[test]
    fn a_zone_knows_summer_and_winter_and_an_unknown_one_is_none() {
        let helsinki = Times {
            zone: Some("Europe/Helsinki".to_owned()),
            ..Times::default()
        };
        let hour = |moment: &str| {
            helsinki
                .at(moment.parse().unwrap())
                .time()
                .format("%H:%M")
                .to_string()
        };
        assert_eq!(hour("2026-01-15T12:00:00Z"), "14:00");
        assert_eq!(hour("2026-07-15T12:00:00Z"), "15:00");
        // The hour that summer time leaves out.
        assert_eq!(hour("2026-03-29T00:59:00Z"), "02:59");
        assert_eq!(hour("2026-03-29T01:00:00Z"), "04:00");
        let unknown = Times {
            zone: Some("Atlantis/Centre".to_owned()),
            ..Times::default()
        };
        assert_eq!(unknown.named_zone(), None);
    }
}

#[cfg(test)]
mod keeping_tests {
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
