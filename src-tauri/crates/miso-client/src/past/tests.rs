use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::kept;
use super::then::{fleet_then, is_observed};
use super::*;
use crate::fleet::State;
use crate::fleet::tests::{at, image};
use crate::stage::Stages;
use crate::{Cache, ConnectionId, Resource};

const APPLICATIONS: [&str; 2] = ["orders", "payments"];
const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

/// A place as a reading has it: what it is, and how many seconds before the reading the server says
/// that its health and its deployment are.
#[derive(Clone, Debug)]
struct Way {
    status: &'static str,
    health: &'static str,
    tag: &'static str,
    health_ago: Option<i64>,
    deployed_ago: Option<i64>,
}

#[derive(Clone, Debug)]
struct Step {
    /// Seconds since the reading before.
    after: i64,
    /// Whether the app was started anew before.
    restarts: bool,
    ways: Vec<Option<Way>>,
}

fn ways() -> impl Strategy<Value = Option<Way>> {
    let ago = || prop::option::of(prop::sample::select(vec![-40, 0, 4, 55, 200, 4_000]));
    let way = (
        prop::sample::select(vec!["running", "running", "deploying", "stopped", "error"]),
        prop::sample::select(vec![
            "healthy",
            "healthy",
            "degraded",
            "unhealthy",
            "unknown",
        ]),
        prop::sample::select(vec!["1.0", "1.1", "1.2"]),
        ago(),
        ago(),
    );
    let way = way.prop_map(|(status, health, tag, health_ago, deployed_ago)| Way {
        status,
        health,
        tag,
        health_ago,
        deployed_ago,
    });
    prop::option::weighted(0.8, way)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let places = APPLICATIONS.len() * ENVIRONMENTS.len();
    let step = (
        prop::sample::select(vec![1, 10, 60, 299, 300, 301, 2_000]),
        prop::bool::weighted(0.2),
        prop::collection::vec(ways(), places),
    );
    let step = step.prop_map(|(after, restarts, ways)| Step {
        after,
        restarts,
        ways,
    });
    prop::collection::vec(step, 1..14)
}

fn all_places() -> Vec<(String, String)> {
    let all = APPLICATIONS.iter().flat_map(|application| {
        ENVIRONMENTS.map(|environment| ((*application).to_owned(), environment.to_owned()))
    });
    all.collect()
}

fn list(ways: &[Option<Way>], seen_at: DateTime<Utc>) -> Value {
    let mut applications: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for ((application, environment), way) in all_places().into_iter().zip(ways) {
        let Some(way) = way else { continue };
        let ago = |ago: Option<i64>| ago.map(|ago| seen_at - TimeDelta::seconds(ago));
        let entries = applications.entry(application).or_default();
        entries.push(json!({
            "environment": environment, "status": way.status, "health": way.health,
            "image": image(way.tag), "healthSince": ago(way.health_ago),
            "lastDeployedAt": ago(way.deployed_ago),
        }));
    }
    let data: Vec<Value> = applications
        .into_iter()
        .map(|(key, environments)| json!({"key": key, "type": "api", "environments": environments}))
        .collect();
    json!({"data": data})
}

fn glimpse(resource: Resource, value: Value) -> Glimpse {
    Glimpse::of(&resource, &Arc::new(value), Some("\"1\"")).unwrap()
}

pub(super) fn listed(value: Value) -> Glimpse {
    glimpse(Resource::Applications, value)
}

/// The list with one application in one environment.
pub(super) fn with(entry: Value) -> Glimpse {
    listed(json!({"data": [{"key": "orders", "type": "api", "environments": [entry]}]}))
}

pub(super) fn runs(tag: &str, health: &str) -> Value {
    json!({"environment": "dev", "status": "running", "health": health, "image": image(tag)})
}

/// What is kept of one account of one connection.
pub(super) struct Kept {
    pub cache: Cache,
    pub id: ConnectionId,
}

impl Kept {
    pub fn new() -> Self {
        Self {
            cache: Cache::in_memory().unwrap(),
            id: ConnectionId::random(),
        }
    }

    pub fn see(&self, glimpse: Glimpse, seen_at: DateTime<Utc>) {
        self.cache.keep_seen(&self.id, "me", glimpse, seen_at);
    }

