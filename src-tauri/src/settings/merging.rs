//! A change of the settings is what differs between two states of them: two windows that change them
//! within the same moment change each its own.

use super::{
    LogColumns, LogKeeping, Looked, Recents, SavedView, Settings, ShownColumns, Starred, Times,
};

impl Settings {
    /// These settings with what was changed from `before` to `after`, whatever else was changed in
    /// them since `before`.
    pub(crate) fn changed(self, before: &Self, after: Self) -> Self {
        // Whatever is added to the settings is added here too.
        let Self {
            theme,
            language,
            times,
            sidebar_collapsed,
            starred,
            quiet,
            quiet_health,
            quiet_requests,
            quiet_hours,
            close_to_tray,
            type_to_deploy,
            looked,
            views,
            columns,
            log_columns,
            log_wrap,
            log_keeping,
            recents,
        } = after;
        Self {
            theme: one(self.theme, &before.theme, theme),
            language: one(self.language, &before.language, language),
            times: self.times.changed(&before.times, times),
            sidebar_collapsed: one(
                self.sidebar_collapsed,
                &before.sidebar_collapsed,
                sidebar_collapsed,
            ),
            starred: list(self.starred, &before.starred, starred),
            quiet: one(self.quiet, &before.quiet, quiet),
            quiet_health: one(self.quiet_health, &before.quiet_health, quiet_health),
            quiet_requests: one(self.quiet_requests, &before.quiet_requests, quiet_requests),
            quiet_hours: one(self.quiet_hours, &before.quiet_hours, quiet_hours),
            close_to_tray: one(self.close_to_tray, &before.close_to_tray, close_to_tray),
            type_to_deploy: one(self.type_to_deploy, &before.type_to_deploy, type_to_deploy),
            looked: list(self.looked, &before.looked, looked),
            views: list(self.views, &before.views, views),
            columns: list(self.columns, &before.columns, columns),
            log_columns: list(self.log_columns, &before.log_columns, log_columns),
            log_wrap: one(self.log_wrap, &before.log_wrap, log_wrap),
            log_keeping: self.log_keeping.changed(&before.log_keeping, log_keeping),
            recents: list(self.recents, &before.recents, recents),
        }
    }
}

impl Times {
    fn changed(self, before: &Self, after: Self) -> Self {
        let Self { zone, hours, exact } = after;
        Self {
            zone: one(self.zone, &before.zone, zone),
            hours: one(self.hours, &before.hours, hours),
            exact: one(self.exact, &before.exact, exact),
        }
    }
}

impl LogKeeping {
    fn changed(self, before: &Self, after: Self) -> Self {
        let Self {
            record,
            days,
            production_hours,
            gibibytes,
        } = after;
        Self {
            record: one(self.record, &before.record, record),
            days: one(self.days, &before.days, days),
            production_hours: one(
                self.production_hours,
                &before.production_hours,
                production_hours,
            ),
            gibibytes: one(self.gibibytes, &before.gibibytes, gibibytes),
        }
    }
}

/// One of a list that the settings hold.
trait Entry: PartialEq {
    /// Whether the other one is of the same thing, so that one takes the place of the other.
    fn is_of_the_same(&self, other: &Self) -> bool;
}

impl Entry for Starred {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Entry for Looked {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self.connection == other.connection
    }
}

impl Entry for SavedView {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self.connection == other.connection && self.name == other.name
    }
}

impl Entry for ShownColumns {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self.connection == other.connection
    }
}

impl Entry for LogColumns {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self.connection == other.connection && self.application == other.application
    }
}

impl Entry for Recents {
    fn is_of_the_same(&self, other: &Self) -> bool {
        self.connection == other.connection
    }
}

fn one<T: PartialEq>(now: T, before: &T, after: T) -> T {
    match after == *before {
        true => now,
        false => after,
    }
}

/// A list with what was taken out of it, put in the place of something, or added.
fn list<T: Entry>(now: Vec<T>, before: &[T], after: Vec<T>) -> Vec<T> {
    // Nobody else changed it: its order is the new one too.
    if now == before {
        return after;
    }
    let has = |all: &[T], one: &T| all.iter().any(|other| other.is_of_the_same(one));
    let is_gone = |one: &T| has(before, one) && !has(&after, one);
    let mut merged: Vec<T> = now.into_iter().filter(|one| !is_gone(one)).collect();
    for new in after {
        if before.contains(&new) {
            continue;
        }
        match merged.iter_mut().find(|one| one.is_of_the_same(&new)) {
            Some(one) => *one = new,
            None => merged.push(new),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use miso_client::ConnectionId;

    use super::*;
    use crate::settings::{Hours, Theme};

    fn star(application: &str) -> Starred {
        Starred {
            connection: ConnectionId::from("one".to_owned()),
            application: application.to_owned(),
        }
    }

    fn columns(connection: &str, column: &str) -> ShownColumns {
        ShownColumns {
            connection: ConnectionId::from(connection.to_owned()),
            columns: vec![column.to_owned()],
        }
    }

    #[test]
    fn two_changes_of_the_same_state_are_both_kept() {
        let before = Settings {
            starred: vec![star("a"), star("b")],
            columns: vec![columns("one", "type")],
            ..Settings::default()
        };
        let dark = Settings {
            theme: Theme::Dark,
            starred: vec![star("b"), star("c")],
            columns: vec![columns("one", "image")],
            ..before.clone()
        };
        let mut other = Settings {
            sidebar_collapsed: true,
            starred: vec![star("a"), star("b"), star("d")],
            columns: vec![columns("one", "type"), columns("two", "type")],
            ..before.clone()
        };
        other.times.hours = Hours::Half;
        other.log_keeping.days = 30;
        let now = before.clone().changed(&before, dark);
        let now = now.changed(&before, other);
        let mut expected = Settings {
            theme: Theme::Dark,
            sidebar_collapsed: true,
            starred: vec![star("b"), star("c"), star("d")],
            columns: vec![columns("one", "image"), columns("two", "type")],
            ..Settings::default()
        };
        expected.times.hours = Hours::Half;
        expected.log_keeping.days = 30;
        assert_eq!(now, expected);
    }

    #[test]
    fn of_two_changes_of_the_same_the_later_one_counts() {
        let before = Settings::default();
        let with = |theme| Settings {
            theme,
            ..Settings::default()
        };
        let now = before.clone().changed(&before, with(Theme::Dark));
        let now = now.changed(&before, with(Theme::Light));
        assert_eq!(now.theme, Theme::Light);
        let again = now.clone().changed(&before, with(Theme::Light));
        assert_eq!(again, now, "a second try changes nothing");
    }

    /// Some of four stars, each number others.
    fn some(number: u8) -> Vec<Starred> {
        let all = [star("a"), star("b"), star("c"), star("d")].into_iter();
        let chosen = (0..).zip(all).filter(|(at, _)| number & (1 << at) != 0);
        chosen.map(|(_, star)| star).collect()
    }

    #[test]
    fn each_change_holds_whatever_the_other_was() {
        for (before, mine, theirs) in (0..16 * 16 * 16_u32).map(|number| {
            let part = |shift: u32| some((number >> shift & 15) as u8);
            (part(0), part(4), part(8))
        }) {
            let both = list(theirs.clone(), &before, mine.clone());
            for one in some(15) {
                let [was, here, there] = [&before, &mine, &theirs].map(|all| all.contains(&one));
                let expected = if here == was { there } else { here };
                assert_eq!(
                    both.contains(&one),
                    expected,
                    "{before:?} {mine:?} {theirs:?}"
                );
            }
            assert_eq!(list(before.clone(), &before, mine.clone()), mine);
        }
    }
}
