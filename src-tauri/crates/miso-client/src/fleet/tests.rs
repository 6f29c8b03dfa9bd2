use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use miso_api::{
    Application, ApplicationStatus, Deployment, EnvironmentEntry, HealthStatus, Me, Page,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::AnswerFact;

pub(crate) fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + minute * 60, 0).unwrap()
}

pub(crate) fn entry(environment: &str, tag: &str) -> EnvironmentEntry {
    EnvironmentEntry {
        environment: environment.to_owned(),
        status: ApplicationStatus::Running,
        health: HealthStatus::Healthy,
        health_since: Some(at(5)),
        health_message: None,
        image: Some(image(tag)),
        url: None,
        last_deployed_at: Some(at(1)),
        deployment_id: None,
        permissions: vec![
            "applications:read".to_owned(),
            "applications:deploy".to_owned(),
        ],
    }
}

pub(crate) fn image(tag: &str) -> String {
    format!("registry.example/a:{tag}")
}

pub(crate) fn application(key: &str, environments: Vec<EnvironmentEntry>) -> Application {
    let wire = json!({"key": key, "type": "api", "displayName": key});
    let mut application: Application = serde_json::from_value(wire).unwrap();
    application.environments = environments;
    application
}

pub(crate) fn deployment(
    application: &str,
    environment: &str,
    tag: &str,
    minute: i64,
    status: &str,
) -> Deployment {
    let wire = json!({
        "id": format!("{application} {environment} {tag} {minute}"), "applicationKey": application,
        "environment": environment, "image": image(tag), "status": status,
        "createdAt": at(minute),
    });
    serde_json::from_value(wire).unwrap()
}

pub(crate) fn page<T>(data: Vec<T>) -> Page<T> {
    Page {
        data,
        meta: None,
        links: None,
    }
}

fn fleet(applications: Vec<Application>, recent: &[Deployment]) -> Fleet {
    fleet_of(&page(applications), recent, None, &Stages::default(), at(9))
}

/// Here against `test` on the left, where these tags completed, the oldest first.
fn behind(here: &str, left: &str, completed: &[&str]) -> Standing {
    let recent: Vec<Deployment> = completed
        .iter()
        .zip(0..)
        .map(|(tag, minute)| deployment("a", "test", tag, minute, "completed"))
        .collect();
    let places = vec![entry("test", left), entry("prod", here)];
    let fleet = fleet(vec![application("a", places)], &recent);
    place(&fleet, "a", "prod").standing
}

fn place<'a>(fleet: &'a Fleet, key: &str, environment: &str) -> &'a Place {
    let row = fleet.rows.iter().find(|row| row.key == key).unwrap();
    let cell = row
        .cells
        .iter()
        .find(|cell| cell.environment == environment);
    cell.unwrap().place.as_ref().unwrap()
}

fn count(count: u32) -> Standing {
    Standing::Behind { count: Some(count) }
}

const NOT_KNOWN: Standing = Standing::Behind { count: None };

#[test]
fn behind_is_the_number_of_distinct_images_since() {
    assert_eq!(
        behind("1.0", "1.3", &["1.0", "1.1", "1.2", "1.2", "1.3"]),
        count(3)
    );
    assert_eq!(behind("1.0", "1.3", &["1.2", "1.3"]), NOT_KNOWN);
    assert_eq!(behind("1.0", "1.3", &[]), NOT_KNOWN);
    assert_eq!(behind("1.0", "1.0", &["1.0"]), Standing::Same);
    assert_eq!(behind("1.4", "1.3", &["1.3"]), Standing::Ahead);
    // What runs on the left counts, though its deployment is not known yet.
    assert_eq!(behind("1.0", "1.1", &["1.0"]), count(1));
}

#[test]
fn only_what_completed_on_the_left_counts() {
    let recent = [
        deployment("a", "test", "1.0", 1, "completed"),
        deployment("a", "test", "1.1", 2, "failed"),
        deployment("a", "dev", "1.2", 3, "completed"),
        deployment("b", "test", "1.3", 4, "completed"),
        deployment("a", "test", "1.4", 5, "completed"),
    ];
    let places = vec![entry("test", "1.4"), entry("prod", "1.0")];
    let fleet = fleet(vec![application("a", places)], &recent);
    assert_eq!(place(&fleet, "a", "prod").standing, count(1));
}

#[test]
fn a_row_says_its_own_image_and_when_it_was_deployed_last() {
    let mut places = vec![
        entry("dev", "1.3"),
        entry("test", "1.2"),
        entry("prod", "1.1"),
    ];
    places[0].last_deployed_at = Some(at(1));
    places[1].last_deployed_at = Some(at(5));
    places[2].last_deployed_at = None;
    let fleet = fleet(
        vec![application("a", places), application("b", Vec::new())],
        &[],
    );
    let row = |key: &str| fleet.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!(row("a").last_deployed_at, Some(at(5)));
    assert_eq!(row("b").last_deployed_at, None);
    assert_eq!(row("a").image, application("a", Vec::new()).image);
}

