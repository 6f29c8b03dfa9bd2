//! What changed since a moment that no deployment tells: what was seen to be otherwise than before.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Application, Deployment, Page};
use rusqlite::Connection as Database;

use super::kept::{self, Then, Whose};
use super::moment;
use super::seen::{Place, Seen};
use crate::activity::{ActivityChange, ActivityKind};
use crate::clock::moved;
use crate::fleet::{State, entry_of};
use crate::stage::Stages;
use crate::{Client, Failure, Resource};

/// Clocks differ, and what a deployment does is seen a little later: so much before it was asked for and
/// after it ended belongs to it.
const AROUND: TimeDelta = TimeDelta::seconds(30);

/// What else is told.
pub(super) struct Told<'a> {
    pub deployments: &'a [Deployment],
    pub list: &'a [Application],
    pub since: DateTime<Utc>,
}

/// What was seen.
pub(super) struct SeenSince {
    /// How each place of what changed was at the moment, where it was seen by then.
    pub before: HashMap<Place, Then>,
    /// What was seen since, the oldest first.
    pub after: Vec<Then>,
    /// Which configurations are another version since.
    pub configurations: Vec<(Place, DateTime<Utc>)>,
    /// When anything was seen for the first time: that is no change.
    pub first: Option<DateTime<Utc>>,
}

impl Client {
    /// What changed since a moment that neither a recent deployment tells, nor the list of what is unwell
    /// now; in no order. Asks for nothing.
    ///
    /// # Errors
    /// [`crate::Code::CacheFailed`].
    pub fn changes_since(&self, since: DateTime<Utc>) -> Result<Vec<ActivityChange>, Failure> {
        let seen = self
            .inner
            .view
            .past(|database, whose| SeenSince::read(database, whose, since));
        let recent: Option<Page<Deployment>> =
            self.peek(&Resource::Deployments { application: None });
        let list: Option<Page<Application>> = self.peek(&Resource::Applications);
        let told = Told {
            deployments: &recent.map(|page| page.data).unwrap_or_default(),
            list: &list.map(|page| page.data).unwrap_or_default(),
            since,
        };
        Ok(changes_of(seen?, &told, &self.known_stages()))
    }
}

impl SeenSince {
    pub(super) fn read(
        database: &Database,
        whose: &Whose,
        since: DateTime<Utc>,
    ) -> Result<Self, rusqlite::Error> {
        let after = kept::places_after(database, whose, since)?;
        let changed: BTreeSet<&str> = after.iter().map(|then| then.place.0.as_str()).collect();
        Ok(Self {
            before: kept::places_of_at(database, whose, changed, since)?,
            after,
            configurations: kept::configurations_after(database, whose, since)?,
            first: kept::spans(database, whose)?
                .first()
                .map(|(from, _)| moment(*from)),
        })
    }
}

pub(super) fn changes_of(seen: SeenSince, told: &Told<'_>, stages: &Stages) -> Vec<ActivityChange> {
    let mut walk = Walk {
        last: HashMap::new(),
        changes: Vec::new(),
        told,
        stages,
        first: seen.first,
    };
    for (place, then) in seen.before {
        walk.last.insert(place, Last::default().then(&then.seen));
    }
    let newest: HashMap<Place, DateTime<Utc>> = seen
        .after
        .iter()
        .map(|then| (then.place.clone(), then.at))
        .collect();
    for then in seen.after {
        let is_newest = newest.get(&then.place) == Some(&then.at);
        walk.step(then, is_newest);
    }
    for (place, at) in seen.configurations {
        walk.tell(&place, at, ActivityKind::Configuration);
    }
    walk.with_what_is_gone_everywhere()
}

struct Walk<'a> {
    last: HashMap<Place, Last>,
    changes: Vec<ActivityChange>,
    told: &'a Told<'a>,
    stages: &'a Stages,
    first: Option<DateTime<Utc>>,
}

/// How a place was before.
#[derive(Clone, Default)]
struct Last {
    is_there: bool,
    image: Option<String>,
    /// The last state that was not on the way to another.
    settled: Option<State>,
}

impl Last {
    fn then(mut self, seen: &Seen) -> Self {
        match seen {
            Seen::There(there) => {
                self.is_there = true;
                self.image.clone_from(&there.image);
                self.settled = settled(there.state()).or(self.settled);
                self
            }
            Seen::Gone => Self::default(),
            Seen::Unseen => self,
        }
    }
}