    fn at(&self, time: DateTime<Utc>, now: DateTime<Utc>) -> FleetThen {
        let known = self.cache.past(&self.id, "me", |database, whose| {
            let spans = kept::spans(database, whose)?;
            Ok((spans, kept::places_at(database, whose, time)?))
        });
        let (spans, places) = known.unwrap();
        let observed = is_observed(&spans, time, now);
        fleet_then(time, observed, places, &[], &Stages::default())
    }

    /// The one place of [`with`].
    fn one_at(&self, time: DateTime<Utc>, now: DateTime<Utc>) -> Option<PlaceThen> {
        cell(&self.at(time, now), "orders", "dev")
    }

    fn rows(&self) -> i64 {
        let counted = self.cache.past(&self.id, "me", |database, _| {
            database.query_row("select count(*) from past", [], |row| row.get(0))
        });
        counted.unwrap()
    }

    fn execute(&self, sql: &str) {
        self.cache
            .past(&self.id, "me", |database, _| database.execute_batch(sql))
            .unwrap();
    }
}

fn cell(fleet: &FleetThen, key: &str, environment: &str) -> Option<PlaceThen> {
    let row = fleet.rows.iter().find(|row| row.key == key)?;
    let mut cells = row.cells.iter();
    let cell = cells.find(|cell| cell.environment == environment)?;
    Some(cell.then.clone())
}

fn state_of(then: Option<PlaceThen>) -> Option<(State, Option<String>)> {
    match then {
        Some(PlaceThen::Known { state, tag, .. }) => Some((state, tag)),
        Some(PlaceThen::NotObserved | PlaceThen::Before | PlaceThen::Absent) | None => None,
    }
}