#[test]
fn the_neighbour_is_one_that_runs() {
    let mut stopped = entry("test", "1.2");
    stopped.status = ApplicationStatus::Stopped;
    let places = vec![entry("dev", "1.3"), stopped, entry("prod", "1.1")];
    let fleet = fleet(vec![application("a", places)], &[]);
    assert_eq!(place(&fleet, "a", "test").standing, Standing::Same);
    assert_eq!(place(&fleet, "a", "test").tag, None);
    assert_eq!(place(&fleet, "a", "prod").standing, NOT_KNOWN);
}

#[test]
fn the_unwell_stand_first_and_say_why() {
    let mut refused = entry("prod", "1.4");
    refused.health = HealthStatus::Unhealthy;
    refused.health_message = Some("check db refused".to_owned());
    let mut slow = entry("test", "2.2");
    slow.health = HealthStatus::Degraded;
    let mut crashed = entry("dev", "3.0");
    crashed.status = ApplicationStatus::Error;
    let fleet = fleet(
        vec![
            application("alpha", vec![entry("dev", "1.0")]),
            application("slow", vec![slow, entry("prod", "2.2")]),
            application("orders", vec![entry("dev", "1.4"), refused]),
            application("crashed", vec![crashed]),
        ],
        &[deployment("crashed", "dev", "3.1", 9, "failed")],
    );
    let rows: Vec<&str> = fleet.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(rows, ["crashed", "orders", "slow", "alpha"]);
    let targets: Vec<&str> = fleet.rows.iter().map(|row| row.target.as_str()).collect();
    assert_eq!(targets, ["dev", "prod", "test", "dev"]);
    let unwell: Vec<(&str, &str)> = fleet
        .unwell
        .iter()
        .map(|place| (place.application.as_str(), place.environment.name.as_str()))
        .collect();
    assert_eq!(
        unwell,
        [("orders", "PROD"), ("crashed", "dev"), ("slow", "test")]
    );
    let facts = |place: &UnwellPlace| -> Vec<AnswerFact> {
        let parts = place.answer.parts.iter();
        parts.map(|part| part.fact.clone()).collect()
    };
    let expected = [
        AnswerFact::Health {
            state: State::Bad,
            since: Some(at(5)),
        },
        AnswerFact::Says {
            words: "check db refused".to_owned(),
        },
    ];
    assert_eq!(facts(&fleet.unwell[0]), expected);
    let failed = AnswerFact::Failed {
        from: None,
        to: Some(image("3.1")),
        at: Some(at(9)),
    };
    assert_eq!(facts(&fleet.unwell[1])[0], failed);
    assert_eq!(place(&fleet, "orders", "prod").since, Some(at(5)));
    assert_eq!(place(&fleet, "orders", "dev").since, Some(at(1)));
}

#[test]
fn going_back_is_offered_where_it_may_mend_what_is_unwell() {
    let mut change = deployment("a", "prod", "1.4", 2, "completed");
    change.previous_image = Some(image("1.3"));
    change.completed_at = Some(at(2));
    let before = |since: i64, status: ApplicationStatus| {
        let mut sick = entry("prod", "1.4");
        sick.health = HealthStatus::Unhealthy;
        sick.health_since = Some(at(since));
        sick.status = status;
        let fleet = fleet(vec![application("a", vec![sick])], &[change.clone()]);
        fleet.unwell[0].before.clone()
    };
    assert_eq!(before(5, ApplicationStatus::Running), Some(image("1.3")));
    assert_eq!(before(5, ApplicationStatus::Error), Some(image("1.3")));
    let later = 2 + 24 * 60;
    assert_eq!(before(later, ApplicationStatus::Running), None);
}

#[test]
fn all_is_well_only_where_everything_is_known_to_be() {
    let with = |change: fn(&mut EnvironmentEntry)| {
        let mut last = entry("prod", "1.0");
        change(&mut last);
        let places = vec![entry("dev", "1.0"), last];
        fleet(
            vec![application("a", places), application("b", Vec::new())],
            &[],
        )
        .counts
    };
    assert!(with(|_| {}).all_well);
    assert!(with(|entry| entry.status = ApplicationStatus::Stopped).all_well);
    let unknown = with(|entry| entry.health = HealthStatus::NotKnown);
    assert_eq!((unknown.unknown, unknown.all_well), (1, false));
    let odd = with(|entry| entry.health = HealthStatus::Unknown("odd".to_owned()));
    assert_eq!((odd.unknown, odd.all_well), (1, false));
    let deploying = with(|entry| entry.status = ApplicationStatus::Deploying);
    assert_eq!((deploying.deploying, deploying.all_well), (1, false));
    let unwell = with(|entry| entry.health = HealthStatus::Degraded);
    assert_eq!((unwell.unwell, unwell.total, unwell.placed), (1, 2, 1));
    assert!(!unwell.all_well);
    let nothing = fleet(vec![application("b", Vec::new())], &[]).counts;
    assert!(!nothing.all_well, "nothing is there that could be well");
}

