//! What a sight changes of what is known by then. No disk, no clock.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use miso_api::ApplicationStatus;

use super::GAP;
use super::seen::{Place, Reach, Seen, Sight, There};

/// What is known of an account's places by now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    pub places: HashMap<Place, Last>,
    pub configurations: HashMap<Place, String>,
    /// The newest time without a gap: from, to.
    pub span: Option<(i64, i64)>,
}

/// How a place was seen last, and since when it is known to be so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Last {
    pub seen: Seen,
    pub at: i64,
}

/// What is to be kept of a sight.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub places: Vec<Change>,
    pub configurations: Vec<(Place, i64, String)>,
    /// The span that goes on, or a new one.
    pub span: Option<(i64, i64)>,
}

/// A place that is not as it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub place: Place,
    /// When: by the server, where it says a time since the last look, else when it was seen.
    pub at: i64,
    pub seen_at: i64,
    pub seen: Seen,
}

impl Known {
    /// What of a sight is new.
    pub(super) fn changes(&self, sight: Sight, seen_at: i64) -> Changes {
        match sight {
            Sight::List { places, reach } => self.by_list(places, reach, seen_at),
            Sight::One {
                application,
                places,
            } => self.by_one(&application, places, seen_at),
            Sight::Health {
                place,
                health,
                since,
            } => {
                let last = self.places.get(&place).and_then(|last| last.seen.there());
                let there = last.map(|last| There {
                    health_since: match last.health == health {
                        true => last.health_since,
                        false => since,
                    },
                    health,
                    ..last.clone()
                });
                let change = there.and_then(|there| self.change(place, there, seen_at));
                Changes {
                    places: change.into_iter().collect(),
                    ..Changes::default()
                }
            }
            Sight::Configuration { place, version } => Changes {
                configurations: match self.configurations.get(&place) {
                    Some(known) if *known == version => Vec::new(),
                    Some(_) | None => vec![(place, seen_at, version)],
                },
                ..Changes::default()
            },
        }
    }

    /// Knows from now on what was kept.
    pub(super) fn take(&mut self, changes: Changes) {
        for Change {
            place, at, seen, ..
        } in changes.places
        {
            self.places.insert(place, Last { seen, at });
        }
        for (place, _, version) in changes.configurations {
            self.configurations.insert(place, version);
        }
        self.span = changes.span.or(self.span);
    }

    fn by_list(&self, places: Vec<(Place, There)>, reach: Reach, seen_at: i64) -> Changes {
        let listed: HashSet<Place> = places.iter().map(|(place, _)| place.clone()).collect();
        let mut changed: Vec<Change> = places
            .into_iter()
            .filter_map(|(place, there)| self.change(place, there, seen_at))
            .collect();
        let absent = match reach {
            Reach::All => Some(Seen::Gone),
            Reach::Held => Some(Seen::Unseen),
            Reach::Moved | Reach::Part => None,
        };
        if let Some(absent) = absent {
            let gone = self.places.keys().filter(|place| !listed.contains(*place));
            changed.extend(self.absent(gone, &absent, seen_at));
        }
        Changes {
            places: changed,
            span: match reach {
                Reach::All | Reach::Held | Reach::Moved => Some(self.span_with(seen_at)),
                Reach::Part => None,
            },
            ..Changes::default()
        }
    }

    /// What the list does not hold is not kept: nobody could say later how long it stayed so.
    fn by_one(&self, application: &str, places: Vec<(Place, There)>, seen_at: i64) -> Changes {
        let known: Vec<&Place> = self
            .places
            .iter()
            .filter(|((key, _), last)| key == application && last.seen.there().is_some())
            .map(|(place, _)| place)
            .collect();
        if known.is_empty() || places.is_empty() {
            return Changes::default();
        }
        let listed: HashSet<Place> = places.iter().map(|(place, _)| place.clone()).collect();
        let gone = known.into_iter().filter(|place| !listed.contains(*place));
        let mut changed: Vec<Change> = self.absent(gone, &Seen::Gone, seen_at).collect();
        let there = places.into_iter();
        changed.extend(there.filter_map(|(place, there)| self.change(place, there, seen_at)));
        Changes {
            places: changed,
            ..Changes::default()
        }
    }

    fn absent<'a>(
        &'a self,
        places: impl Iterator<Item = &'a Place> + 'a,
        absent: &'a Seen,
        seen_at: i64,
    ) -> impl Iterator<Item = Change> + 'a {
        places.filter_map(move |place| {
            let last = self.places.get(place)?;
            // What is gone does not leave the list another time.
            let is_told = last.seen == Seen::Gone || last.seen.is_as(absent);
            (!is_told).then(|| Change {
                place: place.clone(),
                at: seen_at.max(last.at),
                seen_at,
                seen: absent.clone(),
            })
        })
    }

    fn change(&self, place: Place, there: There, seen_at: i64) -> Option<Change> {
        let last = self.places.get(&place);
        let before = last.and_then(|last| last.seen.there());
        let not_before = last.map(|last| last.at);
        // It was as before when it was last looked at, or not there.
        let looked = self.span.map(|(_, to)| to).max(not_before);
        let by_server = match looked {
            Some(looked) => server_time(before, &there, looked, seen_at),
            None => None,
        };
        let seen = Seen::There(there);
        if last.is_some_and(|last| last.seen.is_as(&seen)) {
            return None;
        }
        Some(Change {
            place,
            at: by_server.unwrap_or_else(|| seen_at.max(not_before.unwrap_or(seen_at))),
            seen_at,
            seen,
        })
    }

    fn span_with(&self, seen_at: i64) -> (i64, i64) {
        match self.span {
            Some((from, to)) if seen_at - to <= GAP.num_milliseconds() => (from, to.max(seen_at)),
            Some(_) | None => (seen_at, seen_at),
        }
    }
}

/// When it became so by the server's times, where one is since the last look and has come.
fn server_time(before: Option<&There>, there: &There, looked: i64, seen_at: i64) -> Option<i64> {
    let is_settled = match there.status {
        ApplicationStatus::Running | ApplicationStatus::Error | ApplicationStatus::Unknown(_) => {
            true
        }
        // The server's times are those of what was before.
        ApplicationStatus::Deploying | ApplicationStatus::Stopped => false,
    };
    let is_another = before.is_none_or(|before| before.image != there.image);
    let times = match is_another {
        true => [there.deployed, there.health_since],
        false => [there.health_since, there.deployed],
    };
    let mut times = times.into_iter().flatten().map(millis);
    times.find(|at| is_settled && (looked + 1..=seen_at).contains(at))
}

fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}