impl Walk<'_> {
    fn step(&mut self, Then { place, at, seen }: Then, is_newest: bool) {
        let known = self.last.get(&place).cloned();
        let before = known.clone().unwrap_or_default();
        let after = before.clone().then(&seen);
        self.last.insert(place.clone(), after.clone());
        match &seen {
            Seen::Unseen => {}
            Seen::Gone if before.is_there => {
                self.tell(&place, at, ActivityKind::Went { everywhere: false });
            }
            Seen::Gone => {}
            Seen::There(there) if !before.is_there => {
                let is_first = known.is_none() && self.first.is_none_or(|first| at <= first);
                let runs = there.image.as_deref();
                if !is_first && !self.is_deployed(&place, at, runs) {
                    self.tell(&place, at, ActivityKind::Appeared);
                }
            }
            Seen::There(_) => {
                let is_another = before.image != after.image;
                let came = after.image.as_deref().filter(|_| is_another);
                if self.is_deployed(&place, at, came) {
                    return;
                }
                if is_another {
                    let (from, to) = (before.image.clone(), after.image.clone());
                    self.tell(&place, at, ActivityKind::Image { from, to });
                }
                if let (Some(from), Some(to)) = (before.settled, after.settled)
                    && from != to
                    && !(is_newest && self.is_told_as_unwell(&place, to))
                {
                    self.tell(&place, at, ActivityKind::Turned { from, to });
                }
            }
        }
    }

    fn tell(&mut self, (application, environment): &Place, at: DateTime<Utc>, what: ActivityKind) {
        self.changes.push(ActivityChange {
            at,
            application: application.clone(),
            environment: self.stages.stage(environment),
            what,
        });
    }

    /// Whether a deployment that is told did it, or brought the image that came.
    fn is_deployed(
        &self,
        (application, environment): &Place,
        at: DateTime<Utc>,
        came: Option<&str>,
    ) -> bool {
        let mut here = self.told.deployments.iter().filter(|deployment| {
            deployment.application_key == *application && deployment.environment == *environment
        });
        here.any(|deployment| {
            let ended = deployment.completed_at;
            let begun = deployment.created_at.or(deployment.started_at).or(ended);
            let during = begun.is_some_and(|begun| at >= moved(begun, -AROUND))
                && ended.is_none_or(|ended| at <= moved(ended, AROUND));
            // What ended while nobody looked is seen when somebody looks again.
            let earlier = ended.is_some_and(|ended| ended > self.told.since && ended <= at);
            let brought = came.is_some() && deployment.image.as_deref() == came;
            during || (earlier && brought)
        })
    }

    /// Whether the list of what is unwell now tells it, and since when.
    fn is_told_as_unwell(&self, (application, environment): &Place, state: State) -> bool {
        let here = self.told.list.iter().find(|one| one.key == *application);
        let entry = here.and_then(|one| entry_of(one, environment));
        entry.is_some_and(|entry| {
            let told = State::of(entry);
            let since = entry.health_since;
            told.is_unwell() && told == state && since.is_some_and(|since| since > self.told.since)
        })
    }

    /// An application that is nowhere any more is told once.
    fn with_what_is_gone_everywhere(self) -> Vec<ActivityChange> {
        let is_anywhere = |key: &str| {
            let mut places = self.last.iter();
            places.any(|((application, _), last)| application == key && last.is_there)
        };
        let gone = |change: &ActivityChange| {
            matches!(change.what, ActivityKind::Went { .. }) && !is_anywhere(&change.application)
        };
        let mut last_gone: HashMap<String, DateTime<Utc>> = HashMap::new();
        for change in self.changes.iter().filter(|change| gone(change)) {
            let at = last_gone
                .entry(change.application.clone())
                .or_insert(change.at);
            *at = change.at.max(*at);
        }
        let mut told = HashSet::new();
        let changes = self.changes.iter().filter_map(|change| {
            let mut change = change.clone();
            if gone(&change) && last_gone.get(&change.application) == Some(&change.at) {
                if !told.insert(change.application.clone()) {
                    return None;
                }
                change.what = ActivityKind::Went { everywhere: true };
            }
            Some(change)
        });
        changes.collect()
    }
}

/// A state that lasts.
fn settled(state: State) -> Option<State> {
    match state {
        State::Bad | State::Warning | State::Off | State::Well => Some(state),
        State::Progress | State::Unknown => None,
    }
}