#[test]
fn a_place_that_is_deployed_to_counts_once_whoever_knows_it() {
    let mut known = entry("dev", "1.0");
    known.status = ApplicationStatus::Deploying;
    let list = vec![
        application("a", vec![known, entry("prod", "1.0")]),
        application("b", vec![entry("dev", "1.0")]),
    ];
    let count = |recent: &[Deployment]| fleet(list.clone(), recent).counts.under_way;
    assert_eq!(count(&[]), 1, "the list alone knows of it");
    let running = |(key, place)| deployment(key, place, "1.1", 1, "running");
    let [same, other, elsewhere] = [("a", "dev"), ("a", "prod"), ("b", "dev")].map(running);
    assert_eq!(count(std::slice::from_ref(&same)), 1, "both know of it");
    assert_eq!(count(&[same, other, elsewhere]), 3);
}

#[test]
fn what_the_list_does_not_hold_is_not_called_well() {
    let mut list = page(vec![application("a", vec![entry("dev", "1.0")])]);
    let meta = json!({"page": 1, "pageSize": 200, "total": 1200, "totalPages": 6});
    list.meta = Some(serde_json::from_value(meta).unwrap());
    let counts = fleet_of(&list, &[], None, &Stages::default(), at(9)).counts;
    assert_eq!(
        (counts.total, counts.unseen, counts.all_well),
        (1200, 1199, false)
    );
}

#[test]
fn a_cell_says_whether_one_may_deploy_there() {
    let mut reader = entry("dev", "1.0");
    reader.permissions = vec!["applications:read".to_owned()];
    let mut silent = entry("test", "1.0");
    silent.permissions = Vec::new();
    let list = page(vec![
        application("a", vec![reader, silent]),
        application("b", vec![entry("prod", "1.0")]),
    ]);
    let may = |me: Option<Value>| -> Vec<bool> {
        let me: Option<Me> = me.map(|me| serde_json::from_value(me).unwrap());
        let fleet = fleet_of(&list, &[], me.as_ref(), &Stages::default(), at(9));
        fleet.rows[0]
            .cells
            .iter()
            .map(|cell| cell.may_deploy)
            .collect()
    };
    // Not told, it is for the server to say.
    assert_eq!(may(None), [false, true, true]);
    let developer = json!({"id": "u", "permissions": ["applications:deploy"],
                           "environments": ["dev", "test"]});
    assert_eq!(may(Some(developer)), [false, true, false]);
    let viewer = json!({"id": "u", "permissions": ["applications:read"]});
    assert_eq!(may(Some(viewer)), [false, false, false]);
}

/// Where nothing runs at all, everything can come.
#[test]
fn an_environment_without_applications_has_its_column() {
    let me = json!({"id": "u1", "environments": ["prod", "dev"]});
    let me: Me = serde_json::from_value(me).unwrap();
    let known = json!({"key": "test", "displayName": "Test", "status": "healthy"});
    let known = [serde_json::from_value(known).unwrap()];
    let list = page(vec![application("a", vec![entry("dev", "2")])]);
    let fleet = fleet_of(&list, &[], Some(&me), &Stages::new(false, &known), at(9));
    let columns: Vec<&str> = fleet
        .environments
        .iter()
        .map(|stage| stage.key.as_str())
        .collect();
    assert_eq!(columns, ["dev", "test", "prod"]);
    let from: Vec<Option<&str>> = fleet.rows[0]
        .cells
        .iter()
        .map(|cell| cell.promotes_from.as_deref())
        .collect();
    assert_eq!(from, [None, Some("dev"), Some("dev")]);
}

#[test]
fn what_is_under_way_is_told() {
    let recent = [
        deployment("a", "prod", "1.1", 3, "running"),
        deployment("a", "dev", "1.1", 2, "completed"),
    ];
    let fleet = fleet(vec![application("a", vec![entry("prod", "1.0")])], &recent);
    let running: Vec<(&str, bool)> = fleet
        .running
        .iter()
        .map(|running| (running.application.as_str(), running.environment.production))
        .collect();
    assert_eq!(running, [("a", true)]);
}