/// How a place was, by going through all readings anew.
fn oracle(
    read: &[(DateTime<Utc>, Vec<Option<Way>>)],
    place: usize,
    time: DateTime<Utc>,
    now: DateTime<Utc>,
) -> PlaceThen {
    let gap = TimeDelta::minutes(5);
    let looked_on = read
        .windows(2)
        .any(|two| two[1].0 - two[0].0 <= gap && (two[0].0..=two[1].0).contains(&time));
    let looked = read.iter().any(|(seen_at, _)| *seen_at == time);
    let newest = read.last().unwrap().0;
    let looks_on = now - newest <= gap && (newest..=now).contains(&time);
    if !looked_on && !looked && !looks_on {
        return match read.iter().any(|(_, ways)| ways[place].is_some()) {
            true => PlaceThen::NotObserved,
            false => PlaceThen::Absent,
        };
    }
    let mut was: Option<&Way> = None;
    let mut ever = false;
    let mut then = PlaceThen::Before;
    let mut looked: Option<DateTime<Utc>> = None;
    for (seen_at, ways) in read {
        let is = ways[place].as_ref();
        let same = match (was, is) {
            (Some(was), Some(is)) => {
                (was.status, was.health, was.tag) == (is.status, is.health, is.tag)
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            let mut from = *seen_at;
            if let (Some(is), Some(looked)) = (is, looked)
                && !["deploying", "stopped"].contains(&is.status)
            {
                let server = |ago: Option<i64>| ago.map(|ago| *seen_at - TimeDelta::seconds(ago));
                let [health, deployed] = [server(is.health_ago), server(is.deployed_ago)];
                let order = match was.is_none_or(|was| was.tag != is.tag) {
                    true => [deployed, health],
                    false => [health, deployed],
                };
                let mut said = order.into_iter().flatten();
                if let Some(said) = said.find(|said| looked < *said && *said <= *seen_at) {
                    from = said;
                }
            }
            if from <= time {
                then = is.map_or(PlaceThen::Absent, |is| known(is, *seen_at));
            }
            (was, ever) = (is, true);
        }
        looked = Some(*seen_at);
    }
    if ever { then } else { PlaceThen::Absent }
}

fn known(way: &Way, seen_at: DateTime<Utc>) -> PlaceThen {
    let state = match (way.status, way.health) {
        ("deploying", _) => State::Progress,
        ("stopped", _) => State::Off,
        ("error", _) | (_, "unhealthy") => State::Bad,
        (_, "degraded") => State::Warning,
        (_, "healthy") => State::Well,
        _ => State::Unknown,
    };
    let unwell = matches!(state, State::Bad | State::Warning);
    let ago = match unwell {
        true => way.health_ago.or(way.deployed_ago),
        false => way.deployed_ago,
    };
    PlaceThen::Known {
        state,
        unwell,
        tag: (way.status != "stopped").then(|| way.tag.to_owned()),
        image: Some(image(way.tag)),
        since: ago.map(|ago| seen_at - TimeDelta::seconds(ago)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever was read, and however often the app was started anew between: at any time it is as
    /// somebody says who goes through all readings.
    #[test]
    fn at_any_time_it_is_as_a_look_through_all_readings_says(
        steps in steps(),
        later in prop::sample::select(vec![0, 20, 300, 301]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache.sqlite");
        let open = || Cache::open(&file).unwrap();
        let mut kept = Kept { cache: open(), id: ConnectionId::random() };
        let mut now = at(0);
        let mut read: Vec<(DateTime<Utc>, Vec<Option<Way>>)> = Vec::new();
        for step in steps {
            now += TimeDelta::seconds(step.after);
            if step.restarts {
                let id = kept.id.clone();
                // Everything is written before the file is opened again.
                drop(kept);
                kept = Kept { cache: open(), id };
            }
            kept.see(listed(list(&step.ways, now)), now);
            read.push((now, step.ways));
        }
        now += TimeDelta::seconds(later);
        let mut times: Vec<DateTime<Utc>> = Vec::new();
        for (seen_at, _) in &read {
            for around in [-4_000, -200, -55, -4, -1, 0, 1, 30, 299, 301] {
                let time = *seen_at + TimeDelta::seconds(around);
                times.push(time.min(now));
            }
        }
        times.sort_unstable();
        times.dedup();
        for time in times {
            let fleet = kept.at(time, now);
            for (number, (application, environment)) in all_places().iter().enumerate() {
                let told = cell(&fleet, application, environment);
                let told = told.unwrap_or(PlaceThen::Absent);
                let expected = oracle(&read, number, time, now);
                prop_assert_eq!(told, expected, "{} {} at {}", application, environment, time);
            }
        }
    }
}

#[test]
fn what_nobody_saw_is_not_known_and_before_it_was_seen_it_was_not_there() {
    let kept = Kept::new();
    kept.see(listed(json!({"data": []})), at(0));
    kept.see(with(runs("1.0", "healthy")), at(4));
    kept.see(with(runs("1.1", "healthy")), at(60));
    let now = at(61);
    let one = |time| kept.one_at(time, now);
    assert_eq!(one(at(-1)), Some(PlaceThen::NotObserved));
    assert_eq!(one(at(2)), Some(PlaceThen::Before));
    let tag = |tag: &str| Some((State::Well, Some(tag.to_owned())));
    assert_eq!(state_of(one(at(4))), tag("1.0"));
    assert_eq!(one(at(30)), Some(PlaceThen::NotObserved));
    assert_eq!(state_of(one(at(60))), tag("1.1"));
    assert_eq!(state_of(one(now)), tag("1.1"), "it is looked at still");
    let later = kept.one_at(at(66), at(70));
    assert_eq!(later, Some(PlaceThen::NotObserved));
}

#[test]
fn a_part_of_a_list_says_nothing_of_the_rest() {
    let kept = Kept::new();
    let page = |page: u32, pages: u32, total: u32, keys: &[&str]| {
        let data: Vec<Value> = keys
            .iter()
            .map(|key| json!({"key": key, "type": "api", "environments": [runs("1.0", "healthy")]}))
            .collect();
        let meta = json!({"page": page, "pageSize": 200, "total": total, "totalPages": pages});
        listed(json!({"data": data, "meta": meta}))
    };
    let all = |time| {
        let fleet = kept.at(time, time);
        ["a", "b"].map(|key| cell(&fleet, key, "dev").unwrap_or(PlaceThen::Absent))
    };
    kept.see(page(2, 2, 2, &["a", "b"]), at(0));
    // The first page of the next start; then one that moved while it was read.
    kept.see(page(1, 2, 2, &["a"]), at(1));
    kept.see(page(2, 2, 2, &["b"]), at(2));
    assert!(
        all(at(2))
            .iter()
            .all(|then| state_of(Some(then.clone())).is_some())
    );
    // Beyond what is held it is not gone.
    kept.see(page(5, 9, 1_800, &["a"]), at(3));
    assert_eq!(all(at(3))[1], PlaceThen::NotObserved);
    kept.see(page(1, 1, 1, &["a"]), at(4));
    assert_eq!(all(at(4))[1], PlaceThen::Absent);
}

#[test]
fn one_place_is_known_by_its_own_readings_too() {
    let kept = Kept::new();
    let health = |status: &str| {
        let of = Resource::Health {
            application: "orders".to_owned(),
            environment: "dev".to_owned(),
        };
        let history = json!([{"status": status, "at": at(2), "message": null}]);
        glimpse(of, json!({"status": status, "history": history}))
    };
    // Of what no list has nothing is kept.
    kept.see(health("unhealthy"), at(0));
    assert_eq!(kept.rows(), 0);
    kept.see(with(runs("1.0", "healthy")), at(1));
    kept.see(health("unhealthy"), at(3));
    let state = |time| state_of(kept.one_at(time, at(4))).map(|(state, _)| state);
    assert_eq!(state(at(1)), Some(State::Well));
    assert_eq!(state(at(2)), Some(State::Bad), "by the server's time");
    let of = Resource::Application {
        application: "orders".to_owned(),
    };
    let own = json!({"key": "orders", "type": "api", "environments": [runs("1.1", "healthy")]});
    kept.see(glimpse(of, own), at(4));
    let now = state_of(kept.one_at(at(4), at(4)));
    assert_eq!(now, Some((State::Well, Some("1.1".to_owned()))));
}

#[test]
fn it_goes_with_its_connection_and_is_no_other_accounts() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    let whose = |account: &str| {
        let counted = kept.cache.past(&kept.id, account, |database, whose| {
            Ok(kept::places_at(database, whose, at(9))?.len())
        });
        counted.unwrap()
    };
    assert_eq!((whose("me"), whose("another")), (1, 0));
    kept.cache.erase(&kept.id).unwrap();
    assert_eq!((kept.rows(), whose("me")), (0, 0));
    // What comes later is kept as if there had never been anything.
    kept.see(with(runs("1.0", "healthy")), at(1));
    assert_eq!(kept.rows(), 1);
    assert_eq!(kept.one_at(at(0), at(1)), Some(PlaceThen::NotObserved));
}

#[test]
fn what_the_disk_refused_is_kept_with_the_next_reading() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    kept.execute("alter table past rename to away");
    kept.see(with(runs("1.1", "healthy")), at(1));
    kept.execute("alter table away rename to past");
    kept.see(with(runs("1.1", "healthy")), at(2));
    let tag = |time| state_of(kept.one_at(time, at(2))).and_then(|(_, tag)| tag);
    assert_eq!(tag(at(1)).as_deref(), Some("1.0"));
    assert_eq!(tag(at(2)).as_deref(), Some("1.1"));
}

#[test]
fn it_is_bounded_in_time_and_number_and_what_stands_stays_known() {
    let kept = Kept::new();
    for minute in 0..60 {
        let tag = if minute % 2 == 0 { "1.0" } else { "1.1" };
        kept.see(with(runs(tag, "healthy")), at(minute));
    }
    let prune = |now: DateTime<Utc>, most: usize| {
        kept.cache
            .past(&kept.id, "me", |database, _| {
                kept::prune(database, now.timestamp_millis(), most)
            })
            .unwrap();
    };
    assert_eq!(kept.rows(), 60);
    prune(at(59), 20);
    assert!(kept.rows() <= 20, "{}", kept.rows());
    let tag = |time| state_of(kept.one_at(time, at(59))).and_then(|(_, tag)| tag);
    assert_eq!(tag(at(58)).as_deref(), Some("1.0"));
    assert_eq!(kept.one_at(at(10), at(59)), Some(PlaceThen::NotObserved));
    // A hundred days later there is what it was last, and no more of the time before.
    prune(at(59) + TimeDelta::days(100), MOST);
    assert_eq!(kept.rows(), 1);
    assert_eq!(kept.one_at(at(59), at(59)), Some(PlaceThen::NotObserved));
    let later = at(59) + TimeDelta::days(100);
    kept.see(with(runs("1.1", "healthy")), later);
    assert_eq!(kept.rows(), 1, "it is as it was");
    let known = state_of(kept.one_at(later, later));
    assert_eq!(known, Some((State::Well, Some("1.1".to_owned()))));
}

#[test]
fn a_clock_that_was_ahead_leaves_nothing_of_the_time_to_come() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    kept.see(with(runs("1.1", "healthy")), at(5_000));
    kept.see(with(runs("1.2", "healthy")), at(1));
    let tag = |time| state_of(kept.one_at(time, at(2))).and_then(|(_, tag)| tag);
    assert_eq!(tag(at(0)).as_deref(), Some("1.0"));
    assert_eq!(tag(at(2)).as_deref(), Some("1.2"));
    assert_eq!(kept.rows(), 2);
}