fn any_entry() -> impl Strategy<Value = EnvironmentEntry> {
    let status = prop::sample::select(ApplicationStatus::KNOWN);
    let health = prop::sample::select(HealthStatus::KNOWN);
    let environment = prop::sample::select(vec!["dev", "test", "qa", "prod"]);
    (environment, status, health, 0u8..4).prop_map(|(environment, status, health, tag)| {
        let mut entry = entry(environment, &format!("1.{tag}"));
        entry.status = ApplicationStatus::from(status);
        entry.health = HealthStatus::from(health);
        entry
    })
}

fn any_application() -> impl Strategy<Value = Application> {
    let entries = prop::collection::vec(any_entry(), 0..5);
    ("[a-c]{1,3}", entries).prop_map(|(key, mut entries)| {
        let mut seen = BTreeSet::new();
        entries.retain(|entry| seen.insert(entry.environment.clone()));
        application(&key, entries)
    })
}

fn any_deployments() -> impl Strategy<Value = Vec<Deployment>> {
    let status = prop::sample::select(vec!["completed", "failed", "running"]);
    let environment = prop::sample::select(vec!["dev", "test", "prod"]);
    let one = (environment, 0u8..4, 0i64..50, status);
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let made = all.into_iter().map(|(environment, tag, minute, status)| {
            deployment("a", environment, &format!("1.{tag}"), minute, status)
        });
        made.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Every row has a cell for each column, every entry its place, and the counts, the rows and
    /// the list of the unwell say the same.
    #[test]
    fn a_fleet_agrees_with_itself(
        applications in prop::collection::vec(any_application(), 0..8),
        recent in any_deployments(),
    ) {
        let made = fleet(applications.clone(), &recent);
        let entries: usize = applications.iter().map(|each| each.environments.len()).sum();
        let places = || made.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.place.as_ref());
        prop_assert_eq!(places().count(), entries);
        for row in &made.rows {
            prop_assert_eq!(row.cells.len(), made.environments.len());
            prop_assert_eq!(row.unwell, row.states().any(State::is_unwell));
            let target = row.cells.iter().find(|cell| cell.environment == row.target);
            if let Some(place) = target.and_then(|cell| cell.place.as_ref()) {
                prop_assert_eq!(place.unwell, row.unwell);
            }
        }
        prop_assert_eq!(places().filter(|place| place.unwell).count(), made.unwell.len());
        let quiet = places().all(|place| matches!(place.state, State::Well | State::Off));
        prop_assert_eq!(made.counts.all_well, quiet && entries > 0);
        let unwell = made.rows.iter().take_while(|row| row.unwell).count();
        prop_assert_eq!(unwell, made.counts.unwell as usize);
    }

    /// The order in which a server lists things changes nothing.
    #[test]
    fn a_fleet_does_not_depend_on_the_order(
        applications in prop::collection::btree_map("[a-e]", prop::collection::vec(any_entry(), 0..4), 0..5),
        recent in any_deployments(),
    ) {
        let applications: Vec<Application> = applications
            .into_iter()
            .map(|(key, mut entries)| {
                let mut seen = BTreeSet::new();
                entries.retain(|entry| seen.insert(entry.environment.clone()));
                application(&key, entries)
            })
            .collect();
        let mut seen = BTreeSet::new();
        let mut recent = recent;
        recent.retain(|deployment| seen.insert(deployment.created_at));
        let one = fleet(applications.clone(), &recent);
        let mut reversed: Vec<Application> = applications;
        reversed.reverse();
        reversed.iter_mut().for_each(|application| application.environments.reverse());
        recent.reverse();
        prop_assert_eq!(one, fleet(reversed, &recent));
    }

    /// Behind by a number is at least one, and at most the images that completed on the left and
    /// the one that runs there.
    #[test]
    fn behind_by_a_number_has_its_images(
        here in 0u8..4,
        left in 0u8..4,
        completed in prop::collection::vec(0u8..4, 0..10),
    ) {
        let tags: Vec<String> = completed.iter().map(|tag| format!("1.{tag}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let standing = behind(&format!("1.{here}"), &format!("1.{left}"), &tags);
        match standing {
            Standing::Same => prop_assert_eq!(here, left),
            Standing::Ahead => {
                prop_assert!(here > left && !completed.contains(&here));
            }
            Standing::Behind { count: None } => {
                prop_assert!(here < left && !completed.contains(&here));
            }
            Standing::Behind { count: Some(count) } => {
                let last = completed.iter().rposition(|tag| *tag == here).unwrap();
                let mut after: BTreeSet<u8> = completed[last + 1..].iter().copied().collect();
                after.insert(left);
                prop_assert_eq!(count as usize, after.len());
            }
        }
    }
}
